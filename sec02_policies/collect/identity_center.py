"""Identity Center: its instances, with their users and groups; what hangs on them is read beside it.

Of people only their ids, their status and who issued them: no names, mail addresses or phone numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect import _identity_center_applications as applications
from sec02_policies.collect import _identity_center_permission_sets as permission_sets
from sec02_policies.collect._identity_center_tags import resource_tags
from sec02_policies.collect._outcome import Failure, Listing, Record
from sec02_policies.collect._values import timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_INSTANCES = "sso-admin:ListInstances"
_ATTRIBUTES = "sso-admin:DescribeInstanceAccessControlAttributeConfiguration"
_DESCRIBED = "sso-admin:DescribeInstance"
_STORE = "identitystore:DescribeIdentityStore"
_USERS = "identitystore:ListUsers"
_GROUPS = "identitystore:ListGroups"
_MEMBERS = "identitystore:ListGroupMemberships"

# What hangs on an instance; without one, all of it is complete and empty.
_COLLECTIONS = {
    "idc_permission_set": permission_sets.PERMISSION_SETS,
    "idc_user": _USERS,
    "idc_group": _GROUPS,
    "idc_application": applications.APPLICATIONS,
    "idc_trusted_token_issuer": applications.ISSUERS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instance:
    """An instance of Identity Center in the region in which it is read."""

    arn: str
    region: str
    store: str | None
    raw: Record


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
        permission_sets.collect(reader, builder, instance.region, instance.arn, groups)
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
