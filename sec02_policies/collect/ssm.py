"""Systems Manager: the account's own documents, what looks like a secret in them, and parameters without values."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Record, not_requested
from sec02_policies.collect._values import tags, timestamp

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_DOCUMENTS = "ssm:ListDocuments"
_DOCUMENT = "ssm:GetDocument"
_PARAMETERS = "ssm:DescribeParameters"
_TAGS = "ssm:ListTagsForResource"
_OWN = [{"Key": "Owner", "Values": ["Self"]}]


def collect(reader: Reader, builder: Builder) -> None:
    """Read the documents and the parameters of every region; `ssm:GetParameter` is never called."""
    for region, listing in reader.in_regions(_DOCUMENTS, Filters=_OWN).items():
        builder.section("ssm_document", region, _DOCUMENTS, listing.failure)
        for resource in reader.each(partial(_document, reader, builder, region), listing.items()):
            builder.add("ssm_document", resource)
    for region, listing in reader.in_regions(_PARAMETERS).items():
        builder.section("ssm_parameter", region, _PARAMETERS, listing.failure)
        builder.missing("ssm_parameter", region, "tags", not_requested(_TAGS))
        for raw in listing.items():
            builder.add("ssm_parameter", _parameter(builder, region, raw))


def _arn(builder: Builder, region: str, resource: str) -> str:
    return f"arn:{builder.partition}:ssm:{region}:{builder.account_id}:{resource}"


def _document(reader: Reader, builder: Builder, region: str, raw: Record) -> Record:
    name = raw.get("Name")
    arn = _arn(builder, region, f"document/{name}") if name else None
    return {
        "id": arn,
        "name": name,
        "arn": arn,
        "region": region,
        "tags": tags(raw.get("Tags")),
        "document_type": raw.get("DocumentType"),
        "document_format": raw.get("DocumentFormat"),
        "document_version": raw.get("DocumentVersion"),
        "findings": _findings(reader, builder, region, name),
    }


def _findings(reader: Reader, builder: Builder, region: str, name: str | None) -> object:
    answer = reader.read(_DOCUMENT, region, Name=name)
    if not isinstance(answer, dict):
        return answer
    return builder.finder.in_texts([("", answer["Content"])], _DOCUMENT)


def _parameter(builder: Builder, region: str, raw: Record) -> Record:
    name = raw.get("Name")
    arn = raw.get("ARN") or (_arn(builder, region, f"parameter/{name.removeprefix('/')}") if name else None)
    return {
        "id": arn,
        "name": name,
        "arn": arn,
        "region": region,
        "folded_name": re.sub(r"[^a-z0-9]", "", name.lower()) if name else None,
        "type": raw.get("Type"),
        "kms_key_id": raw.get("KeyId"),
        "last_modified_date": timestamp(raw.get("LastModifiedDate")),
        "parameter_tier": raw.get("Tier"),
    }
