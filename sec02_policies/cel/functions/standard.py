"""The functions of the CEL specification: sizes, conversions, tests of strings, parts of times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sec02_policies.cel.functions.registry import Registry
from sec02_policies.cel.mismatch import no_overload
from sec02_policies.cel.operators.arithmetic import checked_int, checked_uint
from sec02_policies.cel.patterns import search
from sec02_policies.cel.times import SECOND, checked_timestamp, local_time, parse_duration, parse_timestamp
from sec02_policies.cel.values import (
    INT_MAX,
    INT_MIN,
    UINT_MAX,
    Duration,
    Timestamp,
    TypeValue,
    UInt,
    format_double,
    type_name,
)
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sec02_policies.cel.values import Value

STRING = frozenset({str})
INT = frozenset({int})
TEXT = frozenset({str, bytes})
TIMESTAMP = frozenset({Timestamp})
TIME = frozenset({Timestamp, Duration})
SIZED = frozenset({str, bytes, list, dict})

library = Registry()

_INT_TEXT = re.compile(r"[+-]?[0-9]{1,30}")
_UINT_TEXT = re.compile(r"[0-9]{1,30}")
_DOUBLE_TEXT = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|(?i:inf|infinity|nan))"
)
_BOOLS = {
    **dict.fromkeys(("1", "t", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "false", "FALSE", "False"), False),
}


def bad_text(target: str) -> EvaluationError:
    """Return the error for text that stands for no value of a type."""
    return EvaluationError("bad_conversion", f"the text is no {target}")


@library.function("size", SIZED)
@library.receiver("size", SIZED)
def size(value: Value) -> int:
    """Return the number of characters, bytes, elements or entries."""
    return len(value)


@library.function("type", None)
def type_of(value: Value) -> TypeValue:
    """Return the type of a value."""
    return TypeValue(type_name(value))


@library.function("dyn", None)
def dyn(value: Value) -> Value:
    """Return the value; the checker then knows nothing of its type."""
    return value


@library.function("bool", frozenset({bool, str}))
def to_bool(value: Value) -> bool:
    """Return the bool that a text stands for."""
    if isinstance(value, bool):
        return value
    if value not in _BOOLS:
        raise bad_text("bool")
    return _BOOLS[value]


@library.function("int", frozenset({int, UInt, float, str, Timestamp}))
def to_int(value: Value) -> int:
    """Return the int of a number, a text or a moment in seconds."""
    if isinstance(value, float):
        if not INT_MIN < value < INT_MAX:
            raise EvaluationError("range", "the double does not fit an int")
        return int(value)
    if isinstance(value, str):
        if not _INT_TEXT.fullmatch(value):
            raise bad_text("int")
        return checked_int(int(value))
    if isinstance(value, Timestamp):
        return value.nanoseconds // SECOND
    return checked_int(int(value))


@library.function("uint", frozenset({int, UInt, float, str}))
def to_uint(value: Value) -> UInt:
    """Return the uint of a number or a text."""
    if isinstance(value, float):
        if not 0 <= value < UINT_MAX:
            raise EvaluationError("range", "the double does not fit a uint")
        return UInt(int(value))
    if isinstance(value, str):
        if not _UINT_TEXT.fullmatch(value):
            raise bad_text("uint")
        return checked_uint(int(value))
    return checked_uint(int(value))


@library.function("double", frozenset({int, UInt, float, str}))
def to_double(value: Value) -> float:
    """Return the double of a number or a text."""
    if isinstance(value, str) and not _DOUBLE_TEXT.fullmatch(value):
        raise bad_text("double")
    return float(value)


@library.function("string", None)
def to_string(value: Value) -> str:
    """Return the text of a scalar value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return format_double(value)
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise EvaluationError("bad_conversion", "the bytes are no UTF-8 text") from None
    if isinstance(value, (Timestamp, Duration)) or type_name(value).startswith("net."):
        return str(value)
    raise no_overload("string", value)


@library.function("bytes", TEXT)
def to_bytes(value: Value) -> bytes:
    """Return the bytes of a text in UTF-8."""
    return value if isinstance(value, bytes) else encoded(value)


def encoded(text: str) -> bytes:
    """UTF-8 of a text; a lone surrogate is an error."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EvaluationError("bad_conversion", "the text holds a lone surrogate") from None


@library.function("timestamp", frozenset({str, int, Timestamp}))
def to_timestamp(value: Value) -> Timestamp:
    """Return the moment of RFC 3339 text or of seconds since 1970."""
    if isinstance(value, str):
        return Timestamp(parse_timestamp(value))
    if isinstance(value, int):
        return Timestamp(checked_timestamp(value * SECOND))
    return value  # type: ignore[no-any-return] # a Timestamp already


@library.function("duration", frozenset({str, Duration}))
def to_duration(value: Value) -> Duration:
    """Return the length of time that a text such as 1h30m stands for."""
    return Duration(parse_duration(value)) if isinstance(value, str) else value


@library.receiver("startsWith", STRING, STRING)
def starts_with(text: str, prefix: str) -> bool:
    """Tell whether a text starts with another."""
    return text.startswith(prefix)


@library.receiver("endsWith", STRING, STRING)
def ends_with(text: str, suffix: str) -> bool:
    """Tell whether a text ends with another."""
    return text.endswith(suffix)


@library.receiver("contains", STRING, STRING)
def contains(text: str, part: str) -> bool:
    """Tell whether a text has another in it."""
    return part in text


@library.function("matches", STRING, STRING)
@library.receiver("matches", STRING, STRING)
def matches(text: str, pattern: str) -> bool:
    """Tell whether an RE2 pattern occurs in a text."""
    return search(pattern, text)


def _part(name: str, of_timestamp: Callable[[datetime], int]) -> None:
    """Declare an accessor of timestamps."""

    @library.receiver(name, TIMESTAMP, STRING)
    def accessor(moment: Timestamp, zone: str | None = None) -> int:
        return of_timestamp(local_time(moment.nanoseconds, zone))


def _part_or_length(name: str, of_timestamp: Callable[[datetime], int], unit: int) -> None:
    """Declare an accessor of timestamps that counts whole units of a duration too."""

    @library.receiver(name, TIME, STRING)
    def accessor(time: Timestamp | Duration, zone: str | None = None) -> int:
        if isinstance(time, Timestamp):
            return of_timestamp(local_time(time.nanoseconds, zone))
        if zone is not None:
            raise no_overload(name, time, zone)
        whole = abs(time.nanoseconds) // unit
        return -whole if time.nanoseconds < 0 else whole


_part("getFullYear", lambda moment: moment.year)
_part("getMonth", lambda moment: moment.month - 1)
_part("getDate", lambda moment: moment.day)
_part("getDayOfMonth", lambda moment: moment.day - 1)
_part("getDayOfWeek", lambda moment: moment.isoweekday() % 7)
_part("getDayOfYear", lambda moment: moment.timetuple().tm_yday - 1)
_part_or_length("getHours", lambda moment: moment.hour, 3600 * SECOND)
_part_or_length("getMinutes", lambda moment: moment.minute, 60 * SECOND)
_part_or_length("getSeconds", lambda moment: moment.second, SECOND)


@library.receiver("getMilliseconds", TIME, STRING)
def get_milliseconds(time: Timestamp | Duration, zone: str | None = None) -> int:
    """The milliseconds below the second, of a duration too, as the specification has it."""
    if isinstance(time, Duration):
        if zone is not None:
            raise no_overload("getMilliseconds", time, zone)
        below = abs(time.nanoseconds) % SECOND // _MILLISECOND
        return -below if time.nanoseconds < 0 else below
    local_time(time.nanoseconds, zone)
    return time.nanoseconds % SECOND // _MILLISECOND


_MILLISECOND = 1_000_000
