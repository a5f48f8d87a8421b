"""The types of CEL values, which type fits where, and how a function declares what it takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

Literal = str | int | bool
ResultRule = Callable[[tuple[object, ...], tuple["Type", ...]], "Type"]
"""The result of a call from its literal arguments' values (None where not a literal) and its arguments' types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """What is known of a value before there is one; `str(type)` is what messages call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimitiveType(Type):
    """A scalar type by its CEL name, refined by what the schema says of it.

    `enum` lists the only literals that the schema allows; `is_timestamp` marks text that holds an RFC 3339 time.
    """

    name: str
    enum: tuple[Literal, ...] = ()
    is_timestamp: bool = False

    def __str__(self) -> str:
        return f"{self.name} (a time as text)" if self.is_timestamp else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class DynType(Type):
    """A value whose type is known only when it is there; fits everywhere."""

    def __str__(self) -> str:
        return "dyn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListType(Type):
    """A list with elements of one type."""

    element: Type

    def __str__(self) -> str:
        return f"list({self.element})"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapType(Type):
    """A map from keys of one type to values of one type."""

    key: Type
    value: Type

    def __str__(self) -> str:
        return f"map({self.key}, {self.value})"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalType(Type):
    """A CEL optional value: `optional.of(x)`, `optional.none()` or what `x.?y` gives."""

    value: Type

    def __str__(self) -> str:
        return f"optional({self.value})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NullableType(Type):
    """A value or null; needs a guard wherever null does not fit. Build it with `nullable`.

    `proven`: a guard has shown that it is not null here; comparing it with null again is idle, but no mistake.
    """

    value: Type
    proven: bool = False

    def __str__(self) -> str:
        return str(self.value) if self.proven else f"{self.value} or null"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpaqueType(Type):
    """A host object that CEL can only hand to functions, such as `snapshot` or an IP address."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeParameter(Type):
    """A type that a signature leaves open, such as A in `list(A)`; the same letter is the same type in one call."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One member of an object: its type, whether it may be absent, and whether its value must never be shown."""

    type: Type
    optional: bool = False
    sensitive: bool = False

    @property
    def nullable(self) -> bool:
        """Whether the value may be null."""
        return isinstance(self.type, NullableType) or self.type == NULL

    @property
    def enum(self) -> tuple[Literal, ...]:
        """The literals that the schema allows, empty where it allows any."""
        base = without_null(self.type)
        return base.enum if isinstance(base, PrimitiveType) else ()

    @property
    def is_timestamp(self) -> bool:
        """Whether the value is text that holds an RFC 3339 time."""
        base = without_null(self.type)
        return isinstance(base, PrimitiveType) and base.is_timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectType(Type):
    """A JSON object with named members; `rest` is the type of members that are not named, None where there are none."""

    name: str
    fields: Mapping[str, Field] = field(hash=False)
    rest: Type | None = None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Overload:
    """One way to call a function; with `receiver` the first parameter stands before the dot.

    `variadic`: the last parameter may be given any number of times, at least once.
    """

    parameters: tuple[Type, ...]
    result: Type | ResultRule
    receiver: bool = False
    variadic: bool = False


BOOL = PrimitiveType(name="bool")
INT = PrimitiveType(name="int")
UINT = PrimitiveType(name="uint")
DOUBLE = PrimitiveType(name="double")
STRING = PrimitiveType(name="string")
BYTES = PrimitiveType(name="bytes")
NULL = PrimitiveType(name="null")
TIMESTAMP = PrimitiveType(name="timestamp")
DURATION = PrimitiveType(name="duration")
TYPE = PrimitiveType(name="type")
TIMESTAMP_TEXT = PrimitiveType(name="string", is_timestamp=True)
DYN = DynType()


def nullable(type_: Type) -> Type:
    """Return the type of that value or null."""
    if isinstance(type_, NullableType):
        return replace(type_, proven=False)
    return type_ if isinstance(type_, DynType) or type_ == NULL else NullableType(value=type_)


def without_null(type_: Type) -> Type:
    """Return the type of the value where it is not null."""
    return type_.value if isinstance(type_, NullableType) else type_


def may_be_null(type_: Type) -> bool:
    """Tell whether null is among the values of the type, as far as the type tells."""
    return type_ == NULL or (isinstance(type_, NullableType) and not type_.proven)


def proven(type_: Type) -> Type:
    """Return the type of the same value where a guard has shown that it is not null."""
    return replace(type_, proven=True) if isinstance(type_, NullableType) else type_


def plain(type_: Type) -> Type:
    """Return a scalar type without what the schema adds to it; other types as they are."""
    if isinstance(type_, PrimitiveType) and (type_.enum or type_.is_timestamp):
        return replace(type_, enum=(), is_timestamp=False)
    return type_


def join(types: Sequence[Type]) -> Type:
    """Return the narrowest type that holds the values of all, `DYN` where only that does."""
    known = [type_ for type_ in types if type_ != NULL]
    if not known:
        return NULL if types else DYN
    joined = without_null(known[0])
    for type_ in known[1:]:
        joined = _join_two(joined, without_null(type_))
    nullables = [type_ for type_ in types if type_ == NULL or isinstance(type_, NullableType)]
    joined = nullable(joined) if nullables else joined
    return joined if any(may_be_null(type_) for type_ in nullables) else proven(joined)


def _join_two(one: Type, other: Type) -> Type:
    match one, other:
        case _ if one == other:
            joined: Type = one
        case PrimitiveType(), PrimitiveType() if one.name == other.name:
            joined = _join_scalars(one, other)
        case ListType(element=first), ListType(element=second):
            joined = ListType(element=join([first, second]))
        case MapType(), MapType():
            joined = MapType(key=join([one.key, other.key]), value=join([one.value, other.value]))
        case OptionalType(value=first), OptionalType(value=second):
            joined = OptionalType(value=join([first, second]))
        case ObjectType(), ObjectType():
            joined = _join_objects(one, other)
        case _:
            joined = DYN
    return joined


def _join_scalars(one: PrimitiveType, other: PrimitiveType) -> PrimitiveType:
    both = tuple(dict.fromkeys((*one.enum, *other.enum))) if one.enum and other.enum else ()
    return replace(one, enum=both, is_timestamp=one.is_timestamp and other.is_timestamp)


def _join_objects(one: ObjectType, other: ObjectType) -> ObjectType:
    fields: dict[str, Field] = {}
    for name in dict.fromkeys((*one.fields, *other.fields)):
        sides = [side.fields[name] for side in (one, other) if name in side.fields]
        fields[name] = Field(
            type=join([side.type for side in sides]),
            optional=len(sides) == 1 or any(side.optional for side in sides),
            sensitive=any(side.sensitive for side in sides),
        )
    rests = [side.rest for side in (one, other) if side.rest is not None]
    name = one.name if one.name == other.name else f"{one.name} or {other.name}"
    return ObjectType(name=name, fields=fields, rest=join(rests) if rests else None)


def fits(target: Type, source: Type, bindings: dict[str, Type]) -> bool:
    """Tell whether a value of `source` may stand where `target` is declared; binds the type parameters of `target`.

    Null is not looked at: the caller decides what a nullable source means. Refinements never matter here.
    """
    if isinstance(target, TypeParameter):
        return _bind(target.name, source, bindings)
    if isinstance(target, NullableType) and source == NULL:
        return True
    target, source = plain(without_null(target)), plain(without_null(source))
    if isinstance(target, DynType) or isinstance(source, DynType):
        return True
    return _fits_inside(target, source, bindings)


def _fits_inside(target: Type, source: Type, bindings: dict[str, Type]) -> bool:
    match target, source:
        case (ListType(element=wanted), ListType(element=given)) | (
            OptionalType(value=wanted),
            OptionalType(value=given),
        ):
            same = fits(wanted, given, bindings)
        case MapType(), MapType():
            same = fits(target.key, source.key, bindings) and fits(target.value, source.value, bindings)
        case MapType(), ObjectType():
            same = fits(target.key, STRING, bindings) and fits(target.value, any_member(source), bindings)
        case ObjectType(), MapType():
            same = fits(STRING, source.key, {})
        case ObjectType(), ObjectType():
            same = target.name == source.name or set(target.fields) == set(source.fields)
        case _:
            same = target == source
    return same


def any_member(type_: ObjectType) -> Type:
    """Return the type that holds the values of all members of the object."""
    rest = [] if type_.rest is None else [type_.rest]
    return join([member.type for member in type_.fields.values()] + rest)


def _bind(name: str, source: Type, bindings: dict[str, Type]) -> bool:
    bound = bindings.get(name)
    if bound is None:
        bindings[name] = source
        return True
    if fits(bound, source, {}) or fits(source, bound, {}):
        bindings[name] = join([bound, source])
        return True
    return False


def is_vague(type_: Type) -> bool:
    """Tell whether only the value itself will tell its type, or that of its elements."""
    match type_:
        case DynType():
            return True
        case ListType(element=inside) | OptionalType(value=inside) | NullableType(value=inside):
            return is_vague(inside)
        case MapType():
            return is_vague(type_.key) or is_vague(type_.value)
    return False


def substitute(type_: Type, bindings: Mapping[str, Type]) -> Type:
    """Return the type with its parameters replaced; a parameter that nothing bound is `DYN`."""
    match type_:
        case TypeParameter():
            return bindings.get(type_.name, DYN)
        case ListType():
            return ListType(element=substitute(type_.element, bindings))
        case MapType():
            return MapType(key=substitute(type_.key, bindings), value=substitute(type_.value, bindings))
        case OptionalType():
            return OptionalType(value=substitute(type_.value, bindings))
        case NullableType():
            return nullable(substitute(type_.value, bindings))
    return type_
