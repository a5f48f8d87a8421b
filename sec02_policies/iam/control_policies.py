"""Service control policies as ceilings: every level of the organization above an account must allow, and none deny.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sec02_policies.iam.conditions import Strength
from sec02_policies.iam.holdings import EVERYTHING, Lookups, Resource, holdings
from sec02_policies.iam.reach import Source, reach, settled
from sec02_policies.iam.targets import target_of
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sec02_policies.iam.document import Statement

_SERVICE_LINKED = ":role/aws-service-role/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLevels:
    """The SCPs that hold for an account: one level each for the root, the units below it and the account itself.

    `unread` says what of them could not be read. No level at all: nothing controls the account.
    """

    levels: tuple[tuple[Source, ...], ...] = ()
    unread: tuple[Unknown, ...] = ()


def control_levels(targets: Sequence[str], policies: Sequence[Resource]) -> ControlLevels:
    """Return the levels of an account under these targets (itself, the units above it, the root), of these SCPs."""
    levels: dict[str, list[Source]] = {target: [] for target in targets}
    unread = []
    for policy in policies:
        try:
            source = Source(ref=str(policy["id"]), kind="scp", statements=policy["document"]["statements"])
            for target in policy["targets"]:
                if target["id"] in levels:
                    levels[target["id"]].append(source)
        except Unknown as unknown:
            unread.append(unknown)
    return ControlLevels(levels=tuple(map(tuple, levels.values())), unread=tuple(unread))


def allows_within_scps(resource: Resource, action: str, lookups: Lookups, controls: ControlLevels) -> str:
    """Return how far the user, group, role or policy may do the action at large, SCPs counted: as `allows` does.

    A Deny that was read decides whatever else could not be read; otherwise an unread SCP makes the answer unknown.
    SCPs do not bind service-linked roles.
    """
    held = settled(holdings(resource, lookups))
    if _SERVICE_LINKED in (held.self_arn or ""):
        return reach(held, target_of(action)).word
    levels = _denials(controls) if controls.unread else controls.levels
    found = reach(replace(held, ceilings=(*held.ceilings, *levels)), target_of(action))
    if controls.unread and found is not Strength.NO:
        raise Unknown.merged(controls.unread)
    return found.word


def _denials(controls: ControlLevels) -> tuple[tuple[Source, ...], ...]:
    """What the known SCPs deny, whatever the unread ones may allow."""
    whole = Source(ref="", kind="scp", statements=[EVERYTHING])
    return tuple((whole, *(replace(each, statements=_denying(each)) for each in level)) for level in controls.levels)


def _denying(source: Source) -> list[Statement]:
    return [statement for statement in source.statements if statement["effect"] == "Deny"]
