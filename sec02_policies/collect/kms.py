"""KMS: the keys of each region, and how often those rotate that KMS can rotate."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._builder import unread
from sec02_policies.collect._outcome import Failure, Record, not_requested
from sec02_policies.collect._values import timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "kms:ListKeys"
_DESCRIBE = "kms:DescribeKey"
_ROTATION = "kms:GetKeyRotationStatus"
_TAGS = "kms:ListResourceTags"
_KIND = "kms_key"
# Left out of the answer by a rotation that was turned on before the period could be chosen.
# https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
_USUAL_DAYS = 365


def collect(reader: Reader, builder: Builder) -> None:
    """Read the keys of every region; a key's own policy may refuse each."""
    for region, listing in reader.in_regions(_LIST).items():
        builder.section(_KIND, region, _LIST, listing.failure)
        builder.missing(_KIND, region, "tags", not_requested(_TAGS))
        for resource in reader.each(partial(_key, reader, region), listing.items()):
            builder.add(_KIND, resource)


def _key(reader: Reader, region: str, listed: Record) -> Record:
    arn = listed.get("KeyArn")
    known = {"id": arn, "name": listed.get("KeyId"), "arn": arn, "region": region}
    answer = reader.read(_DESCRIBE, region, KeyId=arn)
    if not isinstance(answer, dict):
        failure = answer or Failure(api=_DESCRIBE, code="NotInAnswer", kind=GapKind.FAILED)
        return {name: value for name, value in unread(_KIND, failure, known).items() if name != "tags"}
    raw = answer["KeyMetadata"]
    replica = (raw.get("MultiRegionConfiguration") or {}).get("MultiRegionKeyType") == "REPLICA"
    enabled, days = _rotation(reader, region, raw)
    return {
        **known,
        "manager": raw.get("KeyManager"),
        "state": raw.get("KeyState"),
        "spec": raw.get("KeySpec"),
        "usage": raw.get("KeyUsage"),
        "origin": raw.get("Origin"),
        "primary_arn": raw["MultiRegionConfiguration"].get("PrimaryKey", {}).get("Arn") if replica else None,
        "created_date": timestamp(raw.get("CreationDate")),
        "rotation_enabled": enabled,
        "rotation_period_days": days,
    }


def _rotation(reader: Reader, region: str, raw: Record) -> tuple[object, object]:
    """Whether and how often the key rotates; only a symmetric key of KMS's own material can."""
    own = (raw.get("KeyManager"), raw.get("KeySpec"), raw.get("Origin"))
    if own != ("CUSTOMER", "SYMMETRIC_DEFAULT", "AWS_KMS"):
        return None, None
    answer = reader.read(_ROTATION, region, KeyId=raw.get("Arn"))
    if not isinstance(answer, dict):
        return answer, answer
    enabled = answer["KeyRotationEnabled"]
    return enabled, answer.get("RotationPeriodInDays", _USUAL_DAYS) if enabled else None
