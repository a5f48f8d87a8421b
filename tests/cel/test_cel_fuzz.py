from __future__ import annotations

from typing import Any

import pytest
from cel_grammar import ENVIRONMENT, ERROR, UNKNOWN, documents, everything, expressions, form, hidden, hide, outcome
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sec02_policies import cel
from sec02_policies.errors import CelError, CompileError
from sec02_policies.model import Unknown

SLOW = settings(
    max_examples=max(500, settings.default.max_examples), deadline=None, suppress_health_check=list(HealthCheck)
)


def compiled(source: str) -> cel.Program:
    return cel.compile(source, ENVIRONMENT, check=False)


@SLOW
@given(everything, documents, documents)
@example("r.n == 0", {"n": False, "s": ""}, {})
@example("r.n == 1", {"n": True, "s": ""}, {})
@example("r.n < 90", {"n": True, "s": ""}, {})
@example("r.s[0] == 'a'", {"n": 1, "s": "abc"}, {})
@example("has(r.s.n)", {"n": 1, "s": "n"}, {})
@example("'a' in r.s", {"n": 1, "s": "abc"}, {})
@example("r.s.all(x, true)", {"n": 1, "s": "abc"}, {})
@example("size(r.n) == 0", {"n": None, "s": ""}, {})
@example("cel.bind(w, r, w.all(x, true) && w == r)", {"n": 1, "s": ""}, {})
@example("r.sortBy(x, x) == ['n', 's'] && r.n == 1", {"s": "", "n": 1}, {})
def test_native_gives_what_the_interpreter_gives(source: str, r: Any, p: Any) -> None:
    program = compiled(source)
    bindings = {"r": r, "p": p}
    assert outcome(program.evaluate, bindings) == outcome(program.interpret, bindings)


@SLOW
@given(everything, documents.flatmap(hidden), documents.flatmap(hidden))
def test_native_gives_what_the_interpreter_gives_over_hidden_parts(source: str, r: Any, p: Any) -> None:
    program = compiled(source)
    bindings = {"r": r, "p": p}
    assert outcome(program.evaluate, bindings) == outcome(program.interpret, bindings)


@SLOW
@given(everything, documents.flatmap(lambda whole: st.tuples(st.just(whole), hidden(whole))))
def test_hiding_parts_never_changes_a_verdict_but_to_unknown(source: str, pair: tuple[Any, Any]) -> None:
    whole, partial = pair
    program = compiled(f"({source}) ? true : false")
    hidden_outcome = outcome(program.evaluate, {"r": partial, "p": {}})
    assert hidden_outcome in (UNKNOWN, outcome(program.evaluate, {"r": whole, "p": {}}))


@SLOW
@given(everything, documents.flatmap(hidden))
def test_a_trace_ends_as_the_evaluation_does(source: str, r: Any) -> None:
    program = compiled(source)
    bindings = {"r": r, "p": {}}
    traced = program.trace({"r": hide(r), "p": {}}).outcome
    if traced.kind is cel.OutcomeKind.VALUE:
        assert form(traced.value) == outcome(program.evaluate, bindings)
    else:
        assert (traced.kind.value,) == outcome(program.evaluate, bindings)


CANARY = "SECRETCANARY"


@SLOW
@given(everything, st.fixed_dictionaries({name: st.just(CANARY) for name in ("s", "n", "t", "l", "m", "b", "k")}))
def test_no_error_message_quotes_the_document(source: str, r: Any) -> None:
    try:
        compiled(source).evaluate({"r": r, "p": {"s": [CANARY], "n": {CANARY: CANARY}}})
    except CelError as error:
        assert CANARY not in str(error)


def cel_cpp() -> Any:
    return pytest.importorskip("cel_expr_python", reason="cel-cpp is not installed (extra: oracle)") and __import__(
        "cel_expr_python.cel", fromlist=["cel"]
    )


def cpp_outcome(environment: Any, source: str, bindings: Any) -> tuple[Any, ...]:
    try:
        value = environment.compile(source, disable_check=True).eval(data=bindings)
    except RuntimeError:
        return ERROR
    return ERROR if value.type().name() == "ERROR" else form(value.plain_value())


@SLOW
@given(expressions, documents, documents)
def test_native_gives_what_cel_cpp_gives(source: str, r: Any, p: Any) -> None:
    cpp = cel_cpp()
    environment = cpp.NewEnv(variables={"r": cpp.Type.DYN, "p": cpp.Type.DYN})
    bindings = {"r": r, "p": p}
    assert outcome(compiled(source).evaluate, bindings) == cpp_outcome(environment, source, bindings)


@settings(SLOW, max_examples=300)
@given(expressions, documents.flatmap(hidden))
def test_celpy_never_gives_another_verdict(source: str, r: Any) -> None:
    try:
        second = cel.compile(source, ENVIRONMENT, check=False, engine="celpy")
    except CompileError:
        return  # outside the portable profile
    bindings = {"r": r, "p": {}}
    verdicts = outcome(compiled(source).evaluate, bindings), outcome(second.evaluate, bindings)
    assert verdicts[0] == verdicts[1] or ERROR in verdicts


def test_unknown_is_not_an_error_of_cel() -> None:
    assert not issubclass(Unknown, CelError)
