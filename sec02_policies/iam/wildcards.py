"""The wildcards of IAM: what a pattern of actions or resources matches, and what it surely covers.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGN = re.compile(r"\$\{[*?$]\}|.", re.DOTALL)
_LITERAL = {"${*}": r"\*", "${?}": r"\?", "${$}": r"\$"}


def glob(pattern: str, value: str) -> bool:
    """Whether an IAM wildcard pattern matches the whole value: `*` is any run of characters, `?` any one.

    `${*}`, `${?}` and `${$}` stand for the characters themselves.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    return _matches(pattern, value, ".")


def covers(wide: str, narrow: str) -> bool:
    """Whether the pattern `wide` surely matches all that the pattern `narrow` matches; may miss, never errs."""
    return _matches(wide, narrow, "[^*]")


def action_covers(patterns: Iterable[str], action: str) -> bool:
    """Whether one of the action patterns matches the action; the letter case of neither matters."""
    wanted = action.lower()
    return any(glob(pattern.lower(), wanted) for pattern in patterns)


def _matches(pattern: str, value: str, one: str) -> bool:
    if not any(each in pattern for each in ("*", "?", "${")):
        return pattern == value
    head = pattern[:-1]
    if pattern.endswith("*") and not any(each in head for each in ("*", "?", "${")):
        return value.startswith(head)
    return _expression(pattern, one).fullmatch(value) is not None


@lru_cache(maxsize=1 << 16)
def _expression(pattern: str, one: str) -> re.Pattern[str]:
    pieces = [""]
    for sign in _SIGN.findall(pattern):
        if sign == "*":
            pieces.append("")
        else:
            pieces[-1] += one if sign == "?" else _LITERAL.get(sign) or re.escape(sign)
    first, *rest = pieces
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    # The leftmost place of each piece decides; atomic groups keep the search from trying any other.
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle if piece) + ".*" + last, re.DOTALL)
