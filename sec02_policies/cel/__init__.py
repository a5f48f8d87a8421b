"""CEL for policies: compile an expression once, evaluate it over plain JSON, trace it.

program = compile("resource.age > params.limit", Environment({"resource": DYN, "params": DYN}))
program.evaluate({"resource": {"age": 3}, "params": {"limit": 2}})
"""

from __future__ import annotations

from sec02_policies.cel.compilation import compile  # noqa: A004 - the word of the language
from sec02_policies.cel.environment import Environment, Function
from sec02_policies.cel.limits import Limits
from sec02_policies.cel.program import Program
from sec02_policies.cel.trace import Outcome, OutcomeKind, Step, Trace
from sec02_policies.cel.values import Duration, OptionalValue, Timestamp, TypedMap, TypeValue, UInt, to_json

__all__ = [
    "Duration",
    "Environment",
    "Function",
    "Limits",
    "OptionalValue",
    "Outcome",
    "OutcomeKind",
    "Program",
    "Step",
    "Timestamp",
    "Trace",
    "TypeValue",
    "TypedMap",
    "UInt",
    "compile",
    "to_json",
]
