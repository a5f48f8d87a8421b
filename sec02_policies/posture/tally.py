"""Rows counted by status, and the two numbers that are never shown apart: compliance and assurance."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

from sec02_policies.model import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many rows have each status; `waived` are those of `failed` that a waiver covers."""

    passed: int = 0
    failed: int = 0
    waived: int = 0
    unknown: int = 0
    errors: int = 0
    not_applicable: int = 0

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """The rows of a results document, counted."""
        counts = dict.fromkeys(Status, 0)
        waived = 0
        for row in rows:
            status = Status(row["status"])
            counts[status] += 1
            waived += status is Status.FAIL and row["waived_by"] is not None
        return cls(
            passed=counts[Status.PASS],
            failed=counts[Status.FAIL],
            waived=waived,
            unknown=counts[Status.UNKNOWN],
            errors=counts[Status.ERROR],
            not_applicable=counts[Status.NOT_APPLICABLE],
        )

    @property
    def judged(self) -> int:
        """How many rows have a verdict: pass or fail."""
        return self.passed + self.failed

    @property
    def applicable(self) -> int:
        """How many rows should have one."""
        return self.judged + self.unknown + self.errors

    @property
    def compliance(self) -> Fraction | None:
        """The part of the judged rows that pass; None where nothing was judged."""
        return Fraction(self.passed, self.judged) if self.judged else None

    @property
    def assurance(self) -> Fraction | None:
        """The part of the applicable rows that was judged; None where nothing applies."""
        return Fraction(self.judged, self.applicable) if self.applicable else None

    def __str__(self) -> str:
        return (
            f"compliance {share(self.passed, self.judged)}, assurance {share(self.judged, self.applicable)}"
            if self.applicable
            else "nothing applies"
        )

    def document(self) -> dict[str, Any]:
        """The tally as plain JSON, named as in the summary of results; parts as two integers, never a bare share."""
        return {
            "statuses": {
                "pass": self.passed,
                "fail": self.failed,
                "not_applicable": self.not_applicable,
                "unknown": self.unknown,
                "error": self.errors,
            },
            "waived": self.waived,
            "compliance": {"met": self.passed, "judged": self.judged},
            "assurance": {"judged": self.judged, "applicable": self.applicable},
        }


def share(part: int, whole: int) -> str:
    """A part of a whole, for people; percent are rounded down, so that 100 % means all."""
    return f"{part}/{whole} ({100 * part // whole} %)" if whole else "0/0"


def percent(part: int, whole: int) -> str:
    """A part of a whole in percent, rounded down; where there is no whole, a dash."""
    return f"{100 * part // whole} %" if whole else "-"
