"""A trend for its readers: a table of 80 columns, JSON, and a page that loads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from sec02_policies.posture import percent, share
from sec02_policies.report.page.assets import still_constants, template
from sec02_policies.report.text import ascii_json, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sec02_policies.posture import Point

    Accounts = Mapping[str, Sequence[Point]]

_HEADS = (
    ("new", 5),
    ("fixed", 6),
    ("lost", 5),
    ("failing", 8),
    ("mean age", 10),
    ("compliance", 12),
    ("assurance", 11),
)
_CHANGES = {"added": "also judged", "removed": "no longer judged", "changed": "of another text or parameters"}
_WIDTH, _HEIGHT = 640, 110
"""Of the drawing, in its own units."""


def render_trend(accounts: Accounts, fmt: str) -> bytes:
    """The moments of each account in the format `table`, `json` or `html`."""
    if fmt == "json":
        series = [{"account_id": each, "points": [p.document() for p in points]} for each, points in accounts.items()]
        return f"{ascii_json({'schema_version': '1', 'accounts': series})}\n".encode("ascii")
    if fmt == "html":
        return _page(accounts)
    return "".join(f"{line}\n" for line in _table(accounts)).encode("utf-8")


def _table(accounts: Accounts) -> Iterator[str]:
    for account, points in accounts.items():
        yield f"Account {printable(account)}"
        yield f"{'judged at':17}" + "".join(f"{name:>{width}}" for name, width in _HEADS)
        for point in points:
            tally = point.tally
            shares = percent(tally.passed, tally.judged), percent(tally.judged, tally.applicable)
            cells = (*_changes(point), *shares)
            line = "".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, _HEADS, strict=True))
            yield f"{_moment(point.evaluated_at):17}{line}"
            yield from (f"  policies {words}: {', '.join(ids)}" for words, ids in _differences(point))
        yield ""
    yield "Mean age: days since failing results were first seen failing in these files; of the first, 0."


def _changes(point: Point) -> tuple[str, ...]:
    age = "-" if point.mean_age is None else f"{point.mean_age} days"
    return _number(point.new), _number(point.fixed), _number(point.lost), str(point.tally.failed), age


def _number(count: int | None) -> str:
    return "-" if count is None else str(count)


def _moment(time: str) -> str:
    return printable(time[:16].replace("T", " "))


def _differences(point: Point) -> Iterator[tuple[str, list[str]]]:
    """(words, ids) of the policies that make this moment's results other than the moment before's."""
    for name, words in _CHANGES.items():
        ids = point.policies.get(name, ())
        if ids:
            yield words, [printable(each) for each in ids]


def _page(accounts: Accounts) -> bytes:
    series = [_series(account, points) for account, points in accounts.items()]
    safe = {name: Markup(text) for name, text in still_constants().items()}  # noqa: S704 - the product's own files
    return f"{template('trend.html').render(**safe, series=series)}\n".encode()


def _series(account: str, points: Sequence[Point]) -> dict[str, Any]:
    """What the page shows of one account: rows of text, and the two lines of its drawing."""
    return {
        "account": account,
        "rows": [
            {
                "moment": _moment(point.evaluated_at),
                "cells": [
                    *_changes(point),
                    share(point.tally.passed, point.tally.judged),
                    share(point.tally.judged, point.tally.applicable),
                ],
                "differences": [f"Policies {words}: {', '.join(ids)}" for words, ids in _differences(point)],
            }
            for point in points
        ],
        "compliance": _line([(each.tally.passed, each.tally.judged) for each in points]),
        "assurance": _line([(each.tally.judged, each.tally.applicable) for each in points]),
    }


def _line(shares: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """The points of a line as runs: where nothing was judged there is no point, and the line is broken."""
    step = _WIDTH // max(len(shares) - 1, 1)
    runs: list[list[tuple[int, int]]] = [[]]
    for index, (part, whole) in enumerate(shares):
        if whole:
            runs[-1].append((index * step, _HEIGHT - _HEIGHT * part // whole))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
