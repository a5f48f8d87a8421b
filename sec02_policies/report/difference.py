"""The difference of two results for a person: what became new, lost, fixed or different, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.evaluate import Change
from sec02_policies.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TITLES = {
    Change.NEW: "New: fails now and did not",
    Change.LOST: "Lost: had a verdict and is unknown or an error now",
    Change.FIXED: "Fixed: failed and passes, does not apply or is gone",
    Change.CHANGED: "Changed otherwise",
}
_POLICIES = {
    "added": "Policies that only the later results have",
    "removed": "Policies that only the earlier results have",
    "changed": "Policies whose text or parameters changed",
}


def render_difference(difference: Mapping[str, Any]) -> bytes:
    """The difference of `evaluate.compare` as text, in UTF-8."""
    return "".join(f"{line}\n" for line in _lines(difference)).encode("utf-8")


def _lines(difference: Mapping[str, Any]) -> Iterator[str]:
    moments = f"{difference['before']['evaluated_at']} -> {difference['after']['evaluated_at']}"
    yield f"Account {printable(difference['account_id'])}: {moments}"
    yield ", ".join(f"{difference['counts'][each]} {each.replace('_', ' ')}" for each in Change)
    for change, title in _TITLES.items():
        if difference[change]:
            yield ""
            yield title
            yield from (_line(row) for row in difference[change])
    for name, title in _POLICIES.items():
        if difference["policies"][name]:
            yield ""
            yield title
            yield from (f" {printable(each)}" for each in difference["policies"][name])


def _line(row: Mapping[str, Any]) -> str:
    name = row["resource_name"] or row["account_id"]
    statuses = f"{row['before'] or 'not there'} -> {row['after'] or 'gone'}"
    waived = f" (waived by {row['waived_by']})" if row["waived_by"] else ""
    return printable(f" {row['severity']:8} {row['policy_id']}  {name}{waived}: {statuses}: {row['message']}")
