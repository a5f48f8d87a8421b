"""Bytes <-> JSON: the one canonical form (RFC 8785 under our rules) and the one strict reader."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NoReturn

import orjson

from sec02_policies.errors import SnapshotError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.model import Json

MAX_BYTES = 1 << 30
MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1


def canonical(document: Json) -> bytes:
    """The document as canonical JSON: keys sorted, compact, UTF-8, no floats, integers within 2^53-1, ASCII keys.

    Equal to RFC 8785 under these rules. Raises `ValueError` for a value outside them.
    """
    _demand_plain(document)
    try:
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as fault:  # a lone surrogate, or nested too deep
        raise ValueError(str(fault)) from None


def pieces(document: Json, levels: int = 3) -> Iterator[bytes]:
    """The bytes of `canonical(document)` bit by bit, so that a large document does not stand in memory twice.

    What lies deeper than so many `levels` is in one piece: by default each resource of a snapshot.
    """
    if not levels or not document or not isinstance(document, dict | list):
        yield canonical(document)
    elif isinstance(document, dict):
        _demand_keys(document)
        for number, name in enumerate(sorted(document)):
            yield b"%s%s:" % (b"," if number else b"{", canonical(name))
            yield from pieces(document[name], levels - 1)
        yield b"}"
    else:
        for number, item in enumerate(document):
            yield b"," if number else b"["
            yield from pieces(item, levels - 1)
        yield b"]"


def digest(document: Json) -> str:
    """SHA-256 of the canonical form, 64 hexadecimal digits."""
    found = hashlib.sha256()
    for piece in pieces(document):
        found.update(piece)
    return found.hexdigest()


def loads(data: bytes, where: str) -> Json:
    """The JSON document in `data`, read strictly; every defect is a `SnapshotError` that names `where`.

    Refused: more than 1 GiB, nesting over 64, another encoding than UTF-8, a byte order mark, duplicate keys, floats,
    NaN, integers beyond 2^53-1, lone surrogates, anything that is not JSON.
    """
    return _Reader(where).read(data)


class _Reader:
    """The hooks of the strict reader; each refuses one thing that `json` would let through."""

    def __init__(self, where: str) -> None:
        self._where = where

    def read(self, data: bytes) -> Json:
        text = self._text(data)
        try:
            document: Json = json.loads(
                text,
                object_pairs_hook=self._object,
                parse_int=self._integer,
                parse_float=self._float,
                parse_constant=self._constant,
            )
        except json.JSONDecodeError as fault:
            where = f"{self._where}:{fault.lineno}:{fault.colno}"
            raise SnapshotError(where, f"not JSON ({fault.msg})", "a JSON document") from None
        except RecursionError:
            self._refuse(f"nested deeper than {MAX_DEPTH} levels", "a flatter document")
        if _deeper_than(document, MAX_DEPTH):
            self._refuse(f"nested deeper than {MAX_DEPTH} levels", "a flatter document")
        if "\\u" in text and any(_has_surrogate(each) for each in _texts(document)):
            self._refuse("a lone surrogate in a string", "well-formed Unicode")
        return document

    def _text(self, data: bytes) -> str:
        if len(data) > MAX_BYTES:
            self._refuse(f"{len(data)} bytes", f"at most {MAX_BYTES}")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as fault:
            self._refuse(f"byte {fault.start} is not UTF-8", "JSON in UTF-8")
        if text.startswith("\ufeff"):
            self._refuse("begins with a byte order mark", "JSON in UTF-8 without one")
        return text

    def _refuse(self, what: str, expected: str) -> NoReturn:
        raise SnapshotError(self._where, what, expected) from None

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            self._refuse(f"the key {_short(twice)} comes twice in one object", "each key once")
        return members

    def _integer(self, digits: str) -> int:
        if len(digits) > len(str(MAX_INTEGER)) + 1 or abs(int(digits)) > MAX_INTEGER:
            self._refuse("an integer beyond 2^53-1", "a smaller integer, or text")
        return int(digits)

    def _float(self, _: str) -> float:
        self._refuse("a number with a fraction or an exponent", "integers only")

    def _constant(self, name: str) -> float:
        self._refuse(f"the constant {name}", "valid JSON, which has no NaN and no Infinity")


def _deeper_than(value: Json, levels: int) -> bool:
    if isinstance(value, dict):
        return levels == 0 or any(_deeper_than(member, levels - 1) for member in value.values())
    if isinstance(value, list):
        return levels == 0 or any(_deeper_than(item, levels - 1) for item in value)
    return False


def _demand_plain(value: Json) -> None:
    """Refuse what canonical JSON cannot hold: floats, big integers, keys that are not ASCII text, other types.

    The writer itself would write dates, dataclasses and floats.
    """
    if isinstance(value, dict):
        _demand_keys(value)
        for member in value.values():
            if type(member) is not str:  # most are, and a call for each would take half the time
                _demand_plain(member)
    elif isinstance(value, list | tuple):
        for item in value:
            if type(item) is not str:
                _demand_plain(item)
    else:
        _demand_scalar(value)


def _demand_keys(value: dict[str, Json]) -> None:
    for key in value:
        if not isinstance(key, str) or not key.isascii():
            raise ValueError("a key that is not ASCII text")


def _demand_scalar(value: object) -> None:
    if isinstance(value, float):
        raise ValueError("a float")  # noqa: TRY004 - the value is outside the form, whatever its type
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise ValueError("an integer beyond 2^53-1")
    elif value is not None and not isinstance(value, str):
        raise ValueError("a value that JSON does not have")


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from _texts(member)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _short(text: str) -> str:
    shown = text if len(text) <= 40 else text[:37] + "..."  # noqa: PLR2004 - a readable length
    return ascii(shown)
