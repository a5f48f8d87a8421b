"""How the collector's tests look at a snapshot document, and what they may ask of the fixture `aws`."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

Record = dict[str, Any]


class Aws(Protocol):
    """The fixture of `conftest.py`: moto, with answers of the test's own in front of it."""

    asked: list[tuple[str, Record]]
    session: Any

    def client(self, service: str, region: str = "us-east-1") -> Any: ...

    def give(self, api: str, answer: Record | Callable[[Record], Record | None]) -> None: ...

    def refuse(
        self, api: str, code: str = "AccessDenied", *, status: int = 403, when: Callable[[Record], bool] = ...
    ) -> None: ...

    def collect(self, *services: str, regions: tuple[str, ...] = ...) -> Record: ...


def gaps_of(document: Record, collection: str, resource_id: str | None = None) -> Record:
    """The gaps of a resource, or of a whole collection, by field: (kind, api, code)."""
    return {
        gap["field"]: (gap["kind"], gap["api"], gap["code"])
        for gap in document["gaps"]
        if (gap["collection"], gap["resource_id"]) == (collection, resource_id)
    }


def only(document: Record, collection: str) -> Record:
    """The one resource of that collection."""
    (found,) = document["resources"][collection]
    return dict(found)


def status_of(document: Record, collection: str) -> Record:
    """The status of the collection's section by region."""
    return {each["region"]: each["status"] for each in document["sections"] if collection in each["collections"]}


def calls_of(document: Record) -> Record:
    """The number of requests by operation."""
    counts: Counter[str] = Counter()
    for call in document["calls"]:
        counts[call["operation"]] += call["pages"]
    return dict(counts)


def apis_in_gaps(document: Record) -> set[str]:
    """Every operation that a gap names."""
    return {gap["api"] for gap in document["gaps"]}


def moment() -> datetime:
    return datetime(2026, 1, 31, tzinfo=UTC)
