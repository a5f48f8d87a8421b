"""The names of the formats, and the one place that finds their renderers: ours, and others by entry point."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol, cast

from sec02_policies.errors import InputError
from sec02_policies.report.background import Background

if TYPE_CHECKING:
    from collections.abc import Mapping

ENTRY_POINTS = "sec02_policies.formats"
"""The group of entry points where other packages offer formats: a name, and a `Renderer`."""


class Format(StrEnum):
    """The formats that ship with the product; each has a module of its name in this package."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MARKDOWN = "markdown"
    GITHUB = "github"
    HTML = "html"
    SARIF = "sarif"
    JUNIT = "junit"
    OCSF = "ocsf"
    ASFF = "asff"
    OSCAL = "oscal"
    PROMETHEUS = "prometheus"


class Renderer(Protocol):
    """A format: a pure function of the results document and its background."""

    def __call__(self, document: Mapping[str, Any], background: Background, /) -> bytes:
        """The results in this format."""
        ...


def format_names() -> list[str]:
    """Every format that can be rendered here: ours first, then those of other packages by name."""
    return [*Format, *sorted({each.name for each in entry_points(group=ENTRY_POINTS)} - set(Format))]


def render(document: Mapping[str, Any], fmt: str, background: Background | None = None) -> bytes:
    """The results document in that format; raises `InputError` for a format that nobody offers."""
    return _renderer(fmt)(document, background or Background())


def _renderer(name: str) -> Renderer:
    if name in set(Format):
        return cast("Renderer", import_module(f"sec02_policies.report.{name}").render)
    for each in entry_points(group=ENTRY_POINTS, name=name):
        return cast("Renderer", each.load())
    raise InputError(name, "no such format", f"one of {', '.join(format_names())}")
