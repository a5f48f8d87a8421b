"""The values of CEL that JSON has no word for: uint, times, types, optional values, maps with typed keys."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.cel.times import format_duration, format_timestamp, parse_timestamp
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sec02_policies.model import Json

Value = Any
"""Any CEL value: bool, int, UInt, float, str, bytes, None, list, dict, or a class of this module."""

INT_MIN = -(2**63)
INT_MAX = 2**63 - 1
UINT_MAX = 2**64 - 1


class UInt(int):
    """A CEL uint; equal to the int of the same value, as CEL has it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"UInt({int(self)})"


NUMBERS = frozenset({int, float, UInt})


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A moment, in nanoseconds since 1970 UTC."""

    nanoseconds: int

    @classmethod
    def parse(cls, text: str) -> Timestamp:
        """Read RFC 3339 text; raises EvaluationError, which never quotes the text."""
        return cls(parse_timestamp(text))

    def __str__(self) -> str:
        return format_timestamp(self.nanoseconds)


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time in nanoseconds, at most about 292 years."""

    nanoseconds: int

    def __str__(self) -> str:
        return format_duration(self.nanoseconds)


@dataclass(frozen=True, slots=True)
class TypeValue:
    """The type of a value, itself a value: what `type(x)` gives."""

    name: str

    def __str__(self) -> str:
        return self.name


class OptionalValue:
    """A CEL optional: a value, or none."""

    __slots__ = ("_content",)

    def __init__(self, *content: object) -> None:
        """Hold one value, or none when there is no argument."""
        self._content = content[:1]

    @property
    def has_value(self) -> bool:
        """Whether there is a value."""
        return bool(self._content)

    @property
    def value(self) -> Value:
        """The value; raises EvaluationError where there is none."""
        if not self._content:
            raise EvaluationError("optional_none", "optional.none() has no value")
        return self._content[0]

    def __repr__(self) -> str:
        return f"optional.of({self._content[0]!r})" if self._content else "optional.none()"


NONE = OptionalValue()


@dataclass(frozen=True, slots=True)
class _BoolKey:
    """A bool as the key of a dict, so that `true` and `1` are two keys."""

    value: bool


_BOOL_KEYS = {True: _BoolKey(value=True), False: _BoolKey(value=False)}


class TypedMap(dict[Any, Any]):
    """A CEL map with keys of bool, int, uint or string; `true` and `1` are different keys, `1` and `1u` are one."""

    __slots__ = ()

    def __init__(self, entries: Iterable[tuple[object, object]] = ()) -> None:
        """Keep the last of equal keys."""
        super().__init__((_BOOL_KEYS[key] if isinstance(key, bool) else key, value) for key, value in entries)

    def __getitem__(self, key: object) -> Value:
        return dict.__getitem__(self, _BOOL_KEYS[key] if isinstance(key, bool) else key)

    def __setitem__(self, key: object, value: object) -> None:
        dict.__setitem__(self, _BOOL_KEYS[key] if isinstance(key, bool) else key, value)

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self, _BOOL_KEYS[key] if isinstance(key, bool) else key)

    def __iter__(self) -> Iterator[Any]:
        for key in dict.__iter__(self):
            yield key.value if isinstance(key, _BoolKey) else key

    def keys(self) -> list[Any]:  # type: ignore[override] # a list serves every use of keys in CEL
        """The keys as CEL values."""
        return list(self)

    def items(self) -> list[tuple[Any, Any]]:  # type: ignore[override] # as keys
        """The entries as CEL values."""
        return list(zip(self, self.values(), strict=True))


_TYPE_NAMES: dict[type, str] = {
    bool: "bool",
    int: "int",
    UInt: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    type(None): "null_type",
    list: "list",
    dict: "map",
    TypedMap: "map",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    TypeValue: "type",
    OptionalValue: "optional_type",
}


def type_name(value: object) -> str:
    """The name of a value's CEL type; a host object is `object`."""
    name = _TYPE_NAMES.get(type(value))
    if name is not None:
        return name
    if isinstance(value, dict):
        return "map"
    if isinstance(value, list):
        return "list"
    return str(getattr(type(value), "CEL_TYPE", "object"))


def register_type(python_type: type, name: str) -> None:
    """Give the CEL name of a value class of an extension."""
    _TYPE_NAMES[python_type] = name


def to_json(value: object) -> Json:  # noqa: PLR0911 - one return per kind of value
    """The JSON form of a CEL value, for evidence: times as text, doubles as text, bytes in base64, keys as text.

    Raises `Unknown` where a part of the value is hidden.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return format_double(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key_text(key): to_json(item) for key, item in value.items()}
    if isinstance(value, OptionalValue):
        return to_json(value.value) if value.has_value else None
    return str(value) if type(value) in _TYPE_NAMES else type_name(value)


def key_text(key: object) -> str:
    """A key of a map as text."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return key if isinstance(key, str) else str(int(key)) if isinstance(key, int) else str(key)


def format_double(value: float) -> str:
    """A double as text: the shortest digits that read back, with an exponent below 1e-4 and from 1e6 on."""
    if math.isnan(value):
        return "NaN"
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    if math.isinf(value):
        return f"{sign}Infinity"
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if not digits:
        return f"{sign}0"
    if _LEAST_PLAIN_EXPONENT < leading <= _MOST_PLAIN_EXPONENT:
        padded = digits.rjust(len(digits) - min(leading - 1, 0), "0").ljust(leading, "0")
        point = max(leading, 1)
        return f"{sign}{padded[:point]}.{padded[point:]}".rstrip(".")
    return f"{sign}{digits[0]}.{digits[1:]}".rstrip(".") + f"e{leading - 1:+03d}"


_LEAST_PLAIN_EXPONENT = -4
_MOST_PLAIN_EXPONENT = 6
