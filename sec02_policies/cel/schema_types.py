"""How JSON Schema (2020-12) reads as CEL types: which members there are, what may be null or absent, what is a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sec02_policies.cel.types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    NULL,
    STRING,
    DynType,
    Field,
    ListType,
    MapType,
    ObjectType,
    PrimitiveType,
    Type,
    join,
    nullable,
    without_null,
)

Schema = Mapping[str, Any]
Resolver = Callable[[str], Schema]
"""Returns the schema that a `$ref` names; a reference within another file comes with that file before its `#`."""

_SCALARS: Mapping[str, Type] = {"string": STRING, "integer": INT, "number": DOUBLE, "boolean": BOOL, "null": NULL}


def object_type(schema: Schema, resolve: Resolver, *, name: str = "object", complete: bool = False) -> Type:
    """Return the type of the values that the schema allows.

    `complete`: every declared member is there, or is Unknown, whatever `required` says; so it is in a snapshot, whose
    loader refuses anything else. A schema inside itself is `dyn` there.
    """
    reader = _Reader(resolve=resolve, complete=complete)
    return reader.type_of(schema, _Place(name=name, base=str(schema.get("$id", "")), open_refs=frozenset()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where in which document a schema stands, and the references that led there."""

    name: str
    base: str
    open_refs: frozenset[str]

    def below(self, name: str) -> _Place:
        return replace(self, name=f"{self.name}.{name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """One reading of a schema with its options."""

    resolve: Resolver
    complete: bool

    def type_of(self, schema: object, place: _Place) -> Type:
        if not isinstance(schema, Mapping):
            return DYN
        parts = [part for part in (self._own(schema, place), *self._combined(schema, place)) if part != DYN]
        return _both(parts) if parts else DYN

    def _combined(self, schema: Schema, place: _Place) -> list[Type]:
        """Return the types that the keywords which refer to other schemas ask for, all at once."""
        parts: list[Type] = []
        if "$ref" in schema:
            parts.append(self._referred(schema["$ref"], place))
        parts.extend(self.type_of(each, place) for each in schema.get("allOf", ()))
        parts.extend(
            join([self.type_of(each, place) for each in schema[keyword]])
            for keyword in ("oneOf", "anyOf")
            if keyword in schema
        )
        return parts

    def _referred(self, reference: str, place: _Place) -> Type:
        absolute = f"{place.base}{reference}" if reference.startswith("#") else reference
        if absolute in place.open_refs:
            return DYN
        name = absolute.rpartition("/")[2] if "#" in absolute else absolute
        inside = _Place(name=name, base=absolute.partition("#")[0], open_refs=place.open_refs | {absolute})
        return self.type_of(self.resolve(absolute), inside)

    def _own(self, schema: Schema, place: _Place) -> Type:
        """Return the type by `type`, `enum`, `const` and what belongs to one type."""
        literals = schema.get("enum", [schema["const"]] if "const" in schema else [])
        names = schema.get("type", [])
        names = [names] if isinstance(names, str) else names
        if not names:
            return _of_literals(literals)
        return join([self._named(each, schema, place, literals) for each in names])

    def _named(self, name: str, schema: Schema, place: _Place, literals: Sequence[object]) -> Type:
        if name == "object":
            return self._object(schema, place)
        if name == "array":
            items = schema.get("items", True)
            return ListType(element=self.type_of(items, place.below("item")))
        base = _SCALARS.get(name, DYN)
        return _refined(base, literals, is_timestamp=schema.get("format") == "date-time")

    def _object(self, schema: Schema, place: _Place) -> Type:
        name = schema.get("x-type", place.name)
        here = replace(place, name=name)
        rest = self._rest(schema, here)
        if "properties" not in schema:
            return MapType(key=STRING, value=DYN if rest is None else rest)
        required = set(schema.get("required", ()))
        fields = {
            member: Field(
                type=self.type_of(each, here.below(member)),
                optional=not self.complete and member not in required,
                sensitive=isinstance(each, Mapping) and bool(each.get("x-sensitive", False)),
            )
            for member, each in schema["properties"].items()
        }
        return ObjectType(name=name, fields=fields, rest=rest)

    def _rest(self, schema: Schema, place: _Place) -> Type | None:
        """Return the type of members that `properties` does not name, None where there can be none."""
        others = schema.get("additionalProperties", True)
        patterns = list(schema.get("patternProperties", {}).values())
        allowed = patterns if others is False else [*patterns, others]
        return join([self.type_of(each, place.below("member")) for each in allowed]) if allowed else None


def _of_literals(literals: Sequence[object]) -> Type:
    kinds = {bool: BOOL, int: INT, float: DOUBLE, str: STRING, type(None): NULL}
    bases = [kinds.get(type(literal), DYN) for literal in literals]
    return join([_refined(base, literals, is_timestamp=False) for base in bases]) if bases else DYN


def _refined(base: Type, literals: Sequence[object], *, is_timestamp: bool) -> Type:
    """Return the scalar type with the literals of its own kind; two booleans need no list."""
    if base == STRING:
        texts = tuple(each for each in literals if isinstance(each, str))
        return PrimitiveType(name="string", enum=texts, is_timestamp=is_timestamp)
    if base == INT:
        numbers = tuple(each for each in literals if isinstance(each, int) and not isinstance(each, bool))
        return PrimitiveType(name="int", enum=numbers)
    return base


def _both(parts: Sequence[Type]) -> Type:
    """Return the type of a value that has all of these types; the first decides where they cannot be merged."""
    merged = parts[0]
    for part in parts[1:]:
        one, other = without_null(merged), without_null(part)
        if isinstance(one, MapType) and isinstance(one.value, DynType):
            merged = part
        elif isinstance(one, ObjectType) and isinstance(other, ObjectType):
            rest = one.rest if isinstance(other.rest, DynType) else other.rest
            merged = ObjectType(name=one.name, fields={**one.fields, **other.fields}, rest=rest)
        elif isinstance(one, PrimitiveType) and isinstance(other, PrimitiveType) and one.name == other.name:
            refined = replace(one, enum=one.enum or other.enum, is_timestamp=one.is_timestamp or other.is_timestamp)
            merged = nullable(refined) if merged != one and part != other else refined
    return merged
