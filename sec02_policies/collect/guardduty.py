"""GuardDuty: in each region whether it has a detector, and whether that is on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Partial, Record, not_requested
from sec02_policies.collect._values import GLOBAL
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._outcome import Listing
    from sec02_policies.collect._reader import Reader

_LIST = "guardduty:ListDetectors"
_GET = "guardduty:GetDetector"
_KIND = "guardduty_region"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the detectors of every region; say of other regions that the account uses that nobody asked for them."""
    for region, listing in reader.in_regions(_LIST).items():
        builder.section(_KIND, region, _LIST)
        builder.add(_KIND, _region(region, _detectors(reader, region, listing)))
    enabled = builder.enabled_regions
    if isinstance(enabled, Failure):
        builder.section(_KIND, GLOBAL, _LIST, enabled)
        return
    for region in sorted(enabled.difference(reader.regions)):
        builder.add(_KIND, _region(region, not_requested(_LIST)))


def _region(region: str, detectors: object) -> Record:
    return {"id": region, "name": region, "arn": None, "region": region, "tags": [], "detectors": detectors}


def _detectors(reader: Reader, region: str, listing: Listing) -> list[Record] | Partial | Failure:
    found = reader.each(partial(_detector, reader, region), listing.items())
    failure = listing.failure or next((each for each in found if isinstance(each, Failure)), None)
    read = [each for each in found if not isinstance(each, Failure)]
    if failure is None:
        return read
    return Partial(items=read, failure=failure) if read else failure


def _detector(reader: Reader, region: str, detector_id: str) -> Record | Failure:
    answer = reader.read(_GET, region, DetectorId=detector_id)
    if not isinstance(answer, dict):
        return answer or Failure(api=_GET, code="NotInAnswer", kind=GapKind.FAILED)
    return {"id": detector_id, "status": answer.get("Status"), "created_date": answer.get("CreatedAt")}
