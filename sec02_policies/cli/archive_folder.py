"""`sec02 archive FOLDER`: a bundle for each account of an organization's folder, each in a chain of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from sec02_policies.cli.exits import Exit
from sec02_policies.cli.results_files import account_files
from sec02_policies.cli.snapshot_folder import read_index, snapshot_in
from sec02_policies.cli.streams import say
from sec02_policies.errors import InputError
from sec02_policies.snapshot import Snapshot
from sec02_policies.snapshot.index import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def archive_folder(folder: Path, results: Path | None, archive: Callable[[Snapshot, Path | None], None]) -> Exit:
    """Archive each account that was read; exit code 3 where one was not, for there is no evidence of it."""
    if results is not None and not results.is_dir():
        raise typer.BadParameter("a file for a snapshot, a folder for a folder.", param_hint="--results")
    index = read_index(folder)
    stored = account_files(results) if results is not None else {}
    entries = list(index.with_status(AccountStatus.COMPLETE, AccountStatus.PARTIAL))
    for entry in entries:
        if results is not None and entry.account_id not in stored:
            raise InputError(str(results), f"no results of account {entry.account_id}", "those of each account")
    for entry in entries:
        snapshot = Snapshot.loads(snapshot_in(folder, entry), where=str(folder / str(entry.file)))
        archive(snapshot, stored.get(entry.account_id))
    missing = list(index.with_status(AccountStatus.FAILED, AccountStatus.PENDING))
    for entry in missing:
        why = f": {entry.error.api}: {entry.error.code}" if entry.error else ""
        say(f"{entry.account_id} {entry.name or ''}: no bundle, {entry.status}{why}")
    return Exit.UNKNOWN if missing else Exit.OK
