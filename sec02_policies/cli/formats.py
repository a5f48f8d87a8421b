"""`--format FORMAT[=FILE]`, repeatable: which formats go where, and writing them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.files import emit
from sec02_policies.cli.options import terminal
from sec02_policies.report import Background, Format, format_names, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sec02_policies.snapshot import Snapshot

Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT[=FILE]",
        help=f"What to print, or to write to a file: {', '.join(Format)}. Repeatable.",
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write the format that has no file to this one instead.")
]
Details = Annotated[bool, typer.Option("--details", help="Table: the message of every result.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One format and the file that it is written to; None is standard output."""

    fmt: str
    path: Path | None


def targets(formats: Sequence[str] | None, output: Path | None, read: Sequence[Path | None] = ()) -> list[Target]:
    """What to write where; raises a usage error for an unknown format, two for one place, and a file that is `read`."""
    known = format_names()
    found: list[Target] = []
    for each in formats or [Format.TABLE.value]:
        fmt, equals, path = each.partition("=")
        if fmt not in known:
            raise typer.BadParameter(f"{fmt!r} is not one of {', '.join(known)}.", param_hint="--format")
        if equals and not path:
            raise typer.BadParameter(f"{each!r} names no file.", param_hint="--format")
        found.append(Target(fmt=fmt, path=Path(path) if equals else output))
    paths = [each.path for each in found]
    if len(set(paths)) < len(paths):
        raise typer.BadParameter("two formats go to the same place; give each its =FILE.", param_hint="--format")
    keep(read, paths)
    return found


def keep(read: Iterable[Path | None], written: Iterable[Path | None]) -> None:
    """Raise a usage error where a file that is read would be written over."""
    kept = [each for each in read if each and each.is_file()]
    for place in filter(None, written):
        if place.is_file() and any(each.samefile(place) for each in kept):
            raise typer.BadParameter(f"{place} is read, and would be lost; name another file.", param_hint="--output")


def inventory_for(chosen: Sequence[Target], snapshot: Snapshot | None) -> dict[str, Any] | None:
    """The inventory of the snapshot where one of the formats shows it: html, and those of other packages."""
    if snapshot is None or all(each.fmt in set(Format) - {Format.HTML} for each in chosen):
        return None
    from sec02_policies.inventory import inventory

    return inventory(snapshot)


def write_all(document: Mapping[str, Any], chosen: Sequence[Target], background: Background) -> None:
    """Render the results for each target, all before the first is written."""
    width, color = terminal()
    rendered = [
        render(document, each.fmt, replace(background, width=width, color=color and each.path is None))
        for each in chosen
    ]
    for each, data in zip(chosen, rendered, strict=True):
        emit(data, each.path)
