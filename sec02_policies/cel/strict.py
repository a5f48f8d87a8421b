"""The failures of operands that are all needed, and which of them an evaluation ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.errors import EvaluationError
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.cel.values import Value


class Strict:
    """The failures of operands that are all needed: Unknown beats error, the first error beats later ones."""

    __slots__ = ("error", "unknowns")

    def __init__(self) -> None:
        """Start without failures."""
        self.unknowns: list[Unknown] = []
        self.error: EvaluationError | None = None

    def run(self, compute: Callable[..., Value], *arguments: Value) -> Value:
        """The value, or None when computing it failed; remembers the failure."""
        try:
            return compute(*arguments)
        except Unknown as unknown:
            self.unknowns.append(unknown)
        except EvaluationError as error:
            self.error = self.error or error
        return None

    def fail(self, error: EvaluationError) -> None:
        """Remember an error."""
        self.error = self.error or error

    def check(self) -> None:
        """Raise what was remembered."""
        if self.unknowns:
            raise Unknown.merged(self.unknowns)
        if self.error is not None:
            raise self.error
