"""The checker against the CEL conformance suite: silent about what has a value, unless the suite turns checking off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sec02_policies.cel import Environment
from sec02_policies.cel.check import check
from sec02_policies.cel.parse import parse
from sec02_policies.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DYN,
    INT,
    NULL,
    STRING,
    UINT,
    ListType,
    MapType,
    Type,
    fits,
    join,
    without_null,
)

DATA = Path(__file__).parents[3] / "shared" / "cel-conformance"
SCALARS = {"int": INT, "uint": UINT, "double": DOUBLE, "string": STRING, "bytes": BYTES, "bool": BOOL, "null": NULL}


def cases() -> list[dict[str, Any]]:
    if not DATA.is_dir():
        pytest.skip("the conformance data are not beside the project")
    texts = [path.read_text(encoding="utf-8") for path in sorted(DATA.glob("*.jsonl"))]
    return [json.loads(line) for text in texts for line in text.split("\n") if line]


def type_of(value: dict[str, Any]) -> Type:
    if value["type"] == "list":
        return ListType(element=join([type_of(each) for each in value["value"]]))
    if value["type"] == "map":
        keys, values = ([type_of(entry[side]) for entry in value["value"]] for side in (0, 1))
        return MapType(key=join(keys), value=join(values))
    return SCALARS.get(value["type"], DYN)


def environment(case: dict[str, Any]) -> Environment:
    variables = {name: type_of(value) for name, value in case.get("bindings", {}).items()}
    return Environment(variables=variables, container=case.get("container", ""))


def test_what_has_a_value_stays_silent_and_has_the_type_of_the_value() -> None:
    wrong = []
    for case in cases():
        if "value" in case["expect"] and not case.get("disable_check"):
            result = check(parse(case["expr"]), environment(case))
            if result.findings or not fits(without_null(result.result_type), type_of(case["expect"]["value"]), {}):
                wrong.append((case["expr"], result))
    assert wrong == []


def test_most_of_what_the_suite_must_not_check_is_found() -> None:
    unchecked = [case for case in cases() if case.get("disable_check")]
    found = [case for case in unchecked if check(parse(case["expr"]), environment(case)).findings]
    assert len(found) > 0.75 * len(unchecked)
