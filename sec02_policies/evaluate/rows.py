"""Results -> plain JSON: the row of each, and the summary of all."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sec02_policies.model import Gap, Result, Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable


class Summary:
    """Counts by status, overall, by best practice and by severity, of results that need not be kept."""

    def __init__(self) -> None:
        """Count nothing yet."""
        self._counts: Counter[tuple[str, Severity, Status]] = Counter()
        self.waived = 0

    def add(self, results: Iterable[Result]) -> None:
        """Count more results."""
        for each in results:
            self._counts[each.best_practice, each.severity, each.status] += 1
            self.waived += each.waived_by is not None

    def document(self) -> dict[str, Any]:
        """Plain JSON; compliance always with its assurance.

        compliance = pass of (pass + fail); assurance = (pass + fail) of all but not_applicable.
        """
        statuses, total = self._statuses(), self._counts.total()
        judged = statuses[Status.PASS] + statuses[Status.FAIL]
        return {
            "results": total,
            "statuses": statuses,
            "by_best_practice": {
                name: self._statuses(best_practice=name) for name in sorted({each for each, _, _ in self._counts})
            },
            "by_severity": {
                name.value: self._statuses(severity=name)
                for name in Severity
                if any(each is name for _, each, _ in self._counts)
            },
            "compliance": {"met": statuses[Status.PASS], "judged": judged},
            "assurance": {"judged": judged, "applicable": total - statuses[Status.NOT_APPLICABLE]},
        }

    def _statuses(self, *, best_practice: str | None = None, severity: Severity | None = None) -> dict[str, int]:
        found: Counter[Status] = Counter()
        for (practice, level, status), count in self._counts.items():
            if best_practice in (None, practice) and severity in (None, level):
                found[status] += count
        return {status.value: found[status] for status in Status}


def row(result: Result) -> dict[str, Any]:
    """The result as the results document has it."""
    # By name: `asdict` copies every value deeply, at many times the cost.
    return {name: getattr(result, name) for name in _FIELDS} | {"gaps": [_gap(gap) for gap in result.gaps]}


def _gap(gap: Gap) -> dict[str, Any]:
    return {name: getattr(gap, name) for name in _GAP_FIELDS}


_FIELDS = tuple(each.name for each in fields(Result))
_GAP_FIELDS = tuple(each.name for each in fields(Gap))
