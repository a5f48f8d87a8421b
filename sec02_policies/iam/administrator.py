"""Who is an administrator: may do nearly everything, and control IAM itself."""

from __future__ import annotations

from typing import Any

from sec02_policies.iam.breadth import EVERYTHING, allowed, covered, unnamed_resource
from sec02_policies.iam.conditions import Strength, strength
from sec02_policies.iam.escalation_paths import CONTROL
from sec02_policies.iam.holdings import Lookups, Resource, holdings
from sec02_policies.iam.reach import Holdings, reach, settled, via, with_effect
from sec02_policies.model import Unknown

_MOST = len(EVERYTHING) // 2


def is_admin(resource: Resource, lookups: Lookups) -> bool:
    """Return whether the holder may do nearly everything, IAM's own control included.

    However it is written (`*`, `*:*`, NotAction, NotResource, `arn:aws:*:*:*:*`), with conditions that do not bind, and
    whatever narrow or conditional Deny stands beside it. Under a binding condition it is False; see `admin_level`.
    """
    return admin_level(resource, lookups) == Strength.YES.word


def admin_level(resource: Resource, lookups: Lookups) -> str:
    """Return `yes`, `conditional` (only while a condition holds) or `no`."""
    held = settled(holdings(resource, lookups))
    level = next((each for each in (Strength.YES, Strength.CONDITIONAL) if _is_admin(held, each)), Strength.NO)
    return level.word


def admin_via(resource: Resource, lookups: Lookups) -> list[dict[str, Any]]:
    """Return the Allow statements that make the holder an administrator, be it conditionally; empty if none do.

    `[{policy, kind, through, statement, sid, conditional, note?}]`: `policy` is a policy's ARN or an inline policy's
    id, `kind` is managed, inline or document, `through` the ARN of the group that brings it or null.
    """
    held = settled(holdings(resource, lookups))
    found = []
    if _is_admin(held, Strength.CONDITIONAL):
        probe = unnamed_resource(held)
        for source, statement in with_effect(held.sources, "Allow"):
            how_far = strength(statement["conditions"], held.context)
            if how_far is not Strength.NO and covered(statement, probe):
                found.append({**via(source, statement), "conditional": how_far is Strength.CONDITIONAL})
    return found


def _is_admin(held: Holdings, level: Strength) -> bool:
    probe = unnamed_resource(held)
    everything = allowed(held.sources, probe, held.context, level)
    if len(everything) <= _MOST:
        return False
    for ceiling in held.ceilings:
        if isinstance(ceiling, Unknown):
            raise ceiling
        everything &= allowed(ceiling, probe, held.context, level)
    return len(everything) > _MOST and any(reach(held, target) >= level for target in CONTROL)
