"""`sec02 collect`: read an account once and write the snapshot."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.files import read, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sec02_policies.snapshot import Snapshot


def collect(
    *,
    profile: Annotated[
        str | None, typer.Option(help="The AWS profile; the usual AWS environment if not given.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="A region to read; the profile's own if not given. Repeatable.")
    ] = None,
    service: Annotated[list[str] | None, typer.Option(help="Only this service. Repeatable.")] = None,
    attest: Annotated[
        list[Path] | None, typer.Option(help="A YAML file that says what no API tells. Repeatable.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the snapshot.")] = Path(
        "snapshot.json"
    ),
) -> None:
    """Read an account's identity state once, and write it as one JSON snapshot."""
    from sec02_policies import collect as collector

    attestations = attested(attest or [])
    session = collector.open_session(profile=profile, region=region[0] if region else None)
    with progress() as report:
        document = collector.collect(
            session,
            regions=region or [],
            services=service,
            attestations=attestations,
            now=lambda: datetime.now(UTC),
            on_progress=report,
        )
    snapshot = save(document, output)
    tell(snapshot, output)


def attested(files: Sequence[Path]) -> list[dict[str, Any]]:
    """The attestations in these files."""
    from sec02_policies.collect import load_attestations

    now = datetime.now(UTC)
    return [each for path in files for each in load_attestations(read(path, "attestations"), str(path), now=now)]


def save(document: Mapping[str, Any], output: Path) -> Snapshot:
    """Validate the collected document and write it; a collector's defect is an error, never a file."""
    from sec02_policies.snapshot import Snapshot

    snapshot = Snapshot(document, where="collected snapshot")
    write(output, snapshot.dumps())
    return snapshot


def tell(snapshot: Snapshot, output: Path) -> None:
    """Say on standard error what was read and what could not be."""
    resources = sum(len(items) for items in snapshot.document["resources"].values())
    calls = len(snapshot.document["calls"])
    pages = sum(call["pages"] for call in snapshot.document["calls"])
    _say(f"{output}: account {snapshot.account_id}, {resources} resources, {pages} requests for {calls} calls")
    causes = dict.fromkeys(
        (gap.api, gap.code or gap.kind.value) for gap in snapshot.gaps if gap.kind != "not_requested"
    )
    for api, code in causes:
        _say(f"  could not be read: {api}: {code}")


def _say(line: str) -> None:
    from sec02_policies.report import printable

    print(printable(line), file=sys.stderr)  # noqa: T201 - cli is the place that prints


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
