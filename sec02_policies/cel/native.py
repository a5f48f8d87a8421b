"""The compiler: a resolved tree becomes one Python function over plain values, without any code for errors or Unknown.

`&&`, `||` and the macros become `and`, `or` and loops. When anything is raised in it, the function asks the
interpreter, which starts again and decides; where nothing is, it gives exactly what the interpreter would. The text of
the function consists of names made by the compiler (`v1`, `t2`, `k3`) and of the helpers below: no name and no literal
of the source is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sec02_policies.cel.budget import Budget
from sec02_policies.cel.mismatch import no_bool
from sec02_policies.cel.native_calls import HELPERS
from sec02_policies.cel.native_compile import Compiler
from sec02_policies.cel.native_kinds import Unsupported
from sec02_policies.cel.operators import access, arithmetic, comparison, gathering
from sec02_policies.cel.times import checked_duration, checked_timestamp, parse_duration, parse_timestamp
from sec02_policies.cel.values import NONE, Duration, OptionalValue, Timestamp
from sec02_policies.errors import EvaluationError, LimitError

if TYPE_CHECKING:
    from sec02_policies.cel.environment import Environment
    from sec02_policies.cel.syntax import Node

NativeFunction = Callable[[Mapping[str, object]], Any]


def compile_native(tree: Node, environment: Environment, interpret: NativeFunction) -> NativeFunction | None:
    """Return the function of a tree, which calls `interpret` when anything goes wrong; None where it cannot be made."""
    try:
        text, namespace = _function(tree, environment)
        exec(compile(text, "<cel>", "exec"), namespace)  # noqa: S102 - the text holds only names that were made here
    except (Unsupported, EvaluationError, SyntaxError, RecursionError, MemoryError):
        return None
    namespace["interpret"] = interpret
    function: NativeFunction = namespace["evaluate"]
    return function


def _function(tree: Node, environment: Environment) -> tuple[str, dict[str, Any]]:
    """The text of the whole function and the names that it uses."""
    compiler = Compiler(environment)
    result = compiler.boxed(tree)
    namespace = {**_HELPERS, **compiler.namespace}
    prologue = compiler.prologue
    if compiler.needs_budget:
        namespace["limits"] = environment.limits
        prologue.append("        budget = Budget(limits)")
    if compiler.needs_steps:
        namespace["most_steps"] = environment.limits.steps
        prologue.append("        steps = 0")
    body = [*prologue, *compiler.lines, f"        return {result.text}"]
    return "\n".join([_HEAD, *body, _TAIL]), namespace


def _steps_exceeded() -> None:
    raise LimitError("step_budget", "the evaluation takes more steps than its limit allows")


def _not_bool(value: object) -> None:
    raise no_bool(value, "a condition")


def _timestamp_of(value: object) -> int:
    if type(value) is Timestamp:
        return value.nanoseconds
    raise TypeError


def _duration_of(value: object) -> int:
    if type(value) is Duration:
        return value.nanoseconds
    raise TypeError


_HELPERS: dict[str, object] = {
    **HELPERS,
    "__builtins__": {},
    "type": type,
    "len": len,
    "str": str,
    "int": int,
    "list": list,
    "dict": dict,
    "Exception": Exception,
    "LimitError": LimitError,
    "Budget": Budget,
    "Timestamp": Timestamp,
    "Duration": Duration,
    "OptionalValue": OptionalValue,
    "NONE": NONE,
    "optional_content": access.optional_content,
    "timestamp_of": _timestamp_of,
    "duration_of": _duration_of,
    "parse_timestamp": parse_timestamp,
    "parse_duration": parse_duration,
    "checked_timestamp": checked_timestamp,
    "checked_duration": checked_duration,
    "steps_exceeded": _steps_exceeded,
    "not_bool": _not_bool,
    "add": arithmetic.add,
    "select": access.select,
    "has": access.has,
    "index": access.index,
    "optional_select": access.optional_select,
    "optional_index": access.optional_index,
    "negate": arithmetic.negate,
    "elements": gathering.elements,
    "pairs": gathering.pairs,
    "map_of": gathering.map_of,
    "sorted_by": comparison.sorted_by,
    "equal": comparison.equal,
    "unequal": comparison.unequal,
    "contains": access.contains,
    "subtract": arithmetic.subtract,
    "multiply": arithmetic.multiply,
    "divide": arithmetic.divide,
    "modulo": arithmetic.modulo,
    "less": comparison.less,
    "less_equal": comparison.less_equal,
    "greater": comparison.greater,
    "greater_equal": comparison.greater_equal,
}
_HEAD = """def evaluate(bindings):
    try:"""
_TAIL = """    except LimitError:
        raise
    except Exception:
        pass
    return interpret(bindings)
"""
