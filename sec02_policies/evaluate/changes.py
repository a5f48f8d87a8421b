"""Two results documents of one account -> what became new, fixed, lost or different between them."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sec02_policies.errors import InputError
from sec02_policies.model import Severity, Status
from sec02_policies.snapshot.schema import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Row = dict[str, Any]
_JUDGED = (Status.PASS, Status.FAIL, Status.NOT_APPLICABLE)
_UNSURE = (Status.UNKNOWN, Status.ERROR)


class Change(StrEnum):
    """What became of one result; `fixed` needs proof, `lost` is what had a verdict and has none now."""

    NEW = "new"
    FIXED = "fixed"
    LOST = "lost"
    CHANGED = "changed"
    STILL_FAILING = "still_failing"


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The difference of two results documents, plain JSON; raises `InputError` where they are of two accounts.

    `new` fails now and did not; `fixed` failed and passes, does not apply or is gone; `lost` had a verdict and is
    unknown or an error now; `changed` is any other change of status. A policy of one document alone is only named.
    """
    rows: dict[Change, list[Row]] = {each: [] for each in Change}
    for old, new, change in pairs(before, after):
        if change is not None:
            rows[change].append(_described(old, new))
    for each in rows.values():
        each.sort(key=lambda row: Severity(row["severity"]).rank)
    listed = [each for each in Change if each is not Change.STILL_FAILING]
    return {
        "schema_version": "1",
        "account_id": after["run"]["account_id"],
        "before": _moment(before),
        "after": _moment(after),
        "policies": _policies(before, after),
        "counts": {each.value: len(rows[each]) for each in Change},
        **{each.value: rows[each] for each in listed},
    }


def pairs(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[Row | None, Row | None, Change | None]]:
    """(old row, new row, what changed) of each result of the policies in `after`, new rows first and in their order."""
    if before["run"]["account_id"] != after["run"]["account_id"]:
        found = f"{before['run']['account_id']} and {after['run']['account_id']}"
        raise InputError("comparison", f"results of two accounts, {found}", "two results of the same account")
    earlier = dict(_keyed(before["results"]))
    for key, new in _keyed(after["results"]):
        old = earlier.pop(key, None)
        yield old, new, _change(old, new)
    judged = {each["id"] for each in after["run"]["policies"]}
    hidden = {_place(row) for row in after["results"] if _hides_resources(row)}
    for old in earlier.values():
        if old["policy_id"] in judged:
            yield old, None, _change_of_absent(old, hidden=_place(old) in hidden)


def _change(old: Row | None, new: Row) -> Change | None:
    was, now = None if old is None else old["status"], new["status"]
    if now == Status.FAIL:
        return Change.STILL_FAILING if was == Status.FAIL else Change.NEW
    if now in _UNSURE:
        if was in _JUDGED:
            return Change.LOST
        return None if was == now else Change.CHANGED
    if was == Status.FAIL:
        return Change.FIXED
    return None if was in (None, now) else Change.CHANGED


def _change_of_absent(old: Row, *, hidden: bool) -> Change | None:
    """A resource that is no longer listed is gone only where the list was read whole."""
    if hidden:
        return Change.LOST if old["status"] in _JUDGED else None
    return Change.FIXED if old["status"] == Status.FAIL else None


def _hides_resources(row: Row) -> bool:
    """Whether the row stands for resources that could not be listed, not for one that could not be judged."""
    if row["status"] not in _UNSURE:
        return False
    if row["resource_id"] is None:
        return True
    kind = schemas().types.get(row["resource_type"])
    embedded = kind.view_of if kind else ()
    return any(
        gap["field"] is None or (gap["collection"], gap["field"].partition(".")[0]) in embedded for gap in row["gaps"]
    )


def _place(row: Row) -> tuple[str, str, str]:
    return row["policy_id"], row["account_id"], row["region"]


def _keyed(rows: list[Row]) -> Iterator[tuple[tuple[str, int], Row]]:
    """Rows by fingerprint, and by number where rows share one."""
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row["fingerprint"]] += 1
        yield (row["fingerprint"], seen[row["fingerprint"]]), row


def _described(old: Row | None, new: Row | None) -> Row:
    row = new or old or {}
    kept = ("policy_id", "severity", "resource_type", "resource_id", "resource_name", "account_id", "region")
    return {
        **{name: row[name] for name in kept},
        "before": old and old["status"],
        "after": new and new["status"],
        "message": row["message"],
        "waived_by": row["waived_by"],
        "fingerprint": row["fingerprint"],
    }


def _moment(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: document["run"][name] for name in ("collected_at", "evaluated_at", "snapshot_sha256")}


def _policies(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[str]]:
    old, new = ({each["id"]: each for each in document["run"]["policies"]} for document in (before, after))
    return {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": sorted(each for each in new.keys() & old.keys() if new[each] != old[each]),
    }
