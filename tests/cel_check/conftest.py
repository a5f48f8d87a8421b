from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sec02_policies.cel import Environment, Function
from sec02_policies.cel.check import CheckResult, Known, check
from sec02_policies.cel.parse import parse
from sec02_policies.cel.schema_types import object_type
from sec02_policies.cel.types import (
    BOOL,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    ListType,
    OpaqueType,
    PrimitiveType,
    ResultRule,
    Type,
    nullable,
)

TIME = {"type": "string", "format": "date-time"}
KEY = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "status", "create_date", "last_used_date", "uses"],
    "properties": {
        "id": {"type": "string"},
        "status": {"type": "string", "enum": ["Active", "Inactive"]},
        "create_date": TIME,
        "last_used_date": {"oneOf": [TIME, {"type": "null"}]},
        "uses": {"type": ["integer", "null"]},
        "label": {"type": "string"},
        "owner": {
            "type": ["object", "null"],
            "additionalProperties": False,
            "required": ["team"],
            "properties": {"team": {"type": ["string", "null"]}},
        },
    },
}
USER = {
    "type": "object",
    "x-type": "iam_user",
    "additionalProperties": False,
    "required": ["name", "arn", "mfa", "age", "keys", "policy", "tags", "kinds", "create_date", "enabled", "score"],
    "properties": {
        "name": {"type": "string"},
        "arn": {"type": ["string", "null"]},
        "mfa": {"type": "boolean"},
        "age": {"type": "integer"},
        "score": {"type": "number"},
        "enabled": {"type": ["boolean", "null"]},
        "keys": {"type": "array", "items": KEY},
        "policy": {
            "oneOf": [
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["version", "statements"],
                    "properties": {
                        "version": {"type": ["string", "null"], "enum": ["2012-10-17", "2008-10-17", None]},
                        "statements": {"type": "array", "items": {"type": "string"}},
                    },
                },
                {"type": "null"},
            ]
        },
        "tags": {"type": "object", "additionalProperties": {"type": "string"}},
        "kinds": {"type": "array", "items": {"enum": ["human", "machine"]}},
        "create_date": TIME,
        "note": {"type": "string"},
        "open": {"type": "object", "properties": {"a": {"type": "string"}}},
        "boundary": {"type": ["string", "null"]},
        "login": {
            "type": "object",
            "additionalProperties": False,
            "required": ["at"],
            "properties": {"at": TIME, "region": {"type": "string"}},
        },
    },
}
ROLE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "path"],
    "properties": {"name": {"type": "string"}, "path": {"type": "string"}},
}
PARAMS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["limit", "names", "mode"],
    "properties": {
        "limit": {"type": "integer"},
        "names": {"type": "array", "items": {"type": "string"}},
        "mode": {"type": "string", "enum": ["strict", "lax"]},
    },
}


def type_of(schema: dict[str, Any], name: str) -> Type:
    return object_type(schema, lambda reference: {}[reference], name=name)


def a_resource(literals: tuple[object, ...], _: tuple[Type, ...]) -> Type:
    return type_of({"iam_user": USER, "iam_role": ROLE}[str(literals[1])], "found") if literals[1] else DYN


def nothing(*_: object) -> None:
    return None


def function(name: str, parameters: tuple[Type, ...], result: Type | ResultRule, *, receiver: bool = False) -> Function:
    return Function(
        name=name, parameters=parameters, result=result, receiver=receiver, implementation=nothing, doc="for tests"
    )


def environment() -> Environment:
    snapshot = OpaqueType(name="snapshot")
    kinds = PrimitiveType(name="string", enum=("iam_user", "iam_role"))
    return Environment(
        variables={
            "resource": type_of(USER, "iam_user"),
            "params": type_of(PARAMS, "params"),
            "variables": type_of(
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["active", "last", "has_policy"],
                    "properties": {
                        "active": {"type": "array", "items": KEY},
                        "last": {"type": ["integer", "null"]},
                        "has_policy": {"type": "boolean"},
                    },
                },
                "variables",
            ),
            "now": TIMESTAMP,
            "snapshot": snapshot,
            "anything": DYN,
        },
        functions=[
            function("days", (INT,), DURATION),
            function("glob", (STRING, STRING), BOOL),
            function("tag", (DYN, STRING), nullable(STRING)),
            function("label", (nullable(STRING),), STRING),
            function("get", (snapshot, kinds, STRING), a_resource, receiver=True),
            function("all_names", (), ListType(element=STRING)),
        ],
    )


@pytest.fixture
def world() -> Environment:
    """What the expressions of these tests may name."""
    return environment()


Checker = Callable[..., CheckResult]


@pytest.fixture
def result() -> Checker:
    """Check an expression in the world of these tests."""

    def run(source: str, *, expected: Type | None = None, **known: object) -> CheckResult:
        return check(parse(source), environment(), expected=expected, known=Known(**known))

    return run


@pytest.fixture
def codes(result: Checker) -> Callable[..., list[str]]:
    """The codes of the findings about an expression."""

    def run(source: str, **options: object) -> list[str]:
        return [finding.code.value for finding in result(source, **options).findings]

    return run
