"""The AWS CLI's output as botocore's values: times, bytes, and policy documents as the text that AWS sends."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape
from botocore.utils import parse_timestamp

if TYPE_CHECKING:
    from botocore.model import Shape

_NUMBERS = ("integer", "long", "float", "double")


class SavedValueError(Exception):
    """A value that the operation cannot have answered; `place` is where, `expected` what its model says."""

    def __init__(self, place: str, expected: str) -> None:
        """`place` is a path of members; no value is kept."""
        super().__init__(place, expected)
        self.place = place
        self.expected = expected


def converted(shape: Shape, value: Any, place: str = "$") -> Any:  # noqa: ANN401 - any JSON, any value of botocore
    """The value of that shape, as botocore would have parsed it; raises `SavedValueError` where it cannot be one.

    Members that the shape does not know are left out.
    """
    if isinstance(shape, StructureShape):
        members = _typed(value, dict, place, "an object").items()
        known = ((name, each) for name, each in members if name in shape.members and each is not None)
        return {name: converted(shape.members[name], each, f"{place}.{name}") for name, each in known}
    if isinstance(shape, ListShape):
        items = enumerate(_typed(value, list, place, "a list"))
        return [converted(shape.member, each, f"{place}[{index}]") for index, each in items]
    if isinstance(shape, MapShape):
        members = _typed(value, dict, place, "an object").items()
        return {name: converted(shape.value, each, f"{place}.{name}") for name, each in members}
    return _scalar(shape.type_name, value, place)


def _scalar(kind: str, value: Any, place: str) -> Any:  # noqa: ANN401 - as above
    if kind == "timestamp":
        return _time(value, place)
    if kind == "blob":
        return _bytes(value, place)
    if kind == "boolean":
        return _typed(value, bool, place, "true or false")
    if kind in _NUMBERS:
        return _typed(value, (int, float), place, "a number")
    # The CLI shows policy documents parsed; AWS sends them as text.
    return json.dumps(value) if isinstance(value, dict) else _typed(value, str, place, "text")


def _typed(value: Any, kind: type | tuple[type, ...], place: str, expected: str) -> Any:  # noqa: ANN401 - as above
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise SavedValueError(place, expected)
    return value


def _time(value: Any, place: str) -> Any:  # noqa: ANN401 - as above
    """The time in any of the forms of the CLI: ISO 8601, or seconds since 1970."""
    try:
        return parse_timestamp(value)
    except (ValueError, RuntimeError, TypeError, OverflowError):
        raise SavedValueError(place, "a time, in ISO 8601 or in seconds since 1970") from None


def _bytes(value: Any, place: str) -> bytes:  # noqa: ANN401 - as above
    try:
        return base64.b64decode(_typed(value, str, place, "base64"), validate=True)
    except binascii.Error:
        raise SavedValueError(place, "base64") from None
