"""Expressions by type, and documents with what real ones have: missing, null, mixed and hidden parts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from sec02_policies.cel import Duration, Environment, Timestamp, TypedMap, TypeValue, UInt
from sec02_policies.cel.types import DYN
from sec02_policies.errors import EvaluationError, LimitError
from sec02_policies.model import Gap, GapKind, PartialList, PartialMap, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

ENVIRONMENT = Environment({"r": DYN, "p": DYN})
TEXTS = ["", "a", "Active", "arn:aws:iam::123456789012:role/x", "é", "2024-01-01T00:00:00Z", "7"]
NUMBERS = [0, 1, 2, 7, 90, -1, 2**62]
FIELDS = ["n", "s", "b", "t", "l", "m", "k", "zz"]


def literal(value: Any) -> str:
    """The CEL text of a scalar."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    return "'" + value + "'" if isinstance(value, str) else str(value)


# Documents

scalars = st.one_of(st.sampled_from(TEXTS), st.sampled_from(NUMBERS), st.booleans(), st.none())


def mostly(strategy: Any) -> Any:
    """Values of the right type, and now and then any other."""
    return st.one_of(strategy, strategy, strategy, strategy, scalars)


texts_of_documents = mostly(st.sampled_from(TEXTS))
numbers_of_documents = mostly(st.sampled_from(NUMBERS))
elements = st.fixed_dictionaries(
    {"n": numbers_of_documents},
    optional={"id": st.sampled_from(TEXTS), "s": texts_of_documents, "b": mostly(st.booleans())},
)
documents = st.fixed_dictionaries(
    {"s": texts_of_documents, "n": numbers_of_documents, "b": mostly(st.booleans())},
    optional={
        "t": mostly(st.just("2024-01-01T00:00:00Z")),
        "l": st.one_of(st.lists(scalars, max_size=4), st.lists(st.sampled_from(TEXTS), max_size=4)),
        "m": elements,
        "k": st.lists(elements, max_size=3),
    },
)


def gap(number: int) -> Gap:
    return Gap(
        id=f"gap-{number}",
        collection="iam_user",
        account_id="123456789012",
        region="global",
        resource_id="u",
        field="f",
        api="iam:GetUser",
        code="AccessDenied",
        kind=GapKind.DENIED,
    )


@dataclass(frozen=True)
class Hide:
    """A map or list of which parts are to be hidden; printable, as a PartialMap is not."""

    known: Any
    names: tuple[str, ...] = ()


@st.composite
def hidden(draw: Callable[..., Any], value: Any) -> Any:
    """The value with some of its parts marked to be hidden."""
    if isinstance(value, dict):
        kept = {key: draw(hidden(each)) for key, each in value.items()}
        names = draw(st.sets(st.sampled_from([*value, "zz"]), max_size=2)) if draw(st.booleans()) else set()
        visible = {key: each for key, each in kept.items() if key not in names}
        return Hide(visible, tuple(sorted(names))) if names else visible
    if isinstance(value, list):
        items = [draw(hidden(each)) for each in value]
        if draw(st.integers(0, 3)) == 0:
            return Hide(items[: draw(st.integers(0, len(items)))])
        return items
    return value


def hide(value: Any) -> Any:
    """The value with the marked parts hidden."""
    match value:
        case Hide(known=dict() as known):
            return PartialMap(
                {key: hide(each) for key, each in known.items()}, {name: (gap(len(name)),) for name in value.names}
            )
        case Hide():
            return PartialList([hide(each) for each in value.known], (gap(9),))
        case dict():
            return {key: hide(each) for key, each in value.items()}
        case list():
            return [hide(each) for each in value]
    return value


# Expressions

Sources = st.SearchStrategy[str]


@cache
def paths(bound: tuple[str, ...]) -> Sources:
    """Something read from the document or from a variable of a macro."""
    roots = st.sampled_from(["r", "r", "p", *bound])
    field = st.sampled_from(FIELDS)
    one = st.builds("{}.{}".format, roots, field)
    two = st.builds("{}.{}".format, one, field)
    index = st.builds("{}[{}]".format, one, st.sampled_from(["0", "1", "'n'", "-1", "r.n"]))
    options = [one, one, two, index]
    return st.one_of(*options, st.sampled_from(bound)) if bound else st.one_of(*options)


@cache
def booleans(depth: int, bound: tuple[str, ...] = ()) -> Sources:
    """An expression that is bool, or nearly always an error."""
    if depth == 0:
        read = st.sampled_from(["r.b", "p.b", *(f"{name}.b" for name in bound)])
        return st.one_of(st.sampled_from(["true", "false"]), read, read, paths(bound), comparisons(0, bound))
    inner = booleans(depth - 1, bound)
    return st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("({} && {} && {})".format, inner, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        comparisons(depth - 1, bound),
        quantifiers(depth - 1, bound),
    )


@cache
def comparisons(depth: int, bound: tuple[str, ...]) -> Sources:
    """Comparisons and tests of values."""
    value, number, text = anything(depth, bound), numbers(depth, bound), texts(depth, bound)
    operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    return st.one_of(
        st.builds("({} {} {})".format, value, operators, value),
        st.builds("({} {} {})".format, number, operators, number),
        st.builds("({} {} {})".format, text, operators, text),
        st.builds(
            "({} {} {})".format, value, st.sampled_from(["==", "!="]), st.sampled_from(["null", "'a'", "1", "true"])
        ),
        st.builds("({} in {})".format, value, lists(depth, bound)),
        st.builds("({} in {})".format, text, paths(bound)),
        st.builds("has({}.{})".format, paths(()), st.sampled_from(FIELDS)),
        st.builds("{}.{}({})".format, text, st.sampled_from(["startsWith", "endsWith", "contains"]), text),
        st.builds("{}.matches('^a.*[0-9]$')".format, text),
    )


@cache
def quantifiers(depth: int, bound: tuple[str, ...]) -> Sources:
    """Macros that give a bool."""
    name = f"v{len(bound)}"
    body = booleans(depth, (*bound, name))
    macro = st.sampled_from(["all", "exists", "exists_one"])
    return st.builds("{}.{}({}, {})".format, lists(depth, bound), macro, st.just(name), body)


@cache
def lists(depth: int, bound: tuple[str, ...]) -> Sources:
    """A list, or what may be one."""
    written = st.builds("[{}]".format, st.lists(scalars.map(literal), max_size=3).map(", ".join))
    read = st.one_of(st.sampled_from(["r.l", "r.k", "p.l", "r.m"]), paths(bound))
    if depth == 0:
        return st.one_of(written, read)
    name = f"v{len(bound)}"
    inner = lists(depth - 1, bound)
    return st.one_of(
        written,
        read,
        read,
        st.builds("({} + {})".format, inner, inner),
        st.builds("{}.filter({}, {})".format, inner, st.just(name), booleans(depth - 1, (*bound, name))),
        st.builds("{}.map({}, {})".format, inner, st.just(name), anything(depth - 1, (*bound, name))),
    )


@cache
def numbers(depth: int, bound: tuple[str, ...]) -> Sources:
    """A number, or what may be one."""
    if depth == 0:
        read = st.sampled_from(["r.n", "p.n", *(f"{name}.n" for name in bound)])
        return st.one_of(st.sampled_from([str(number) for number in NUMBERS]), read, read, paths(bound))
    inner = numbers(depth - 1, bound)
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "%"]), inner),
        st.builds("size({})".format, anything(depth - 1, bound)),
        st.builds("{}.size()".format, lists(depth - 1, bound)),
        # cel-cpp takes int(true), which the specification does not have, hence the sum
        st.builds("int({} + 0)".format, inner),
    )


@cache
def texts(depth: int, bound: tuple[str, ...]) -> Sources:
    """A text, or what may be one."""
    if depth == 0:
        read = st.sampled_from(["r.s", "p.s", *(f"{name}.s" for name in bound)])
        return st.one_of(st.sampled_from([literal(text) for text in TEXTS]), read, read, paths(bound))
    inner = texts(depth - 1, bound)
    return st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("string({})".format, numbers(depth - 1, bound)),
        paths(bound),
    )


@cache
def anything(depth: int, bound: tuple[str, ...]) -> Sources:
    """An expression of any type."""
    times = st.sampled_from(
        ["timestamp(r.t)", "timestamp('2024-01-01T00:00:00Z')", "duration('90s')", "(timestamp(r.s) - timestamp(r.t))"]
    )
    return st.one_of(paths(bound), scalars.map(literal), numbers(depth, bound), texts(depth, bound), times)


expressions = st.integers(0, 3).flatmap(booleans)


rich = st.one_of(
    st.builds("cel.bind(w, {}, {})".format, anything(1, ()), booleans(2, ("w",))),
    st.builds("cel.bind(w, {}, {})".format, lists(1, ()), booleans(2, ("w",))),
    st.builds("cel.bind(w, r, {} && w == r)".format, booleans(2, ("w",))),
    st.builds("{}.all(i, w, i != 7 || {})".format, lists(1, ()), booleans(2, ("w", "i"))),
    st.builds("{}.transformList(i, w, {}, i)".format, lists(1, ()), booleans(1, ("w", "i"))),
    st.builds("{}.transformMap(i, w, {})".format, lists(1, ()), anything(1, ("w", "i"))),
    st.builds("{}.sortBy(w, {})".format, lists(1, ()), anything(1, ("w",))),
    st.builds("r.?{}.optMap(w, {}).orValue({})".format, st.sampled_from(FIELDS), booleans(1, ("w",)), booleans(1)),
    st.builds("[?r.?{}, {}].size() == 1".format, st.sampled_from(FIELDS), anything(1, ())),
    st.builds(
        "{}.{}()".format, lists(1, ()), st.sampled_from(["distinct", "sort", "sum", "max", "reverse", "flatten"])
    ),
    st.builds("sets.intersects({}, {})".format, lists(1, ()), lists(1, ())),
)
everything = st.one_of(expressions, rich)
"""Also what cel-python and cel-cpp do not have."""


# Outcomes

ERROR = ("error",)
UNKNOWN = ("unknown",)


def form(value: Any) -> tuple[Any, ...]:
    """A value as something to compare exactly."""
    if isinstance(value, (PartialList, PartialMap)):
        return ("partial", len(value.known()))
    if isinstance(value, list):
        return ("list", tuple(form(item) for item in value))
    if isinstance(value, dict):
        return ("map", frozenset((form(key), form(item)) for key, item in value.items()))
    if isinstance(value, float):
        return ("double", "nan" if math.isnan(value) else repr(value))
    assert value is None or isinstance(value, (bool, int, UInt, str, bytes, Timestamp, Duration, TypeValue, TypedMap))
    return (type(value).__name__, value)


def outcome(evaluate: Callable[[Any], Any], bindings: Any) -> tuple[Any, ...]:
    """What an evaluation gives; anything but a value and the three exceptions fails the test."""
    try:
        return form(evaluate({name: hide(value) for name, value in bindings.items()}))
    except EvaluationError:
        return ERROR
    except Unknown:
        return UNKNOWN
    except LimitError:
        return ("limit",)
