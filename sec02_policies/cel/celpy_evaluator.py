"""cel-python's evaluator, with Unknown in `&&`, `||`, `?:`, `has` and the macros, and `has` over errors as in CEL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celpy import celtypes
from celpy.evaluation import CELEvalError, Evaluator

from sec02_policies.cel.celpy_failures import decide, error_value, failures_of, guarded, no_bool_value, worst
from sec02_policies.cel.celpy_values import from_cel
from sec02_policies.cel.values import type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sec02_policies.cel.budget import Budget
    from sec02_policies.cel.values import Value

_MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
_TERNARY = 3


class CelpyEvaluator(Evaluator):
    """cel-python's evaluator with CEL's logic for errors and ours for Unknown."""

    budget: Budget

    def sub_evaluator(self, ast: Any) -> CelpyEvaluator:  # noqa: ANN401 - a tree of lark
        """The same kind of evaluator for a part of the tree."""
        evaluator = CelpyEvaluator(ast, activation=self.activation)
        evaluator.budget = self.budget
        return evaluator

    def expr(self, tree: Any) -> Value:  # noqa: ANN401 - a tree of lark
        """`condition ? then : otherwise`, or what is in it."""
        if len(tree.children) != _TERNARY:
            return self.visit(tree.children[0])
        condition = self.visit(tree.children[0])
        if isinstance(condition, CELEvalError):
            return condition
        if not isinstance(condition, celtypes.BoolType):
            return error_value("no_such_overload", "the condition of ?: must be bool")
        return self.visit(tree.children[1 if condition else 2])

    def conditionalor(self, tree: Any) -> Value:  # noqa: ANN401 - a tree of lark
        """`a || b`."""
        return self._logical(tree, decisive=True)

    def conditionaland(self, tree: Any) -> Value:  # noqa: ANN401 - a tree of lark
        """`a && b`."""
        return self._logical(tree, decisive=False)

    def _logical(self, tree: Any, *, decisive: bool) -> Value:  # noqa: ANN401 - a tree of lark
        if len(tree.children) == 1:
            return self.visit(tree.children[0])
        return decide((self.visit(child) for child in tree.children), decisive=decisive)

    def macro_has_eval(self, exprlist: Any) -> Value:  # noqa: ANN401 - a tree of lark
        """`has(operand.field)`: errors of the operand stay errors."""
        tree = exprlist
        while tree.data != "member_dot":
            tree = tree.children[0]
        operand, field = self.visit(tree.children[0]), str(tree.children[1])
        if isinstance(operand, CELEvalError):
            return operand
        if not isinstance(operand, celtypes.MapType):
            return error_value("no_such_overload", f"{type_name(from_cel(operand))} has no field {field}")
        return guarded(lambda: celtypes.BoolType(field in operand))

    def member_dot_arg(self, tree: Any) -> Value:  # noqa: ANN401 - a tree of lark
        """A macro, or a call of a method."""
        name = str(tree.children[1])
        if name not in _MACROS:
            return super().member_dot_arg(tree)
        target = self.visit(tree.children[0])
        if isinstance(target, CELEvalError):
            return target
        if not isinstance(target, (celtypes.ListType, celtypes.MapType)):
            return error_value("no_such_overload", "a macro goes through a list or a map")
        return guarded(lambda: self._macro(name, tree, target))

    def _macro(self, name: str, tree: Any, target: Iterable[Value]) -> Value:  # noqa: ANN401 - a tree of lark
        evaluate = self.build_ss_macro_eval(tree)
        results = (self._round(evaluate, item) for item in target)
        if name in ("all", "exists"):
            return decide(results, decisive=name == "exists")
        items = list(target)
        values = list(results)
        failed = [*failures_of(items), *failures_of(values)]
        if name != "map":
            failed += [no_bool_value() for value in values if not isinstance(value, (celtypes.BoolType, CELEvalError))]
        if failed:
            return worst(failed)
        if name == "map":
            return celtypes.ListType(values)
        chosen = [item for item, value in zip(items, values, strict=True) if value]
        return celtypes.BoolType(len(chosen) == 1) if name == "exists_one" else celtypes.ListType(chosen)

    def _round(self, evaluate: Callable[[Value], Value], item: Value) -> Value:
        self.budget.step()
        return item if isinstance(item, CELEvalError) else evaluate(item)
