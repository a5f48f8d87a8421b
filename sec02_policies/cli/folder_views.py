"""What `sec02 snapshot validate` and `stats` say of the folder of an organization: all accounts, read one at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from sec02_policies.cli.snapshot_folder import read_index, snapshot_in
from sec02_policies.errors import InputError
from sec02_policies.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sec02_policies.snapshot.index import AccountEntry, SnapshotIndex


def validated(folder: Path) -> Iterator[str]:
    """A line for each account, once its snapshot is found valid and to be the one that the index names."""
    index = read_index(folder)
    for entry in index.accounts.values():
        if entry.file is None:
            yield f"{_called(entry)}: {entry.status}"
            continue
        snapshot = _loaded(folder, entry)
        if snapshot.account_id != entry.account_id:
            expected = f"of account {entry.account_id}"
            raise InputError(str(folder / entry.file), f"a snapshot of account {snapshot.account_id}", expected)
        yield f"{_called(entry)}: valid, {entry.status}, {len(snapshot.gaps)} gaps"
    yield f"{folder}: {_headline(index)}"


def folder_stats(folder: Path) -> dict[str, Any]:
    """The numbers of all accounts together, plain JSON."""
    from sec02_policies.snapshot.stats import stats

    index = read_index(folder)
    resources: Counter[str] = Counter()
    gaps: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    requests = 0
    for entry in (each for each in index.accounts.values() if each.file is not None):
        numbers = stats(_loaded(folder, entry))
        resources.update(numbers["resources"])
        requests += numbers["requests"]
        for cause in numbers["gaps"]:
            gaps[cause["kind"], cause["api"], cause["code"]].append(cause["count"])
    return {
        "schema_version": "1",
        "organization_id": index.organization_id,
        "started_at": index.started_at,
        "updated_at": index.updated_at,
        "redaction": index.settings.document()["redaction"],
        "accounts": index.counts(),
        "resources": dict(sorted(resources.items())),
        "gaps": [
            {"kind": kind, "api": api, "code": code, "count": sum(found), "accounts": len(found)}
            for (kind, api, code), found in sorted(gaps.items())
        ],
        "requests": requests,
    }


def folder_stats_lines(numbers: dict[str, Any]) -> Iterator[str]:
    """The same for people."""
    yield f"organization {numbers['organization_id']}, collected {numbers['started_at']} to {numbers['updated_at']}"
    if numbers["redaction"]:
        yield f"redacted: {numbers['redaction']['profile']}, key {numbers['redaction']['key_id']}"
    yield "accounts: " + ", ".join(f"{number} {status}" for status, number in numbers["accounts"].items())
    yield f"{numbers['requests']} requests"
    yield ""
    yield from (f"{count:>7}  {kind}" for kind, count in numbers["resources"].items())
    if numbers["gaps"]:
        yield ""
        yield "   gaps  accounts  cause"
    for cause in numbers["gaps"]:
        yield f"{cause['count']:>7}  {cause['accounts']:>8}  {cause['kind']}: {cause['api']} {cause['code']}"


def _loaded(folder: Path, entry: AccountEntry) -> Snapshot:
    return Snapshot.loads(snapshot_in(folder, entry), where=str(folder / str(entry.file)))


def _called(entry: AccountEntry) -> str:
    return f"{entry.account_id} {entry.name or ''}".strip()


def _headline(index: SnapshotIndex) -> str:
    counted = ", ".join(f"{number} {status}" for status, number in index.counts().items())
    return f"organization {index.organization_id}, {len(index.accounts)} accounts: {counted}"
