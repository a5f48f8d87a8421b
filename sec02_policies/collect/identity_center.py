"""Identity Center: permission sets, what they allow, and whom they let into which account.

Of people only their ids, their status and who issued them: no names, mail addresses or phone numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.collect import _identity_center_applications as applications
from sec02_policies.collect._builder import unread
from sec02_policies.collect._identity_center_applications import resource_tags
from sec02_policies.collect._outcome import Failure, Listing, Partial, Record
from sec02_policies.collect._values import document, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_INSTANCES = "sso-admin:ListInstances"
_ATTRIBUTES = "sso-admin:DescribeInstanceAccessControlAttributeConfiguration"
_DESCRIBED = "sso-admin:DescribeInstance"
_SETS = "sso-admin:ListPermissionSets"
_SET = "sso-admin:DescribePermissionSet"
_INLINE = "sso-admin:GetInlinePolicyForPermissionSet"
_MANAGED = "sso-admin:ListManagedPoliciesInPermissionSet"
_CUSTOMER = "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet"
_BOUNDARY = "sso-admin:GetPermissionsBoundaryForPermissionSet"
_PROVISIONED = "sso-admin:ListAccountsForProvisionedPermissionSet"
_ASSIGNMENTS = "sso-admin:ListAccountAssignments"
_STORE = "identitystore:DescribeIdentityStore"
_USERS = "identitystore:ListUsers"
_GROUPS = "identitystore:ListGroups"
_MEMBERS = "identitystore:ListGroupMemberships"

# What hangs on an instance; without one, all of it is complete and empty.
_COLLECTIONS = {
    "idc_permission_set": _SETS,
    "idc_user": _USERS,
    "idc_group": _GROUPS,
    "idc_application": applications.APPLICATIONS,
    "idc_trusted_token_issuer": applications.ISSUERS,
}
_OUTDATED = "LATEST_PERMISSION_SET_NOT_PROVISIONED"
# What a permission set has when it says nothing: https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html
_ONE_HOUR = 3600
_DURATION = re.compile(r"P(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8})S)?)?")
# At most so many pairs of a permission set and an account are asked for assignments on suspicion: `_accounts_to_ask`.
_MOST_EXTRA_PAIRS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instance:
    """An instance of Identity Center in the region in which it is read."""

    arn: str
    region: str
    store: str | None
    raw: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surroundings:
    """What the permission sets of an instance are read with: names of groups, and accounts to ask besides their own."""

    groups: Mapping[str, str]
    accounts: frozenset[str]


def collect(reader: Reader, builder: Builder) -> None:
    """Read the instances that the account sees, with their permission sets, assignments, users and groups."""
    listings = reader.in_regions(_INSTANCES)
    for region, listing in listings.items():
        builder.section("idc_instance", region, _INSTANCES, listing.failure)
        for collection, api in _COLLECTIONS.items():
            builder.section(collection, region, api, listing.failure)
    for instance in _instances(listings):
        builder.add("idc_instance", _instance(reader, instance))
        _users(reader, builder, instance)
        groups = _groups(reader, builder, instance)
        _permission_sets(reader, builder, instance, groups)
        applications.collect(reader, builder, instance.region, instance.arn)


def _instances(listings: Mapping[str, Listing]) -> list[_Instance]:
    """Each instance once, in its primary region if that is read: an instance may be seen from several regions."""
    found: dict[str, _Instance] = {}
    for region, listing in listings.items():
        for raw in listing.items():
            home = raw.get("PrimaryRegion")
            place = home if home in listings else region
            arn = raw["InstanceArn"]
            found.setdefault(arn, _Instance(arn=arn, region=place, store=raw.get("IdentityStoreId"), raw=raw))
    return list(found.values())


def _instance(reader: Reader, instance: _Instance) -> Record:
    raw = instance.raw
    return {
        "id": instance.arn,
        "name": raw.get("Name") or instance.arn.rpartition("/")[2],
        "arn": instance.arn,
        "region": instance.region,
        "tags": resource_tags(reader, instance.region, instance.arn, instance.arn),
        "identity_store_id": instance.store,
        "owner_account_id": raw.get("OwnerAccountId"),
        "status": raw.get("Status"),
        "created_date": timestamp(raw.get("CreatedDate")),
        "access_control_attributes": _attributes(reader.read(_ATTRIBUTES, instance.region, InstanceArn=instance.arn)),
        "encryption": _encryption(reader.read(_DESCRIBED, instance.region, InstanceArn=instance.arn)),
        "identity_store_network": _network(reader, instance),
    }


def _attributes(answer: Record | Failure | None) -> Record | Failure | None:
    """The attributes for access control; None where the feature is off."""
    if not isinstance(answer, dict):
        return answer
    configuration = answer.get("InstanceAccessControlAttributeConfiguration") or {}
    keys = [each.get("Key") for each in configuration.get("AccessControlAttributes") or ()]
    return {"status": answer.get("Status"), "keys": sorted(keys)}


def _encryption(answer: Record | Failure | None) -> Record | Failure | None:
    """The key of the instance's data; None where AWS does not tell."""
    if not isinstance(answer, dict):
        return answer
    raw = answer.get("EncryptionConfigurationDetails")
    if not raw:
        return None
    return {
        "key_type": raw.get("KeyType"),
        "kms_key_arn": raw.get("KmsKeyArn"),
        "status": raw.get("EncryptionStatus"),
    }


def _network(reader: Reader, instance: _Instance) -> Record | Failure | None:
    """From where the identity store takes calls; None where nothing restricts it."""
    if instance.store is None:
        return _no_store(_STORE)
    answer = reader.read(_STORE, instance.region, IdentityStoreId=instance.store)
    if not isinstance(answer, dict):
        return answer
    raw = answer.get("NetworkConfiguration")
    if not raw:
        return None
    return {
        "vpce_access_required": raw.get("VpceAccessRequired"),
        "api_restrict_source_vpcs": sorted(raw.get("ApiRestrictSourceVpcs") or ()),
        "api_allow_source_ips": sorted(raw.get("ApiAllowSourceIps") or ()),
        "scim_allow_source_ips": sorted(raw.get("ScimAllowSourceIps") or ()),
    }


def _no_store(api: str) -> Failure:
    """An instance that is still being made, or failed, has no identity store yet."""
    return Failure(api=api, code="NoIdentityStore", kind=GapKind.FAILED)


# ------------------------------------------------------------ people


def _people(reader: Reader, api: str, instance: _Instance) -> Listing:
    """The users or groups of the instance's identity store."""
    if instance.store is None:
        return Listing(key="", failure=_no_store(api))
    return reader.pages(api, instance.region, IdentityStoreId=instance.store)


def _users(reader: Reader, builder: Builder, instance: _Instance) -> None:
    listing = _people(reader, _USERS, instance)
    builder.section("idc_user", instance.region, _USERS, listing.failure)
    for raw in listing.items():
        user_id = raw.get("UserId")
        builder.add(
            "idc_user",
            {
                "id": user_id,
                "name": user_id,
                "arn": raw.get("UserArn"),
                "region": instance.region,
                "tags": [],
                "identity_store_id": instance.store,
                "user_status": raw.get("UserStatus"),
                "external_issuers": _issuers(raw),
            },
        )


def _groups(reader: Reader, builder: Builder, instance: _Instance) -> dict[str, str]:
    """Read the groups and their members; return their names by id."""
    listing = _people(reader, _GROUPS, instance)
    builder.section("idc_group", instance.region, _GROUPS, listing.failure)
    groups = reader.each(partial(_group, reader, instance), listing.items())
    for group in groups:
        builder.add("idc_group", group)
    return {group["id"]: group["name"] for group in groups}


def _group(reader: Reader, instance: _Instance, raw: Record) -> Record:
    group_id = raw["GroupId"]
    members = reader.pages(_MEMBERS, instance.region, IdentityStoreId=instance.store, GroupId=group_id)
    return {
        "id": group_id,
        "name": raw.get("DisplayName") or group_id,
        "arn": raw.get("GroupArn"),
        "region": instance.region,
        "tags": [],
        "identity_store_id": instance.store,
        "external_issuers": _issuers(raw),
        "member_user_ids": members.value(lambda each: (each.get("MemberId") or {}).get("UserId"), by=str),
    }


def _issuers(raw: Record) -> list[str]:
    """Who issued the external ids: the ids themselves may be names or addresses and stay behind."""
    return sorted({each["Issuer"] for each in raw.get("ExternalIds") or () if each and each.get("Issuer")})


# ------------------------------------------------------------ permission sets


def _permission_sets(reader: Reader, builder: Builder, instance: _Instance, groups: Mapping[str, str]) -> None:
    listing = reader.pages(_SETS, instance.region, InstanceArn=instance.arn)
    builder.section("idc_permission_set", instance.region, _SETS, listing.failure)
    arns = list(listing.items())
    accounts = _accounts_to_ask(builder, len(arns))
    surroundings = _Surroundings(groups=groups, accounts=accounts)
    for resource in reader.each(partial(_permission_set, reader, instance, surroundings), arns):
        for arn in _managed_policies_in(resource):
            builder.want_policy(arn)
        builder.add("idc_permission_set", resource)


def _accounts_to_ask(builder: Builder, sets: int) -> frozenset[str]:
    """The accounts to ask for assignments of every permission set, besides those where it is provisioned.

    A successful assignment provisions the set in its account (CreateAccountAssignment in the API reference), so that
    the list of provisioned accounts holds every assignment in force. It does not tell of one that is still being made
    or whose provisioning failed. So our own account is asked as well, and the other members of the organization where
    we know them and there are few: sets times accounts are calls, and Identity Center is slow.
    """
    own = frozenset({builder.account_id})
    everyone = own | builder.member_account_ids
    return everyone if sets * len(everyone) <= _MOST_EXTRA_PAIRS else own


def _managed_policies_in(resource: Record) -> list[str]:
    """The AWS managed policies that a permission set names, to be read with IAM."""
    managed = resource["managed_policies"]
    attached = managed.items if isinstance(managed, Partial) else managed if isinstance(managed, list) else []
    boundary = resource["permissions_boundary"]
    bounds = [boundary["managed_policy_arn"]] if isinstance(boundary, dict) else []
    return [arn for arn in [*(each["arn"] for each in attached), *bounds] if arn]


def _permission_set(reader: Reader, instance: _Instance, surroundings: _Surroundings, arn: str) -> Record:
    named = {"InstanceArn": instance.arn, "PermissionSetArn": arn}
    region = instance.region
    known = {"id": arn, "arn": arn, "region": region, "instance_arn": instance.arn}
    answer = reader.read(_SET, region, **named)
    settings = _settings(answer["PermissionSet"]) if isinstance(answer, dict) else {}
    known = unread("idc_permission_set", answer, known) if isinstance(answer, Failure) else {**known, **settings}
    provisioned = reader.pages(_PROVISIONED, region, **named)
    return {
        **known,
        "tags": resource_tags(reader, region, instance.arn, arn),
        "inline_policy": _inline(reader.read(_INLINE, region, **named)),
        "managed_policies": reader.pages(_MANAGED, region, **named).value(
            lambda each: {"arn": each.get("Arn"), "name": each.get("Name")}, by=lambda each: str(each["arn"])
        ),
        "customer_managed_policies": reader.pages(_CUSTOMER, region, **named).value(
            _reference, by=lambda each: f"{each['path']}{each['name']}"
        ),
        "permissions_boundary": _boundary(reader.read(_BOUNDARY, region, **named)),
        "provisioned_account_ids": provisioned.value(str, by=str),
        "outdated_account_ids": _outdated(reader, region, named, provisioned),
        "assignments": _assignments(reader, instance, known, provisioned, surroundings),
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


# ------------------------------------------------------------ accounts and assignments


def _outdated(reader: Reader, region: str, named: Mapping[str, str], provisioned: Listing) -> Any:  # noqa: ANN401 - a list or what stands in its place
    """The accounts that run an older version of the set; none where it is provisioned nowhere."""
    if provisioned.failure is None and not any(provisioned.items()):
        return []
    return reader.pages(_PROVISIONED, region, **named, ProvisioningStatus=_OUTDATED).value(str, by=str)


def _assignments(
    reader: Reader, instance: _Instance, permission_set: Record, provisioned: Listing, surroundings: _Surroundings
) -> list[Record] | Partial | Failure:
    """Who may use the set in which account; with an Unknown rest where an account could not be asked."""
    arn = permission_set["id"]
    failure = provisioned.failure
    found: list[Record] = []
    for account in sorted(surroundings.accounts.union(provisioned.items())):
        listing = reader.pages(
            _ASSIGNMENTS, instance.region, InstanceArn=instance.arn, PermissionSetArn=arn, AccountId=account
        )
        failure = failure or listing.failure
        found += [_assignment(instance, permission_set, surroundings, account, each) for each in listing.items()]
    found.sort(key=lambda each: str(each["id"]))
    if failure is None:
        return found
    return Partial(items=found, failure=failure) if found else failure


def _assignment(
    instance: _Instance, permission_set: Record, surroundings: _Surroundings, account: str, raw: Record
) -> Record:
    principal = raw.get("PrincipalId")
    arn, name = permission_set["id"], permission_set.get("name")
    shown = name if isinstance(name, str) else arn.rpartition("/")[2]
    return {
        "id": f"{arn}|{account}|{principal}",
        "name": f"{shown}/{surroundings.groups.get(str(principal), principal)}/{account}",
        "arn": None,
        "region": instance.region,
        "tags": [],
        "instance_arn": instance.arn,
        "permission_set_arn": arn,
        "permission_set_name": name,
        "target_account_id": account,
        "principal_type": raw.get("PrincipalType"),
        "principal_id": principal,
    }
