"""IAM Access Analyzer: in each region the analyzers and their active findings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Listing, Record, items_read, not_requested
from sec02_policies.collect._values import GLOBAL, tags_of_map, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._outcome import Partial
    from sec02_policies.collect._reader import Reader

_LIST = "accessanalyzer:ListAnalyzers"
_GET = "accessanalyzer:GetAnalyzer"
_RULES = "accessanalyzer:ListArchiveRules"
_FINDINGS = "accessanalyzer:ListFindingsV2"
_ACTIVE = {"status": {"eq": ["ACTIVE"]}}


def collect(reader: Reader, builder: Builder) -> None:
    """Read the analyzers of every region; say of other regions that the account uses that nobody asked for them."""
    for region, analyzers in reader.in_regions(_LIST).items():
        builder.section("analyzer_region", region, _LIST)
        builder.add("analyzer_region", _region(region, _analyzers(reader, region, analyzers)))
        failure = _findings(reader, builder, region, analyzers)
        builder.section("analyzer_finding", region, _FINDINGS, failure)
    enabled = builder.enabled_regions
    if isinstance(enabled, Failure):
        builder.section("analyzer_region", GLOBAL, _LIST, enabled)
        return
    for region in sorted(enabled.difference(reader.regions)):
        builder.add("analyzer_region", _region(region, not_requested(_LIST)))


def _region(region: str, analyzers: list[Record] | Partial | Failure) -> Record:
    return {"id": region, "name": region, "arn": None, "region": region, "tags": [], "analyzers": analyzers}


def _analyzers(reader: Reader, region: str, listing: Listing) -> list[Record] | Partial | Failure:
    """The analyzers, in the order of their ARNs, each with what only a call of its own tells."""
    details = dict(reader.each(partial(_details, reader, region), listing.items()))
    return listing.value(
        lambda raw: {**_listed(raw, region), **details.get(raw.get("arn") or "", {})},
        by=lambda analyzer: str(analyzer["id"]),
    )


def _details(reader: Reader, region: str, raw: Record) -> tuple[str, Record]:
    if not raw.get("arn") or not raw.get("name"):
        # The builder says of a resource without an id that the list is not whole.
        return "", {}
    rules = reader.pages(_RULES, region, analyzerName=raw["name"])
    return raw["arn"], {
        "unused_access_age_days": _unused_access_age(reader, region, raw),
        "archive_rules": rules.value(_archive_rule, by=lambda rule: str(rule["name"])),
    }


def _unused_access_age(reader: Reader, region: str, raw: Record) -> int | Failure | None:
    if not str(raw.get("type")).endswith("_UNUSED_ACCESS"):
        return None
    answer = reader.read(_GET, region, analyzerName=raw["name"])
    if not isinstance(answer, dict):
        return answer
    age = answer["analyzer"].get("configuration", {}).get("unusedAccess", {}).get("unusedAccessAge")
    return Failure(api=_GET, code="NotInAnswer", kind=GapKind.FAILED) if age is None else age


def _listed(raw: Record, region: str) -> Record:
    """The fields that `ListAnalyzers` gives."""
    return {
        "id": raw.get("arn"),
        "name": raw.get("name"),
        "arn": raw.get("arn"),
        "region": region,
        "tags": tags_of_map(raw.get("tags")),
        "type": raw.get("type"),
        "status": raw.get("status"),
        "status_reason": (raw.get("statusReason") or {}).get("code"),
        "created_date": timestamp(raw.get("createdAt")),
        "last_analyzed_date": timestamp(raw.get("lastResourceAnalyzedAt")),
        "managed_by": raw.get("managedBy"),
    }


def _archive_rule(raw: Record) -> Record:
    return {
        "name": raw.get("ruleName"),
        "created_date": timestamp(raw.get("createdAt")),
        "updated_date": timestamp(raw.get("updatedAt")),
        "filter": [
            {
                "property": name,
                "eq": sorted(criterion.get("eq") or ()),
                "neq": sorted(criterion.get("neq") or ()),
                "contains": sorted(criterion.get("contains") or ()),
                "exists": criterion.get("exists"),
            }
            for name, criterion in sorted((raw.get("filter") or {}).items())
        ],
    }


def _findings(reader: Reader, builder: Builder, region: str, analyzers: Listing) -> Failure | None:
    """Add the active findings of the active analyzers; what kept any of them from being read."""
    failures = [analyzers.failure]
    active = [raw for raw in analyzers.items() if raw.get("status") == "ACTIVE" and raw.get("arn")]
    for analyzer, listing in zip(active, _listings(reader, region, active), strict=True):
        failures.append(listing.failure)
        found = listing.value(partial(_finding, analyzer, region))
        for finding in items_read(found):
            builder.add("analyzer_finding", finding)
    told = [failure for failure in failures if failure is not None]
    if not told:
        return None
    # What another analyzer told was read: the list broke off.
    return told[0] if len(told) == len(failures) else told[0].truncated()


def _listings(reader: Reader, region: str, analyzers: Iterable[Record]) -> list[Listing]:
    return reader.each(lambda raw: reader.pages(_FINDINGS, region, analyzerArn=raw["arn"], filter=_ACTIVE), analyzers)


def _finding(analyzer: Record, region: str, raw: Record) -> Record:
    return {
        "id": raw.get("id"),
        "name": f"{analyzer.get('name')}/{raw.get('id')}",
        "arn": None,
        "region": region,
        "tags": [],
        "analyzer_arn": analyzer["arn"],
        "finding_type": raw.get("findingType"),
        "resource_arn": raw.get("resource"),
        "resource_type": raw.get("resourceType"),
        "resource_owner_account": raw.get("resourceOwnerAccount"),
        "status": raw.get("status"),
        "error": raw.get("error"),
        "created_date": timestamp(raw.get("createdAt")),
        "updated_date": timestamp(raw.get("updatedAt")),
        "analyzed_date": timestamp(raw.get("analyzedAt")),
    }
