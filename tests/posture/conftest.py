from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., Any]
ACCOUNT = "111122223333"
KEY = "AKIAEXAMPLEKEY000001"


@pytest.fixture
def row() -> Make:
    """Makes a row of results, of a user's access key that fails unless told otherwise."""

    def make(**members: Any) -> dict[str, Any]:
        return {
            "policy_id": "iam-access-key-rotated",
            "best_practice": "SEC02-BP05",
            "severity": "medium",
            "status": "fail",
            "resource_type": "iam_access_key",
            "resource_id": KEY,
            "resource_name": f"alice/{KEY}",
            "resource_arn": None,
            "account_id": ACCOUNT,
            "region": "global",
            "message": "key is old",
            "evidence": {},
            "gaps": [],
            "waived_by": None,
            "fingerprint": "0" * 32,
        } | members

    return make


@pytest.fixture
def identity() -> Make:
    """Makes an identity of an inventory: a limited user with MFA whose key is young and never used."""

    def make(**members: Any) -> dict[str, Any]:
        return {
            "id": f"arn:aws:iam::{ACCOUNT}:user/alice",
            "name": "alice",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
            "account_id": ACCOUNT,
            "region": "global",
            "type": "iam_user",
            "kind": "human",
            "kind_reason": "has a password",
            "credentials": [
                {
                    "kind": "access_key",
                    "id": KEY,
                    "active": True,
                    "created_at": "2026-01-01T00:00:00Z",
                    "last_used_at": None,
                }
            ],
            "mfa": True,
            "last_activity": None,
            "privilege": "limited",
            "privilege_reason": "reads one bucket",
            "exposed": False,
            "exposed_reason": "",
            "owner": None,
            "unknown": [],
        } | members

    return make
