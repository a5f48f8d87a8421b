"""`sec02 trend`: how the results of an account went over time."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sec02_policies.cli.files import emit
from sec02_policies.cli.results_files import read_each
from sec02_policies.errors import InputError


class TrendFormat(StrEnum):
    """How a trend is written."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


def trend(
    results: Annotated[
        list[Path], typer.Argument(help="Results as JSON of `sec02 evaluate`, of several moments; or folders of them.")
    ],
    *,
    by_account: Annotated[
        bool, typer.Option("--by-account", help="Take results of several accounts, each with a trend of its own.")
    ] = False,
    fmt: Annotated[TrendFormat, typer.Option("--format", "-f", help="What to write.")] = TrendFormat.TABLE,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
) -> None:
    """Show scores, new and fixed results and the mean age of what fails, for each moment of an account."""
    from sec02_policies.posture import trend as points_of
    from sec02_policies.report.trend import render_trend

    accounts: dict[str, list[dict[str, Any]]] = {}
    for _, document in read_each(results):
        accounts.setdefault(document["run"]["account_id"], []).append(document)
    if len(accounts) > 1 and not by_account:
        raise InputError("trend", f"results of {len(accounts)} accounts", "one account, or --by-account")
    emit(render_trend({each: points_of(accounts[each]) for each in sorted(accounts)}, fmt.value), output)
