"""What SCPs and RCPs forbid, by the examples of the AWS Organizations user guide."""

from __future__ import annotations

from typing import Any

import pytest
from iam_worlds import allow, deny, document

from sec02_policies import iam

ROOT = {"StringLike": {"aws:PrincipalArn": ["arn:aws:iam::*:root"]}}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (deny("iam:CreateUser"), "yes"),
        (deny("IAM:Create*"), "yes"),
        (deny("iam:CreateUser", "arn:aws:iam::*:user/*"), "yes"),
        ({"Effect": "Deny", "NotAction": ["s3:*"], "Resource": "*"}, "yes"),
        (
            deny("iam:CreateUser", Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}),
            "conditional",
        ),
        (deny("iam:CreateUser", "arn:aws:iam::*:user/app/*"), "no"),
        (deny("iam:CreateUser", "arn:aws:iam::111122223333:user/*"), "no"),
        (deny("iam:CreateRole"), "no"),
        (allow("s3:*"), "no"),
    ],
)
def test_denies(statement: dict[str, Any], expected: str) -> None:
    assert iam.denies(document(allow(), statement), "iam:CreateUser") == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (deny(Condition=ROOT), True),
        (deny(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}), True),
        (deny(Condition={**ROOT, "Null": {"aws:AssumedRoot": "true"}}), True),
        (deny(Condition={**ROOT, "BoolIfExists": {"aws:AssumedRoot": "false"}}), True),
        # Root users who signed in do not have the key.
        (deny(Condition={**ROOT, "Bool": {"aws:AssumedRoot": "false"}}), False),
        (deny(Condition={**ROOT, "Bool": {"aws:AssumedRoot": "true"}}), False),
        (deny(Condition={**ROOT, "Null": {"aws:AssumedRoot": "false"}}), False),
        ({"Effect": "Deny", "NotAction": "iam:GetUser", "Resource": "*", "Condition": ROOT}, True),
        ({"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": ROOT}, False),
        ({"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:iam::*:role/*", "Condition": ROOT}, False),
        ({"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:iam::*:role/a", "Condition": ROOT}, True),
        (deny("ec2:*", Condition=ROOT), False),
        (deny(Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:root"}}), False),
        (deny(Condition={"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}), False),
        (deny(Condition={**ROOT, "StringEquals": {"aws:RequestedRegion": "eu-west-1"}}), False),
        (allow(Condition=ROOT), False),
    ],
)
def test_denies_root(statement: dict[str, Any], *, expected: bool) -> None:
    """orgs_manage_policies_scps_examples_general: prevent the root user from all actions."""
    assert iam.denies_root(document(statement)) is expected


OUTSIDE = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
PATHS = {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}
FOR_SERVICES = {"Bool": {"aws:PrincipalIsAWSService": "true"}}
NO_SERVICE = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (deny(["s3:*", "sts:*"], Principal="*", Condition={**OUTSIDE, **NO_SERVICE}), True),
        (deny("sts:AssumeRole", Principal="*", Condition=OUTSIDE), True),
        (deny("sts:AssumeRole", Principal="*", Condition={**OUTSIDE, "Null": {"aws:SourceAccount": "true"}}), True),
        # Deputies alone (orgs_manage_policies_rcps_examples, confused deputy): who calls directly is not denied.
        (deny("sts:AssumeRole", Principal="*", Condition={**OUTSIDE, "Null": {"aws:SourceAccount": "false"}}), False),
        (deny("sts:AssumeRole", Principal="*", Condition={**OUTSIDE, **FOR_SERVICES}), False),
        (deny("sts:*", Principal="*", Condition={"ForAllValues:StringNotLike": PATHS}), True),
        (deny("sts:*", Principal="*", Condition={"ForAnyValue:StringNotLikeIfExists": PATHS}), True),
        # An account of no organization has no paths: ForAnyValue is false for it.
        (deny("sts:*", Principal="*", Condition={"ForAnyValue:StringNotLike": PATHS}), False),
        (deny("s3:*", Principal="*", Condition=OUTSIDE), False),
        (deny("sts:AssumeRole", Principal="*", Condition=NO_SERVICE), False),
        (deny("sts:AssumeRole", Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), False),
        (deny("sts:AssumeRole", Principal="*", Condition={**OUTSIDE, "StringEquals": {"aws:a": "b"}}), False),
        (deny("sts:AssumeRole", "arn:aws:iam::*:role/app", Principal="*", Condition=OUTSIDE), False),
    ],
)
def test_limits_to_organization(statement: dict[str, Any], *, expected: bool) -> None:
    """orgs_manage_policies_rcps_examples: restrict access to identities of the organization."""
    assert iam.limits_to_organization(document(statement), "sts:AssumeRole") is expected
