"""What the operators of CEL do with values: equality, order, arithmetic, selection, indexing, membership.

Shared by both evaluators. Every function gets plain values, and raises EvaluationError where CEL has no value, or
lets the `Unknown` through that a hidden part of the document raises.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sec02_policies.cel.times import checked_duration, checked_timestamp
from sec02_policies.cel.values import (
    INT_MAX,
    INT_MIN,
    NONE,
    UINT_MAX,
    Duration,
    OptionalValue,
    Timestamp,
    TypedMap,
    TypeValue,
    UInt,
    Value,
    type_name,
)
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.cel.budget import Budget

_NUMBERS = frozenset({int, float, UInt})
_PLAIN = frozenset({str, bytes, bool, type(None), Timestamp, Duration, TypeValue}) | _NUMBERS
_ORDERED = frozenset({str, bytes, bool, Timestamp, Duration, int, float, UInt})


def no_overload(what: str, *values: Value) -> EvaluationError:
    """Return the error for an operator or function that does not take values of these types."""
    return EvaluationError("no_such_overload", f"{what} does not take ({', '.join(type_name(v) for v in values)})")


def no_bool(value: Value, what: str) -> EvaluationError:
    """Return the error for a value that stands where only a bool may."""
    return EvaluationError("no_such_overload", f"{what} must be bool, not {type_name(value)}")


# Equality and order


def equal(left: Value, right: Value) -> bool:
    """CEL's `==`: numbers by value across their types, everything else only within its type."""
    left_type, right_type = type(left), type(right)
    if left_type is right_type and left_type in _PLAIN:
        return bool(left == right)
    if left_type in _NUMBERS and right_type in _NUMBERS:
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
        if left_type in _NUMBERS and right_type in _NUMBERS:
            if float in (left_type, right_type):
                return compare(float(left), float(right))
            return compare(left, right)
        raise no_overload(symbol, left, right)

    return operator


less = _order("<", lambda left, right: bool(left < right))
less_equal = _order("<=", lambda left, right: bool(left <= right))
greater = _order(">", lambda left, right: bool(left > right))
greater_equal = _order(">=", lambda left, right: bool(left >= right))


# Arithmetic


def checked_int(value: int) -> int:
    """The argument, if it fits a 64-bit int."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise EvaluationError("overflow", "the result does not fit a 64-bit int")


def checked_uint(value: int) -> UInt:
    """The argument as a uint, if it fits one."""
    if 0 <= value <= UINT_MAX:
        return UInt(value)
    raise EvaluationError("overflow", "the result does not fit a 64-bit uint")


def add(budget: Budget, left: Value, right: Value) -> Value:
    """CEL's `+`: numbers, times, and joining strings, bytes and lists."""
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return checked_int(left + right)
        if kind in (str, bytes):
            budget.spend(len(left) + len(right))
            return left + right
        if kind is float:
            return left + right
        if kind is UInt:
            return checked_uint(int(left) + int(right))
        if kind is Duration:
            return Duration(checked_duration(left.nanoseconds + right.nanoseconds))
    return _add_other(budget, left, right)


def _add_other(budget: Budget, left: Value, right: Value) -> Value:
    if isinstance(left, list) and isinstance(right, list):
        budget.spend(len(left) + len(right))
        return left + right
    if {type(left), type(right)} == {Timestamp, Duration}:
        return Timestamp(checked_timestamp(left.nanoseconds + right.nanoseconds))
    raise no_overload("+", left, right)


def subtract(left: Value, right: Value) -> Value:
    """CEL's `-` of two values."""
    kinds = type(left), type(right)
    if kinds == (int, int):
        return checked_int(left - right)
    if kinds == (float, float):
        return left - right
    if kinds == (UInt, UInt):
        return checked_uint(int(left) - int(right))
    if kinds in ((Timestamp, Timestamp), (Duration, Duration)):
        return Duration(checked_duration(left.nanoseconds - right.nanoseconds))
    if kinds == (Timestamp, Duration):
        return Timestamp(checked_timestamp(left.nanoseconds - right.nanoseconds))
    raise no_overload("-", left, right)


def multiply(left: Value, right: Value) -> Value:
    """CEL's `*`."""
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return checked_int(left * right)
        if kind is float:
            return left * right
        if kind is UInt:
            return checked_uint(int(left) * int(right))
    raise no_overload("*", left, right)


def divide(left: Value, right: Value) -> Value:
    """CEL's `/`: toward zero for integers, IEEE for doubles."""
    kind = type(left)
    if kind is type(right) and kind in _NUMBERS:
        if kind is float:
            return _divide_doubles(left, right)
        if right == 0:
            raise EvaluationError("divide_by_zero", "division by zero")
        quotient = abs(int(left)) // abs(int(right))
        if kind is UInt:
            return UInt(quotient)
        return checked_int(quotient if (left < 0) == (right < 0) else -quotient)
    raise no_overload("/", left, right)


def _divide_doubles(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def modulo(left: Value, right: Value) -> Value:
    """CEL's `%`: the sign of the result is that of the left operand."""
    kind = type(left)
    if kind is type(right) and kind in (int, UInt):
        if right == 0:
            raise EvaluationError("divide_by_zero", "modulus by zero")
        rest = abs(int(left)) % abs(int(right))
        return UInt(rest) if kind is UInt else -rest if left < 0 else rest
    raise no_overload("%", left, right)


def negate(value: Value) -> Value:
    """CEL's unary `-`."""
    if type(value) is int:
        return checked_int(-value)
    if type(value) is float:
        return -value
    raise no_overload("-", value)


def invert(value: Value) -> bool:
    """CEL's `!`."""
    if value is True:
        return False
    if value is False:
        return True
    raise no_overload("!", value)


# Parts of values


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
        if kind is str or kind in _NUMBERS:
            return item in container
        raise no_overload("in", item, container)
    raise no_overload("in", item, container)


def map_of(entries: list[tuple[Value, Value]]) -> dict[Any, Value]:
    """Build a map; raises for a key of a wrong type or a key given twice."""
    if all(type(key) is str for key, _ in entries):
        result: dict[Any, Value] = dict(entries)
    else:
        for key, _ in entries:
            if type(key) not in (str, int, UInt, bool):
                raise EvaluationError("bad_key", f"a map's key is bool, int, uint or string, not {type_name(key)}")
        result = TypedMap(entries)
    if len(result) != len(entries):
        raise EvaluationError("duplicate_key", "the map has a key twice")
    return result


def sorted_by(values: list[Value], keys: list[Value]) -> list[Value]:
    """The values in the order of their keys, which must be of one ordered type; equal keys keep their order."""
    kinds = {type(key) for key in keys}
    if len(kinds) > 1 or not kinds <= _ORDERED:
        raise EvaluationError("no_such_overload", "only values of one ordered type can be sorted")
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return [values[position] for position in order]


def elements(target: Value) -> list[Value]:
    """What a macro with one variable goes through: the elements of a list, or the keys of a map."""
    if isinstance(target, list):
        return target
    if isinstance(target, dict):
        return list(target)
    raise EvaluationError("no_such_overload", f"a macro goes through a list or a map, not {type_name(target)}")


def pairs(target: Value) -> list[tuple[Value, Value]]:
    """What a macro with two variables goes through: index and element, or key and value."""
    if isinstance(target, list):
        return list(enumerate(target))
    if isinstance(target, dict):
        return list(target.items())
    raise EvaluationError("no_such_overload", f"a macro goes through a list or a map, not {type_name(target)}")


BINARY: dict[str, Callable[[Value, Value], Value]] = {
    "==": equal,
    "!=": unequal,
    "<": less,
    "<=": less_equal,
    ">": greater,
    ">=": greater_equal,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": modulo,
    "in": contains,
}
"""All binary operators but `+`, which also takes the budget."""

UNARY: dict[str, Callable[[Value], Value]] = {"!": invert, "-": negate}
