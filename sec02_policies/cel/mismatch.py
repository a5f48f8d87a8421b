"""The errors for values of types that an operator or a function does not take."""

from __future__ import annotations

from sec02_policies.cel.values import Value, type_name
from sec02_policies.errors import EvaluationError


def no_overload(what: str, *values: Value) -> EvaluationError:
    """Return the error for an operator or function that does not take values of these types."""
    return EvaluationError("no_such_overload", f"{what} does not take ({', '.join(type_name(v) for v in values)})")


def no_bool(value: Value, what: str) -> EvaluationError:
    """Return the error for a value that stands where only a bool may."""
    return EvaluationError("no_such_overload", f"{what} must be bool, not {type_name(value)}")
