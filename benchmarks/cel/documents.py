"""The documents that are judged: IAM users with credentials and grants as chance gives them, and the time of day."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

Document = dict[str, Any]
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def users(count: int) -> list[Document]:
    """The same users at every run."""
    rng = random.Random(2)  # noqa: S311 - documents, not secrets
    return [user(number, rng) for number in range(count)]


def user(number: int, rng: random.Random) -> Document:
    """An IAM user of 23 fields, with credentials and grants of 20 more."""
    arn = f"arn:aws:iam::111122223333:user/team-{number % 40}/user-{number}"

    def moment(days: int) -> str:
        return (NOW - timedelta(days=rng.randrange(days), seconds=rng.randrange(86_400))).isoformat()[:19] + "Z"

    def status() -> str:
        return rng.choice(["Active", "Active", "Inactive"])

    password = rng.random() < 0.6
    return {
        "id": arn,
        "name": f"user-{number}",
        "arn": arn,
        "account_id": "111122223333",
        "region": "global",
        "tags": [{"key": "team", "value": f"team-{number % 40}"}, {"key": "env", "value": "prod"}],
        "path": f"/team-{number % 40}/",
        "user_id": f"AIDA{number:016d}",
        "create_date": moment(2000),
        "groups": [f"arn:aws:iam::111122223333:group/g{each}" for each in range(rng.randrange(3))],
        "attached_policies": [
            {"arn": f"arn:aws:iam::aws:policy/Policy{each}", "name": f"Policy{each}"}
            for each in range(rng.randrange(3))
        ],
        "inline_policies": [],
        "permissions_boundary_arn": None,
        "password_enabled": password,
        "password_last_used_date": moment(120) if password and rng.random() < 0.8 else None,
        "password_last_changed_date": moment(500) if password else None,
        "mfa_active": password,
        "password_reset_required": rng.random() < 0.1 if password else None,
        "mfa_devices": [
            {"serial_number": f"arn:aws:iam::111122223333:mfa/{each}", "kind": "virtual", "enable_date": moment(900)}
            for each in range(rng.randrange(2))
        ],
        "access_keys": [
            {
                "id": f"AKIA{number:08d}{each:08d}",
                "name": f"user-{number}/AKIA{each}",
                "status": status(),
                "create_date": moment(700),
                "last_used_date": moment(90),
                "last_used_service": "s3",
                "last_used_region": "eu-west-1",
            }
            for each in range(rng.randrange(3))
        ],
        "signing_certificates": [],
        "ssh_public_keys": [
            {"id": f"APKA{number}{each}", "status": status(), "upload_date": moment(200)}
            for each in range(rng.randrange(2))
        ],
        "service_specific_credentials": [
            {
                "id": f"ACCA{number}{each}",
                "service_name": "bedrock.amazonaws.com",
                "status": status(),
                "create_date": moment(100),
                "expiration_date": None if rng.random() < 0.2 else "2026-03-01T00:00:00Z",
            }
            for each in range(rng.randrange(2))
        ],
    }
