"""AWS WAF: the regional web ACLs of each region, and the Cognito user pools that they protect."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Record, not_requested

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "wafv2:ListWebACLs"
_RESOURCES = "wafv2:ListResourcesForWebACL"
_TAGS = "wafv2:ListTagsForResource"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the web ACLs of every region: one call for each, where asking each user pool would be one for each pool."""
    for region, listing in reader.in_regions(_LIST, Scope="REGIONAL").items():
        builder.section("wafv2_web_acl", region, _LIST, listing.failure)
        builder.missing("wafv2_web_acl", region, "tags", not_requested(_TAGS))
        for resource in reader.each(partial(_web_acl, reader, region), listing.items()):
            builder.add("wafv2_web_acl", resource)


def _web_acl(reader: Reader, region: str, raw: Record) -> Record:
    answer = reader.read(_RESOURCES, region, WebACLArn=raw.get("ARN"), ResourceType="COGNITO_USER_POOL")
    return {
        "id": raw.get("ARN"),
        "name": raw.get("Name"),
        "arn": raw.get("ARN"),
        "region": region,
        "user_pool_arns": sorted(answer["ResourceArns"]) if isinstance(answer, dict) else answer,
    }
