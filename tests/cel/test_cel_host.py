from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import pytest

from sec02_policies import cel
from sec02_policies.cel.types import BOOL, DURATION, DYN, INT, STRING, TIMESTAMP, ListType, OpaqueType, nullable
from sec02_policies.errors import CompileError, EvaluationError

DAY = 86_400 * 10**9
SNAPSHOT = OpaqueType(name="snapshot")


class Lookup:
    def __init__(self, resources: dict[str, Any]) -> None:
        self.resources = resources


def fails(_: object) -> NoReturn:
    raise ZeroDivisionError("SECRETCANARY")


FUNCTIONS = [
    cel.Function(
        name="days",
        parameters=(INT,),
        result=DURATION,
        implementation=lambda count: cel.Duration(count * DAY),
        doc="days",
    ),
    cel.Function(
        name="get",
        parameters=(SNAPSHOT, STRING),
        result=DYN,
        implementation=lambda snapshot, name: snapshot.resources.get(name),
        doc="look-up",
        receiver=True,
    ),
    cel.Function(name="broken", parameters=(DYN,), result=BOOL, implementation=fails, doc="fails"),
    cel.Function(name="one", parameters=(STRING,), result=STRING, implementation=lambda a: a, doc="one argument"),
    cel.Function(name="one", parameters=(STRING, STRING), result=STRING, implementation=lambda a, b: a + b, doc="two"),
    cel.Function(
        name="maybe",
        parameters=(nullable(STRING), ListType(element=DYN)),
        result=BOOL,
        implementation=lambda text, items: text in items,
        doc="null or text",
    ),
    cel.Function(name="ns.inner", parameters=(), result=INT, implementation=lambda: 7, doc="qualified"),
]
ENVIRONMENT = cel.Environment({"r": DYN, "variables": DYN, "now": TIMESTAMP, "snapshot": SNAPSHOT}, FUNCTIONS)
NOW = cel.Timestamp.parse("2026-02-01T00:00:00Z")


def run(source: str, *, engine: Any = "native", **bindings: Any) -> Any:
    bindings = {"now": NOW, "snapshot": Lookup({"a": {"id": "a", "n": 1}}), **bindings}
    return cel.compile(source, ENVIRONMENT, engine=engine, check=False).evaluate(bindings)


@pytest.mark.parametrize("engine", ["native", "celpy"])
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("now - timestamp(r.t) < days(90)", True),
        ("now - timestamp(r.t) < days(r.n)", False),
        ("timestamp(r.t) + days(1) == timestamp('2026-01-02T00:00:00Z')", True),
        ("snapshot.get('a').n == 1", True),
        ("snapshot.get('zz') == null", True),
        ("one('a') + one('b', 'c')", "abc"),
        ("maybe(null, [1, null])", True),
        ("broken(r) || true", True),
    ],
)
def test_host_functions_take_and_give_plain_values(source: str, expected: object, engine: str) -> None:
    assert run(source, engine=engine, r={"t": "2026-01-01T00:00:00Z", "n": 3}) == expected


def test_a_qualified_host_function() -> None:
    assert run("ns.inner() + 1") == 8


@pytest.mark.parametrize("engine", ["native", "celpy"])
@pytest.mark.parametrize(
    "source", ["days('3')", "days(true)", "days(null)", "one(1)", "maybe(1, [])", "snapshot.get(1)"]
)
def test_a_host_function_only_gets_what_it_declares(source: str, engine: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        run(source.replace("'3'", "r.x").replace("true", "r.b"), engine=engine, r={"x": "3", "b": True})
    assert caught.value.code == "no_such_overload"


def test_what_a_host_function_raises_is_an_error_of_the_evaluation_without_its_text() -> None:
    with pytest.raises(EvaluationError) as caught:
        run("broken(r)", r={})
    assert str(caught.value) == "broken failed (ZeroDivisionError)"


@pytest.mark.parametrize(
    ("source", "code", "hint"),
    [
        ("rr.x", "unknown_variable", "did you mean 'r'?"),
        ("day(3)", "unknown_function", "did you mean 'days'?"),
        ("days(3, 4)", "wrong_arguments", ""),
        ("snapshot.got('a')", "unknown_function", "did you mean 'get'?"),
        ("r.matches()", "wrong_arguments", ""),
        ("dyn", "unknown_variable", ""),
        ("Type{a: 1}", "unknown_type", ""),
    ],
)
def test_unknown_names_are_errors_of_the_compilation_even_without_the_checker(
    source: str, code: str, hint: str
) -> None:
    with pytest.raises(CompileError) as caught:
        cel.compile(source, ENVIRONMENT, check=False)
    assert (caught.value.code, caught.value.hint) == (code, hint)


def test_late_names_fail_only_where_they_are_needed() -> None:
    program = cel.compile("nobody(1) || now == now", ENVIRONMENT, check=False, late_names=True)
    assert program.evaluate({"now": NOW}) is True


class Lazy(dict[str, Any]):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def __missing__(self, key: str) -> Any:
        self.asked.append(key)
        if key == "zz":
            raise KeyError(key)
        self[key] = cel.Duration(5 * DAY)
        return self[key]


@pytest.mark.parametrize("engine", ["native", "celpy"])
def test_a_variable_may_compute_its_members_when_they_are_read(engine: str) -> None:
    lazy = Lazy()
    assert run("variables.age < days(6) && variables.age > days(4)", engine=engine, variables=lazy) is True
    assert lazy.asked == ["age"]
    with pytest.raises(EvaluationError) as caught:
        run("variables.zz", engine=engine, variables=lazy)
    assert caught.value.code == "no_such_key"


def test_a_variable_without_a_value_is_an_error_only_where_it_is_read() -> None:
    assert run("now == now || r.x") is True
    with pytest.raises(EvaluationError) as caught:
        run("r.x")
    assert caught.value.code == "unbound_variable"


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("r.a.b == 1 && has(r.c) && r['d'].e[0] == r.f", {"r.a.b", "r.c", "r.d.e", "r.f"}),
        ("r.l.all(x, x.y == r.z) && now == now", {"r.l", "r.z", "now"}),
        ("snapshot.get(r.arn).tags", {"snapshot", "r.arn"}),
        ("cel.bind(r, [1], r.size()) == 1", set()),
    ],
)
def test_references_are_the_paths_that_are_read(source: str, paths: set[str]) -> None:
    assert cel.compile(source, ENVIRONMENT, check=False).references == paths


def test_a_program_is_safe_in_threads() -> None:
    program = cel.compile("r.l.filter(x, x % 2 == r.n).size() == 5 && r.l.exists(x, x == 9)", ENVIRONMENT, check=False)

    def evaluate(number: int) -> bool:
        result: bool = program.evaluate({"r": {"l": list(range(10)), "n": number % 2}})
        return result

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert all(pool.map(evaluate, range(2_000)))


def test_a_time_that_is_bound_as_something_else_is_an_error() -> None:
    with pytest.raises(EvaluationError):
        run("now - days(1) == now", now="2026-01-01T00:00:00Z")
    with pytest.raises(EvaluationError):
        run("now - timestamp(r) == days(1)", now=cel.Duration(1), r="2026-01-01T00:00:00Z")


def test_a_pattern_meets_only_text() -> None:
    for value in (b"abc", 5, None, ["abc"]):
        with pytest.raises(EvaluationError):
            run("r.matches('a')", r=value)
