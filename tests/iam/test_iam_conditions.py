"""Condition operators, one AWS page at a time: what an Allow or a Deny under a condition comes to.

The caller is user x of account 111122223333: aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType and aws:username
of its requests are known, aws:PrincipalTag/team and aws:SourceIp are not.
"""

from __future__ import annotations

from typing import Any

import pytest
from iam_worlds import ACCOUNT, EMPTY, IAM, OTHER, allow, deny, user

from sec02_policies import iam

ACTION = "s3:GetObject"
X = f"{IAM}:user/x"


def allowed(condition: dict[str, Any]) -> str:
    return iam.allows(user(allow(ACTION, Condition=condition)), ACTION, EMPTY)


def left_by_deny(condition: dict[str, Any]) -> str:
    return iam.allows(user(allow(ACTION), deny(ACTION, Condition=condition)), ACTION, EMPTY)


@pytest.mark.parametrize(
    ("condition", "allow_gives", "deny_leaves"),
    [
        # reference_policies_elements_condition_operators, string operators: StringEquals is exact.
        ({"StringEquals": {"aws:username": "x"}}, "yes", "no"),
        ({"StringEquals": {"aws:username": "X"}}, "no", "yes"),
        ({"StringEqualsIgnoreCase": {"aws:username": "X"}}, "yes", "no"),
        ({"StringEquals": {"aws:username": "*"}}, "no", "yes"),
        ({"StringLike": {"aws:username": "?"}}, "yes", "no"),
        ({"StringLike": {"aws:username": "y*"}}, "no", "yes"),
        ({"StringNotEquals": {"aws:username": "x"}}, "no", "yes"),
        ({"StringNotLike": {"aws:username": "y*"}}, "yes", "no"),
        # The name of a condition key knows no letter case (reference_policies_condition-keys).
        ({"StringEquals": {"AWS:UserName": "x"}}, "yes", "no"),
        # ARN operators: ArnEquals and ArnLike behave identically, each part of the ARN for itself.
        ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}, "yes", "no"),
        ({"ArnLike": {"aws:PrincipalArn": X}}, "yes", "no"),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:user/*"}}, "no", "yes"),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}, "yes", "no"),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}, "no", "yes"),
        # Null: true where the key is absent.
        ({"Null": {"aws:username": "true"}}, "no", "yes"),
        ({"Null": {"aws:username": "false"}}, "yes", "no"),
        # reference_policies_condition-logic-multiple-context-keys-or-values: values are "or", keys and operators "and".
        ({"StringEquals": {"aws:username": ["y", "x"]}}, "yes", "no"),
        ({"StringEquals": {"aws:username": "x", "aws:PrincipalAccount": OTHER}}, "no", "yes"),
        ({"StringEquals": {"aws:username": "x"}, "StringLike": {"aws:PrincipalAccount": "9*"}}, "no", "yes"),
        # A negated operator with several values is "nor".
        ({"StringNotEquals": {"aws:username": ["y", "x"]}}, "no", "yes"),
        ({"StringNotEquals": {"aws:username": ["y", "z"]}}, "yes", "no"),
        # What is not known stays open: an Allow is conditional, a Deny does not take away for sure.
        ({"StringEquals": {"aws:PrincipalTag/team": "ops"}}, "conditional", "yes"),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "conditional", "yes"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "conditional", "yes"),
        ({"StringEquals": {"aws:username": "x", "aws:PrincipalTag/team": "ops"}}, "conditional", "yes"),
        ({"StringEquals": {"aws:username": "y", "aws:PrincipalTag/team": "ops"}}, "no", "yes"),
        # ...IfExists and negated operators hold where the key is absent: such an Allow keeps nobody out.
        ({"StringEqualsIfExists": {"aws:PrincipalTag/team": "ops"}}, "yes", "yes"),
        ({"StringNotEquals": {"aws:PrincipalTag/team": "ops"}}, "yes", "yes"),
        # reference_policies_condition-single-vs-multi-valued-context-keys: ForAllValues holds for no values at all.
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}, "yes", "yes"),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}}, "conditional", "yes"),
        # reference_policies_variables: a variable has another value for each caller.
        ({"StringEquals": {"aws:username": "${aws:PrincipalTag/owner}"}}, "conditional", "yes"),
    ],
)
def test_operators(condition: dict[str, Any], allow_gives: str, deny_leaves: str) -> None:
    assert (allowed(condition), left_by_deny(condition)) == (allow_gives, deny_leaves)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        # reference_policies_elements_resource: * is any text, ? any one character, within the whole ARN.
        ("*", "yes"),
        ("arn:aws:iam::*:user/*", "yes"),
        (f"arn:aws:iam::{ACCOUNT}:user/*", "yes"),
        (f"arn:aws:iam::{OTHER}:user/*", "no"),
        ("arn:aws:iam::*:user/app/*", "no"),
        ("arn:aws:iam::*:user/?", "no"),
        ("arn:aws:iam::*:role/*", "no"),
        # reference_policies_variables: one resource for each caller, with or without a default value.
        ("arn:aws:iam::*:user/${aws:username}", "no"),
        ("arn:aws:iam::*:user/${aws:username, 'nobody'}", "no"),
        # ${*} is the letter *.
        ("arn:aws:iam::*:user/${*}", "no"),
    ],
)
def test_resources_and_variables(resource: str, expected: str) -> None:
    assert iam.allows(user(allow("iam:CreateAccessKey", resource)), "iam:CreateAccessKey", EMPTY) == expected


def test_an_explicit_deny_wins_wherever_it_stands() -> None:
    """reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay: an explicit Deny in any policy."""
    first = user(deny(ACTION), allow(ACTION))
    last = user(allow(ACTION), deny("S3:*"))
    assert [iam.allows(each, ACTION, EMPTY) for each in (first, last)] == ["no", "no"]


def test_without_an_allow_everything_is_denied() -> None:
    """reference_policies_evaluation-logic: the implicit Deny; a Deny with NotAction allows nothing."""
    assert iam.allows(user(), ACTION, EMPTY) == "no"
    assert iam.allows(user({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}), ACTION, EMPTY) == "no"
