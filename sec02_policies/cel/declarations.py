"""The notation of a function's types.

A line reads `name(parameters) -> result`, or `<receiver>.name(parameters) -> result` for a function that is called on a
value. Single capitals are type parameters; `...` after the last parameter: once or more.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from sec02_policies.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    ListType,
    MapType,
    OpaqueType,
    OptionalType,
    Overload,
    Type,
    TypeParameter,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMED: Mapping[str, Type] = {
    "bool": BOOL,
    "int": INT,
    "uint": UINT,
    "double": DOUBLE,
    "string": STRING,
    "bytes": BYTES,
    "null": NULL,
    "timestamp": TIMESTAMP,
    "duration": DURATION,
    "type": TYPE,
    "dyn": DYN,
    "net.IP": OpaqueType(name="net.IP"),
    "net.CIDR": OpaqueType(name="net.CIDR"),
    "A": TypeParameter(name="A"),
    "B": TypeParameter(name="B"),
}
_LINE = re.compile(r"(?:<(?P<receiver>.+)>\.)?(?P<name>[^(]+)\((?P<parameters>.*)\) -> (?P<result>.+)")


def parse_overload(line: str) -> tuple[str, Overload]:
    """Return the name and the overload that a line declares, such as `<string>.contains(string) -> bool`."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not a declaration: {line}")
    receiver = match["receiver"]
    texts = _split(match["parameters"].removesuffix("..."))
    overload = Overload(
        parameters=tuple(parse_type(text) for text in ([receiver, *texts] if receiver else texts)),
        result=parse_type(match["result"]),
        receiver=receiver is not None,
        variadic=match["parameters"].endswith("..."),
    )
    return match["name"], overload


@cache
def parse_type(text: str) -> Type:
    """Return the type that a declaration writes, such as `map(string, list(A))`."""
    if text in _NAMED:
        return _NAMED[text]
    name, _, inside = text.removesuffix(")").partition("(")
    arguments = [parse_type(each) for each in _split(inside)]
    match name, arguments:
        case "list", [element]:
            return ListType(element=element)
        case "optional", [value]:
            return OptionalType(value=value)
        case "map", [key, value]:
            return MapType(key=key, value=value)
    raise ValueError(f"not a type: {text}")


def _split(text: str) -> list[str]:
    """Return the parts between the commas that stand outside all brackets."""
    parts: list[str] = []
    depth = start = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(text[start:position].strip())
            start = position + 1
    last = text[start:].strip()
    return [*parts, last] if last else parts
