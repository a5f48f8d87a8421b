"""Two snapshots -> what is new, what is gone, and which fields changed; what could not be read is neither."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.errors import InputError
from sec02_policies.model import PartialList, PartialMap, Unknown
from sec02_policies.snapshot.canonical import canonical
from sec02_policies.snapshot.schema import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.snapshot.document import Snapshot
    from sec02_policies.snapshot.schema import TypeInfo

Record = dict[str, Any]
_OWN = frozenset({"id", "account_id", "region"})


class _Unread:
    """Stands in place of a value that one of the snapshots does not hold."""


UNREAD = _Unread()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource that only one of the snapshots holds; `unread`: the other could not read whether it is there."""

    type: str
    id: str
    name: str | None
    unread: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field that differs; `before` or `after` is `UNREAD` where it could not be read."""

    type: str
    id: str
    name: str | None
    field: str
    before: Any
    after: Any
    volatile: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Which snapshot it was, and of when."""

    collected_at: str
    snapshot_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between two snapshots, in the order of types and ids."""

    account_id: str
    before: Moment
    after: Moment
    added: tuple[Resource, ...]
    removed: tuple[Resource, ...]
    changed: tuple[Change, ...]

    def document(self) -> Record:
        """The difference as plain JSON (schemas/snapshot_diff.schema.json).

        A value that could not be read is left out, and `unread` says which.
        """
        return {
            "schema_version": "1",
            "account_id": self.account_id,
            "before": asdict(self.before),
            "after": asdict(self.after),
            "added": [_resource(each) for each in self.added],
            "removed": [_resource(each) for each in self.removed],
            "changed": [_change(each) for each in self.changed],
        }


def difference(old: Snapshot, new: Snapshot) -> Difference:
    """What differs; raises `InputError` for snapshots that do not compare: other accounts, other redaction keys."""
    _demand_comparable(old, new)
    types = [schemas().types[kind] for kind in sorted(schemas().types)]
    return Difference(
        account_id=new.account_id,
        before=Moment(collected_at=old.collected_at, snapshot_sha256=old.sha256),
        after=Moment(collected_at=new.collected_at, snapshot_sha256=new.sha256),
        added=tuple(each for info in types for each in _only_in(new, old, info.name)),
        removed=tuple(each for info in types for each in _only_in(old, new, info.name)),
        changed=tuple(each for info in types for each in _changes(old, new, info)),
    )


def _demand_comparable(old: Snapshot, new: Snapshot) -> None:
    keys = [each.document.get("redaction", {}).get("key_id") for each in (old, new)]
    if keys[0] != keys[1]:
        raise InputError("snapshots", "not redacted with one key", "two snapshots with the same key, or two without")
    if old.account_id != new.account_id:
        raise InputError("snapshots", "of two accounts", "two snapshots of one account")


def _only_in(one: Snapshot, other: Snapshot, kind: str) -> Iterator[Resource]:
    for resource in one.known(kind):
        try:
            absent, unread = other.find(kind, resource["id"]) is None, False
        except Unknown:
            absent = unread = True
        if absent:
            yield Resource(type=kind, id=resource["id"], name=_name(resource), unread=unread)


def _changes(old: Snapshot, new: Snapshot, info: TypeInfo) -> Iterator[Change]:
    before = {each["id"]: each for each in old.known(info.name)}
    # Resources that are embedded are compared as resources of their own.
    embedded = {member for each in schemas().types.values() for parent, member in each.view_of if parent == info.name}
    fields = [each for name, each in info.fields.items() if name not in embedded | _OWN]
    for resource in new.known(info.name):
        earlier = before.get(resource["id"])
        if earlier is None or earlier is resource:
            continue
        for field in fields:
            values = [_plain(_value(each, field.name)) for each in (earlier, resource)]
            if not _same(*values):
                yield Change(
                    type=info.name,
                    id=resource["id"],
                    name=_name(resource),
                    field=field.name,
                    before=values[0],
                    after=values[1],
                    volatile=field.volatile,
                )


def _name(resource: Record) -> str | None:
    value = _value(resource, "name")
    return value if isinstance(value, str) else None


def _value(resource: Record, name: str) -> Any:  # noqa: ANN401 - any JSON
    known = resource.known() if isinstance(resource, PartialMap) else resource
    return known.get(name, UNREAD)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """What was read of the value, as plain JSON; a document without its text is still a document."""
    if isinstance(value, PartialMap):
        return {name: _plain(member) for name, member in value.known().items()}
    if isinstance(value, PartialList):
        return [_plain(each) for each in value.known()]
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _same(before: Any, after: Any) -> bool:  # noqa: ANN401 - any JSON, or UNREAD
    if before is UNREAD or after is UNREAD:
        return before is after
    # As JSON tells values apart: true is not 1.
    return canonical(before) == canonical(after)


def _resource(resource: Resource) -> Record:
    return {**_named(resource), "unread": resource.unread}


def _named(each: Resource | Change) -> Record:
    return {"resource_type": each.type, "resource_id": each.id, "resource_name": each.name}


def _change(change: Change) -> Record:
    sides = {"before": change.before, "after": change.after}
    return {
        **_named(change),
        "field": change.field,
        "volatile": change.volatile,
        "unread": [side for side, value in sides.items() if value is UNREAD],
        **{side: value for side, value in sides.items() if value is not UNREAD},
    }
