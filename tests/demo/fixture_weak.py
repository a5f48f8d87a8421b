"""A badly kept account: one wrong turn of everything that the policies look for, and hardly anything right."""

from __future__ import annotations

from typing import Any

from fixture_tools import (
    ACCOUNT,
    ALICE,
    BOB,
    ENGINEERS,
    GITHUB,
    INSTANCE,
    MANAGED,
    REGION,
    WORKLOADS,
    Record,
    accessed,
    account_arn,
    allow,
    arn,
    attached,
    attestations,
    aws_policy,
    day,
    deny,
    document,
    own_policy,
    policy,
    tagged,
    trust,
)

from sec02_policies.testing import example

_STRANGER = "999988887777"
_SET = f"arn:aws:sso:::permissionSet/{INSTANCE.rpartition('/')[2]}/ps-1234567890abcdef"
_GONE = "a1b2c3d4-0009-0009-0009-000000000009"
_GUEST = "a1b2c3d4-0001-0002-0003-000000000004"
_ADMIN = f"{MANAGED}/AdministratorAccess"


def weak() -> Record:
    """The whole snapshot."""
    whole = document(
        iam_account=[_account()],
        iam_root=[_root()],
        iam_user=_users(),
        iam_group=_groups(),
        iam_role=_roles(),
        iam_policy=_policies(),
        iam_saml_provider=[_saml_provider()],
        iam_oidc_provider=[
            example("iam_oidc_provider", {"client_ids": ["sts.amazonaws.com", "anyone"]}),
            example("iam_oidc_provider", {"name": "gitlab.com", "url": "gitlab.com"}),
        ],
        iam_server_certificate=[example("iam_server_certificate", {"expiration": day(10)})],
        secretsmanager_secret=_secrets(),
        cognito_user_pool=[_pool(), _passkey_pool()],
        cognito_identity_pool=[_identity_pool()],
        # It belongs to a member: there is no instance of the organization.
        idc_instance=[example("idc_instance", {"owner_account_id": WORKLOADS, "access_control_attributes": None})],
        idc_permission_set=[_permission_set(), _editors()],
        idc_user=[
            example("idc_user", {"id": ALICE, "name": ALICE, "external_issuers": []}),
            example("idc_user", {"id": BOB, "name": BOB, "external_issuers": [], "user_status": "DISABLED"}),
            example("idc_user", {"id": _GUEST, "name": _GUEST}),
        ],
        idc_group=[example("idc_group", {"external_issuers": [], "member_user_ids": []})],
        idc_application=[
            example(
                "idc_application",
                {
                    "assignment_required": False,
                    "grants": [{"type": "authorization_code", "redirect_uris": ["http://wiki.example.com/"]}],
                },
            )
        ],
        idc_trusted_token_issuer=[example("idc_trusted_token_issuer", {"issuer_url": "http://idp.example.com"})],
        organization=[
            example(
                "organization",
                {
                    "root_features": [],
                    "trusted_services": ["sso.amazonaws.com"],
                    "delegated_administrators": [{"account_id": _STRANGER, "services": ["guardduty.amazonaws.com"]}],
                },
            )
        ],
        org_account=[
            example("org_account", {"id": ACCOUNT, "name": "everything", "arn": account_arn(ACCOUNT)}),
            example("org_account", {"id": WORKLOADS, "name": "the-rest", "arn": account_arn(WORKLOADS)}),
        ],
        org_policy=[example("org_policy", {"name": "allow-all", "document": policy(allow("*"))})],
        account_contacts=[
            example(
                "account_contacts",
                {"security_contact": None, "operations_contact": None, "billing_contact": {"pseudonym": "contact-1"}},
            )
        ],
        account_region=[example("account_region")],
        analyzer_region=[example("analyzer_region", {"analyzers": [_analyzer()]})],
        analyzer_finding=_findings(),
        rolesanywhere_trust_anchor=[_anchor()],
        rolesanywhere_profile=[
            example(
                "rolesanywhere_profile",
                {
                    "role_arns": [arn("role", "printer")],
                    "managed_policy_arns": [],
                    "duration_seconds": 43200,
                    "accept_role_session_name": True,
                },
            )
        ],
        rolesanywhere_crl=[
            example("rolesanywhere_crl", {"enabled": False, "updated_date": day(400), "next_update_date": day(370)})
        ],
        ds_directory=[_directory(), _connector()],
    )
    stated = {
        "idc.mfa_mode": "NEVER",
        "idc.mfa_unregistered_action": "EMAIL_OTP",
        "idc.mfa_types": "FIDO2, TOTP",
        "idc.portal_session_hours": "2160",
    }
    return whole | {"attestations": attestations(stated)}


def _analyzer() -> Record:
    everything: Record = {"name": "quiet", "created_date": day(900), "updated_date": day(900), "filter": []}
    return {"status": "DISABLED", "archive_rules": [everything]}


def _findings() -> list[Record]:
    age = {"created_date": day(90), "updated_date": day(90)}
    unused = f"{example('analyzer_finding')['id'][:-1]}2"
    return [
        example("analyzer_finding", age),
        example(
            "analyzer_finding", {"id": unused, "name": f"account/{unused}", "finding_type": "UnusedIAMRole", **age}
        ),
    ]


def _anchor() -> Record:
    certificate = {"key_algorithm": "RSA_2048", "not_after": day(10), "sha256": None}
    return example("rolesanywhere_trust_anchor", {"created_date": day(900), "certificates": [certificate]})


def _directory() -> Record:
    ciphers, protocols = (
        ("RC4_128_128", "RC4_40_128", "RC4_56_128", "RC4_64_128"),
        ("SSL_2_0", "SSL_3_0", "TLS_1_0", "TLS_1_1"),
    )
    nothing: Record = {"requested_value": None, "request_status": "Default"}
    return example(
        "ds_directory",
        {
            "stage": "Impaired",
            "stage_reason": "DNS is not reachable",
            "shares": [{"account_id": _STRANGER, "status": "Shared", "method": "HANDSHAKE"}],
            "radius": {"status": "Failed", "protocol": "PAP", "server_count": 1},
            "ldaps_status": "Disabled",
            "settings": [{"name": name, "applied_value": "Enable", **nothing} for name in (*ciphers, *protocols)],
            "certificates": [{"expiry_date": day(-10)}],
            "trusts": [{"selective_auth": "Disabled"}],
            "snapshot_limits": {"manual_limit": 5, "manual_count": 5, "limit_reached": True},
            "event_topics": [],
            "log_subscriptions": [],
        },
    )


def _connector() -> Record:
    own = "d-1234567891"
    nothing: Record = {name: [] for name in ("certificates", "trusts", "settings", "snapshots", "log_subscriptions")}
    return example(
        "ds_directory",
        {
            "id": own,
            "arn": f"arn:aws:ds:{REGION}:{ACCOUNT}:directory/{own}",
            "type": "ADConnector",
            "edition": None,
            "snapshot_limits": None,
            "client_authentication": [],
            **nothing,
        },
    )


def _account() -> Record:
    weak_password = {
        "minimum_password_length": 6,
        "require_symbols": False,
        "require_numbers": False,
        "require_uppercase_characters": False,
        "require_lowercase_characters": True,
        "allow_users_to_change_password": False,
        "expire_passwords": False,
        "max_password_age": None,
        "password_reuse_prevention": None,
        "hard_expiry": None,
    }
    summary = {"users": 6, "groups": 2, "roles": 15, "policies": 10, "mfa_devices": 0, "mfa_devices_in_use": 0}
    return example(
        "iam_account",
        {"password_policy": weak_password, "summary": summary, "credential_report_generated_at": day(3)},
    )


def _root() -> Record:
    key = {"active": True, "last_rotated_date": day(2000), "last_used_date": day(2)}
    return example(
        "iam_root",
        {
            "password_last_used_date": day(1),
            "mfa_active": False,
            "access_keys_present": True,
            "signing_certificates_present": True,
            "access_keys": [key],
        },
    )


def _users() -> list[Record]:
    return [
        _user(
            "chief",
            groups=[arn("group", "everybody")],
            attached_policies=attached(_ADMIN),
            inline_policies=[_inline("chief", allow("*"))],
            access_keys=[_key("chief", 1, 800, 400), _key("chief", 2, 500, 1)],
            ssh_public_keys=[{"id": "APKAEXAMPLEOLD000001", "status": "Active", "upload_date": day(900)}],
            signing_certificates=[{"id": "EXAMPLEOLDCERTIFICATE001", "status": "Active", "upload_date": day(900)}],
        ),
        # Password and key were made together, and neither was ever used.
        _user(
            "new-hire",
            create_date=day(200),
            password_last_used_date=None,
            access_keys=[_key("new-hire", 3, 200, None)],
        ),
        _user(
            "robot", tags=tagged(identity_type="machine"), path="/machine/", access_keys=[_key("robot", 4, 900, 300)]
        ),
        _user("delegate", attached_policies=attached(arn("policy", "delegate"))),
        _user(
            "ghost",
            password_enabled=False,
            password_reset_required=None,
            access_keys=[_key("ghost", 6, 900, None) | {"status": "Inactive"}],
        ),
        _user(
            "stolen",
            attached_policies=attached(f"{MANAGED}/AWSCompromisedKeyQuarantineV3", arn("policy", "escalate")),
            access_keys=[_key("stolen", 5, 700, 5)],
            service_specific_credentials=[
                {
                    "id": "ACCAEXAMPLEOLD000001",
                    "service_name": "bedrock.amazonaws.com",
                    "status": "Active",
                    "create_date": day(600),
                    "expiration_date": None,
                }
            ],
        ),
    ]


def _user(name: str, **members: Any) -> Record:
    careless = {
        "name": name,
        "create_date": day(1000),
        "groups": [],
        "password_last_used_date": day(300),
        "password_last_changed_date": day(1000),
        "mfa_active": False,
        "mfa_devices": [],
        "last_accessed": [accessed("iam", None), accessed("s3", 1)],
    }
    return example("iam_user", careless | members)


def _key(user: str, number: int, created: float, used: float | None) -> Record:
    key_id = f"AKIAEXAMPLEWEAK0000{number}"
    never = {"last_used_date": None, "last_used_service": None, "last_used_region": None}
    return {
        "id": key_id,
        "name": f"{user}/{key_id}",
        "user_arn": arn("user", user),
        "user_name": user,
        "create_date": day(created),
        **(never if used is None else {"last_used_date": day(used)}),
    }


def _inline(user: str, statement: Record) -> Record:
    return {
        "id": f"{arn('user', user)}#inline/all",
        "name": f"{user}/all",
        "owner_arn": arn("user", user),
        "policy_name": "all",
        "document": policy(statement),
    }


def _groups() -> list[Record]:
    policies = attached(_ADMIN, f"{MANAGED}/AWSCloudShellFullAccess", arn("policy", "protect-nobody"))
    return [
        example(
            "iam_group",
            {"name": "everybody", "member_arns": [arn("user", "chief")], "attached_policies": policies},
        ),
        example("iam_group", {"name": "forgotten", "member_arns": []}),
    ]


def _roles() -> list[Record]:
    web = "sts:AssumeRoleWithWebIdentity"
    github = {"Federated": arn("oidc-provider", GITHUB)}
    audience = {f"{GITHUB}:aud": "sts.amazonaws.com"}
    own_account = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    eks = f"oidc.eks.{REGION}.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
    guest = {"Federated": "cognito-identity.amazonaws.com"}
    trusted = {
        "anybody": trust("*"),
        "stranger": trust({"AWS": f"arn:aws:iam::{_STRANGER}:root"}),
        "github-no-subject": trust(github, web, StringEquals=audience),
        "github-no-audience": trust(github, web, StringLike={f"{GITHUB}:sub": "repo:*"}),
        "guest": trust(guest, web),
        "customer": trust(guest, web),
        "saml": trust({"Federated": arn("saml-provider", "okta")}, "sts:AssumeRoleWithSAML"),
        "trail": trust({"Service": "cloudtrail.amazonaws.com"}),
        "orphan": trust({"AWS": "AROAEXAMPLEDELETED0000"}),
        "person": trust(own_account),
        "printer": trust({"Service": "rolesanywhere.amazonaws.com"}),
        "pod": trust({"Federated": arn("oidc-provider", eks)}, web, StringEquals={f"{eks}:aud": "sts.amazonaws.com"}),
        "vendor": trust({"AWS": f"arn:aws:iam::{_STRANGER}:root"}, StringEquals={"sts:ExternalId": "acme"}),
        "tagger": trust({"AWS": f"arn:aws:iam::{WORKLOADS}:role/ci"}, ["sts:AssumeRole", "sts:TagSession"]),
        "former": trust({"Federated": arn("saml-provider", "gone")}, "sts:AssumeRoleWithSAML"),
    }
    shape: Record = {
        "tags": [],
        "create_date": day(900),
        "last_used_date": day(400),
        "max_session_duration": 43200,
        "attached_policies": attached(_ADMIN),
        "last_accessed": [accessed("iam", 400), accessed("s3", 400), accessed("sagemaker", None)],
    }
    return [example("iam_role", {"name": name, "trust_policy": text, **shape}) for name, text in trusted.items()]


def _policies() -> list[Record]:
    group = arn("group", "everybody")
    own_team = {"StringEquals": {"aws:ResourceTag/Team": "${aws:PrincipalTag/Team}"}}
    return [
        aws_policy("AdministratorAccess", allow("*"), uses=12),
        aws_policy("AWSCloudShellFullAccess", allow("cloudshell:*")),
        aws_policy("AWSCompromisedKeyQuarantineV3", deny("iam:CreateUser")),
        own_policy("delegate", allow(["iam:TagUser", "iam:CreateUser"]), allow("ec2:*", Condition=own_team)),
        own_policy("nearly-all", allow("*"), deny("s3:DeleteBucket", "arn:aws:s3:::one"), uses=0),
        own_policy("all-but-billing", {"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"}, uses=0),
        own_policy("escalate", allow(["iam:CreatePolicyVersion", "iam:PassRole", "lambda:*", "kms:Decrypt"])),
        own_policy("hop", allow("STS:AssumeRole"), uses=0),
        own_policy("read-secrets", allow("secretsmanager:*"), uses=0),
        own_policy("protect-nobody", deny("iam:DeleteUser", group)),
        own_policy("make-roles", allow(["iam:CreateRole", "iam:AttachRolePolicy"]), uses=0),
        own_policy("tag-anyone", allow("iam:TagUser"), uses=0),
        own_policy(
            "by-tag",
            allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "payments"}}),
            uses=0,
        ),
    ]


def _saml_provider() -> Record:
    certificate = {"not_after": day(60), "sha256": "0f" * 32}
    return example("iam_saml_provider", {"valid_until": day(60), "certificates": [certificate]})


def _secrets() -> list[Record]:
    readers = policy(
        allow("secretsmanager:GetSecretValue", Principal="*"),
        allow("secretsmanager:GetSecretValue", Principal={"AWS": f"arn:aws:iam::{_STRANGER}:root"}),
    )
    forgotten = {
        "tags": tagged(sensitivity="high"),
        "kms_key_id": None,
        "rotation_enabled": False,
        "rotation_lambda_arn": None,
        "rotation_interval_days": None,
        "last_rotated_date": None,
        "last_changed_date": day(900),
        "created_date": day(900),
        "last_accessed_date": None,
        "next_rotation_date": None,
        "versions": [{"id": "v1", "stages": ["AWSCURRENT"]}],
        "version_dates": [{"id": "v1", "created_date": day(900)}],
        "resource_policy": readers,
    }
    stuck = {
        "rotation_interval_days": 365,
        "created_date": day(900),
        "last_rotated_date": day(700),
        "last_changed_date": day(700),
        "last_accessed_date": day(200),
        "next_rotation_date": day(335),
        "versions": [{"id": "v2", "stages": ["AWSPENDING"]}, {"id": "v1", "stages": ["AWSCURRENT"]}],
        "version_dates": [{"id": "v1", "created_date": day(700)}, {"id": "v2", "created_date": day(600)}],
        "replicas": [{"region": "eu-central-1", "kms_key_id": None, "status": "Failed"}],
    }
    return [_secret("legacy/ftp", "AbCdEf", forgotten), _secret("legacy/db", "GhIjKl", stuck)]


def _secret(name: str, suffix: str, members: Record) -> Record:
    own = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-{suffix}"
    return example("secretsmanager_secret", {"id": own, "arn": own, "name": name, **members})


def _pool() -> Record:
    nothing = {"low": "NO_ACTION", "medium": "NO_ACTION", "high": "NO_ACTION"}
    risk = {
        "client_id": None,
        "compromised_credentials": {"events": ["SIGN_IN"], "action": "NO_ACTION"},
        "account_takeover": nothing,
    }
    return example(
        "cognito_user_pool",
        {
            "deletion_protection": "INACTIVE",
            "password_policy": {
                "minimum_length": 6,
                "require_uppercase": False,
                "require_lowercase": False,
                "require_numbers": False,
                "require_symbols": False,
                "password_history_size": 0,
                "temporary_password_validity_days": 90,
            },
            "admin_create_user_only": False,
            "advanced_security_mode": "AUDIT",
            "custom_auth_mode": "AUDIT",
            "lambda_triggers": ["CreateAuthChallenge", "DefineAuthChallenge", "VerifyAuthChallengeResponse"],
            "mfa_configuration": "OFF",
            "software_token_mfa_enabled": False,
            "risk_configurations": [risk],
            "risk_exceptions": [{"client_id": None, "blocked_ip_ranges": [], "skipped_ip_ranges": ["10.0.0.0/8"]}],
            "attributes_verified_before_update": [],
            "recovery_mechanisms": [],
            "device_configuration": {
                "challenge_required_on_new_device": False,
                "device_only_remembered_on_user_prompt": False,
            },
            "dynamic_client_registration": {"enabled": True, "open": True, "open_grant_types": ["code"]},
            "custom_domain": "login.example.com",
            "custom_domain_security_policy": "TLS_V1",
            "log_configurations": [],
            "identity_providers": [_provider()],
            "groups": [{"role_arn": arn("role", "person")}],
            "clients": [_client()],
        },
    )


def _provider() -> Record:
    return {
        "endpoints": [{"name": "MetadataURL", "url": "http://okta.example.com/metadata"}],
        "request_signing_algorithm": None,
        "idp_signout": False,
        "attribute_mapping": [{"attribute": "email", "claim": "mail"}],
    }


def _client() -> Record:
    return {
        "has_secret": True,
        "secrets": [{"id": "old", "create_date": day(800)}, {"id": "new", "create_date": day(400)}],
        "refresh_token_rotation": {"enabled": False, "retry_grace_period_seconds": 0},
        "allowed_oauth_scopes": ["aws.cognito.signin.user.admin", "openid"],
        "explicit_auth_flows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        "access_token_validity_seconds": 86400,
        "id_token_validity_seconds": 86400,
        "refresh_token_validity_seconds": 31536000,
        "enable_token_revocation": False,
        "prevent_user_existence_errors": "LEGACY",
        "allowed_oauth_flows": ["implicit"],
        "callback_urls": ["http://localhost:3000/callback", "https://app.example.com/*"],
        "write_attributes": ["custom:role"],
    }


def _editors() -> Record:
    own = _SET[:-1] + "0"
    return example(
        "idc_permission_set",
        {
            "id": own,
            "arn": own,
            "name": "Editors",
            "inline_policy": policy(allow(["iam:*Role*", "iam:CreatePolicyVersion"])),
            "managed_policies": [],
            "provisioned_account_ids": [],
            "outdated_account_ids": [],
            "assignments": [],
        },
    )


def _passkey_pool() -> Record:
    own = "eu-west-1_zYxWvUtSr"
    own_arn = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{own}"
    client: Record = {"id": "3n4b5urk1ft4fl3mg5EXAMPLE", "name": "passkeys/web", "user_pool_arn": own_arn}
    weaker = example("cognito_user_pool")["risk_configurations"][0]
    weaker |= {"client_id": client["id"], "account_takeover": {"low": None, "medium": None, "high": None}}
    return example(
        "cognito_user_pool",
        {
            "id": own_arn,
            "arn": own_arn,
            "name": "passkeys",
            "allowed_first_auth_factors": ["PASSWORD", "WEB_AUTHN"],
            "passkey_user_verification": "preferred",
            "software_token_mfa_enabled": False,
            "sms_mfa_configured": True,
            "recovery_mechanisms": [{"name": "verified_phone_number", "priority": 1}],
            "groups": [],
            "identity_providers": [],
            "clients": [client],
            "risk_configurations": [*example("cognito_user_pool")["risk_configurations"], weaker],
        },
    )


def _identity_pool() -> Record:
    rule = {"claim": "custom:role", "match_type": "Equals", "value": "admin", "role_arn": arn("role", "person")}
    own = f"cognito-idp.{REGION}.amazonaws.com/eu-west-1_aBcDeFgHi"
    provider = f"{own}:1h57kf5cpq17m0eml12EXAMPLE"
    mapping = {"provider": provider, "type": "Rules", "ambiguous_role_resolution": "AuthenticatedRole", "rules": [rule]}
    return example(
        "cognito_identity_pool",
        {
            "allow_unauthenticated_identities": True,
            "allow_classic_flow": True,
            "authenticated_role_arn": arn("role", "customer"),
            "unauthenticated_role_arn": arn("role", "guest"),
            "role_mappings": [mapping],
            "cognito_identity_providers": [
                {"client_id": "1h57kf5cpq17m0eml12EXAMPLE", "provider_name": own, "server_side_token_check": False}
            ],
        },
    )


def _permission_set() -> Record:
    people = [("USER", ALICE, ACCOUNT), ("USER", BOB, ACCOUNT)]
    assigned = [*people, ("GROUP", ENGINEERS, ACCOUNT), ("GROUP", _GONE, WORKLOADS)]
    return example(
        "idc_permission_set",
        {
            "name": "AdministratorAccess",
            "session_duration_seconds": 43200,
            "inline_policy": policy(allow(["iam:*", "secretsmanager:*"])),
            "managed_policies": attached(_ADMIN),
            "provisioned_account_ids": [ACCOUNT, WORKLOADS],
            "outdated_account_ids": [WORKLOADS],
            "assignments": [
                {
                    "id": f"{_SET}|{account}|{principal}",
                    "name": f"AdministratorAccess/{principal}/{account}",
                    "permission_set_name": "AdministratorAccess",
                    "target_account_id": account,
                    "principal_type": kind,
                    "principal_id": principal,
                }
                for kind, principal, account in assigned
            ],
        },
    )
