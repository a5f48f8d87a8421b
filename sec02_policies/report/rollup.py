"""A roll-up for its readers: a table of 80 columns, JSON, CSV and Markdown; compliance always beside assurance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.posture import Tally, percent, share
from sec02_policies.report.csv import cell
from sec02_policies.report.markdown import table
from sec02_policies.report.text import ascii_json, printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Groups = Sequence[tuple[str, Tally]]

_NUMBERS = ("pass", "fail", "waived", "unknown", "error", "n/a")
_WIDTH = 80
_NARROW = 7


def render_rollup(groups: Groups, by: str, fmt: str) -> bytes:
    """The groups in the format `table`, `json`, `csv` or `markdown`."""
    match fmt:
        case "json":
            tallies = [{"key": key, **tally.document()} for key, tally in groups]
            return (
                f"{ascii_json({'schema_version': '1', 'group_by': by.replace('-', '_'), 'groups': tallies})}\n".encode()
            )
        case "csv":
            lines = ([by, *_COLUMNS], *_cells(groups))
            return "".join(f"{','.join(map(cell, each))}\r\n" for each in lines).encode("utf-8")
        case "markdown":
            return "\n".join(table([by, *_COLUMNS], list(_cells(groups)), align="---:")).encode("utf-8")
        case _:
            return "".join(f"{line}\n" for line in _table(groups, by)).encode("utf-8")


_COLUMNS = (*_NUMBERS, "compliance", "assurance")


def _cells(groups: Groups) -> Iterator[list[str]]:
    for key, tally in groups:
        yield [key, *(str(each) for each in _counts(tally)), _compliance(tally), _assurance(tally)]


def _table(groups: Groups, by: str) -> Iterator[str]:
    """Two lines where a key is long, so that the numbers stay in their columns."""
    wide = _WIDTH - 2 * 11 - 5 * _NARROW
    heads = ("pass", "fail", "waived", "unread", "n/a")
    yield f"{by:{wide}}" + "".join(f"{each:>{_NARROW}}" for each in heads) + f"{'complies':>11}{'assured':>11}"
    for key, tally in groups:
        name = shortened(printable(key), _WIDTH)
        if len(name) > wide:
            yield name
            name = ""
        numbers = (tally.passed, tally.failed, tally.waived, tally.unknown + tally.errors, tally.not_applicable)
        counts = "".join(f"{each:>{_NARROW}}" for each in numbers)
        shares = percent(tally.passed, tally.judged), percent(tally.judged, tally.applicable)
        yield f"{name:{wide}}{counts}{shares[0]:>11}{shares[1]:>11}"


def _counts(tally: Tally) -> Iterable[int]:
    return tally.passed, tally.failed, tally.waived, tally.unknown, tally.errors, tally.not_applicable


def _compliance(tally: Tally) -> str:
    return share(tally.passed, tally.judged)


def _assurance(tally: Tally) -> str:
    return share(tally.judged, tally.applicable)
