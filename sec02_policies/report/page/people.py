"""Who is human and who is machine: the inventory's identities by kind, and what stands out among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Identity = Mapping[str, Any]
_KINDS = {
    "human": "People",
    "machine": "Machines",
    "both": "Both",
    "external": "Outsiders",
    "unknown": "Not told",
}
_WIDTH = 600
_MOST = 60


def people(inventory: Mapping[str, Any]) -> dict[str, Any]:
    """A line per kind with its numbers and its share of the bar, and the identities that may do everything."""
    identities = inventory["identities"]
    present = [kind for kind in _KINDS if any(each["kind"] == kind for each in identities)]
    lines, start = [], 0
    for kind in present:
        chosen = [each for each in identities if each["kind"] == kind]
        width = _WIDTH * len(chosen) // len(identities)
        lines.append(_line(kind, chosen) | {"x": start, "width": width})
        start += width
    return {"total": len(identities), "lines": lines, "width": start, "unread": _unread(inventory["unread"])}


def _unread(gaps: Iterable[Mapping[str, Any]]) -> list[str]:
    """The lists of identities that could not be read, so that there may be more."""
    return sorted(
        {f"{each['type'].replace('_', ' ')} ({each['api']}: {each['code'] or each['kind']})" for each in gaps}
    )


def _line(kind: str, chosen: Iterable[Identity]) -> dict[str, Any]:
    """The numbers of one kind; None in a member is counted as not known, never as no."""
    found = sorted(chosen, key=lambda each: (each["type"], each["name"], each["id"]))
    names = [f"{printable(each['name'])} ({each['type'].replace('_', ' ')})" for each in found]
    return {
        "kind": kind,
        "title": _KINDS[kind],
        "count": len(found),
        "admin": _count(found, lambda each: each["privilege"] in ("admin", "escalation")),
        "admin_unknown": _count(found, lambda each: each["privilege"] == "unknown"),
        "no_mfa": None if kind == "machine" else _count(found, lambda each: each["mfa"] is False),
        "mfa_unknown": _count(found, lambda each: each["mfa"] is None and "mfa" in each["unknown"]),
        "exposed": _count(found, lambda each: each["exposed"] is True),
        "exposed_unknown": _count(found, lambda each: each["exposed"] is None),
        "unowned": _count(found, lambda each: each["owner"] is None and "owner" not in each["unknown"]),
        "names": names[:_MOST],
        "more": len(names[_MOST:]),
    }


def _count(found: Iterable[Identity], holds: Callable[[Identity], bool]) -> int:
    return sum(1 for each in found if holds(each))
