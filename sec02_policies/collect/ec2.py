"""EC2: the instances and launch templates of each region, the account's defaults there, and secrets in user data."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Listing, Partial, Record, not_requested
from sec02_policies.collect._user_data import user_data_findings
from sec02_policies.collect._values import GLOBAL, tags, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_INSTANCES = "ec2:DescribeInstances"
_ATTRIBUTE = "ec2:DescribeInstanceAttribute"
_TEMPLATES = "ec2:DescribeLaunchTemplates"
_VERSIONS = "ec2:DescribeLaunchTemplateVersions"
_DEFAULTS = "ec2:GetInstanceMetadataDefaults"
_GONE = ("terminated", "shutting-down")


def collect(reader: Reader, builder: Builder) -> None:
    """Read every region; say of other regions that the account uses that nobody asked for them."""
    instances, templates = reader.in_regions(_INSTANCES), reader.in_regions(_TEMPLATES)
    for region in reader.regions:
        live = [each for each in _instances(instances[region]) if _state(each) not in _GONE]
        builder.section("ec2_instance", region, _INSTANCES, instances[region].failure)
        for resource in reader.each(partial(_instance, reader, builder, region), live):
            builder.add("ec2_instance", resource)
        builder.section("ec2_launch_template", region, _TEMPLATES, templates[region].failure)
        for resource in reader.each(partial(_template, reader, builder, region), templates[region].items()):
            builder.add("ec2_launch_template", resource)
        builder.section("ec2_region", region, _DEFAULTS)
        builder.add("ec2_region", _region(reader, region, live, instances[region], templates[region]))
    _note_other_regions(reader, builder)


def _note_other_regions(reader: Reader, builder: Builder) -> None:
    enabled = builder.enabled_regions
    if isinstance(enabled, Failure):
        builder.section("ec2_region", GLOBAL, _INSTANCES, enabled)
        return
    for region in sorted(enabled.difference(reader.regions)):
        fields = ("metadata_options", "in_use", "instance_profile_arns")
        builder.add("ec2_region", {**_named(region), **dict.fromkeys(fields, not_requested(_INSTANCES))})


def _named(region: str) -> Record:
    return {"id": region, "name": region, "arn": None, "region": region, "tags": []}


def _region(reader: Reader, region: str, live: list[Record], instances: Listing, templates: Listing) -> Record:
    answer = reader.read(_DEFAULTS, region)
    profiles = sorted({arn for each in live if (arn := _profile(each))})
    missing = instances.failure or templates.failure
    return {
        **_named(region),
        "metadata_options": _metadata(answer.get("AccountLevel") or {}) if isinstance(answer, dict) else answer,
        "in_use": bool(live) or any(True for _ in templates.items()) or (missing or False),
        "instance_profile_arns": profiles
        if instances.failure is None
        else Partial(items=profiles, failure=instances.failure)
        if profiles
        else instances.failure,
    }


def _metadata(raw: Record) -> Record:
    """The metadata options; EC2 writes `no-preference` and -1 for a default that nobody has set."""
    limit = raw.get("HttpPutResponseHopLimit")
    return {
        "http_tokens": _chosen(raw.get("HttpTokens")),
        "http_endpoint": _chosen(raw.get("HttpEndpoint")),
        "hop_limit": limit if limit is not None and limit > 0 else None,
    }


def _chosen(text: str | None) -> str | None:
    return None if text == "no-preference" else text


# ------------------------------------------------------------ instances


def _instances(listing: Listing) -> Iterable[Record]:
    for reservation in listing.items():
        for instance in reservation.get("Instances") or ():
            yield {**instance, "OwnerId": reservation.get("OwnerId")}


def _state(raw: Record) -> str | None:
    state: str | None = (raw.get("State") or {}).get("Name")
    return state


def _profile(raw: Record) -> str | None:
    arn: str | None = (raw.get("IamInstanceProfile") or {}).get("Arn")
    return arn


def _instance(reader: Reader, builder: Builder, region: str, raw: Record) -> Record:
    own, named = raw.get("InstanceId"), tags(raw.get("Tags"))
    arn = f"arn:{builder.partition}:ec2:{region}:{builder.account_id}:instance/{own}" if own else None
    return {
        "id": arn,
        "name": next((each["value"] for each in named if each["key"] == "Name" and each["value"]), own),
        "arn": arn,
        "region": region,
        "tags": named,
        "instance_id": own,
        "state": _state(raw),
        "launch_date": timestamp(raw.get("LaunchTime")),
        "instance_profile_arn": _profile(raw),
        "metadata_options": _metadata(raw.get("MetadataOptions") or {})
        if raw.get("MetadataOptions")
        else Failure(api=_INSTANCES, code="NotInAnswer", kind=GapKind.FAILED),
        "user_data_findings": _user_data(reader, builder, region, own),
    }


def _user_data(reader: Reader, builder: Builder, region: str, instance_id: str | None) -> object:
    answer = reader.read(_ATTRIBUTE, region, InstanceId=instance_id, Attribute="userData")
    if not isinstance(answer, dict):
        return answer
    return user_data_findings(builder.finder, (answer.get("UserData") or {}).get("Value"), _ATTRIBUTE)


# ------------------------------------------------------------ launch templates


def _template(reader: Reader, builder: Builder, region: str, raw: Record) -> Record:
    own = raw.get("LaunchTemplateId")
    arn = f"arn:{builder.partition}:ec2:{region}:{builder.account_id}:launch-template/{own}" if own else None
    versions = reader.pages(_VERSIONS, region, LaunchTemplateId=own)
    return {
        "id": arn,
        "name": raw.get("LaunchTemplateName"),
        "arn": arn,
        "region": region,
        "tags": tags(raw.get("Tags")),
        "default_version": raw.get("DefaultVersionNumber"),
        "latest_version": raw.get("LatestVersionNumber"),
        "metadata_options": _default_metadata(versions, raw.get("DefaultVersionNumber")),
        "user_data_findings": _version_findings(builder, versions),
    }


def _default_metadata(versions: Listing, number: int | None) -> Record | Failure:
    for each in versions.items():
        if each.get("VersionNumber") == number:
            return _metadata((each.get("LaunchTemplateData") or {}).get("MetadataOptions") or {})
    return versions.failure or Failure(api=_VERSIONS, code="NotInAnswer", kind=GapKind.FAILED)


def _version_findings(builder: Builder, versions: Listing) -> list[Record] | Partial | Failure:
    """The secrets in any version: whoever may describe the template reads them all."""
    found: list[Record] = []
    failure = versions.failure
    for each in versions.items():
        encoded = (each.get("LaunchTemplateData") or {}).get("UserData")
        name = f"version {each.get('VersionNumber')}"
        here = user_data_findings(builder.finder, encoded, _VERSIONS, name=name)
        if isinstance(here, Failure):
            failure = failure or here
        elif isinstance(here, Partial):
            failure = failure or here.failure
            found += here.items
        else:
            found += here
    if failure is None:
        return found
    return Partial(items=found, failure=failure) if found else failure
