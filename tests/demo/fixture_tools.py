"""What the made-up accounts of the fixture snapshots are built with."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sec02_policies.collect import SERVICES
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


def document(*, now: str | None = None, services: Collection[str] = SERVICES, **resources: list[Record]) -> Record:
    """A whole snapshot document of these services, sorted, with its counts."""
    built = build_document(resources, now=now or day(0))
    built["scope"] |= {"organization_id": ORGANIZATION, "services": sorted(services)}
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


def account_arn(account_id: str) -> str:
    return f"arn:aws:organizations::{ACCOUNT}:account/{ORGANIZATION}/{account_id}"
