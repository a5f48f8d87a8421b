"""What a collection does with its document: validate it, write it, say what could not be read, choose the exit code."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sec02_policies.cli.exits import Exit
from sec02_policies.cli.files import read, write
from sec02_policies.cli.streams import say
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sec02_policies.cli.redaction import Redaction
    from sec02_policies.model import Gap
    from sec02_policies.snapshot import Snapshot


class GapOption(StrEnum):
    """The kinds of gaps that `--fail-on-gap` takes; `any` of all but those that nobody asked for."""

    # Computed members, as in https://docs.python.org/3/howto/enum.html#timeperiod
    _ignore_ = "kind"
    ANY = "any"
    for kind in GapKind:
        vars()[kind.name] = kind.value


# Holes that somebody asked for.
_WANTED = frozenset({GapKind.NOT_REQUESTED.value, GapKind.REDACTED.value})


def attested(files: Sequence[Path]) -> list[dict[str, Any]]:
    """The attestations in these files."""
    from sec02_policies.collect import load_attestations

    now = datetime.now(UTC)
    return [each for path in files for each in load_attestations(read(path, "attestations"), str(path), now=now)]


def checked(document: Mapping[str, Any], redaction: Redaction | None) -> Snapshot:
    """The snapshot of the collected document, redacted if so asked; a collector's defect is an error, never a file."""
    from sec02_policies.snapshot import Snapshot

    shown = document if redaction is None else redaction.document(document)
    return Snapshot(shown, where="collected snapshot")


def save(document: Mapping[str, Any], output: Path, redaction: Redaction | None = None) -> Snapshot:
    """Validate the collected document and write it."""
    snapshot = checked(document, redaction)
    write(output, snapshot.pieces())
    return snapshot


def causes(snapshot: Snapshot) -> list[tuple[str, str]]:
    """The operations that did not answer, and why, once each; without what somebody wanted so."""
    return [(gap.api, gap.code or gap.kind.value) for gap in _unwanted(snapshot)]


def _unwanted(snapshot: Snapshot) -> list[Gap]:
    """One gap for each operation and code, without those that somebody wanted."""
    return list({(gap.api, gap.code): gap for gap in snapshot.gaps if gap.kind not in _WANTED}.values())


def tell(snapshot: Snapshot, output: Path) -> None:
    """Say on standard error what was read and what could not be, and what to grant for it."""
    resources = sum(len(items) for items in snapshot.document["resources"].values())
    calls = len(snapshot.document["calls"])
    pages = sum(call["pages"] for call in snapshot.document["calls"])
    say(f"{output}: account {snapshot.account_id}, {resources} resources, {pages} requests for {calls} calls")
    for gap in _unwanted(snapshot):
        grant = f": grant {gap.permission}" if gap.kind is GapKind.DENIED else ""
        say(f"  could not be read: {gap.api}: {gap.code or gap.kind.value}{grant}")


def kinds_of(snapshot: Snapshot) -> Counter[str]:
    """How many gaps of each kind the snapshot has."""
    return Counter(gap.kind.value for gap in snapshot.gaps)


def exit_for_gaps(counted: Mapping[str, int], kinds: Iterable[GapOption]) -> Exit:
    """Exit code 3 where there are gaps of one of the kinds, each of which is told with its number."""
    asked = {each.value for each in kinds}
    wanted = asked | ((counted.keys() - _WANTED) if GapOption.ANY in asked else set())
    found = {kind: number for kind, number in sorted(counted.items()) if kind in wanted}
    if not found:
        return Exit.OK
    say(f"--fail-on-gap: {', '.join(f'{number} {kind}' for kind, number in found.items())}")
    return Exit.UNKNOWN


@contextmanager
def progress() -> Iterator[Callable[[Any], None] | None]:
    """A live line on standard error while it is a terminal; None otherwise."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True, markup=False, highlight=False)
    with console.status("Reading the account") as status:
        yield lambda each: status.update(f"Reading {each}")
