"""Options that several verbs share, and how their text becomes values."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.errors import InputError
from sec02_policies.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sec02_policies.catalog import PolicySet, Selection
    from sec02_policies.model import Policy


class FailOn(StrEnum):
    """The least severity whose failing results set exit code 1; `none`: no failing result does."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    NONE = "none"

    @property
    def severity(self) -> Severity | None:
        """The severity, or None for `none`."""
        return None if self is FailOn.NONE else Severity(self.value)


class SetOption(StrEnum):
    """The sets of policies; `all`: every one."""

    CORE = "core"
    EXTENDED = "extended"
    TIER2 = "tier2"
    ALL = "all"


class Engine(StrEnum):
    """The CEL engines that can judge."""

    NATIVE = "native"
    CELPY = "celpy"


Policies = Annotated[
    list[Path] | None,
    typer.Option("--policies", "-p", help="A policy, or a folder of them, in place of the packaged ones. Repeatable."),
]
Select = Annotated[
    list[str] | None,
    typer.Option("--select", "-s", help="Only policies of this id or best practice; * allowed. Repeatable."),
]
Ignore = Annotated[
    list[str] | None, typer.Option("--ignore", help="Not policies of this id or best practice. Repeatable.")
]
Sets = Annotated[
    list[SetOption] | None,
    typer.Option(
        "--set",
        help="Only policies of this set. Without it: core and extended, what --select names by id, and all of "
        "--policies. Repeatable.",
    ),
]
AnySets = Annotated[list[SetOption] | None, typer.Option("--set", help="Only policies of this set. Repeatable.")]
Levels = Annotated[
    list[int] | None,
    typer.Option("--level", min=1, max=4, help="Only policies of this level of maturity. Repeatable."),
]
Frameworks = Annotated[
    list[str] | None,
    typer.Option(
        "--framework",
        metavar="NAME[:CONTROL]",
        help="Only policies that map to it: cis_aws_6.0 or cis_aws_6.0:2.4; * allowed. Repeatable.",
    ),
]
BestPractices = Annotated[
    list[str] | None,
    typer.Option("--best-practice", metavar="BP", help="Only policies of it: SEC02-BP03 or BP03. Repeatable."),
]
Params = Annotated[
    list[str] | None,
    typer.Option(
        "--param", metavar="ID.NAME=VALUE", help="Another value of a policy's parameter, in YAML. Repeatable."
    ),
]
EngineOption = Annotated[Engine, typer.Option(help="The CEL engine; celpy is the second opinion.")]


def selection(  # noqa: PLR0913, PLR0917 - the options that choose policies, in the order of the command line
    select: Sequence[str] | None,
    ignore: Sequence[str] | None,
    sets: Sequence[SetOption] | None,
    level: Sequence[int] | None,
    framework: Sequence[str] | None,
    best_practice: Sequence[str] | None,
) -> Selection:
    """What the options ask for."""
    from sec02_policies.catalog import Selection

    return Selection(
        patterns=select or (),
        ignore=ignore or (),
        sets=[each.value for each in sets] if sets else None,
        levels=level or (),
        frameworks=framework or (),
        best_practices=best_practice or (),
    )


def policies_from(
    paths: Sequence[Path] | None,
    asked: Selection | None = None,
    params: Sequence[str] | None = None,
    *,
    any_set: bool = False,
) -> PolicySet:
    """The chosen policies with their parameters; raises `InputError` where nothing is selected.

    `any_set`: those of every set unless one is asked for, where policies themselves are looked at.
    """
    from sec02_policies.catalog import Selection

    return chosen_of(all_policies(paths), asked or Selection(), any_set=any_set).with_params(
        _overrides(params or ()), where="--param"
    )


def all_policies(paths: Sequence[Path] | None) -> PolicySet:
    """Every policy in the paths, or every packaged one."""
    from sec02_policies.catalog import PolicySet

    return PolicySet.load(*paths) if paths else PolicySet.packaged()


def chosen_of(policies: PolicySet, asked: Selection, *, any_set: bool = False) -> PolicySet:
    """Those of the policies that are asked for; raises `InputError` where there is none."""
    chosen = policies.chosen(replace(asked, sets=()) if any_set and asked.sets is None else asked)
    demand_some(chosen.policies, asked)
    return chosen


def demand_some(chosen: Sequence[Policy], asked: Selection) -> Sequence[Policy]:
    """The chosen policies; raises `InputError`, with what was asked for, where there is none."""
    if not chosen:
        what = f"nothing selected by {asked}" if str(asked) else "nothing selected"
        raise InputError("policies", what, "at least one policy (see `sec02 policies list`)")
    return chosen


def _overrides(given: Sequence[str]) -> dict[str, dict[str, Any]]:
    overrides: dict[str, dict[str, Any]] = {}
    for each in given:
        name, equals, text = each.partition("=")
        policy_id, dot, param = name.rpartition(".")
        if not equals or not dot:
            raise InputError(
                f"--param {each}", "not of the form ID.NAME=VALUE", "iam-access-key-rotated.max_age_days=60"
            )
        overrides.setdefault(policy_id, {})[param] = _value(text, each)
    return overrides


def _value(text: str, where: str) -> Any:  # noqa: ANN401 - any YAML value
    from sec02_policies.catalog import YamlFile
    from sec02_policies.errors import PolicyError

    try:
        return YamlFile(text, "--param").value
    except PolicyError:
        raise InputError(f"--param {where}", "a value that is not YAML", "an integer, true, text or [a, b]") from None


def terminal() -> tuple[int, bool]:
    """The width to print at, and whether colour is welcome on standard output (NO_COLOR is honoured)."""
    import os

    wide = shutil.get_terminal_size((80, 24)).columns
    return wide, sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def moment(text: str | None, option: str) -> datetime | None:
    """The time that a user gave for the option, in UTC; None where none was given."""
    if text is None:
        return None
    expected = "RFC 3339, such as 2026-01-31T00:00:00Z"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(option, "not a time", expected) from None
    if found.tzinfo is None:
        raise InputError(option, "a time without a zone", expected)
    return found.astimezone(UTC)
