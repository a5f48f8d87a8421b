"""Laws of the policy language, for any policies: what a Deny, an Allow, the order and the letter case may change."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from iam_worlds import ACCOUNT, EMPTY, WITH_MFA, WITHOUT_MFA, hide, inline, policy, user, world

from sec02_policies import iam
from sec02_policies.model import Unknown

ORDER = ["no", "conditional", "yes"]
NOTHING: dict[str, Any] = {"Effect": "Allow", "Action": [], "Resource": "*"}
ACTIONS = ["iam:PassRole", "iam:CreateAccessKey", "sts:AssumeRole", "s3:GetObject", "lambda:UpdateFunctionCode"]
PATTERNS = ["*", "*:*", "iam:*", "iam:Pass*", "IAM:createaccesskey", "s3:Get*", "sts:*", "lambda:*", "aws-portal:*"]
RESOURCES = [
    "*",
    "arn:aws:*:*:*:*",
    "arn:aws:iam::*:role/*",
    f"arn:aws:iam::{ACCOUNT}:user/*",
    "arn:aws:iam::*:user/${aws:username}",
    f"arn:aws:iam::{ACCOUNT}:role/app/*",
    "arn:aws:s3:::b",
]
CONDITIONS: list[dict[str, Any]] = [
    {},
    WITH_MFA,
    WITHOUT_MFA,
    {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
    {"StringEqualsIfExists": {"aws:PrincipalTag/a": "b"}},
    {"StringNotEquals": {"iam:PermissionsBoundary": "b"}},
]


def lists(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3)


def statements(effect: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda actions, resources, condition, action_name, resource_name: {
            "Effect": effect,
            action_name: actions,
            resource_name: resources,
            "Condition": condition,
        },
        lists(PATTERNS),
        lists(RESOURCES),
        st.sampled_from(CONDITIONS),
        st.sampled_from(["Action", "Action", "NotAction"]),
        st.sampled_from(["Resource", "Resource", "NotResource"]),
    )


any_statement = st.sampled_from(["Allow", "Deny"]).flatmap(statements)
policies = st.lists(any_statement, max_size=4)


def reach(written: list[dict[str, Any]]) -> list[int]:
    """Every answer about one policy, as numbers of which more means more reach."""
    one = policy(*written)
    walked = {each["id"]: 1 + (not each["conditional"]) for each in iam.escalations(one, EMPTY)}
    return [
        *(ORDER.index(iam.allows(one, action, EMPTY)) for action in ACTIONS),
        ORDER.index(iam.admin_level(one, EMPTY)),
        int(iam.can_manage_iam(one, EMPTY)),
        int(iam.reads_all_secrets(one, EMPTY)),
        *(walked.get(path.id, 0) for path in iam.PATHS),
    ]


def no_more(left: list[int], right: list[int]) -> bool:
    return all(a <= b for a, b in zip(left, right, strict=True))


@settings(max_examples=60, deadline=None)
@given(policies, statements("Deny"), st.integers(0, 4))
def test_adding_a_deny_never_adds_reach(written: list[dict[str, Any]], extra: dict[str, Any], place: int) -> None:
    assert no_more(reach([*written[:place], extra, *written[place:]]), reach(written))


@settings(max_examples=60, deadline=None)
@given(policies, statements("Allow"), st.integers(0, 4))
def test_adding_an_allow_never_removes_reach(written: list[dict[str, Any]], extra: dict[str, Any], place: int) -> None:
    assert no_more(reach(written), reach([*written[:place], extra, *written[place:]]))


@settings(max_examples=60, deadline=None)
@given(policies.flatmap(lambda written: st.tuples(st.just(written), st.permutations(written))))
def test_the_order_of_statements_does_not_matter(
    pair: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    assert reach(pair[0]) == reach(pair[1])


@settings(max_examples=60, deadline=None)
@given(policies, st.sampled_from([str.upper, str.lower, str.swapcase]))
def test_the_letter_case_of_actions_does_not_matter(written: list[dict[str, Any]], change: Any) -> None:
    changed = [
        {key: [change(each) for each in value] if key.endswith("Action") else value for key, value in statement.items()}
        for statement in written
    ]
    assert reach(changed) == reach(written)


BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"


def bounded(written: list[dict[str, Any]], boundary: list[dict[str, Any]]) -> list[int]:
    """What a user with these policies may do under a permissions boundary."""
    holder = user(*(written or [NOTHING]), permissions_boundary_arn=BOUNDARY)
    known = world(policy(*(boundary or [NOTHING]), name="boundary"))
    return [
        *(ORDER.index(iam.allows(holder, action, known)) for action in ACTIONS),
        ORDER.index(iam.admin_level(holder, known)),
        len(iam.escalations(holder, known)),
    ]


@settings(max_examples=60, deadline=None)
@given(policies, policies, statements("Deny"), statements("Allow"))
def test_the_laws_hold_under_a_boundary(
    written: list[dict[str, Any]], boundary: list[dict[str, Any]], cut: dict[str, Any], more: dict[str, Any]
) -> None:
    found = bounded(written, boundary)
    assert no_more(found, bounded(written, [{"Effect": "Allow", "Action": "*", "Resource": "*"}]))
    assert no_more(bounded([*written, cut], boundary), found)
    assert no_more(bounded(written, [*boundary, cut]), found)
    assert no_more(found, bounded([*written, more], boundary))
    assert no_more(found, bounded(written, [*boundary, more]))
    assert bounded(written[::-1], boundary[::-1]) == found


@given(st.sampled_from(ACTIONS), st.integers(0, 30), st.integers(0, 30))
def test_a_wildcard_covers_what_it_expands_to(action: str, start: int, end: int) -> None:
    first, last = sorted((min(start, len(action)), min(end, len(action))))
    pattern = f"{action[:first]}*{action[last:]}"
    assert iam.action_covers([pattern], action)
    assert iam.allows(policy({"Effect": "Allow", "Action": pattern, "Resource": "*"}), action, EMPTY) == "yes"


@settings(max_examples=60, deadline=None)
@given(policies, policies)
def test_hiding_a_policy_never_makes_a_fact_false(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> None:
    holder = user(*(first or [{"Effect": "Allow", "Action": [], "Resource": "*"}]))
    holder["inline_policies"].append(hide(inline("u", *second), "document"))
    for question in (iam.is_admin, iam.reads_all_secrets, iam.can_manage_iam, iam.mfa_enforced):
        try:
            assert question(holder, EMPTY) is True
        except Unknown:
            continue
