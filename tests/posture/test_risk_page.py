"""docs/risk.md says what the code does: its tables are the code's, and its worked examples come out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sec02_policies.posture import risk
from sec02_policies.posture.risk import EXPOSED_PERCENT, NO_MFA_PERCENT, REACH_PERCENT, SEVERITY_POINTS

Make = Callable[..., Any]
PAGE = Path(__file__).parents[2] / "docs" / "risk.md"


def table(header: str) -> list[list[str]]:
    """The cells of the rows of the table that begins with that header."""
    lines = iter(PAGE.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.startswith(f"| {header} |"):
            break
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_the_points_of_severities_are_those_of_the_code() -> None:
    assert {name: int(points) for name, points in table("severity | points")} == {
        each.value: points for each, points in SEVERITY_POINTS.items()
    }


def test_the_percents_are_those_of_the_code() -> None:
    percents = [int(row[2]) for row in table("factor | value")]
    reach = [REACH_PERCENT[each] for each in ("admin", "escalation", "secrets", "limited", "none")]
    assert percents[:9] == [*reach, EXPOSED_PERCENT, 0, NO_MFA_PERCENT, 0]


def test_the_worked_examples_come_out(row: Make, identity: Make) -> None:
    examples = table("severity | policy is about")
    for severity, about, privilege, exposed, mfa, created, used, score in examples:
        told = {"yes": True, "no": False, "unknown": None}
        members = {"exposed": told[exposed], "mfa": told[mfa], "last_activity": time(used), "privilege": privilege}
        hidden = [name for name, cell in (("mfa", mfa), ("last_activity", used)) if cell == "unknown"]
        key = {"kind": "access_key", "id": "AKIA", "active": True, "created_at": time(created), "last_used_at": None}
        someone = identity(credentials=[key], unknown=hidden, **members)
        found = risk(row(severity=severity), {"identity": about}, someone, now="2026-01-31T00:00:00Z")
        assert found.score == int(score), found
    assert len(examples) == 7


def time(cell: str) -> str | None:
    return None if cell in ("never", "unknown") else f"{cell}T00:00:00Z"
