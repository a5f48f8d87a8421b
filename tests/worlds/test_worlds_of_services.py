"""Worlds of Secrets Manager, Cognito and Organizations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto_world import ACCOUNT, World, allow, deny, document

OTHER = "999988887777"
SECRETS = ("secretsmanager",)
COGNITO = ("cognito",)
MFA = "cognito-userpool-mfa-required"


def secret(world: World, name: str, **more: Any) -> str:
    return world.client("secretsmanager").create_secret(Name=name, SecretString="CANARY", **more)["ARN"]


@pytest.mark.parametrize(
    ("principal", "condition", "verdict"),
    [
        ("*", None, "fail"),
        ({"AWS": "*"}, None, "fail"),
        ({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, "pass"),
        ({"AWS": "*"}, {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}, "pass"),
        ({"AWS": "*"}, {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, "fail"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, None, "pass"),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, None, "pass"),
    ],
)
def test_secrets_that_anybody_reads(world: World, principal: Any, condition: Any, verdict: str) -> None:
    """auth-and-access_resource-policies, BlockPublicPolicy; reference_policies_elements_principal."""
    arn = secret(world, "db")
    more = {"Condition": condition} if condition else {}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    world.client("secretsmanager").put_resource_policy(SecretId=arn, ResourcePolicy=document({**statement, **more}))
    world.expect(SECRETS, ("secrets-policy-not-public", {"db": verdict}))


def test_a_deny_for_anybody_lets_nobody_in(world: World) -> None:
    """reference_policies_elements_notprincipal and _principal: Principal * in a Deny is everybody kept out."""
    arn = secret(world, "db")
    kept_out = {**deny("secretsmanager:*"), "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    world.client("secretsmanager").put_resource_policy(SecretId=arn, ResourcePolicy=document(kept_out))
    world.expect(
        SECRETS, ("secrets-policy-not-public", {"db": "pass"}), ("secrets-policy-known-accounts", {"db": "pass"})
    )


def test_other_accounts_that_read_a_secret(world: World) -> None:
    """auth-and-access_examples_cross: a resource policy and a customer managed key let another account read."""
    arn = secret(world, "db")
    stranger = {**allow("secretsmanager:GetSecretValue"), "Principal": {"AWS": f"arn:aws:iam::{OTHER}:role/etl"}}
    world.client("secretsmanager").put_resource_policy(SecretId=arn, ResourcePolicy=document(stranger))
    world.expect((*SECRETS, "organizations"), ("secrets-policy-known-accounts", {"db": "fail"}))


def test_secrets_by_age(world: World) -> None:
    """rotating-secrets; manage_delete-secret; service-linked-secrets: rotation of these is up to their service."""
    for name in ("new", "old", "going", "events!connection/x"):
        secret(world, name)
    world.state.date_secret("new", created=0, changed=0)
    world.state.date_secret("old", created=200, changed=200)
    world.state.date_secret("events!connection/x", created=200, changed=200)
    world.client("secretsmanager").delete_secret(SecretId="going", RecoveryWindowInDays=7)

    def owned(_: object, output: dict[str, Any]) -> dict[str, Any]:
        rows = [{**row, "OwningService": "events"} if "!" in row["Name"] else row for row in output["SecretList"]]
        return {**output, "SecretList": rows}

    world.replay.amend("secretsmanager", "ListSecrets", owned)
    world.replay.amend(
        "secretsmanager",
        "DescribeSecret",
        lambda _, output: {**output, "OwningService": "events"} if "!" in output["Name"] else output,
    )
    skipped = {"going": "not_applicable", "events!connection/x": "not_applicable"}
    world.expect(
        SECRETS,
        ("secrets-unused-removed", {"new": "pass", "old": "fail", **skipped}),
        ("secrets-rotation-enabled", {"new": "fail", "old": "fail", **skipped}),
    )


def test_more_secrets_than_fit_on_a_page(world: World) -> None:
    """API_ListSecrets: MaxResults is at most 100, NextToken says that more follow."""
    for number in range(105):
        secret(world, f"s{number:03}")
    world.client("secretsmanager").tag_resource(SecretId="s104", Tags=[{"Key": "rotation", "Value": "manual"}])
    world.expect(SECRETS, ("secrets-rotation-enabled", {"s000": "fail", "s103": "fail", "s104": "not_applicable"}))


def pool(world: World, name: str, mfa: str | None = None, **client: Any) -> str:
    cognito = world.client("cognito-idp")
    found = cognito.create_user_pool(PoolName=name)["UserPool"]["Id"]
    if mfa:
        cognito.set_user_pool_mfa_config(
            UserPoolId=found, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration=mfa
        )
    cognito.create_user_pool_client(UserPoolId=found, ClientName="app", **client)
    return found


def test_multi_factor_of_user_pools(world: World) -> None:
    """user-pool-settings-mfa: ON, OPTIONAL (each user's choice) and OFF; federated users sign in elsewhere."""
    passwords = {"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}
    pool(world, "on", "ON", **passwords)
    pool(world, "optional", "OPTIONAL", **passwords)
    pool(world, "off", **passwords)
    pool(
        world,
        "federated",
        ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        CallbackURLs=["https://app.example.com/"],
        SupportedIdentityProviders=["corp"],
    )
    wanted = {"on": "pass", "optional": "fail", "off": "fail", "federated": "not_applicable"}
    world.expect(COGNITO, (MFA, wanted))


def test_clients_of_user_pools(world: World) -> None:
    """cognito-user-pools-app-idp-settings and amazon-cognito-user-pools-authentication-flow-methods."""
    common = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": ["https://app.example.com/"],
        "SupportedIdentityProviders": ["COGNITO"],
    }
    pool(world, "good", "ON", AllowedOAuthFlows=["code"], PreventUserExistenceErrors="ENABLED", **common)
    pool(world, "weak", "ON", AllowedOAuthFlows=["implicit"], ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"], **common)
    world.expect(
        COGNITO,
        ("cognito-client-no-implicit-grant", {"good/app": "pass", "weak/app": "fail"}),
        ("cognito-client-no-plain-password-flow", {"good/app": "pass", "weak/app": "fail"}),
        ("cognito-client-hides-user-existence", {"good/app": "pass", "weak/app": "fail"}),
    )


def test_guests_of_identity_pools(world: World) -> None:
    """identity-pools: unauthenticated (guest) access hands out credentials without a sign-in."""
    for name, guests in (("open", True), ("closed", False)):
        world.client("cognito-identity").create_identity_pool(
            IdentityPoolName=name, AllowUnauthenticatedIdentities=guests
        )
    world.expect(COGNITO, ("cognito-identitypool-guest-disabled", {"open": "fail", "closed": "pass"}))


def test_control_policies_on_a_unit(world: World) -> None:
    """orgs_manage_policies_inheritance: what is attached to a unit holds for every account below it."""
    client = world.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    unit = client.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]
    member = client.create_account(AccountName="app", Email="app@example.invalid")["CreateAccountStatus"]["AccountId"]
    client.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    as_root = {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [deny(Condition=as_root)]})
    made = client.create_policy(Name="no-root", Description="", Type="SERVICE_CONTROL_POLICY", Content=text)
    client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=unit)
    world.expect(
        ("organizations",), ("org-scp-deny-root", {client.describe_organization()["Organization"]["Id"]: "pass"})
    )


def test_rotation_of_secrets(world: World) -> None:
    """rotate-secrets_schedule: rate() or cron(); AutomaticallyAfterDays of up to 1000."""
    client = world.client("secretsmanager")
    for name, days in (("monthly", 30), ("yearly", 365)):
        secret(world, name)
        client.put_secret_value(SecretId=name, SecretString="CANARY")
        client.rotate_secret(
            SecretId=name,
            RotationRules={"AutomaticallyAfterDays": days},
            RotateImmediately=False,
        )
    secret(world, "never")
    world.expect(
        SECRETS,
        ("secrets-rotation-enabled", {"monthly": "pass", "yearly": "pass", "never": "fail"}),
        ("secrets-rotation-interval", {"monthly": "pass", "yearly": "fail", "never": "not_applicable"}),
    )


def test_control_policies_that_are_attached_to_nothing(world: World) -> None:
    """orgs_manage_policies_scps: a policy has no effect until it is attached to the root, a unit or an account."""
    client = world.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.create_account(AccountName="app", Email="app@example.invalid")
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    as_root = {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [deny(Condition=as_root)]})
    client.create_policy(Name="no-root", Description="", Type="SERVICE_CONTROL_POLICY", Content=text)
    here = client.describe_organization()["Organization"]["Id"]
    world.expect(("organizations",), ("org-scp-deny-root", {here: "fail"}), ("org-all-features", {here: "pass"}))


def test_an_account_in_no_organization(world: World) -> None:
    """orgs_introduction: a standalone account; AWSOrganizationsNotInUseException says that it is one."""
    world.expect(("iam", "organizations"), ("org-account-in-organization", {ACCOUNT: "fail"}))


def test_password_policy_of_user_pools(world: World) -> None:
    """user-pool-settings-policies: MinimumLength, and a temporary password's days."""
    cognito = world.client("cognito-idp")
    good = {"MinimumLength": 14, "RequireUppercase": True, "RequireLowercase": True, "RequireNumbers": True}
    cognito.create_user_pool(
        PoolName="good",
        Policies={"PasswordPolicy": {**good, "RequireSymbols": True, "TemporaryPasswordValidityDays": 1}},
    )
    cognito.create_user_pool(
        PoolName="weak",
        Policies={"PasswordPolicy": {"MinimumLength": 6, "TemporaryPasswordValidityDays": 90}},
    )
    wanted = {"good": "pass", "weak": "fail"}
    world.expect(
        COGNITO,
        ("cognito-userpool-password-min-length", wanted),
        ("cognito-userpool-password-complexity", wanted),
        ("cognito-userpool-temp-password-validity", wanted),
    )
