"""SCPs as ceilings: "SCP evaluation" of the AWS Organizations user guide (orgs_manage_policies_scps_evaluation)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_worlds import ACCOUNT, EMPTY, IAM, allow, deny, document, hide, role, user

from sec02_policies import PolicySet, Snapshot, evaluate, iam
from sec02_policies.model import Unknown
from sec02_policies.testing import build_document, example

ORDER = ["no", "conditional", "yes"]
ROOT, UNIT = "r-ab12", "ou-ab12-workload"
TARGETS = (ACCOUNT, UNIT, ROOT)
FULL = allow()


def scp(name: str, *statements: dict[str, Any], on: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": name,
        "type": "SERVICE_CONTROL_POLICY",
        "targets": [{"id": each, "type": "ROOT"} for each in on],
        "document": document(*statements),
    }


def within(holder: dict[str, Any], action: str, *policies: dict[str, Any]) -> str:
    return iam.allows_within_scps(holder, action, EMPTY, iam.control_levels(TARGETS, policies))


EVERYWHERE = scp("FullAWSAccess", FULL, on=TARGETS)


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([EVERYWHERE], "yes"),
        # "to be allowed, there must be an explicit Allow at every level from the root through each OU to the account"
        ([scp("full", FULL, on=(ROOT, UNIT))], "no"),
        ([scp("full", FULL, on=(ROOT, ACCOUNT))], "no"),
        ([scp("full", FULL, on=(ROOT, ACCOUNT)), scp("iam", allow("iam:*"), on=(UNIT,))], "yes"),
        ([scp("full", FULL, on=(ROOT, ACCOUNT)), scp("s3", allow("s3:*"), on=(UNIT,))], "no"),
        # "any Deny at any level denies"
        ([EVERYWHERE, scp("no", deny("iam:CreateUser"), on=(ROOT,))], "no"),
        ([EVERYWHERE, scp("no", deny("iam:*"), on=(UNIT,))], "no"),
        ([EVERYWHERE, scp("no", {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}, on=(ACCOUNT,))], "no"),
        ([EVERYWHERE, scp("elsewhere", deny("iam:*"), on=("ou-ab12-sandbox1",))], "yes"),
        ([EVERYWHERE, scp("other", deny("s3:*"), on=(ROOT,))], "yes"),
        ([EVERYWHERE, scp("one", deny("iam:CreateUser", f"{IAM}:user/app/*"), on=(ROOT,))], "yes"),
    ],
)
def test_every_level_must_allow_and_none_deny(policies: list[dict[str, Any]], expected: str) -> None:
    assert within(user(allow("iam:*")), "iam:CreateUser", *policies) == expected


def test_scps_grant_nothing() -> None:
    assert within(user(allow("s3:*")), "iam:CreateUser", EVERYWHERE) == "no"


def test_a_deny_that_leaves_out_a_role_is_decided_by_the_role() -> None:
    but_admin = deny("iam:*", Condition={"ArnNotLike": {"aws:PrincipalArn": f"{IAM}:role/x"}})
    denying = scp("no", but_admin, on=(ROOT,))
    assert within(role(allow("iam:*")), "iam:CreateUser", EVERYWHERE, denying) == "yes"
    assert within(user(allow("iam:*")), "iam:CreateUser", EVERYWHERE, denying) == "no"


def test_service_linked_roles_are_not_bound() -> None:
    linked = role(allow("iam:*"))
    linked["arn"] = linked["id"] = f"{IAM}:role/aws-service-role/autoscaling.amazonaws.com/x"
    assert within(linked, "iam:CreateUser", EVERYWHERE, scp("no", deny(), on=(ROOT,))) == "yes"


def test_a_known_deny_decides_and_anything_else_unread_does_not() -> None:
    holder = user(allow("iam:*"))
    hidden = hide(scp("?", FULL, on=(ROOT,)), "document")
    assert within(holder, "iam:CreateUser", hidden, scp("no", deny("iam:*"), on=(UNIT,))) == "no"
    for known in ([], [EVERYWHERE], [scp("s3", allow("s3:*"), on=TARGETS)]):
        with pytest.raises(Unknown):
            within(holder, "iam:CreateUser", hidden, *known)
    assert within(user(allow("s3:*")), "iam:CreateUser", hidden) == "no"


STATEMENTS = st.lists(
    st.builds(
        lambda effect, actions, resources: {"Effect": effect, "Action": actions, "Resource": resources},
        st.sampled_from(["Allow", "Deny"]),
        st.sampled_from(["*", "iam:*", "IAM:Create*", "s3:*"]),
        st.sampled_from(["*", f"{IAM}:user/app/*", "arn:aws:iam::*:user/*"]),
    ),
    min_size=1,
    max_size=3,
)
POLICIES = st.lists(
    st.builds(
        lambda statements, on: scp("p", *statements, on=on), STATEMENTS, st.sampled_from([TARGETS, (ROOT,), (UNIT,)])
    ),
    max_size=3,
)


@settings(max_examples=40, deadline=None)
@given(POLICIES, STATEMENTS, st.sampled_from(["iam:CreateUser", "s3:GetObject"]))
def test_laws_of_ceilings(policies: list[dict[str, Any]], statements: list[dict[str, Any]], action: str) -> None:
    holder = user(*statements)
    found = ORDER.index(within(holder, action, *policies))
    # A ceiling gives nothing, a Deny more takes nothing back, an Allow more takes nothing, and the order is no matter.
    assert found <= ORDER.index(iam.allows(holder, action, EMPTY))
    assert ORDER.index(within(holder, action, *policies, scp("d", deny("iam:*"), on=(ROOT,)))) <= found
    assert ORDER.index(within(holder, action, *policies, scp("a", allow("iam:*"), on=(UNIT,)))) >= found
    assert ORDER.index(within(holder, action, *reversed(policies))) == found
    upper = [{**each, "Action": each["Action"].upper()} for each in statements]
    assert ORDER.index(within(user(*upper), action, *policies)) == found


@settings(max_examples=40, deadline=None)
@given(POLICIES, st.data())
def test_hiding_an_scp_changes_the_answer_to_unknown_or_not_at_all(policies: list[dict[str, Any]], data: Any) -> None:
    holder = user(FULL)
    before = within(holder, "iam:CreateUser", *policies)
    number = data.draw(st.integers(0, max(len(policies) - 1, 0)))
    hidden = [hide(each, "document") if place == number else each for place, each in enumerate(policies)]
    try:
        assert within(holder, "iam:CreateUser", *hidden) == before
    except Unknown:
        return


POLICY = """\
id: own-creates-users
title: Who makes users, SCPs counted
best_practice: SEC02-BP06
severity: low
maturity: 1
control: detective
identity: both
set: core
resource: iam_user
condition: allows_within_scps(resource, 'iam:CreateUser') == 'no'
rationale: It shows the fact.
remediation: {text: None.}
references: ["https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"]
"""


def judged(*gaps: dict[str, Any], management: str = "999988887777", **others: Any) -> str:
    boss = user(allow("iam:*"))
    resources: dict[str, list[dict[str, Any]]] = {
        "iam_user": [{**example("iam_user"), "attached_policies": [], "inline_policies": [], "groups": []}],
        "organization": [{**example("organization"), "management_account_id": management}],
        "org_account": [{**example("org_account"), "id": ACCOUNT, "parent_ids": [ROOT]}],
        "org_policy": [{**example("org_policy"), "targets": [{"id": ROOT, "type": "ROOT"}]}],
        **others,
    }
    written = boss["inline_policies"][0]
    resources["iam_user"][0]["inline_policies"] = [
        {**example("iam_inline_policy"), **{key: written[key] for key in ("document", "policy_name")}}
    ]
    found = build_document(resources)
    found["gaps"] += gaps
    (row,) = evaluate(Snapshot(found), PolicySet.parse({"own-creates-users.yaml": POLICY.encode()})).results
    return row.status.value


def test_policies_may_ask_for_it() -> None:
    assert judged() == "pass"
    # SCPs do not affect users and roles of the management account; without an organization there are none.
    assert judged(management=ACCOUNT) == "fail"
    assert judged(organization=[], org_account=[], org_policy=[]) == "fail"
    # An account whose place in the organization nobody knows.
    assert judged(org_account=[]) == "unknown"
    not_enabled = {**example("organization"), "management_account_id": "999988887777", "enabled_policy_types": []}
    assert judged(organization=[not_enabled]) == "fail"
