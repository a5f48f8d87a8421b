"""CloudFormation: the stacks of each region, and which of their outputs look like secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.collect._values import tags

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "cloudformation:DescribeStacks"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the stacks of every region; deleted ones are not listed."""
    for region, listing in reader.in_regions(_LIST).items():
        builder.section("cloudformation_stack", region, _LIST, listing.failure)
        for raw in listing.items():
            outputs = {
                str(each.get("OutputKey")): str(each.get("OutputValue", "")) for each in raw.get("Outputs") or ()
            }
            builder.add(
                "cloudformation_stack",
                {
                    "id": raw.get("StackId"),
                    "name": raw.get("StackName"),
                    "arn": raw.get("StackId"),
                    "region": region,
                    "tags": tags(raw.get("Tags")),
                    "status": raw.get("StackStatus"),
                    "output_findings": builder.finder.in_values(outputs, _LIST),
                },
            )
