"""AWS's values in the snapshot's form: times, tags, policy documents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sec02_policies.collect._outcome import Failure, Record
from sec02_policies.iam import DocumentError, parse_document
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterable

GLOBAL = "global"


def timestamp(moment: datetime | None) -> str | None:
    """The moment in RFC 3339, UTC, whole seconds; None for none."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tags(raw: Iterable[Record] | None) -> list[Record]:
    """Tags as AWS lists them (Key, Value), in the order of their keys; an absent list means none."""
    found = [{"key": each.get("Key"), "value": each.get("Value")} for each in raw or ()]
    return sorted(found, key=lambda each: str(each["key"]))


def tags_of_map(raw: dict[str, str] | None) -> list[Record]:
    """Tags that AWS gives as a map, in the order of their keys."""
    return [{"key": key, "value": value} for key, value in sorted((raw or {}).items())]


def document(text: str, api: str) -> dict[str, Any]:
    """The policy document of that exact text; failures in place of what a text outside the grammar does not tell."""
    try:
        return parse_document(text)
    except DocumentError:
        failure = Failure(api=api, code="MalformedPolicyDocument", kind=GapKind.UNPARSED)
        return {"text": text, "version": failure, "statements": failure}


def encoded_document(text: str | None, api: str) -> dict[str, Any] | None:
    """As `document`, for IAM, which gives the text URL-encoded (RFC 3986); None for none."""
    if text is None:
        return None
    # An encoded text has no raw brace, so that one that begins with a brace was not encoded.
    return document(text if text.lstrip().startswith("{") else unquote(text), api)
