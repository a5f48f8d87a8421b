"""Regular expressions in linear time: google-re2, loaded when the first pattern is met."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sec02_policies.cel.mismatch import no_overload
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONGEST_PATTERN = 4_096


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:  # noqa: ANN401 - re2 has no types
    """The RE2 program of a pattern."""
    import re2

    options = re2.Options()
    options.log_errors = False
    if len(pattern) > _LONGEST_PATTERN:
        raise EvaluationError("bad_pattern", f"the pattern is longer than {_LONGEST_PATTERN} characters")
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeError):
        raise EvaluationError("bad_pattern", "the pattern is no RE2 regular expression") from None


@lru_cache(maxsize=512)
def searcher(pattern: str) -> Callable[[str], bool]:
    """A function that tells whether the pattern occurs in a text; remembers its last answers."""
    program = compiled(pattern)

    @lru_cache(maxsize=4_096)
    def occurs(text: str) -> bool:
        if type(text) is not str:
            raise no_overload("matches", text, pattern)
        try:
            return program.search(text) is not None
        except UnicodeError:
            raise EvaluationError("bad_conversion", "the text holds a lone surrogate") from None

    return occurs


def search(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text."""
    return searcher(pattern)(text)


def matches(pattern: str, text: str) -> tuple[int, Iterator[Any]]:
    """The number of groups of the pattern, and its matches in the text."""
    program = compiled(pattern)
    try:
        return program.groups, program.finditer(text)
    except UnicodeError:
        raise EvaluationError("bad_conversion", "the text holds a lone surrogate") from None
