"""What is known before an expression starts: a policy's `when`, and the expressions behind its variables."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sec02_policies.cel.parse import parse

Codes = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("when", "condition", "found"),
    [
        ("resource.arn != null", "resource.arn.startsWith('x')", []),
        ("has(resource.note)", "resource.note == 'x'", []),
        ("resource.mfa && resource.arn != null", "resource.arn.startsWith('x')", []),
        ("resource.mfa || resource.arn != null", "resource.arn.startsWith('x')", ["T105"]),
        ("resource.arn == null", "resource.arn.startsWith('x')", ["T105"]),
        ("resource.keys.exists(k, k.uses != null)", "resource.keys.all(k, k.uses > 3)", ["T105"]),
        ("resource.arn != null", "resource.keys.all(resource, resource.uses > 3)", ["T105"]),
    ],
)
def test_a_condition_is_read_where_when_was_true(when: str, condition: str, found: list[str], codes: Codes) -> None:
    assert codes(condition, true=[parse(when)]) == found


def test_a_message_is_read_where_the_condition_was_false(codes: Codes) -> None:
    condition = parse("resource.arn == null || resource.arn.startsWith('x')")
    assert codes("'it is ' + resource.arn", false=[condition]) == []
    assert codes("'it is ' + resource.arn", true=[condition]) == ["T105"]


def test_a_guard_behind_a_variable_speaks_for_what_it_reads(codes: Codes) -> None:
    definitions = {"variables.has_policy": parse("resource.policy != null")}
    source = "variables.has_policy && resource.policy.statements.size() > 0"
    assert codes(source, definitions=definitions) == []
    assert codes(source) == ["T105"]


def test_a_variable_is_what_it_stands_for(codes: Codes) -> None:
    definitions = {"variables.last": parse("resource.keys[0].uses")}
    assert codes("resource.keys[0].uses != null && variables.last > 3", definitions=definitions) == []
    assert codes("variables.last != null && resource.keys[0].uses > 3", definitions=definitions) == []
    assert codes("variables.last > 3", definitions=definitions) == ["T105"]


def test_variables_that_stand_for_each_other_come_to_an_end(codes: Codes) -> None:
    definitions = {"variables.has_policy": parse("variables.other"), "variables.other": parse("variables.has_policy")}
    assert codes("variables.has_policy && resource.mfa", definitions=definitions) == []


def test_a_local_variable_hides_what_is_known_of_another(codes: Codes) -> None:
    definitions = {"variables.has_policy": parse("resource.policy != null")}
    source = "[{'has_policy': true}].all(variables, variables.has_policy && resource.policy.statements.size() > 0)"
    assert codes(source, definitions=definitions) == ["T105"]
