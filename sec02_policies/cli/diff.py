"""`sec02 diff`: what changed between two results of an account."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sec02_policies.cli.diff_folders import FolderDifference, compare_folders
from sec02_policies.cli.exits import Exit, worst
from sec02_policies.cli.files import emit, read
from sec02_policies.cli.options import FailOn
from sec02_policies.model import Severity, Status


class DiffFormat(StrEnum):
    """How a difference is printed."""

    TEXT = "text"
    JSON = "json"


def diff(  # noqa: PLR0913 - the options of the command
    before: Annotated[
        Path, typer.Argument(help="The earlier results, JSON of `sec02 evaluate`; or a folder of accounts.")
    ],
    after: Annotated[Path, typer.Argument(help="The later results; or a folder of accounts.")],
    *,
    fmt: Annotated[DiffFormat, typer.Option("--format", "-f", help="What to print.")] = DiffFormat.TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
    fail_on: Annotated[FailOn, typer.Option(help="The least severity of a new result that sets exit code 1.")] = (
        FailOn.INFO
    ),
    allow_unknown: Annotated[
        bool, typer.Option("--allow-unknown", help="Verdicts that were lost do not set exit code 3.")
    ] = False,
) -> None:
    """Show what is new, fixed, lost to unknown or changed between two results of an account, or of an organization."""
    from sec02_policies.evaluate import compare, read_results
    from sec02_policies.report.difference import render_difference
    from sec02_policies.snapshot import canonical

    text = fmt is DiffFormat.TEXT
    if before.is_dir() and after.is_dir():
        both = compare_folders(before, after)
        emit(both.text() if text else canonical(both.document()) + b"\n", output)
        raise typer.Exit(_exit_of_folders(both, fail_on.severity, allow_unknown=allow_unknown))
    old, new = (read_results(read(each, "results"), str(each)) for each in (before, after))
    difference = compare(old, new)
    emit(render_difference(difference) if text else canonical(difference) + b"\n", output)
    raise typer.Exit(_exit(difference, fail_on.severity, allow_unknown=allow_unknown))


def _exit_of_folders(both: FolderDifference, fail_on: Severity | None, *, allow_unknown: bool) -> Exit:
    """The worst of all accounts; one that is gone is a lost verdict."""
    codes = [_exit(each, fail_on, allow_unknown=allow_unknown) for each in (*both.accounts, *both.only_after)]
    if both.only_before and not allow_unknown:
        codes.append(Exit.UNKNOWN)
    return worst(codes)


def _exit(difference: dict[str, Any], fail_on: Severity | None, *, allow_unknown: bool) -> Exit:
    """As for an evaluation, of what is new: an error, a failing result that nobody waived, a verdict that was lost."""
    if any(row["after"] == Status.ERROR for row in (*difference["lost"], *difference["changed"])):
        return Exit.ERROR
    new = (row for row in difference["new"] if row["waived_by"] is None)
    if fail_on is not None and any(Severity(row["severity"]).rank <= fail_on.rank for row in new):
        return Exit.FAILING
    return Exit.UNKNOWN if difference["lost"] and not allow_unknown else Exit.OK
