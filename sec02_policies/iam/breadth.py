"""How much of everything a statement covers: all services there are and will be, on a resource that nobody names."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sec02_policies.iam.conditions import Strength, certain, strength
from sec02_policies.iam.reach import PROBE_NAME, Holdings, Source, applies_to_resource, with_effect
from sec02_policies.iam.wildcards import glob

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sec02_policies.iam.document import Statement

# One action for each letter of services that do not exist: who may do these may do everything there will ever be.
EVERYTHING = frozenset(f"{letter}~zq:~zq" for letter in "abcdefghijklmnopqrstuvwxyz")


def unnamed_resource(held: Holdings) -> str:
    """Return the ARN of a resource of no known service, in the holder's account."""
    account = held.account_id or "000000000000"
    return f"arn:{held.partition}:~zq:us-east-1:{account}:~any/{PROBE_NAME}"


def allowed(sources: Sequence[Source], probe: str, context: Mapping[str, str], level: Strength) -> frozenset[str]:
    """Return what the policies allow on the resource, at least as far as `level`, less what they surely deny."""
    found: frozenset[str] = frozenset()
    for _, statement in with_effect(sources, "Allow"):
        more = covered(statement, probe)
        if more and strength(statement["conditions"], context) >= level:
            found |= more
    if found:
        for _, statement in with_effect(sources, "Deny"):
            if certain(statement["conditions"], context):
                found -= covered(statement, probe)
    return found


def covered(statement: Statement, probe: str) -> frozenset[str]:
    """Return which part of everything the statement is about on that resource."""
    if statement["not_actions"]:
        found = EVERYTHING.difference(*(_letters(pattern) for pattern in statement["not_actions"]))
    else:
        found = frozenset().union(*(_letters(pattern) for pattern in statement["actions"]))
    return found if found and applies_to_resource(statement, probe) else frozenset()


@lru_cache(maxsize=1 << 16)
def _letters(pattern: str) -> frozenset[str]:
    if pattern == "*":
        return EVERYTHING
    return frozenset(action for action in EVERYTHING if glob(pattern, action))
