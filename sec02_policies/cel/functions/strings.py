"""The extension library of strings: positions, parts, case, splitting and joining, quoting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cel.functions.formatting import formatted
from sec02_policies.cel.functions.registry import Registry
from sec02_policies.cel.functions.standard import INT, STRING
from sec02_policies.cel.mismatch import no_overload
from sec02_policies.cel.operators.comparison import equal
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from sec02_policies.cel.budget import Budget
    from sec02_policies.cel.values import Value

LIST = frozenset({list})
TEXT_OR_LIST = frozenset({str, list})

library = Registry()

_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_QUOTED = {
    ord(character): escape
    for character, escape in (
        ("\a", "\\a"), ("\b", "\\b"), ("\f", "\\f"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\v", "\\v"),
        ("\\", "\\\\"), ('"', '\\"'),
    )
}  # fmt: skip


def _within(position: int, length: int) -> int:
    """The argument, if it is a position in a text of that length or its end."""
    if 0 <= position <= length:
        return position
    raise EvaluationError("index_out_of_range", "the position lies outside the text")


@library.receiver("charAt", STRING, INT)
def char_at(text: str, position: int) -> str:
    """Return the character at a position; an empty text at the end."""
    return text[_within(position, len(text)) :][:1]


@library.receiver("indexOf", TEXT_OR_LIST, None, INT)
def index_of(target: Value, part: Value, start: int | None = None) -> int:
    """Return the first position of a text in a text, or of an element in a list; -1 where there is none."""
    if isinstance(target, list):
        if start is not None:
            raise no_overload("indexOf", target, part, start)
        return next((number for number, each in enumerate(target) if equal(each, part)), -1)
    if not isinstance(part, str):
        raise no_overload("indexOf", target, part)
    return int(target.find(part, _within(start or 0, len(target))))


@library.receiver("lastIndexOf", TEXT_OR_LIST, None, INT)
def last_index_of(target: Value, part: Value, start: int | None = None) -> int:
    """Return the last position of a text in a text, or of an element in a list; -1 where there is none."""
    if isinstance(target, list):
        if start is not None:
            raise no_overload("lastIndexOf", target, part, start)
        return max((number for number, each in enumerate(target) if equal(each, part)), default=-1)
    if not isinstance(part, str):
        raise no_overload("lastIndexOf", target, part)
    if start is None:
        return int(target.rfind(part))
    return int(target.rfind(part, 0, _within(start, len(target)) + len(part)))


@library.receiver("substring", STRING, INT, INT)
def substring(text: str, start: int, end: int | None = None) -> str:
    """Return the characters from a position to another, or to the end."""
    last = len(text) if end is None else _within(end, len(text))
    if _within(start, len(text)) > last:
        raise EvaluationError("index_out_of_range", "the start lies behind the end")
    return text[start:last]


@library.receiver("replace", STRING, STRING, STRING, INT, budgeted=True)
def replace(budget: Budget, text: str, old: str, new: str, count: int = -1) -> str:
    """Return the text with the first `count` occurrences replaced, all where it is negative."""
    occurrences = text.count(old)
    times = occurrences if count < 0 else min(count, occurrences)
    budget.spend(len(text) + times * max(len(new) - len(old), 0))
    return text.replace(old, new, max(count, -1))


@library.receiver("split", STRING, STRING, INT, budgeted=True)
def split(budget: Budget, text: str, separator: str, limit: int = -1) -> list[str]:
    """Return the parts between the separators, at most `limit` of them; characters where the separator is empty."""
    budget.spend(len(text))
    if limit == 0:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    if limit < 0 or limit >= len(text):
        return list(text)
    return [*text[: limit - 1], text[limit - 1 :]]


@library.receiver("join", LIST, STRING, budgeted=True)
def join(budget: Budget, parts: list[Value], separator: str = "") -> str:
    """Return the texts of a list, one after the other."""
    for part in parts:
        if not isinstance(part, str):
            raise no_overload("join", parts)
        budget.spend(len(part) + len(separator))
    return separator.join(parts)


@library.receiver("trim", STRING)
def trim(text: str) -> str:
    """Return the text without the white space of Unicode at both ends."""
    return text.strip(_SPACES)


@library.receiver("lowerAscii", STRING)
def lower_ascii(text: str) -> str:
    """Return the text with A to Z in lower case."""
    return text.translate(_LOWER)


@library.receiver("upperAscii", STRING)
def upper_ascii(text: str) -> str:
    """Return the text with a to z in upper case."""
    return text.translate(_UPPER)


@library.receiver("reverse", TEXT_OR_LIST, budgeted=True)
def reverse(budget: Budget, target: Value) -> Value:
    """Return the characters or the elements in the opposite order."""
    budget.spend(len(target))
    return target[::-1]


@library.function("strings.quote", STRING, budgeted=True)
def quote(budget: Budget, text: str) -> str:
    """Return the text as a literal in double quotes."""
    budget.spend(2 * len(text))
    return f'"{text.translate(_QUOTED)}"'


@library.receiver("format", STRING, LIST, budgeted=True)
def format_(budget: Budget, template: str, arguments: list[Value]) -> str:
    """Return the template with its clauses, such as %s, replaced by the arguments."""
    return formatted(budget, template, arguments)
