"""Which failing results somebody has accepted, until when, and which waivers do not hold. Pure, except for `load`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sec02_policies.catalog import YamlFile, content, yaml_files
from sec02_policies.errors import InputError, PolicyError
from sec02_policies.model import Status
from sec02_policies.snapshot.schema import describe, first_fault

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping, Sequence

    from sec02_policies.model import Result

_SCHEMA = "urn:sec02:schema:waivers#/$defs/waiver"
MATCHABLE = (
    "account_id",
    "region",
    "resource_type",
    "resource_id",
    "resource_name",
    "resource_arn",
    "fingerprint",
)
"""The members of a result that a waiver may match."""


class WaiverState(StrEnum):
    """Whether a waiver holds; only an active one is applied."""

    ACTIVE = "active"
    PENDING = "pending"
    EXPIRED = "expired"
    UNAPPROVED = "unapproved"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One accepted failing result, or several of one policy; `where` is its file and line."""

    id: str
    policy: str
    match: Mapping[str, str]
    reason: str | None
    owner: str | None
    approved_by: str | None
    ticket: str | None
    created: date
    expires: date
    where: str

    def state(self, as_of: date) -> tuple[WaiverState, str | None]:
        """Whether it holds on that day, and why not."""
        if self.problem is not None:
            return WaiverState.UNAPPROVED, self.problem
        if as_of > self.expires:
            return WaiverState.EXPIRED, f"expired after {self.expires}"
        if as_of < self.created:
            return WaiverState.PENDING, f"begins on {self.created}"
        return WaiverState.ACTIVE, None

    @property
    def problem(self) -> str | None:
        """What an approval lacks, or None."""
        if self.reason is None:
            return "no reason is given"
        if self.owner is None:
            return "has no owner"
        if self.approved_by is None:
            return "nobody approved it"
        same = self.owner.strip().casefold() == self.approved_by.strip().casefold()
        return "its owner approved it" if same else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MalformedWaiver:
    """An entry that cannot be read as a waiver, and why; it is never applied."""

    id: str | None
    where: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """The waivers of some files, in the order of their ids; `files` keeps each file's text by its path."""

    items: tuple[Waiver, ...] = ()
    malformed: tuple[MalformedWaiver, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, *paths: str | Path) -> Self:
        """The waivers in files, or in the *.yaml of folders; raises `InputError` where there is none to read."""
        found: dict[str, bytes] = {}
        for path in map(Path, paths):
            here = dict(yaml_files(path, str(path))) if path.is_dir() else {str(path): content(path, str(path))}
            if not here:
                raise InputError(str(path), "no waivers in it", "files named *.yaml")
            found |= here
        return cls.parse(found)

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> Self:
        """The waivers in `files`, bytes by path; raises `PolicyError` for a file that holds no list of waivers."""
        items: dict[str, Waiver] = {}
        malformed: list[MalformedWaiver] = []
        texts: dict[str, str] = {}
        for path, data in files.items():
            file = _yaml(data, path)
            texts[path] = file.text
            for number, entry in enumerate(_entries(file)):
                waiver = _waiver(file, number, entry)
                if isinstance(waiver, MalformedWaiver):
                    malformed.append(waiver)
                elif waiver.id in items:
                    problem = f"the id is also that of {items[waiver.id].where}"
                    malformed.append(MalformedWaiver(id=waiver.id, where=waiver.where, problem=problem))
                else:
                    items[waiver.id] = waiver
        return cls(items=tuple(items[each] for each in sorted(items)), malformed=tuple(malformed), files=texts)

    def applied(self, results: Sequence[Result], as_of: date, counts: Counter[str]) -> list[Result]:
        """The results with `waived_by` on those that an active waiver covers; `counts` grows by waivers' ids."""
        by_policy: dict[str, list[Waiver]] = {}
        for waiver in self.items:
            by_policy.setdefault(waiver.policy, []).append(waiver)
        waived = list(results)
        for index, result in enumerate(waived):
            if result.policy_id not in by_policy:
                continue
            facts = {"policy_id": result.policy_id, "status": result.status}
            facts |= {name: getattr(result, name) for name in MATCHABLE}
            for waiver in by_policy[result.policy_id]:
                if covers(waiver, facts, as_of):
                    counts[waiver.id] += 1
                    waived[index] = replace(result, waived_by=waiver.id)
                    break
        return waived

    def described(self, as_of: date, applied: Mapping[str, int]) -> list[dict[str, Any]]:
        """Each waiver and whether it holds on that day, plain JSON for `run.waivers`; `applied` counts by id."""
        found = [_described(each, as_of, applied.get(each.id, 0)) for each in self.items]
        found += [
            dict.fromkeys(("policy", "reason", "owner", "approved_by", "ticket", "expires"))
            | {"id": each.id, "state": WaiverState.MALFORMED.value, "problem": each.problem, "applied": 0}
            for each in self.malformed
        ]
        return sorted(found, key=lambda each: (each["id"] or "", each["state"], each["problem"] or ""))


def covers(waiver: Waiver, row: Mapping[str, Any], as_of: date) -> bool:
    """Whether the waiver holds for this row of results on that day; only what fails can be waived.

    The one place that matches waivers. A member matches by equality, or by * and ? as in file names.
    """
    return matches(waiver, row) and row["status"] == Status.FAIL and waiver.state(as_of)[0] is WaiverState.ACTIVE


def matches(waiver: Waiver, row: Mapping[str, Any]) -> bool:
    """Whether the waiver names this row, whatever the row's status and the waiver's state."""
    return row["policy_id"] == waiver.policy and all(
        row[name] is not None and (row[name] == pattern or _glob(pattern).fullmatch(row[name]) is not None)
        for name, pattern in waiver.match.items()
    )


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(each) or re.escape(each) for each in re.sub(r"\*+", "*", pattern)), re.DOTALL)


def _yaml(data: bytes, path: str) -> YamlFile:
    try:
        return YamlFile(data.decode("utf-8"), path)
    except UnicodeDecodeError as fault:
        raise PolicyError(path, "", f"byte {fault.start} is not UTF-8", "YAML in UTF-8") from None


def _entries(file: YamlFile) -> Iterable[object]:
    value = file.value
    if not isinstance(value, dict) or list(value) != ["waivers"] or not isinstance(value["waivers"], list):
        file.refuse((), "no list of waivers", "one key, `waivers`, with a list")
    return value["waivers"]


def _waiver(file: YamlFile, number: int, entry: object) -> Waiver | MalformedWaiver:
    where = f"{file.path}:{file.place(('waivers', number)).line}"
    given = entry.get("id") if isinstance(entry, dict) else None
    shown = given if isinstance(given, str) else None
    fault = first_fault(_SCHEMA, entry)
    if fault is not None or not isinstance(entry, dict):
        what, expected = describe(fault) if fault else ("", "")
        key = ".".join(str(part) for part in fault.absolute_path) if fault else ""
        problem = f"{key}: {what}: {expected}" if key else f"{what}: {expected}"
        return MalformedWaiver(id=shown, where=where, problem=problem)
    try:
        created, expires = date.fromisoformat(entry["created"]), date.fromisoformat(entry["expires"])
    except ValueError:
        return MalformedWaiver(id=shown, where=where, problem="created, expires: no such day: a day such as 2026-01-31")
    if expires < created:
        return MalformedWaiver(id=shown, where=where, problem="expires: before created: a later day")
    members = {"ticket": None, **entry, "created": created, "expires": expires}
    return Waiver(**members, where=where)


def _described(waiver: Waiver, as_of: date, applied: int) -> dict[str, Any]:
    state, problem = waiver.state(as_of)
    return {
        "id": waiver.id,
        "policy": waiver.policy,
        "state": state.value,
        "problem": problem,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "approved_by": waiver.approved_by,
        "ticket": waiver.ticket,
        "expires": waiver.expires.isoformat(),
        "applied": applied,
    }
