"""What a snapshot may hold: the types, their fields and who collects them, read from the JSON Schemas."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, cast

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from sec02_policies.errors import InputError
from sec02_policies.resources import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jsonschema.exceptions import ValidationError

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """One field of a type: its JSON Schema, the operation that fills it (`service:Operation`), and its marks."""

    name: str
    schema: Schema
    collected_by: str
    sensitive: bool
    volatile: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeInfo:
    """One type of resource; `view_of` lists (parent type, field) where it is embedded, empty if it is stored itself."""

    name: str
    service: str
    description: str
    reference: str
    fields: Mapping[str, FieldInfo]
    view_of: tuple[tuple[str, str], ...]
    example: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SchemaSet:
    """All packaged schemas: raw documents by URN, and the types that they define by name."""

    documents: Mapping[str, Schema]
    types: Mapping[str, TypeInfo]

    def resolve(self, reference: str) -> Schema:
        """The schema that a `$ref` names, `urn:sec02:schema:iam#/$defs/iam_user`."""
        urn, _, pointer = reference.partition("#")
        found: Any = self.documents[urn]
        for part in pointer.strip("/").split("/") if pointer else ():
            found = found[part]
        return cast("Schema", found)

    def type(self, name: str, where: str) -> TypeInfo:
        """The type of that name; raises `InputError` at `where` when there is none."""
        info = self.types.get(name)
        if info is None:
            raise InputError(where, f"unknown resource type {name!r}", perhaps(name, self.types))
        return info

    def validator(self, reference: str) -> Draft202012Validator:
        """A validator for the schema that `reference` names."""
        return _validator(reference)


def perhaps(name: str, known: Iterable[str]) -> str:
    """The known names most like this one, or all of them."""
    near = get_close_matches(name, sorted(known))
    return f"perhaps {', '.join(near)}" if near else f"one of {', '.join(sorted(known))}"


@lru_cache(maxsize=1)
def schemas() -> SchemaSet:
    """The packaged schemas, read once."""
    documents: dict[str, Schema] = {}
    for entry in sorted(packaged("schemas").iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".schema.json"):
            document = json.loads(entry.read_text(encoding="utf-8"))
            documents[document["$id"]] = document
    return SchemaSet(documents, {info.name: info for info in _types(documents)})


def _types(documents: Mapping[str, Schema]) -> Iterator[TypeInfo]:
    for urn, document in documents.items():
        for name, definition in document.get("$defs", {}).items():
            if "x-type" in definition:
                yield TypeInfo(
                    name=name,
                    service=urn.rpartition(":")[2],
                    description=definition["description"],
                    reference=f"{urn}#/$defs/{name}",
                    fields={each: _field(each, schema) for each, schema in definition["properties"].items()},
                    view_of=tuple(_parent(each) for each in definition.get("x-view-of", ())),
                    example=definition["examples"][0],
                )


def _parent(path: str) -> tuple[str, str]:
    parent, _, member = path.partition(".")
    return parent, member


def _field(name: str, schema: Schema) -> FieldInfo:
    return FieldInfo(
        name=name,
        schema=schema,
        collected_by=schema["x-collected-by"],
        sensitive=schema.get("x-sensitive", False),
        volatile=schema.get("x-volatile", False),
    )


@lru_cache(maxsize=1)
def _registry() -> Registry[Any]:
    registry: Registry[Any] = Registry()
    return registry.with_resources((urn, Resource.from_contents(each)) for urn, each in schemas().documents.items())


@cache
def _validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference}, registry=_registry())


_OTHER_BRANCH = ("type", "enum", "const")
"""Of the branches of a `oneOf`, those that break only such a rule were not meant."""


def first_fault(reference: str, instance: object) -> ValidationError | None:
    """The most telling violation of the schema that `reference` names, or None where the instance is valid."""
    faults = _validator(reference).iter_errors(instance)
    fault = next(faults, None)
    if fault is not None:
        # A document of another version breaks more, but that is why.
        fault = next((each for each in faults if list(each.absolute_path) == ["schema_version"]), fault)
    while fault is not None and fault.context:
        fault = max(fault.context, key=lambda each: (len(each.absolute_path), each.validator not in _OTHER_BRANCH))
    return fault


def describe(fault: ValidationError) -> tuple[str, str]:
    """What was found and what would be right, without any value of the instance."""
    rule, wanted = fault.validator, fault.validator_value
    if rule == "additionalProperties" and isinstance(fault.instance, dict):
        known = cast("Schema", fault.schema).get("properties", {})
        unknown = sorted(set(fault.instance) - set(known))
        return f"unknown member {unknown[0]!a}" if unknown else "unknown member", f"only {', '.join(known)}"
    if rule == "required" and isinstance(fault.instance, dict):
        missing = [each for each in cast("list[str]", wanted) if each not in fault.instance]
        return f"no member {', no '.join(map(repr, missing[:3]))}", f"all of {', '.join(cast('list[str]', wanted))}"
    if rule == "enum":
        return "a value that is not allowed", f"one of {', '.join(map(str, cast('list[str]', wanted)))}"
    if rule == "type":
        names = wanted if isinstance(wanted, list) else [wanted]
        return _kind(fault.instance), " or ".join(map(str, names))
    if rule == "const":
        is_version = list(fault.absolute_path) == ["schema_version"]
        return "of another version of sec02" if is_version else "a value that is not allowed", repr(wanted)
    return f"breaks {rule}", str(wanted)[:120]


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", int: "an integer"}
    return names.get(type(value), "another kind of value")
