"""The facts against concrete requests: what a policy lets a request do, no fact may deny."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from iam_requests import Context, allowed
from iam_worlds import ACCOUNT, EMPTY, IAM, OTHER, document, user

from sec02_policies import iam

CALLER = f"{IAM}:user/x"
THEIRS = f"arn:aws:iam::{OTHER}:user/u"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = f"{IAM}:role/some-role"
ORG = "o-own1234567"


def chosen(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Several conditions, all of which must hold; of two with the same operator the later one."""
    return {operator: tests for part in parts for operator, tests in part.items()}


def written(conditions: list[dict[str, Any]], **elements: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {
            "Effect": chosen("Allow", "Allow", "Deny"),
            "Condition": st.lists(st.sampled_from(conditions), max_size=2).map(merged),
            **elements,
        }
    )


# ---------------------------------------------------------------- identity policies

ABOUT_CALLERS: list[dict[str, Any]] = [
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
    {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}},
    {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
    {"StringLike": {"aws:PrincipalTag/t": "a*"}},
    {"StringNotEqualsIfExists": {"aws:PrincipalTag/t": "a"}},
    {"Null": {"aws:PrincipalTag/t": "true"}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}},
    {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}},
]
CALLS: list[Context] = [
    {
        "aws:principalaccount": ACCOUNT,
        "aws:principalarn": CALLER,
        "aws:principaltype": "User",
        "aws:username": "x",
        **mfa,
        **tags,
    }
    for mfa in ({}, {"aws:multifactorauthpresent": "true"}, {"aws:multifactorauthpresent": "false"})
    for tags in ({}, {"aws:principaltag/t": "a"}, {"aws:principaltag/t": "b", "aws:tagkeys": ["a", "b"]})
]
RESOURCES = [
    "*",
    "arn:aws:*",
    "arn:aws:kms:*:*:key/*",
    "arn:aws:kms:eu-*:*:key/*",
    "arn:aws:kms:*:*:key*",
    f"arn:aws:kms:eu-west-1:{ACCOUNT}:*",
    f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/named",
    "arn:aws:iam::*:role/*",
    f"{IAM}:*",
    f"{IAM}:r*",
    f"{IAM}:role/named",
]
identity = st.lists(
    st.one_of(
        written(ABOUT_CALLERS, Action=actions, **{name: st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2)})
        for actions in (chosen("*", "kms:*", "KMS:decrypt", "kms:?ecrypt", "iam:Put*", "iam:*Policy", "s3:*"),)
        for name in ("Resource", "Resource", "NotResource")
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300)
@given(identity, chosen(("kms:Decrypt", KEY), ("iam:PutRolePolicy", ROLE)))
def test_no_is_said_only_where_no_request_is_allowed(statements: list[dict[str, Any]], asked: tuple[str, str]) -> None:
    action, resource = asked
    assume(any(allowed(statements, action, each, resource=resource) for each in CALLS))
    assert iam.allows(user(*statements), action, EMPTY) != "no"


# ---------------------------------------------------------------- trust policies

ABOUT_STRANGERS: list[dict[str, Any]] = [
    {"StringEquals": {"aws:PrincipalOrgID": ORG}},
    {"StringLike": {"aws:PrincipalOrgID": [ORG, "*"]}},
    {"StringNotEquals": {"aws:PrincipalOrgID": ORG}},
    {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}},
    {"StringEqualsIfExists": {"aws:PrincipalAccount": ACCOUNT}},
    {"StringNotEquals": {"aws:PrincipalAccount": [ACCOUNT, OTHER]}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/u"}},
    {"ArnNotLike": {"aws:PrincipalArn": f"{IAM}:*"}},
    {"Bool": {"aws:PrincipalIsAWSService": "true"}},
    {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
    {"StringNotEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
    {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    {"Null": {"aws:SourceAccount": "false"}},
    {"StringLike": {"sts:RoleSessionName": "*"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
]
trusting = st.lists(
    st.one_of(
        written(ABOUT_STRANGERS, Action=chosen("sts:AssumeRole", "sts:*", "sts:TagSession"), Principal=principals)
        for principals in (
            chosen("*", {"AWS": "*"}, {"AWS": OTHER}, {"AWS": [THEIRS, ACCOUNT]}, {"Service": "s3.amazonaws.com"}),
        )
    ),
    min_size=1,
    max_size=3,
)
STRANGER: Context = {
    "aws:principalaccount": OTHER,
    "aws:principalarn": THEIRS,
    "aws:principalisawsservice": "false",
    "sts:rolesessionname": "s",
}


@settings(max_examples=300)
@given(trusting, chosen({}, {"aws:principalorgid": "o-theirs"}))
def test_a_stranger_who_gets_in_is_seen(statements: list[dict[str, Any]], extra: Context) -> None:
    who = frozenset({("AWS", THEIRS), ("AWS", OTHER), ("AWS", f"arn:aws:iam::{OTHER}:root")})
    assume(allowed(statements, "sts:AssumeRole", STRANGER | extra, principals=who))
    found = iam.trust(document(*statements), ACCOUNT)
    strangers = [*found["unnamed"], *(each for each in found["external"] if each["account_id"] == OTHER)]
    assert found["public"] or any(each["org_ids"] != [ORG] for each in strangers)
    assert not found["requires_mfa"]


@settings(max_examples=300)
@given(trusting)
def test_a_service_that_acts_for_strangers_is_not_bound(statements: list[dict[str, Any]]) -> None:
    call: Context = {"aws:principalisawsservice": "true", "aws:sourceaccount": OTHER, "sts:rolesessionname": "s"}
    assume(allowed(statements, "sts:AssumeRole", call, principals=frozenset({("Service", "s3.amazonaws.com")})))
    found = iam.trust(document(*statements), ACCOUNT)
    assert found["public"] or found["unnamed"] or not all(each["bound"] for each in found["services"])
