"""Each operation of the table beside the Stubber: every error that its model declares, pages of a list."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import xform_name
from botocore.model import ListShape, MapShape, StructureShape
from botocore.stub import Stubber

from sec02_policies.collect._operations import OPERATIONS
from sec02_policies.collect._outcome import Failure, Record
from sec02_policies.collect._reader import Reader
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

REGION = "us-east-1"
# What an error's name says, told apart from the collector's own lists.
MEANINGS = {
    r"Authoriz|AccessDenied": GapKind.DENIED,
    r"Throttl|TooManyRequests|LimitExceeded|RequestLimit|SlowDown": GapKind.THROTTLED,
    # An account that is in no organization has not lost one.
    r"(?<!Organization)NotFound|DoesNotExist|NoSuchEntity|Nonexistent": GapKind.STALE,
}
COMMON = ("AccessDenied", "AccessDeniedException", "Throttling", "InternalFailure")


@cache
def reader() -> Reader:
    return Reader(boto3.Session("a", "b", region_name=REGION), regions=(REGION,), tireless=True)


def client(api: str) -> Any:
    return reader()._transport.client(OPERATIONS[api].service, REGION)  # noqa: SLF001 - the one that it asks


def model(api: str) -> OperationModel:
    found: OperationModel = client(api).meta.service_model.operation_model(OPERATIONS[api].name)
    return found


def sample(shape: Shape) -> Any:
    """A value that the shape allows, with no more than it demands."""
    if isinstance(shape, StructureShape):
        demanded = list(shape.members)[:1] if shape.is_tagged_union else shape.required_members
        return {name: sample(shape.members[name]) for name in demanded}
    if isinstance(shape, ListShape):
        return [sample(shape.member)] * shape.metadata.get("min", 0)
    if isinstance(shape, MapShape):
        return {}
    if shape.type_name == "string":
        return shape.enum[0] if getattr(shape, "enum", None) else "x" * max(1, shape.metadata.get("min", 1))
    return {"boolean": False, "integer": 1, "long": 1, "timestamp": 0, "blob": b"x"}[shape.type_name]


def parameters(api: str) -> Record:
    """What the operation must be told, but for the size of its pages."""
    shape, paging = model(api).input_shape, OPERATIONS[api].paging
    demanded: Record = sample(shape) if shape else {}
    return {name: value for name, value in demanded.items() if not paging or name != paging.size_name}


def ask(api: str) -> Any:
    """What the reader makes of the answer: a record, None, or a failure."""
    if OPERATIONS[api].paging is None:
        return reader().read(api, **parameters(api))
    listing = reader().pages(api, **parameters(api))
    return listing.failure if listing.failure or not listing.pages else listing.pages


def errors(api: str) -> list[str]:
    own = {each.metadata.get("error", {}).get("code", each.name) for each in model(api).error_shapes}
    return sorted({*own, *COMMON})


def expected(code: str) -> GapKind:
    return next((kind for pattern, kind in MEANINGS.items() if re.search(pattern, code)), GapKind.FAILED)


@pytest.mark.parametrize("api", sorted(OPERATIONS))
def test_each_error_of_the_model_is_none_or_a_failure_of_its_kind(api: str) -> None:
    for code in errors(api):
        with Stubber(client(api)) as stub:
            stub.add_client_error(xform_name(OPERATIONS[api].name), code)
            found = ask(api)
        if code in OPERATIONS[api].none:
            assert found is None, code
        else:
            assert found == Failure(api=api, code=code, kind=expected(code)), code


@pytest.mark.parametrize("api", sorted(api for api, operation in OPERATIONS.items() if operation.paging))
def test_a_list_is_asked_for_page_after_page(api: str) -> None:
    operation, asked = OPERATIONS[api], parameters(api)
    assert operation.paging is not None
    sized = {operation.paging.size_name: operation.paging.size} if operation.paging.size_name else {}
    members = model(api).output_shape.members
    page = {**sample(model(api).output_shape), operation.keys[0]: [sample(members[operation.keys[0]].member)]}
    truncated = {"IsTruncated": True} if "IsTruncated" in members else {}
    with Stubber(client(api)) as stub:
        first = {**page, **truncated, operation.paging.answer: "token-1"}
        stub.add_response(xform_name(operation.name), first, {**asked, **sized})
        last = {**page, **dict.fromkeys(truncated, False)}
        stub.add_response(xform_name(operation.name), last, {**asked, **sized, operation.paging.request: "token-1"})
        listing = reader().pages(api, **asked)
        stub.assert_no_pending_responses()
    assert listing.failure is None
    assert len(list(listing.items())) == 2


@pytest.mark.parametrize("api", sorted(api for api, operation in OPERATIONS.items() if operation.paging))
def test_a_list_that_breaks_off_keeps_its_first_page(api: str) -> None:
    operation, asked = OPERATIONS[api], parameters(api)
    assert operation.paging is not None
    members = model(api).output_shape.members
    page = {**sample(model(api).output_shape), operation.keys[0]: [sample(members[operation.keys[0]].member)]}
    with Stubber(client(api)) as stub:
        stub.add_response(xform_name(operation.name), {**page, operation.paging.answer: "token-1"})
        stub.add_client_error(xform_name(operation.name), "AccessDenied")
        listing = reader().pages(api, **asked)
    assert listing.failure == Failure(api=api, code="AccessDenied", kind=GapKind.TRUNCATED)
    assert len(list(listing.items())) == 1
