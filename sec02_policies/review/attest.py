"""Decisions -> attestations, in the shape that `sec02 collect --attest` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from sec02_policies.report import printable

if TYPE_CHECKING:
    from sec02_policies.review.answers import Answers, Decision

COMPLETE = "access_review.complete"


def attestations(answers: Answers) -> list[dict[str, Any]]:
    """One for each decision, and one that says whether every row was answered, of the last decision's time."""
    found = [_attestation(answers, each) for each in answers.decisions]
    if found:
        found.append(
            {
                "key": COMPLETE,
                "value": "no" if answers.unanswered else "yes",
                "by": ", ".join(sorted({each["by"] for each in found})),
                "at": max(each["at"] for each in found),
                "evidence_ref": f"access review of {_snapshot(answers)}: {len(answers.decisions)} rows answered,"
                f" {len(answers.unanswered)} not",
            }
        )
    return sorted(found, key=lambda each: (each["key"], each["at"]))


def _attestation(answers: Answers, decision: Decision) -> dict[str, Any]:
    row = decision.row
    comment = f" ({decision.comment})" if decision.comment else ""
    told = f"{row.identity['type']} {row.identity['name']}: {row.grant.words}{comment}"
    return {
        "key": f"access_review.{row.id}",
        "value": "keep" if decision.keep else "revoke",
        "by": printable(decision.by),
        "at": decision.at,
        "evidence_ref": printable(f"access review of {_snapshot(answers)}, sheet {decision.sheet}: {told}"),
    }


def _snapshot(answers: Answers) -> str:
    return f"snapshot sha256:{answers.campaign.snapshot_sha256[:16]}"


def attestations_yaml(found: list[dict[str, Any]]) -> bytes:
    """The attestations as YAML in ASCII; every text is quoted, so that none is read as something else."""
    text = yaml.dump({"attestations": found}, default_style='"', sort_keys=False, allow_unicode=False, width=120)
    return str(text).encode("ascii")
