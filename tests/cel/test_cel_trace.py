from __future__ import annotations

from typing import Any

from sec02_policies import cel
from sec02_policies.cel.types import DYN
from sec02_policies.errors import EvaluationError

ENVIRONMENT = cel.Environment({"r": DYN})


def traced(source: str, resource: Any) -> cel.Trace:
    return cel.compile(source, ENVIRONMENT, check=False).trace({"r": resource})


def lines(trace: cel.Trace) -> list[tuple[str, object, str | None]]:
    """What each step but the roots of paths gave."""
    return [
        (trace.text(step), step.outcome.value, step.iteration)
        for step in trace.root.walk()
        if trace.text(step) not in ("r", "k", "x")
    ]


def test_every_part_that_was_needed_has_its_value() -> None:
    trace = traced("r.a == 1 && r.b", {"a": 1, "b": False})
    assert lines(trace) == [
        ("r.a == 1 && r.b", False, None),
        ("r.a == 1", True, None),
        ("r.a", 1, None),
        ("1", 1, None),
        ("r.b", False, None),
    ]


def test_what_was_not_needed_has_no_step() -> None:
    trace = traced("r.a == 2 && r.b", {"a": 1, "b": False})
    assert "r.b" not in [text for text, _, _ in lines(trace)]


def test_iterations_are_told_apart_by_the_id_of_the_element() -> None:
    trace = traced("r.keys.exists(k, k.on)", {"keys": [{"id": "AKIA1", "on": False}, {"id": "AKIA2", "on": True}]})
    assert [(value, key) for text, value, key in lines(trace) if text == "k.on"] == [(False, "AKIA1"), (True, "AKIA2")]


def test_iterations_without_an_id_have_their_position_or_key() -> None:
    assert [key for _, _, key in lines(traced("r.map(x, x + 1)", [5, 6])) if key] == ["0", "1"]
    assert [key for _, _, key in lines(traced("r.all(x, x != '')", {"one": 1, "two": 2})) if key] == ["one", "two"]
    assert [key for _, _, key in lines(traced("r.all(k, x, x > 0)", {"one": 1})) if key] == ["one"]
    assert [key for _, _, key in lines(traced("r.all(k, x, x.v)", [{"id": "i", "v": True}])) if key] == ["i"]


def test_nested_iterations_keep_their_own_keys() -> None:
    resource = [{"id": "a", "l": [1, 2]}, {"id": "b", "l": [3]}]
    trace = traced("r.map(k, k.l.exists(x, x == 9), k.id).size() == 0", resource)
    assert [key for text, _, key in lines(trace) if text == "k.l.exists(x, x == 9)"] == ["a", "b"]
    assert [key for text, _, key in lines(trace) if text == "x == 9"] == ["0", "1", "0"]


def test_failures_are_noted_where_they_happened() -> None:
    trace = traced("r.zz == 1 || r.a == 1", {"a": 1})
    failed = [trace.text(step) for step in trace.root.walk() if step.outcome.kind is cel.OutcomeKind.ERROR]
    assert failed == ["r.zz == 1", "r.zz"]
    assert trace.outcome.value is True


def test_a_failed_evaluation_is_in_the_trace_and_not_raised() -> None:
    trace = traced("r.zz", {})
    assert trace.outcome.kind is cel.OutcomeKind.ERROR
    assert isinstance(trace.outcome.failure, EvaluationError)
