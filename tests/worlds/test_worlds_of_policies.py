"""Worlds of policies: what allow, deny, boundaries, versions and variables amount to, by AWS's evaluation logic."""

from __future__ import annotations

from typing import Any

import pytest
from moto_world import ACCOUNT, World, allow, deny, document, trusting

IAM = ("iam",)
WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
OWN = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([allow()], "fail"),
        ([allow("*:*")], "fail"),
        ([allow("*", "arn:aws:*:*:*:*")], "fail"),
        ([allow(), deny("s3:DeleteBucket", "arn:aws:s3:::logs")], "fail"),
        ([allow(), deny(Condition=WITHOUT_MFA)], "fail"),
        ([{"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"}], "fail"),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::logs/*"}], "fail"),
        # PowerUserAccess is made like this: everything but control over identities.
        ([{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}], "pass"),
        ([allow(), deny("iam:*")], "pass"),
        ([allow(), deny()], "pass"),
        ([allow("s3:*"), allow("ec2:*")], "pass"),
        ([allow(Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})], "pass"),
    ],
)
def test_full_administrators(world: World, statements: list[dict[str, Any]], verdict: str) -> None:
    """reference_policies_evaluation-logic_policy-eval-denyallow: a Deny takes away what it matches, no more."""
    world.policy("p", *statements)
    world.expect(IAM, ("iam-policy-no-full-admin", {"p": verdict}))


def test_a_permissions_boundary_is_the_most_that_its_user_may_do(world: World) -> None:
    """access_policies_boundaries: effective permissions are those that both the policies and the boundary allow."""
    boundary = world.policy("boundary", allow(["s3:*", "logs:*"]))
    everything = world.policy("everything", allow())
    world.iam.create_user(UserName="bounded")
    world.boundaries({"bounded": boundary})
    world.iam.create_user(UserName="free")
    for name in ("bounded", "free"):
        world.iam.attach_user_policy(UserName=name, PolicyArn=everything)
    world.expect(
        IAM,
        ("iam-user-no-admin", {"bounded": "pass", "free": "fail"}),
        ("iam-principal-no-privilege-escalation", {"bounded": "pass"}),
    )


def test_only_the_default_version_of_a_policy_holds(world: World) -> None:
    """access_policies_managed-versioning: the default version is the one in effect."""
    tamed = world.policy("tamed", allow())
    world.iam.create_policy_version(PolicyArn=tamed, PolicyDocument=document(allow("s3:GetObject")), SetAsDefault=True)
    waiting = world.policy("waiting", allow("s3:GetObject"))
    world.iam.create_policy_version(PolicyArn=waiting, PolicyDocument=document(allow()), SetAsDefault=False)
    world.expect(IAM, ("iam-policy-no-full-admin", {"tamed": "pass", "waiting": "pass"}))


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([allow("iam:CreateAccessKey")], "fail"),
        ([allow("IAM:createaccesskey")], "fail"),
        ([allow("iam:Create*")], "fail"),
        ([allow("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}")], "pass"),
        ([allow("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/ci")], "pass"),
        ([allow("iam:CreateAccessKey"), deny("iam:CreateAccessKey")], "pass"),
        ([allow("iam:CreateAccessKey"), deny("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/ci")], "fail"),
        ([allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])], "fail"),
        ([allow(["lambda:CreateFunction", "lambda:InvokeFunction"])], "pass"),
        (
            [
                allow(["lambda:CreateFunction", "lambda:InvokeFunction"]),
                allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/one"),
            ],
            "pass",
        ),
        ([allow("iam:AttachUserPolicy"), deny("iam:*", Condition=WITHOUT_MFA)], "fail"),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], "fail"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, deny("sts:*")], "fail"),
    ],
)
def test_escalation(world: World, statements: list[dict[str, Any]], verdict: str) -> None:
    """reference_policies_elements_action and reference_policies_variables; service authorization reference of IAM."""
    world.policy("p", *statements)
    world.expect(IAM, ("iam-policy-no-privilege-escalation", {"p": verdict}))


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        (allow("sts:AssumeRole"), "fail"),
        (allow("sts:*"), "fail"),
        (allow("sts:AssumeRole", "arn:aws:iam::*:role/*"), "fail"),
        (allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/deploy"), "pass"),
        (allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/deploy-*"), "pass"),
        # Whoever makes a role of that name in whichever account.
        (allow("sts:AssumeRole", "arn:aws:iam::*:role/deploy"), "fail"),
        (allow("sts:GetCallerIdentity"), "pass"),
    ],
)
def test_assuming_any_role(world: World, statement: dict[str, Any], verdict: str) -> None:
    """id_roles_use_permissions-to-switch: name the roles in Resource."""
    world.policy("p", statement)
    world.expect(IAM, ("iam-policy-no-wildcard-assume-role", {"p": verdict}))


def test_inline_policies_give_as_much_as_managed_ones(world: World) -> None:
    """access_policies_managed-vs-inline."""
    world.role("r", trusting({"Service": "ec2.amazonaws.com"}))
    world.iam.put_role_policy(RoleName="r", PolicyName="all", PolicyDocument=document(allow()))
    world.expect(IAM, ("iam-role-no-admin", {"r": "fail"}), ("iam-inline-no-full-admin", {"r": "fail"}))


def test_passing_roles_is_bounded_by_the_service_or_the_role(world: World) -> None:
    """id_roles_use_passrole, iam:PassedToService."""
    world.policy("any", allow("iam:PassRole"))
    condition = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    world.policy("path", allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/app/*", Condition=condition))
    world.policy("one", allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/app"))
    world.expect(IAM, ("iam-policy-passrole-bounded", {"any": "fail", "path": "pass"}))


def test_delegated_control_of_iam_sets_a_boundary(world: World) -> None:
    """access_policies_boundaries, delegating responsibility: iam:PermissionsBoundary."""
    boundary = world.policy("boundary", allow("s3:*"))
    bound = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    for name, condition in (("bound", {"Condition": bound}), ("free", {})):
        world.role(name, trusting(OWN))
        world.iam.put_role_policy(
            RoleName=name,
            PolicyName="p",
            PolicyDocument=document(allow(["iam:CreateRole", "iam:CreateUser"], **condition)),
        )
    world.expect(IAM, ("iam-delegated-iam-admin-bounded", {"bound": "pass", "free": "fail"}))


def test_notaction_with_allow(world: World) -> None:
    """reference_policies_elements_notaction: NotAction with Allow can grant more than intended."""
    world.policy("wide", {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    world.policy("narrow", allow("s3:GetObject"), {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"})
    world.expect(IAM, ("iam-policy-no-allow-notaction", {"wide": "fail", "narrow": "pass"}))


def test_more_policies_than_fit_on_a_page(world: World) -> None:
    """API_ListPolicies: MaxItems is at most 1000 and 100 unless given; IsTruncated and Marker say that more follow."""
    for number in range(130):
        world.policy(f"p{number:03}", allow("s3:GetObject"))
    world.policy("zz-last", allow())
    world.expect(IAM, ("iam-policy-no-full-admin", {"p000": "pass", "p129": "pass", "zz-last": "fail"}))
