"""A folder of snapshots, one for each account of an organization, and its index: begun, resumed, kept up to date."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sec02_policies.cli.files import read, write
from sec02_policies.errors import InputError
from sec02_policies.snapshot.index import INDEX_FILE, AccountStatus, Settings, SnapshotIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sec02_policies.snapshot import Snapshot
    from sec02_policies.snapshot.index import AccountEntry, AccountError

# What `files.write` leaves behind where it is killed.
_LEFT_OVER = re.compile(r"\.(?:index|[0-9]{12})\.json\..+")


def read_index(folder: Path) -> SnapshotIndex:
    """The index of the folder; raises `InputError` where there is none."""
    path = folder / INDEX_FILE
    if not path.is_file():
        what = f"a folder without {INDEX_FILE}"
        raise InputError(str(folder), what, "a snapshot, or a folder that `sec02 collect --org` wrote")
    return SnapshotIndex.loads(read(path, "an index"), str(path))


def snapshot_in(folder: Path, entry: AccountEntry) -> bytes:
    """The bytes of the account's snapshot; raises `InputError` where it is gone, or not the one that was written."""
    path = folder / str(entry.file)
    data = read(path, f"the snapshot that {INDEX_FILE} names")
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise InputError(str(path), "changed since it was collected", f"the SHA-256 that {INDEX_FILE} names")
    return data


class SnapshotFolder:
    """The folder while a collection fills it: `index` is true at any time, also where the next line is a kill."""

    def __init__(self, path: Path, index: SnapshotIndex) -> None:
        """Begin with that index; `begun` makes one."""
        self.path = path
        self.index = index

    @classmethod
    def begun(
        cls, path: Path, *, organization_id: str, settings: Settings, entries: Iterable[AccountEntry]
    ) -> SnapshotFolder:
        """The folder, which is `held`, with all these accounts in its index: those that are read stay as they are.

        What a kill left half-written is removed.

        Raises `InputError` for a folder of another organization or of other settings.
        """
        now = _now()
        index = SnapshotIndex(
            organization_id=organization_id, started_at=now, updated_at=now, settings=settings, accounts={}
        )
        for each in filter(_is_left_over, path.iterdir()):
            each.unlink()
        if (path / INDEX_FILE).exists():
            earlier = read_index(path)
            _demand_same(path, earlier, index)
            index = replace(index, started_at=earlier.started_at, accounts=earlier.accounts)
        found = {each.account_id: each for each in entries}
        kept = {
            account_id: _called_as(found.get(account_id, each), each)
            for account_id, each in index.accounts.items()
            if _is_there(path, each)
        }
        # What an earlier run was asked for, and this one is not, is still missing.
        missing = {key: each for key, each in index.accounts.items() if key not in kept and key not in found}
        folder = cls(path, replace(index, accounts={**missing, **found, **kept}))
        folder._write()
        return folder

    def pending(self) -> frozenset[str]:
        """The ids of the accounts that are to be read."""
        return frozenset(each.account_id for each in self.index.with_status(AccountStatus.PENDING))

    def write_snapshot(self, account_id: str, snapshot: Snapshot) -> AccountEntry:
        """Write the account's snapshot, and return its entry for `note`; safe in any thread."""
        entry = self.index.accounts[account_id].read_as(snapshot)
        write(self.path / str(entry.file), snapshot.pieces())
        return entry

    def note(self, entry: AccountEntry) -> None:
        """Write the index with this entry."""
        self.index = self.index.with_entry(entry, updated_at=_now())
        self._write()

    def note_failure(self, account_id: str, error: AccountError) -> None:
        """Write the index with this failure; a snapshot that no index has named is removed."""
        self.note(self.index.accounts[account_id].failed(error))
        (self.path / f"{account_id}.json").unlink(missing_ok=True)

    def _write(self) -> None:
        write(self.path / INDEX_FILE, self.index.dumps())


def demand_usable(path: Path, *, resume: bool) -> None:
    """Raise `InputError` for a folder with something in it, unless that is a collection to resume."""
    if not path.exists():
        return
    if not path.is_dir():
        raise InputError(str(path), "a file", "a folder, as --org writes one snapshot for each account")
    found = list(path.iterdir())
    if resume:
        found = [each for each in found if not _is_left_over(each)]
    if not found:
        return
    if not resume:
        raise InputError(str(path), "not empty", "an empty folder; or --resume, to read what is missing in this one")
    if not (path / INDEX_FILE).is_file():
        expected = "a folder that `sec02 collect --org` began, or an empty one"
        raise InputError(str(path), f"no {INDEX_FILE} in it", expected)


def _is_left_over(path: Path) -> bool:
    return _LEFT_OVER.fullmatch(path.name) is not None


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Make the folder, and keep other collections out of it while the block lasts; a kill sets it free."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:  # Windows has no such lock: there it is for the user to run one at a time
        yield
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        try:
            flock(folder, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise InputError(str(path), "another collection writes to it", "wait until that is done") from None
        yield
    finally:
        os.close(folder)


def _demand_same(path: Path, earlier: SnapshotIndex, now: SnapshotIndex) -> None:
    """Raise `InputError` where the earlier run was another; first where its very names are written otherwise."""
    names = [each.name for each in fields(Settings)]
    names.sort(key=lambda each: each != "redaction")
    differing = [each for each in names if getattr(earlier.settings, each) != getattr(now.settings, each)]
    if earlier.organization_id != now.organization_id and "redaction" not in differing:
        what = f"of organization {earlier.organization_id}, not {now.organization_id}"
        raise InputError(str(path), what, "a folder of this organization, or an empty one")
    if differing:
        what = f"collected with another choice of {differing[0].removesuffix('_sha256').replace('_', ' ')}"
        raise InputError(str(path), what, "the options of the first run, or an empty folder")


def _is_there(path: Path, entry: AccountEntry) -> bool:
    """Whether the account need not be read again."""
    if not entry.status.has_snapshot:
        return False
    try:
        snapshot_in(path, entry)
    except InputError:
        return False
    return True


def _called_as(now: AccountEntry, entry: AccountEntry) -> AccountEntry:
    """The entry with the name and the place that the account has now."""
    return replace(entry, name=now.name, ou_path=now.ou_path, state=now.state)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
