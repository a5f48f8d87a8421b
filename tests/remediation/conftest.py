from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., Any]
ACCOUNT = "111122223333"
MOMENT = "2026-01-31T00:00:00Z"


@pytest.fixture
def row() -> Make:
    """Makes a row of results, of a user who fails unless told otherwise."""

    def make(name: str = "alice", **members: Any) -> dict[str, Any]:
        arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
        return {
            "policy_id": "user-mfa",
            "best_practice": "SEC02-BP01",
            "severity": "high",
            "status": "fail",
            "resource_type": "iam_user",
            "resource_id": arn,
            "resource_name": name,
            "resource_arn": arn,
            "account_id": ACCOUNT,
            "region": "global",
            "message": f"{name} has no MFA device",
            "evidence": {},
            "gaps": [],
            "waived_by": None,
            "fingerprint": "0123456789abcdef" * 2,
        } | members

    return make


@pytest.fixture
def about() -> Make:
    """Makes the policies' side of it: one policy, `user-mfa`, with that remediation."""

    def make(policy_id: str = "user-mfa", **remediation: Any) -> dict[str, Any]:
        return {
            policy_id: {
                "title": "Users have MFA",
                "identity": "human",
                "maturity": 1,
                "remediation": {"text": "Do it.", "cli": None, "terraform": None} | remediation,
            }
        }

    return make


@pytest.fixture
def results() -> Make:
    """Makes what a plan needs of a results document."""
    return lambda *rows: {"run": {"evaluated_at": MOMENT}, "results": list(rows)}
