"""From CEL text to a program that can be evaluated again and again, in any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sec02_policies.cel.budget import Budget
from sec02_policies.cel.interpret import Interpreter
from sec02_policies.cel.native import compile_native
from sec02_policies.cel.parse import parse
from sec02_policies.cel.resolve import references, resolve
from sec02_policies.cel.trace import TracingInterpreter
from sec02_policies.cel.types import DYN
from sec02_policies.errors import CompileError, LimitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sec02_policies.cel.check import Known
    from sec02_policies.cel.environment import Environment
    from sec02_policies.cel.syntax import Node
    from sec02_policies.cel.trace import Trace
    from sec02_policies.cel.types import Type
    from sec02_policies.cel.values import Value

Engine = Literal["native", "celpy"]


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


def compile(  # noqa: A001, PLR0913 - the word of the language; every option has a name
    source: str,
    environment: Environment,
    *,
    engine: Engine = "native",
    check: bool = True,
    expected: Type | None = None,
    known: Known | None = None,
    late_names: bool = False,
    macros: bool = True,
) -> Program:
    """Compile an expression; raises CompileError.

    `check` types it first; `expected` is the type that its value must have and `known` what holds where it stands.
    `late_names` makes unknown names errors of the evaluation, which `||` can absorb, instead of the compilation.
    Without `macros`, what looks like one is a call of a function.
    """
    try:
        tree = parse(source, limits=environment.limits, macros=macros)
        result_type = _checked(tree, environment, expected=expected, known=known) if check else DYN
        if engine == "celpy":
            from sec02_policies.cel.celpy_engine import CelpyProgram

            program: Program = CelpyProgram(source, tree, environment, result_type)
            return program
        return Program(source, resolve(tree, environment, late_names=late_names), environment, result_type)
    except RecursionError:
        raise CompileError("depth", "the expression is nested too deeply for the caller's stack") from None


def _checked(tree: Node, environment: Environment, *, expected: Type | None, known: Known | None) -> Type:
    """The type of an expression; raises CompileError for the first finding of the checker."""
    from sec02_policies.cel.check import check

    result = check(tree, environment, expected=expected, known=known)
    for finding in result.findings:
        raise CompileError(finding.code, finding.message, line=finding.line, column=finding.column, hint=finding.hint)
    return result.result_type
