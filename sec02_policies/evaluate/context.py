"""The world of one evaluation, as policies see it: the snapshot, its account and the clock."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sec02_policies import cel
from sec02_policies.errors import InputError
from sec02_policies.model import PartialMap, Unknown
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What does not change while one snapshot is judged. Bound in CEL as `snapshot`, `account` and `now`.

    `facts` remembers, by function and resource, what was computed once in this evaluation.
    """

    snapshot: Snapshot
    account: dict[str, Any]
    now: cel.Timestamp
    evaluated_at: str
    facts: dict[tuple[object, ...], tuple[object, Unknown | None, object]] = field(default_factory=dict, repr=False)


SECONDS_PER_DAY = 86_400

_current: ContextVar[Context] = ContextVar("sec02_policies.evaluate.context")


def current() -> Context:
    """The context of the evaluation that runs in this thread or task: how CEL functions reach the snapshot.

    Programs are compiled once and serve every evaluation; what differs between evaluations comes from here.
    """
    return _current.get()


@contextmanager
def evaluating(context: Context) -> Iterator[None]:
    """Make `context` the current one while the block lasts."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def age_days(moment: str) -> int:
    """Whole days from the moment to `now`, rounded down; negative for the future."""
    since = cel.Timestamp.parse(moment).nanoseconds
    return (current().now.nanoseconds - since) // (SECONDS_PER_DAY * 10**9)


def context_of(snapshot: Snapshot, now: datetime | None) -> Context:
    """The context of an evaluation at `now`, or at the time when the snapshot was collected."""
    evaluated_at = snapshot.collected_at if now is None else _rfc3339(now)
    return Context(
        snapshot=snapshot, account=_account(snapshot), now=cel.Timestamp.parse(evaluated_at), evaluated_at=evaluated_at
    )


def _rfc3339(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise InputError("now", "a time without a zone", "a datetime with tzinfo, such as datetime.now(UTC)")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _account(snapshot: Snapshot) -> dict[str, Any]:
    """The account's own resource; where it could not be read, every field of it is Unknown."""
    try:
        return snapshot.find("iam_account", snapshot.account_id) or {}
    except Unknown as unknown:
        return PartialMap({}, dict.fromkeys(schemas().types["iam_account"].fields, unknown.gaps))
