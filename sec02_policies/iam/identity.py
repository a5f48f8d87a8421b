"""Who is behind an IAM user or a role: people, programs, both, or another account. The one place that decides it.

Policies ask the same signs one by one (the tag and the paths of machines, the password, the trust policy's facts).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING, Any

from sec02_policies.iam.credentials import live_credentials
from sec02_policies.iam.entrants import entrants
from sec02_policies.iam.holdings import Resource, declares
from sec02_policies.iam.trust import ENTRY_ACTIONS
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MACHINE_TAG = ("identity-type", "machine")
MACHINE_PATHS = ("/machine/", "/service/")
"""What marks a user as a program's, as in the policy iam-user-machine-no-password."""

_IDENTITY_CENTER = ":role/aws-reserved/sso.amazonaws.com/"
_SERVICE_LINKED = ":role/aws-service-role/"
_CREDENTIALS = ("access_keys", "signing_certificates", "ssh_public_keys", "service_specific_credentials")


class IdentityKind(StrEnum):
    """Who is behind an identity; `external` belongs to another account, `unknown` has nothing that tells."""

    HUMAN = "human"
    MACHINE = "machine"
    BOTH = "both"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The kind of an identity, and the signs that decided it in words."""

    kind: IdentityKind
    reason: str


def identity_kind(resource: Resource) -> str:
    """Return `human`, `machine`, `both`, `external` or `unknown` (nothing tells) for an IAM user or role."""
    return classify(resource).kind.value


def classify(resource: Resource) -> Classified:
    """Return who is behind an IAM user or role; raises Unknown where what could not be read may decide otherwise."""
    if declares(resource, "trust_policy"):
        return _role(resource)
    return _user(resource)


# ---------------------------------------------------------------- users


def _user(user: Resource) -> Classified:
    signs = (
        _Sign(lambda: _marked(user)),
        _Sign(lambda: bool(user["password_enabled"])),
        _Sign(lambda: _any(user["mfa_devices"])),
        _Sign(lambda: any(each != "password" for each in live_credentials(user))),
        _Sign(lambda: any(_any(user[field]) for field in _CREDENTIALS)),
    )
    worlds = [_decide(*values) for values in product(*(sign.possible for sign in signs))]
    if len({each.kind for each in worlds}) > 1:
        raise Unknown.merged(sign.hidden for sign in signs if sign.hidden is not None)
    return worlds[0]


class _Sign:
    """A sign that is there, is not, or could not be read: then both are possible."""

    def __init__(self, read: Callable[[], bool]) -> None:
        self.hidden: Unknown | None = None
        try:
            self.possible: tuple[bool, ...] = (read(),)
        except Unknown as unknown:
            self.hidden = unknown
            self.possible = (False, True)


def _marked(user: Resource) -> bool:
    path = str(user["id"]).partition(":user")[2]
    if path.startswith(MACHINE_PATHS):
        return True
    key, value = MACHINE_TAG
    return any(tag["key"] == key and tag["value"] == value for tag in user["tags"])


def _any(items: Iterable[Any]) -> bool:
    return any(True for _ in items)


def _decide(marked: bool, password: bool, mfa: bool, live: bool, ever: bool) -> Classified:  # noqa: FBT001 - five signs
    kind, reason = next(
        (kind, reason)
        for holds, kind, reason in (
            (marked and password, IdentityKind.BOTH, "marked as a machine, and has a console password"),
            (marked, IdentityKind.MACHINE, "marked as a machine by its tag or path"),
            (password and live, IdentityKind.BOTH, "has a console password, and credentials for programs"),
            (password, IdentityKind.HUMAN, "has a console password"),
            (mfa, IdentityKind.HUMAN, "has an MFA device"),
            (live, IdentityKind.MACHINE, "has no password, and credentials for programs"),
            (ever, IdentityKind.MACHINE, "has no password, and credentials for programs, none active"),
            (True, IdentityKind.UNKNOWN, "holds no credential that would tell"),
        )
        if holds
    )
    return Classified(kind=kind, reason=reason)


# ---------------------------------------------------------------- roles


def _role(role: Resource) -> Classified:
    identity, account = str(role["id"]), str(role["account_id"])
    if _SERVICE_LINKED in identity:
        return Classified(kind=IdentityKind.MACHINE, reason="a service-linked role: an AWS service assumes it")
    if _IDENTITY_CENTER in identity:
        return Classified(kind=IdentityKind.HUMAN, reason="made by Identity Center for its users")
    entries = trusted(role)
    if not entries:
        return Classified(kind=IdentityKind.UNKNOWN, reason="nobody may assume it")
    kinds = {_kind(each, account) for each in entries} - {IdentityKind.UNKNOWN}
    reason = _words(entries, account)
    for kind in (IdentityKind.EXTERNAL, IdentityKind.BOTH):
        if kind in kinds:
            return Classified(kind=kind, reason=reason)
    if len(kinds) > 1:
        return Classified(kind=IdentityKind.BOTH, reason=reason)
    return Classified(kind=kinds.pop() if kinds else IdentityKind.UNKNOWN, reason=reason)


def trusted(role: Resource) -> list[dict[str, Any]]:
    """Return whom the trust policy lets in, each principal once: `[{kind, value, account_id}]`.

    Anybody who is narrowed to accounts by a condition counts as these accounts.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in entrants(role["trust_policy"], ENTRY_ACTIONS):
        principal = dict(each.principal)
        if principal["kind"] == "any":
            accounts = each.values("aws:principalaccount")
            for account in accounts:
                found.setdefault(("account", account), {"kind": "account", "value": account, "account_id": account})
            if accounts:
                continue
        found.setdefault((str(principal["kind"]), str(principal["value"])), principal)
    return list(found.values())


def _kind(entry: Mapping[str, Any], own: str) -> IdentityKind:
    kind = entry["kind"]
    if kind == "any" or (entry["account_id"] not in (None, own) and kind in ("account", "user", "role", "session")):
        return IdentityKind.EXTERNAL
    if kind in ("account", "user", "saml", "cognito"):
        return IdentityKind.HUMAN
    if kind in ("role", "session"):
        reserved = "AWSReservedSSO_" in str(entry["value"])
        return IdentityKind.HUMAN if reserved else IdentityKind.MACHINE
    if kind in ("service", "oidc"):
        return IdentityKind.MACHINE
    return IdentityKind.UNKNOWN


_MOST = 3


def _words(entries: Iterable[Mapping[str, Any]], own: str) -> str:
    named = [entrant_words(each, own) for each in entries]
    more = f" and {len(named) - _MOST} more" if len(named) > _MOST else ""
    return f"lets in {', '.join(named[:_MOST])}{more}"


def entrant_words(entry: Mapping[str, Any], own: str) -> str:
    """Return a principal of a trust policy in words, seen from the account `own`."""
    kind, value = entry["kind"], str(entry["value"])
    name = value.rpartition("/")[2]
    if kind == "account":
        return "its own account" if entry["account_id"] == own else f"account {entry['account_id']}"
    place = "" if entry["account_id"] in (None, own) else f" of account {entry['account_id']}"
    return {
        "any": "anybody",
        "service": value,
        "saml": f"SAML provider {name}",
        "oidc": f"OIDC issuer {value.partition('oidc-provider/')[2] or value}",
        "cognito": "Cognito identities",
        "orphan": f"the deleted principal {value}",
    }.get(str(kind), f"{kind} {name}{place}")
