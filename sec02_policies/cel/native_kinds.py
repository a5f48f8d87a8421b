"""What the compiler knows of a value before there is one, as far as it makes the code faster."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from sec02_policies.cel.types import DURATION, TIMESTAMP, DynType, OpaqueType
from sec02_policies.cel.values import Duration, OptionalValue, Timestamp, UInt


class Unsupported(Exception):  # noqa: N818 - not an error: the interpreter does it
    """The tree has something that only the interpreter does."""


class Kind(StrEnum):
    """A kind of value; TIMESTAMP and DURATION are bare nanoseconds in the code, HOST came from the host's code."""

    BOOL = "bool"
    INT = "int"
    UINT = "uint"
    DOUBLE = "double"
    STRING = "string"
    BYTES = "bytes"
    NULL = "null"
    LIST = "list"
    MAP = "map"
    OPTIONAL = "optional"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    HOST = "host"
    OTHER = "other"


BOXED: dict[Kind | None, str] = {Kind.TIMESTAMP: "Timestamp", Kind.DURATION: "Duration"}
"""The kinds that are bare in the code, and the class of their values."""

SCALAR_KINDS = frozenset({Kind.INT, Kind.UINT, Kind.DOUBLE, Kind.STRING, Kind.BYTES})
ORDERED_KINDS = SCALAR_KINDS | {Kind.TIMESTAMP, Kind.DURATION}
"""The kinds whose values Python compares as CEL does."""

_CONSTANTS: dict[type, Kind] = {
    bool: Kind.BOOL,
    int: Kind.INT,
    UInt: Kind.UINT,
    float: Kind.DOUBLE,
    str: Kind.STRING,
    bytes: Kind.BYTES,
    type(None): Kind.NULL,
    Timestamp: Kind.TIMESTAMP,
    Duration: Kind.DURATION,
    OptionalValue: Kind.OPTIONAL,
}


def constant_kind(value: object) -> Kind:
    """The kind of a value that the source fixes."""
    return _CONSTANTS.get(type(value), Kind.OTHER)


def declared_kind(declared: object) -> Kind | None:
    """What a variable's declared type lets the compiler rely on: times, because their code checks them."""
    if declared == TIMESTAMP:
        return Kind.TIMESTAMP
    if declared == DURATION:
        return Kind.DURATION
    return Kind.HOST if isinstance(declared, OpaqueType) else None


def result_kind(declared: object) -> Kind | None:
    """What the declared result of a host function lets the compiler rely on."""
    return Kind.HOST if isinstance(declared, DynType) or callable(declared) else declared_kind(declared)


class Code(NamedTuple):
    """Python text for an expression and what is known of its value."""

    text: str
    kind: Kind | None = None

    def unknown_if_host(self) -> Code:
        """The same, where it does not matter that a value came from the host."""
        return Code(self.text) if self.kind is Kind.HOST else self
