"""Bytes -> results document: a stored evaluation, read strictly and valid against its schema."""

from __future__ import annotations

from typing import Any, cast

from sec02_policies.errors import InputError
from sec02_policies.snapshot.canonical import loads
from sec02_policies.snapshot.schema import describe, first_fault


def read_results(data: bytes, where: str) -> dict[str, Any]:
    """The results document in `data`; raises `InputError` at the first defect."""
    document = loads(data, where)
    fault = first_fault("urn:sec02:schema:results", document)
    if fault is not None:
        what, expected = describe(fault)
        place = "/".join(str(part) for part in fault.absolute_path)
        raise InputError(f"{where}: {place}" if place else where, what, expected)
    return cast("dict[str, Any]", document)
