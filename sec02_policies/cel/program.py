"""A compiled expression, which can be evaluated again and again, in any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cel.budget import Budget
from sec02_policies.cel.interpret import Interpreter
from sec02_policies.cel.native import compile_native
from sec02_policies.cel.resolve import references
from sec02_policies.cel.trace import TracingInterpreter
from sec02_policies.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sec02_policies.cel.environment import Environment
    from sec02_policies.cel.syntax import Node
    from sec02_policies.cel.trace import Trace
    from sec02_policies.cel.types import Type
    from sec02_policies.cel.values import Value


class Program:
    """A compiled expression: a native function for the usual case, the interpreter wherever something is amiss.

    The native function has no code for errors or Unknown. When it raises anything, the interpreter computes the outcome
    again from the start and decides; both agree wherever the native function gives a value.
    """

    __slots__ = ("_environment", "_tree", "evaluate", "result_type", "source")

    evaluate: Callable[[Mapping[str, object]], Value]
    """The value under bindings; raises EvaluationError, LimitError or Unknown, and nothing else."""

    def __init__(self, source: str, tree: Node, environment: Environment, result_type: Type) -> None:
        """Compile a resolved tree."""
        self.source = source
        self.result_type = result_type
        self._tree = tree
        self._environment = environment
        self.evaluate = self._first

    @property
    def references(self) -> frozenset[str]:
        """The dotted paths that the expression reads from its variables, such as `resource.tags`."""
        return references(self._tree)

    def _first(self, bindings: Mapping[str, object]) -> Value:
        """Evaluate for the first time: most messages and evidence are never needed, so nothing is compiled before."""
        self.evaluate = compile_native(self._tree, self._environment, self.interpret) or self.interpret
        return self.evaluate(bindings)

    def interpret(self, bindings: Mapping[str, object]) -> Value:
        """As `evaluate`, by the reference evaluator alone."""
        try:
            return Interpreter(bindings, Budget(self._environment.limits)).run(self._tree)
        except (RecursionError, MemoryError):
            raise LimitError("depth", "the data or the expression are nested too deeply") from None

    def trace(self, bindings: Mapping[str, object]) -> Trace:
        """What every sub-expression gives under these bindings; failures are in the trace, not raised."""
        try:
            interpreter = TracingInterpreter(bindings, Budget(self._environment.limits))
            return interpreter.trace(self.source, self._tree)
        except (RecursionError, MemoryError):
            raise LimitError("depth", "the data or the expression are nested too deeply") from None
