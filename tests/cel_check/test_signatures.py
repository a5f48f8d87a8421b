"""The table of declarations says what the engine has: no more, no less."""

from __future__ import annotations

import pytest

from sec02_policies.cel import signatures
from sec02_policies.cel.declarations import parse_overload
from sec02_policies.cel.functions import BUILTINS
from sec02_policies.cel.types import ListType, MapType, OptionalType, TypeParameter


def declared_forms() -> dict[tuple[str, bool], set[int]]:
    forms: dict[tuple[str, bool], set[int]] = {}
    for name, overloads in signatures.functions().items():
        for overload in overloads:
            forms.setdefault((name, overload.receiver), set()).add(len(overload.parameters))
    return forms


def test_every_function_of_the_engine_is_declared() -> None:
    assert sorted(set(BUILTINS) - set(declared_forms())) == []


def test_every_declared_function_is_there() -> None:
    assert sorted(set(declared_forms()) - set(BUILTINS)) == []


def test_every_declared_number_of_arguments_is_taken() -> None:
    wrong = [
        (form, count)
        for form, counts in declared_forms().items()
        for count in counts
        if form in BUILTINS and not BUILTINS[form].takes(count)
    ]
    assert wrong == []


def test_every_number_of_arguments_that_is_taken_is_declared() -> None:
    forms = declared_forms()
    wrong = [
        (form, count)
        for form, builtin in BUILTINS.items()
        if form in forms and builtin.most is not None
        for count in range(builtin.least, builtin.most + 1)
        if count not in forms[form]
    ]
    assert wrong == []


def test_a_declaration_is_read_as_it_is_written() -> None:
    name, overload = parse_overload("<map(A, list(B))>.pick(A, optional(B)...) -> list(B)")
    first, second = TypeParameter(name="A"), TypeParameter(name="B")
    assert (name, overload.receiver, overload.variadic) == ("pick", True, True)
    assert overload.parameters == (
        MapType(key=first, value=ListType(element=second)),
        first,
        OptionalType(value=second),
    )
    assert overload.result == ListType(element=second)


@pytest.mark.parametrize("line", ["size(string)", "size(strnig) -> int", "size -> int", "size(list(A, B)) -> int"])
def test_a_declaration_that_says_nothing_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        parse_overload(line)
