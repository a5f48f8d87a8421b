"""The clauses of `format()`: %s, %d, %f, %e, %b, %o, %x and %X, with a precision."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from sec02_policies.cel.values import Duration, Timestamp, TypeValue, UInt, format_double, key_text, type_name
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.cel.budget import Budget
    from sec02_policies.cel.values import Value

_CLAUSE = re.compile(r"%(?:(%)|(?:\.([0-9]{1,4}))?(.?))", re.DOTALL)
_DEFAULT_PRECISION = 6
_MOST_PRECISION = 1000
_DEPTH = 64


def formatted(budget: Budget, template: str, arguments: list[Value]) -> str:
    """The template with each clause replaced by the argument at its place."""
    parts: list[str] = []
    done = used = 0
    for match in _CLAUSE.finditer(template):
        parts.append(template[done : match.start()])
        done = match.end()
        if match[1]:
            parts.append("%")
            continue
        if used >= len(arguments):
            raise EvaluationError("format", "format() has more clauses than arguments")
        parts.append(_clause(match[3], match[2], arguments[used]))
        budget.spend(len(parts[-1]))
        used += 1
    parts.append(template[done:])
    budget.spend(len(template))
    return "".join(parts)


def _clause(verb: str, precision: str | None, value: Value) -> str:
    digits = _DEFAULT_PRECISION if precision is None else int(precision)
    if digits > _MOST_PRECISION:
        raise EvaluationError("format", f"format() has a precision above {_MOST_PRECISION}")
    if verb in ("f", "e"):
        return _fixed(verb, digits, value)
    rule = _VERBS.get(verb)
    if rule is None:
        raise EvaluationError("format", "format() has an unknown clause; there are %s %d %f %e %b %o %x %X %%")
    return rule(value)


def _wrong(verb: str, value: Value) -> EvaluationError:
    return EvaluationError("format", f"%{verb} does not format {type_name(value)}")


def _fixed(verb: str, digits: int, value: Value) -> str:
    if type(value) not in (int, UInt, float):
        raise _wrong(verb, value)
    number = float(value)
    return f"{number:.{digits}{verb}}" if math.isfinite(number) else format_double(number)


def _decimal(value: Value) -> str:
    if type(value) in (int, UInt):
        return str(int(value))
    if type(value) is float:
        return _fixed("f", _DEFAULT_PRECISION, value)
    raise _wrong("d", value)


def _binary(value: Value) -> str:
    if type(value) in (int, UInt, bool):
        return f"{int(value):b}"
    raise _wrong("b", value)


def _octal(value: Value) -> str:
    if type(value) in (int, UInt):
        return f"{int(value):o}"
    raise _wrong("o", value)


def _hexadecimal(value: Value) -> str:
    if type(value) in (int, UInt):
        return f"{int(value):x}"
    if isinstance(value, str):
        return value.encode(errors="replace").hex()
    if isinstance(value, bytes):
        return value.hex()
    raise _wrong("x", value)


def text_of(value: Value, depth: int = 0) -> str:  # noqa: PLR0911 - one return per kind of value
    """A value as %s writes it; texts inside lists and maps without quotes, maps in the order of their keys' texts."""
    if depth > _DEPTH:
        raise EvaluationError("format", f"format() goes at most {_DEPTH} lists and maps deep")
    if value is None:
        return "null"
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, list):
        return f"[{', '.join(text_of(each, depth + 1) for each in value)}]"
    if isinstance(value, dict):
        entries = sorted((key_text(key), text_of(each, depth + 1)) for key, each in value.items())
        return f"{{{', '.join(f'{key}: {each}' for key, each in entries)}}}"
    if isinstance(value, float):
        return format_double(value)
    if isinstance(value, (str, int)):
        return key_text(value)
    if isinstance(value, (Timestamp, Duration, TypeValue)) or type_name(value).startswith("net."):
        return str(value)
    raise _wrong("s", value)


_VERBS: dict[str, Callable[[Value], str]] = {
    "s": text_of,
    "d": _decimal,
    "b": _binary,
    "o": _octal,
    "x": _hexadecimal,
    "X": lambda value: _hexadecimal(value).upper(),
}
