"""Which regions are read: those that are named, or all that the account may use.

Regions that the account has not opted into are left out: nothing answers there.
https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError

from sec02_policies.collect._outcome import Failure
from sec02_policies.errors import CollectError
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import boto3

    from sec02_policies.collect._reader import Reader

ACCOUNT, EC2 = "account:ListRegions", "ec2:DescribeRegions"

# A region on its way in or out still has resources; one that does not answer becomes a gap.
_OFF = "DISABLED"


def named_regions(session: boto3.Session, regions: Sequence[str]) -> tuple[str, ...]:
    """The regions without repetition, all of one partition; the session's own, to begin in, where none is named."""
    if isinstance(regions, str):
        raise CollectError(f"collect: regions {regions!a}: a list of regions")
    places = tuple(dict.fromkeys(regions or ([session.region_name] if session.region_name else [])))
    if not places:
        raise CollectError("collect: no region: give one, or set AWS_REGION or the region of the profile")
    partitions = {}
    for place in places:
        try:
            partitions[session.get_partition_for_region(place)] = place
        except BotoCoreError:
            raise CollectError(f"collect: unknown region {place!a}: a region such as eu-west-1") from None
    if len(partitions) > 1:
        raise CollectError(f"collect: regions of {len(partitions)} partitions: regions of one partition")
    return places


def partition_of(region: str | None) -> str:
    """The partition of the region, such as `aws`, which it also is where no region is named."""
    from botocore.session import Session

    try:
        return "aws" if region is None else str(Session().get_partition_for_region(region))
    except BotoCoreError:
        raise CollectError(f"collect: unknown region {region!a}: a region such as eu-west-1") from None


def regions_of_account(reader: Reader) -> tuple[tuple[str, ...], Failure | None]:
    """The regions that the account may use; where no one tells, all regions, and why we do not know."""
    listing = reader.pages(ACCOUNT)
    found = [each.get("RegionName") for each in listing.items() if each.get("RegionOptStatus") != _OFF]
    if listing.failure is None and found:
        return tuple(sorted(filter(None, found))), None
    answer = reader.read(EC2, reader.home)
    if isinstance(answer, dict) and answer["Regions"]:
        # Without AllRegions, the answer holds those alone that the account may use.
        return tuple(sorted(each["RegionName"] for each in answer["Regions"])), None
    failure = listing.failure or Failure(api=ACCOUNT, code="IncompleteAnswer", kind=GapKind.FAILED)
    return reader.every_region(), failure
