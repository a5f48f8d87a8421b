"""The maturity ladder: the four levels, of which one counts only when all lower ones are met."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sec02_policies.model import Status
from sec02_policies.posture.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

LEVELS = {
    1: "Basic: no open doors",
    2: "Standard: central sign-in, MFA, short-lived credentials",
    3: "Advanced: least privilege and guardrails",
    4: "Adaptive: access follows behaviour and risk",
}
UNSEEN_LEVEL = 4
"""What a snapshot shows of this level is settings; that access follows behaviour is a matter of operation."""


class RungState(StrEnum):
    """What is known of one level."""

    MET = "met"
    NOT_MET = "not met"
    NOT_ASSESSABLE = "not assessable"
    ATTESTED = "attested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One level: its rows counted, its state in a word and in words, and whether lower levels hold it back."""

    level: int
    title: str
    tally: Tally
    state: RungState
    words: str
    held_by_lower: bool

    @property
    def counts(self) -> bool:
        """Whether the level is reached: it is met, or attested, and so is every level below."""
        return self.state in (RungState.MET, RungState.ATTESTED) and not self.held_by_lower


def ladder(rows: Iterable[Row], policies: Mapping[str, Mapping[str, Any]]) -> tuple[Rung, ...]:
    """The four levels from 1 to 4; `policies` is `PolicySet.about()`, and rows of others belong to no level.

    A failing row keeps its level from being met, also where a waiver covers it; an unknown or broken one keeps it from
    being assessed. A level whose passes rest on attestations is attested. Level 4 is never met by settings alone.
    """
    levels: dict[int, list[Row]] = {level: [] for level in LEVELS}
    for row in rows:
        about = policies.get(row["policy_id"])
        if about is not None and about["maturity"] in levels:
            levels[about["maturity"]].append(row)
    rungs: list[Rung] = []
    for level, title in LEVELS.items():
        tally = Tally.of(levels[level])
        state, words = _state(level, levels[level], tally)
        held = bool(rungs) and not rungs[-1].counts
        rungs.append(Rung(level=level, title=title, tally=tally, state=state, words=words, held_by_lower=held))
    return tuple(rungs)


def _state(level: int, rows: Sequence[Row], tally: Tally) -> tuple[RungState, str]:
    attested = sum(row["status"] == Status.PASS and "attested_by" in row["evidence"] for row in rows)
    unsure = tally.unknown + tally.errors
    if tally.failed:
        return RungState.NOT_MET, f"{tally.failed} of {tally.applicable} results fail"
    if unsure:
        return RungState.NOT_ASSESSABLE, f"{unsure} of {tally.applicable} results could not be judged"
    if not tally.judged:
        return RungState.NOT_ASSESSABLE, "nothing of this level was judged"
    if attested:
        return RungState.ATTESTED, f"all {tally.judged} results pass, {attested} of them by the word of a person"
    if level == UNSEEN_LEVEL:
        return RungState.NOT_ASSESSABLE, f"all {tally.judged} settings pass; no snapshot shows how access behaves"
    return RungState.MET, f"all {tally.judged} results pass"
