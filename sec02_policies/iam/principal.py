"""Facts about single actions of a principal, a policy or a permission set, each with the statements that prove it.

What is allowed follows from all policies together, so that it is unknown where one of them could not be read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sec02_policies.iam.conditions import NEGATED, Strength, admits_administrator, binds
from sec02_policies.iam.holdings import Lookups, Resource, holdings, partial
from sec02_policies.iam.reach import Grant, Holdings, Source, Target, grants, reach, settled
from sec02_policies.iam.targets import ROLE, USER, target_of
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sec02_policies.iam.document import Statement

_MANAGE = (
    Target(action="iam:createuser", types=(USER,)),
    Target(action="iam:putuserpolicy", types=(USER,)),
    Target(action="iam:attachuserpolicy", types=(USER,)),
    Target(action="iam:createrole", types=(ROLE,)),
    Target(action="iam:putrolepolicy", types=(ROLE,)),
    Target(action="iam:attachrolepolicy", types=(ROLE,)),
)
_TAG = (
    Target(action="iam:taguser", types=(USER,), itself=True),
    Target(action="iam:untaguser", types=(USER,), itself=True),
    Target(action="iam:tagrole", types=(ROLE,), itself=True),
    Target(action="iam:untagrole", types=(ROLE,), itself=True),
)
_TAG_VARIABLE = re.compile(r"\$\{aws:principaltag/([^},]+)", re.IGNORECASE)
_TAG_KEY = "aws:principaltag/"
_BOUNDARY_KEY = "iam:permissionsboundary"
_MFA = "aws:multifactorauthpresent"
_MFA_AGE = "aws:multifactorauthage"


# ---------------------------------------------------------------- single actions


def allows(resource: Resource, action: str, lookups: Lookups) -> str:
    """Return how far the holder may do the action on resources at large: `yes`, `conditional` or `no`.

    "At large" is any resource of the action's type that no policy names: `role/*` is, `role/app/*` is not.
    """
    held = settled(holdings(resource, lookups))
    return reach(held, target_of(action)).word


def granted(resource: Resource, action: str, lookups: Lookups) -> list[dict[str, Any]]:
    """Return the Allow statements that grant the action at large, after denies and ceilings.

    `[{policy, kind, through, statement, sid, conditional, resources, conditions, note?}]`; of each condition `binds`
    says whether it keeps callers out at all.
    """
    held = settled(holdings(resource, lookups))
    return [_shown(grant) for grant in grants(held, target_of(action))]


def full_access(resource: Resource, service: str, lookups: Lookups) -> bool:
    """Return whether the holder may do every action of a service (`kms`, `iam`, ...) on all its resources."""
    held = settled(holdings(resource, lookups))
    action = f"{service.lower()}:~zq"
    return reach(held, Target(action=action)) is Strength.YES


def reads_all_secrets(resource: Resource, lookups: Lookups) -> bool:
    """Return whether the holder may read any secret of Secrets Manager, unconditionally."""
    return allows(resource, "secretsmanager:GetSecretValue", lookups) == Strength.YES.word


def can_manage_iam(resource: Resource, lookups: Lookups) -> bool:
    """Return whether the holder may create or edit any user or role without having to set a permissions boundary.

    With MFA or without: a second factor says who is there, and leaves what they may do as it is.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    held = _with_boundary_denies(settled(holdings(resource, lookups)))
    return _reaches_one(held, _MANAGE)


def can_tag_principals(resource: Resource, lookups: Lookups) -> bool:
    """Return whether the holder may change the tags of any user or role, or its own; with MFA or without."""
    return _reaches_one(settled(holdings(resource, lookups)), _TAG)


def _reaches_one(held: Holdings, targets: Iterable[Target]) -> bool:
    """Return whether one of the targets is reached, signed in as one likes."""
    without_mfa = replace(held, context={**held.context, _MFA: "false"})
    ways = (held, _with_mfa(held), without_mfa)
    return any(reach(way, target) is Strength.YES for target in targets for way in ways)


def _with_mfa(held: Holdings) -> Holdings:
    """Return the holdings of somebody who has just signed in with MFA."""
    return replace(
        held,
        sources=tuple(map(_with_young_session, held.sources)),
        ceilings=tuple(
            each if isinstance(each, Unknown) else tuple(map(_with_young_session, each)) for each in held.ceilings
        ),
        context={**held.context, _MFA: "true", _MFA_AGE: "0"},
    )


def _with_young_session(source: Source) -> Source:
    """Return the policy without the demand that MFA was used a short time ago, which has been met."""
    return replace(
        source,
        statements=[
            {**each, "conditions": [item for item in each["conditions"] if not _demands_young_session(item)]}
            if each["effect"] == "Allow"
            else each
            for each in source.statements
        ],
    )


def _demands_young_session(condition: Mapping[str, Any]) -> bool:
    return bool(condition["key"] == _MFA_AGE and condition["operator"].startswith("numericlessthan"))


def _shown(grant: Grant) -> dict[str, Any]:
    return {
        **grant.evidence,
        "resources": grant.statement["resources"],
        "conditions": [{**each, "binds": binds(each)} for each in grant.statement["conditions"]],
    }


def _with_boundary_denies(held: Holdings) -> Holdings:
    """Return the holdings with "deny unless this boundary is set" counted as a Deny."""
    return replace(
        held,
        sources=tuple(
            replace(source, statements=[_boundary_deny(each) for each in source.statements]) for source in held.sources
        ),
    )


def _boundary_deny(statement: Statement) -> Statement:
    demands_boundary = statement["conditions"] and all(
        each["key"] == _BOUNDARY_KEY
        and each["set"] is None
        and each["operator"] in NEGATED
        and not admits_administrator(each)
        for each in statement["conditions"]
    )
    return {**statement, "conditions": []} if statement["effect"] == "Deny" and demands_boundary else statement


# ---------------------------------------------------------------- statements


def statements(resource: Resource, lookups: Lookups) -> list[dict[str, Any]]:
    """Return every statement that takes part, each with `policy`, `kind` and `through` besides its own members."""
    held = holdings(resource, lookups)
    found = [
        {**statement, "policy": source.ref, "kind": source.kind, "through": source.through}
        for source in held.sources
        for statement in source.statements
    ]
    return partial(found, list(held.unread))


def principal_tag_keys(resource: Resource, lookups: Lookups) -> list[str]:
    """Return the tag keys of the caller on which the policies decide, in lower case and sorted."""
    held = holdings(resource, lookups)
    keys = {key for source in held.sources for statement in source.statements for key in _tag_keys(statement)}
    return partial(sorted(keys), list(held.unread))


def _tag_keys(statement: Statement) -> Iterator[str]:
    texts = [*statement["resources"], *statement["not_resources"]]
    for condition in statement["conditions"]:
        texts += condition["values"]
        if condition["key"].startswith(_TAG_KEY):
            yield condition["key"].removeprefix(_TAG_KEY)
    for text in texts:
        yield from (found.lower().strip() for found in _TAG_VARIABLE.findall(text))
