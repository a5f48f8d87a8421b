"""Options that several verbs share, and how their text becomes values."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.errors import InputError
from sec02_policies.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sec02_policies.catalog import PolicySet


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
Params = Annotated[
    list[str] | None,
    typer.Option(
        "--param", metavar="ID.NAME=VALUE", help="Another value of a policy's parameter, in YAML. Repeatable."
    ),
]
EngineOption = Annotated[Engine, typer.Option(help="The CEL engine; celpy is the second opinion.")]


def policies_from(
    paths: Sequence[Path] | None,
    select: Sequence[str] | None,
    ignore: Sequence[str] | None,
    params: Sequence[str] | None,
) -> PolicySet:
    """The chosen policies with their parameters; raises `InputError` where nothing is selected."""
    from sec02_policies.catalog import PolicySet

    found = PolicySet.load(*paths) if paths else PolicySet.packaged()
    chosen = found.select(select or (), ignore=ignore or ())
    if not chosen.policies:
        raise InputError("policies", "nothing selected", "at least one policy")
    return chosen.with_params(_overrides(params or ()))


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
