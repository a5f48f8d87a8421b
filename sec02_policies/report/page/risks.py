"""The worst ten risks: failing results by their score, one entry per policy, with what it is about and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.inventory import identity_of
from sec02_policies.model import Status
from sec02_policies.posture import risk
from sec02_policies.posture.identities import identity_for
from sec02_policies.report.page.rows import lines
from sec02_policies.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sec02_policies.posture import Risk
    from sec02_policies.report.background import Background

_MOST, _NAMES = 10, 6


def risks(document: Mapping[str, Any], background: Background) -> list[Risk | None]:
    """The risk of each row in their order: of what fails and is not waived; None for the others."""
    identities = identity_of(background.inventory) if background.inventory is not None else {}
    now = document["run"]["evaluated_at"]
    return [
        risk(row, background.policies.get(row["policy_id"]), identity_for(row, identities), now=now)
        if row["status"] == Status.FAIL and not row["waived_by"]
        else None
        for row in document["results"]
    ]


def worst(document: Mapping[str, Any], background: Background, found: Sequence[Risk | None]) -> dict[str, Any]:
    """The ten policies with the worst result, in words, and how many policies fail besides."""
    by_policy: dict[str, list[tuple[Risk, Mapping[str, Any]]]] = {}
    for each, row in zip(found, document["results"], strict=True):
        if each is not None:
            by_policy.setdefault(row["policy_id"], []).append((each, row))
    for group in by_policy.values():
        group.sort(key=lambda pair: (-pair[0].score, pair[1]["fingerprint"]))
    ranked = sorted(by_policy.items(), key=lambda each: (-each[1][0][0].score, -len(each[1]), each[0]))
    return {"entries": [_entry(group, background) for _, group in ranked[:_MOST]], "more": len(ranked[_MOST:])}


def _entry(group: Sequence[tuple[Risk, Mapping[str, Any]]], background: Background) -> dict[str, Any]:
    """One risk: its worst result speaks for the others of the policy."""
    first, row = group[0]
    about = background.policy(row["policy_id"])
    remediation = about["remediation"]
    return {
        "score": first.score,
        "severity": row["severity"],
        "policy": row["policy_id"],
        "title": about["title"],
        "practice": row["best_practice"],
        "message": row["message"],
        "factors": [each for each in first.factors if each.points],
        "rationale": about["rationale"],
        "text": remediation["text"],
        "cli": lines(remediation["cli"]),
        "undo": lines(remediation.get("rollback")),
        "warning": remediation.get("warning"),
        "terraform": lines(remediation["terraform"]),
        "results": [
            {"name": printable(each["resource_name"] or each["account_id"]), "fingerprint": each["fingerprint"]}
            for _, each in group[:_NAMES]
        ],
        "count": len(group),
        "more": len(group[_NAMES:]),
    }
