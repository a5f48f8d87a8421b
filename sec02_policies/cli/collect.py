"""`sec02 collect`: read an account once and write the snapshot, or one of each account of an organization."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Annotated

import typer

from sec02_policies.cli.collected import GapOption, attested, exit_for_gaps, kinds_of, progress, save, tell
from sec02_policies.cli.options import (
    BestPractices,
    Frameworks,
    Ignore,
    Levels,
    Policies,
    Select,
    Sets,
    policies_from,
    selection,
)
from sec02_policies.cli.plan import plan_text, wanted_fields
from sec02_policies.cli.redaction import Redact, RedactKeep, RedactKey, redaction_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sec02_policies.catalog import PolicySet, Selection
    from sec02_policies.cli.exits import Exit
    from sec02_policies.cli.redaction import Redaction
    from sec02_policies.collect import Request

_PANEL = "The caller's whole organization"
_ONE, _MANY = Path("snapshot.json"), Path("snapshots")


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
    sets: Sets = None,
    level: Levels = None,
    framework: Frameworks = None,
    best_practice: BestPractices = None,
    attest: Annotated[
        list[Path] | None, typer.Option(help="A YAML file that says what no API tells. Repeatable.")
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Call nothing: print the operations, their number and the IAM policy.")
    ] = False,
    fail_on_gap: Annotated[
        list[GapOption] | None,
        typer.Option(
            help="Exit code 3 where a gap is of this kind; any: of all but not_requested and redacted. Repeatable."
        ),
    ] = None,
    redact: Redact = None,
    redact_key: RedactKey = None,
    redact_keep: RedactKeep = None,
    org: Annotated[
        bool, typer.Option("--org", rich_help_panel=_PANEL, help="Read each account, into a folder with an index.")
    ] = False,
    accounts: Annotated[
        list[str] | None,
        typer.Option(metavar="ID[,ID...]", rich_help_panel=_PANEL, help="Only these accounts. Repeatable."),
    ] = None,
    ou: Annotated[
        list[str] | None,
        typer.Option(rich_help_panel=_PANEL, help="Only accounts anywhere below this unit. Repeatable."),
    ] = None,
    role_name: Annotated[
        str | None,
        typer.Option(rich_help_panel=_PANEL, help="The role to assume in each account but the caller's own."),
    ] = None,
    external_id: Annotated[
        str | None, typer.Option(rich_help_panel=_PANEL, help="What the role asks for as sts:ExternalId.")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", rich_help_panel=_PANEL, help="Read what is missing or failed in the folder, keep the rest."
        ),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=16, rich_help_panel=_PANEL, help="Accounts read side by side; 4 if not given."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Where to write: snapshot.json if not given; with --org a folder, snapshots."
        ),
    ] = None,
) -> None:
    """Read an account's identity state once, and write it as one JSON snapshot; with --org, that of each account."""
    from sec02_policies import collect as collector
    from sec02_policies.cli.organization import collect_organization, org_choice

    if all_regions and region:
        raise typer.BadParameter("--all-regions and --region: only one of them.")
    many = org_choice(
        org=org,
        accounts=accounts,
        units=ou,
        role_name=role_name,
        external_id=external_id,
        resume=resume,
        workers=workers,
    )
    chosen = _chosen_policies(
        policies, selection(select, ignore, sets, level, framework, best_practice), for_policies=for_policies
    )
    if plan:
        sys.stdout.write(plan_text(chosen, service, region or [], org=many))
        return
    redaction = redaction_from(redact, redact_key, redact_keep)
    request = collector.Request(
        regions=tuple(region or ()),
        services=tuple(service or ()),
        fields=None if chosen is None else wanted_fields(chosen, service),
        attestations=tuple(attested(attest or [])),
        # One key for all that is told of names and secrets without telling them, and for all accounts.
        finding_key=token_bytes(32) if redaction is None else redaction.key,
    )
    gaps = fail_on_gap or []
    if many is None:
        raise typer.Exit(_collect_one(request, output or _ONE, profile=profile, redaction=redaction, fail_on_gap=gaps))
    raise typer.Exit(
        collect_organization(
            many, output or _MANY, profile=profile, request=request, redaction=redaction, fail_on_gap=gaps
        )
    )


def _collect_one(
    request: Request,
    output: Path,
    *,
    profile: str | None,
    redaction: Redaction | None,
    fail_on_gap: Sequence[GapOption],
) -> Exit:
    """Read the caller's account into the file, and return the exit code."""
    from sec02_policies import collect as collector

    session = collector.open_session(profile=profile, region=request.regions[0] if request.regions else None)
    with progress() as report:
        document = collector.collect(
            session,
            regions=request.regions,
            services=request.services or None,
            fields=request.fields,
            attestations=request.attestations,
            finding_key=request.finding_key,
            now=lambda: datetime.now(UTC),
            on_progress=report,
        )
    snapshot = save(document, output, redaction)
    tell(snapshot, output)
    return exit_for_gaps(kinds_of(snapshot), fail_on_gap)


def _chosen_policies(paths: Sequence[Path] | None, asked: Selection, *, for_policies: bool) -> PolicySet | None:
    """The policies to collect for; None for everything."""
    if for_policies:
        return policies_from(paths, asked)
    if paths or str(asked):
        given = f"{'--policies' if paths else ''} {asked}".strip()
        raise typer.BadParameter(f"{given} chooses what --for-policies reads: give it too.")
    return None
