"""What one evaluation may still spend; exceeding it is a LimitError, which no operator absorbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.errors import LimitError

if TYPE_CHECKING:
    from sec02_policies.cel.limits import Limits


class Budget:
    """The steps and the size left to one evaluation."""

    __slots__ = ("_size", "_steps", "limits")

    def __init__(self, limits: Limits) -> None:
        """Start with all of the limits."""
        self.limits = limits
        self._steps = limits.steps
        self._size = limits.size

    def step(self, count: int = 1) -> None:
        """Spend iterations of a macro."""
        self._steps -= count
        if self._steps < 0:
            raise LimitError("step_budget", f"the evaluation takes more than {self.limits.steps} steps")

    def spend(self, size: int) -> None:
        """Spend characters or elements of a value that is about to be built."""
        self._size -= size
        if self._size < 0:
            raise LimitError("size_budget", f"the evaluation builds more than {self.limits.size} characters")
