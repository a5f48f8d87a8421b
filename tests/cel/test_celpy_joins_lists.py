"""The second engine joins lists as the first does, those of the snapshot included."""

from __future__ import annotations

import pytest

from sec02_policies import cel
from sec02_policies.cel import types


@pytest.mark.parametrize("engine", ["native", "celpy"])
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("left + right", ["x", "y"]),
        ("(left + right).size()", 2),
        ("'x' in (left + ['z'])", True),
        ("(['q'] + left).exists(each, each == 'x')", True),
        ("[1] + [2] == [1, 2]", True),
        ("1 + 2", 3),
        ("'a' + 'b'", "ab"),
    ],
)
def test_lists_are_joined(engine: str, source: str, expected: object) -> None:
    texts = types.ListType(element=types.STRING)
    environment = cel.Environment(variables={"left": texts, "right": texts}, functions={})
    program = cel.compile(source, environment, engine=engine)
    assert program.evaluate({"left": ["x"], "right": ["y"]}) == expected
