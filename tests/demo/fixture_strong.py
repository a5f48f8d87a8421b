"""A well kept account: people come from the identity provider, machines get short sessions, nothing lies about."""

from __future__ import annotations

from fixture_tools import (
    ACCOUNT,
    ALICE,
    BOB,
    ENGINEERS,
    GITHUB,
    INSTANCE,
    MANAGED,
    ORGANIZATION,
    REGION,
    SECURITY,
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

_WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
_WITH_MFA = {"aws:MultiFactorAuthPresent": "true"}
_USED = {"create_date": day(400), "last_used_date": day(1)}
_SETS = f"arn:aws:sso:::permissionSet/{INSTANCE.rpartition('/')[2]}"
_ISSUER = "https://idp.example.com/scim"


def strong() -> Record:
    """The whole snapshot."""
    whole = document(
        iam_account=[_account()],
        iam_root=[example("iam_root", {"password_last_used_date": day(400)})],
        iam_user=[_break_glass("break-glass-1"), _break_glass("break-glass-2")],
        iam_group=[_group()],
        iam_role=_roles(),
        iam_policy=_policies(),
        iam_saml_provider=[_saml_provider()],
        iam_oidc_provider=[example("iam_oidc_provider", {"create_date": day(400)})],
        iam_server_certificate=[example("iam_server_certificate", {"upload_date": day(30), "expiration": day(-300)})],
        secretsmanager_secret=_secrets(),
        cognito_user_pool=[_pool()],
        cognito_identity_pool=[example("cognito_identity_pool", {"authenticated_role_arn": arn("role", "customer")})],
        idc_instance=[_instance()],
        idc_permission_set=_permission_sets(),
        idc_user=[_person(ALICE), _person(BOB)],
        idc_group=[example("idc_group", {"member_user_ids": [ALICE, BOB]})],
        idc_application=[example("idc_application", {"created_date": day(300)})],
        idc_trusted_token_issuer=[example("idc_trusted_token_issuer")],
        organization=[_organization()],
        org_account=_accounts(),
        org_policy=_control_policies(),
        account_contacts=[example("account_contacts")],
        account_region=[example("account_region")],
        analyzer_region=[example("analyzer_region")],
        analyzer_finding=[example("analyzer_finding", {"created_date": day(1), "updated_date": day(1)})],
        rolesanywhere_trust_anchor=[example("rolesanywhere_trust_anchor", {"created_date": day(400)})],
        rolesanywhere_profile=[example("rolesanywhere_profile", {"role_arns": [arn("role", "plant")]})],
        rolesanywhere_crl=[example("rolesanywhere_crl", {"updated_date": day(5), "next_update_date": day(-25)})],
        ds_directory=[_directory()],
    )
    stated = {
        "idc.mfa_mode": "ALWAYS_ON",
        "idc.mfa_unregistered_action": "REQUIRE_REGISTRATION",
        "idc.mfa_types": "FIDO2",
        "idc.portal_session_hours": "8",
    }
    return whole | {"attestations": attestations(stated)}


def _directory() -> Record:
    snapshot = {"id": "s-1234567890", "type": "Auto", "status": "Completed", "start_date": day(0.5)}
    return example("ds_directory", {"launch_date": day(600), "snapshots": [snapshot]})


def _account() -> Record:
    summary = {"users": 2, "groups": 1, "roles": 7, "policies": 6, "mfa_devices": 5, "mfa_devices_in_use": 5}
    return example("iam_account", {"summary": summary, "credential_report_generated_at": day(0.05)})


def _break_glass(name: str) -> Record:
    key = f"arn:aws:iam::{ACCOUNT}:u2f/user/{name}/key"
    return example(
        "iam_user",
        {
            "name": name,
            "tags": tagged(owner="security", purpose="break-glass"),
            "create_date": day(700),
            "groups": [arn("group", "break-glass")],
            "password_last_used_date": day(20),
            "last_accessed": [accessed("sts", 20)],
            "password_last_changed_date": day(80),
            "mfa_devices": [
                {"serial_number": f"{key}{spare}", "kind": "fido", "enable_date": day(700)} for spare in ("", "-spare")
            ],
        },
    )


def _group() -> Record:
    return example(
        "iam_group",
        {
            "name": "break-glass",
            "create_date": day(700),
            "member_arns": [arn("user", "break-glass-1"), arn("user", "break-glass-2")],
            "attached_policies": attached(arn("policy", "require-mfa"), arn("policy", "become-incident-lead")),
        },
    )


def _roles() -> list[Record]:
    branch = {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": "repo:example-corp/shop:ref:refs/heads/main"}
    pool = {"cognito-identity.amazonaws.com:aud": "eu-west-1:1234abcd-12ab-34cd-56ef-1234567890ab"}
    signed_in = {"cognito-identity.amazonaws.com:amr": "authenticated"}
    web = "sts:AssumeRoleWithWebIdentity"
    github = {"Federated": arn("oidc-provider", GITHUB)}
    customer = {"Federated": "cognito-identity.amazonaws.com"}
    console = {"Federated": arn("saml-provider", "okta")}
    security = {"AWS": f"arn:aws:iam::{SECURITY}:root"}
    people = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    anchor = f"arn:aws:rolesanywhere:{REGION}:{ACCOUNT}:trust-anchor/7d0b3c1e-0000-4000-8000-000000000001"
    machine = {"aws:PrincipalTag/x509Subject/CN": "plant"}
    shape = {
        "app": (trust({"Service": "ec2.amazonaws.com"}), arn("policy", "app")),
        "ci": (trust(github, web, StringEquals=branch), arn("policy", "deploy")),
        "customer": (
            trust(customer, web, StringEquals=pool, **{"ForAnyValue:StringLike": signed_in}),
            arn("policy", "catalogue"),
        ),
        "incident-lead": (trust(people, Bool=_WITH_MFA), arn("policy", "incident")),
        "plant": (
            trust(
                {"Service": "rolesanywhere.amazonaws.com"},
                ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
                ArnEquals={"aws:SourceArn": anchor},
                StringEquals=machine,
            ),
            arn("policy", "catalogue"),
        ),
        "security-audit": (trust(security, Bool=_WITH_MFA), f"{MANAGED}/SecurityAudit"),
        "support": (
            trust(console, "sts:AssumeRoleWithSAML", StringEquals={"SAML:aud": "https://signin.aws.amazon.com/saml"}),
            f"{MANAGED}/AWSSupportAccess",
        ),
    }
    return [
        example(
            "iam_role",
            {
                "name": name,
                "tags": tagged(owner="platform"),
                "trust_policy": trusted,
                "attached_policies": attached(granted),
                **_USED,
            },
        )
        for name, (trusted, granted) in shape.items()
    ]


def _policies() -> list[Record]:
    needs_device = ["iam:ListMFADevices", "iam:EnableMFADevice", "sts:GetSessionToken"]
    without_mfa = {"Effect": "Deny", "NotAction": needs_device, "Resource": "*", "Condition": _WITHOUT_MFA}
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop"
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/db-AbCdEf"
    return [
        own_policy("require-mfa", without_mfa),
        own_policy("become-incident-lead", allow("sts:AssumeRole", arn("role", "incident-lead"))),
        own_policy(
            "app", allow("s3:GetObject", "arn:aws:s3:::shop-data/*"), allow("secretsmanager:GetSecretValue", secret)
        ),
        own_policy(
            "deploy",
            allow("lambda:UpdateFunctionConfiguration", function),
            allow("iam:PassRole", arn("role", "app"), Condition=to_lambda),
        ),
        own_policy("catalogue", allow("dynamodb:Query", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/catalogue")),
        own_policy("incident", allow(["ec2:StopInstances"], f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*")),
        aws_policy("SecurityAudit", allow(["iam:Get*", "iam:List*"])),
        aws_policy("AWSSupportAccess", allow(["support:DescribeCases", "support:CreateCase"])),
        aws_policy("job-function/ViewOnlyAccess", allow(["ec2:Describe*", "s3:ListAllMyBuckets"]), uses=0),
    ]


def _saml_provider() -> Record:
    certificate = {"not_after": day(-500), "sha256": "5e" * 32}
    return example(
        "iam_saml_provider", {"create_date": day(600), "valid_until": day(-500), "certificates": [certificate]}
    )


def _secrets() -> list[Record]:
    dates = {
        "created_date": day(400),
        "last_rotated_date": day(10),
        "last_changed_date": day(10),
        "last_accessed_date": day(1),
        "next_rotation_date": day(-20),
        "version_dates": [
            {"id": "v1", "created_date": day(40)},
            {"id": "v2", "created_date": day(10)},
        ],
    }
    readers = {"ArnNotLike": {"aws:PrincipalArn": [arn("role", "app")]}}
    guarded = policy(deny("secretsmanager:GetSecretValue", Principal="*", Condition=readers))
    key = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    replica = {"region": "eu-central-1", "kms_key_id": key, "status": "InSync"}
    return [
        _secret("shop/db", "AbCdEf", tagged(owner="shop", purpose="database", sensitivity="high"), guarded, dates),
        _secret("shop/token", "GhIjKl", tagged(owner="shop", purpose="signing"), None, dates | {"replicas": [replica]}),
    ]


def _secret(name: str, suffix: str, tags: list[Record], resource_policy: Record | None, dates: Record) -> Record:
    own = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-{suffix}"
    members = {"id": own, "arn": own, "name": name, "tags": tags, "resource_policy": resource_policy}
    return example("secretsmanager_secret", members | dates)


def _pool() -> Record:
    blocked = {"low": "BLOCK", "medium": "BLOCK", "high": "BLOCK"}
    events = ["SIGN_IN", "SIGN_UP", "PASSWORD_CHANGE"]
    risk = {
        "client_id": None,
        "compromised_credentials": {"events": events, "action": "BLOCK"},
        "account_takeover": blocked,
    }
    client = {"access_token_validity_seconds": 900, "id_token_validity_seconds": 900}
    return example(
        "cognito_user_pool",
        {
            "tags": tagged(owner="shop"),
            "creation_date": day(500),
            "custom_auth_mode": "ENFORCED",
            "lambda_triggers": ["CreateAuthChallenge", "DefineAuthChallenge", "VerifyAuthChallengeResponse"],
            "risk_configurations": [risk],
            "clients": [client],
        },
    )


def _instance() -> Record:
    attributes = {"status": "ENABLED", "keys": ["costCenter", "department"]}
    network = {
        "vpce_access_required": False,
        "api_restrict_source_vpcs": [],
        "api_allow_source_ips": [],
        "scim_allow_source_ips": ["203.0.113.0/24"],
    }
    return example(
        "idc_instance",
        {"created_date": day(700), "access_control_attributes": attributes, "identity_store_network": network},
    )


def _permission_sets() -> list[Record]:
    return [
        _permission_set("ReadOnly", "ps-1234567890abcdef", "job-function/ViewOnlyAccess", 8),
        _permission_set("Audit", "ps-234567890abcdef1", "SecurityAudit", 1),
    ]


def _permission_set(name: str, suffix: str, managed: str, hours: int) -> Record:
    own = f"{_SETS}/{suffix}"
    assignment = {
        "id": f"{own}|{WORKLOADS}|{ENGINEERS}",
        "name": f"{name}/engineers/{WORKLOADS}",
        "permission_set_arn": own,
        "permission_set_name": name,
    }
    return example(
        "idc_permission_set",
        {
            "id": own,
            "arn": own,
            "name": name,
            "created_date": day(600),
            "session_duration_seconds": hours * 3600,
            "managed_policies": attached(f"{MANAGED}/{managed}"),
            "assignments": [assignment],
        },
    )


def _person(user_id: str) -> Record:
    return example("idc_user", {"id": user_id, "name": user_id, "external_issuers": [_ISSUER]})


def _organization() -> Record:
    return example(
        "organization",
        {
            "enabled_policy_types": ["RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY"],
            "delegated_administrators": [
                {"account_id": SECURITY, "services": ["access-analyzer.amazonaws.com", "sso.amazonaws.com"]}
            ],
            "trusted_services": ["access-analyzer.amazonaws.com", "iam.amazonaws.com", "sso.amazonaws.com"],
        },
    )


def _accounts() -> list[Record]:
    names = {ACCOUNT: "management", SECURITY: "security", WORKLOADS: "workloads"}
    return [
        example(
            "org_account",
            {
                "id": each,
                "name": name,
                "arn": account_arn(each),
                "joined_date": day(900),
                "parent_ids": ["ou-ab12-workload", "r-ab12"] if each == WORKLOADS else ["r-ab12"],
            },
        )
        for each, name in names.items()
    ]


def _control_policies() -> list[Record]:
    as_root = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
    users = ["iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile"]
    providers = ["iam:*SAMLProvider", "iam:*OpenIDConnectProvider"]
    strangers = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}}
    services = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
    outside = deny(["sts:AssumeRole", "secretsmanager:*"], Principal="*", Condition=strangers | services)
    return [
        _control_policy("deny-root", "p-examplepolicyid", deny("*", Condition=as_root)),
        _control_policy("deny-iam-users", "p-examplepolicy02", deny(users)),
        _control_policy("guard-identity", "p-examplepolicy03", deny(providers), unit="ou-ab12-workload"),
        _control_policy("only-us", "p-examplepolicy04", outside, kind="resource_control_policy"),
    ]


def _control_policy(
    name: str, policy_id: str, statement: Record, *, unit: str | None = None, kind: str = "service_control_policy"
) -> Record:
    own = f"arn:aws:organizations::{ACCOUNT}:policy/{ORGANIZATION}/{kind}/{policy_id}"
    members = {
        "id": own,
        "arn": own,
        "name": name,
        "policy_id": policy_id,
        "type": kind.upper(),
        "document": policy(statement),
    }
    # The security account is not in the unit, so that the policy there hangs on both.
    targets = [{"id": SECURITY, "type": "ACCOUNT"}, {"id": unit, "type": "ORGANIZATIONAL_UNIT"}]
    return example("org_policy", members | ({"targets": targets} if unit else {}))
