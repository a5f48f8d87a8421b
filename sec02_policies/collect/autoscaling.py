"""EC2 Auto Scaling: the launch configurations of each region, and what looks like a secret in their user data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.collect._user_data import user_data_findings
from sec02_policies.collect._values import timestamp

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "autoscaling:DescribeLaunchConfigurations"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the launch configurations of every region; they have no tags."""
    for region, listing in reader.in_regions(_LIST).items():
        builder.section("autoscaling_launch_configuration", region, _LIST, listing.failure)
        for raw in listing.items():
            builder.add(
                "autoscaling_launch_configuration",
                {
                    "id": raw.get("LaunchConfigurationARN"),
                    "name": raw.get("LaunchConfigurationName"),
                    "arn": raw.get("LaunchConfigurationARN"),
                    "region": region,
                    "tags": [],
                    "created_date": timestamp(raw.get("CreatedTime")),
                    "user_data_findings": user_data_findings(builder.finder, raw.get("UserData"), _LIST),
                },
            )
