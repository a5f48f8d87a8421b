"""Laws: what the checker lets through never meets a wrong type, a missing member or null where it does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from sec02_policies.cel import Environment, compile  # noqa: A004 - the word of the language
from sec02_policies.cel.types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP_TEXT,
    ListType,
    MapType,
    OptionalType,
    PrimitiveType,
    Type,
    fits,
    is_vague,
    join,
    may_be_null,
    nullable,
    proven,
)
from sec02_policies.cel.values import Timestamp
from sec02_policies.errors import CompileError, EvaluationError

TYPE_ERRORS = {"no_such_overload", "no_such_key", "unbound_variable"}
TEXTS = st.sampled_from(["", "x", "2026-01-31T00:00:00Z"])
TIMES = st.just("2026-01-31T00:00:00Z")


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


KEYS = st.fixed_dictionaries(
    {
        "id": TEXTS,
        "status": st.sampled_from(["Active", "Inactive"]),
        "create_date": TIMES,
        "last_used_date": maybe(TIMES),
        "uses": maybe(st.integers(0, 5)),
    },
    optional={"label": TEXTS},
)
USERS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "arn": maybe(TEXTS),
        "mfa": st.booleans(),
        "age": st.integers(0, 5),
        "score": st.floats(0, 5),
        "enabled": maybe(st.booleans()),
        "keys": st.lists(KEYS, max_size=2),
        "policy": maybe(
            st.fixed_dictionaries({"version": maybe(st.just("2012-10-17")), "statements": st.lists(TEXTS, max_size=2)})
        ),
        "tags": st.just({"team": "x"}),
        "kinds": st.just(["human"]),
        "create_date": TIMES,
    },
    optional={
        "note": TEXTS,
        "boundary": maybe(TEXTS),
        "login": st.fixed_dictionaries({"at": TIMES}, optional={"region": TEXTS}),
    },
)
OF_USER = [
    "resource.mfa",
    "resource.enabled",
    "resource.enabled == true",
    "resource.enabled == false",
    "resource.arn != null",
    "resource.arn == null",
    "resource.arn == 'x'",
    "resource.arn in ['', 'x']",
    "resource.arn.startsWith('x')",
    "size(resource.arn + resource.name) > 0",
    "has(resource.note)",
    "resource.note == 'x'",
    "'note' in resource",
    "has(resource.boundary)",
    "resource.boundary != null",
    "resource.boundary.size() > 0",
    "resource.policy == null",
    "resource.policy != null",
    "resource.policy.version != null",
    "resource.policy.version.size() > 3",
    "resource.policy.statements.exists(s, s == 'x')",
    "has(resource.login)",
    "has(resource.login.region)",
    "resource.login.region == 'x'",
    "timestamp(resource.login.at) < now",
    "timestamp(resource.create_date) < now",
    "resource.age > 3",
    "true",
    "false",
]
OF_KEY = [
    "k.status == 'Active'",
    "k.uses != null",
    "k.uses == null",
    "k.uses > 3",
    "has(k.label)",
    "k.label != ''",
    "k.last_used_date != null",
    "timestamp(k.last_used_date) < now",
]


def combined(atoms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Conditions over the atoms; brackets keep the meaning of each part."""
    return st.recursive(
        atoms,
        lambda part: st.one_of(
            part.map(lambda one: f"!({one})"),
            st.tuples(part, st.sampled_from(["&&", "||"]), part).map(lambda of: f"({of[0]} {of[1]} {of[2]})"),
            st.tuples(part, part, part).map(lambda of: f"({of[0]} ? {of[1]} : {of[2]})"),
            st.tuples(part, st.sampled_from(["== true", "== false", "!= true"])).map(lambda of: f"({of[0]}) {of[1]}"),
        ),
        max_leaves=5,
    )


BODIES = combined(st.sampled_from([*OF_KEY, "resource.arn != null", "resource.arn.size() > 0"]))
OVER_KEYS = st.one_of(
    st.tuples(st.sampled_from(["all", "exists", "exists_one"]), BODIES).map(
        lambda of: f"resource.keys.{of[0]}(k, {of[1]})"
    ),
    st.tuples(BODIES, BODIES).map(lambda of: f"resource.keys.filter(k, {of[0]}).all(k, {of[1]})"),
    BODIES.map(lambda body: f"resource.keys.map(k, {body}, k.uses).exists(u, u > 3)"),
)
CONDITIONS = combined(st.sampled_from(OF_USER) | OVER_KEYS) | st.tuples(
    st.sampled_from(["resource.arn", "resource.policy", "resource.mfa"]),
    combined(st.sampled_from([*OF_USER, "v != null"])),
).map(lambda of: f"cel.bind(v, {of[0]}, {of[1]})")


@given(source=CONDITIONS, user=USERS)
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_what_is_let_through_meets_no_wrong_type(source: str, user: dict[str, Any], world: Environment) -> None:
    try:
        program = compile(source, world, expected=BOOL)
    except CompileError:
        event("refused")
        return
    event("let through")
    moment = Timestamp.parse("2026-11-24T00:00:00Z")
    bindings = {"resource": user, "now": moment, "params": {}, "variables": {}, "snapshot": None, "anything": None}
    try:
        assert program.evaluate(bindings) in (True, False)
    except EvaluationError as error:
        # An empty text is no time and has no such index: errors of a value, not of a type.
        assert error.code not in TYPE_ERRORS, source


SCALARS = st.sampled_from(
    [BOOL, INT, DOUBLE, STRING, NULL, DYN, TIMESTAMP_TEXT, PrimitiveType(name="string", enum=("a",))]
)
TYPES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        inner.map(nullable),
        inner.map(lambda each: proven(nullable(each))),
        inner.map(lambda element: ListType(element=element)),
        inner.map(lambda value: OptionalType(value=value)),
        st.tuples(inner, inner).map(lambda pair: MapType(key=pair[0], value=pair[1])),
    ),
    max_leaves=4,
)


@given(st.lists(TYPES, min_size=1, max_size=4))
def test_a_joined_type_takes_what_each_of_its_parts_takes(types: list[Type]) -> None:
    joined = join(types)
    assert all(fits(joined, each, {}) for each in types)
    assert is_vague(joined) or any(map(may_be_null, types)) == may_be_null(joined)


@given(TYPES, TYPES)
def test_the_order_of_parts_changes_no_joined_type(one: Type, other: Type) -> None:
    first, second = join([one, other]), join([other, one])
    assert fits(first, second, {})
    assert fits(second, first, {})


@given(TYPES)
def test_a_type_fits_itself_and_its_nullable_form(type_: Type) -> None:
    assert fits(type_, type_, {})
    assert fits(nullable(type_), type_, {})
    assert join([type_, type_]) == type_ or is_vague(type_) or type_ == join([type_])


@pytest.mark.parametrize("wrong", [INT, ListType(element=STRING), MapType(key=INT, value=STRING)])
def test_a_type_does_not_fit_another(wrong: Type) -> None:
    assert not fits(STRING, wrong, {})
    assert not fits(ListType(element=INT), wrong, {})
