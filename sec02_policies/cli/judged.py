"""The snapshot that a user gives beside results: it must be the one that was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.cli.files import read
from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sec02_policies.snapshot import Snapshot


def judged_snapshot(path: Path, documents: Sequence[Mapping[str, Any]]) -> Snapshot:
    """The snapshot in the file; raises `InputError` where none of the results are of it."""
    from sec02_policies.snapshot import Snapshot

    snapshot = Snapshot.loads(read(path, "a snapshot"), where=str(path))
    if all(each["run"]["snapshot_sha256"] != snapshot.sha256 for each in documents):
        raise InputError(str(path), "another snapshot than the one that the results judge", "the one that was judged")
    return snapshot
