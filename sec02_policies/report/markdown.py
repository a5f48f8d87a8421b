"""Results as GitHub-flavoured Markdown, for a step summary or a pull request: numbers first, then the worst."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from sec02_policies.evaluate import Change, compare
from sec02_policies.model import BEST_PRACTICES, Severity, Status
from sec02_policies.report.text import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sec02_policies.report.background import Background

_MOST = 300
"""Rows of the longest table: a step summary holds 1 MiB."""
_LONGEST = 500
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&$])")


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """A page with the scores, what failed worst first, what could not be read, and what changed."""
    rows = document["results"]
    lines = ["# SEC02: authentication of people and machines", "", *_scores(document), *_matrix(document)]
    if background.baseline is not None:
        lines += _changes(compare(background.baseline, document))
    lines += [*_failing(rows, background), *_unread(rows), *_errors(rows), *_waivers(document["run"]["waivers"])]
    return "\n".join(lines).encode("utf-8")


def _scores(document: Mapping[str, Any]) -> Iterator[str]:
    run, summary = document["run"], document["summary"]
    compliance, assurance = summary["compliance"], summary["assurance"]
    yield f"Account {_text(run['account_id'])}, collected {_text(run['collected_at'])}."
    yield f"Compliance {_share(compliance['met'], compliance['judged'])} of what was judged;"
    yield f"assurance {_share(assurance['judged'], assurance['applicable'])} of what applies was judged."
    yield ""


def _matrix(document: Mapping[str, Any]) -> Iterator[str]:
    names = [each.value for each in Status]
    lines = [
        [f"{best_practice} {BEST_PRACTICES.get(best_practice, '')}", *(str(counts[each]) for each in names)]
        for best_practice, counts in document["summary"]["by_best_practice"].items()
    ]
    yield from table(["best practice", *(each.replace("_", " ") for each in names)], lines, align="---:")


def _changes(difference: Mapping[str, Any]) -> Iterator[str]:
    counts = difference["counts"]
    yield f"## Since {_text(difference['before']['collected_at'])}"
    yield ""
    yield ", ".join(f"{counts[each]} {each.value.replace('_', ' ')}" for each in Change) + "."
    yield ""
    rows = [(change, row) for change in (Change.NEW, Change.LOST, Change.FIXED) for row in difference[change]]
    if rows:
        lines = [[change.value, row["severity"], row["policy_id"], _name(row)] for change, row in rows]
        yield from table(["change", "severity", "policy", "resource"], lines)


def _failing(rows: Iterable[Mapping[str, Any]], background: Background) -> Iterator[str]:
    failing = [row for row in rows if row["status"] == Status.FAIL]
    if not failing:
        return
    failing.sort(key=lambda row: (row["waived_by"] is not None, Severity(row["severity"]).rank))
    yield f"## Failing: {len(failing)}"
    yield ""
    lines = [
        [
            row["severity"],
            background.policy(row["policy_id"])["title"],
            _name(row),
            row["message"],
            row["waived_by"] or "",
        ]
        for row in failing
    ]
    yield from table(["severity", "policy", "resource", "what was found", "waived by"], lines)


def _unread(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    causes: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row["status"] == Status.UNKNOWN:
            causes.update({(gap["api"], gap["code"] or gap["kind"]) for gap in row["gaps"]})
    if causes:
        yield "## Not judged, because it could not be read"
        yield ""
        ranked = sorted(causes.items(), key=lambda each: (-each[1], each[0]))
        yield from table(["call", "answer", "unknown results"], [[api, code, str(n)] for (api, code), n in ranked])


def _errors(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    broken = [[row["policy_id"], _name(row), row["message"]] for row in rows if row["status"] == Status.ERROR]
    if broken:
        yield "## Policies that are broken"
        yield ""
        yield from table(["policy", "resource", "error"], broken)


def _waivers(waivers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    lapsed = [[each["id"] or "", each["policy"] or "", each["problem"]] for each in waivers if each["problem"]]
    if lapsed:
        yield "## Waivers that are not applied"
        yield ""
        yield from table(["waiver", "policy", "why"], lapsed)


def table(header: Sequence[str], lines: Sequence[Sequence[str]], *, align: str = "---") -> Iterator[str]:
    """A table whose cells are texts, whatever they contain; of a long one the first rows, and how many are missing."""
    yield f"| {' | '.join(header)} |"
    yield f"| {' | '.join(['---', *[align] * (len(header) - 1)])} |"
    for line in lines[:_MOST]:
        yield f"| {' | '.join(_text(each) for each in line)} |"
    yield ""
    if len(lines) > _MOST:
        yield f"{len(lines) - _MOST} more are in the other formats."
        yield ""


def _name(row: Mapping[str, Any]) -> str:
    return str(row["resource_name"] or row["account_id"])


def _text(text: str) -> str:
    """The text as it is, whatever Markdown, HTML or a table would make of it; no address becomes a link."""
    escaped = _SPECIAL.sub(r"\\\1", shortened(printable(text), _LONGEST))
    return escaped.replace("://", ":\\//").replace("www.", "www\\.")


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({100 * part // whole} %)" if whole else "0/0"
