"""The tags of what Identity Center holds: all of it is asked the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.collect._values import tags

if TYPE_CHECKING:
    from sec02_policies.collect._reader import Reader

_TAGS = "sso-admin:ListTagsForResource"


def resource_tags(reader: Reader, region: str, instance_arn: str, arn: str) -> Any:  # noqa: ANN401 - a list or what stands in its place
    """The tags of an instance, or of something in it."""
    listing = reader.pages(_TAGS, region, InstanceArn=instance_arn, ResourceArn=arn)
    return listing.value(lambda each: tags([each])[0], by=lambda each: str(each["key"]))
