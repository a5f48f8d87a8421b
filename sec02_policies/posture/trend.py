"""Several results of an account -> how its scores, its failing results and their age went over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sec02_policies.model import Status
from sec02_policies.posture.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One moment of a trend: its scores, and what became of results since the moment before (None at the first).

    `age_days` is the sum over the failing results of the days since they were first seen failing in these files, so
    that the mean is `age_days` of `tally.failed`; of the first moment it is 0. `policies` names what was judged
    differently since the moment before.
    """

    collected_at: str
    evaluated_at: str
    tally: Tally
    new: int | None
    fixed: int | None
    lost: int | None
    age_days: int
    policies: Mapping[str, Sequence[str]]

    @property
    def mean_age(self) -> int | None:
        """Whole days since a failing result was first seen, on average; None where none fails."""
        return self.age_days // self.tally.failed if self.tally.failed else None

    def document(self) -> dict[str, Any]:
        """The point as plain JSON (schemas/trend.schema.json); what needs a moment before is null in the first."""
        return {
            "collected_at": self.collected_at,
            "evaluated_at": self.evaluated_at,
            **self.tally.document(),
            "new": self.new,
            "fixed": self.fixed,
            "lost": self.lost,
            "failing_age_days": {"sum": self.age_days, "results": self.tally.failed},
            "policies": {name: list(ids) for name, ids in self.policies.items()} or None,
        }


def trend(documents: Iterable[Document]) -> tuple[Point, ...]:
    """The moments of one account's results in their order of time; raises `InputError` where two accounts are mixed.

    A result keeps the day when it was first seen failing while it fails or cannot be judged; a verdict that it passes,
    does not apply or is gone ends it.
    """
    from sec02_policies.evaluate import compare

    ordered = sorted(documents, key=lambda each: (each["run"]["evaluated_at"], each["run"]["collected_at"]))
    points: list[Point] = []
    since: dict[str, str] = {}
    before: Document | None = None
    for document in ordered:
        difference = None if before is None else compare(before, document)
        _remember(since, document, difference)
        points.append(_point(document, difference, since))
        before = document
    return tuple(points)


def _remember(since: dict[str, str], document: Document, difference: Mapping[str, Any] | None) -> None:
    """Keep the day when each result was first seen failing."""
    now = document["run"]["evaluated_at"]
    for row in difference["fixed"] if difference is not None else ():
        since.pop(row["fingerprint"], None)
    for row in document["results"]:
        if row["status"] == Status.FAIL:
            since.setdefault(row["fingerprint"], now)
        elif row["status"] in (Status.PASS, Status.NOT_APPLICABLE):
            since.pop(row["fingerprint"], None)


def _point(document: Document, difference: Mapping[str, Any] | None, since: Mapping[str, str]) -> Point:
    run = document["run"]
    failing = (row["fingerprint"] for row in document["results"] if row["status"] == Status.FAIL)
    counts = {} if difference is None else difference["counts"]
    return Point(
        collected_at=run["collected_at"],
        evaluated_at=run["evaluated_at"],
        tally=Tally.of(document["results"]),
        new=counts.get("new"),
        fixed=counts.get("fixed"),
        lost=counts.get("lost"),
        age_days=sum(_days(since[each], run["evaluated_at"]) for each in failing),
        policies={} if difference is None else difference["policies"],
    )


def _days(earlier: str, later: str) -> int:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).days
