"""`sec02 check`: everything that is wrong in policies, without a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sec02_policies.cli.exits import Exit
from sec02_policies.errors import PolicyError
from sec02_policies.report import printable


def check(
    path: Annotated[
        Path | None, typer.Argument(help="A policy or a folder of them; the packaged policies if not given.")
    ] = None,
    *,
    portable: Annotated[
        bool, typer.Option("--portable", help="What only the engine native reads as written is an error too.")
    ] = False,
) -> None:
    """Check policies: their YAML, the types in their CEL, and whether both engines read them alike."""
    from sec02_policies.catalog import load_policy, policy_files
    from sec02_policies.evaluate.lint import lint_policy

    policies = wrong = notes = 0
    for name, data in policy_files(*([path] if path else [])):
        policies += 1
        try:
            policy, file = load_policy(data, name)
        except PolicyError as fault:
            wrong += 1
            typer.echo(printable(str(fault)))
            continue
        for finding in lint_policy(policy, file):
            is_note = finding.only_native and not portable
            notes += is_note
            wrong += not is_note
            for line in str(finding).split("\n"):
                typer.echo(printable(line))
    typer.echo(f"{policies} policies: {wrong} errors, {notes} notes")
    raise typer.Exit(Exit.INVALID_INPUT if wrong else Exit.OK)
