"""`sec02 remediate`: the plan that mends failing results, for a person to review and run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sec02_policies.cli.files import emit, read
from sec02_policies.cli.options import Policies, policies_from, terminal
from sec02_policies.remediation import PlanFormat


def remediate(
    results: Annotated[Path, typer.Argument(help="Results as JSON, of `sec02 evaluate`; - for standard input.")],
    *,
    snapshot: Annotated[
        Path | None, typer.Option(help="The snapshot that was judged: fills more values, and orders by who is at risk.")
    ] = None,
    policies: Policies = None,
    fmt: Annotated[PlanFormat, typer.Option("--format", "-f", help="What to write.")] = PlanFormat.TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
) -> None:
    """Write a plan for what fails and is not waived, in an order that locks nobody out; this tool never runs it."""
    from sec02_policies.cli.judged import judged_snapshot
    from sec02_policies.evaluate import read_results
    from sec02_policies.inventory import identity_of, inventory
    from sec02_policies.remediation import remedies, render_plan

    document = read_results(read(results, "results"), str(results))
    about = policies_from(policies, any_set=True).about()
    seen = None if snapshot is None else judged_snapshot(snapshot, [document])
    plan = remedies(
        document,
        about,
        identities=None if seen is None else identity_of(inventory(seen)),
        resources=None if seen is None else seen.document["resources"],
    )
    emit(render_plan(plan, fmt, width=terminal()[0]), output)
