from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sec02_policies.evaluate.judge import fingerprint
from sec02_policies.report import Background

Make = Callable[..., Any]
ACCOUNT = "111122223333"
MOMENT = "2026-01-31T00:00:00Z"


def policy(title: str, *, path: str, line: int) -> dict[str, Any]:
    return {
        "title": title,
        "maturity": 1,
        "control": "detective",
        "identity": "human",
        "frameworks": {"cis_aws_5.0": ["1.9"]},
        "rationale": "A password alone is soon known to others.",
        "remediation": {"text": "Add a device.", "cli": "aws iam enable-mfa-device", "terraform": None},
        "references": ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html"],
        "path": path,
        "line": line,
    }


@pytest.fixture
def background() -> Background:
    """Two of the three policies that the small document names."""
    return Background(
        policies={
            "iam-user-mfa": policy("Users have MFA", path="policies/bp01-strong-sign-in/iam-user-mfa.yaml", line=15),
            "secrets-rotated": policy("Secrets are rotated", path="policies/bp03-secrets/secrets-rotated.yaml", line=9),
        }
    )


@pytest.fixture
def result() -> Make:
    """Makes one row of results, of a user who fails unless told otherwise."""

    def make(name: str | None = "alice", **members: Any) -> dict[str, Any]:
        arn = None if name is None else f"arn:aws:iam::{ACCOUNT}:user/{name}"
        row = {
            "policy_id": "iam-user-mfa",
            "best_practice": "SEC02-BP01",
            "severity": "high",
            "status": "fail",
            "resource_type": "iam_user",
            "resource_id": arn,
            "resource_name": name,
            "resource_arn": arn,
            "account_id": ACCOUNT,
            "region": "global",
            "message": f"{name} has a password and no MFA device",
            "evidence": {},
            "gaps": [],
            "waived_by": None,
        } | members
        place = (row["policy_id"], row["account_id"], row["region"], row["resource_type"], row["resource_id"])
        return {"fingerprint": fingerprint(*place), **row}

    return make


@pytest.fixture
def results() -> Make:
    """Makes a results document of rows."""
    from sec02_policies.evaluate import summary
    from sec02_policies.model import Gap, GapKind, Result, Severity, Status

    def as_result(row: dict[str, Any]) -> Result:
        gaps = tuple(Gap(**{**gap, "kind": GapKind(gap["kind"])}) for gap in row["gaps"])
        kinds = {"severity": Severity(row["severity"]), "status": Status(row["status"])}
        return Result(**{**row, **kinds, "gaps": gaps})

    def make(*rows: dict[str, Any], waivers: list[dict[str, Any]] | None = None, **run: Any) -> dict[str, Any]:
        names = sorted({row["policy_id"] for row in rows})
        return {
            "schema_version": "1",
            "run": {
                "tool": {"name": "sec02-policies", "version": "0.0.1"},
                "engine": "native",
                "evaluated_at": MOMENT,
                "collected_at": MOMENT,
                "account_id": ACCOUNT,
                "organization_id": "o-abc1234567",
                "partition": "aws",
                "snapshot_sha256": "ab" * 32,
                "policies": [{"id": each, "sha256": "cd" * 32, "params": {}} for each in names],
                "waivers": waivers or [],
                **run,
            },
            "summary": summary([as_result(row) for row in rows]),
            "results": list(rows),
        }

    return make


@pytest.fixture
def waiver() -> Make:
    """Makes one entry of `run.waivers`, an active one unless told otherwise."""

    def make(**members: Any) -> dict[str, Any]:
        return {
            "id": "W-1",
            "policy": "iam-user-mfa",
            "state": "active",
            "problem": None,
            "reason": "The vendor's appliance cannot assume a role yet",
            "owner": "team-batch",
            "approved_by": "ciso",
            "ticket": None,
            "expires": "2026-09-30",
            "applied": 1,
        } | members

    return make


@pytest.fixture
def gap() -> dict[str, Any]:
    """AccessDenied of iam:ListMFADevices."""
    return {
        "id": "g00001",
        "collection": "iam_user",
        "account_id": ACCOUNT,
        "region": "global",
        "resource_id": f"arn:aws:iam::{ACCOUNT}:user/carol",
        "field": "mfa_devices",
        "api": "iam:ListMFADevices",
        "code": "AccessDenied",
        "kind": "denied",
    }


@pytest.fixture
def small(results: Make, result: Make, waiver: Make, gap: dict[str, Any]) -> dict[str, Any]:
    """A document with each status, a waived result, a waiver that lapsed, and a resource of a region."""
    secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf"
    regional = {
        "best_practice": "SEC02-BP03",
        "policy_id": "secrets-rotated",
        "region": "eu-west-1",
        "resource_type": "secretsmanager_secret",
        "severity": "medium",
    }
    lapsed = waiver(id="W-0", state="expired", problem="expired after 2026-01-01", expires="2026-01-01", applied=0)
    unread = "Could not be read: iam:ListMFADevices answered AccessDenied; grant iam:ListMFADevices."
    return results(
        result("alice", evidence={"devices": 0}),
        result("bob", waived_by="W-1"),
        result("carol", status="unknown", gaps=[gap], message=unread),
        result("dave", status="pass", message="Users have MFA"),
        result("erin", status="error", policy_id="own-broken", message="own-broken.yaml: division by zero"),
        result(None, status="not_applicable", message="The account has no iam_user.", policy_id="own-broken"),
        result("app/db", resource_id=secret, resource_arn=secret, message="app/db never rotated", **regional),
        waivers=[lapsed, waiver()],
    )
