"""What every sub-expression gave in one evaluation: for explanations, for coverage."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sec02_policies.cel.interpret import Interpreter
from sec02_policies.cel.values import key_text
from sec02_policies.errors import EvaluationError, LimitError
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sec02_policies.cel.budget import Budget
    from sec02_policies.cel.strict import Strict
    from sec02_policies.cel.syntax import Macro, Node, Span
    from sec02_policies.cel.values import Value


class OutcomeKind(StrEnum):
    """How the evaluation of an expression ended."""

    VALUE = "value"
    UNKNOWN = "unknown"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an expression gave: a value, or the failure that was raised in its place."""

    kind: OutcomeKind
    value: Value = None
    failure: Unknown | EvaluationError | LimitError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One evaluation of one expression, and the evaluations of its parts in the order in which they happened.

    `iteration` is set where a macro evaluated its predicate or result: the element's `id` if it has one, otherwise its
    key in a map or its position in a list. Parts that were not needed, such as the right of `false && x`, have no step.
    """

    span: Span
    outcome: Outcome
    parts: tuple[Step, ...]
    iteration: str | None = None

    def walk(self) -> Iterator[Step]:
        """The step and all below it, in the order of evaluation, parents first."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One evaluation of a program; `root` is the step of the whole expression."""

    source: str
    root: Step

    @property
    def outcome(self) -> Outcome:
        """What the whole expression gave."""
        return self.root.outcome

    def text(self, step: Step) -> str:
        """The source of a step."""
        return self.source[step.span.start : step.span.end]


class _Round(dict[str, "Value"]):
    """The variables of one iteration, and what tells it from the others."""

    def __init__(self, variables: dict[str, Value], key: str) -> None:
        super().__init__(variables)
        self.key = key


class TracingInterpreter(Interpreter):
    """The interpreter, taking notes."""

    def __init__(self, bindings: Mapping[str, object], budget: Budget) -> None:
        """Start without notes."""
        super().__init__(bindings, budget)
        self._parts: list[Step] = []
        self._iteration: str | None = None

    def trace(self, source: str, tree: Node) -> Trace:
        """Evaluate a tree and return the notes, whatever the outcome."""
        with suppress(Unknown, EvaluationError, LimitError):
            self.run(tree)
        return Trace(source=source, root=self._parts[-1])

    def run(self, node: Node) -> Value:
        """The value of a node; a step is noted under the node that asked."""
        outer, self._parts = self._parts, []
        iteration, self._iteration = self._iteration, None
        outcome = Outcome(kind=OutcomeKind.ERROR)
        try:
            value = super().run(node)
            outcome = Outcome(kind=OutcomeKind.VALUE, value=value)
        except Unknown as unknown:
            outcome = Outcome(kind=OutcomeKind.UNKNOWN, failure=unknown)
            raise
        except (EvaluationError, LimitError) as error:
            outcome = Outcome(kind=OutcomeKind.ERROR, failure=error)
            raise
        finally:
            outer.append(Step(span=node.span, outcome=outcome, parts=tuple(self._parts), iteration=iteration))
            self._parts = outer
        return value

    def within(self, variables: dict[str, Value], body: Node) -> Value:
        """As the interpreter; an iteration of a macro is noted with its key."""
        if isinstance(variables, _Round):
            self._iteration = variables.key
        return super().within(variables, body)

    def _rounds(self, node: Macro, target: Value, failures: Strict) -> Iterator[dict[str, Value]]:
        for number, variables in enumerate(super()._rounds(node, target, failures)):
            first, *_, last = [*variables.values()] * 2
            self._iteration = _key(last, first if isinstance(target, dict) else number)
            yield _Round(variables, self._iteration)


def _key(element: Value, otherwise: Value) -> str:
    """What tells an element from the others: its id, its key or its position."""
    if isinstance(element, dict) and dict.__contains__(element, "id"):
        identifier = dict.__getitem__(element, "id")
        if isinstance(identifier, str):
            return identifier
    return key_text(otherwise)
