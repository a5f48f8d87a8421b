"""Results as JUnit XML: one suite per policy, one case per resource, for the test pages of CI systems."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from sec02_policies.model import Status
from sec02_policies.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sec02_policies.report.background import Background

_OUTCOMES = {
    Status.FAIL: "failure",
    Status.UNKNOWN: "error",
    Status.ERROR: "error",
    Status.NOT_APPLICABLE: "skipped",
}
_PLURALS = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """A failing result is a failure, an unknown or broken one an error; what is waived or does not apply is skipped."""
    rows: Sequence[Mapping[str, Any]] = document["results"]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="sec02"{_counts(rows)}>']
    for policy_id, group in groupby(rows, key=lambda row: str(row["policy_id"])):
        lines += _suite(policy_id, list(group), document["run"], background)
    return "\n".join([*lines, "</testsuites>", ""]).encode("utf-8")


def _suite(
    policy_id: str, rows: Sequence[Mapping[str, Any]], run: Mapping[str, Any], background: Background
) -> Iterator[str]:
    moment = run["evaluated_at"].removesuffix("Z")
    yield f"<testsuite{_attributes(name=policy_id, timestamp=moment, time='0')}{_counts(rows)}>"
    for row in rows:
        yield from _case(row, background.policy(policy_id))
    yield "</testsuite>"


def _case(row: Mapping[str, Any], policy: Mapping[str, Any]) -> Iterator[str]:
    place = "" if row["region"] == "global" else f" ({row['region']})"
    name = f"{row['resource_type']} {row['resource_name'] or row['account_id']}{place}"
    opening = f"<testcase{_attributes(classname=row['policy_id'], name=name, time='0')}"
    outcome = _outcome(row)
    if outcome is None:
        yield f"{opening}/>"
        return
    yield f"{opening}>"
    if outcome == "skipped":
        waived = f"waived by {row['waived_by']}: " if row["waived_by"] else ""
        yield f"<skipped{_attributes(message=waived + row['message'])}/>"
    else:
        kind = row["severity"] if outcome == "failure" else row["status"]
        details = "\n".join(filter(None, (row["resource_id"], policy["remediation"]["text"], *policy["references"])))
        text = escape("\n".join(printable(line) for line in details.split("\n")))
        yield f"<{outcome}{_attributes(message=row['message'], type=kind)}>{text}</{outcome}>"
    yield "</testcase>"


def _outcome(row: Mapping[str, Any]) -> str | None:
    return "skipped" if row["waived_by"] else _OUTCOMES.get(row["status"])


def _counts(rows: Iterable[Mapping[str, Any]]) -> str:
    found = Counter(_outcome(row) for row in rows)
    numbers = {"tests": found.total()} | {plural: found[each] for each, plural in _PLURALS.items()}
    return _attributes(**{name: str(number) for name, number in numbers.items()})


def _attributes(**values: str) -> str:
    return "".join(f" {name}={quoteattr(printable(value))}" for name, value in values.items())
