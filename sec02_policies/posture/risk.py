"""The risk of one row: severity, raised by reach, exposure, missing MFA, age and use (docs/risk.md has the table).

What is not known counts as if it were there: hiding a fact never makes a risk look smaller.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sec02_policies.model import Severity, Status
from sec02_policies.posture.identities import credential_for, identity_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Row = Mapping[str, Any]

SEVERITY_POINTS = {
    Severity.CRITICAL: 50,
    Severity.HIGH: 35,
    Severity.MEDIUM: 20,
    Severity.LOW: 10,
    Severity.INFO: 4,
}
"""What a row has for its severity alone; the other factors add up to as much again."""

REACH_PERCENT = {"admin": 40, "escalation": 32, "secrets": 20, "unknown": 40, "limited": 4, "none": 0}
EXPOSED_PERCENT = 24
NO_MFA_PERCENT = 12
AGE_PERCENT = ((365, 14), (90, 10), (30, 4), (0, 0))
"""(days or older, percent), the oldest first."""
USE_PERCENT = ((90, 4), (30, 6), (0, 10))
"""(days ago or longer, percent), the longest first; never used adds nothing."""

_ADMIN_EVIDENCE = ("admin_via", "administrators", "administrator_through")
_ESCALATION_EVIDENCE = ("escalations", "paths")
_EXPOSED_EVIDENCE = ("public_statements", "external_accounts", "open_user_pools")
_SINCE_EVIDENCE = ("created", "key_created", "uploaded", "value_since", "pending_since", "password_last_changed")
_USED_EVIDENCE = ("last_used", "last_accessed", "last_activity", "password_last_used", "access_keys_last_used")
_AGELESS = frozenset({"trust", "assignment"})
_USE_TOLD = frozenset({"access_key", "password"})
"""The credentials of which AWS says when they were used last; null means never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One reason for a score: its name, its points, and the fact in words."""

    name: str
    points: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A score from 0 to 100, and the factors whose points add up to it."""

    score: int
    factors: tuple[Factor, ...]


def risk(
    row: Row,
    policy_about: Mapping[str, Any] | None = None,
    identity: Mapping[str, Any] | None = None,
    *,
    now: str,
) -> Risk:
    """The risk of a failing row, or of one without a verdict, which counts as failing; of any other, 0.

    `policy_about` is the policy's entry of `PolicySet.about()`, `identity` the row's identity of an inventory (see
    `identity_for`), `now` the time of evaluation. A factor that neither the row nor the identity tells counts as
    present. The row's evidence can only add to what the identity tells.
    """
    if row["status"] in (Status.PASS, Status.NOT_APPLICABLE):
        return Risk(score=0, factors=())
    severity = Severity(row["severity"])
    base = SEVERITY_POINTS[severity]
    found = [Factor(name="severity", points=base, words=severity.value)]
    machine = policy_about is not None and policy_about["identity"] == "machine"
    for name, (percent, words) in _facts(row, identity, now, machine=machine):
        found.append(Factor(name=name, points=base * percent // 100, words=words))
    return Risk(score=sum(each.points for each in found), factors=tuple(found))


def ranked(
    rows: Iterable[Row],
    policies: Mapping[str, Mapping[str, Any]],
    identities: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    now: str,
) -> list[tuple[Risk, Row]]:
    """The rows with their risk, the greatest first; equal risks stay in the order of the rows."""
    found = [
        (
            risk(
                row,
                policies.get(row["policy_id"]),
                None if identities is None else identity_for(row, identities),
                now=now,
            ),
            row,
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: -each[0].score)


def _facts(
    row: Row, identity: Mapping[str, Any] | None, now: str, *, machine: bool
) -> Iterator[tuple[str, tuple[int, str]]]:
    """(name, (percent of the severity's points, words)) of each factor."""
    evidence: Mapping[str, Any] = row["evidence"]
    yield "reach", _reach(evidence, identity)
    yield "exposure", _exposure(evidence, identity)
    yield "mfa", (0, "does not apply to machines") if machine else _mfa(identity)
    yield "age", _age(row, identity, now)
    yield "use", _use(row, identity, now)


def _reach(evidence: Mapping[str, Any], identity: Mapping[str, Any] | None) -> tuple[int, str]:
    if any(_there(evidence, each) for each in _ADMIN_EVIDENCE):
        return REACH_PERCENT["admin"], "administrator, as the evidence says"
    privilege = "unknown" if identity is None else identity["privilege"]
    if privilege in ("admin", "unknown"):
        why = "administrator" if privilege == "admin" else "not known, counted as administrator"
        return REACH_PERCENT[privilege], why
    if privilege == "escalation" or any(_there(evidence, each) for each in _ESCALATION_EVIDENCE):
        return REACH_PERCENT["escalation"], "can make itself administrator"
    words = {"secrets": "reads secrets", "limited": "limited", "none": "no permissions"}
    return REACH_PERCENT[privilege], words[privilege]


def _exposure(evidence: Mapping[str, Any], identity: Mapping[str, Any] | None) -> tuple[int, str]:
    if any(_there(evidence, each) for each in _EXPOSED_EVIDENCE):
        return EXPOSED_PERCENT, "open to others, as the evidence says"
    exposed = None if identity is None else identity["exposed"]
    if exposed is None:
        return EXPOSED_PERCENT, "not known, counted as exposed"
    return (EXPOSED_PERCENT, "exposed") if exposed else (0, "not exposed")


def _mfa(identity: Mapping[str, Any] | None) -> tuple[int, str]:
    if identity is not None and identity["mfa"] is None and "mfa" not in identity["unknown"]:
        return 0, "does not apply"
    if identity is None or identity["mfa"] is None:
        return NO_MFA_PERCENT, "not known, counted as without MFA"
    return (0, "has MFA") if identity["mfa"] else (NO_MFA_PERCENT, "without MFA")


def _age(row: Row, identity: Mapping[str, Any] | None, now: str) -> tuple[int, str]:
    """By the oldest time in the row's evidence, else its credential, else the oldest active one of the identity."""
    unknown = AGE_PERCENT[0][1], "not known, counted as old"
    times = _times(row["evidence"], _SINCE_EVIDENCE)
    if times is None and identity is not None:
        credential = credential_for(row, identity)
        if credential is None and "credentials" in identity["unknown"]:
            return unknown
        active = [each for each in identity["credentials"] if each["active"] is not False]
        aged = [credential] if credential is not None else [each for each in active if each["kind"] not in _AGELESS]
        if not aged:
            return 0, "no credential that ages"
        times = [each["created_at"] for each in aged]
    days = [_days(each, now) for each in times or (None,)]
    known = [each for each in days if each is not None]
    if len(known) < len(days):
        return unknown
    oldest = max(known)
    return next(percent for limit, percent in AGE_PERCENT if oldest >= limit), f"{_spelled(oldest)} old"


def _use(row: Row, identity: Mapping[str, Any] | None, now: str) -> tuple[int, str]:
    """By the latest time in the row's evidence, else of its credential, else of the identity."""
    unknown = USE_PERCENT[-1][1], "not known, counted as in use"
    times = _times(row["evidence"], _USED_EVIDENCE)
    if times is None:
        if identity is None:
            return unknown
        credential = credential_for(row, identity)
        hidden = {"last_activity", "credentials"} & set(identity["unknown"])
        last = identity["last_activity"] if credential is None else credential["last_used_at"]
        if last is None and (hidden or (credential is not None and credential["kind"] not in _USE_TOLD)):
            return unknown
        times = [] if last is None else [last]
    if not times:
        return 0, "never used"
    days = [_days(each, now) for each in times]
    known = [each for each in days if each is not None]
    if len(known) < len(days):
        return unknown
    latest = min(known)
    words = f"used {_spelled(latest)} ago" if latest > 0 else "used today"
    return next(percent for limit, percent in USE_PERCENT if latest >= limit), words


def _spelled(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _times(evidence: Mapping[str, Any], names: Iterable[str]) -> list[Any] | None:
    """The times in those members of the evidence that are not null; None where it has no such member."""
    members = [evidence[name] for name in names if name in evidence]
    values = [each for member in members for each in (member if isinstance(member, list) else [member])]
    return [each for each in values if each is not None] if members else None


def _days(time: object, now: str) -> int | None:
    """Whole days from a time to `now`, at least 0; None where it is no time, such as evidence that was not read."""
    if not isinstance(time, str):
        return None
    try:
        return max((datetime.fromisoformat(now) - datetime.fromisoformat(time)).days, 0)
    except (ValueError, TypeError):
        return None


def _there(evidence: Mapping[str, Any], name: str) -> bool:
    """Whether the evidence names something under `name`, or could not be read there."""
    return bool(evidence.get(name))
