"""Rows -> one tally for each best practice, service, framework, requirement, account, unit, owner or severity."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sec02_policies.model import Severity
from sec02_policies.posture.identities import identity_for
from sec02_policies.posture.services import service_of
from sec02_policies.posture.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Row = Mapping[str, Any]
    Policies = Mapping[str, Mapping[str, Any]]
    Keys = Callable[[Row], Iterable[str]]


class By(StrEnum):
    """What rows can be rolled up by."""

    BEST_PRACTICE = "best_practice"
    SERVICE = "service"
    FRAMEWORK = "framework"
    REQUIREMENT = "requirement"
    ACCOUNT = "account"
    OU = "ou"
    OWNER = "owner"
    SEVERITY = "severity"
    MATURITY = "maturity"


NOT_MAPPED = "(in no framework)"
NO_OWNER = "(no owner)"
NOT_KNOWN = "(not known)"
NO_IDENTITY = "(not an identity)"


def roll_up(  # noqa: PLR0913 - what the kinds of roll-up need
    rows: Iterable[Row],
    by: By,
    *,
    policies: Policies,
    accounts: Sequence[Mapping[str, Any]] = (),
    identities: Mapping[str, Mapping[str, Any]] | None = None,
    framework: str | None = None,
) -> tuple[tuple[str, Tally], ...]:
    """(key, tally) in the order of the keys; a row counts once for each of its keys.

    `policies` is `PolicySet.about()`, `accounts` and `identities` come from an inventory (`identity_of`). A requirement
    is written as its framework and its number; with `framework` only its rows count, by the number alone.
    Nothing is dropped but rows outside of that framework: what has no key is counted under a key in brackets.
    """
    keys = _keys(by, policies, accounts, identities, framework)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        for key in keys(row):
            groups.setdefault(key, []).append(row)
    order = (lambda key: (Severity(key).rank,)) if by == By.SEVERITY else natural
    return tuple((key, Tally.of(groups[key])) for key in sorted(groups, key=order))


def natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """A sort key that puts 1.9 before 1.10, and keys in brackets last."""
    parts = re.split(r"([0-9]+)", text)
    return (
        (text.startswith("("), 0, ""),
        *((each.isdecimal(), int(each) if each.isdecimal() else 0, each) for each in parts),
    )


def _keys(
    by: By,
    policies: Policies,
    accounts: Sequence[Mapping[str, Any]],
    identities: Mapping[str, Mapping[str, Any]] | None,
    framework: str | None,
) -> Keys:
    """The function that names a row's keys."""
    units = {each["account_id"]: "".join(f"/{unit}" for unit in each["ou_path"] or ()) for each in accounts}
    kinds: dict[By, Keys] = {
        By.BEST_PRACTICE: lambda row: (row["best_practice"],),
        By.SERVICE: lambda row: (service_of(row["resource_type"]),),
        By.ACCOUNT: lambda row: (row["account_id"],),
        By.SEVERITY: lambda row: (row["severity"],),
        By.OU: lambda row: (units.get(row["account_id"]) or NOT_KNOWN,),
        By.OWNER: lambda row: (_owner(row, identities),),
        By.MATURITY: lambda row: (_level(policies.get(row["policy_id"])),),
        By.FRAMEWORK: lambda row: _frameworks(policies.get(row["policy_id"]), framework),
        By.REQUIREMENT: lambda row: _requirements(policies.get(row["policy_id"]), framework),
    }
    return kinds[by]


def _level(policy: Mapping[str, Any] | None) -> str:
    level = None if policy is None else policy["maturity"]
    return NOT_KNOWN if level is None else f"level {level}"


def _owner(row: Row, identities: Mapping[str, Mapping[str, Any]] | None) -> str:
    if identities is None:
        return NOT_KNOWN
    identity = identity_for(row, identities)
    if identity is None:
        return NO_IDENTITY
    if identity["owner"] is not None:
        return str(identity["owner"])
    return NOT_KNOWN if "owner" in identity["unknown"] else NO_OWNER


def _frameworks(policy: Mapping[str, Any] | None, only: str | None) -> Iterable[str]:
    if policy is None:
        return (NOT_KNOWN,)
    named = tuple(policy["frameworks"])
    if only is not None:
        return (only,) if only in named else ()
    return named or (NOT_MAPPED,)


def _requirements(policy: Mapping[str, Any] | None, only: str | None) -> Iterable[str]:
    if policy is None:
        return (NOT_KNOWN,)
    frameworks: Mapping[str, Sequence[str]] = policy["frameworks"]
    if only is not None:
        return dict.fromkeys(frameworks.get(only, ()))
    named = dict.fromkeys(f"{name} {each}" for name, ids in frameworks.items() for each in ids)
    return named or (NOT_MAPPED,)
