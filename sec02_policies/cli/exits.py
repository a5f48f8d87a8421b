"""The exit codes, one meaning each for all verbs, and which of several wins."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from sec02_policies.model import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from sec02_policies.evaluate import Evaluation


class Exit(IntEnum):
    """DESIGN: precedence 70 > 6 > 5 > 4 > 1 > 3 > 0."""

    OK = 0
    FAILING = 1
    USAGE = 2
    UNKNOWN = 3
    ERROR = 4
    INVALID_INPUT = 5
    MISMATCH = 6
    INTERNAL = 70
    INTERRUPTED = 130


_WORSE = (Exit.OK, Exit.UNKNOWN, Exit.FAILING, Exit.ERROR)


def worst(codes: Iterable[Exit]) -> Exit:
    """Of the exit codes of several evaluations, the one that wins."""
    return max(codes, key=_WORSE.index, default=Exit.OK)


def exit_for(
    evaluation: Evaluation,
    fail_on: Severity | None,
    *,
    allow_unknown: bool,
    known: AbstractSet[str] = frozenset(),
) -> Exit:
    """The exit code of an evaluation; failing results count from `fail_on` (None: never), those in `known` do not.

    `known` holds fingerprints.
    """
    if evaluation.with_status(Status.ERROR):
        return Exit.ERROR
    if fail_on is not None and any(each.fingerprint not in known for each in evaluation.failing(fail_on)):
        return Exit.FAILING
    if evaluation.with_status(Status.UNKNOWN) and not allow_unknown:
        return Exit.UNKNOWN
    return Exit.OK
