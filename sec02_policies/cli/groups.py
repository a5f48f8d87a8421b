"""`sec02 policies list --group-by`: the policies under what they share, with their numbers."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING

from sec02_policies.model import BEST_PRACTICES
from sec02_policies.posture import NOT_MAPPED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sec02_policies.model import Policy


class GroupBy(StrEnum):
    """What policies can be grouped by."""

    BEST_PRACTICE = "best-practice"
    SERVICE = "service"
    MATURITY = "maturity"
    CONTROL = "control"
    FRAMEWORK = "framework"
    SET = "set"


def grouped(policies: Sequence[Policy], by: GroupBy, *, as_json: bool, width: int) -> str:
    """The groups, each with its policies and their number; a policy is in the group of each framework it maps to."""
    groups: dict[str, list[Policy]] = {}
    for policy in sorted(policies, key=lambda each: (each.severity.rank, each.id)):
        for name in _names(policy, by):
            groups.setdefault(name, []).append(policy)
    ordered = dict(sorted(groups.items(), key=lambda item: (item[0] == NOT_MAPPED, item[0])))
    return _json(ordered, by, len(policies)) if as_json else _table(ordered, by, len(policies), width)


def _names(policy: Policy, by: GroupBy) -> Sequence[str]:
    match by:
        case GroupBy.BEST_PRACTICE:
            return (policy.best_practice,)
        case GroupBy.SERVICE:
            return (policy.service,)
        case GroupBy.MATURITY:
            return (f"level {policy.maturity}",)
        case GroupBy.CONTROL:
            return (policy.control.value,)
        case GroupBy.SET:
            return (policy.set,)
        case GroupBy.FRAMEWORK:
            return tuple(policy.frameworks) or (NOT_MAPPED,)


def _json(groups: Mapping[str, Sequence[Policy]], by: GroupBy, total: int) -> str:
    rows = [
        {"key": name, "count": len(members), "policies": [policy.id for policy in members]}
        for name, members in groups.items()
    ]
    document = {"schema_version": "1", "group_by": by.value.replace("-", "_"), "count": total, "groups": rows}
    return json.dumps(document, indent=2)


def _table(groups: Mapping[str, Sequence[Policy]], by: GroupBy, total: int, width: int) -> str:
    lines = []
    for name, members in groups.items():
        lines.append(f"{_label(name, by)}: {len(members)}")
        for policy in members:
            line = f"  {policy.severity.value:8}  {policy.id}  {policy.title}"
            lines.append(line if len(line) <= width else _fitted(policy, width))
        lines.append("")
    wide = max(len(_label(name, by)) for name in groups)
    lines += [f"{_label(name, by):{wide}}  {len(members):3}" for name, members in groups.items()]
    return "\n".join([*lines, f"{total} policies"])


def _fitted(policy: Policy, width: int) -> str:
    """The line without the end of the title, and without the title where only a few letters of it had room."""
    head = f"  {policy.severity.value:8}  {policy.id}"
    room = width - len(head) - 2
    least = 12
    return f"{head}  {policy.title[: room - 3].rstrip()}..." if room >= least else head


def _label(name: str, by: GroupBy) -> str:
    return f"{name} {BEST_PRACTICES.get(name, '')}".rstrip() if by is GroupBy.BEST_PRACTICE else name
