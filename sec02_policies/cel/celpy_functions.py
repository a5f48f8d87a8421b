"""The operators and functions that cel-python gets wrong in ways that matter for a verdict, done our way.

Null and bool in `==`, failures on the right, lax timestamps, negative indexes, joined lists, `string()` of a bool.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from celpy import celtypes
from celpy.evaluation import CELEvalError, base_functions

from sec02_policies.cel.celpy_failures import failures_of, guarded, worst
from sec02_policies.cel.celpy_values import JsonMap, from_cel, to_cel
from sec02_policies.cel.operators.access import contains, index
from sec02_policies.cel.operators.comparison import equal
from sec02_policies.cel.times import parse_duration, parse_timestamp
from sec02_policies.cel.values import Duration, Timestamp, type_name
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.cel.values import Value


def _plainly(function: Callable[..., Value]) -> Callable[..., Value]:
    """One of our functions of plain values, as cel-python calls it."""

    def run(*arguments: Value) -> Value:
        failures = failures_of(arguments)
        if failures:
            return worst(failures)
        return guarded(lambda: to_cel(function(*[from_cel(argument) for argument in arguments])))

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
    failures = failures_of((target, key))
    if failures:
        return worst(failures)
    return operator.getitem(target, key) if isinstance(target, JsonMap) else _index_plainly(target, key)


_index_plainly = _plainly(index)


def _sum(left: Value, right: Value) -> Value:
    """`+`: ours joins lists, whose elements cel-python's own would lose; cel-python's adds everything else."""
    lists = isinstance(left, celtypes.ListType) and isinstance(right, celtypes.ListType)
    return _join_plainly(left, right) if lists else _add(left, right)


def _strictly(operation: str) -> Callable[[Value, Value], Value]:
    """An operator of cel-python, which itself knows a failure only on its left."""

    def run(left: Value, right: Value) -> Value:
        failures = failures_of((left, right))
        return worst(failures) if failures else base_functions[operation](left, right)

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


FUNCTIONS: dict[str, Callable[..., Value]] = {
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
