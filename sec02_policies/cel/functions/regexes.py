"""The extension library `regex` and what Kubernetes adds: replacing and extracting in linear time."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from sec02_policies.cel.functions.registry import Registry
from sec02_policies.cel.functions.standard import INT, STRING
from sec02_policies.cel.patterns import matches
from sec02_policies.cel.values import NONE, OptionalValue
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from sec02_policies.cel.budget import Budget
    from sec02_policies.cel.values import Value

library = Registry()

_REFERENCE = re.compile(r"\\(?:([0-9])|(\\)|(.?))", re.DOTALL)


@library.function("regex.replace", STRING, STRING, STRING, INT, budgeted=True)
def replace(budget: Budget, text: str, pattern: str, replacement: str, count: int = -1) -> str:
    r"""Return the text with the first `count` matches replaced, all where it is negative; `\1` is a group."""
    groups, found = matches(pattern, text)
    parts: list[str] = []
    done = 0
    template = _template(replacement, groups)
    for match in islice(found, count if count >= 0 else None):
        parts.append(text[done : match.start()])
        parts += [piece if isinstance(piece, str) else match.group(piece) or "" for piece in template]
        done = match.end()
        budget.spend(sum(map(len, parts[-len(template) - 1 :])))
    parts.append(text[done:])
    budget.spend(len(text))
    return "".join(parts)


def _template(replacement: str, groups: int) -> list[str | int]:
    """The parts of a replacement: texts, and numbers of groups."""
    parts: list[str | int] = []
    done = 0
    for match in _REFERENCE.finditer(replacement):
        parts.append(replacement[done : match.start()])
        done = match.end()
        if match[3] is not None or (match[1] and int(match[1]) > groups):
            raise EvaluationError("bad_pattern", "the replacement refers to a group that the pattern does not have")
        parts.append(int(match[1]) if match[1] else "\\")
    return [*parts, replacement[done:]]


def _wanted(match: Value, groups: int) -> str | None:
    """What a match extracts: its only group, or all of it."""
    if groups > 1:
        raise EvaluationError("bad_pattern", "the pattern has more than one group")
    text: str | None = match.group(groups)
    return text


@library.function("regex.extract", STRING, STRING)
def extract(text: str, pattern: str) -> OptionalValue:
    """Return the first match, or its group where the pattern has one; none where nothing matches."""
    groups, found = matches(pattern, text)
    match = next(found, None)
    content = None if match is None else _wanted(match, groups)
    return NONE if content is None else OptionalValue(content)


@library.function("regex.extractAll", STRING, STRING, budgeted=True)
def extract_all(budget: Budget, text: str, pattern: str) -> list[str]:
    """Return all matches, or their group where the pattern has one."""
    budget.spend(len(text))
    groups, found = matches(pattern, text)
    return [content for match in found if (content := _wanted(match, groups)) is not None]


@library.receiver("find", STRING, STRING)
def find(text: str, pattern: str) -> str:
    """Return the first match, an empty text where nothing matches."""
    match = next(matches(pattern, text)[1], None)
    return "" if match is None else str(match.group())


@library.receiver("findAll", STRING, STRING, INT, budgeted=True)
def find_all(budget: Budget, text: str, pattern: str, limit: int = -1) -> list[str]:
    """Return the first `limit` matches, all where it is negative."""
    budget.spend(len(text))
    return [match.group() for match in islice(matches(pattern, text)[1], limit if limit >= 0 else None)]
