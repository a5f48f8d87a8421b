"""`sec02 test`: run the suites of policies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sec02_policies.cli.exits import Exit
from sec02_policies.cli.options import (
    AnySets,
    BestPractices,
    Engine,
    EngineOption,
    Frameworks,
    Ignore,
    Levels,
    Select,
    chosen_of,
    selection,
)
from sec02_policies.errors import InputError
from sec02_policies.report import printable


def test(  # noqa: PLR0913 - the options of the command
    path: Annotated[
        Path | None, typer.Argument(help="A suite, a policy or a folder; the packaged policies if not given.")
    ] = None,
    *,
    select: Select = None,
    ignore: Ignore = None,
    sets: AnySets = None,
    level: Levels = None,
    framework: Frameworks = None,
    best_practice: BestPractices = None,
    engine: EngineOption = Engine.NATIVE,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Name the passing cases too.")] = False,
) -> None:
    """Run policies' test suites, and name the file, line and case of each failure."""
    from sec02_policies.testing import demand_policies, load_suites, run_suites, untested

    policies, suites = load_suites(path)
    demand_policies(policies, suites)
    policies = chosen_of(policies, selection(select, ignore, sets, level, framework, best_practice), any_set=True)
    suites = tuple(suite for suite in suites if any(suite.policy_id == policy.id for policy in policies))
    if not suites:
        raise InputError(str(path or "policies"), "no suites", "<id>.test.yaml beside <id>.yaml")
    passed = failed = 0
    for outcome in run_suites(policies, suites, engine=engine.value):
        place = f"{outcome.path}:{outcome.line}: {outcome.policy_id}: {outcome.case}"
        if outcome.problem is None:
            passed += 1
            if verbose:
                typer.echo(printable(f"{place}: passed"))
        else:
            failed += 1
            typer.echo(printable(f"{place}: {outcome.problem}"))
    without = untested(policies, suites)
    for policy_id in without:
        typer.echo(f"{policies.get(policy_id).path}:1: {policy_id}: no suite, add {policy_id}.test.yaml")
    typer.echo(
        f"{len(suites)} suites: {passed} passed, {failed} failed" + (f", {len(without)} missing" if without else "")
    )
    raise typer.Exit(Exit.FAILING if failed or without else Exit.OK)
