"""EventBridge: the rules on the default bus of each region, what they take and what they call."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._outcome import Failure, Record, not_requested
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "events:ListRules"
_TARGETS = "events:ListTargetsByRule"
_TAGS = "events:ListTagsForResource"
# Medium to critical of GuardDuty: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings.html
_MEDIUM = 4
_LEVELS = frozenset(range(_MEDIUM, 11))


def collect(reader: Reader, builder: Builder) -> None:
    """Read the rules of every region: AWS's services send their events to the default bus."""
    for region, listing in reader.in_regions(_LIST).items():
        builder.section("eventbridge_region", region, _LIST)
        builder.missing("eventbridge_rule", region, "tags", not_requested(_TAGS))
        targets = dict(reader.each(partial(_targets, reader, region), listing.items()))
        rules = listing.value(partial(_rule, region, targets), by=lambda rule: str(rule["id"]))
        fields = {"id": region, "name": region, "arn": None, "region": region, "tags": [], "rules": rules}
        builder.add("eventbridge_region", fields)


def _targets(reader: Reader, region: str, raw: Record) -> tuple[str, object]:
    """What a rule calls; one without a pattern takes no events, and is not asked."""
    name = str(raw.get("Name"))
    if not raw.get("EventPattern"):
        return name, []
    listing = reader.pages(_TARGETS, region, Rule=name)
    return name, listing.value(lambda each: each.get("Arn"), by=str)


def _rule(region: str, targets: dict[str, object], raw: Record) -> Record:
    return {
        "id": raw.get("Arn"),
        "name": raw.get("Name"),
        "arn": raw.get("Arn"),
        "region": region,
        "state": raw.get("State"),
        **_pattern(raw.get("EventPattern")),
        "target_arns": targets[str(raw.get("Name"))],
    }


def _pattern(text: str | None) -> Record:
    """What the pattern takes; the failure for one that is none, or whose sources are not plain names."""
    unparsed = Failure(api=_LIST, code="UnknownPattern", kind=GapKind.UNPARSED)
    if text is None:
        return {"sources": [], "detail_types": [], "other_conditions": False}
    try:
        pattern: Any = json.loads(text)
    except ValueError:
        pattern = None
    if not isinstance(pattern, dict):
        return {"sources": unparsed, "detail_types": unparsed, "other_conditions": unparsed}
    return {
        "sources": _names(pattern.get("source", []), unparsed),
        "detail_types": _names(pattern.get("detail-type", []), unparsed),
        "other_conditions": _passes_over(pattern),
    }


def _passes_over(pattern: dict[str, Any]) -> bool:
    """Whether the pattern passes over findings of its sources that matter; low severity and what is settled do not."""
    detail = pattern.get("detail", {})
    if pattern.keys() - {"source", "detail-type", "detail"} or not isinstance(detail, dict):
        return True
    return not all(
        _from_medium(taken) if name == "severity" else name == "status" and "ACTIVE" in taken
        for name, taken in detail.items()
    )


def _from_medium(taken: list[Any]) -> bool:
    """Whether all levels from medium on are among those that the pattern takes."""
    numbers = {each for each in taken if isinstance(each, (int, float))}
    return numbers >= _LEVELS or any(_is_floor(each) for each in taken if isinstance(each, dict))


def _is_floor(condition: dict[str, Any]) -> bool:
    match condition:
        case {"numeric": [">=", int() | float() as least]}:
            return least <= _MEDIUM
        case {"numeric": [">", int() | float() as below]}:
            return below < _MEDIUM
    return False


def _names(raw: object, unparsed: Failure) -> list[str] | Failure:
    """The names; `{"prefix": "aws.guardduty"}` and the like are left to whoever reads the rule."""
    if isinstance(raw, list) and all(isinstance(each, str) for each in raw):
        return sorted(raw)
    return unparsed
