"""The second opinion: cel-python's interpreter behind the same program, with Unknown and without its known slips.

cel-python parses, selects, calculates, compares and converts. Here stands what it gets wrong in ways that matter for a
verdict: Unknown in `&&`, `||`, `?:`, `has` and the macros, null and bool in `==`, `has` over errors, lax timestamps,
negative indexes. Source that it would read otherwise than CEL is refused at compilation.
"""

from __future__ import annotations

import logging
import operator
import sys
from typing import TYPE_CHECKING, Any

import celpy
from celpy import celtypes
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError, Evaluator, base_functions

from sec02_policies.cel.budget import Budget
from sec02_policies.cel.celpy_values import JsonMap, UnknownValue, from_cel, to_cel
from sec02_policies.cel.operators.access import contains, index
from sec02_policies.cel.operators.comparison import equal
from sec02_policies.cel.portable import portable
from sec02_policies.cel.program import Program
from sec02_policies.cel.resolve import resolve
from sec02_policies.cel.times import parse_duration, parse_timestamp
from sec02_policies.cel.values import Duration, Timestamp, type_name
from sec02_policies.errors import CompileError, EvaluationError, LimitError
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sec02_policies.cel.environment import Environment, Implementation
    from sec02_policies.cel.syntax import Node
    from sec02_policies.cel.types import Type
    from sec02_policies.cel.values import Value

# cel-python logs values of the document when a function fails; nothing of a document may reach a log.
logging.getLogger("celpy").setLevel(logging.CRITICAL + 1)

_MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
_TERNARY = 3


class CelpyProgram(Program):
    """An expression compiled by cel-python."""

    __slots__ = ("_runner",)

    def __init__(self, source: str, tree: Node, environment: Environment, result_type: Type) -> None:
        """Refuse what cel-python reads otherwise, then let it parse the source."""
        for finding in portable(tree, source):
            raise CompileError(
                finding.code, finding.message, line=finding.line, column=finding.column, hint=finding.hint
            )
        resolved = resolve(tree, environment)
        self.source = source
        self.result_type = result_type
        self._tree = resolved
        self._environment = environment
        self.evaluate = self._evaluate
        self._runner = _runner(source, environment)

    def _evaluate(self, bindings: Mapping[str, object]) -> Value:
        context = {name: to_cel(value) for name, value in bindings.items()}
        try:
            evaluator = _Evaluator(self._runner.ast, self._runner.new_activation())
            evaluator.budget = Budget(self._environment.limits)
            return from_cel(evaluator.evaluate(context))
        except UnknownValue as unknown:
            raise unknown.unknown from None
        except CELEvalError as error:
            raise _evaluation_error(error) from None
        except (EvaluationError, LimitError, Unknown):
            raise
        except (RecursionError, MemoryError):
            raise LimitError("depth", "the data or the expression are nested too deeply") from None
        except Exception as error:  # noqa: BLE001 - cel-python lets Python exceptions through
            raise EvaluationError("celpy", f"cel-python failed ({type(error).__name__})") from None


def _runner(source: str, environment: Environment) -> celpy.InterpretedRunner:
    """What cel-python makes of the source."""
    recursion_limit = sys.getrecursionlimit()
    try:
        celpy_environment = celpy.Environment(package=environment.container or None)
        tree = celpy_environment.compile(source)
    except CELParseError as error:
        message = "cel-python cannot read this"
        raise CompileError("celpy", message, line=error.line or 1, column=error.column or 1) from None
    except RecursionError:
        raise CompileError("depth", "nested too deeply for cel-python") from None
    finally:
        # cel-python raises the limit of the whole process, and with it the depth at which others stop.
        sys.setrecursionlimit(recursion_limit)
    functions = {**_FUNCTIONS, **{name: _host(call) for name, call in environment.implementations()}}
    return celpy.InterpretedRunner(celpy_environment, tree, functions)


def _host(call: Implementation) -> Callable[..., Value]:
    """A host function as cel-python calls it."""

    def run(*arguments: Value) -> Value:
        try:
            return to_cel(call(*[from_cel(argument) for argument in arguments]))
        except Unknown as unknown:
            return UnknownValue(unknown)
        except EvaluationError as error:
            return CELEvalError(error.code, error.message)

    return run


_MESSAGES = {
    "no such overload": "no_such_overload",
    "found no matching overload": "no_such_overload",
    "no such member": "no_such_key",
    "no such key": "no_such_key",
    "return error for overflow": "overflow",
    "modulus or divide by zero": "divide_by_zero",
    "divide by zero": "divide_by_zero",
    "undeclared reference": "unbound_variable",
    "invalid_argument": "index_out_of_range",
}


def _evaluation_error(error: CELEvalError) -> EvaluationError:
    """The error of cel-python without what it quotes of the document."""
    text = str(error.args[0]) if error.args else ""
    for start, code in _MESSAGES.items():
        if text.startswith(start):
            return EvaluationError(code, start.replace("_", " "))
    known = len(error.args) > 1 and isinstance(error.args[1], str)
    return EvaluationError(text, str(error.args[1])) if known else EvaluationError("celpy", "the evaluation failed")


def _error(code: str, message: str) -> CELEvalError:
    return CELEvalError(code, message)


class _Evaluator(Evaluator):
    """cel-python's evaluator with CEL's logic for errors and ours for Unknown."""

    budget: Budget

    def sub_evaluator(self, ast: Any) -> _Evaluator:  # noqa: ANN401 - a tree of lark
        """The same kind of evaluator for a part of the tree."""
        evaluator = _Evaluator(ast, activation=self.activation)
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
            return _error("no_such_overload", "the condition of ?: must be bool")
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
        return _decide((self.visit(child) for child in tree.children), decisive=decisive)

    def macro_has_eval(self, exprlist: Any) -> Value:  # noqa: ANN401 - a tree of lark
        """`has(operand.field)`: errors of the operand stay errors."""
        tree = exprlist
        while tree.data != "member_dot":
            tree = tree.children[0]
        operand, field = self.visit(tree.children[0]), str(tree.children[1])
        if isinstance(operand, CELEvalError):
            return operand
        if not isinstance(operand, celtypes.MapType):
            return _error("no_such_overload", f"{type_name(from_cel(operand))} has no field {field}")
        return _guarded(lambda: celtypes.BoolType(field in operand))

    def member_dot_arg(self, tree: Any) -> Value:  # noqa: ANN401 - a tree of lark
        """A macro, or a call of a method."""
        name = str(tree.children[1])
        if name not in _MACROS:
            return super().member_dot_arg(tree)
        target = self.visit(tree.children[0])
        if isinstance(target, CELEvalError):
            return target
        if not isinstance(target, (celtypes.ListType, celtypes.MapType)):
            return _error("no_such_overload", "a macro goes through a list or a map")
        return _guarded(lambda: self._macro(name, tree, target))

    def _macro(self, name: str, tree: Any, target: Iterable[Value]) -> Value:  # noqa: ANN401 - a tree of lark
        evaluate = self.build_ss_macro_eval(tree)
        results = (self._round(evaluate, item) for item in target)
        if name in ("all", "exists"):
            return _decide(results, decisive=name == "exists")
        items = list(target)
        values = list(results)
        failed = [*_failures(items), *_failures(values)]
        if name != "map":
            failed += [_not_bool() for value in values if not isinstance(value, (celtypes.BoolType, CELEvalError))]
        if failed:
            return _worst(failed)
        if name == "map":
            return celtypes.ListType(values)
        chosen = [item for item, value in zip(items, values, strict=True) if value]
        return celtypes.BoolType(len(chosen) == 1) if name == "exists_one" else celtypes.ListType(chosen)

    def _round(self, evaluate: Callable[[Value], Value], item: Value) -> Value:
        self.budget.step()
        return item if isinstance(item, CELEvalError) else evaluate(item)


def _not_bool() -> CELEvalError:
    return _error("no_such_overload", "a condition must be bool")


def _failures(values: Iterable[Value]) -> list[CELEvalError]:
    return [value for value in values if isinstance(value, CELEvalError)]


def _worst(failures: list[CELEvalError]) -> CELEvalError:
    """The Unknown of all, if there is one; otherwise the first error."""
    unknowns = [failure.unknown for failure in failures if isinstance(failure, UnknownValue)]
    return UnknownValue(Unknown.merged(unknowns)) if unknowns else failures[0]


def _decide(values: Iterable[Value], *, decisive: bool) -> Value:
    """The value of `||` (or `&&`) over all values: one that decides, otherwise Unknown, otherwise an error."""
    failures: list[CELEvalError] = []
    for value in values:
        if isinstance(value, celtypes.BoolType):
            if bool(value) is decisive:
                return value
        else:
            failures.append(value if isinstance(value, CELEvalError) else _not_bool())
    return _worst(failures) if failures else celtypes.BoolType(not decisive)


def _guarded(compute: Callable[[], Value]) -> Value:
    """The value, or the failure as a value."""
    try:
        return compute()
    except Unknown as unknown:
        return UnknownValue(unknown)
    except EvaluationError as error:
        return _error(error.code, error.message)


def _plainly(function: Callable[..., Value]) -> Callable[..., Value]:
    """One of our functions of plain values, as cel-python calls it."""

    def run(*arguments: Value) -> Value:
        failures = _failures(arguments)
        if failures:
            return _worst(failures)
        return _guarded(lambda: to_cel(function(*[from_cel(argument) for argument in arguments])))

    return run


_equal_plainly = _plainly(equal)


def _equal(left: Value, right: Value) -> Value:
    """Equality: of cel-python within one scalar type, ours between types and for lists and maps."""
    same = type(left) is type(right) and not isinstance(left, (celtypes.ListType, celtypes.MapType, type(None)))
    return base_functions["_==_"](left, right) if same else _equal_plainly(left, right)


def _unequal(left: Value, right: Value) -> Value:
    result = _equal(left, right)
    return result if isinstance(result, CELEvalError) else celtypes.BoolType(not result)


def _index(target: Value, key: Value) -> Value:
    """An element: of cel-python in maps, ours in lists, where it counts from the end."""
    failures = _failures((target, key))
    if failures:
        return _worst(failures)
    return operator.getitem(target, key) if isinstance(target, JsonMap) else _index_plainly(target, key)


_index_plainly = _plainly(index)


def _sum(left: Value, right: Value) -> Value:
    """`+`: ours joins lists, whose elements cel-python's own would lose; cel-python's adds everything else."""
    lists = isinstance(left, celtypes.ListType) and isinstance(right, celtypes.ListType)
    return _join_plainly(left, right) if lists else _add(left, right)


def _strictly(operation: str) -> Callable[[Value, Value], Value]:
    """An operator of cel-python, which itself knows a failure only on its left."""

    def run(left: Value, right: Value) -> Value:
        failures = _failures((left, right))
        return _worst(failures) if failures else base_functions[operation](left, right)

    return run


_add = _strictly("_+_")


_join_plainly = _plainly(operator.add)


def _timestamp(value: Value) -> Value:
    if isinstance(value, str):
        return Timestamp(parse_timestamp(value))
    if isinstance(value, Timestamp):
        return value
    raise EvaluationError("no_such_overload", f"timestamp does not take ({type_name(value)})")


def _duration(value: Value) -> Value:
    if isinstance(value, str):
        return Duration(parse_duration(value))
    if isinstance(value, Duration):
        return value
    raise EvaluationError("no_such_overload", f"duration does not take ({type_name(value)})")


def _size(value: Value) -> int:
    if isinstance(value, (str, bytes, list, dict)):
        return len(value)
    raise EvaluationError("no_such_overload", f"size does not take ({type_name(value)})")


def _contains(text: Value, part: Value) -> bool:
    if isinstance(text, str) and isinstance(part, str):
        return part in text
    raise EvaluationError("no_such_overload", f"contains does not take ({type_name(text)}, {type_name(part)})")


def _string(value: Value) -> Value:
    """`string()` of a bool as CEL writes it; everything else by cel-python."""
    if isinstance(value, celtypes.BoolType):
        return celtypes.StringType("true" if value else "false")
    return base_functions["string"](value)


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "_==_": _equal,
    "_!=_": _unequal,
    "_[_]": _index,
    "_+_": _sum,
    "_-_": _strictly("_-_"),
    "_*_": _strictly("_*_"),
    "_/_": _strictly("_/_"),
    "_%_": _strictly("_%_"),
    "_in_": _plainly(contains),
    "timestamp": _plainly(_timestamp),
    "duration": _plainly(_duration),
    "size": _plainly(_size),
    "contains": _plainly(_contains),
    "string": _string,
}
