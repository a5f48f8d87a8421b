"""The rule that a snapshot may not be silent: every collection has a section or a gap, every field a value or a gap."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sec02_policies.errors import SnapshotError
from sec02_policies.model import Gap, GapKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sec02_policies.snapshot.schema import Schema, SchemaSet, TypeInfo

Scope = tuple[str, str]


class GapIndex:
    """The gaps of a snapshot by what they address."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        """Index `gaps` by collection, by field of a collection, and by resource."""
        self.collections: dict[str, list[Gap]] = defaultdict(list)
        self.fields: dict[str, dict[str, list[Gap]]] = defaultdict(lambda: defaultdict(list))
        self.resources: dict[tuple[str, str], dict[str | None, list[Gap]]] = defaultdict(lambda: defaultdict(list))
        for gap in gaps:
            if gap.resource_id is not None:
                self.resources[gap.collection, gap.resource_id][gap.field].append(gap)
            elif gap.field is not None:
                self.fields[gap.collection][gap.field].append(gap)
            else:
                self.collections[gap.collection].append(gap)

    def covering(self, kind: str, resource: Mapping[str, Any], path: str) -> list[Gap]:
        """The gaps that cover the member at `path` (joined by dots) of a resource of type `kind`."""
        own = self.resources.get((kind, resource["id"]), {})
        scope = (resource["account_id"], resource["region"])
        shared = self.fields.get(kind, {})
        found = list(own.get(None, ()))
        parts = path.split(".")
        for length in range(1, len(parts) + 1):
            prefix = ".".join(parts[:length])
            found += own.get(prefix, ())
            found += [gap for gap in shared.get(prefix, ()) if (gap.account_id, gap.region) == scope]
        return found


def gaps_out_of_scope(document: Mapping[str, Any], types: Mapping[str, TypeInfo]) -> Iterator[Gap]:
    """A gap for each stored collection of a service out of scope of which nothing is said: nobody asked for it.

    So a snapshot that is older than a service needs no word of it, and one that was not asked for costs nothing.
    """
    scope = document["scope"]
    said = {gap["collection"] for gap in document["gaps"]}
    said.update(collection for section in document["sections"] for collection in section["collections"])
    for name, info in types.items():
        if not info.view_of and info.service not in scope["services"] and name not in said:
            yield Gap(
                id=f"out-of-scope-{name}",
                collection=name,
                account_id=scope["account_id"],
                region="global",
                resource_id=None,
                field=None,
                api=info.fields["id"].collected_by,
                code="NotRequested",
                kind=GapKind.NOT_REQUESTED,
            )


def demand_sections(document: Mapping[str, Any], types: Mapping[str, TypeInfo], index: GapIndex, where: str) -> None:
    """Raise `SnapshotError` unless each stored collection has a complete section or a gap, in every region in scope."""
    sections = _section_statuses(document, types, where)
    account = document["scope"]["account_id"]
    for name in (name for name, info in types.items() if not info.view_of):
        places = sections[name]
        gapped = {(gap.account_id, gap.region) for gap in index.collections.get(name, ())}
        for place, status in places.items():
            if status != "complete" and place not in gapped:
                raise SnapshotError(where, f"{name} is {status} in {place[1]}, without a gap", "a gap that says why")
        seen = {*places, *gapped}
        if (account, "global") in seen:
            continue
        for region in document["scope"]["regions"] or ["global"]:
            if (account, region) not in seen:
                raise SnapshotError(where, f"{name} has neither a section nor a gap in {region}", "one of them")


def _section_statuses(
    document: Mapping[str, Any], types: Mapping[str, TypeInfo], where: str
) -> Mapping[str, Mapping[Scope, str]]:
    """The status of each collection by account and region; of several sections, one that is not complete."""
    statuses: dict[str, dict[Scope, str]] = defaultdict(dict)
    for section in document["sections"]:
        place = (section["account_id"], section["region"])
        for collection in section["collections"]:
            if collection not in types:
                raise SnapshotError(where, f"a section names the unknown collection {collection!r}", "a known type")
            if statuses[collection].get(place, "complete") == "complete":
                statuses[collection][place] = section["status"]
    return statuses


def demand_fields(info: TypeInfo, resource: Mapping[str, Any], schemas: SchemaSet, index: GapIndex, where: str) -> None:
    """Raise `SnapshotError` unless every field of the resource is there or covered by a gap, but not both."""
    own = index.resources.get((info.name, resource["id"]), {})
    for path, gaps in own.items():
        if path is not None:
            _demand_hidden(info, resource, path, gaps[0], where)
    for path in _absent(schemas.resolve(info.reference), resource, schemas, ""):
        if not index.covering(info.name, resource, path):
            raise SnapshotError(
                f"{where}: {info.name} {resource['id']!a}",
                f"no {path}, and no gap that covers it",
                "each field has a value, or a gap says why not",
            )


def _absent(schema: Schema, value: Any, schemas: SchemaSet, prefix: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """The paths of the members that the schema knows and the value lacks; arrays hold whole items, or views."""
    if not isinstance(value, dict):
        return
    for name, member in _properties(schema, schemas).items():
        path = f"{prefix}{name}"
        if name not in value:
            yield path
        else:
            yield from _absent(member, value[name], schemas, f"{path}.")


def _properties(schema: Schema, schemas: SchemaSet) -> Mapping[str, Schema]:
    """The members of the object that the schema describes, through `$ref` and `oneOf` with null."""
    if "$ref" in schema:
        return _properties(schemas.resolve(schema["$ref"]), schemas)
    for option in schema.get("oneOf", ()):
        found = _properties(option, schemas)
        if found:
            return found
    properties: Mapping[str, Schema] = schema.get("properties", {})
    return properties


def _demand_hidden(info: TypeInfo, resource: Mapping[str, Any], path: str, gap: Gap, where: str) -> None:
    """Refuse a gap over a field that is there (unless it is truncated) and over one that the type does not have."""
    place = f"{where}: {info.name} {resource['id']!a}"
    parts = path.split(".")
    if parts[0] not in info.fields:
        raise SnapshotError(place, f"gap {gap.id} names the unknown field {path!a}", f"one of {', '.join(info.fields)}")
    value: Any = resource
    for part in parts:
        if not isinstance(value, dict) or part not in value:
            return
        value = value[part]
    if gap.kind is not GapKind.TRUNCATED:
        raise SnapshotError(place, f"{path} is there, and gap {gap.id} says it is not", "one or the other")
    if not isinstance(value, list):
        raise SnapshotError(place, f"gap {gap.id} says that {path} is truncated, but it is no list", "a list")
