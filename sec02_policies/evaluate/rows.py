"""Results -> plain JSON: the row of each, and the summary of all."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from itertools import islice
from typing import TYPE_CHECKING, Any

from sec02_policies.model import Gap, Result, Severity, Status
from sec02_policies.snapshot import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_BATCH = 1000


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


def written(rows: Iterable[dict[str, Any]], ending: Callable[[], dict[str, Any]]) -> Iterator[bytes]:
    """The results document in canonical form and a line's end, in pieces of little memory.

    In canonical form members are in the order of their names: `ending`, what is said of all rows, comes after them, and
    is asked only then.
    """
    yield b'{"results":['
    remaining, separator = iter(rows), b""
    while batch := list(islice(remaining, _BATCH)):
        yield separator
        yield canonical(batch)[1:-1]
        separator = b","
    yield b"]," + canonical(ending())[1:] + b"\n"


def _gap(gap: Gap) -> dict[str, Any]:
    return {name: getattr(gap, name) for name in _GAP_FIELDS}


_FIELDS = tuple(each.name for each in fields(Result))
_GAP_FIELDS = tuple(each.name for each in fields(Gap))
