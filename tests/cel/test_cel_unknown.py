from __future__ import annotations

from typing import Any

import pytest

from sec02_policies import cel
from sec02_policies.cel.types import DYN
from sec02_policies.errors import EvaluationError
from sec02_policies.model import Gap, GapKind, PartialList, PartialMap, Unknown


def gap(name: str) -> Gap:
    return Gap(
        id=name,
        collection="iam_user",
        account_id="123456789012",
        region="global",
        resource_id="u",
        field=name,
        api="iam:GetUser",
        code="AccessDenied",
        kind=GapKind.DENIED,
    )


def resource() -> PartialMap:
    """`h` and `j` are hidden; `part` has 1 and 2 and a hidden rest."""
    return PartialMap(
        {"a": 1, "t": True, "f": False, "s": "x", "part": PartialList([1, 2], [gap("part")]), "err": {}},
        {"h": (gap("h"),), "j": (gap("j"),)},
    )


ENGINES = ["native", "celpy"]


def run(source: str, engine: Any) -> Any:
    program = cel.compile(source, cel.Environment({"r": DYN}), engine=engine, check=False)
    return program.evaluate({"r": resource()})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("r.h == 1 || r.t", True),
        ("r.t || r.h == 1", True),
        ("r.h == 1 && r.f", False),
        ("r.f && r.h == 1", False),
        ("r.f && r.err.zz", False),
        ("r.t ? r.a : r.h", 1),
        ("r.part.exists(x, x == 2)", True),
        ("r.part.all(x, x < 2)", False),
        ("2 in r.part", True),
        ("has(r.a)", True),
        ("has(r.zz)", False),
        ("[r.h == 1, r.t].size() == 2 || true", True),
    ],
)
def test_another_operand_decides_over_unknown(source: str, expected: object, engine: str) -> None:
    assert run(source, engine) == expected


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("source", "gaps"),
    [
        ("r.h", ["h"]),
        ("r.h == 1", ["h"]),
        ("r.h != null", ["h"]),
        ("!r.h", ["h"]),
        ("r.h == 1 || r.f", ["h"]),
        ("r.h == 1 && r.t", ["h"]),
        ("r.h == 1 && r.err.zz == 1", ["h"]),
        ("r.err.zz == 1 || r.h == 1", ["h"]),
        ("r.h == 1 || r.j == 1", ["h", "j"]),
        ("r.h ? 1 : 2", ["h"]),
        ("r.a + r.h", ["h"]),
        ("10 - r.h > 1", ["h"]),
        ("2 * r.h", ["h"]),
        ("8 / r.h", ["h"]),
        ("8 % r.h", ["h"]),
        ("has(r.h)", ["h"]),
        ("has(r.h.x)", ["h"]),
        ("'h' in r", ["h"]),
        ("size(r.h)", ["h"]),
        ("size(r)", ["h", "j"]),
        ("r == r", ["h", "j"]),
        ("size(r.part)", ["part"]),
        ("3 in r.part", ["part"]),
        ("r.part == [1, 2]", ["part"]),
        ("r.part.all(x, x > 0)", ["part"]),
        ("r.part.exists(x, x == 3)", ["part"]),
        ("r.part.exists_one(x, x == 1)", ["part"]),
        ("r.part.map(x, x)", ["part"]),
        ("r.part.filter(x, x > 9)", ["part"]),
        ("r.part[0]", ["part"]),
        ("r.h.all(x, true)", ["h"]),
        ("[1, 2].all(x, x == r.h || x == r.j)", ["h", "j"]),
        ("[1].exists(x, r.h == x)", ["h"]),
        ("string(r.h) + r.s", ["h"]),
        ("r.s.startsWith(r.h)", ["h"]),
    ],
)
def test_everything_else_over_unknown_is_unknown_and_names_the_gaps(source: str, gaps: list[str], engine: str) -> None:
    with pytest.raises(Unknown) as caught:
        run(source, engine)
    named = [each.id for each in caught.value.gaps]
    assert named == gaps or (engine == "celpy" and set(named) <= set(gaps))


def test_the_gaps_of_all_operands_are_named() -> None:
    with pytest.raises(Unknown) as caught:
        run("r.h + r.j", "native")
    assert [each.id for each in caught.value.gaps] == ["h", "j"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("r.?a.orValue(r.h)", 1),
        ("optional.of(1).or(r.h).value()", 1),
        ("cel.bind(x, r.h, r.t || x == 1)", True),
        ("cel.block([r.h, r.a], cel.index(1))", 1),
        ("r.part.exists(i, x, i == 0 && x == 1)", True),
    ],
)
def test_what_is_not_needed_may_be_unknown(source: str, expected: object) -> None:
    assert run(source, "native") == expected


@pytest.mark.parametrize("source", ["r.?h", "r.?h.hasValue()", "r[?'h']", "{'k': r.h}", "{?'k': r.?h}", "r.part.sum()"])
def test_optionals_and_literals_over_unknown_are_unknown(source: str) -> None:
    with pytest.raises(Unknown):
        run(source, "native")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "source", ["r.a.h == 1", "has(r.a.h)", "r.s + 1 == 2", "r.t && r.a", "r.f || r.a", "r.a ? 1 : 2"]
)
def test_an_error_stays_an_error_beside_known_values(source: str, engine: str) -> None:
    with pytest.raises(EvaluationError):
        run(source, engine)
