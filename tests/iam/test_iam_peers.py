"""The mistakes about IAM that other tools make, one test each; the numbers are those of the catalogue's notes."""

from __future__ import annotations

from iam_worlds import ACCOUNT, EMPTY, IAM, OTHER, WITHOUT_MFA, allow, deny, policy, role, user

from sec02_policies import iam

GITHUB = "token.actions.githubusercontent.com"


def trusting(principal: object, action: str = "sts:AssumeRole", **rest: object) -> dict[str, object]:
    return iam.trust(role(trust=({"Effect": "Allow", "Principal": principal, "Action": action, **rest},)))


def test_mistake_2_admin_beside_a_narrow_deny_or_written_otherwise() -> None:
    admins = [
        policy(allow(), deny("s3:DeleteBucket", "arn:aws:s3:::b")),
        policy(allow(), deny(Condition=WITHOUT_MFA)),
        policy({"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"}),
        policy({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b"}),
        policy(allow("*", "arn:aws:*:*:*:*")),
    ]
    assert all(iam.is_admin(each, EMPTY) for each in admins)
    only_for_some = policy(allow(Condition={"StringEquals": {"aws:PrincipalTag/team": "ops"}}))
    assert (iam.is_admin(only_for_some, EMPTY), iam.admin_level(only_for_some, EMPTY)) == (False, "conditional")


def test_mistake_3_escalation_for_oneself_or_one_arn_and_beside_a_narrow_deny() -> None:
    silent = [
        allow("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}"),
        allow("codebuild:StartBuild", f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/app"),
        allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:app"),
        allow("ssm:StartSession", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0abc"),
    ]
    assert [iam.escalations(user(each), EMPTY) for each in silent] == [[], [], [], []]
    one_denied = policy(allow("iam:CreatePolicyVersion"), deny("iam:CreatePolicyVersion", f"{IAM}:policy/app"))
    without_mfa = policy(allow("iam:PutRolePolicy"), deny("iam:PutRolePolicy", Condition=WITHOUT_MFA))
    assert [each["id"] for each in iam.escalations(one_denied, EMPTY)] == ["iam-create-policy-version"]
    assert [each["id"] for each in iam.escalations(without_mfa, EMPTY)] == ["iam-put-role-policy"]


def test_mistake_4_paths_that_others_do_not_know() -> None:
    expected = {
        "sso:CreateAccountAssignment": "sso-create-account-assignment",
        "sso:PutInlinePolicyToPermissionSet": "sso-put-inline-policy",
        "identitystore:CreateGroupMembership": "identitystore-create-group-membership",
        "iam:UpdateSAMLProvider": "iam-update-saml-provider",
        "iam:AddClientIDToOpenIDConnectProvider": "iam-add-client-id-to-oidc-provider",
        "iam:DeactivateMFADevice": "iam-deactivate-mfa-device",
        "iam:DeleteRolePolicy": "iam-delete-role-policy",
        "iam:DeleteRolePermissionsBoundary": "iam-delete-role-permissions-boundary",
    }
    for action, path in expected.items():
        assert [each["id"] for each in iam.escalations(policy(allow(action)), EMPTY)] == [path]
    anchor = policy(allow(["rolesanywhere:CreateTrustAnchor", "rolesanywhere:CreateProfile", "iam:PassRole"]))
    assert [each["id"] for each in iam.escalations(anchor, EMPTY)] == ["rolesanywhere-trust-own-authority"]


def test_mistake_5_plain_service_trust_is_told_from_bound_and_from_foreign_trust() -> None:
    for service in ("ec2.amazonaws.com", "lambda.amazonaws.com", "ecs-tasks.amazonaws.com"):
        plain = trusting({"Service": service})
        assert (plain["public"], plain["external_accounts"], plain["human_entry"]) == (False, [], False)
        assert [(each["name"], each["bound"]) for each in plain["services"]] == [(service, False)]
    for key, value in (("aws:SourceAccount", ACCOUNT), ("aws:SourceOrgID", "o-a1b2c3d4e5")):
        bound = trusting({"Service": "cloudtrail.amazonaws.com"}, Condition={"StringEquals": {key: value}})
        assert [each["bound"] for each in bound["services"]] == [True]


def test_mistake_6_the_letter_case_of_the_action_hides_nothing() -> None:
    assert [each["bound"] for each in trusting({"Service": "sns.amazonaws.com"}, "STS:AssumeRole")["services"]] == [
        False
    ]
    assert trusting("*", "STS:ASSUMEROLE")["public"]


def test_mistake_14_every_spelling_of_anybody_and_accounts_by_their_id() -> None:
    assert trusting("*")["public"]
    assert trusting({"AWS": [OTHER, "*"]})["public"]
    # The own account's id within another ARN is not the own account.
    lookalike = trusting({"AWS": f"arn:aws:iam::{OTHER}:role/{ACCOUNT}"})
    assert lookalike["external_accounts"] == [OTHER]
    renamed = policy(allow("s3:Get*"), name="ReadOnlyAccess")
    assert iam.allows(renamed, "s3:GetObject", EMPTY) == "yes"


def test_mistake_15_any_role_is_told_from_some_roles() -> None:
    def answer(statement: dict[str, object]) -> str:
        return iam.allows(policy(statement), "sts:AssumeRole", EMPTY)

    assert answer(allow("sts:AssumeRole", "arn:aws:iam::*:role/app/*")) == "no"
    assert answer(allow("sts:AssumeRole", "arn:aws:iam::*:role/audit")) == "no"
    assert answer(allow("sts:Assume*")) == "yes"
    assert answer(allow("STS:ASSUMEROLE", "arn:aws:iam::*:role/*")) == "yes"
    assert answer({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}) == "yes"


def test_mistake_24_oidc_trust_is_looked_into() -> None:
    provider = {"Federated": f"{IAM}:oidc-provider/{GITHUB}"}
    (open_to_all,) = trusting(provider, "sts:AssumeRoleWithWebIdentity")["oidc"]
    assert (open_to_all["aud"], open_to_all["sub"]) == ([], [])
    condition = {
        "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{GITHUB}:sub": "repo:org/repo:ref:refs/heads/main"},
    }
    (pinned,) = trusting(provider, "sts:AssumeRoleWithWebIdentity", Condition=condition)["oidc"]
    assert (pinned["aud"], pinned["sub"][0]["ref_fixed"]) == (["sts.amazonaws.com"], True)
