"""The extension libraries of lists and sets, with what Kubernetes adds."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from sec02_policies.cel.functions.registry import Registry
from sec02_policies.cel.functions.standard import INT
from sec02_policies.cel.mismatch import no_overload
from sec02_policies.cel.operators.arithmetic import add
from sec02_policies.cel.operators.comparison import equal, less, sorted_by
from sec02_policies.cel.values import NONE, OptionalValue
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from sec02_policies.cel.budget import Budget
    from sec02_policies.cel.values import Value

LIST = frozenset({list})

library = Registry()


@library.receiver("slice", LIST, INT, INT, budgeted=True)
def slice_(budget: Budget, values: list[Value], start: int, end: int) -> list[Value]:
    """Return the elements from one position to before another."""
    if not 0 <= start <= end <= len(values):
        raise EvaluationError("index_out_of_range", "the slice lies outside the list")
    budget.spend(end - start)
    return values[start:end]


@library.receiver("flatten", LIST, INT, budgeted=True)
def flatten(budget: Budget, values: list[Value], depth: int = 1) -> list[Value]:
    """Return the list with lists in it replaced by their elements, `depth` levels deep."""
    if depth < 0:
        raise EvaluationError("range", "the depth is negative")
    while depth > 0 and any(isinstance(value, list) for value in values):
        flat: list[Value] = []
        for value in values:
            budget.spend(len(value) if isinstance(value, list) else 1)
            flat.extend(value if isinstance(value, list) else [value])
        values, depth = flat, depth - 1
    return values


@library.function("lists.range", INT, budgeted=True)
def range_(budget: Budget, count: int) -> list[int]:
    """Return the numbers from 0 to before `count`."""
    budget.spend(max(count, 0))
    return list(range(count))


@library.receiver("distinct", LIST, budgeted=True)
def distinct(budget: Budget, values: list[Value]) -> list[Value]:
    """Return the elements without repetitions, each at its first place."""
    if all(type(value) is str for value in values):
        return list(dict.fromkeys(values))
    result: list[Value] = []
    for value in values:
        budget.step(len(result) + 1)
        if not any(equal(value, each) for each in result):
            result.append(value)
    return result


@library.receiver("sort", LIST, budgeted=True)
def sort(budget: Budget, values: list[Value]) -> list[Value]:
    """Return the elements in ascending order; they must be of one ordered type."""
    budget.spend(len(values))
    return sorted_by(values, values)


@library.receiver("first", LIST)
def first(values: list[Value]) -> OptionalValue:
    """Return the first element, none of an empty list."""
    return OptionalValue(values[0]) if values else NONE


@library.receiver("last", LIST)
def last(values: list[Value]) -> OptionalValue:
    """Return the last element, none of an empty list."""
    return OptionalValue(values[-1]) if values else NONE


@library.receiver("isSorted", LIST)
def is_sorted(values: list[Value]) -> bool:
    """Tell whether no element is less than the one before it."""
    return not any(less(after, before) for before, after in pairwise(values))


@library.receiver("sum", LIST, budgeted=True)
def sum_(budget: Budget, values: list[Value]) -> Value:
    """Return the sum of numbers or durations, 0 of an empty list."""
    if not values:
        return 0
    total = values[0]
    if isinstance(total, (str, bytes, list, bool)) or total is None:
        raise no_overload("sum", values)
    for value in values[1:]:
        total = add(budget, total, value)
    return total


@library.receiver("min", LIST)
def min_(values: list[Value]) -> Value:
    """Return the least element."""
    return _extreme("min", values, greatest=False)


@library.receiver("max", LIST)
def max_(values: list[Value]) -> Value:
    """Return the greatest element."""
    return _extreme("max", values, greatest=True)


def _extreme(name: str, values: list[Value], *, greatest: bool) -> Value:
    if not values:
        raise EvaluationError("index_out_of_range", f"{name}() of an empty list")
    best = values[0]
    for value in values[1:]:
        better = less(best, value) if greatest else less(value, best)
        best = value if better else best
    return best


@library.function("sets.contains", LIST, LIST, budgeted=True)
def sets_contains(budget: Budget, values: list[Value], wanted: list[Value]) -> bool:
    """Tell whether every element of the second list is in the first."""
    budget.step(len(values) * len(wanted))
    return _includes(values, wanted)


def _includes(values: list[Value], wanted: list[Value]) -> bool:
    return all(any(equal(each, value) for value in values) for each in wanted)


@library.function("sets.equivalent", LIST, LIST, budgeted=True)
def sets_equivalent(budget: Budget, left: list[Value], right: list[Value]) -> bool:
    """Tell whether each list has every element of the other."""
    budget.step(2 * len(left) * len(right))
    return _includes(left, right) and _includes(right, left)


@library.function("sets.intersects", LIST, LIST, budgeted=True)
def sets_intersects(budget: Budget, left: list[Value], right: list[Value]) -> bool:
    """Tell whether the lists have an element in common."""
    budget.step(len(left) * len(right))
    return any(any(equal(one, other) for other in right) for one in left)
