"""Directory Service: directories and how they let people sign in, never the shared secret of their RADIUS servers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._outcome import Failure, Listing, Record, not_requested
from sec02_policies.collect._values import timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._outcome import Partial
    from sec02_policies.collect._reader import Reader

    Value = list[Any] | Partial | Failure

_DIRECTORIES = "ds:DescribeDirectories"
_TRUSTS = "ds:DescribeTrusts"
_TOPICS = "ds:DescribeEventTopics"
_SNAPSHOTS = "ds:DescribeSnapshots"
_LOGS = "ds:ListLogSubscriptions"
_LDAPS = "ds:DescribeLDAPSSettings"
_CLIENTS = "ds:DescribeClientAuthenticationSettings"
_CERTIFICATES = "ds:ListCertificates"
_SETTINGS = "ds:DescribeSettings"
_SHARES = "ds:DescribeSharedDirectories"
_LIMITS = "ds:GetSnapshotLimits"
_TAGS = "ds:ListTagsForResource"

# What a type does not have is not asked for.
_WITH_CLIENTS = frozenset({"MicrosoftAD", "ADConnector"})
_WITH_SNAPSHOTS = frozenset({"MicrosoftAD", "SimpleAD"})
_MANAGED = "MicrosoftAD"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the directories of every region."""
    for region, directories in reader.in_regions(_DIRECTORIES).items():
        builder.section("ds_directory", region, _DIRECTORIES, directories.failure)
        found = list(directories.items())
        if not found:
            continue
        place = _Place(
            region=region,
            prefix=f"arn:{builder.partition}:ds:{region}:{builder.account_id}:directory/",
            trusts=reader.pages(_TRUSTS, region),
            topics=_topics(reader, region),
            snapshots=reader.pages(_SNAPSHOTS, region),
            logs=reader.pages(_LOGS, region),
        )
        builder.missing("ds_directory", region, "tags", not_requested(_TAGS))
        for resource in reader.each(partial(_directory, reader, place), found):
            builder.add("ds_directory", resource)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A region, and what AWS tells of all its directories at once."""

    region: str
    prefix: str
    trusts: Listing
    topics: list[Record] | Failure
    snapshots: Listing
    logs: Listing


def _topics(reader: Reader, region: str) -> list[Record] | Failure:
    answer = reader.read(_TOPICS, region)
    return answer if isinstance(answer, Failure) else list((answer or {}).get("EventTopics") or ())


def _directory(reader: Reader, place: _Place, raw: Record) -> Record:
    """The whole directory: what the lists tell, and what only a call of its own does."""
    directory_id = raw.get("DirectoryId")
    resource = {**_listed(raw), "region": place.region}
    if directory_id:
        resource["arn"] = f"{place.prefix}{directory_id}"
        resource |= _shared_lists(place, raw)
        resource |= _own_calls(reader, place.region, raw)
    return resource


def _listed(raw: Record) -> Record:
    """The fields that `DescribeDirectories` gives."""
    owner = raw.get("OwnerDirectoryDescription") or {}
    return {
        "id": raw.get("DirectoryId"),
        "name": raw.get("Name"),
        "arn": None,
        "type": raw.get("Type"),
        "edition": raw.get("Edition"),
        "stage": raw.get("Stage"),
        "stage_reason": raw.get("StageReason"),
        "owner_account_id": owner.get("AccountId"),
        "share_status": raw.get("ShareStatus"),
        "sso_enabled": bool(raw.get("SsoEnabled")),
        "os_version": raw.get("OsVersion"),
        "launch_date": timestamp(raw.get("LaunchTime")),
        # Of a directory that another account shares, the settings are the owner's.
        "radius": _radius(raw) or _radius(owner),
    }


def _radius(raw: Record) -> Record | None:
    settings = raw.get("RadiusSettings")
    if not settings:
        return None
    servers = [*(settings.get("RadiusServers") or ()), *(settings.get("RadiusServersIpv6") or ())]
    return {
        "status": raw.get("RadiusStatus"),
        "protocol": settings.get("AuthenticationProtocol"),
        "server_count": len(servers),
    }


def _shared_lists(place: _Place, raw: Record) -> Record:
    """The parts of the directory among those of all directories of the region."""
    own, owner = raw["DirectoryId"], {"region": place.region, "name": str(raw.get("Name"))}

    def of(listing: Listing, shape: Callable[[Record], Record], by: str) -> Value:
        mine = lambda each: each.get("DirectoryId") == own  # noqa: E731 - named for the line below
        return listing.value(shape, where=mine, by=lambda each: str(each[by]))

    return {
        "trusts": of(place.trusts, partial(_trust, owner), "id"),
        "snapshots": of(place.snapshots, _snapshot, "id"),
        "log_subscriptions": of(place.logs, _log_subscription, "log_group_name"),
        "event_topics": place.topics
        if isinstance(place.topics, Failure)
        else sorted(
            (_topic(each) for each in place.topics if each.get("DirectoryId") == own),
            key=lambda each: str(each["arn"]),
        ),
    }


def _own_calls(reader: Reader, region: str, raw: Record) -> Record:
    """What only calls for this directory tell, as far as its type has it."""
    own, kind = raw["DirectoryId"], raw.get("Type")
    owner = {"region": region, "name": str(raw.get("Name")), "directory_id": own}

    def ask(api: str, shape: Callable[[Record], Record], by: str) -> Value:
        return reader.pages(api, region, DirectoryId=own).value(shape, by=lambda each: str(each[by]))

    clients, managed = kind in _WITH_CLIENTS, kind == _MANAGED
    return {
        "ldaps_status": _ldaps_status(reader, region, own) if clients else None,
        "client_authentication": ask(_CLIENTS, _client_authentication, "type") if clients else [],
        "certificates": ask(_CERTIFICATES, partial(_certificate, owner), "id") if clients else [],
        "settings": ask(_SETTINGS, _setting, "name") if managed else [],
        "shares": _shares(reader, region, own) if managed else [],
        "snapshot_limits": _snapshot_limits(reader, region, own) if kind in _WITH_SNAPSHOTS else None,
    }


def _ldaps_status(reader: Reader, region: str, directory_id: str) -> str | Failure | None:
    listing = reader.pages(_LDAPS, region, DirectoryId=directory_id)
    if listing.failure is not None:
        return listing.failure
    # One entry per type of LDAPS, and the only type is the client's.
    return next((each.get("LDAPSStatus") for each in listing.items()), None)


def _shares(reader: Reader, region: str, directory_id: str) -> Value:
    listing = reader.pages(_SHARES, region, OwnerDirectoryId=directory_id)
    return listing.value(_share, by=lambda each: str(each["account_id"]))


def _snapshot_limits(reader: Reader, region: str, directory_id: str) -> Record | Failure | None:
    answer = reader.read(_LIMITS, region, DirectoryId=directory_id)
    if not isinstance(answer, dict):
        return answer
    limits = answer["SnapshotLimits"]
    return {
        "manual_limit": limits.get("ManualSnapshotsLimit"),
        "manual_count": limits.get("ManualSnapshotsCurrentCount"),
        "limit_reached": limits.get("ManualSnapshotsLimitReached"),
    }


# ------------------------------------------------------------ AWS's records, named fields only


def _trust(owner: Record, raw: Record) -> Record:
    return {
        "id": raw.get("TrustId"),
        "name": f"{owner['name']}/{raw.get('RemoteDomainName')}",
        "arn": None,
        "region": owner["region"],
        "tags": [],
        "directory_id": raw.get("DirectoryId"),
        "remote_domain_name": raw.get("RemoteDomainName"),
        "trust_type": raw.get("TrustType"),
        "direction": raw.get("TrustDirection"),
        "state": raw.get("TrustState"),
        "selective_auth": raw.get("SelectiveAuth"),
        "created_date": timestamp(raw.get("CreatedDateTime")),
    }


def _certificate(owner: Record, raw: Record) -> Record:
    return {
        "id": raw.get("CertificateId"),
        "name": f"{owner['name']}/{raw.get('CommonName') or raw.get('CertificateId')}",
        "arn": None,
        "region": owner["region"],
        "tags": [],
        "directory_id": owner["directory_id"],
        "common_name": raw.get("CommonName"),
        "state": raw.get("State"),
        "expiry_date": timestamp(raw.get("ExpiryDateTime")),
        "use": raw.get("Type"),
    }


def _client_authentication(raw: Record) -> Record:
    return {"type": raw.get("Type"), "status": raw.get("Status")}


def _setting(raw: Record) -> Record:
    return {
        "name": raw.get("Name"),
        "applied_value": raw.get("AppliedValue"),
        "requested_value": raw.get("RequestedValue"),
        "request_status": raw.get("RequestStatus"),
    }


def _share(raw: Record) -> Record:
    return {
        "account_id": raw.get("SharedAccountId"),
        "status": raw.get("ShareStatus"),
        "method": raw.get("ShareMethod"),
    }


def _snapshot(raw: Record) -> Record:
    return {
        "id": raw.get("SnapshotId"),
        "type": raw.get("Type"),
        "status": raw.get("Status"),
        "start_date": timestamp(raw.get("StartTime")),
    }


def _topic(raw: Record) -> Record:
    return {"name": raw.get("TopicName"), "arn": raw.get("TopicArn"), "status": raw.get("Status")}


def _log_subscription(raw: Record) -> Record:
    return {
        "log_group_name": raw.get("LogGroupName"),
        "created_date": timestamp(raw.get("SubscriptionCreatedDateTime")),
    }
