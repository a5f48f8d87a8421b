"""`sec02 evaluate`: judge a snapshot and print the results."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sec02_policies.cli.exits import exit_for
from sec02_policies.cli.files import emit, read
from sec02_policies.cli.options import (
    Engine,
    EngineOption,
    FailOn,
    Ignore,
    Params,
    Policies,
    Select,
    policies_from,
    terminal,
)
from sec02_policies.errors import InputError
from sec02_policies.report import Format, render


def evaluate(  # noqa: PLR0913 - the options of the command
    snapshot: Annotated[Path, typer.Argument(help="A snapshot that `sec02 collect` wrote; - for standard input.")],
    *,
    policies: Policies = None,
    select: Select = None,
    ignore: Ignore = None,
    param: Params = None,
    fail_on: Annotated[FailOn, typer.Option(help="The least severity that sets exit code 1.")] = FailOn.INFO,
    allow_unknown: Annotated[
        bool, typer.Option("--allow-unknown", help="Unknown results do not set exit code 3.")
    ] = False,
    fmt: Annotated[Format, typer.Option("--format", "-f", help="What to print.")] = Format.TABLE,
    details: Annotated[bool, typer.Option("--details", help="Table: the message of every result.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
    now: Annotated[str | None, typer.Option(help="Judge as of this time (RFC 3339), not of the collection.")] = None,
    engine: EngineOption = Engine.NATIVE,
) -> None:
    """Judge a snapshot offline, and print what failed and what could not be judged."""
    from sec02_policies.evaluate import evaluate as judge
    from sec02_policies.snapshot import Snapshot

    chosen = policies_from(policies, select, ignore, param)
    loaded = Snapshot.loads(read(snapshot, "a snapshot"), where=str(snapshot))
    evaluation = judge(loaded, chosen, now=_moment(now), engine=engine.value)
    width, color = terminal()
    emit(render(evaluation.document(), fmt, width=width, color=color and output is None, details=details), output)
    raise typer.Exit(exit_for(evaluation, fail_on.severity, allow_unknown=allow_unknown))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError("--now", "not a time", "RFC 3339, such as 2026-01-31T00:00:00Z") from None
    if moment.tzinfo is None:
        raise InputError("--now", "a time without a zone", "RFC 3339, such as 2026-01-31T00:00:00Z")
    return moment.astimezone(UTC)
