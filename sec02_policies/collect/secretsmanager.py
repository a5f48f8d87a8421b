"""Secrets Manager: which secrets there are, how they rotate and who may read them. The values are never asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Partial, Record
from sec02_policies.collect._schedule import longest_interval_days
from sec02_policies.collect._values import document, tags, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "secretsmanager:ListSecrets"
_DESCRIBE = "secretsmanager:DescribeSecret"
_POLICIES = "secretsmanager:ListResourcePolicies"
_POLICY = "secretsmanager:GetResourcePolicy"
_VERSIONS = "secretsmanager:ListSecretVersionIds"

# The only policy that the account's own people can change; the others are those of AWS services.
_DEFAULT = "default"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the secrets of every region, those in deletion included."""
    for region, listing in reader.in_regions(_LIST, IncludePlannedDeletion=True).items():
        builder.section("secretsmanager_secret", region, _LIST, listing.failure)
        for resource in reader.each(partial(_secret, reader, region), listing.items()):
            builder.add("secretsmanager_secret", resource)


def _secret(reader: Reader, region: str, listed: Record) -> Record:
    """The whole secret: what the list tells, and what only a call of its own does."""
    arn = listed.get("ARN")
    resource = {**_listed(listed), "region": region}
    if arn:
        resource |= _replication(reader.read(_DESCRIBE, region, SecretId=arn))
        resource |= _resource_policies(reader, region, arn)
        resource["version_dates"] = _version_dates(reader, region, listed)
    return resource


def _listed(raw: Record) -> Record:
    """The fields that `ListSecrets` gives."""
    rules = raw.get("RotationRules") or {}
    return {
        "id": raw.get("ARN"),
        "name": raw.get("Name"),
        "arn": raw.get("ARN"),
        "tags": tags(raw.get("Tags")),
        "kms_key_id": raw.get("KmsKeyId"),
        "rotation_enabled": bool(raw.get("RotationEnabled")),
        "rotation_lambda_arn": raw.get("RotationLambdaARN"),
        "rotation_interval_days": _interval(rules),
        "rotation_schedule": rules.get("ScheduleExpression"),
        "created_date": timestamp(raw.get("CreatedDate")),
        "last_rotated_date": timestamp(raw.get("LastRotatedDate")),
        "last_changed_date": timestamp(raw.get("LastChangedDate")),
        "last_accessed_date": timestamp(raw.get("LastAccessedDate")),
        "next_rotation_date": timestamp(raw.get("NextRotationDate")),
        "deleted_date": timestamp(raw.get("DeletedDate")),
        "owning_service": raw.get("OwningService"),
        "primary_region": raw.get("PrimaryRegion"),
        "versions": [
            {"id": version, "stages": sorted(stages)}
            for version, stages in sorted((raw.get("SecretVersionsToStages") or {}).items())
        ],
    }


def _interval(rules: Record) -> int | Failure | None:
    """The days between two rotations, from the schedule if there is one: AWS's own number follows the last rotation."""
    expression = rules.get("ScheduleExpression")
    if expression is None:
        return rules.get("AutomaticallyAfterDays")
    days = longest_interval_days(expression)
    return Failure(api=_LIST, code="UnknownSchedule", kind=GapKind.UNPARSED) if days is None else days


def _replication(answer: Record | Failure | None) -> Record:
    """The copies in other Regions and accounts: only this call names them, and what it leaves out is not there."""
    if not isinstance(answer, dict):
        return dict.fromkeys(("replicas", "cross_account_replicas", "cross_account_primary_arn"), answer)
    replicas = [
        {"region": each.get("Region"), "kms_key_id": each.get("KmsKeyId"), "status": each.get("Status")}
        for each in answer.get("ReplicationStatus") or ()
    ]
    elsewhere = [
        {"arn": each.get("ReplicaSecretARN"), "status": each.get("ReplicationStatus")}
        for each in answer.get("CrossAccountReplicas") or ()
    ]
    return {
        "replicas": sorted(replicas, key=lambda each: str(each["region"])),
        "cross_account_replicas": sorted(elsewhere, key=lambda each: str(each["arn"])),
        "cross_account_primary_arn": _primary(answer.get("CrossAccountPrimary")),
    }


def _primary(raw: Record | None) -> str | Failure | None:
    if raw is None:
        return None
    return raw.get("PrimarySecretARN") or Failure(api=_DESCRIBE, code="NotInAnswer", kind=GapKind.FAILED)


def _resource_policies(reader: Reader, region: str, arn: str) -> Record:
    """The default policy, read only where the list does not tell that there is none, and the others by their names."""
    listing = reader.pages(_POLICIES, region, SecretId=arn)
    has_default = listing.failure is not None or any(each.get("PolicyName") == _DEFAULT for each in listing.items())
    return {
        "resource_policy": _resource_policy(reader, region, arn, _DEFAULT) if has_default else None,
        "other_resource_policies": listing.value(
            partial(_other_policy, reader, region, arn), where=lambda each: each.get("PolicyName") != _DEFAULT
        ),
    }


def _other_policy(reader: Reader, region: str, arn: str, listed: Record) -> Record | Failure:
    name = listed.get("PolicyName")
    if not name:
        return Failure(api=_POLICIES, code="NoIdentifier", kind=GapKind.FAILED)
    found = _resource_policy(reader, region, arn, name)
    missing = Failure(api=_POLICY, code="NotInAnswer", kind=GapKind.STALE)
    return {"name": name, "document": missing if found is None else found}


def _resource_policy(reader: Reader, region: str, arn: str, name: str) -> Record | Failure | None:
    named = {} if name == _DEFAULT else {"PolicyName": name}
    answer = reader.read(_POLICY, region, SecretId=arn, **named)
    if not isinstance(answer, dict):
        return answer
    text = answer.get("ResourcePolicy")
    return document(text, _POLICY) if text else None


def _version_dates(reader: Reader, region: str, listed: Record) -> list[Record] | Partial | Failure:
    """When the versions with a stage were made: the date of the last change is that of any change, a tag's too."""
    staged = listed.get("SecretVersionsToStages") or {}
    if not staged:
        return []
    listing = reader.pages(_VERSIONS, region, SecretId=listed["ARN"])
    dates = {each.get("VersionId"): timestamp(each.get("CreatedDate")) for each in listing.items()}
    found = [{"id": each, "created_date": dates[each]} for each in sorted(staged) if dates.get(each)]
    if len(found) == len(staged):
        return found
    # A version may have got its stage between the two calls.
    failure = listing.failure or Failure(api=_VERSIONS, code="NotInAnswer", kind=GapKind.STALE)
    return Partial(items=found, failure=failure.truncated()) if found else failure
