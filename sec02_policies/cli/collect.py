"""`sec02 collect`: read an account once and write the snapshot."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.exits import Exit
from sec02_policies.cli.files import read, write
from sec02_policies.cli.options import Ignore, Policies, Select, policies_from
from sec02_policies.cli.plan import plan_text, wanted_fields
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sec02_policies.catalog import PolicySet
    from sec02_policies.snapshot import Snapshot


class GapOption(StrEnum):
    """The kinds of gaps that `--fail-on-gap` takes; `any` of all but those that nobody asked for."""

    ANY = "any"
    DENIED = "denied"
    THROTTLED = "throttled"
    TRUNCATED = "truncated"
    UNSUPPORTED_REGION = "unsupported_region"
    NOT_REQUESTED = "not_requested"
    FAILED = "failed"
    REDACTED = "redacted"
    STALE = "stale"
    UNPARSED = "unparsed"


def collect(  # noqa: PLR0913 - the options of the command
    *,
    profile: Annotated[
        str | None, typer.Option(help="The AWS profile; the usual AWS environment if not given.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="Only this region; all of the account if not given. Repeatable.")
    ] = None,
    all_regions: Annotated[
        bool, typer.Option("--all-regions", help="All regions that the account may use, as without --region.")
    ] = False,
    service: Annotated[list[str] | None, typer.Option(help="Only this service. Repeatable.")] = None,
    for_policies: Annotated[
        bool, typer.Option("--for-policies", help="Call only what the policies read; the rest is not requested.")
    ] = False,
    policies: Policies = None,
    select: Select = None,
    ignore: Ignore = None,
    attest: Annotated[
        list[Path] | None, typer.Option(help="A YAML file that says what no API tells. Repeatable.")
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Call nothing: print the operations, their number and the IAM policy.")
    ] = False,
    fail_on_gap: Annotated[
        list[GapOption] | None,
        typer.Option(help="Exit code 3 where a gap is of this kind; any: of all but not_requested. Repeatable."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the snapshot.")] = Path(
        "snapshot.json"
    ),
) -> None:
    """Read an account's identity state once, and write it as one JSON snapshot."""
    from sec02_policies import collect as collector

    if all_regions and region:
        raise typer.BadParameter("--all-regions and --region: only one of them.")
    chosen = _chosen_policies(policies, select, ignore, for_policies=for_policies)
    if plan:
        sys.stdout.write(plan_text(chosen, service, region or []))
        return
    attestations = attested(attest or [])
    session = collector.open_session(profile=profile, region=region[0] if region else None)
    with progress() as report:
        document = collector.collect(
            session,
            regions=region or [],
            services=service,
            fields=None if chosen is None else wanted_fields(chosen, service),
            attestations=attestations,
            now=lambda: datetime.now(UTC),
            on_progress=report,
        )
    snapshot = save(document, output)
    tell(snapshot, output)
    raise typer.Exit(_exit_for(snapshot, fail_on_gap or []))


def _chosen_policies(
    paths: Sequence[Path] | None, select: Sequence[str] | None, ignore: Sequence[str] | None, *, for_policies: bool
) -> PolicySet | None:
    """The policies to collect for; None for everything."""
    if for_policies:
        return policies_from(paths, select, ignore, None)
    if paths or select or ignore:
        raise typer.BadParameter("--select, --ignore and --policies choose what --for-policies reads: give it too.")
    return None


def _exit_for(snapshot: Snapshot, kinds: Sequence[GapOption]) -> Exit:
    """Exit code 3 where the snapshot has a gap of one of the kinds, each of which is told with its number."""
    counted = Counter(gap.kind.value for gap in snapshot.gaps)
    wanted = {each.value for each in kinds}
    if GapOption.ANY in kinds:
        wanted |= counted.keys() - {GapKind.NOT_REQUESTED.value}
    found = {kind: number for kind, number in sorted(counted.items()) if kind in wanted}
    if not found:
        return Exit.OK
    _say(f"--fail-on-gap: {', '.join(f'{number} {kind}' for kind, number in found.items())}")
    return Exit.UNKNOWN


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
