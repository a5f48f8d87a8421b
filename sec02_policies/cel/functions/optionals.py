"""The functions of optional values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cel.functions.registry import Registry
from sec02_policies.cel.mismatch import no_overload
from sec02_policies.cel.values import NONE, Duration, OptionalValue, Timestamp

if TYPE_CHECKING:
    from sec02_policies.cel.values import Value

OPTIONAL = frozenset({OptionalValue})
LIST = frozenset({list})

library = Registry()


@library.function("optional.of", None)
def of(value: Value) -> OptionalValue:
    """Return an optional that holds the value."""
    return OptionalValue(value)


@library.function("optional.none")
def none() -> OptionalValue:
    """Return the optional without a value."""
    return NONE


@library.function("optional.ofNonZeroValue", None)
def of_non_zero_value(value: Value) -> OptionalValue:
    """Return an optional that holds the value, none for null, false, zero and what is empty."""
    if isinstance(value, (str, bytes, list, dict)):
        return OptionalValue(value) if len(value) else NONE
    if isinstance(value, (Timestamp, Duration)):
        return OptionalValue(value) if value.nanoseconds else NONE
    return NONE if value is None or value == 0 else OptionalValue(value)


@library.receiver("hasValue", OPTIONAL)
def has_value(optional: OptionalValue) -> bool:
    """Tell whether there is a value."""
    return optional.has_value


@library.receiver("value", OPTIONAL)
def value_of(optional: OptionalValue) -> Value:
    """Return the value; an error where there is none."""
    return optional.value


@library.receiver("or", OPTIONAL, OPTIONAL, lazy=True)
def either(optional: OptionalValue, other: OptionalValue) -> OptionalValue:
    """Return the first optional if it has a value, otherwise the second."""
    return optional if optional.has_value else other


@library.receiver("orValue", OPTIONAL, None, lazy=True)
def value_or(optional: OptionalValue, other: Value) -> Value:
    """Return the value, or the argument where there is none."""
    return optional.value if optional.has_value else other


@library.function("optional.unwrap", LIST)
@library.receiver("unwrapOpt", LIST)
def unwrap(optionals: list[Value]) -> list[Value]:
    """Return the values of those optionals in a list that have one."""
    for each in optionals:
        if not isinstance(each, OptionalValue):
            raise no_overload("optional.unwrap", optionals)
    return [each.value for each in optionals if each.has_value]
