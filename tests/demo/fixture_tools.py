"""What the made-up accounts of the fixture snapshots are built with, and the smallest of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sec02_policies.collect import SERVICES, WORKLOAD_SERVICES
from sec02_policies.iam import parse_document
from sec02_policies.snapshot import schemas
from sec02_policies.testing import build_document, example

Record = dict[str, Any]

ACCOUNT = "111122223333"
SECURITY = "222233334444"
WORKLOADS = "444455556666"
REGION = "eu-west-1"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ORGANIZATION = "o-exampleorgid"
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
GITHUB = "token.actions.githubusercontent.com"
MANAGED = "arn:aws:iam::aws:policy"
ALICE = "a1b2c3d4-0001-0002-0003-000000000001"
BOB = "a1b2c3d4-0001-0002-0003-000000000003"
ENGINEERS = "a1b2c3d4-0001-0002-0003-000000000002"


def day(days: float) -> str:
    """The time so many days before now."""
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def policy(*statements: Record) -> Record:
    """A normalized policy document."""
    return parse_document(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(actions: str | list[str], resources: str | list[str] = "*", **more: Any) -> Record:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions: str | list[str], resources: str | list[str] = "*", **more: Any) -> Record:
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **more}


def trust(principal: Record | str, action: str | list[str] = "sts:AssumeRole", **condition: Any) -> Record:
    statement: Record = {"Effect": "Allow", "Principal": principal, "Action": action}
    return policy(statement | ({"Condition": condition} if condition else {}))


def tagged(**tags: str) -> list[Record]:
    return [{"key": key.replace("_", "-"), "value": value} for key, value in sorted(tags.items())]


def arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


def attached(*arns: str) -> list[Record]:
    return [{"arn": each, "name": each.rpartition("/")[2]} for each in arns]


def own_policy(name: str, *statements: Record, uses: int = 1, **more: Any) -> Record:
    members = {"create_date": day(400), "update_date": day(100), "attachment_count": uses}
    return example("iam_policy", {"name": name, "document": policy(*statements), **members, **more})


def aws_policy(name: str, *statements: Record, uses: int = 1) -> Record:
    own = f"{MANAGED}/{name}"
    identity = {"id": own, "arn": own, "name": name.rpartition("/")[2], "managed_by": "aws"}
    return own_policy(identity["name"], *statements, uses=uses) | identity


def document(*, now: str, member_of: str, services: Collection[str] = SERVICES, **resources: list[Record]) -> Record:
    """A whole snapshot document of these services, sorted, with its counts."""
    built = build_document(resources, now=now)
    built["scope"] |= {"organization_id": member_of, "services": sorted(services)}
    collections = built["sections"][0]["collections"]
    built["sections"][0]["collections"] = [each for each in collections if schemas().types[each].service in services]
    built["tool"]["version"] = "fixture"
    built["sections"][0] |= {"name": "fixture", "api": "fixture:Snapshot"}
    return built


def accessed(service: str, days: float | None) -> Record:
    """When a principal last asked a service for something; never, where `days` is None."""
    when, region = (None, None) if days is None else (day(days), REGION)
    return {"service": service, "last_authenticated_date": when, "last_authenticated_region": region}


def attestations(stated: Mapping[str, str]) -> list[Record]:
    """What somebody has stated of these keys, a month ago."""
    common = {"by": "security", "at": day(30), "evidence_ref": "ticket 1234"}
    return [{"key": key, "value": value, **common} for key, value in stated.items()]


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
        member_of=ORGANIZATION,
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


def account_arn(account_id: str) -> str:
    return f"arn:aws:organizations::{ACCOUNT}:account/{ORGANIZATION}/{account_id}"
