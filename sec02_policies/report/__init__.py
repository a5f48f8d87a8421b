"""Evaluation -> bytes: one file per format, each a pure function of the results document."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sec02_policies.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Format", "printable", "render"]


class Format(StrEnum):
    """The formats that results can be rendered in."""

    TABLE = "table"
    JSON = "json"


def render(
    document: Mapping[str, Any], fmt: Format, *, width: int = 80, color: bool = False, details: bool = False
) -> bytes:
    """The results document in that format; the rest matters to the table only."""
    if fmt is Format.TABLE:
        from sec02_policies.report.table import render as table

        return table(document, width=width, color=color, details=details)
    from sec02_policies.report.json import render as json

    return json(document)
