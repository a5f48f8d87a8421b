"""What formats need besides the results: the policies in words, an earlier result, and the terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_REMEDIATION: Mapping[str, Any] = {"text": "", "cli": None, "terraform": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Plain data that every format gets beside the results document; whatever is missing is left out of the report.

    `policies` is `PolicySet.about()`. `baseline` is an earlier results document of the account to compare with.
    `inventory` is that of the snapshot, as `sec02_policies.inventory` makes it: who there is, with which credentials.
    `width`, `color` and `details` (each result with its message) matter to the table only.
    """

    policies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    baseline: Mapping[str, Any] | None = None
    inventory: Mapping[str, Any] | None = None
    width: int = 80
    color: bool = False
    details: bool = False

    def policy(self, policy_id: str) -> Mapping[str, Any]:
        """What is known of a policy; of one that was not given, its id."""
        known = self.policies.get(policy_id)
        if known is not None:
            return known
        return {
            "title": policy_id,
            "maturity": None,
            "control": None,
            "identity": None,
            "frameworks": {},
            "rationale": "",
            "remediation": _REMEDIATION,
            "references": [],
            "path": f"{policy_id}.yaml",
            "line": 1,
        }
