"""What macros go through, and what they and map literals gather."""

from __future__ import annotations

from typing import Any

from sec02_policies.cel.operators.comparison import sorted_by
from sec02_policies.cel.syntax import MacroKind
from sec02_policies.cel.values import TypedMap, UInt, Value, type_name
from sec02_policies.errors import EvaluationError


def elements(target: Value) -> list[Value]:
    """What a macro with one variable goes through: the elements of a list, or the keys of a map."""
    if isinstance(target, list):
        return target
    if isinstance(target, dict):
        return list(target)
    raise EvaluationError("no_such_overload", f"a macro goes through a list or a map, not {type_name(target)}")


def pairs(target: Value) -> list[tuple[Value, Value]]:
    """What a macro with two variables goes through: index and element, or key and value."""
    if isinstance(target, list):
        return list(enumerate(target))
    if isinstance(target, dict):
        return list(target.items())
    raise EvaluationError("no_such_overload", f"a macro goes through a list or a map, not {type_name(target)}")


def map_of(entries: list[tuple[Value, Value]]) -> dict[Any, Value]:
    """Build a map; raises for a key of a wrong type or a key given twice."""
    if all(type(key) is str for key, _ in entries):
        result: dict[Any, Value] = dict(entries)
    else:
        for key, _ in entries:
            if type(key) not in (str, int, UInt, bool):
                raise EvaluationError("bad_key", f"a map's key is bool, int, uint or string, not {type_name(key)}")
        result = TypedMap(entries)
    if len(result) != len(entries):
        raise EvaluationError("duplicate_key", "the map has a key twice")
    return result


def collected(kind: MacroKind, found: list[tuple[Value, Value]]) -> Value:
    """The value of a macro from the elements (or keys) that its predicate let through, and their results."""
    if kind is MacroKind.EXISTS_ONE:
        return len(found) == 1
    if kind is MacroKind.FILTER:
        return [element for element, _ in found]
    if kind is MacroKind.TRANSFORM_MAP:
        return map_of(found)
    results = [result for _, result in found]
    if kind in (MacroKind.MAP, MacroKind.TRANSFORM_LIST):
        return results
    if kind is MacroKind.SORT_BY:
        return sorted_by([element for element, _ in found], results)
    for result in results:
        if not isinstance(result, dict):
            raise EvaluationError("no_such_overload", f"transformMapEntry needs maps, not {type_name(result)}")
    return map_of([entry for result in results for entry in result.items()])
