"""Snapshot + policies + now -> Evaluation: verdicts, messages, evidence. Pure.

Importing this package loads nothing heavy: `evaluate` is part of the product's public API, which must be light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from sec02_policies.catalog import PolicySet
    from sec02_policies.cel.compilation import Engine
    from sec02_policies.evaluate.changes import Change, compare, pairs
    from sec02_policies.evaluate.course import Course
    from sec02_policies.evaluate.documents import read_results
    from sec02_policies.evaluate.evaluation import Evaluation, summary
    from sec02_policies.evaluate.programs import CompiledPolicy, compile_policy
    from sec02_policies.evaluate.reads import fields_read
    from sec02_policies.evaluate.waivers import Waivers
    from sec02_policies.snapshot import Snapshot

__all__ = [
    "Change",
    "CompiledPolicy",
    "Course",
    "Evaluation",
    "Waivers",
    "compare",
    "compile_policy",
    "evaluate",
    "fields_read",
    "pairs",
    "read_results",
    "summary",
]

_LAZY = {
    "Change": "sec02_policies.evaluate.changes",
    "CompiledPolicy": "sec02_policies.evaluate.programs",
    "Course": "sec02_policies.evaluate.course",
    "Evaluation": "sec02_policies.evaluate.evaluation",
    "Waivers": "sec02_policies.evaluate.waivers",
    "compare": "sec02_policies.evaluate.changes",
    "compile_policy": "sec02_policies.evaluate.programs",
    "fields_read": "sec02_policies.evaluate.reads",
    "pairs": "sec02_policies.evaluate.changes",
    "read_results": "sec02_policies.evaluate.documents",
    "summary": "sec02_policies.evaluate.evaluation",
}


def evaluate(
    snapshot: Snapshot,
    policies: PolicySet,
    *,
    now: datetime | None = None,
    engine: Engine = "native",
    waivers: Waivers | None = None,
) -> Evaluation:
    """Judge the snapshot by the policies; the clock is `now`, or the time when the snapshot was collected.

    Pure: reads no file, no clock and no network. `engine` is `native` or `celpy`. A waiver changes no status: the
    results that an active one covers carry its id, and `failing()` leaves them out.
    Raises `PolicyError` where a policy's CEL does not compile, `InputError` for a `now` without a time zone.
    Threads may share a snapshot and policies; results, snapshots, policies and errors can be pickled.
    """
    from sec02_policies.evaluate.course import Course
    from sec02_policies.evaluate.evaluation import Evaluation

    return Evaluation.of(Course(snapshot, policies, now=now, engine=engine, waivers=waivers))


def __getattr__(name: str) -> object:
    """Load the rest when it is first asked for (PEP 562)."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
