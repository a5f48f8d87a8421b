"""The heat map: best practice by service, in each field how many fail of how many were judged, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.model import BEST_PRACTICES, Status
from sec02_policies.posture import service_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STEPS = (25, 50, 75)
"""Percent failing at which a field gets the next colour."""


def heat(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Services as columns, best practices as lines, each with one field per service."""
    services: dict[str, str] = {}
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows:
        kind = row["resource_type"]
        service = services.get(kind)
        if service is None:
            service = services[kind] = service_of(kind)
        place = (row["best_practice"], service)
        field = counts.get(place)
        if field is None:
            field = counts[place] = dict.fromkeys(Status, 0)
        field[row["status"]] += 1
    columns = sorted(set(services.values()))
    practices = sorted({practice for practice, _ in counts})
    return {
        "services": columns,
        "lines": [
            {
                "practice": practice,
                "title": BEST_PRACTICES.get(practice, ""),
                "fields": [_field(counts.get((practice, each)), service=each) for each in columns],
            }
            for practice in practices
        ],
    }


def _field(counts: Mapping[str, int] | None, *, service: str) -> dict[str, Any]:
    """The numbers of one field and its colour: `none` where nothing applies, `blind-field` where nothing was judged."""
    found = counts or dict.fromkeys(Status, 0)
    failing, unseen = found[Status.FAIL], found[Status.UNKNOWN] + found[Status.ERROR]
    judged = failing + found[Status.PASS]
    if judged:
        percent = 100 * failing // judged
        tone = "good" if not failing else f"bad{1 + sum(percent >= step for step in _STEPS)}"
    else:
        tone = "blind-field" if unseen else "none"
    return {"service": service, "fail": failing, "judged": judged, "unseen": unseen, "tone": tone}
