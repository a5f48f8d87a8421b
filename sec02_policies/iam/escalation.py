"""Which of the known escalation paths a principal can walk, each step at large and after denies and ceilings."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sec02_policies.iam.conditions import Strength
from sec02_policies.iam.escalation_paths import PATHS, EscalationPath
from sec02_policies.iam.holdings import Lookups, Resource, holdings
from sec02_policies.iam.reach import Grant, Holdings, Target, grants, settled
from sec02_policies.iam.wildcards import glob

if TYPE_CHECKING:
    from sec02_policies.iam.document import Statement

_ACTIONS = frozenset(need.action for path in PATHS for need in path.needs)


def escalations(resource: Resource, lookups: Lookups) -> list[dict[str, Any]]:
    """Return the escalation paths that are open, in the order of their ids.

    `[{id, title, source, conditional, actions: [str], resources: [str], via: [evidence]}]`, where `via` has one
    `{policy, kind, through, statement, sid, conditional}` for each action, and `resources` are the patterns that grant
    it. `conditional` is true where some step needs a condition to hold.
    """
    held = settled(holdings(resource, lookups))
    possible = _possible_actions(held)
    found = []
    for path in PATHS:
        if all(need.action in possible for need in path.needs):
            steps = _steps(held, path)
            if steps:
                found.append(_finding(path, steps))
    return sorted(found, key=lambda each: str(each["id"]))


def _steps(held: Holdings, path: EscalationPath) -> list[Grant]:
    """Return the best grant for each need, or nothing where a need has none."""
    steps = []
    for need in path.needs:
        best = _best(held, need)
        if best is None:
            return []
        steps.append(best)
    return steps


def _best(held: Holdings, need: Target) -> Grant | None:
    best: Grant | None = None
    for grant in grants(held, need):
        if grant.strength is Strength.YES:
            return grant
        best = best or grant
    return best


def _finding(path: EscalationPath, steps: list[Grant]) -> dict[str, Any]:
    return {
        "id": path.id,
        "title": path.title,
        "source": path.source,
        "conditional": any(step.strength is Strength.CONDITIONAL for step in steps),
        "actions": [need.action for need in path.needs],
        "resources": list(dict.fromkeys(each for step in steps for each in step.statement["resources"])),
        "via": [step.evidence for step in steps],
    }


def _possible_actions(held: Holdings) -> frozenset[str]:
    """Return the actions of any path that some Allow mentions at all: for most policies there is none."""
    found: frozenset[str] = frozenset()
    for source in held.sources:
        for statement in source.statements:
            if statement["effect"] == "Allow":
                found |= _mentioned(statement)
    return found


def _mentioned(statement: Statement) -> frozenset[str]:
    if statement["not_actions"]:
        return _ACTIONS.difference(*(_expanded(pattern) for pattern in statement["not_actions"]))
    return frozenset().union(*(_expanded(pattern) for pattern in statement["actions"]))


@lru_cache(maxsize=1 << 16)
def _expanded(pattern: str) -> frozenset[str]:
    if "*" not in pattern and "?" not in pattern:
        return frozenset({pattern}) & _ACTIONS
    return frozenset(action for action in _ACTIONS if glob(pattern, action))
