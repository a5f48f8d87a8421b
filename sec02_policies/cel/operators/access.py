"""The parts of values: fields, elements, membership, and what an optional holds."""

from __future__ import annotations

from sec02_policies.cel.mismatch import no_overload
from sec02_policies.cel.operators.comparison import equal
from sec02_policies.cel.values import NONE, NUMBERS, OptionalValue, TypedMap, UInt, Value, type_name
from sec02_policies.errors import EvaluationError


def missing(key: str | None = None) -> EvaluationError:
    """Return the error for a key that is not there; `key` only if it stands in the source."""
    return EvaluationError("no_such_key", "no such key" if key is None else f"no such key: {key}")


def select(operand: Value, field: str) -> Value:
    """`operand.field`."""
    if isinstance(operand, dict):
        try:
            return operand[field]
        except KeyError:
            raise missing(field) from None
    if isinstance(operand, OptionalValue):
        return optional_select(operand, field)
    raise EvaluationError("no_such_overload", f"{type_name(operand)} has no field {field}")


def has(operand: Value, field: str) -> bool:
    """`has(operand.field)`."""
    if isinstance(operand, dict):
        return field in operand
    if isinstance(operand, OptionalValue):
        return operand.has_value and has(operand.value, field)
    raise EvaluationError("no_such_overload", f"{type_name(operand)} has no field {field}")


def optional_select(operand: Value, field: str) -> OptionalValue:
    """`operand.?field`."""
    if isinstance(operand, OptionalValue):
        return optional_select(operand.value, field) if operand.has_value else NONE
    if isinstance(operand, dict):
        return OptionalValue(operand[field]) if field in operand else NONE
    raise EvaluationError("no_such_overload", f"{type_name(operand)} has no field {field}")


def index(operand: Value, key: Value) -> Value:
    """`operand[key]`."""
    if isinstance(operand, dict):
        try:
            return operand[_map_key(operand, key)]
        except KeyError:
            raise missing() from None
    if isinstance(operand, list):
        position = _position(key)
        if position is not None and 0 <= position < len(operand):
            return operand[position]
        if position is None:
            raise no_overload("[]", operand, key)
        raise EvaluationError("index_out_of_range", "the index lies outside the list")
    if isinstance(operand, OptionalValue):
        return optional_index(operand, key)
    raise no_overload("[]", operand, key)


def optional_index(operand: Value, key: Value) -> OptionalValue:
    """`operand[?key]`."""
    if isinstance(operand, OptionalValue):
        return optional_index(operand.value, key) if operand.has_value else NONE
    if isinstance(operand, dict):
        key = _map_key(operand, key)
        return OptionalValue(operand[key]) if key in operand else NONE
    if isinstance(operand, list):
        position = _position(key)
        if position is None:
            raise no_overload("[?]", operand, key)
        return OptionalValue(operand[position]) if 0 <= position < len(operand) else NONE
    raise no_overload("[?]", operand, key)


def _position(key: Value) -> int | None:
    """A list position from any integral number, None from anything else."""
    if type(key) is int or type(key) is UInt:
        return int(key)
    return int(key) if type(key) is float and key.is_integer() else None


def _map_key(operand: Value, key: Value) -> Value:
    """The key as Python looks it up; raises for what can be no key."""
    kind = type(key)
    if kind is str or kind is int or kind is UInt or (kind is float and key.is_integer()):
        return key
    if kind is bool:
        if type(operand) is TypedMap:
            return key
        raise missing()
    if kind is float:
        raise missing()
    raise no_overload("[]", operand, key)


def contains(item: Value, container: Value) -> bool:
    """`item in container`."""
    if isinstance(container, list):
        return any(equal(item, each) for each in container)
    if isinstance(container, dict):
        kind = type(item)
        if kind is bool:
            return type(container) is TypedMap and item in container
        if kind is str or kind in NUMBERS:
            return item in container
        raise no_overload("in", item, container)
    raise no_overload("in", item, container)


def optional_content(value: Value) -> OptionalValue:
    """The argument, which must be an optional."""
    if isinstance(value, OptionalValue):
        return value
    raise EvaluationError("no_such_overload", f"an optional is needed, not {type_name(value)}")
