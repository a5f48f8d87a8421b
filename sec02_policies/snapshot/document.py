"""The Snapshot: a validated document whose gaps read as Unknown, with indexed look-ups."""

from __future__ import annotations

from collections import defaultdict
from threading import RLock
from typing import TYPE_CHECKING, Any, Self

from sec02_policies.errors import InputError, SnapshotError
from sec02_policies.model import Gap, GapKind, PartialList, PartialMap, Unknown
from sec02_policies.snapshot.canonical import canonical, digest, loads, pieces
from sec02_policies.snapshot.completeness import GapIndex, demand_fields, demand_sections, gaps_out_of_scope
from sec02_policies.snapshot.schema import TypeInfo, describe, first_fault, schemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sec02_policies.model import Json

Record = dict[str, Any]


class Snapshot:
    """One account at one time, read-only. Resources are plain dicts, or `PartialMap` where a gap hides a field."""

    def __init__(self, document: Mapping[str, Any], *, where: str = "snapshot") -> None:
        """Validate `document` (schema, completeness, gaps); raises `SnapshotError`, which names `where`."""
        _demand_valid(document, where)
        self._begin(document, where)
        self._demand_complete()

    def __getstate__(self) -> tuple[Mapping[str, Any], str]:
        return self.document, self._where

    def __setstate__(self, state: tuple[Mapping[str, Any], str]) -> None:
        # It was validated when it was made.
        self._begin(*state)

    def _begin(self, document: Mapping[str, Any], where: str) -> None:
        """Hold the document, and no look-up yet."""
        self.document = document
        self.collected_at: str = document["collected_at"]
        self.account_id: str = document["scope"]["account_id"]
        self._types = schemas().types
        self.gaps: tuple[Gap, ...] = (
            *(_gap(each) for each in document["gaps"]),
            *gaps_out_of_scope(document, self._types),
        )
        self._where = where
        self._index = GapIndex(self.gaps)
        self._loading = RLock()
        self._resources: dict[str, list[Record]] = {}
        self._partials: dict[int, Record] = {}
        self._unread: dict[str, list[tuple[Record | None, Gap]]] = {}
        self._by_id: dict[str, dict[str, Record]] = {}
        self._by_field: dict[tuple[str, str], tuple[dict[Any, list[Record]], list[Gap]]] = {}

    @classmethod
    def loads(cls, data: bytes, *, where: str = "snapshot") -> Self:
        """The snapshot in `data`; raises `SnapshotError` for anything that is not one."""
        document = loads(data, where)
        if not isinstance(document, dict):
            raise SnapshotError(where, "not a JSON object", "a snapshot")
        return cls(document, where=where)

    def dumps(self) -> bytes:
        """The snapshot in canonical form."""
        return canonical(self._plain())

    def pieces(self) -> Iterator[bytes]:
        """The bytes of `dumps` bit by bit, for a file."""
        return pieces(self._plain())

    @property
    def sha256(self) -> str:
        """The digest of the canonical form."""
        return digest(self._plain())

    def _plain(self) -> Json:
        return dict(self.document)

    # ------------------------------------------------------------ look-ups

    def known(self, kind: str) -> list[Record]:
        """Every resource of that type that was read, children of other resources included, in the order of ids.

        As for all look-ups: raises `InputError` for a type, or a field, that the schemas do not know.
        """
        if kind not in self._resources:
            with self._loading:  # of two threads, both get the children that the first has made
                if kind not in self._resources:
                    self._resources[kind] = self._loaded(schemas().type(kind, self._where))
        return self._resources[kind]

    def unread(self, kind: str) -> Sequence[tuple[Record | None, Gap]]:
        """What is missing from `known(kind)`: (None, gap) for a scope, (parent, gap) for one parent's children."""
        if kind not in self._unread:
            self._unread[kind] = list(self._unread_of(schemas().type(kind, self._where)))
        return self._unread[kind]

    def resources(self, kind: str) -> list[Record]:
        """As `known`, but with an Unknown rest where some could not be read."""
        known, unread = self.known(kind), self.unread(kind)
        return PartialList(known, (gap for _, gap in unread)) if unread else known

    def find(self, kind: str, resource_id: str) -> Record | None:
        """The resource of that type and id, or None; raises `Unknown` where it may be among what was not read."""
        if kind not in self._by_id:
            self._by_id[kind] = {each["id"]: each for each in self.known(kind)}
        found = self._by_id[kind].get(resource_id)
        if found is None and self.unread(kind):
            raise Unknown(gap for _, gap in self.unread(kind))
        return found

    def where(self, kind: str, member: str, value: object) -> list[Record]:
        """The resources of a type whose `member` equals `value`, and an Unknown rest where more may hide."""
        key = (kind, member)
        if key not in self._by_field:
            self._by_field[key] = self._indexed(kind, member)
        found, gaps = self._by_field[key]
        key_of_value = _scalar(value)
        hits = [] if key_of_value is None else found.get(key_of_value, [])
        return PartialList(hits, gaps) if gaps else hits

    def _indexed(self, kind: str, member: str) -> tuple[dict[Any, list[Record]], list[Gap]]:
        if member not in schemas().type(kind, self._where).fields:
            raise InputError(self._where, f"{kind} has no field {member!r}", "a field of its schema")
        found: dict[Any, list[Record]] = defaultdict(list)
        gaps = [gap for _, gap in self.unread(kind)]
        for each in self.known(kind):
            try:
                found[_scalar(each[member])].append(each)
            except Unknown as unknown:
                gaps += unknown.gaps
        return dict(found), gaps

    # ------------------------------------------------------------ loading

    def _demand_complete(self) -> None:
        index, where = self._index, self._where
        known = self._all_ids()
        for (kind, resource_id), paths in index.resources.items():
            gap = next(iter(paths.values()))[0]
            if resource_id not in known.get(kind, ()):
                raise SnapshotError(where, f"gap {gap.id} names a {kind} that is not there", "the id of a resource")
        for gap in self.gaps:
            if gap.collection not in self._types:
                raise SnapshotError(
                    where, f"gap {gap.id} names the unknown collection {gap.collection!a}", "a known type"
                )
            if gap.field is not None and gap.field.split(".")[0] not in self._types[gap.collection].fields:
                raise SnapshotError(where, f"gap {gap.id} names the unknown field {gap.field!a}", "a field of its type")
        demand_sections(self.document, self._types, index, where)
        for info in self._types.values():
            for resource in self._raw(info):
                demand_fields(info, resource, schemas(), index, where)

    def _raw(self, info: TypeInfo) -> Iterator[Record]:
        """The resources of a type as they are stored, in their collection or in their parents."""
        if not info.view_of:
            yield from self.document["resources"].get(info.name, ())
        for parent, member in info.view_of:
            for owner in self.document["resources"].get(parent, ()):
                yield from owner.get(member, ())

    def _all_ids(self) -> dict[str, set[str]]:
        known: dict[str, set[str]] = {}
        for kind, info in self._types.items():
            ids = [each["id"] for each in self._raw(info)]
            known[kind] = set(ids)
            if len(known[kind]) != len(ids):
                raise SnapshotError(
                    self._where, f"two resources of type {kind} have one id", "ids are unique in a type"
                )
            if not info.view_of and ids != sorted(ids):
                raise SnapshotError(self._where, f"resources of type {kind} are not sorted", "the order of their ids")
        return known

    def _loaded(self, info: TypeInfo) -> list[Record]:
        """The resources of a type by id; their children first, so that parents hold the partial children."""
        for child in self._types.values():
            if any(parent == info.name for parent, _ in child.view_of):
                self.known(child.name)
        return sorted((self._partial(info, each) for each in self._raw(info)), key=lambda each: str(each["id"]))

    def _unread_of(self, info: TypeInfo) -> Iterator[tuple[Record | None, Gap]]:
        """The gaps over the type; those of a parent type, or of the member that holds the children, are theirs too."""
        yield from ((None, gap) for gap in self._index.collections.get(info.name, ()))
        for parent, member in info.view_of:
            yield from self.unread(parent)
            shared = self._index.fields.get(parent, {}).get(member, [])
            yield from ((None, gap) for gap in shared)
            for owner in self.known(parent):
                yield from ((owner, gap) for gap in _gaps_within(owner, member) if gap not in shared)

    def _partial(self, info: TypeInfo, raw: Record) -> Record:
        """The resource with Unknown where gaps point; the stored dict itself where there is nothing to hide."""
        children = {
            name: [self._partials.get(id(child), child) for child in value]
            for name, value in raw.items()
            if isinstance(value, list) and any(id(child) in self._partials for child in value)
        }
        covered = self._index.resources.get((info.name, raw["id"]))
        shared = self._index.fields.get(info.name)
        if not children and not covered and not shared:
            return raw
        loaded = self._with_gaps(info, raw, {**raw, **children})
        self._partials[id(raw)] = loaded
        return loaded

    def _with_gaps(self, info: TypeInfo, raw: Record, members: Record) -> Record:
        hidden = {
            name: tuple(self._index.covering(info.name, raw, name)) for name in info.fields if name not in members
        }
        truncated: list[tuple[str, Gap]] = []
        for path, gaps in self._index.resources.get((info.name, raw["id"]), {}).items():
            if path is None:
                continue
            for gap in gaps:
                if gap.kind is GapKind.TRUNCATED:
                    truncated.append((path, gap))
                elif "." in path:
                    members = _hide(members, path.split("."), gap)
        for path, gap in truncated:
            members = _truncate(members, path.split("."), gap)
        return PartialMap(members, hidden) if hidden else members


def _gaps_within(owner: Record, member: str) -> Sequence[Gap]:
    """The gaps that hide the member, or the rest of its list."""
    try:
        value = owner[member]
    except Unknown as unknown:
        return unknown.gaps
    return value.gaps if isinstance(value, PartialList) else ()


def _scalar(value: object) -> tuple[type, object] | None:
    """What an index keeps of a value: true is not 1; lists and objects equal nothing."""
    return (type(value), value) if value is None or isinstance(value, str | bool | int) else None


def _hide(members: Record, parts: list[str], gap: Gap) -> Record:
    """The members with the one at the path of `parts` hidden, copied along the way."""
    name, rest = parts[0], parts[1:]
    known = members.known() if isinstance(members, PartialMap) else members
    hidden = dict(members.hidden) if isinstance(members, PartialMap) else {}
    if not rest:
        hidden[name] = (*hidden.get(name, ()), gap)
        return PartialMap({key: value for key, value in known.items() if key != name}, hidden)
    inner = known.get(name)
    if not isinstance(inner, dict):
        return members
    changed = {**known, name: _hide(inner, rest, gap)}
    return PartialMap(changed, hidden) if hidden else changed


def _truncate(members: Record, parts: list[str], gap: Gap) -> Record:
    """The members with the list at the path of `parts` followed by an Unknown rest."""
    name, rest = parts[0], parts[1:]
    known = members.known() if isinstance(members, PartialMap) else members
    hidden = members.hidden if isinstance(members, PartialMap) else {}
    inner = known.get(name)
    if rest and isinstance(inner, dict):
        changed = {**known, name: _truncate(inner, rest, gap)}
    elif isinstance(inner, list):
        gaps = (*inner.gaps, gap) if isinstance(inner, PartialList) else (gap,)
        items = inner.known() if isinstance(inner, PartialList) else inner
        changed = {**known, name: PartialList(items, gaps)}
    else:
        return members
    return PartialMap(changed, hidden) if hidden else changed


def _demand_valid(document: Mapping[str, Any], where: str) -> None:
    """Validate the head once and each resource on its own, so that an error names the resource."""
    head = {**document, "resources": {}} if isinstance(document.get("resources"), dict) else document
    _demand(head, "urn:sec02:schema:snapshot", where)
    types = schemas().types
    for kind, items in document["resources"].items():
        info = types.get(kind)
        if info is None or info.view_of or not isinstance(items, list):
            raise SnapshotError(f"{where}: resources", f"{kind!a} is no collection", "a known type with an array")
        for number, item in enumerate(items):
            named = item.get("id") if isinstance(item, dict) else None
            place = f"{where}: {kind} {named!a}" if isinstance(named, str) else f"{where}: {kind}[{number}]"
            _demand(item, info.reference, place)


def _demand(instance: object, reference: str, where: str) -> None:
    fault = first_fault(reference, instance)
    if fault is not None:
        what, expected = describe(fault)
        path = fault.json_path.removeprefix("$").removeprefix(".")
        raise SnapshotError(f"{where}: {path}" if path else where, what, expected)


def _gap(raw: Mapping[str, Any]) -> Gap:
    return Gap(**{**raw, "kind": GapKind(raw["kind"])})
