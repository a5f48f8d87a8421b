"""CloudWatch, and the trails of CloudTrail whose logs it watches: what is counted in them, and what is alarmed."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Record, not_requested

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_TRAILS = "cloudtrail:DescribeTrails"
_STATUS = "cloudtrail:GetTrailStatus"
_SELECTORS = "cloudtrail:GetEventSelectors"
_FILTERS = "logs:DescribeMetricFilters"
_ALARMS = "cloudwatch:DescribeAlarms"
_TAGS = {"cloudtrail_trail": "cloudtrail:ListTags", "cloudwatch_alarm": "cloudwatch:ListTagsForResource"}


def collect(reader: Reader, builder: Builder) -> None:
    """Read the trails, metric filters and alarms on metrics of every region."""
    for kind, api in _TAGS.items():
        for region in reader.regions:
            builder.missing(kind, region, "tags", not_requested(api))
    _collect_trails(reader, builder)
    for region, listing in reader.in_regions(_FILTERS).items():
        builder.section("logs_metric_filter", region, _FILTERS, listing.failure)
        for raw in listing.items():
            builder.add("logs_metric_filter", _filter(region, raw))
    for region, listing in reader.in_regions(_ALARMS, AlarmTypes=["MetricAlarm"]).items():
        builder.section("cloudwatch_alarm", region, _ALARMS, listing.failure)
        for raw in listing.items():
            builder.add("cloudwatch_alarm", _alarm(region, raw))


def _collect_trails(reader: Reader, builder: Builder) -> None:
    """Read each trail in its home region; elsewhere it would only be a shadow of itself."""
    answers = reader.each(lambda region: reader.read(_TRAILS, region, includeShadowTrails=False), reader.regions)
    for region, answer in zip(reader.regions, answers, strict=True):
        failure = answer if isinstance(answer, Failure) else None
        builder.section("cloudtrail_trail", region, _TRAILS, failure)
        listed = answer["trailList"] if isinstance(answer, dict) else []
        for resource in reader.each(partial(_trail, reader, region), listed):
            builder.add("cloudtrail_trail", resource)


def _trail(reader: Reader, region: str, raw: Record) -> Record:
    arn = raw.get("TrailARN")
    status = reader.read(_STATUS, region, Name=arn)
    selectors = reader.read(_SELECTORS, region, TrailName=arn)
    return {
        "id": arn,
        "name": raw.get("Name"),
        "arn": arn,
        "region": region,
        "multi_region": bool(raw.get("IsMultiRegionTrail")),
        "organization": bool(raw.get("IsOrganizationTrail")),
        "log_group_arn": raw.get("CloudWatchLogsLogGroupArn"),
        "logging": status["IsLogging"] if isinstance(status, dict) else status,
        "management_events": _logs_management(selectors) if isinstance(selectors, dict) else selectors,
    }


def _logs_management(raw: Record) -> bool:
    """Whether a selector takes all management events, but those of KMS and RDS's data API at most.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
    """
    basic = raw.get("EventSelectors") or ()
    if any(each.get("IncludeManagementEvents") and each.get("ReadWriteType") == "All" for each in basic):
        return True
    for each in raw.get("AdvancedEventSelectors") or ():
        fields = {field.get("Field"): field for field in each.get("FieldSelectors") or ()}
        management = (fields.get("eventCategory") or {}).get("Equals") == ["Management"]
        excluded = fields.keys() - {"eventCategory"}
        sources = (fields.get("eventSource") or {}).get("NotEquals") or []
        if management and (not excluded or (excluded == {"eventSource"} and set(sources) <= _NOISY and sources)):
            return True
    return False


_NOISY = frozenset({"kms.amazonaws.com", "rdsdata.amazonaws.com"})


def _filter(region: str, raw: Record) -> Record:
    group, own = raw.get("logGroupName"), raw.get("filterName")
    pattern = raw.get("filterPattern") or ""
    metrics = [
        {"namespace": each.get("metricNamespace"), "name": each.get("metricName")}
        for each in raw.get("metricTransformations") or ()
    ]
    return {
        "id": f"{region}/{group}/{own}" if group and own else None,
        "name": f"{group}/{own}",
        "arn": None,
        "region": region,
        "tags": [],
        "log_group_name": group,
        "pattern": pattern,
        "folded_pattern": re.sub(r"[\s\"()]", "", pattern),
        "metrics": sorted(metrics, key=lambda each: (str(each["namespace"]), str(each["name"]))),
    }


def _alarm(region: str, raw: Record) -> Record:
    return {
        "id": raw.get("AlarmArn"),
        "name": raw.get("AlarmName"),
        "arn": raw.get("AlarmArn"),
        "region": region,
        "namespace": raw.get("Namespace"),
        "metric_name": raw.get("MetricName"),
        "actions_enabled": bool(raw.get("ActionsEnabled")),
        "alarm_action_arns": sorted(raw.get("AlarmActions") or ()),
    }
