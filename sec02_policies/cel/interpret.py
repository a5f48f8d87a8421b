"""The reference evaluator: walks the tree, absorbs errors and Unknown as CEL and docs/cel.md say.

`false && U` is false, `true || U` is true; every other operator, macro or function over Unknown is Unknown, with the
gaps of all its operands. Where no operand decides, Unknown beats error.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from sec02_policies.cel.mismatch import no_bool
from sec02_policies.cel.operators import BINARY, UNARY
from sec02_policies.cel.operators.access import has, index, optional_content, optional_index, optional_select, select
from sec02_policies.cel.operators.arithmetic import add
from sec02_policies.cel.operators.gathering import collected, elements, map_of, pairs
from sec02_policies.cel.resolve import Apply, Constant, Global, Local, Unresolved
from sec02_policies.cel.strict import Strict
from sec02_policies.cel.syntax import (
    Binary,
    Bind,
    Block,
    Conditional,
    Has,
    Index,
    ListLiteral,
    Logical,
    Macro,
    MacroKind,
    MapLiteral,
    Node,
    Select,
    Unary,
    slot_name,
)
from sec02_policies.cel.values import NONE, OptionalValue
from sec02_policies.errors import EvaluationError
from sec02_policies.model import PartialList, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sec02_policies.cel.budget import Budget
    from sec02_policies.cel.values import Value


class _Slot:
    """A value that is computed when it is first read, in the scope where it is written, then kept; or its failure."""

    __slots__ = ("_compute", "_outcome")

    def __init__(self, interpreter: Interpreter, node: Node) -> None:
        self._compute: Callable[[], Value] = partial(interpreter.in_scope, interpreter.scope, node)
        self._outcome: tuple[Value, EvaluationError | Unknown | None] | None = None

    def read(self) -> Value:
        if self._outcome is None:
            try:
                self._outcome = (self._compute(), None)
            except (EvaluationError, Unknown) as raised:
                self._outcome = (None, raised)
        value, failure = self._outcome
        if failure is not None:
            raise failure
        return value


class Interpreter:
    """One evaluation of one resolved tree."""

    def __init__(self, bindings: Mapping[str, object], budget: Budget) -> None:
        """`bindings` give the environment's variables their values."""
        self.bindings = bindings
        self.budget = budget
        self.scope: dict[str, Value] = {}

    def run(self, node: Node) -> Value:
        """The value of a node."""
        return self._RULES[type(node)](self, node)

    # Leaves

    def _constant(self, node: Constant) -> Value:
        return node.value

    def _local(self, node: Local) -> Value:
        value = self.scope[node.name]
        return value.read() if type(value) is _Slot else value

    def _global(self, node: Global) -> Value:
        try:
            return self.bindings[node.name]
        except KeyError:
            raise EvaluationError("unbound_variable", f"the variable {node.name} has no value") from None

    def _unresolved(self, node: Unresolved) -> Value:
        raise EvaluationError(node.code, node.message)

    # Strict operations

    def strict(self, nodes: Iterable[Node]) -> list[Value]:
        """The values of all nodes, or the failure that wins."""
        failures = Strict()
        values = [failures.run(self.run, node) for node in nodes]
        failures.check()
        return values

    def _apply(self, node: Apply) -> Value:
        callee = node.callee
        if callee.lazy:
            return self._alternative(node)
        arguments = self.strict(node.arguments)
        return callee.implementation(self.budget, *arguments) if callee.budgeted else callee.implementation(*arguments)

    def _alternative(self, node: Apply) -> Value:
        """`optional.or(other)` and `optional.orValue(other)`: the argument counts only where there is no value."""
        target = self.run(node.arguments[0])
        if isinstance(target, OptionalValue) and target.has_value:
            return target if node.callee.name == "or" else target.value
        return node.callee.implementation(target, self.run(node.arguments[1]))

    def _select(self, node: Select) -> Value:
        operand = self.run(node.operand)
        return optional_select(operand, node.field) if node.optional else select(operand, node.field)

    def _has(self, node: Has) -> bool:
        return has(self.run(node.operand), node.field)

    def _index(self, node: Index) -> Value:
        operand, key = self.strict((node.operand, node.index))
        if node.optional:
            return optional_index(operand, key)
        if isinstance(node.index, Constant) and isinstance(key, str) and isinstance(operand, dict):
            return select(operand, key)
        return index(operand, key)

    def _unary(self, node: Unary) -> Value:
        return UNARY[node.operator](self.run(node.operand))

    def _binary(self, node: Binary) -> Value:
        left, right = self.strict((node.left, node.right))
        return add(self.budget, left, right) if node.operator == "+" else BINARY[node.operator](left, right)

    def _list_literal(self, node: ListLiteral) -> list[Value]:
        values = self.strict(element.value for element in node.elements)
        self.budget.spend(len(values))
        result: list[Value] = []
        for element, value in zip(node.elements, values, strict=True):
            if not element.optional:
                result.append(value)
            elif (content := optional_content(value)).has_value:
                result.append(content.value)
        return result

    def _map_literal(self, node: MapLiteral) -> dict[Any, Value]:
        values = self.strict(node.children())
        self.budget.spend(len(values))
        entries: list[tuple[Value, Value]] = []
        for number, entry in enumerate(node.entries):
            key, value = values[2 * number], values[2 * number + 1]
            if not entry.optional:
                entries.append((key, value))
            elif (content := optional_content(value)).has_value:
                entries.append((key, content.value))
        return map_of(entries)

    # Operations that can do without some operands

    def _logical(self, node: Logical) -> bool:
        decisive = node.operator == "||"
        failures = Strict()
        for operand in node.operands:
            if failures.run(self._decides, operand, decisive):
                return decisive
        failures.check()
        return not decisive

    def _decides(self, operand: Node, decisive: bool) -> bool:  # noqa: FBT001 - the value sought, not an option
        value = self.run(operand)
        if type(value) is not bool:
            raise no_bool(value, "an operand of && or ||")
        return value is decisive

    def _conditional(self, node: Conditional) -> Value:
        condition = self.run(node.condition)
        if type(condition) is not bool:
            raise no_bool(condition, "the condition of ?:")
        return self.run(node.then if condition else node.otherwise)

    def _bind(self, node: Bind) -> Value:
        return self.within({node.variable.name: _Slot(self, node.value)}, node.body)

    def _block(self, node: Block) -> Value:
        outer = self.scope
        try:
            for number, slot in enumerate(node.slots):
                self.scope = {**self.scope, slot_name(number): _Slot(self, slot)}
            return self.run(node.body)
        finally:
            self.scope = outer

    def within(self, variables: dict[str, Value], body: Node) -> Value:
        """The value of a node while more variables are bound."""
        return self.in_scope({**self.scope, **variables}, body)

    def in_scope(self, scope: dict[str, Value], body: Node) -> Value:
        """The value of a node in another scope."""
        outer, self.scope = self.scope, scope
        try:
            return self.run(body)
        finally:
            self.scope = outer

    # Macros

    def _macro(self, node: Macro) -> Value:
        if node.kind in (MacroKind.OPT_MAP, MacroKind.OPT_FLAT_MAP):
            return self._optional_macro(node)
        target = self.run(node.target)
        if node.kind in (MacroKind.ALL, MacroKind.EXISTS):
            return self._quantifier(node, target)
        return self._collecting(node, target)

    def _rounds(self, node: Macro, target: Value, failures: Strict) -> Iterator[dict[str, Value]]:
        """The variables of each iteration; the hidden rest of a list is remembered as a failure at the end."""
        names = [variable.name for variable in node.variables]
        known = target.known() if isinstance(target, PartialList) else target
        items = elements(known) if len(names) == 1 else pairs(known)
        # All at once, as the native function does: an evaluation costs the same on both ways.
        self.budget.step(len(items))
        for item in items:
            yield {names[0]: item} if len(names) == 1 else dict(zip(names, item, strict=True))
        if isinstance(target, PartialList):
            failures.unknowns.append(Unknown(target.gaps))

    def _quantifier(self, node: Macro, target: Value) -> bool:
        """`all` or `exists`, without a frame to spare: whatever goes wrong in a long list comes through here."""
        decisive = node.kind is MacroKind.EXISTS
        predicate, failures, outer = node.predicate, Strict(), self.scope
        assert predicate is not None  # noqa: S101 - the parser gives these macros one
        try:
            for variables in self._rounds(node, target, failures):
                self.scope = {**outer, **variables}
                try:
                    value = self.run(predicate)
                except Unknown as unknown:
                    failures.unknowns.append(unknown)
                except EvaluationError as error:
                    failures.fail(error)
                else:
                    decides: bool = value is decisive
                    if decides:
                        return decisive
                    if type(value) is not bool:
                        failures.fail(no_bool(value, f"the predicate of {node.kind}"))
        finally:
            self.scope = outer
        failures.check()
        return not decisive

    def _predicate(self, node: Macro, variables: dict[str, Value]) -> bool:
        """Whether the predicate holds in one iteration; true where the macro has none."""
        if node.predicate is None:
            return True
        value = self.within(variables, node.predicate)
        if type(value) is not bool:
            raise no_bool(value, f"the predicate of {node.kind}")
        return value is True

    def _collecting(self, node: Macro, target: Value) -> Value:
        """A macro that needs every element."""
        failures = Strict()
        found: list[tuple[Value, Value]] = []
        for variables in self._rounds(node, target, failures):
            if failures.run(self._predicate, node, variables):
                result = failures.run(self.within, variables, node.result) if node.result else None
                found.append((next(iter(variables.values())), result))
        failures.check()
        return collected(node.kind, found)

    def _optional_macro(self, node: Macro) -> OptionalValue:
        target = optional_content(self.run(node.target))
        if not target.has_value or node.result is None:
            return NONE
        result = self.within({node.variables[0].name: target.value}, node.result)
        return OptionalValue(result) if node.kind is MacroKind.OPT_MAP else optional_content(result)

    _RULES: ClassVar[dict[type[Node], Callable[[Interpreter, Any], Value]]] = {
        Constant: _constant,
        Local: _local,
        Global: _global,
        Unresolved: _unresolved,
        Apply: _apply,
        Select: _select,
        Has: _has,
        Index: _index,
        Unary: _unary,
        Binary: _binary,
        ListLiteral: _list_literal,
        MapLiteral: _map_literal,
        Logical: _logical,
        Conditional: _conditional,
        Bind: _bind,
        Block: _block,
        Macro: _macro,
    }
