"""ECS: the active task definitions of each region, and what looks like a secret in their containers' environments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._builder import unread
from sec02_policies.collect._outcome import Failure, Record
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "ecs:ListTaskDefinitions"
_DESCRIBE = "ecs:DescribeTaskDefinition"
_KIND = "ecs_task_definition"


def collect(reader: Reader, builder: Builder) -> None:
    """Read every active revision: an old one still starts tasks, and shows its environment to whoever may see it."""
    for region, listing in reader.in_regions(_LIST, status="ACTIVE").items():
        builder.section(_KIND, region, _LIST, listing.failure)
        for resource in reader.each(partial(_definition, reader, builder, region), listing.items()):
            builder.add(_KIND, resource)


def _definition(reader: Reader, builder: Builder, region: str, arn: str) -> Record:
    known = {"id": arn, "name": arn.rpartition("/")[2], "arn": arn, "region": region}
    answer = reader.read(_DESCRIBE, region, taskDefinition=arn, include=["TAGS"])
    if not isinstance(answer, dict):
        return unread(_KIND, answer or Failure(api=_DESCRIBE, code="NotInAnswer", kind=GapKind.FAILED), known)
    raw = answer["taskDefinition"]
    containers = raw.get("containerDefinitions") or []
    tags = [{"key": each.get("key"), "value": each.get("value")} for each in answer.get("tags") or ()]
    return {
        **known,
        "tags": sorted(tags, key=lambda each: str(each["key"])),
        "family": raw.get("family"),
        "revision": raw.get("revision"),
        "container_names": sorted(str(each.get("name")) for each in containers),
        "env_findings": _findings(builder, containers),
    }


def _findings(builder: Builder, containers: list[Record]) -> list[Record] | Failure:
    """What looks like a secret in `environment`; what `secrets` names is fetched when a task starts."""
    found: list[Record] = []
    for container in containers:
        values = {str(each.get("name")): str(each.get("value", "")) for each in container.get("environment") or ()}
        here = builder.finder.in_values(values, _DESCRIBE, owner=f"{container.get('name')}/")
        if isinstance(here, Failure):
            return here
        found += here
    return found
