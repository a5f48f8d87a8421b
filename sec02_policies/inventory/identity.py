"""One identity of the inventory: how its members are found, and how what could not be read stays unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sec02_policies.iam import Classified, IdentityKind
from sec02_policies.iam.holdings import known_items
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Record = dict[str, Any]


class Privilege(StrEnum):
    """How much an identity may do in AWS, the most first; `unknown` may be any of them."""

    ADMIN = "admin"
    ESCALATION = "escalation"
    SECRETS = "secrets"
    LIMITED = "limited"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A value with the words that say why; a value of None could not be read."""

    value: Any
    words: str

    def inverted(self) -> Said:
        """The opposite of a truth value; what could not be read stays so."""
        return self if self.value is None else Said(value=not self.value, words=self.words)


NO_PERMISSION = Said(value=Privilege.NONE, words="holds no permission in AWS by itself")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the inventory tells of one identity; the members in `unknown` could not be read, or no API tells them."""

    resource: Mapping[str, Any]
    type: str
    kind: Said
    credentials: Sequence[Record] = ()
    mfa: Said
    last_activity: Said
    privilege: Said
    exposed: Said
    owner: Said
    parts: Sequence[str] = ()
    also_unknown: Sequence[str] = field(default=())

    def document(self) -> Record:
        """The identity as plain JSON (schemas/inventory.schema.json)."""
        resource = self.resource
        return {
            "id": resource["id"],
            "name": readable(resource, "name", str(resource["id"])),
            "arn": readable(resource, "arn", None),
            "account_id": resource["account_id"],
            "region": resource["region"],
            "type": self.type,
            "kind": IdentityKind.UNKNOWN.value if self.kind.value is None else str(self.kind.value),
            "kind_reason": self.kind.words,
            "credentials": list(self.credentials),
            "mfa": self.mfa.value,
            "last_activity": self.last_activity.value,
            "privilege": Privilege.UNKNOWN.value if self.privilege.value is None else str(self.privilege.value),
            "privilege_reason": self.privilege.words,
            "exposed": self.exposed.value,
            "exposed_reason": self.exposed.words,
            "owner": self.owner.value,
            "parts": list(self.parts),
            "unknown": self._unknown(),
        }

    def _unknown(self) -> list[str]:
        tellable = {
            "kind": self.kind,
            "mfa": self.mfa,
            "last_activity": self.last_activity,
            "privilege": self.privilege,
            "exposed": self.exposed,
            "owner": self.owner,
        }
        # Null is an answer for these: it was never used, nobody owns it. Without words it is that answer.
        nullable = ("last_activity", "owner")
        hidden = [
            name for name, said in tellable.items() if said.value is None and (name not in nullable or said.words)
        ]
        hidden += [name for name in ("name", "arn") if is_hidden(self.resource, name)]
        return sorted({*hidden, *self.also_unknown})


# ---------------------------------------------------------------- reading


def unread(unknown: Unknown) -> str:
    """Why a value could not be read, for people."""
    return f"not known: {unknown.gaps[0].sentence}" if unknown.gaps else "not known"


def asked(compute: Callable[[], Said]) -> Said:
    """What was computed, or None with the reason why it could not be."""
    try:
        return compute()
    except Unknown as unknown:
        return Said(value=None, words=unread(unknown))


def value(compute: Callable[[], Any]) -> Said:
    """A value that needs no words, or None with the reason why it could not be read."""
    return asked(lambda: Said(value=compute(), words=""))


def not_told(words: str) -> Said:
    """What no API of AWS tells."""
    return Said(value=None, words=words)


def always(kind: IdentityKind, words: str) -> Said:
    """The kind of every identity of a type."""
    return Said(value=kind, words=words)


def classified(compute: Callable[[], Classified]) -> Said:
    """The kind with its reason."""

    def said() -> Said:
        found = compute()
        return Said(value=found.kind, words=found.reason)

    return asked(said)


def any_way(ways: Iterable[Callable[[], Said | str | None]], otherwise: str) -> Said:
    """True with the words of the first way that is open; None where one is not known; False with `otherwise`.

    A way gives the words if it is open, None if it is not, and what is `not_told` where no API tells.
    """
    hidden: Said | None = None
    for way in ways:
        try:
            found = way()
        except Unknown as unknown:
            found = not_told(unread(unknown))
        if isinstance(found, str):
            return Said(value=True, words=found)
        hidden = hidden or found
    return hidden or Said(value=False, words=otherwise)


def most(answers: Iterable[Callable[[], Said]], otherwise: Said) -> Said:
    """The greatest of several privileges; None where one that could not be read may be greater."""
    best, hidden = otherwise, None
    order = list(Privilege)
    for answer in answers:
        try:
            said = answer()
        except Unknown as unknown:
            said = Said(value=None, words=unread(unknown))
        if said.value is None:
            hidden = hidden or said
        elif order.index(said.value) < order.index(best.value):
            best = said
    return hidden if hidden is not None and best.value is not Privilege.ADMIN else best


def is_hidden(resource: Mapping[str, Any], member: str) -> bool:
    """Whether the member could not be read."""
    try:
        resource[member]
    except Unknown:
        return True
    return False


def readable(resource: Mapping[str, Any], member: str, otherwise: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The member, or `otherwise` where it could not be read."""
    try:
        return resource[member]
    except Unknown:
        return otherwise


def known_part(read: Callable[[], Iterable[Any]]) -> tuple[list[Any], list[Unknown]]:
    """The items of a list that were read, and what hides the rest."""
    hidden: list[Unknown] = []
    return list(known_items(read, hidden)), hidden
