"""`sec02 waivers`: check waivers before they are needed, and draft new ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from sec02_policies.cli.exits import Exit
from sec02_policies.cli.files import emit, read
from sec02_policies.cli.options import Policies, all_policies
from sec02_policies.errors import InputError

app = typer.Typer(no_args_is_help=True, help="Check waivers, or draft them from results.")


@app.command("check")
def check_waivers(  # noqa: PLR0913 - the options of the command
    waivers: Annotated[list[Path], typer.Argument(help="Files of waivers, or folders of them.")],
    *,
    results: Annotated[
        Path | None, typer.Option("--results", help="Results (JSON): finds waivers that nothing needs, or too much.")
    ] = None,
    policies: Policies = None,
    as_of: Annotated[str | None, typer.Option(help="The day to check for, such as 2026-01-31; today if not given.")] = (
        None
    ),
    max_days: Annotated[int, typer.Option(min=1, help="The longest that a waiver may hold.")] = 180,
    expiring_days: Annotated[int, typer.Option(min=0, help="Warn of waivers that expire so soon.")] = 30,
    most_results: Annotated[int, typer.Option(min=1, help="Warn of waivers that name more failing results.")] = 20,
) -> None:
    """Say what is wrong with waivers; exit code 5 where one does not do what its author wants."""
    from sec02_policies.evaluate import Waivers, read_results
    from sec02_policies.evaluate.waiver_review import WaiverLimits, review
    from sec02_policies.report import printable

    found = Waivers.load(*waivers)
    ids = {policy.id for policy in all_policies(policies)}
    rows = read_results(read(results, "results"), str(results))["results"] if results else None
    limits = WaiverLimits(max_days=max_days, expiring_days=expiring_days, most_results=most_results)
    remarks = review(found, _day(as_of), policy_ids=ids, limits=limits, rows=rows)
    for each in remarks:
        typer.echo(printable(str(each)))
    count = len(found.items) + len(found.malformed)
    typer.echo(f"{count} waivers, {sum(each.blocking for each in remarks)} errors", err=True)
    raise typer.Exit(Exit.INVALID_INPUT if any(each.blocking for each in remarks) else Exit.OK)


@app.command("new")
def new_waivers(
    results: Annotated[Path, typer.Argument(help="Results as JSON, of `sec02 evaluate`.")],
    *,
    policy: Annotated[
        list[str] | None, typer.Option("--policy", help="Only for this policy's results. Repeatable.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Who must mend what is waived.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long they are to hold.")] = 90,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
) -> None:
    """Draft a waiver for each failing result; none holds before it has a reason, an owner and another's approval."""
    from sec02_policies.evaluate import read_results
    from sec02_policies.evaluate.waiver_drafts import drafts

    document = read_results(read(results, "results"), str(results))
    judged = {each["id"] for each in document["run"]["policies"]}
    for each in policy or ():
        if each not in judged:
            raise InputError(f"--policy {each}", "did not judge these results", "the id of one that did")
    emit(drafts(document, policy_ids=policy or (), owner=owner, days=days).encode(), output)


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("--as-of", "not a day", "such as 2026-01-31") from None
