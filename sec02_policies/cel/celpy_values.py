"""How values pass between plain Python and cel-python: wrapped on demand, so that hidden parts stay Unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from celpy import celtypes
from celpy.evaluation import CELEvalError

from sec02_policies.cel.values import Duration, Timestamp, TypeValue, UInt
from sec02_policies.model import PartialList, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.cel.values import Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NANOSECONDS = 1_000


class UnknownValue(CELEvalError):  # noqa: N818 - as model.Unknown, no error
    """An Unknown as a value of cel-python, which hands errors on as values."""

    def __init__(self, unknown: Unknown) -> None:
        """Keep the Unknown to raise it at the end."""
        super().__init__("unknown")
        self.unknown = unknown


class JsonMap(celtypes.MapType):
    """A JSON object whose members are converted when they are read."""

    def __init__(self, origin: dict[str, Any]) -> None:
        """Keep the object itself; the map of cel-python stays empty."""
        super().__init__()
        self.origin = origin

    def __getitem__(self, key: object) -> Value:
        try:
            return to_cel(self.origin[_key(key)])
        except Unknown as unknown:
            return UnknownValue(unknown)

    def __contains__(self, key: object) -> bool:
        return _key(key) in self.origin

    def __iter__(self) -> Iterator[Value]:
        return iter([to_cel(key) for key in self.origin])

    def __len__(self) -> int:
        return len(self.origin)


class JsonList(celtypes.ListType):
    """A JSON array whose elements are converted when they are read."""

    def __init__(self, origin: list[Any]) -> None:
        """Keep the array itself; the list of cel-python stays empty."""
        super().__init__()
        self.origin = origin

    def __getitem__(self, index: Any) -> Value:  # noqa: ANN401 - as list
        return to_cel(self.origin[int(index)])

    def __iter__(self) -> Iterator[Value]:
        """The known elements, then an Unknown where there may be more."""
        partial = isinstance(self.origin, PartialList)
        for item in self.origin.known() if isinstance(self.origin, PartialList) else self.origin:
            yield to_cel(item)
        if partial:
            yield UnknownValue(Unknown(self.origin.gaps))  # type: ignore[attr-defined] # a PartialList

    def __len__(self) -> int:
        return len(self.origin)


def _key(key: object) -> Value:
    """A key as plain Python."""
    return str.__str__(key) if isinstance(key, str) else from_cel(key)


def to_cel(value: Value) -> Value:  # noqa: PLR0911 - one return per kind of value
    """A plain value as cel-python has it; host objects as they are."""
    if value is None or isinstance(value, CELEvalError):
        return value
    wrap = _WRAPPERS.get(type(value))
    if wrap is not None:
        return wrap(value)
    if isinstance(value, Timestamp):
        return celtypes.TimestampType(_EPOCH + value.nanoseconds // _NANOSECONDS * _MICROSECOND)
    if isinstance(value, Duration):
        return celtypes.DurationType(value.nanoseconds // _NANOSECONDS * _MICROSECOND)
    if isinstance(value, dict):
        return JsonMap(value)
    if isinstance(value, list):
        return JsonList(value)
    return value


_WRAPPERS: dict[type, Any] = {
    bool: celtypes.BoolType,
    int: celtypes.IntType,
    UInt: lambda value: celtypes.UintType(int(value)),
    float: celtypes.DoubleType,
    str: celtypes.StringType,
    bytes: celtypes.BytesType,
}


def from_cel(value: Value) -> Value:
    """A value of cel-python as plain Python."""
    if isinstance(value, (JsonMap, JsonList)):
        return value.origin
    for kind, unwrap in _UNWRAPPERS:
        if isinstance(value, kind):
            return unwrap(value)
    return value


_UNWRAPPERS: tuple[tuple[type, Any], ...] = (
    (celtypes.BoolType, bool),
    (celtypes.UintType, UInt),
    (celtypes.IntType, int),
    (celtypes.DoubleType, float),
    (celtypes.StringType, str.__str__),
    (celtypes.BytesType, bytes),
    (celtypes.TimestampType, lambda moment: Timestamp((moment - _EPOCH) // _MICROSECOND * _NANOSECONDS)),
    (celtypes.DurationType, lambda length: Duration(length // _MICROSECOND * _NANOSECONDS)),
    (celtypes.MapType, lambda map_: {from_cel(key): from_cel(item) for key, item in map_.items()}),
    (celtypes.ListType, lambda list_: [from_cel(item) for item in list_]),
    (celtypes.TypeType, lambda type_: TypeValue(str(type_))),
)
