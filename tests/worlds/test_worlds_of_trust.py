"""Worlds of roles: whom a trust policy lets in, by AWS's pages on principals, conditions and federation."""

from __future__ import annotations

from typing import Any

import pytest
from moto_world import ACCOUNT, World, allow, trusting

from sec02_policies.demo.certificates import certificate, saml_metadata

IAM = ("iam",)
WITH_ORGANIZATION = ("iam", "organizations")
WITH_SIGN_IN = ("iam", "identity_center", "organizations")
OTHER = "999988887777"
GITHUB = "token.actions.githubusercontent.com"
WEB = "sts:AssumeRoleWithWebIdentity"
PUBLIC = "iam-role-trust-no-wildcard-principal"
KNOWN = "iam-role-trust-known-accounts"


@pytest.mark.parametrize(
    ("principal", "condition", "verdict"),
    [
        ("*", None, "fail"),
        ({"AWS": "*"}, None, "fail"),
        ({"AWS": [f"arn:aws:iam::{ACCOUNT}:root", "*"]}, None, "fail"),
        ({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, "pass"),
        ({"AWS": "*"}, {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, "fail"),
        ({"AWS": "*"}, {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, "fail"),
        ({"AWS": "*"}, {"StringLike": {"aws:PrincipalOrgID": "*"}}, "fail"),
        ({"AWS": "*"}, {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, "pass"),
        ({"AWS": "*"}, {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}}, "pass"),
        ({"AWS": "*"}, {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}, "fail"),
        ({"AWS": "*"}, {"Bool": {"aws:SecureTransport": "true"}}, "fail"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, None, "pass"),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, None, "pass"),
    ],
)
def test_anybody(world: World, principal: Any, condition: Any, verdict: str) -> None:
    """reference_policies_elements_principal, all principals; reference_policies_condition-keys, aws:PrincipalOrgID."""
    world.role("r", trusting(principal, **({"Condition": condition} if condition else {})))
    world.expect(IAM, (PUBLIC, {"r": verdict}))


def test_accounts(world: World) -> None:
    """reference_policies_elements_principal, AWS account principals: the id alone and arn:...:root are the same."""
    world.role("own-root", trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    world.role("own-id", trusting({"AWS": ACCOUNT}))
    world.role("other-root", trusting({"AWS": f"arn:aws:iam::{OTHER}:root"}))
    world.role("other-id", trusting({"AWS": OTHER}))
    world.role("other-role", trusting({"AWS": f"arn:aws:iam::{OTHER}:role/{ACCOUNT}"}))
    strangers = dict.fromkeys(("other-root", "other-id", "other-role"), "fail")
    world.expect(WITH_ORGANIZATION, (KNOWN, {"own-root": "not_applicable", "own-id": "not_applicable", **strangers}))


def test_third_parties_give_an_external_id(world: World) -> None:
    """id_roles_common-scenarios_third-party: sts:ExternalId in the trust policy, against the confused deputy."""
    stranger = {"AWS": f"arn:aws:iam::{OTHER}:root"}
    world.role("bare", trusting(stranger))
    world.role("bound", trusting(stranger, Condition={"StringEquals": {"sts:ExternalId": "9f3c1d7e-vendor"}}))
    world.role("loose", trusting(stranger, Condition={"StringEqualsIfExists": {"sts:ExternalId": "9f3c1d7e-vendor"}}))
    world.role("any", trusting(stranger, Condition={"StringLike": {"sts:ExternalId": "*"}}))
    wanted = {"bare": "fail", "bound": "pass", "loose": "fail", "any": "fail"}
    world.expect(WITH_ORGANIZATION, ("iam-role-third-party-external-id", wanted))


def test_principals_that_were_deleted(world: World) -> None:
    """reference_policies_elements_principal: the ARN of a deleted principal becomes its unique id."""
    world.role("orphan", trusting({"AWS": "AIDACKCEVSQ6C2EXAMPLE"}))
    world.role("fine", trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    world.expect(IAM, ("iam-role-trust-no-orphan-principal", {"orphan": "fail", "fine": "pass"}))


def test_services(world: World) -> None:
    """confused-deputy: aws:SourceArn and aws:SourceAccount; service-linked roles cannot be edited."""
    world.role("plain", trusting({"Service": "cloudtrail.amazonaws.com"}))
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    world.role("bound", trusting({"Service": "cloudtrail.amazonaws.com"}, Condition=condition))
    arn = {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/*"}}
    world.role("by-arn", trusting({"Service": "cloudtrail.amazonaws.com"}, Condition=arn))
    world.role("server", trusting({"Service": "ec2.amazonaws.com"}))
    world.role("code", trusting({"Service": "lambda.amazonaws.com"}))
    linked = world.iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")["Role"]["RoleName"]
    wanted = {"plain": "fail", "bound": "pass", "by-arn": "pass"}
    world.expect(
        IAM,
        (
            "iam-role-service-confused-deputy",
            {**wanted, **dict.fromkeys(("server", "code", linked), "not_applicable")},
        ),
        ("iam-role-unused", {linked: "not_applicable"}),
    )


@pytest.mark.parametrize(
    ("condition", "restricted", "narrow"),
    [
        ({}, "fail", "fail"),
        ({"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}, "fail", "fail"),
        ({"StringLike": {f"{GITHUB}:sub": "*"}}, "fail", "fail"),
        ({"StringLike": {f"{GITHUB}:sub": "repo:*"}}, "fail", "fail"),
        ({"StringLike": {f"{GITHUB}:sub": "repo:example*/app:*"}}, "fail", "fail"),
        ({"StringLike": {f"{GITHUB}:sub": "repo:example/*"}}, "pass", "fail"),
        ({"StringEquals": {f"{GITHUB}:sub": "repo:example/app:ref:refs/heads/main"}}, "pass", "pass"),
        ({"StringEqualsIgnoreCase": {f"{GITHUB}:sub": "repo:example/app:ref:refs/heads/main"}}, "pass", "pass"),
        ({"StringEqualsIfExists": {f"{GITHUB}:sub": "repo:example/app:ref:refs/heads/main"}}, "fail", "fail"),
        ({"ForAllValues:StringLike": {f"{GITHUB}:sub": "repo:example/app:*"}}, "fail", "fail"),
        # A wildcard under StringEquals is the letter *: nobody gets in by it.
        ({"StringEquals": {f"{GITHUB}:sub": "repo:example/app:*"}}, "pass", "pass"),
    ],
)
def test_workflows_of_github(world: World, condition: Any, restricted: str, narrow: str) -> None:
    """id_roles_create_for-idp_oidc: limit who can assume the role by the subject; condition operators for sets."""
    provider = world.iam.create_open_id_connect_provider(
        Url=f"https://{GITHUB}",
        ThumbprintList=["6938fd4d98bab03faadb97b34396831e3780aea1"],
        ClientIDList=["sts.amazonaws.com"],
    )["OpenIDConnectProviderArn"]
    world.role("ci", trusting({"Federated": provider}, WEB, **({"Condition": condition} if condition else {})))
    world.expect(
        IAM,
        ("iam-role-oidc-sub-restricted", {"ci": restricted}),
        ("iam-role-oidc-sub-not-broad", {"ci": narrow}),
    )


def test_the_audience_of_oidc(world: World) -> None:
    """id_roles_create_for-idp_oidc: aud is the application that the token was made for."""
    provider = world.iam.create_open_id_connect_provider(
        Url="https://login.example.com",
        ThumbprintList=["6938fd4d98bab03faadb97b34396831e3780aea1"],
        ClientIDList=["app"],
    )["OpenIDConnectProviderArn"]
    subject = {"login.example.com:sub": "1234"}
    both = {"StringEquals": {**subject, "login.example.com:aud": "app"}}
    world.role("pinned", trusting({"Federated": provider}, WEB, Condition=both))
    world.role("open", trusting({"Federated": provider}, WEB, Condition={"StringEquals": subject}))
    world.expect(IAM, ("iam-role-oidc-aud-pinned", {"pinned": "pass", "open": "fail"}))


def test_saml(world: World) -> None:
    """id_roles_create_for-idp_saml: SAML:aud; API_GetSAMLProvider: ValidUntil and the metadata document."""
    metadata = saml_metadata(
        "https://idp.example.com", certificate("idp", begins=world.state.ago(400), ends=world.state.ago(-400))
    )
    arn = world.iam.create_saml_provider(SAMLMetadataDocument=metadata, Name="corp")["SAMLProviderArn"]
    aud = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    world.role("pinned", trusting({"Federated": arn}, "sts:AssumeRoleWithSAML", Condition=aud))
    world.role("open", trusting({"Federated": arn}, "sts:AssumeRoleWithSAML"))
    gone = arn.replace("corp", "gone")
    world.role("dangling", trusting({"Federated": gone}, "sts:AssumeRoleWithSAML", Condition=aud))
    world.expect(
        IAM,
        ("iam-role-saml-aud-pinned", {"pinned": "pass", "open": "fail"}),
        ("iam-role-federated-provider-exists", {"pinned": "pass", "dangling": "fail"}),
        ("iam-federation-configured", {world.name: "pass"}),
    )


def test_an_account_with_users_only_has_no_federation(world: World) -> None:
    """sec_identities_identity_provider: rely on a centralized identity provider."""
    world.user("alice", password=True)
    world.role("app", trusting({"Service": "ec2.amazonaws.com"}))
    world.expect(WITH_SIGN_IN, ("iam-federation-configured", {world.name: "fail"}))


def test_cross_account_roles_with_broad_rights(world: World) -> None:
    """access_policies: what a role allows goes to whoever may assume it."""
    stranger = {"AWS": f"arn:aws:iam::{OTHER}:root"}
    world.role("reader", trusting(stranger))
    world.role("narrow", trusting(stranger))
    world.iam.attach_role_policy(RoleName="reader", PolicyArn=world.policy("looks-harmless", allow()))
    world.iam.attach_role_policy(
        RoleName="narrow", PolicyArn=world.policy("one", allow("s3:GetObject", "arn:aws:s3:::b/*"))
    )
    world.expect(WITH_ORGANIZATION, ("iam-role-cross-account-broad-access", {"reader": "fail", "narrow": "pass"}))


def test_roles_that_nobody_assumes(world: World) -> None:
    """id_roles_manage: RoleLastUsed is empty where the role was not used in the tracking period."""
    for name, created, used in (("new", 2, None), ("never", 200, None), ("daily", 200, 1), ("gone", 300, 200)):
        world.role(name, trusting({"Service": "ec2.amazonaws.com"}))
        world.state.date_role(name, created=created, used=used)
    world.expect(IAM, ("iam-role-unused", {"new": "pass", "never": "fail", "daily": "pass", "gone": "fail"}))


def test_sessions_of_roles(world: World) -> None:
    """id_roles_manage-role_update: maximum session duration, one hour to twelve."""
    for name, seconds in (("short", 3600), ("long", 43200)):
        world.role(name, trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), MaxSessionDuration=seconds)
    world.expect(IAM, ("iam-role-session-duration", {"short": "pass", "long": "fail"}))


def test_not_principal_with_allow_lets_everybody_else_in(world: World) -> None:
    """reference_policies_elements_notprincipal: with Allow it grants to all but those that are named."""
    world.role("r", {"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}, "Action": "sts:AssumeRole"})
    world.expect(IAM, (PUBLIC, {"r": "fail"}))


def test_a_deny_in_the_trust_policy(world: World) -> None:
    """reference_policies_evaluation-logic: an explicit Deny in a resource policy wins over its Allow."""
    everybody = trusting({"AWS": "*"})
    outsiders = {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}
    world.role("shut", everybody, {**trusting({"AWS": "*"}), "Effect": "Deny"})
    world.role("narrowed", everybody, {**trusting({"AWS": "*"}, Condition=outsiders), "Effect": "Deny"})
    world.role("beside", everybody, {**trusting({"AWS": OTHER}), "Effect": "Deny"})
    world.expect(IAM, (PUBLIC, {"shut": "pass", "narrowed": "pass", "beside": "fail"}))


def test_people_bring_mfa_into_roles(world: World) -> None:
    """id_credentials_mfa_configure-api-require: aws:MultiFactorAuthPresent in the trust policy of a role."""
    own = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    world.user("alice", password=True)
    for name, condition in (
        ("with", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ("aged", {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}),
        ("if-exists", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),
        ("without", {"Bool": {"aws:SecureTransport": "true"}}),
    ):
        world.role(name, trusting(own, Condition=condition))
    world.role("machine", trusting({"Service": "ec2.amazonaws.com"}))
    verdicts = {"with": "pass", "aged": "pass", "if-exists": "fail", "without": "fail", "machine": "not_applicable"}
    world.expect(IAM, ("iam-role-human-trust-requires-mfa", verdicts))


def test_an_external_id_of_the_organization_is_not_needed(world: World) -> None:
    """id_roles_common-scenarios_third-party: the external ID is for third parties, not for one's own accounts."""
    client = world.client("organizations")
    client.create_organization(FeatureSet="ALL")
    own = client.create_account(AccountName="app", Email="app@example.invalid")["CreateAccountStatus"]["AccountId"]
    world.role("own", trusting({"AWS": f"arn:aws:iam::{own}:root"}))
    world.role("foreign", trusting({"AWS": f"arn:aws:iam::{OTHER}:root"}))
    world.expect(
        WITH_ORGANIZATION,
        ("iam-role-third-party-external-id", {"own": "not_applicable", "foreign": "fail"}),
        (KNOWN, {"own": "pass", "foreign": "fail"}),
    )
