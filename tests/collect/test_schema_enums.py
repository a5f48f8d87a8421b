"""The words that a schema allows are those that AWS may answer: a new one must not cost the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

from sec02_policies.snapshot import schemas

# Fields that hold a part of what AWS knows, and why.
NARROWER = {("org_policy", "type"): "control policies only are asked for"}
# Our own words for what AWS says in other ways.
OWN = {
    ("iam_inline_policy", "owner_type"),
    ("iam_user", "mfa_devices.kind"),
    ("iam_policy", "managed_by"),
}
POLICY_DOCUMENT = "urn:sec02:schema:common#/$defs/policy_document"


def allowed(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The enums of a field by their paths; children that are types of their own, and policies, are not its own."""
    reference = schema.get("$ref", "")
    if reference == POLICY_DOCUMENT or reference.rpartition("/")[2] in schemas().types:
        return
    if reference:
        yield from allowed(schemas().resolve(reference), path)
    if "enum" in schema:
        yield path, frozenset(filter(None, schema["enum"]))
    for option in schema.get("oneOf", ()):
        yield from allowed(option, path)
    for name, member in schema.get("properties", {}).items():
        yield from allowed(member, f"{path}.{name}")
    if "items" in schema:
        yield from allowed(schema["items"], path)


def answered(shape: Shape | None, above: frozenset[str] = frozenset()) -> Iterator[frozenset[str]]:
    """Every enum in the shape of an answer."""
    if shape is None or shape.name in above:
        return
    above |= {shape.name}
    if isinstance(shape, StructureShape):
        for member in shape.members.values():
            yield from answered(member, above)
    elif isinstance(shape, ListShape):
        yield from answered(shape.member, above)
    elif isinstance(shape, MapShape):
        yield from answered(shape.key, above)
        yield from answered(shape.value, above)
    elif isinstance(shape, StringShape) and shape.enum:
        yield frozenset(shape.enum)


def enums() -> list[tuple[str, str, str, frozenset[str]]]:
    """Type, path, operation and words of each enum of a field that an operation of AWS tells."""
    return [
        (info.name, path, field.collected_by, words)
        for info in schemas().types.values()
        for field in info.fields.values()
        for path, words in allowed(field.schema, field.name)
    ]


@pytest.fixture(scope="module")
def models() -> dict[str, ServiceModel]:
    loader = Loader()
    services = {api.partition(":")[0] for _, _, api, _ in enums()}
    return {name: ServiceModel(loader.load_service_model(name, "service-2"), name) for name in sorted(services)}


def test_every_word_of_aws_is_in_the_schema(models: dict[str, ServiceModel]) -> None:
    missing = []
    for kind, path, api, words in enums():
        service, _, operation = api.partition(":")
        known = set(answered(models[service].operation_model(operation).output_shape))
        likest = max(known, key=lambda each: (len(each & words) / len(each | words), sorted(each)), default=frozenset())
        if not likest & words:
            assert (kind, path) in OWN, f"{kind}.{path}: no enum of {api} has any of {sorted(words)}"
        elif (kind, path) not in NARROWER and not likest <= words:
            missing.append(f"{kind}.{path}: {api} may answer {sorted(likest - words)}")
    assert missing == []


def test_what_is_excepted_is_there() -> None:
    there = {(kind, path) for kind, path, _, _ in enums()}
    assert there >= OWN | NARROWER.keys()
