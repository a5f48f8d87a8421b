"""Which bundles a retention rule would allow to go. Nothing here, and nothing else in the product, deletes one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A stored bundle: where it is, its place, its time, and whether its store holds it under a lock until then."""

    location: str
    stream: str
    sequence: int
    evaluated_at: str
    locked_until: str | None = None
    legal_hold: bool = False


def prunable(bundles: Iterable[Kept], *, before: str, now: str) -> list[Kept]:
    """The bundles evaluated before that time that may go, oldest first.

    Only from the beginning of each stream, so that what stays is still a chain; never the last of a stream; never one
    under a legal hold or a lock that has not ended.
    """
    streams: dict[str, list[Kept]] = defaultdict(list)
    for each in bundles:
        streams[each.stream].append(each)
    found: list[Kept] = []
    for members in streams.values():
        ordered = sorted(members, key=lambda each: (each.sequence, each.location))
        for each in ordered[:-1]:
            locked = each.legal_hold or (each.locked_until is not None and each.locked_until > now)
            if locked or each.evaluated_at >= before:
                break
            found.append(each)
    return sorted(found, key=lambda each: (each.evaluated_at, each.stream, each.sequence, each.location))
