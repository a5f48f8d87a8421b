"""The extension library `math`: extremes, rounding, signs, bits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sec02_policies.cel.functions.registry import Registry
from sec02_policies.cel.mismatch import no_overload
from sec02_policies.cel.operators.arithmetic import checked_int
from sec02_policies.cel.operators.comparison import less
from sec02_policies.cel.values import UINT_MAX, UInt
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.cel.values import Value

DOUBLE = frozenset({float})
NUMBER = frozenset({int, UInt, float})
WHOLE = frozenset({int, UInt})
INT = frozenset({int})
_BITS = 64
_SIGN_BIT = 1 << 63
_HALF = 0.5

library = Registry()


def _numbers(name: str, arguments: tuple[Value, ...]) -> list[Value]:
    """The numbers among which to choose: the arguments, or the elements of the only one."""
    values = list(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], list) else list(arguments)
    if not values or any(type(value) not in NUMBER for value in values):
        raise no_overload(name, *arguments)
    return values


@library.function("math.greatest")
def greatest(*arguments: Value) -> Value:
    """Return the greatest number, the first of equal ones."""
    values = _numbers("math.greatest", arguments)
    best = values[0]
    for value in values[1:]:
        best = value if less(best, value) else best
    return best


@library.function("math.least")
def least(*arguments: Value) -> Value:
    """Return the least number, the first of equal ones."""
    values = _numbers("math.least", arguments)
    best = values[0]
    for value in values[1:]:
        best = value if less(value, best) else best
    return best


def _rounding(name: str, compute: Callable[[float], float]) -> None:
    """Declare a function of doubles that leaves infinity and NaN alone."""

    @library.function(name, DOUBLE)
    def rounded(value: float) -> float:
        return compute(value) if math.isfinite(value) else value


def _half_away(value: float) -> float:
    whole = float(math.trunc(value))
    if abs(value - whole) >= _HALF:
        whole += math.copysign(1.0, value)
    return math.copysign(whole, value)


_rounding("math.ceil", lambda value: math.copysign(float(math.ceil(value)), value))
_rounding("math.floor", lambda value: math.copysign(float(math.floor(value)), value))
_rounding("math.trunc", lambda value: math.copysign(float(math.trunc(value)), value))
_rounding("math.round", _half_away)


@library.function("math.abs", NUMBER)
def absolute(value: Value) -> Value:
    """Return the number without its sign."""
    if type(value) is UInt:
        return value
    return abs(value) if isinstance(value, float) else checked_int(abs(value))


@library.function("math.sign", NUMBER)
def sign(value: Value) -> Value:
    """Return -1, 0 or 1, of the number's own type."""
    if isinstance(value, float):
        return value if math.isnan(value) else float((value > 0) - (value < 0))
    return type(value)((value > 0) - (value < 0))


@library.function("math.sqrt", NUMBER)
def square_root(value: float) -> float:
    """Return the square root; NaN for a negative number."""
    return math.sqrt(value) if not value < 0 else math.nan


@library.function("math.isNaN", DOUBLE)
def is_nan(value: float) -> bool:
    """Tell whether the double is no number."""
    return math.isnan(value)


@library.function("math.isInf", DOUBLE)
def is_inf(value: float) -> bool:
    """Tell whether the double is infinite."""
    return math.isinf(value)


@library.function("math.isFinite", DOUBLE)
def is_finite(value: float) -> bool:
    """Tell whether the double is a finite number."""
    return math.isfinite(value)


def _signed(bits: int) -> int:
    """The int of 64 bits in two's complement."""
    return bits - (1 << _BITS) if bits & _SIGN_BIT else bits


def _bitwise(name: str, compute: Callable[[int, int], int]) -> None:
    """Declare a function of the bits of two whole numbers of one type."""

    @library.function(name, WHOLE, WHOLE)
    def bits(left: Value, right: Value) -> Value:
        if type(left) is not type(right):
            raise no_overload(name, left, right)
        return type(left)(compute(int(left), int(right)))


_bitwise("math.bitAnd", lambda left, right: left & right)
_bitwise("math.bitOr", lambda left, right: left | right)
_bitwise("math.bitXor", lambda left, right: left ^ right)


@library.function("math.bitNot", WHOLE)
def bit_not(value: Value) -> Value:
    """Return the number with every bit turned."""
    return UInt(value ^ UINT_MAX) if type(value) is UInt else ~value


def _offset(count: int) -> int:
    if count < 0:
        raise EvaluationError("range", "the number of bits to shift by is negative")
    return count


@library.function("math.bitShiftLeft", WHOLE, INT)
def bit_shift_left(value: Value, count: int) -> Value:
    """Return the bits moved to the left; those that leave are lost."""
    bits = (int(value) << min(_offset(count), _BITS)) & UINT_MAX
    return UInt(bits) if type(value) is UInt else _signed(bits)


@library.function("math.bitShiftRight", WHOLE, INT)
def bit_shift_right(value: Value, count: int) -> Value:
    """Return the bits moved to the right, with zeros from the left, of an int too."""
    bits = (int(value) & UINT_MAX) >> min(_offset(count), _BITS)
    return UInt(bits) if type(value) is UInt else _signed(bits)
