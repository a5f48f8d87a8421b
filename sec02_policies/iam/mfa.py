"""Which Deny statements keep a user from nearly everything until MFA is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.iam.breadth import EVERYTHING, covered, unnamed_resource
from sec02_policies.iam.conditions import direct_call
from sec02_policies.iam.escalation_paths import CONTROL
from sec02_policies.iam.holdings import Lookups, Resource, holdings, partial
from sec02_policies.iam.reach import (
    Holdings,
    Source,
    Target,
    applies_to_action,
    applies_to_resource,
    default_probes,
    via,
    with_effect,
)
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sec02_policies.iam.document import Statement


def mfa_enforced(user: Resource, lookups: Lookups) -> bool:
    """Return whether a Deny keeps the user from nearly everything until MFA is used; see `mfa_enforced_via`."""
    held = holdings(user, lookups)
    if any(True for _ in _mfa_denies(held)):
        return True
    unread = [*held.unread, *_unread_ceilings(held)]
    if unread:
        raise Unknown.merged(unread)
    return False


def mfa_enforced_via(user: Resource, lookups: Lookups) -> list[dict[str, Any]]:
    """Return the Deny statements that enforce MFA, as `[{policy, kind, through, statement, sid}]`.

    Such a Deny applies also where the key is absent, as it is for access keys: `BoolIfExists`, or `Null` on the age.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html
    """
    held = holdings(user, lookups)
    found = [via(source, statement) for source, statement in _mfa_denies(held)]
    return partial(found, [*held.unread, *_unread_ceilings(held)])


def _mfa_denies(held: Holdings) -> Iterator[tuple[Source, Statement]]:
    probe = unnamed_resource(held)
    read = [source for ceiling in held.ceilings if not isinstance(ceiling, Unknown) for source in ceiling]
    for source, statement in with_effect([*held.sources, *read], "Deny"):
        if (
            any(_denies_without_mfa(each) for each in statement["conditions"])
            and all(_denies_without_mfa(each) or direct_call(each) for each in statement["conditions"])
            and covered(statement, probe) == EVERYTHING
            and all(_covers(statement, target, held) for target in CONTROL)
        ):
            yield source, statement


def _covers(statement: Statement, target: Target, held: Holdings) -> bool:
    return applies_to_action(statement, target.action) and all(
        applies_to_resource(statement, probe) for probe in default_probes(held, target)
    )


def _denies_without_mfa(condition: Mapping[str, Any]) -> bool:
    """Return whether a Deny under this condition catches every request that was not made with MFA."""
    values = [value.lower() for value in condition["values"]]
    if condition["key"] == "aws:multifactorauthpresent":
        return condition["operator"] == "bool" and bool(condition["if_exists"]) and values == ["false"]
    return condition["key"] == "aws:multifactorauthage" and condition["operator"] == "null" and values == ["true"]


def _unread_ceilings(held: Holdings) -> list[Unknown]:
    return [ceiling for ceiling in held.ceilings if isinstance(ceiling, Unknown)]
