"""What is in a snapshot, in numbers: resources by type, gaps by cause, sections by status."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from sec02_policies.snapshot.schema import schemas

if TYPE_CHECKING:
    from sec02_policies.snapshot.document import Snapshot


def stats(snapshot: Snapshot) -> dict[str, Any]:
    """The numbers of the snapshot, plain JSON; types of which nothing is there are left out."""
    document = snapshot.document
    counts = {kind: len(snapshot.known(kind)) for kind in sorted(schemas().types)}
    return {
        "schema_version": "1",
        "account_id": snapshot.account_id,
        "collected_at": snapshot.collected_at,
        "snapshot_sha256": snapshot.sha256,
        "redaction": document.get("redaction"),
        "resources": {kind: count for kind, count in counts.items() if count},
        "gaps": _causes(snapshot),
        "sections": dict(sorted(Counter(each["status"] for each in document["sections"]).items())),
        "handed_on": [
            {"section": each["name"], "api": each["api"], **each["read_by"]}
            for each in document["sections"]
            if "read_by" in each
        ],
        "calls": len(document["calls"]),
        "requests": sum(each["pages"] for each in document["calls"]),
        "attestations": len(document["attestations"]),
    }


def _causes(snapshot: Snapshot) -> list[dict[str, Any]]:
    """One entry for each kind, operation and error code: how many gaps it made, in which types."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for gap in snapshot.gaps:
        found[gap.kind.value, gap.api, gap.code].append(gap.collection)
    return [
        {"kind": kind, "api": api, "code": code, "count": len(types), "collections": sorted(set(types))}
        for (kind, api, code), types in sorted(found.items())
    ]
