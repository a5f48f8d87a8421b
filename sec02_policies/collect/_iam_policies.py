"""IAM's policies: inline, customer managed, and those AWS managed ones that something in the account refers to."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._builder import unread
from sec02_policies.collect._outcome import Failure, Listing, Record, not_requested
from sec02_policies.collect._values import GLOBAL, encoded_document, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

BULK = "iam:GetAccountAuthorizationDetails"

_POLICY, _VERSION, _TAGS = "iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyTags"


def attached(raw: Record) -> list[Record]:
    """The managed policies that are attached to a user, group or role, by ARN."""
    found = raw.get("AttachedManagedPolicies") or ()
    return sorted(
        ({"arn": each.get("PolicyArn"), "name": each.get("PolicyName")} for each in found),
        key=lambda each: str(each["arn"]),
    )


def boundary(raw: Record) -> str | None:
    """The ARN of the permissions boundary of a user or role."""
    found: Record = raw.get("PermissionsBoundary") or {}
    return found.get("PermissionsBoundaryArn")


def inline_policies(raw: Record, kind: str, owner_type: str) -> Record:
    """The field of a user, group or role (`kind` as in AWS's member names) that embeds its inline policies."""
    owner, arn = raw.get(f"{kind}Name"), raw.get("Arn")
    found = [
        {
            "id": f"{arn}#inline/{each.get('PolicyName')}",
            "name": f"{owner}/{each.get('PolicyName')}",
            "arn": None,
            "region": GLOBAL,
            "tags": [],
            "owner_arn": arn,
            "owner_type": owner_type,
            "policy_name": each.get("PolicyName"),
            "document": encoded_document(each.get("PolicyDocument"), BULK),
        }
        for each in raw.get(f"{kind}PolicyList") or ()
    ]
    return {"inline_policies": sorted(found, key=lambda each: str(each["id"]))}


def customer_managed(bulk: Listing) -> Iterator[Record]:
    """The account's own managed policies."""
    return (each for each in bulk.items("Policies") if not _is_aws_managed(each.get("Arn", "")))


def add_policies(reader: Reader, builder: Builder, bulk: Listing) -> None:
    """Add the customer managed policies, and each AWS managed one that something refers to."""
    builder.section("iam_policy", GLOBAL, BULK, bulk.failure)
    bounded = Counter(boundary(raw) for key in ("UserDetailList", "RoleDetailList") for raw in bulk.items(key))
    for raw in customer_managed(bulk):
        resource = _policy(raw, _default_document(raw))
        if resource["permissions_boundary_usage_count"] is None and bulk.failure is None:
            # The answer holds every user and role with its boundary: what it does not count can be counted in it.
            resource["permissions_boundary_usage_count"] = bounded[resource["id"]]
        # One call per policy for tags that no policy of ours needs yet.
        del resource["tags"]
        builder.add("iam_policy", resource)
        builder.missing("iam_policy", GLOBAL, "tags", not_requested(_TAGS))
    given = {each.get("Arn"): each for each in bulk.items("Policies")}
    wanted = {arn for arn in [*_references(bulk), *builder.wanted_policies] if _is_aws_managed(arn)}
    for arn in sorted(wanted & given.keys()):
        builder.add("iam_policy", _policy(given[arn], _default_document(given[arn])))
    for resource in reader.each(partial(_read_policy, reader), sorted(wanted - given.keys())):
        builder.add("iam_policy", resource)


def _is_aws_managed(arn: str) -> bool:
    return arn.split(":")[4:5] == ["aws"]


def _references(bulk: Listing) -> Iterator[str]:
    """The ARNs of the policies that are attached, or set as a boundary, in the account."""
    for key in ("UserDetailList", "GroupDetailList", "RoleDetailList"):
        for raw in bulk.items(key):
            yield from (each["arn"] for each in [*attached(raw), {"arn": boundary(raw)}] if each["arn"])


def _policy(raw: Record, document: Record | Failure | None) -> Record:
    arn = str(raw.get("Arn"))
    return {
        "id": raw.get("Arn"),
        "name": raw.get("PolicyName") or arn.rpartition("/")[2],
        "arn": raw.get("Arn"),
        "region": GLOBAL,
        # AWS managed policies cannot have tags.
        "tags": [],
        "path": raw.get("Path"),
        "managed_by": "aws" if _is_aws_managed(arn) else "customer",
        "default_version_id": raw.get("DefaultVersionId"),
        "attachment_count": raw.get("AttachmentCount"),
        "permissions_boundary_usage_count": raw.get("PermissionsBoundaryUsageCount"),
        "create_date": timestamp(raw.get("CreateDate")),
        "update_date": timestamp(raw.get("UpdateDate")),
        "document": document,
    }


def _default_document(raw: Record) -> Record | None:
    versions = raw.get("PolicyVersionList") or ()
    return next(
        (encoded_document(each.get("Document"), BULK) for each in versions if each.get("IsDefaultVersion")), None
    )


def _read_policy(reader: Reader, arn: str) -> Record:
    """An AWS managed policy that the bulk answer did not hold."""
    answer = reader.read(_POLICY, PolicyArn=arn)
    if not isinstance(answer, dict):
        failure = answer or Failure(api=_POLICY, code="IncompleteAnswer", kind=GapKind.FAILED)
        known: dict[str, Any] = {"id": arn, "name": arn.rpartition("/")[2], "arn": arn, "region": GLOBAL}
        return unread("iam_policy", failure, {**known, "tags": [], "managed_by": "aws"})
    raw = answer["Policy"]
    version = reader.read(_VERSION, PolicyArn=arn, VersionId=raw.get("DefaultVersionId"))
    if not isinstance(version, dict):
        return _policy(raw, version)
    return _policy(raw, encoded_document(version["PolicyVersion"].get("Document"), _VERSION))
