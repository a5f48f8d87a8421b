"""Bundles in Amazon S3 under Object Lock: put once, read back, never deleted. The client is the caller's."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from sec02_policies.archive.container import MAX_BYTES
from sec02_policies.errors import BundleError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lock(StrEnum):
    """S3's modes: under compliance nobody may delete or shorten, under governance only the specially permitted."""

    COMPLIANCE = "compliance"
    GOVERNANCE = "governance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A bucket and a key, or a bucket and the prefix of keys."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The location that `s3://bucket/key` names; raises `InputError`."""
        bucket, slash, key = text.removeprefix("s3://").partition("/")
        if not text.startswith("s3://") or not bucket or not slash:
            raise InputError(text, "not a location in S3", "s3://bucket/key")
        return cls(bucket=bucket, key=key)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How the store shall keep an object."""

    mode: Lock
    until: datetime
    legal_hold: bool = False


def upload(client: Any, location: Location, data: bytes, retention: Retention) -> str:  # noqa: ANN401 - boto3's S3
    """Put the bundle where nothing is yet, read back how it is kept, and return its version id.

    Raises `BundleError` where S3 says that it keeps the object in another way than was asked.
    """
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")
    client.put_object(
        Bucket=location.bucket,
        Key=location.key,
        Body=data,
        ContentType="application/zip",
        ChecksumAlgorithm="SHA256",
        ChecksumSHA256=checksum,
        IfNoneMatch="*",
        ObjectLockMode=retention.mode.name,
        ObjectLockRetainUntilDate=retention.until,
        ObjectLockLegalHoldStatus="ON" if retention.legal_hold else "OFF",
    )
    answer = client.head_object(Bucket=location.bucket, Key=location.key, ChecksumMode="ENABLED")
    problem = _problem(answer, checksum, len(data), retention)
    if problem:
        raise BundleError("store.readback", f"{location}: {problem}")
    return str(answer["VersionId"])


def _problem(answer: dict[str, Any], checksum: str, size: int, retention: Retention) -> str | None:
    until = answer.get("ObjectLockRetainUntilDate")
    if not answer.get("VersionId"):
        return "the bucket keeps no versions"
    if answer.get("ChecksumSHA256") != checksum or answer.get("ContentLength") != size:
        return "S3 holds other bytes than were sent"
    if answer.get("ObjectLockMode") != retention.mode.name:
        return f"the lock is {answer.get('ObjectLockMode')}, not {retention.mode.name}"
    if not isinstance(until, datetime) or until < retention.until:
        return "the lock ends earlier than was asked"
    if retention.legal_hold and answer.get("ObjectLockLegalHoldStatus") != "ON":
        return "there is no legal hold"
    return None


def download(client: Any, location: Location) -> bytes:  # noqa: ANN401 - boto3's S3
    """The newest version of an object; raises `BundleError` for one that no bundle is as large as."""
    answer = client.get_object(Bucket=location.bucket, Key=location.key, ChecksumMode="ENABLED")
    if answer["ContentLength"] > MAX_BYTES:
        raise BundleError("zip.size", f"more than {MAX_BYTES} bytes")
    data: bytes = answer["Body"].read()
    return data


def keys(client: Any, prefix: Location) -> Iterator[Location]:  # noqa: ANN401 - boto3's S3
    """The bundles under a prefix, in the order of their keys."""
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=prefix.bucket, Prefix=prefix.key):
        for each in page.get("Contents", ()):
            if each["Key"].endswith(".zip"):
                yield Location(bucket=prefix.bucket, key=each["Key"])


def held(client: Any, location: Location) -> tuple[str | None, bool]:  # noqa: ANN401 - boto3's S3
    """Until when (RFC 3339) an object is locked, and whether a legal hold is on it."""
    answer = client.head_object(Bucket=location.bucket, Key=location.key)
    until = answer.get("ObjectLockRetainUntilDate")
    moment = until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(until, datetime) else None
    return moment, answer.get("ObjectLockLegalHoldStatus") == "ON"
