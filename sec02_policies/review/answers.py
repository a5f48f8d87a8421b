"""Answered sheets -> decisions; anything that is not an answer to this very campaign is refused, with its place."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING

from sec02_policies.errors import InputError
from sec02_policies.review.sheets import COLUMNS, FACTS, Campaign, Row, campaign

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sec02_policies.snapshot import Snapshot

_CAMPAIGN = re.compile(r"sha256:([0-9a-f]{64}) by tag (.+)", re.DOTALL)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided of one row, when; `sheet` is the file that says it."""

    row: Row
    keep: bool
    by: str
    at: str
    comment: str
    sheet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The decisions, and the rows that nobody answered."""

    campaign: Campaign
    decisions: Sequence[Decision]
    unanswered: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of a sheet, with its place."""

    where: str
    sheet: str
    cells: Mapping[str, str]


def read_answers(sheets: Mapping[str, bytes], snapshot: Snapshot, *, at: str | None = None) -> Answers:
    """The decisions in these sheets (name -> bytes); `at` is the time of those rows that tell none.

    Raises `InputError` for sheets of another snapshot, unknown and repeated rows, edited facts, answers that are
    neither keep nor revoke, and answers without a name or a time.
    """
    lines = [line for name, data in sorted(sheets.items()) for line in _lines(name, data)]
    if not lines:
        raise InputError(", ".join(sorted(sheets)) or "sheets", "no row", "the CSV sheets that sec02 review wrote")
    asked = campaign(snapshot, _owner_tag(lines, snapshot))
    rows = {row.id: row for row in asked.rows}
    seen: dict[str, _Line] = {}
    decisions: list[Decision] = []
    for line in lines:
        row = _demand_row(line, rows, seen)
        if line.cells["decision"]:
            decisions.append(_decision(line, row, asked, at))
    answered = {each.row.id for each in decisions}
    return Answers(
        campaign=asked,
        decisions=sorted(decisions, key=lambda each: each.row.id),
        unanswered=[row for row in asked.rows if row.id not in answered],
    )


def _lines(name: str, data: bytes) -> Iterator[_Line]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(name, "not UTF-8", "the sheet saved as CSV in UTF-8") from None
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise InputError(f"{name}:1", "other columns", f"the columns {', '.join(COLUMNS)}")
        for cells in reader:
            where = f"{name}:{reader.line_num}"
            if not any(cells):
                continue
            if len(cells) != len(COLUMNS):
                raise InputError(where, f"{len(cells)} cells", f"{len(COLUMNS)}, one for each column")
            plain = [_plain(each) for each in cells]
            yield _Line(where=where, sheet=name, cells=dict(zip(COLUMNS, plain, strict=True)))
    except csv.Error as fault:
        raise InputError(f"{name}:{reader.line_num}", f"not CSV ({fault})", "the sheet saved as CSV") from None


def _delimiter(text: str) -> str:
    """The delimiter that the spreadsheet wrote: whichever comes first behind the first column."""
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _plain(text: str) -> str:
    """The cell without the apostrophe that kept a spreadsheet from computing it."""
    return text.strip().removeprefix("'")


def _owner_tag(lines: Sequence[_Line], snapshot: Snapshot) -> str:
    """The tag by which the campaign was made; the sheets must be of this snapshot, and of one campaign."""
    digest = snapshot.sha256
    for line in lines:
        match = _CAMPAIGN.fullmatch(line.cells["campaign"])
        if match is None:
            raise InputError(line.where, "the campaign was edited", "the sheet as sec02 review wrote it")
        if match[1] != digest:
            what = f"a sheet of snapshot sha256:{match[1][:12]}..."
            raise InputError(line.where, what, f"one of the given snapshot, sha256:{digest[:12]}...")
        if line.cells["campaign"] != lines[0].cells["campaign"]:
            raise InputError(line.where, "a row of another campaign", f"rows by one owner tag, as in {lines[0].where}")
    match = _CAMPAIGN.fullmatch(lines[0].cells["campaign"])
    return match[2] if match is not None else ""


def _demand_row(line: _Line, rows: Mapping[str, Row], seen: dict[str, _Line]) -> Row:
    """The row of the campaign that the line is, with facts as they were written."""
    name = line.cells["row"]
    row = rows.get(name)
    if row is None:
        raise InputError(line.where, f"unknown row {name[:40]!a}", "a row id that sec02 review wrote")
    if name in seen:
        raise InputError(line.where, f"row {name} comes twice, also at {seen[name].where}", "each row once")
    seen[name] = line
    for fact in FACTS:
        if line.cells[fact] != _plain(row.facts[fact]):
            raise InputError(line.where, f"column {fact!r} was edited", "facts as sec02 review wrote them")
    return row


def _decision(line: _Line, row: Row, asked: Campaign, at: str | None) -> Decision:
    answer = line.cells["decision"].lower()
    if answer not in ("keep", "revoke"):
        raise InputError(line.where, f"the decision {line.cells['decision'][:40]!a}", "keep, revoke, or nothing yet")
    if not line.cells["by"]:
        raise InputError(line.where, "a decision without a name", "in the column by, who decided")
    return Decision(
        row=row,
        keep=answer == "keep",
        by=line.cells["by"],
        at=_moment(line, asked, at),
        comment=line.cells["comment"],
        sheet=line.sheet,
    )


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _moment(line: _Line, asked: Campaign, at: str | None) -> str:
    told = line.cells["at"] or at
    if told is None:
        raise InputError(line.where, "a decision without a time", "in the column at, such as 2026-01-31, or --at")
    moment = f"{told}T00:00:00Z" if _DAY.fullmatch(told) else told
    if not _MOMENT.fullmatch(moment) or not _is_time(moment):
        raise InputError(line.where, f"the time {told[:40]!a}", "a day or a time, 2026-01-31 or 2026-01-31T12:00:00Z")
    if moment[:10] < asked.collected_at[:10]:
        raise InputError(
            line.where, f"decided on {moment[:10]}", f"not before the snapshot of {asked.collected_at[:10]}"
        )
    return moment
