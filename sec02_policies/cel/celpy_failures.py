"""Failures as values of cel-python, which hands errors on: which of several wins, and what decides without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celpy import celtypes
from celpy.evaluation import CELEvalError

from sec02_policies.cel.celpy_values import UnknownValue
from sec02_policies.errors import EvaluationError
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sec02_policies.cel.values import Value


def error_value(code: str, message: str) -> CELEvalError:
    """An error as a value."""
    return CELEvalError(code, message)


def no_bool_value() -> CELEvalError:
    """The error for a condition that is no bool."""
    return error_value("no_such_overload", "a condition must be bool")


def failures_of(values: Iterable[Value]) -> list[CELEvalError]:
    """The errors and Unknowns among the values."""
    return [value for value in values if isinstance(value, CELEvalError)]


def worst(failures: list[CELEvalError]) -> CELEvalError:
    """The Unknown of all, if there is one; otherwise the first error."""
    unknowns = [failure.unknown for failure in failures if isinstance(failure, UnknownValue)]
    return UnknownValue(Unknown.merged(unknowns)) if unknowns else failures[0]


def decide(values: Iterable[Value], *, decisive: bool) -> Value:
    """The value of `||` (or `&&`) over all values: one that decides, otherwise Unknown, otherwise an error."""
    failures: list[CELEvalError] = []
    for value in values:
        if isinstance(value, celtypes.BoolType):
            if bool(value) is decisive:
                return value
        else:
            failures.append(value if isinstance(value, CELEvalError) else no_bool_value())
    return worst(failures) if failures else celtypes.BoolType(not decisive)


def guarded(compute: Callable[[], Value]) -> Value:
    """The value, or the failure as a value."""
    try:
        return compute()
    except Unknown as unknown:
        return UnknownValue(unknown)
    except EvaluationError as error:
        return error_value(error.code, error.message)
