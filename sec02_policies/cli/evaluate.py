"""`sec02 evaluate`: judge a snapshot and print the results."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.baseline import baseline_for, failing_in
from sec02_policies.cli.exits import exit_for
from sec02_policies.cli.files import read
from sec02_policies.cli.formats import Details, Formats, Output, inventory_for, targets, write_all
from sec02_policies.cli.options import (
    BestPractices,
    Engine,
    EngineOption,
    FailOn,
    Frameworks,
    Ignore,
    Levels,
    Params,
    Policies,
    Select,
    Sets,
    moment,
    policies_from,
    selection,
)
from sec02_policies.cli.streams import say
from sec02_policies.report import Background, Format

if TYPE_CHECKING:
    from collections.abc import Mapping


def evaluate(  # noqa: PLR0913 - the options of the command
    snapshot: Annotated[
        Path,
        typer.Argument(
            help="A snapshot that `sec02 collect` wrote, - for standard input; or the folder of `collect --org`, with "
            "--output FOLDER for the results."
        ),
    ],
    *,
    policies: Policies = None,
    select: Select = None,
    ignore: Ignore = None,
    sets: Sets = None,
    level: Levels = None,
    framework: Frameworks = None,
    best_practice: BestPractices = None,
    param: Params = None,
    fail_on: Annotated[FailOn, typer.Option(help="The least severity that sets exit code 1.")] = FailOn.INFO,
    allow_unknown: Annotated[
        bool, typer.Option("--allow-unknown", help="Unknown results do not set exit code 3.")
    ] = False,
    fmt: Formats = None,
    details: Details = False,
    output: Output = None,
    waivers: Annotated[
        list[Path] | None, typer.Option("--waivers", "-w", help="Waivers, or a folder of them. Repeatable.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Earlier results (JSON): shows what changed since. For a folder, a folder.")
    ] = None,
    new_only: Annotated[
        bool, typer.Option("--new-only", help="Only results that fail since the baseline set exit code 1.")
    ] = False,
    now: Annotated[str | None, typer.Option(help="Judge as of this time (RFC 3339), not of the collection.")] = None,
    engine: EngineOption = Engine.NATIVE,
) -> None:
    """Judge a snapshot offline, and print what failed and what could not be judged."""
    from sec02_policies.cli.evaluate_folder import FolderChoice, evaluate_folder
    from sec02_policies.evaluate import Waivers
    from sec02_policies.evaluate import evaluate as judge
    from sec02_policies.snapshot import Snapshot

    folder = snapshot.is_dir()
    chosen = [] if folder else targets(fmt, output, [snapshot, baseline])
    if new_only and baseline is None:
        raise typer.BadParameter("there is no --baseline to compare with.", param_hint="--new-only")
    if baseline is not None and baseline.is_dir() is not folder:
        raise typer.BadParameter("a file for a snapshot, a folder for a folder.", param_hint="--baseline")
    judges = policies_from(policies, selection(select, ignore, sets, level, framework, best_practice), param)
    accepted = Waivers.load(*waivers) if waivers else None
    judged = partial(judge, policies=judges, now=moment(now, "--now"), engine=engine.value, waivers=accepted)
    if folder:
        choice = FolderChoice(
            policies=judges,
            judge=judged,
            fail_on=fail_on.severity,
            allow_unknown=allow_unknown,
            details=details,
            baseline=baseline,
            new_only=new_only,
        )
        raise typer.Exit(evaluate_folder(snapshot, output, fmt, choice))
    loaded = Snapshot.loads(read(snapshot, "a snapshot"), where=str(snapshot))
    evaluation = judged(loaded)
    document = evaluation.document()
    earlier = baseline_for(baseline, document)
    background = Background(
        policies=judges.about(), baseline=earlier, inventory=inventory_for(chosen, loaded), details=details
    )
    write_all(document, chosen, background)
    if not any(each.fmt == Format.TABLE for each in chosen):
        _tell_waivers(document)
    known = failing_in(earlier) if new_only else frozenset()
    raise typer.Exit(exit_for(evaluation, fail_on.severity, allow_unknown=allow_unknown, known=known))


def _tell_waivers(document: Mapping[str, Any]) -> None:
    """Say on standard error which waivers do not hold; the table says it itself."""
    for each in document["run"]["waivers"]:
        if each["problem"]:
            say(f"waiver {each['id'] or '(without id)'} is not applied: {each['problem']}")
