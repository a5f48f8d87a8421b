"""`sec02 rollup`: the results of one account or of many, counted by what a reader asks for."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.files import emit
from sec02_policies.cli.options import Policies, policies_from
from sec02_policies.cli.results_files import read_each
from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence


class Grouping(StrEnum):
    """What results can be counted by, as it is written on the command line."""

    BEST_PRACTICE = "best-practice"
    SERVICE = "service"
    FRAMEWORK = "framework"
    REQUIREMENT = "requirement"
    ACCOUNT = "account"
    OU = "ou"
    OWNER = "owner"
    SEVERITY = "severity"
    MATURITY = "maturity"


class RollupFormat(StrEnum):
    """How a roll-up is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def rollup(  # noqa: PLR0913 - the options of the command
    results: Annotated[
        list[Path],
        typer.Argument(help="Results as JSON of `sec02 evaluate`, one file for each account; or their folder."),
    ],
    *,
    by: Annotated[Grouping, typer.Option(help="What to count by.")] = Grouping.BEST_PRACTICE,
    framework: Annotated[str | None, typer.Option(help="Only what maps to it, such as cis_aws_6.0.")] = None,
    snapshot: Annotated[
        list[Path] | None,
        typer.Option(help="A snapshot that was judged, or the folder of them: tells owners and units. Repeatable."),
    ] = None,
    policies: Policies = None,
    fmt: Annotated[RollupFormat, typer.Option("--format", "-f", help="What to write.")] = RollupFormat.TABLE,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
) -> None:
    """Count results by best practice, service, framework, account, unit, owner: compliance with its assurance."""
    from sec02_policies.posture import By, roll_up
    from sec02_policies.report.rollup import render_rollup

    documents = _documents(results)
    about = policies_from(policies, any_set=True).about()
    _demand_framework(framework, by, about)
    accounts, identities = _told(snapshot or [], documents)
    rows = [row for document in documents for row in document["results"]]
    groups = roll_up(
        rows,
        By(by.value.replace("-", "_")),
        policies=about,
        accounts=accounts,
        identities=identities if snapshot else None,
        framework=framework,
    )
    emit(render_rollup(groups, by.value, fmt.value), output)


def _documents(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """The results of each file; raises `InputError` where two are of one account, which would be counted twice."""
    found: dict[str, dict[str, Any]] = {}
    for path, document in read_each(paths):
        account = document["run"]["account_id"]
        if account in found:
            raise InputError(
                str(path), f"a second file of account {account}", "one for each account; see `sec02 trend`"
            )
        found[account] = document
    return list(found.values())


def _demand_framework(framework: str | None, by: Grouping, about: Mapping[str, Mapping[str, Any]]) -> None:
    if framework is None:
        return
    if by not in (Grouping.FRAMEWORK, Grouping.REQUIREMENT):
        raise typer.BadParameter("goes with --by framework or --by requirement.", param_hint="--framework")
    known = sorted({name for policy in about.values() for name in policy["frameworks"]})
    if framework not in known:
        raise typer.BadParameter(f"{framework!r} is not one of {', '.join(known)}.", param_hint="--framework")


def _told(
    paths: Sequence[Path], documents: Sequence[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], dict[str, Mapping[str, Any]]]:
    """The accounts and the identities that the snapshots tell of; an account's unit from the one that knows it."""
    from sec02_policies.cli.judged import judged_snapshot
    from sec02_policies.inventory import identity_of, inventory

    accounts: dict[str, Mapping[str, Any]] = {}
    identities: dict[str, Mapping[str, Any]] = {}
    for path in _snapshots(paths, {each["run"]["account_id"] for each in documents}):
        document = inventory(judged_snapshot(path, documents))
        for account in document["accounts"]:
            if account["ou_path"] is not None or account["account_id"] not in accounts:
                accounts[account["account_id"]] = account
        identities |= identity_of(document)
    return list(accounts.values()), identities


def _snapshots(paths: Sequence[Path], judged: Collection[str]) -> Iterator[Path]:
    """The files that are named, and in place of an organization's folder those of accounts that were judged."""
    from sec02_policies.cli.snapshot_folder import read_index

    for path in paths:
        if not path.is_dir():
            yield path
            continue
        entries = read_index(path).accounts.values()
        yield from (path / each.file for each in entries if each.file is not None and each.account_id in judged)
