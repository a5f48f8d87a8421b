"""JSON that is encoded once, with holes for what differs from row to row: large events at the speed of small ones."""

from __future__ import annotations

import re
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any

from sec02_policies.report.text import ascii_json

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOLE = re.compile(r'"\\u0000([a-z_]+)\\u0000"')


def hole(name: str) -> str:
    """What stands in a template's value for a text or a value that comes later."""
    return f"\0{name}\0"


def quoted(text: str) -> str:
    """The text as a JSON string in ASCII, ready to fill a hole."""
    return encode_basestring_ascii(text)


class JsonTemplate:
    """A JSON value with holes, already encoded."""

    __slots__ = ("_names", "_parts")

    def __init__(self, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Encode the value once; a hole is a string made by `hole`."""
        self._parts: list[str] = _HOLE.split(ascii_json(value))
        self._names = self._parts[1::2]

    def fill(self, values: Mapping[str, str]) -> str:
        """The line of JSON with each hole replaced by its encoded value."""
        parts = self._parts.copy()
        parts[1::2] = [values[name] if name in values else quoted(hole(name)) for name in self._names]
        return "".join(parts)
