"""`sec02 inventory FOLDER`: the identities of all accounts of an organization's folder, in one table or file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cli.snapshot_folder import read_index, snapshot_in
from sec02_policies.cli.streams import say
from sec02_policies.report.identities import InventoryFormat
from sec02_policies.snapshot import Snapshot
from sec02_policies.snapshot.index import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_READ = (AccountStatus.COMPLETE, AccountStatus.PARTIAL)
_NOT_READ = (AccountStatus.FAILED, AccountStatus.PENDING)


def snapshots_in(folder: Path) -> Iterator[Snapshot]:
    """The snapshots of the folder, one at a time; says on standard error which accounts have none."""
    index = read_index(folder)
    for entry in index.with_status(*_READ):
        yield Snapshot.loads(snapshot_in(folder, entry), where=str(folder / str(entry.file)))
    for entry in index.with_status(*_NOT_READ):
        why = f": {entry.error.api}: {entry.error.code}" if entry.error else ""
        say(f"{entry.account_id} {entry.name or ''}: its identities are not known, {entry.status}{why}")


def joined(parts: Sequence[bytes], fmt: InventoryFormat) -> bytes:
    """The inventories of several accounts in one: CSV under one heading, a line of JSON for each account."""
    if fmt is InventoryFormat.CSV:
        heading = next(iter(parts), b"").partition(b"\r\n")[:2]
        return b"".join([*heading, *(each.partition(b"\r\n")[2] for each in parts)])
    return (b"" if fmt is InventoryFormat.JSON else b"\n").join(parts)
