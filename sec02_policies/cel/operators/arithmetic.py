"""Arithmetic and negation: what fits 64 bits, what is joined, what is moved in time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sec02_policies.cel.mismatch import no_overload
from sec02_policies.cel.times import checked_duration, checked_timestamp
from sec02_policies.cel.values import INT_MAX, INT_MIN, NUMBERS, UINT_MAX, Duration, Timestamp, UInt, Value
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from sec02_policies.cel.budget import Budget


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
    if kind is type(right) and kind in NUMBERS:
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
