"""Facts about what a principal, a policy or a permission set may do, each with the statements that prove it.

A fact that known policies prove holds even if others could not be read; a fact that they do not prove is unknown then.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sec02_policies.iam.conditions import NEGATED, Strength, certain, strength
from sec02_policies.iam.document import glob
from sec02_policies.iam.escalation_paths import CONTROL
from sec02_policies.iam.holdings import Lookups, Resource, holdings, partial
from sec02_policies.iam.reach import (
    PROBE_NAME,
    Grant,
    Holdings,
    Source,
    Target,
    applies_to_action,
    applies_to_resource,
    grants,
    reach,
    via,
)
from sec02_policies.iam.targets import ROLE, USER, target_of
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sec02_policies.iam.document import Statement

# One action for each letter of services that do not exist: who may do these may do everything there will ever be.
_BREADTH = frozenset(f"{letter}~zq:~zq" for letter in "abcdefghijklmnopqrstuvwxyz")
_MOST = len(_BREADTH) // 2

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


# ---------------------------------------------------------------- administrators


def is_admin(resource: Resource, lookups: Lookups) -> bool:
    """Return whether the holder may do nearly everything, IAM's own control included.

    However it is written (`*`, `*:*`, NotAction, NotResource, `arn:aws:*:*:*:*`), with conditions that do not bind, and
    whatever narrow or conditional Deny stands beside it. Under a binding condition it is False; see `admin_level`.
    """
    return admin_level(resource, lookups) == Strength.YES.word


def admin_level(resource: Resource, lookups: Lookups) -> str:
    """Return `yes`, `conditional` (only while a condition holds) or `no`."""
    held = holdings(resource, lookups)
    level = next((each for each in (Strength.YES, Strength.CONDITIONAL) if _is_admin(held, each)), Strength.NO)
    return _decided(level, held).word


def admin_via(resource: Resource, lookups: Lookups) -> list[dict[str, Any]]:
    """Return the Allow statements that make the holder an administrator, be it conditionally; empty if none do.

    `[{policy, kind, through, statement, sid, conditional, note?}]`: `policy` is a policy's ARN or an inline policy's
    id, `kind` is managed, inline or document, `through` the ARN of the group that brings it or null.
    """
    held = holdings(resource, lookups)
    found = []
    if _is_admin(held, Strength.CONDITIONAL):
        probe = _breadth_probe(held)
        for source, statement in _statements(held.sources, "Allow"):
            allowed = strength(statement["conditions"], held.context)
            if allowed is not Strength.NO and _breadth_of(statement, probe):
                found.append({**via(source, statement), "conditional": allowed is Strength.CONDITIONAL})
    return partial(found, list(held.unread))


def _is_admin(held: Holdings, level: Strength) -> bool:
    probe = _breadth_probe(held)
    everything = _breadth(held.sources, probe, held.context, level)
    if len(everything) <= _MOST:
        return False
    for ceiling in held.ceilings:
        if isinstance(ceiling, Unknown):
            raise ceiling
        everything &= _breadth(ceiling, probe, held.context, level)
    return len(everything) > _MOST and any(reach(held, target) >= level for target in CONTROL)


def _breadth_probe(held: Holdings) -> str:
    account = held.account_id or "000000000000"
    return f"arn:{held.partition}:~zq:us-east-1:{account}:~any/{PROBE_NAME}"


def _breadth(sources: Sequence[Source], probe: str, context: Mapping[str, str], level: Strength) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for _, statement in _statements(sources, "Allow"):
        covered = _breadth_of(statement, probe)
        if covered and strength(statement["conditions"], context) >= level:
            found |= covered
    if found:
        for _, statement in _statements(sources, "Deny"):
            if certain(statement["conditions"], context):
                found -= _breadth_of(statement, probe)
    return found


def _breadth_of(statement: Statement, probe: str) -> frozenset[str]:
    if statement["not_actions"]:
        covered = _BREADTH.difference(*(_letters(pattern) for pattern in statement["not_actions"]))
    else:
        covered = frozenset().union(*(_letters(pattern) for pattern in statement["actions"]))
    return covered if covered and applies_to_resource(statement, probe) else frozenset()


@lru_cache(maxsize=1 << 16)
def _letters(pattern: str) -> frozenset[str]:
    if pattern == "*":
        return _BREADTH
    return frozenset(action for action in _BREADTH if glob(pattern, action))


# ---------------------------------------------------------------- single actions


def allows(resource: Resource, action: str, lookups: Lookups) -> str:
    """Return how far the holder may do the action on resources at large: `yes`, `conditional` or `no`.

    "At large" is any resource of the action's type that no policy names: `role/*` is, `role/app/*` is not.
    """
    held = holdings(resource, lookups)
    return _decided(reach(held, target_of(action)), held).word


def granted(resource: Resource, action: str, lookups: Lookups) -> list[dict[str, Any]]:
    """Return the Allow statements that grant the action at large, after denies and ceilings.

    `[{policy, kind, through, statement, sid, conditional, resources, conditions, note?}]`.
    """
    held = holdings(resource, lookups)
    found: list[dict[str, Any]] = []
    unread = list(held.unread)
    try:
        found.extend(_shown(grant) for grant in grants(held, target_of(action)))
    except Unknown as unknown:
        unread.append(unknown)
    return partial(found, unread)


def full_access(resource: Resource, service: str, lookups: Lookups) -> bool:
    """Return whether the holder may do every action of a service (`kms`, `iam`, ...) on all its resources."""
    held = holdings(resource, lookups)
    action = f"{service.lower()}:~zq"
    return _decided(reach(held, Target(action=action)), held) is Strength.YES


def reads_all_secrets(resource: Resource, lookups: Lookups) -> bool:
    """Return whether the holder may read any secret of Secrets Manager, unconditionally."""
    return allows(resource, "secretsmanager:GetSecretValue", lookups) == Strength.YES.word


def can_manage_iam(resource: Resource, lookups: Lookups) -> bool:
    """Return whether the holder may create or edit any user or role without having to set a permissions boundary.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    held = _with_boundary_denies(holdings(resource, lookups))
    return _decided(max(reach(held, target) for target in _MANAGE), held) is Strength.YES


def can_tag_principals(resource: Resource, lookups: Lookups) -> bool:
    """Return whether the holder may change the tags of any user or role, or its own."""
    held = holdings(resource, lookups)
    return _decided(max(reach(held, target) for target in _TAG), held) is Strength.YES


def _shown(grant: Grant) -> dict[str, Any]:
    return {
        **grant.evidence,
        "resources": grant.statement["resources"],
        "conditions": grant.statement["conditions"],
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
        each["key"] == _BOUNDARY_KEY and (each["operator"] in NEGATED or each["operator"] == "null")
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


# ---------------------------------------------------------------- MFA by policy


def mfa_enforced(user: Resource, lookups: Lookups) -> bool:
    """Return whether a Deny keeps the user from nearly everything until MFA is used; see `mfa_enforced_via`."""
    held = holdings(user, lookups)
    found = Strength.YES if any(True for _ in _mfa_denies(held)) else Strength.NO
    return _decided(found, held, *_unread_ceilings(held)) is Strength.YES


def mfa_enforced_via(user: Resource, lookups: Lookups) -> list[dict[str, Any]]:
    """Return the Deny statements that enforce MFA, as `[{policy, kind, through, statement, sid}]`.

    Such a Deny applies also where the key is absent, as it is for access keys: `BoolIfExists`, or `Null` on the age.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html
    """
    held = holdings(user, lookups)
    found = [via(source, statement) for source, statement in _mfa_denies(held)]
    return partial(found, [*held.unread, *_unread_ceilings(held)])


def _mfa_denies(held: Holdings) -> Iterator[tuple[Source, Statement]]:
    probe = _breadth_probe(held)
    read = [source for ceiling in held.ceilings if not isinstance(ceiling, Unknown) for source in ceiling]
    for source, statement in _statements([*held.sources, *read], "Deny"):
        if (
            any(denies_without_mfa(each) for each in statement["conditions"])
            and all(denies_without_mfa(each) or _direct_call(each) for each in statement["conditions"])
            and _breadth_of(statement, probe) == _BREADTH
            and all(applies_to_action(statement, target.action) for target in CONTROL)
        ):
            yield source, statement


def denies_without_mfa(condition: Mapping[str, Any]) -> bool:
    """Return whether a Deny under this condition catches every request that was not made with MFA."""
    values = [value.lower() for value in condition["values"]]
    if condition["key"] == "aws:multifactorauthpresent":
        return condition["operator"] == "bool" and bool(condition["if_exists"]) and values == ["false"]
    return condition["key"] == "aws:multifactorauthage" and condition["operator"] == "null" and values == ["true"]


def _direct_call(condition: Mapping[str, Any]) -> bool:
    """Return whether the condition only leaves out calls that a service makes for the user."""
    return condition["key"] in ("aws:viaawsservice", "aws:principalisawsservice") and condition["values"] == ["false"]


# ---------------------------------------------------------------- shared


def _statements(sources: Iterable[Source], effect: str) -> Iterator[tuple[Source, Statement]]:
    for source in sources:
        for statement in source.statements:
            if statement["effect"] == effect:
                yield source, statement


def _unread_ceilings(held: Holdings) -> list[Unknown]:
    return [ceiling for ceiling in held.ceilings if isinstance(ceiling, Unknown)]


def _decided(found: Strength, held: Holdings, *more: Unknown) -> Strength:
    """Return what was found, or raise what hides the answer: only a proven `yes` needs nothing more."""
    unread = (*held.unread, *more)
    if found is not Strength.YES and unread:
        raise Unknown.merged(unread)
    return found
