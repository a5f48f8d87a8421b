"""What the operators of CEL do with values, each by its symbol.

Shared by both evaluators. Every function gets plain values, and raises EvaluationError where CEL has no value, or
lets the `Unknown` through that a hidden part of the document raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cel.operators.access import contains
from sec02_policies.cel.operators.arithmetic import divide, invert, modulo, multiply, negate, subtract
from sec02_policies.cel.operators.comparison import equal, greater, greater_equal, less, less_equal, unequal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.cel.values import Value

BINARY: dict[str, Callable[[Value, Value], Value]] = {
    "==": equal,
    "!=": unequal,
    "<": less,
    "<=": less_equal,
    ">": greater,
    ">=": greater_equal,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": modulo,
    "in": contains,
}
"""All binary operators but `+`, which also takes the budget."""

UNARY: dict[str, Callable[[Value], Value]] = {"!": invert, "-": negate}
