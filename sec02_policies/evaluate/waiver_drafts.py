"""Results -> the YAML of waivers that somebody still has to explain and another to approve."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import yaml

from sec02_policies.model import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def drafts(
    document: Mapping[str, Any], *, policy_ids: Collection[str] = (), owner: str | None = None, days: int = 90
) -> str:
    """A file of waivers, one for each failing result that has none, pinned to it; none holds until it is approved.

    `policy_ids` limits them to some policies. They begin on the day of the results and hold for `days`.
    """
    created = date.fromisoformat(document["run"]["evaluated_at"][:10])
    entries = [
        {
            "id": f"W-{row['fingerprint'][:12]}",
            "policy": row["policy_id"],
            "match": _match(row),
            "reason": None,
            "owner": owner,
            "approved_by": None,
            "ticket": None,
            "created": created.isoformat(),
            "expires": (created + timedelta(days=days)).isoformat(),
        }
        for row in document["results"]
        if row["status"] == Status.FAIL
        and row["waived_by"] is None
        and (not policy_ids or row["policy_id"] in policy_ids)
    ]
    return yaml.safe_dump({"waivers": entries}, sort_keys=False, width=1000)


def _match(row: Mapping[str, Any]) -> dict[str, str]:
    """The resource for people to read, and the fingerprint that fixes it."""
    named = {name: row[name] for name in ("account_id", "resource_id") if row[name]}
    return named | {"fingerprint": row["fingerprint"]}
