"""`sec02 check`: everything that is wrong in policies, without a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sec02_policies.cli.exits import Exit
from sec02_policies.cli.options import (
    AnySets,
    BestPractices,
    Frameworks,
    Ignore,
    Levels,
    Select,
    demand_some,
    selection,
)
from sec02_policies.errors import PolicyError
from sec02_policies.report import printable

if TYPE_CHECKING:
    from sec02_policies.catalog import Selection, YamlFile
    from sec02_policies.model import Policy


def check(  # noqa: PLR0913 - the options of the command
    path: Annotated[
        Path | None, typer.Argument(help="A policy or a folder of them; the packaged policies if not given.")
    ] = None,
    *,
    select: Select = None,
    ignore: Ignore = None,
    sets: AnySets = None,
    level: Levels = None,
    framework: Frameworks = None,
    best_practice: BestPractices = None,
    portable: Annotated[
        bool, typer.Option("--portable", help="What only the engine native reads as written is an error too.")
    ] = False,
) -> None:
    """Check policies: their YAML, the types in their CEL, and whether both engines read them alike."""
    from sec02_policies.evaluate.lint import lint_policy

    loaded, faults = _load(path)
    for fault in faults:
        typer.echo(printable(str(fault)))
    chosen = _chosen(loaded, selection(select, ignore, sets, level, framework, best_practice)) if loaded else {}
    wrong, notes = len(faults), 0
    for policy, file in chosen.values():
        for finding in lint_policy(policy, file):
            is_note = finding.only_native and not portable
            notes += is_note
            wrong += not is_note
            for line in str(finding).split("\n"):
                typer.echo(printable(line))
    typer.echo(f"{len(chosen) + len(faults)} policies: {wrong} errors, {notes} notes")
    raise typer.Exit(Exit.INVALID_INPUT if wrong else Exit.OK)


def _load(path: Path | None) -> tuple[dict[str, tuple[Policy, YamlFile]], list[PolicyError]]:
    """The policies by their path, and why others cannot be read: those are wrong whatever is selected."""
    from sec02_policies.catalog import load_policy, policy_files

    loaded: dict[str, tuple[Policy, YamlFile]] = {}
    faults: list[PolicyError] = []
    first: dict[str, str] = {}
    for name, data in policy_files(*([path] if path else [])):
        try:
            policy, file = load_policy(data, name)
        except PolicyError as fault:
            faults.append(fault)
            continue
        if policy.id in first:
            faults.append(PolicyError(name, "id", f"{policy.id!r} is also in {first[policy.id]}", "each id once"))
        else:
            first[policy.id] = name
            loaded[name] = policy, file
    return loaded, faults


def _chosen(loaded: dict[str, tuple[Policy, YamlFile]], asked: Selection) -> dict[str, tuple[Policy, YamlFile]]:
    from sec02_policies.catalog import SETS

    chosen = demand_some(asked.of([policy for policy, _ in loaded.values()], SETS), asked)
    return {policy.path: loaded[policy.path] for policy in chosen}
