"""Facts about principals, judged by the policy evaluation logic of AWS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from iam_worlds import (
    ACCOUNT,
    EMPTY,
    IAM,
    OTHER,
    WITH_MFA,
    WITHOUT_MFA,
    allow,
    deny,
    document,
    gap,
    group,
    hide,
    inline,
    permission_set,
    policy,
    role,
    user,
    world,
)

from sec02_policies import iam
from sec02_policies.model import PartialList, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
NOT_ACTION = {"Effect": "Allow", "Resource": "*"}


def level(*statements: dict[str, Any]) -> str:
    return iam.admin_level(policy(*statements), EMPTY)


@pytest.mark.parametrize(
    "statement",
    [
        allow(),
        allow("*:*"),
        allow("**"),
        allow(["s3:Get*", "*"]),
        allow([f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz"]),
        allow("*", "arn:aws:*:*:*:*"),
        allow("*", "arn:*"),
        allow("*", ["arn:aws:s3:::b", "*"]),
        {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b"},
        {**NOT_ACTION, "NotAction": "aws-portal:*"},
        {**NOT_ACTION, "NotAction": ["s3:DeleteBucket", "iam:DeleteUser"]},
        allow(Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}),
        allow(Condition={"StringEqualsIfExists": {"aws:PrincipalTag/team": "a"}}),
        allow(Condition={"StringLike": {"aws:PrincipalTag/team": "*"}}),
        allow(Condition={"StringNotEquals": {"aws:RequestedRegion": "us-west-1"}}),
        allow(Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
        allow(Condition={"Bool": {"aws:SecureTransport": "true"}}),
        allow(Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}),
        allow(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        allow(Condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}),
    ],
)
def test_admin_however_it_is_written(statement: dict[str, Any]) -> None:
    assert level(statement) == "yes"


@pytest.mark.parametrize(
    "cut",
    [
        deny("s3:DeleteBucket", "arn:aws:s3:::b"),
        deny("s3:*"),
        deny("iam:DeleteUser"),
        deny("iam:*", f"{IAM}:role/app/*"),
        deny(Condition=WITHOUT_MFA),
        deny(Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}),
        deny("*", "arn:aws:s3:::b/*"),
        {"Effect": "Deny", "NotAction": ["iam:*", "ec2:*"], "Resource": "arn:aws:s3:::b"},
        {"Effect": "Deny", "Action": "iam:*", "NotResource": "*"},
    ],
)
def test_a_narrow_or_conditional_deny_does_not_cancel_a_broad_allow(cut: dict[str, Any]) -> None:
    assert level(allow(), cut) == "yes"


@pytest.mark.parametrize(
    "statements",
    [
        (),
        (allow(), deny()),
        (allow(), deny("iam:*")),
        (allow(), deny("IAM:*", "arn:aws:*:*:*:*")),
        (allow(), {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}),
        ({**NOT_ACTION, "NotAction": ["iam:*", "organizations:*", "account:*"]},),
        (allow("iam:*"),),
        (allow(["s3:*", "ec2:*", "iam:*"]),),
        (allow("*", "arn:aws:s3:::*"),),
        (allow("*", f"{IAM}:role/app"),),
        (allow("*:Get*"),),
        (deny(),),
        (allow(Condition={"StringEquals": {"aws:PrincipalAccount": OTHER}}),),
    ],
)
def test_less_than_everything_is_not_admin(statements: tuple[dict[str, Any], ...]) -> None:
    assert level(*statements) == "no"


@pytest.mark.parametrize(
    "condition",
    [
        WITH_MFA,
        {"StringEquals": {"aws:PrincipalTag/team": "ops"}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"Null": {"aws:TokenIssueTime": "false"}},
        {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}},
        {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
    ],
)
def test_a_binding_condition_makes_admin_conditional(condition: dict[str, Any]) -> None:
    one = policy(allow(Condition=condition))
    assert (iam.is_admin(one, EMPTY), iam.admin_level(one, EMPTY)) == (False, "conditional")
    assert iam.admin_via(one, EMPTY)[0]["conditional"] is True


def test_conditions_on_the_caller_itself_are_decided() -> None:
    for_x = allow(Condition={"StringEquals": {"aws:username": "x"}})
    for_y = allow(Condition={"ArnLike": {"aws:PrincipalArn": f"{IAM}:user/y"}})
    assert iam.is_admin(user(for_x), EMPTY)
    assert iam.admin_level(user(for_y), EMPTY) == "no"
    assert iam.admin_level(user(allow(), deny(Condition={"StringNotEquals": {"aws:username": "y"}})), EMPTY) == "no"
    assert iam.admin_level(policy(for_x), EMPTY) == "conditional"


def test_admin_via_names_policy_statement_and_group() -> None:
    admins = group(attached=(f"{IAM}:policy/all",))
    known = world(admins, policy(deny("s3:*", Sid="no"), allow(Sid="all"), name="all"))
    member = user(allow("s3:Get*"), groups=[admins["arn"]])
    assert iam.admin_via(member, known) == [
        {
            "policy": f"{IAM}:policy/all",
            "kind": "managed",
            "through": admins["arn"],
            "statement": 1,
            "sid": "all",
            "conditional": False,
        }
    ]
    assert iam.admin_via(user(allow("s3:*")), EMPTY) == []


def test_a_permissions_boundary_is_a_ceiling() -> None:
    """access_policies_boundaries: both the boundary and the identity policies must allow."""
    boundary = f"{IAM}:policy/boundary"
    bounded = user(allow(), permissions_boundary_arn=boundary)
    assert not iam.is_admin(bounded, world(policy(allow("s3:*"), name="boundary")))
    assert iam.is_admin(bounded, world(policy(allow(), name="boundary")))
    assert not iam.is_admin(bounded, world(policy(allow(), deny("iam:*"), name="boundary")))
    assert iam.admin_level(bounded, world(policy(allow(Condition=WITH_MFA), name="boundary"))) == "conditional"
    assert iam.allows(bounded, "s3:PutObject", world(policy(allow("s3:*"), name="boundary"))) == "yes"


def test_an_unread_boundary_hides_what_the_policies_allow() -> None:
    boundary = f"{IAM}:policy/boundary"
    with pytest.raises(Unknown):
        iam.is_admin(user(allow(), permissions_boundary_arn=boundary), EMPTY)
    assert not iam.is_admin(user(allow("s3:*"), permissions_boundary_arn=boundary), EMPTY)
    with pytest.raises(Unknown):
        iam.is_admin(hide(user(allow()), "permissions_boundary_arn"), EMPTY)


def test_administrator_access_is_known_by_its_arn() -> None:
    """https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html."""
    member = user(attached=(ADMINISTRATOR_ACCESS,))
    assert iam.is_admin(member, EMPTY)
    assert "AWS documents" in iam.admin_via(member, EMPTY)[0]["note"]
    assert not iam.is_admin(user(), EMPTY)


@pytest.mark.parametrize("fact", [iam.is_admin, iam.admin_via, iam.reads_all_secrets, iam.can_manage_iam])
def test_a_policy_that_was_not_read_may_deny_what_others_allow(fact: Any) -> None:
    with pytest.raises(Unknown):
        fact(user(allow(), attached=(f"{IAM}:policy/unread",)), EMPTY)


def holders_with_a_gap() -> list[dict[str, Any]]:
    return [
        user(allow("s3:*"), attached=(f"{IAM}:policy/unread",)),
        user(groups=[f"{IAM}:group/unread"]),
        user(allow(Condition=WITH_MFA), groups=[f"{IAM}:group/unread"]),
        hide(user(), "groups"),
        hide(user(), "attached_policies"),
        hide(role(), "inline_policies"),
        hide(policy(allow("s3:*")), "document"),
        {**user(), "inline_policies": [hide(inline("u", allow("s3:*")), "document")]},
        {**user(), "inline_policies": [{"id": "u", "document": hide(document(allow()), "statements")}]},
        {**user(), "attached_policies": PartialList([], [gap()])},
        hide(permission_set(), "inline_policy"),
        permission_set(customer_managed_policies=[{"name": "own", "path": "/"}]),
        hide(permission_set(customer_managed_policies=[{"name": "own", "path": "/"}]), "provisioned_account_ids"),
    ]


@pytest.mark.parametrize(
    "question", [iam.is_admin, iam.reads_all_secrets, iam.can_manage_iam, iam.mfa_enforced, iam.can_tag_principals]
)
def test_no_fact_is_false_over_a_gap(question: Callable[[Any, iam.Lookups], bool]) -> None:
    for holder in holders_with_a_gap():
        with pytest.raises(Unknown):
            question(holder, EMPTY)


def test_no_action_is_refused_over_a_gap() -> None:
    for holder in holders_with_a_gap():
        with pytest.raises(Unknown):
            iam.allows(holder, "iam:PassRole", EMPTY)


@pytest.mark.parametrize(
    "listing", [iam.escalations, iam.statements, iam.admin_via, iam.principal_tag_keys, iam.mfa_enforced_via]
)
def test_no_list_ends_over_a_gap(listing: Callable[[Any, iam.Lookups], list[Any]]) -> None:
    for holder in holders_with_a_gap():
        with pytest.raises(Unknown):
            len(listing(holder, EMPTY))


def test_a_gap_names_every_policy_that_was_not_read() -> None:
    with pytest.raises(Unknown) as caught:
        iam.is_admin(user(attached=("a", "b")), EMPTY)
    assert [each.id for each in caught.value.gaps] == ["a", "b"]


def test_permission_sets_are_judged_by_all_their_policies() -> None:
    assert iam.is_admin(permission_set(allow()), EMPTY)
    assert iam.is_admin(permission_set(managed_policies=[{"arn": ADMINISTRATOR_ACCESS, "name": "A"}]), EMPTY)
    assert not iam.is_admin(permission_set(), EMPTY)
    own = {**policy(allow()), "arn": f"arn:aws:iam::{OTHER}:policy/team/own"}
    referring = permission_set(customer_managed_policies=[{"name": "own", "path": "/team/"}])
    assert iam.is_admin(referring, world(own))
    empty = {"managed_policy_arn": None, "customer_managed_policy_path": None, "customer_managed_policy_name": None}
    by_arn = {**empty, "managed_policy_arn": f"{IAM}:policy/s3"}
    by_name = {**empty, "customer_managed_policy_name": "own"}
    s3 = policy(allow("s3:*"), name="s3")
    assert not iam.is_admin(permission_set(allow(), permissions_boundary=by_arn), world(s3))
    with pytest.raises(Unknown):
        iam.is_admin(permission_set(allow(), permissions_boundary=by_name), world(s3))
    with pytest.raises(Unknown):
        iam.is_admin(hide(permission_set(allow()), "permissions_boundary"), EMPTY)


@pytest.mark.parametrize(
    ("statements", "action", "expected"),
    [
        ([allow("s3:GetObject")], "S3:getobject", "yes"),
        ([allow("s3:GetObject", "arn:aws:s3:::b/*")], "s3:GetObject", "no"),
        ([allow("s3:GetObject", "arn:aws:s3:::*")], "s3:GetObject", "yes"),
        ([allow("kms:Decrypt", "arn:aws:kms:*:*:key/*")], "kms:Decrypt", "yes"),
        ([allow("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*")], "kms:Decrypt", "yes"),
        ([allow("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/abc")], "kms:Decrypt", "no"),
        ([allow("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:*")], "kms:Decrypt", "yes"),
        ([allow("kms:Decrypt", "arn:aws:kms:eu-*:*:key/*")], "kms:Decrypt", "yes"),
        ([allow("kms:Decrypt", "arn:aws:kms:*:*:key*")], "kms:Decrypt", "yes"),
        (
            [allow("kms:*"), {"Effect": "Deny", "Action": "kms:*", "NotResource": "arn:aws:kms:eu-*:*:key/*"}],
            "kms:Decrypt",
            "yes",
        ),
        (
            [allow("kms:*"), {"Effect": "Deny", "Action": "kms:*", "NotResource": "arn:aws:kms:eu-*:*:key/one"}],
            "kms:Decrypt",
            "no",
        ),
        # A user is no role: that the Deny leaves users out gives no way to change roles.
        ([allow("iam:*"), deny("iam:*", "arn:aws:iam::*:role/*")], "iam:PutRolePolicy", "no"),
        ([allow("iam:*"), deny("iam:*", "arn:aws:iam::*:role/*")], "iam:PutUserPolicy", "yes"),
        ([allow("kms:Decrypt", "arn:aws:kms::*:key/*")], "kms:Decrypt", "no"),
        ([allow("kms:*", "arn:aws:kms:*:*:alias/*")], "kms:Decrypt", "no"),
        ([allow("kms:*"), deny("kms:Decrypt", "arn:aws:kms:*:*:key/*")], "kms:Decrypt", "no"),
        ([allow("kms:Decrypt"), deny("kms:*", "arn:aws:kms:eu-*:*:*")], "kms:Decrypt", "yes"),
        ([allow("kms:Decrypt", "arn:aws:kms:eu-*:*:key/*"), deny("kms:*", "arn:aws:kms:*")], "kms:Decrypt", "no"),
        ([allow("dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table*")], "dynamodb:GetItem", "yes"),
        ([allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:func*")], "lambda:UpdateFunctionCode", "yes"),
        ([allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:a*")], "lambda:UpdateFunctionCode", "no"),
        ([allow("sns:Publish", "arn:aws:sns:*:*:alarm*")], "sns:Publish", "no"),
        ([allow("ssm:StartSession", "arn:aws:ec2:ap-?outh-*:*:instance/*")], "ssm:StartSession", "yes"),
        ([allow("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:app-*")], "lambda:InvokeFunction", "no"),
        ([allow("kms:Decrypt", Condition=WITH_MFA)], "kms:Decrypt", "conditional"),
        ([allow("kms:Decrypt"), deny("kms:Decrypt", Condition=WITHOUT_MFA)], "kms:Decrypt", "yes"),
        ([allow("kms:Decrypt"), deny("kms:*")], "kms:Decrypt", "no"),
        ([allow("kms:Decrypt", Condition=WITH_MFA), allow("kms:*")], "kms:Decrypt", "yes"),
        ([allow("kms:Decrypt", [])], "kms:Decrypt", "no"),
        ([allow([])], "kms:Decrypt", "no"),
        ([allow("sts:AssumeRole", f"arn:aws:iam::{OTHER}:role/*")], "sts:AssumeRole", "yes"),
        (
            [
                allow("sts:AssumeRole", f"arn:aws:iam::{OTHER}:role/*"),
                deny("sts:AssumeRole", f"arn:aws:iam::{OTHER}:*"),
            ],
            "sts:AssumeRole",
            "no",
        ),
        (
            [allow("sts:AssumeRole"), deny("sts:AssumeRole", f"arn:aws:iam::{OTHER}:*")],
            "sts:AssumeRole",
            "yes",
        ),
        (
            [allow("sts:AssumeRole", Condition={"StringEquals": {"aws:ResourceAccount": OTHER}})],
            "sts:AssumeRole",
            "conditional",
        ),
        ([allow("iam:PassRole", Condition={"StringEquals": {"aws:ResourceAccount": ACCOUNT}})], "iam:PassRole", "yes"),
        ([allow("iam:PassRole", f"arn:aws:iam::{OTHER}:role/*")], "iam:PassRole", "no"),
        ([allow("iam:PassRole", "arn:aws:iam::*:user/*")], "iam:PassRole", "no"),
        ([allow("iam:PassRole", "arn:aws-cn:iam::*:role/*")], "iam:PassRole", "no"),
        ([{**NOT_ACTION, "NotAction": "s3:*"}], "iam:PassRole", "yes"),
        ([{**NOT_ACTION, "NotAction": "IAM:pass*"}], "iam:PassRole", "no"),
        ([{"Effect": "Allow", "Action": "iam:PassRole", "NotResource": f"{IAM}:role/x"}], "iam:PassRole", "yes"),
        ([{"Effect": "Allow", "Action": "iam:PassRole", "NotResource": "arn:aws:iam::*:role/*"}], "iam:PassRole", "no"),
    ],
)
def test_allows_is_allow_minus_deny_on_resources_at_large(
    statements: list[dict[str, Any]], action: str, expected: str
) -> None:
    assert iam.allows(policy(*statements), action, EMPTY) == expected


def test_granted_shows_the_statements_with_resources_and_conditions() -> None:
    one = policy(allow("iam:PassRole", f"{IAM}:role/app"), allow("iam:Pass*", Sid="wide", Condition=WITH_MFA))
    assert iam.granted(one, "iam:PassRole", EMPTY) == [
        {
            "policy": one["id"],
            "kind": "document",
            "through": None,
            "statement": 1,
            "sid": "wide",
            "conditional": True,
            "resources": ["*"],
            "conditions": [
                {
                    "operator": "bool",
                    "set": None,
                    "if_exists": False,
                    "key": "aws:multifactorauthpresent",
                    "values": ["true"],
                    "binds": True,
                }
            ],
        }
    ]
    with pytest.raises(Unknown):
        iam.granted(user(allow(), permissions_boundary_arn="b"), "iam:PassRole", EMPTY)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("secretsmanager:GetSecretValue"), True),
        (allow("secretsmanager:*", "arn:aws:secretsmanager:*:*:secret:*"), True),
        (allow("secretsmanager:Get*", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:*"), True),
        (allow("secretsmanager:Get*", "arn:aws:secretsmanager:*:*:secret:*-??????"), True),
        (allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:prod/*"), False),
        (allow("secretsmanager:GetSecretValue", Condition={"StringEquals": {"aws:ResourceTag/t": "a"}}), False),
        (allow("secretsmanager:List*"), False),
    ],
)
def test_reads_all_secrets(statement: dict[str, Any], *, expected: bool) -> None:
    assert iam.reads_all_secrets(policy(statement), EMPTY) is expected


def test_a_boundary_of_one_region_leaves_that_region_at_large() -> None:
    boundary = policy(allow("kms:*", "arn:aws:kms:eu-west-1:*:key/*"), name="boundary")
    holder = user(allow("kms:*"), permissions_boundary_arn=boundary["arn"])
    assert iam.allows(holder, "kms:Decrypt", world(boundary)) == "yes"


def test_full_access_is_every_action_of_the_service() -> None:
    assert iam.full_access(policy(allow("KMS:*")), "kms", EMPTY)
    assert iam.full_access(policy(allow()), "kms", EMPTY)
    assert not iam.full_access(policy(allow("kms:D*")), "kms", EMPTY)
    assert not iam.full_access(policy(allow("kms:*", "arn:aws:kms:eu-west-1:1:key/a")), "kms", EMPTY)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("iam:*")], True),
        ([allow("iam:CreateRole", "arn:aws:iam::*:role/*")], True),
        ([allow("iam:CreateRole", "arn:aws:iam::*:role/app/*")], False),
        ([allow("iam:CreateRole", Condition={"StringEquals": {"iam:PermissionsBoundary": "b"}})], False),
        (
            [
                allow("iam:*"),
                deny(
                    ["iam:Create*", "iam:Put*", "iam:Attach*"],
                    Condition={"StringNotEquals": {"iam:PermissionsBoundary": "b"}},
                ),
            ],
            False,
        ),
        # AWS's own policies can be boundaries too (access_policies_boundaries): this one bounds nothing.
        ([allow("iam:*", Condition={"Null": {"iam:PermissionsBoundary": "false"}})], True),
        ([allow("iam:*", Condition={"ArnLike": {"iam:PermissionsBoundary": "arn:aws*:iam::aws:policy/*"}})], True),
        ([allow("iam:*", Condition={"StringLike": {"iam:PermissionsBoundary": f"{IAM}:policy/*"}})], False),
        ([allow("iam:*"), deny("iam:*", Condition={"Null": {"iam:PermissionsBoundary": "true"}})], True),
        # ForAnyValue is false where the key is missing: what sets no boundary at all is not denied.
        (
            [
                allow("iam:*"),
                deny("iam:*", Condition={"ForAnyValue:StringNotEquals": {"iam:PermissionsBoundary": "b"}}),
            ],
            True,
        ),
        (
            [
                allow("iam:*"),
                deny(
                    ["iam:Create*", "iam:Put*", "iam:Attach*"],
                    Condition={"ArnNotLike": {"iam:PermissionsBoundary": "arn:aws:iam::*:policy/*"}},
                ),
            ],
            True,
        ),
        ([allow("iam:*"), deny("iam:Create*", Condition=WITHOUT_MFA)], True),
        ([allow("iam:*", Condition=WITH_MFA)], True),
        ([allow("iam:*", Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}})], True),
        ([allow("iam:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})], True),
        ([allow("iam:*", Condition=WITH_MFA | {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})], False),
        ([allow("iam:*", Condition=WITH_MFA | {"StringEquals": {"iam:PermissionsBoundary": "b"}})], False),
        ([allow("iam:*", Condition=WITH_MFA), deny("iam:*", Condition=WITH_MFA)], False),
        ([allow("iam:*"), deny("iam:*", Condition=WITH_MFA)], True),
        ([allow("iam:List*")], False),
    ],
)
def test_can_manage_iam_without_a_boundary(statements: list[dict[str, Any]], *, expected: bool) -> None:
    assert iam.can_manage_iam(user(*statements), EMPTY) is expected


def test_tags_of_principals() -> None:
    by_tag = allow("s3:*", "arn:aws:s3:::b/${aws:PrincipalTag/Team}/*")
    by_key = allow("ec2:*", Condition={"StringEquals": {"aws:PrincipalTag/Cost": "${aws:principaltag/team, 'x'}"}})
    assert iam.principal_tag_keys(policy(by_tag, by_key), EMPTY) == ["cost", "team"]
    assert iam.can_tag_principals(user(allow("iam:TagUser", f"{IAM}:user/x")), EMPTY)
    assert iam.can_tag_principals(user(allow("iam:TagUser", "arn:aws:iam::*:user/${aws:username}")), EMPTY)
    assert iam.can_tag_principals(user(allow("iam:Tag*")), EMPTY)
    assert not iam.can_tag_principals(user(allow("iam:TagUser", f"{IAM}:user/y")), EMPTY)
    assert iam.can_tag_principals(user(allow("iam:Tag*", Condition=WITH_MFA)), EMPTY)


def test_statements_come_with_their_policies() -> None:
    admins = group(allow("s3:*"))
    found = iam.statements(user(deny("ec2:*", Sid="no"), groups=[admins["arn"]]), world(admins))
    assert [(each["effect"], each["kind"], each["through"], each["sid"]) for each in found] == [
        ("Deny", "inline", None, "no"),
        ("Allow", "inline", admins["arn"], None),
    ]


SELF_MANAGE = ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "sts:GetSessionToken"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Effect": "Deny", "NotAction": SELF_MANAGE, "Resource": "*", "Condition": WITHOUT_MFA}, True),
        (deny(Condition=WITHOUT_MFA), True),
        (deny(Condition={"Null": {"aws:MultiFactorAuthAge": "true"}}), True),
        (deny(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false", "aws:ViaAWSService": "false"}}), True),
        (deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}), False),
        (deny(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": ["true", "false"]}}), False),
        (deny("s3:*", Condition=WITHOUT_MFA), False),
        (deny("*", "arn:aws:s3:::b", Condition=WITHOUT_MFA), False),
        ({"Effect": "Deny", "Action": "*", "NotResource": f"{IAM}:user/*", "Condition": WITHOUT_MFA}, False),
        ({"Effect": "Deny", "Action": "*", "NotResource": f"{IAM}:user/x", "Condition": WITHOUT_MFA}, True),
        (deny(Condition={**WITHOUT_MFA, "StringEquals": {"aws:PrincipalTag/a": "b"}}), False),
        ({"Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*", "Condition": WITHOUT_MFA}, False),
        (allow(Condition=WITH_MFA), False),
        (deny(), False),
    ],
)
def test_mfa_is_enforced_by_a_deny_that_access_keys_cannot_pass(statement: dict[str, Any], *, expected: bool) -> None:
    """reference_policies_examples_aws_my-sec-creds-self-manage, id_credentials_mfa_configure-api-require."""
    assert iam.mfa_enforced(user(statement), EMPTY) is expected


def test_mfa_is_enforced_through_groups_and_boundaries() -> None:
    guarded = group(deny(Condition=WITHOUT_MFA, Sid="mfa"))
    member = user(groups=[guarded["arn"]], attached=("unread",))
    assert iam.mfa_enforced(member, world(guarded))
    assert [each["through"] for each in iam.mfa_enforced_via(user(groups=[guarded["arn"]]), world(guarded))] == [
        guarded["arn"]
    ]
    boundary = policy(allow(), deny(Condition=WITHOUT_MFA), name="b")
    bounded = user(permissions_boundary_arn=boundary["arn"])
    assert iam.mfa_enforced(bounded, world(boundary))
    with pytest.raises(Unknown):
        iam.mfa_enforced(bounded, EMPTY)
