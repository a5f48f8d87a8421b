"""Equality and order: numbers by value across their types, everything else only within its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.cel.mismatch import no_overload
from sec02_policies.cel.values import NUMBERS, Duration, OptionalValue, Timestamp, TypeValue, UInt, Value
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN = frozenset({str, bytes, bool, type(None), Timestamp, Duration, TypeValue}) | NUMBERS
_ORDERED = frozenset({str, bytes, bool, Timestamp, Duration, int, float, UInt})


def equal(left: Value, right: Value) -> bool:
    """CEL's `==`: numbers by value across their types, everything else only within its type."""
    left_type, right_type = type(left), type(right)
    if left_type is right_type and left_type in _PLAIN:
        return bool(left == right)
    if left_type in NUMBERS and right_type in NUMBERS:
        return _equal_numbers(left, right)
    if left_type in _PLAIN or right_type in _PLAIN:
        return False
    return _equal_composite(left, right)


def _equal_numbers(left: Value, right: Value) -> bool:
    if type(left) is float or type(right) is float:
        return float(left) == float(right)
    return bool(left == right)


def _equal_composite(left: Value, right: Value) -> bool:
    if isinstance(left, list):
        return isinstance(right, list) and _equal_lists(left, right)
    if isinstance(left, dict):
        return isinstance(right, dict) and _equal_maps(left, right)
    if isinstance(left, OptionalValue):
        return isinstance(right, OptionalValue) and _equal_optionals(left, right)
    return type(left) is type(right) and bool(left == right)


def _equal_lists(left: list[Value], right: list[Value]) -> bool:
    return len(left) == len(right) and all(equal(one, other) for one, other in zip(left, right, strict=True))


def _equal_maps(left: dict[Any, Value], right: dict[Any, Value]) -> bool:
    if len(left) != len(right):
        return False
    return all(key in right and equal(value, right[key]) for key, value in left.items())


def _equal_optionals(left: OptionalValue, right: OptionalValue) -> bool:
    if left.has_value and right.has_value:
        return equal(left.value, right.value)
    return left.has_value == right.has_value


def unequal(left: Value, right: Value) -> bool:
    """CEL's `!=`."""
    return not equal(left, right)


def _order(symbol: str, compare: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    """Build an order operator: within one ordered type, or between numbers."""

    def operator(left: Value, right: Value) -> bool:
        left_type, right_type = type(left), type(right)
        if left_type is right_type and left_type in _ORDERED:
            return compare(left, right)
        if left_type in NUMBERS and right_type in NUMBERS:
            if float in (left_type, right_type):
                return compare(float(left), float(right))
            return compare(left, right)
        raise no_overload(symbol, left, right)

    return operator


less = _order("<", lambda left, right: bool(left < right))
less_equal = _order("<=", lambda left, right: bool(left <= right))
greater = _order(">", lambda left, right: bool(left > right))
greater_equal = _order(">=", lambda left, right: bool(left >= right))


def sorted_by(values: list[Value], keys: list[Value]) -> list[Value]:
    """The values in the order of their keys, which must be of one ordered type; equal keys keep their order."""
    kinds = {type(key) for key in keys}
    if len(kinds) > 1 or not kinds <= _ORDERED:
        raise EvaluationError("no_such_overload", "only values of one ordered type can be sorted")
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return [values[position] for position in order]
