"""The permission sets of Identity Center and what they allow; whom they let in is read beside them."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._builder import unread
from sec02_policies.collect._identity_center_assignments import (
    PROVISIONED,
    Surroundings,
    accounts_to_ask,
    assignments,
    outdated_accounts,
)
from sec02_policies.collect._identity_center_tags import resource_tags
from sec02_policies.collect._outcome import Failure, Partial, Record
from sec02_policies.collect._values import document, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

PERMISSION_SETS = "sso-admin:ListPermissionSets"
_SET = "sso-admin:DescribePermissionSet"
_INLINE = "sso-admin:GetInlinePolicyForPermissionSet"
_MANAGED = "sso-admin:ListManagedPoliciesInPermissionSet"
_CUSTOMER = "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet"
_BOUNDARY = "sso-admin:GetPermissionsBoundaryForPermissionSet"

# What a permission set has when it says nothing: https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html
_ONE_HOUR = 3600
_DURATION = re.compile(r"P(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8})S)?)?")


# ------------------------------------------------------------ permission sets


def collect(reader: Reader, builder: Builder, region: str, instance_arn: str, groups: Mapping[str, str]) -> None:
    """Read the permission sets of an instance and their assignments; `groups` are the names of groups by id."""
    listing = reader.pages(PERMISSION_SETS, region, InstanceArn=instance_arn)
    builder.section("idc_permission_set", region, PERMISSION_SETS, listing.failure)
    arns = list(listing.items())
    surroundings = Surroundings(groups=groups, accounts=accounts_to_ask(builder, len(arns)))
    for resource in reader.each(partial(_permission_set, reader, region, instance_arn, surroundings), arns):
        for arn in _managed_policies_in(resource):
            builder.want_policy(arn)
        builder.add("idc_permission_set", resource)


def _managed_policies_in(resource: Record) -> list[str]:
    """The AWS managed policies that a permission set names, to be read with IAM."""
    managed = resource["managed_policies"]
    attached = managed.items if isinstance(managed, Partial) else managed if isinstance(managed, list) else []
    boundary = resource["permissions_boundary"]
    bounds = [boundary["managed_policy_arn"]] if isinstance(boundary, dict) else []
    return [arn for arn in [*(each["arn"] for each in attached), *bounds] if arn]


def _permission_set(reader: Reader, region: str, instance_arn: str, surroundings: Surroundings, arn: str) -> Record:
    named = {"InstanceArn": instance_arn, "PermissionSetArn": arn}
    known = {"id": arn, "arn": arn, "region": region, "instance_arn": instance_arn}
    answer = reader.read(_SET, region, **named)
    settings = _settings(answer["PermissionSet"]) if isinstance(answer, dict) else {}
    known = unread("idc_permission_set", answer, known) if isinstance(answer, Failure) else {**known, **settings}
    provisioned = reader.pages(PROVISIONED, region, **named)
    return {
        **known,
        "tags": resource_tags(reader, region, instance_arn, arn),
        "inline_policy": _inline(reader.read(_INLINE, region, **named)),
        "managed_policies": reader.pages(_MANAGED, region, **named).value(
            lambda each: {"arn": each.get("Arn"), "name": each.get("Name")}, by=lambda each: str(each["arn"])
        ),
        "customer_managed_policies": reader.pages(_CUSTOMER, region, **named).value(
            _reference, by=lambda each: f"{each['path']}{each['name']}"
        ),
        "permissions_boundary": _boundary(reader.read(_BOUNDARY, region, **named)),
        "provisioned_account_ids": provisioned.value(str, by=str),
        "outdated_account_ids": outdated_accounts(reader, region, named, provisioned),
        "assignments": assignments(reader, known, provisioned, surroundings),
    }


def _settings(raw: Record) -> Record:
    """The fields that `DescribePermissionSet` gives."""
    return {
        "name": raw.get("Name"),
        "created_date": timestamp(raw.get("CreatedDate")),
        "session_duration_seconds": _seconds(raw.get("SessionDuration")),
    }


def _seconds(duration: str | None) -> int | Failure:
    """The seconds of an ISO 8601 duration such as PT8H; months and years have no fixed length and are not read."""
    if duration is None:
        return _ONE_HOUR
    match = _DURATION.fullmatch(str(duration))
    if match is None or not any(match.groups()):
        return Failure(api=_SET, code="UnknownDuration", kind=GapKind.UNPARSED)
    days, hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _inline(answer: Record | Failure | None) -> Record | Failure | None:
    """The inline policy; AWS gives an empty text where there is none."""
    if not isinstance(answer, dict):
        return answer
    text = answer.get("InlinePolicy")
    return document(text, _INLINE) if text else None


def _reference(raw: Record) -> Record:
    """A customer managed policy by name and path; the path is / unless another is given."""
    return {"name": raw.get("Name"), "path": raw.get("Path") or "/"}


def _boundary(answer: Record | Failure | None) -> Record | Failure | None:
    if not isinstance(answer, dict):
        return answer
    raw = answer["PermissionsBoundary"]
    if not raw:
        return None
    customer = raw.get("CustomerManagedPolicyReference")
    reference = _reference(customer) if customer else {"name": None, "path": None}
    return {
        "managed_policy_arn": raw.get("ManagedPolicyArn"),
        "customer_managed_policy_name": reference["name"],
        "customer_managed_policy_path": reference["path"],
    }
