"""The smallest account that has something of everything: the examples of the schemas."""

from __future__ import annotations

from fixture_tools import ACCOUNT, Record, account_arn, allow, arn, attached, aws_policy, deny, document, policy, tagged

from sec02_policies.collect import SERVICES, WORKLOAD_SERVICES
from sec02_policies.snapshot import schemas
from sec02_policies.testing import example


def minimal() -> Record:
    """One healthy resource per type, from the examples in the schemas; what they refer to exists."""
    alice, machine = example("iam_user", {"tags": tagged(owner="people")}), arn("user", "backup")
    key = example("iam_access_key", {"user_arn": machine, "user_name": "backup", "name": "backup/AKIAIOSFODNN7EXAMPLE"})
    role = arn("role", "app")
    inline = {"id": f"{role}#inline/read-logs", "name": "app/read-logs", "owner_arn": role, "owner_type": "iam_role"}
    backup = example(
        "iam_user",
        {
            "name": "backup",
            "tags": tagged(identity_type="machine", owner="platform"),
            "password_enabled": False,
            "password_last_used_date": None,
            "password_last_changed_date": None,
            "password_reset_required": None,
            "mfa_active": False,
            "mfa_devices": [],
            "access_keys": [key],
        },
    )
    group = example(
        "iam_group", {"member_arns": [alice["id"], machine], "attached_policies": attached(arn("policy", "app"))}
    )
    without_root = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
    accounts = [
        example("org_account"),
        example(
            "org_account",
            {"id": ACCOUNT, "name": "management", "arn": account_arn(ACCOUNT), "parent_ids": ["r-ab12"]},
        ),
    ]
    workloads = [
        info.name for info in schemas().types.values() if info.service in WORKLOAD_SERVICES and not info.view_of
    ]
    kinds = [*workloads, "iam_root", "iam_saml_provider", "iam_oidc_provider", "iam_server_certificate"]
    kinds += [
        "cognito_user_pool",
        "cognito_identity_pool",
        "idc_instance",
        "idc_permission_set",
        "idc_user",
        "idc_group",
        "idc_application",
        "idc_trusted_token_issuer",
        "account_contacts",
        "account_region",
        "analyzer_region",
        "analyzer_finding",
        "rolesanywhere_trust_anchor",
        "rolesanywhere_profile",
        "rolesanywhere_crl",
        "ds_directory",
    ]
    summary = {"users": 2, "groups": 1, "roles": 1, "policies": 1, "mfa_devices": 2, "mfa_devices_in_use": 2}
    read_only = aws_policy("ReadOnlyAccess", allow(["s3:Get*", "s3:List*"]), uses=0)
    read_only |= {"create_date": "2015-02-06T18:39:48Z", "update_date": "2026-01-10T00:00:00Z"}
    return document(
        now="2026-01-31T00:00:00Z",
        services=(*SERVICES, *WORKLOAD_SERVICES),
        iam_account=[example("iam_account", {"summary": summary})],
        iam_user=[alice, backup],
        iam_group=[group],
        iam_role=[
            example(
                "iam_role",
                {"tags": tagged(owner="platform"), "inline_policies": [example("iam_inline_policy", inline)]},
            )
        ],
        iam_policy=[example("iam_policy"), read_only],
        secretsmanager_secret=[example("secretsmanager_secret", {"tags": tagged(owner="app", purpose="database")})],
        organization=[example("organization")],
        org_account=accounts,
        org_policy=[example("org_policy", {"document": policy(deny("*", Condition=without_root))})],
        **{kind: [example(kind)] for kind in kinds},
    )
