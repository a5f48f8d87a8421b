"""The Evaluation: what one evaluation found, kept whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sec02_policies.evaluate.rows import Summary, row
from sec02_policies.model import Result, Severity, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sec02_policies.evaluate.course import Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What one evaluation found; `run` says of what, by what and when (schemas/results.schema.json)."""

    run: Mapping[str, Any]
    results: Sequence[Result] = field(repr=False)

    @classmethod
    def of(cls, course: Course) -> Evaluation:
        """All that the course of an evaluation brings."""
        results = tuple(each for found in course.results() for each in found)
        return cls(run=course.run(), results=results)

    def document(self) -> dict[str, Any]:
        """The results document of schemas/results.schema.json, plain JSON."""
        return {
            "schema_version": "1",
            "run": dict(self.run),
            "summary": summary(self.results),
            "results": [row(each) for each in self.results],
        }

    def with_status(self, *statuses: Status) -> tuple[Result, ...]:
        """The results that have one of those statuses."""
        return tuple(each for each in self.results if each.status in statuses)

    def failing(self, fail_on: Severity = Severity.INFO) -> tuple[Result, ...]:
        """The failing results at or above a severity that no waiver covers."""
        return tuple(
            each
            for each in self.with_status(Status.FAIL)
            if each.severity.rank <= fail_on.rank and each.waived_by is None
        )


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """The summary of the results, as the results document has it."""
    found = Summary()
    found.add(results)
    return found.document()
