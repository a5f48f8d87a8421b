"""The second opinion: cel-python's interpreter behind the same program, with Unknown and without its known slips.

cel-python parses, selects, calculates, compares and converts; `celpy_evaluator` and `celpy_functions` hold what it gets
wrong. Source that it would read otherwise than CEL is refused at compilation.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import celpy
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError

from sec02_policies.cel.budget import Budget
from sec02_policies.cel.celpy_evaluator import CelpyEvaluator
from sec02_policies.cel.celpy_functions import FUNCTIONS
from sec02_policies.cel.celpy_values import UnknownValue, from_cel, to_cel
from sec02_policies.cel.portable import portable
from sec02_policies.cel.program import Program
from sec02_policies.cel.resolve import resolve
from sec02_policies.errors import CompileError, EvaluationError, LimitError
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sec02_policies.cel.environment import Environment, Implementation
    from sec02_policies.cel.syntax import Node
    from sec02_policies.cel.types import Type
    from sec02_policies.cel.values import Value

# cel-python logs values of the document when a function fails; nothing of a document may reach a log.
logging.getLogger("celpy").setLevel(logging.CRITICAL + 1)


class CelpyProgram(Program):
    """An expression compiled by cel-python."""

    __slots__ = ("_runner",)

    def __init__(self, source: str, tree: Node, environment: Environment, result_type: Type) -> None:
        """Refuse what cel-python reads otherwise, then let it parse the source."""
        for finding in portable(tree, source):
            raise finding.error()
        super().__init__(source, resolve(tree, environment), environment, result_type)
        self.evaluate = self._evaluate
        self._runner = _runner(source, environment)

    def _evaluate(self, bindings: Mapping[str, object]) -> Value:
        context = {name: to_cel(value) for name, value in bindings.items()}
        try:
            evaluator = CelpyEvaluator(self._runner.ast, self._runner.new_activation())
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
    functions = {**FUNCTIONS, **{name: _host(call) for name, call in environment.implementations()}}
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
