"""The world of one evaluation, as policies see it: the snapshot, its account and the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sec02_policies import cel
from sec02_policies.errors import InputError
from sec02_policies.model import PartialMap, Unknown
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from sec02_policies.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What does not change while one snapshot is judged. Bound in CEL as `snapshot`, `account` and `now`."""

    snapshot: Snapshot
    account: dict[str, Any]
    now: cel.Timestamp
    evaluated_at: str


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
