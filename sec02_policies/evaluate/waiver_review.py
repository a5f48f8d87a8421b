"""What is wrong with waivers before and after they are applied: those that lapsed, and those that no longer matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.evaluate.waivers import WaiverState, covers, matches
from sec02_policies.model import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from sec02_policies.evaluate.waivers import Waiver, Waivers

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverRemark:
    """One remark; `blocking` ones mean that the waiver does not do what its author wants."""

    id: str | None
    where: str
    blocking: bool
    text: str

    def __str__(self) -> str:
        kind = "error" if self.blocking else "warning"
        return f"{self.where}: {kind}: {self.id or '(without id)'}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverLimits:
    """What is too long, too soon and too broad."""

    max_days: int = 180
    expiring_days: int = 30
    most_results: int = 20


def review(
    waivers: Waivers,
    as_of: date,
    *,
    policy_ids: Collection[str],
    limits: WaiverLimits,
    rows: Sequence[Row] | None = None,
) -> list[WaiverRemark]:
    """The remarks on all waivers, in the order of their ids; `rows` are the results that they were meant for."""
    remarks = [
        WaiverRemark(id=each.id, where=each.where, blocking=True, text=each.problem) for each in waivers.malformed
    ]
    earlier: list[Waiver] = []
    for waiver in waivers.items:
        remarks += _on_itself(waiver, as_of, policy_ids, limits)
        if rows is not None:
            remarks += _on_results(waiver, as_of, rows, earlier, limits)
        earlier.append(waiver)
    return remarks


def _on_itself(
    waiver: Waiver, as_of: date, policy_ids: Collection[str], limits: WaiverLimits
) -> Iterator[WaiverRemark]:
    state, problem = waiver.state(as_of)
    if problem is not None:
        yield _remark(waiver, problem, blocking=state is not WaiverState.PENDING)
    if waiver.policy not in policy_ids:
        yield _remark(waiver, f"no such policy {waiver.policy!r}", blocking=True)
    days = (waiver.expires - waiver.created).days
    if days > limits.max_days:
        yield _remark(waiver, f"holds for {days} days, at most {limits.max_days} are allowed", blocking=True)
    left = (waiver.expires - as_of).days
    if state is WaiverState.ACTIVE and left <= limits.expiring_days:
        yield _remark(waiver, f"expires in {left} days, after {waiver.expires}")


def _on_results(
    waiver: Waiver, as_of: date, rows: Sequence[Row], earlier: Sequence[Waiver], limits: WaiverLimits
) -> Iterator[WaiverRemark]:
    named = [row for row in rows if matches(waiver, row)]
    failing = [row for row in named if row["status"] == Status.FAIL]
    if not named:
        yield _remark(waiver, "names nothing that was judged: the resource is gone, or the match is wrong")
    elif not failing:
        yield _remark(waiver, "what it names does not fail: the waiver can go")
    elif all(any(covers(each, row, as_of) for each in earlier) for row in failing):
        yield _remark(waiver, "all that it names is waived by others before it")
    elif len(failing) > limits.most_results:
        yield _remark(waiver, f"names {len(failing)} failing results, more than {limits.most_results}")


def _remark(waiver: Waiver, text: str, *, blocking: bool = False) -> WaiverRemark:
    return WaiverRemark(id=waiver.id, where=waiver.where, blocking=blocking, text=text)
