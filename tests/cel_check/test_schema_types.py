"""JSON Schema read as CEL types."""

from __future__ import annotations

from typing import Any

import pytest

from sec02_policies.cel.schema_types import object_type
from sec02_policies.cel.types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP_TEXT,
    Field,
    ListType,
    MapType,
    ObjectType,
    PrimitiveType,
    Type,
    nullable,
    without_null,
)


def read(schema: Any, files: dict[str, Any] | None = None, **options: Any) -> Type:
    return object_type(schema, lambda reference: (files or {})[reference], **options)


def closed(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties) if required is None else required,
        "properties": properties,
    }


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, STRING),
        ({"type": "integer"}, INT),
        ({"type": "number"}, DOUBLE),
        ({"type": "boolean"}, BOOL),
        ({"type": "null"}, NULL),
        ({}, DYN),
        ({"type": "array", "items": True}, ListType(element=DYN)),
        ({"type": ["string", "null"]}, nullable(STRING)),
        ({"type": ["string", "integer"]}, DYN),
        ({"type": "string", "format": "date-time"}, TIMESTAMP_TEXT),
        ({"type": "string", "enum": ["a", "b"]}, PrimitiveType(name="string", enum=("a", "b"))),
        ({"enum": ["a", "b"]}, PrimitiveType(name="string", enum=("a", "b"))),
        ({"enum": ["a", None], "type": ["string", "null"]}, nullable(PrimitiveType(name="string", enum=("a",)))),
        ({"enum": ["a", None]}, nullable(PrimitiveType(name="string", enum=("a",)))),
        ({"enum": [1, 2]}, PrimitiveType(name="int", enum=(1, 2))),
        ({"const": "a"}, PrimitiveType(name="string", enum=("a",))),
        ({"const": True}, BOOL),
        ({"type": "array", "items": {"type": "integer"}}, ListType(element=INT)),
        ({"type": "array"}, ListType(element=DYN)),
        ({"type": "object"}, MapType(key=STRING, value=DYN)),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, MapType(key=STRING, value=INT)),
        (
            {"type": "object", "additionalProperties": False, "patternProperties": {"^x-": {"type": "string"}}},
            MapType(key=STRING, value=STRING),
        ),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, nullable(STRING)),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, nullable(INT)),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, DYN),
        ({"oneOf": [{"enum": ["a"]}, {"enum": ["b"]}]}, PrimitiveType(name="string", enum=("a", "b"))),
        ({"type": "string", "allOf": [{"enum": ["a"]}]}, PrimitiveType(name="string", enum=("a",))),
        ({"type": ["string", "null"], "allOf": [{"type": ["string", "null"]}]}, nullable(STRING)),
    ],
)
def test_a_schema_has_its_type(schema: object, expected: Type) -> None:
    assert read(schema) == expected


def test_an_object_has_named_members_that_may_be_absent_null_or_sensitive() -> None:
    schema = closed(["a", "b"], a=TEXT, b={"type": ["integer", "null"]}, c={**TEXT, "x-sensitive": True})
    assert read(schema, name="thing") == ObjectType(
        name="thing",
        fields={
            "a": Field(type=STRING),
            "b": Field(type=nullable(INT)),
            "c": Field(type=STRING, optional=True, sensitive=True),
        },
    )


def test_a_field_tells_what_the_schema_says_of_it() -> None:
    time = Field(type=nullable(TIMESTAMP_TEXT))
    choice = Field(type=PrimitiveType(name="string", enum=("a", "b")))
    whole = Field(type=ListType(element=STRING))
    assert (time.nullable, time.is_timestamp, time.enum) == (True, True, ())
    assert (choice.nullable, choice.is_timestamp, choice.enum) == (False, False, ("a", "b"))
    assert (whole.nullable, whole.is_timestamp, whole.enum) == (False, False, ())


def test_in_a_complete_document_no_member_is_absent() -> None:
    type_ = read(closed([], a=TEXT, b=closed([], c=TEXT)), complete=True)
    assert isinstance(type_, ObjectType)
    inner = type_.fields["b"].type
    assert isinstance(inner, ObjectType)
    assert not any(field.optional for field in [*type_.fields.values(), *inner.fields.values()])


def test_an_open_object_has_members_that_are_not_named() -> None:
    type_ = read({"type": "object", "properties": {"a": TEXT}, "additionalProperties": {"type": "integer"}})
    assert isinstance(type_, ObjectType)
    assert type_.rest == INT
    assert read(closed(a=TEXT)) == ObjectType(name="object", fields={"a": Field(type=STRING)}, rest=None)


def test_references_lead_into_the_same_and_into_other_files() -> None:
    files = {
        "#/$defs/name": TEXT,
        "common#/$defs/tag": closed(key={"$ref": "#/$defs/text"}),
        "common#/$defs/text": TEXT,
    }
    type_ = read(closed(name={"$ref": "#/$defs/name"}, tag={"$ref": "common#/$defs/tag"}), files)
    assert isinstance(type_, ObjectType)
    assert type_.fields["name"].type == STRING
    assert type_.fields["tag"].type == ObjectType(name="tag", fields={"key": Field(type=STRING)})


def test_references_without_a_file_start_from_the_id_of_the_schema() -> None:
    schema = {"$id": "urn:x", "$ref": "#/$defs/name"}
    assert read(schema, {"urn:x#/$defs/name": TEXT}) == STRING


def test_a_reference_with_an_annotation_beside_it_is_the_type_that_it_names() -> None:
    schema = {"$ref": "common#/$defs/when", "description": "the day", "x-volatile": True}
    assert read(schema, {"common#/$defs/when": {"type": "string", "format": "date-time"}}) == TIMESTAMP_TEXT


def test_a_nullable_reference_is_nullable() -> None:
    schema = {"oneOf": [{"$ref": "#/$defs/a"}, {"type": "null"}]}
    assert read(schema, {"#/$defs/a": closed(x=TEXT)}) == nullable(
        ObjectType(name="a", fields={"x": Field(type=STRING)})
    )


def test_a_schema_inside_itself_is_dyn_there() -> None:
    node = closed(name=TEXT, children={"type": "array", "items": {"$ref": "#/$defs/node"}})
    type_ = read({"$ref": "#/$defs/node"}, {"#/$defs/node": node})
    assert isinstance(type_, ObjectType)
    assert type_.fields["children"].type == ListType(element=DYN)


def test_alternatives_of_objects_have_the_members_of_all() -> None:
    type_ = read({"oneOf": [closed(a=TEXT, b=TEXT), closed(a={"type": "integer"}, c=TEXT)]})
    assert isinstance(type_, ObjectType)
    assert type_.fields == {
        "a": Field(type=DYN),
        "b": Field(type=STRING, optional=True),
        "c": Field(type=STRING, optional=True),
    }


def test_all_of_merges_objects() -> None:
    type_ = read({"type": "object", "allOf": [closed(a=TEXT), closed(b=TEXT)]})
    assert isinstance(type_, ObjectType)
    assert set(type_.fields) == {"a", "b"}


def test_objects_are_called_by_their_type_their_definition_or_their_place() -> None:
    schema = closed(a={**closed(), "x-type": "iam_user"}, b=closed(c=closed()), d={"type": "array", "items": closed()})
    type_ = read(schema, name="top")
    assert isinstance(type_, ObjectType)
    assert [str(without_null(type_.fields[name].type)) for name in "abd"] == ["iam_user", "top.b", "list(top.d.item)"]
