"""How old the keys are: a histogram of active access keys by age, with the limit of the policy that judges them."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KEY = "access_key"
_OTHERS = {
    "password": "passwords",
    "ssh_public_key": "SSH keys",
    "service_specific": "service credentials",
    "signing_certificate": "signing certificates",
    "client_secret": "client secrets",
    "secret": "secrets",
}
"""What else works until somebody takes it away, in the order of the page."""
_POLICY, _PARAMETER = "iam-access-key-rotated", "max_age_days"
_EDGES = (0, 30, 60, 90, 180, 365, 730)
_WIDTH, _HEIGHT, _TOP, _BOTTOM, _LEFT = 440, 168, 30, 34, 8


def ages(inventory: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Any]:
    """Bars of the histogram with their places in the picture, the limit, and what is not in the bars."""
    limit = next((each["params"].get(_PARAMETER) for each in run["policies"] if each["id"] == _POLICY), None)
    now = datetime.fromisoformat(run["evaluated_at"])
    known: list[int] = []
    inactive = undated = 0
    for credential in _keys(inventory):
        if credential["active"] is False:
            inactive += 1
        elif credential["created_at"] is None or credential["active"] is None:
            undated += 1
        else:
            known.append((now - datetime.fromisoformat(credential["created_at"])).days)
    edges = sorted({*_EDGES, *([limit] if limit is not None else [])})
    counts = [sum(low <= age < high for age in known) for low, high in pairwise([*edges, 1 << 30])]
    return {
        "limit": limit,
        "policy": _POLICY,
        "bars": list(_bars(edges, counts, limit)),
        "line": None if limit is None else _LEFT + edges.index(limit) * _step(edges),
        "active": len(known),
        "old": None if limit is None else sum(age >= limit for age in known),
        "oldest": max(known, default=0),
        "inactive": inactive,
        "others": list(_others(inventory, now)),
        "undated": undated,
        "width": _WIDTH,
        "height": _HEIGHT,
        "base": _HEIGHT - _BOTTOM,
    }


def _keys(inventory: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for identity in inventory["identities"]:
        yield from (each for each in identity["credentials"] if each["kind"] == _KEY)


def _others(inventory: Mapping[str, Any], now: datetime) -> Iterator[dict[str, Any]]:
    """The other long-lived credentials that are not known to be inactive: how many, and the age of the oldest."""
    for kind, title in _OTHERS.items():
        found = [
            each
            for identity in inventory["identities"]
            for each in identity["credentials"]
            if each["kind"] == kind and each["active"] is not False
        ]
        dates = [datetime.fromisoformat(each["created_at"]) for each in found if each["created_at"] is not None]
        if found:
            oldest = max(((now - date).days for date in dates), default=None)
            yield {"title": title, "count": len(found), "oldest": oldest, "undated": len(found) - len(dates)}


def _step(edges: list[int]) -> int:
    return (_WIDTH - 2 * _LEFT) // len(edges)


def _bars(edges: list[int], counts: list[int], limit: int | None) -> Iterator[dict[str, Any]]:
    """Each bar with its place and its words; the highest fills the picture."""
    most = max([*counts, 1])
    step = _step(edges)
    for number, (low, count) in enumerate(zip(edges, counts, strict=True)):
        high = edges[number + 1] if number + 1 < len(edges) else None
        size = (_HEIGHT - _TOP - _BOTTOM) * count // most
        yield {
            "x": _LEFT + number * step + 3,
            "y": _HEIGHT - _BOTTOM - size,
            "width": step - 6,
            "height": size,
            "middle": _LEFT + number * step + step // 2,
            "count": count,
            "days": f"{low}+" if high is None else f"{low}\u2013{high - 1}",
            "words": f"{low} days and older" if high is None else f"{low} to {high - 1} days",
            "old": limit is not None and low >= limit,
        }
