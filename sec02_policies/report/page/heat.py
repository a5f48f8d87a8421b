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
    """Best practices as columns, services as lines, most failing first; those of which nothing was judged are named."""
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
    practices = sorted({practice for practice, _ in counts})
    lines: list[dict[str, Any]] = [
        {"service": service, "fields": [_field(counts.get((practice, service)), practice) for practice in practices]}
        for service in sorted(set(services.values()))
    ]
    for line in lines:
        line |= {name: sum(field[name] for field in line["fields"]) for name in ("fail", "judged", "unseen")}
    lines.sort(key=lambda line: (-line["fail"], -line["judged"], -line["unseen"]))
    return {
        "practices": [{"id": each, "title": BEST_PRACTICES.get(each, "")} for each in practices],
        "lines": [line for line in lines if line["judged"]],
        "blind": [line for line in lines if line["unseen"] and not line["judged"]],
        "bare": [line["service"] for line in lines if not line["unseen"] and not line["judged"]],
    }


def _field(counts: Mapping[str, int] | None, practice: str) -> dict[str, Any]:
    """The numbers of one field and its colour: `none` where nothing applies, `blind-field` where nothing was judged."""
    found = counts or dict.fromkeys(Status, 0)
    failing, unseen = found[Status.FAIL], found[Status.UNKNOWN] + found[Status.ERROR]
    judged = failing + found[Status.PASS]
    if judged:
        percent = 100 * failing // judged
        tone = "good" if not failing else f"bad{1 + sum(percent >= step for step in _STEPS)}"
    else:
        tone = "blind-field" if unseen else "none"
    return {"practice": practice, "fail": failing, "judged": judged, "unseen": unseen, "tone": tone}
