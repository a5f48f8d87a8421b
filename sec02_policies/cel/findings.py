"""What the static checks of CEL report: a stable code, the place, the sentence, and what would be right."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sec02_policies.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sec02_policies.cel.syntax import Span


class Code(StrEnum):
    """What is wrong; T for types, P for what only the native engine reads as written."""

    UNKNOWN_FIELD = "T100"
    WRONG_TYPES = "T101"
    WRONG_RESULT = "T102"
    UNKNOWN_VARIABLE = "T103"
    UNKNOWN_FUNCTION = "T104"
    UNGUARDED_NULL = "T105"
    UNGUARDED_ABSENCE = "T106"
    UNKNOWN_LITERAL = "T107"
    TIME_AS_TEXT = "T108"
    NO_TIME = "T109"
    NO_PATTERN = "T110"
    LITERAL_NOT_PORTABLE = "P300"
    OPTIONAL_NOT_PORTABLE = "P301"
    MACRO_NOT_PORTABLE = "P302"
    FUNCTION_NOT_PORTABLE = "P303"
    NAME_NOT_PORTABLE = "P304"
    MESSAGE_NOT_PORTABLE = "P305"
    TIME_NOT_PORTABLE = "P306"
    COMPARISON_NOT_PORTABLE = "P307"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a static check found; `hint` says what would be right, where we know."""

    code: Code
    message: str
    span: Span
    hint: str = ""

    @property
    def line(self) -> int:
        """The line of the source, from 1."""
        return self.span.line

    @property
    def column(self) -> int:
        """The column in that line, from 1, in code points."""
        return self.span.column

    def error(self) -> CompileError:
        """The error for who compiles an expression that must be free of findings."""
        return CompileError(self.code, self.message, line=self.line, column=self.column, hint=self.hint)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question about the known name that is most like this one, empty if none is alike."""
    names = sorted(known)
    matches = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if not matches:
        folded = {each.casefold(): each for each in names}
        matches = [folded[each] for each in difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)]
    return f"did you mean {matches[0]}?" if matches else ""
