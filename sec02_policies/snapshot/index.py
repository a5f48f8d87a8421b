"""The index of a folder of snapshots: which accounts an organization has, and what became of reading each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sec02_policies.errors import SnapshotError
from sec02_policies.model import GapKind
from sec02_policies.snapshot.canonical import canonical, loads
from sec02_policies.snapshot.schema import describe, first_fault
from sec02_policies.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.snapshot.document import Snapshot

INDEX_FILE = "index.json"
# Gaps that somebody wanted: nothing that was asked for is missing.
_WANTED = frozenset({GapKind.NOT_REQUESTED, GapKind.REDACTED})


class AccountStatus(StrEnum):
    """What became of reading an account."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"
    PENDING = "pending"

    @property
    def has_snapshot(self) -> bool:
        """Whether the folder holds a snapshot of the account."""
        return self in (AccountStatus.COMPLETE, AccountStatus.PARTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountError:
    """Why an account could not be read: the operation, `service:Operation`, and its answer."""

    api: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEntry:
    """One account of the organization; `ou_path` has the ids of the root and the units above it, the root first."""

    account_id: str
    name: str | None
    ou_path: tuple[str, ...] | None
    state: str | None
    status: AccountStatus = AccountStatus.PENDING
    file: str | None = None
    sha256: str | None = None
    gaps: Mapping[str, int] = field(default_factory=dict)
    error: AccountError | None = None

    def read_as(self, snapshot: Snapshot) -> AccountEntry:
        """The entry once this snapshot of the account is in the folder."""
        wanted = all(gap.kind in _WANTED for gap in snapshot.gaps)
        return replace(
            self,
            status=AccountStatus.COMPLETE if wanted else AccountStatus.PARTIAL,
            file=f"{self.account_id}.json",
            sha256=snapshot.sha256,
            gaps=dict(Counter(gap.kind.value for gap in snapshot.gaps)),
            error=None,
        )

    def failed(self, error: AccountError) -> AccountEntry:
        """The entry once it is known that the account cannot be read."""
        return replace(self, status=AccountStatus.FAILED, file=None, sha256=None, gaps={}, error=error)

    def document(self) -> dict[str, Any]:
        """The entry as plain JSON."""
        return {
            "account_id": self.account_id,
            "name": self.name,
            "ou_path": None if self.ou_path is None else list(self.ou_path),
            "state": self.state,
            "status": self.status.value,
            "file": self.file,
            "sha256": self.sha256,
            "gaps": dict(self.gaps),
            "error": None if self.error is None else {"api": self.error.api, "code": self.error.code},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What all snapshots of a folder were collected with; `redaction` is (profile, key id)."""

    role_name: str
    regions: tuple[str, ...]
    services: tuple[str, ...]
    fields_sha256: str | None
    redaction: tuple[str, str] | None

    def document(self) -> dict[str, Any]:
        """The settings as plain JSON."""
        profile_and_key = None
        if self.redaction is not None:
            profile_and_key = {"profile": self.redaction[0], "key_id": self.redaction[1]}
        return {
            "role_name": self.role_name,
            "regions": list(self.regions),
            "services": list(self.services),
            "fields_sha256": self.fields_sha256,
            "redaction": profile_and_key,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotIndex:
    """The index of a folder; `accounts` are by account id, times are RFC 3339."""

    organization_id: str
    started_at: str
    updated_at: str
    settings: Settings
    accounts: Mapping[str, AccountEntry]
    tool_version: str = VERSION

    @classmethod
    def loads(cls, data: bytes, where: str) -> SnapshotIndex:
        """The index in the bytes of `index.json`; raises `SnapshotError` where they are none."""
        document: Any = loads(data, where)
        fault = first_fault("urn:sec02:schema:index", document)
        if fault is not None:
            what, expected = describe(fault)
            path = fault.json_path.removeprefix("$").removeprefix(".")
            raise SnapshotError(f"{where}: {path}" if path else where, what, expected)
        entries = [_entry(each) for each in document["accounts"]]
        ids = [each.account_id for each in entries]
        if ids != sorted(set(ids)):
            raise SnapshotError(f"{where}: accounts", "twice the same, or not sorted", "each once, in their order")
        for each in entries:
            if each.file not in (None, f"{each.account_id}.json"):
                raise SnapshotError(f"{where}: accounts", "a file of another account", f"{each.account_id}.json")
        return cls(
            organization_id=document["organization_id"],
            started_at=document["started_at"],
            updated_at=document["updated_at"],
            settings=_settings(document["settings"]),
            accounts={each.account_id: each for each in entries},
            tool_version=document["tool"]["version"],
        )

    def dumps(self) -> bytes:
        """The bytes of `index.json`, in canonical form."""
        return canonical(
            {
                "schema_version": "1",
                "tool": {"name": "sec02-policies", "version": self.tool_version},
                "organization_id": self.organization_id,
                "started_at": self.started_at,
                "updated_at": self.updated_at,
                "settings": self.settings.document(),
                "accounts": [self.accounts[each].document() for each in sorted(self.accounts)],
            }
        )

    def with_entry(self, entry: AccountEntry, *, updated_at: str) -> SnapshotIndex:
        """The index with this entry in place of the account's."""
        return replace(self, accounts={**self.accounts, entry.account_id: entry}, updated_at=updated_at)

    def with_status(self, *statuses: AccountStatus) -> tuple[AccountEntry, ...]:
        """The entries with one of these statuses, in the order of their ids."""
        return tuple(self.accounts[each] for each in sorted(self.accounts) if self.accounts[each].status in statuses)

    def counts(self) -> dict[str, int]:
        """How many accounts there are of each status that occurs."""
        found = Counter(each.status for each in self.accounts.values())
        return {status.value: found[status] for status in AccountStatus if found[status]}

    def gaps(self) -> dict[str, int]:
        """How many gaps of each kind all snapshots have together."""
        found: Counter[str] = Counter()
        for each in self.accounts.values():
            found.update(each.gaps)
        return dict(sorted(found.items()))


def _entry(raw: Mapping[str, Any]) -> AccountEntry:
    return AccountEntry(
        account_id=raw["account_id"],
        name=raw["name"],
        ou_path=None if raw["ou_path"] is None else tuple(raw["ou_path"]),
        state=raw["state"],
        status=AccountStatus(raw["status"]),
        file=raw["file"],
        sha256=raw["sha256"],
        gaps=raw["gaps"],
        error=None if raw["error"] is None else AccountError(api=raw["error"]["api"], code=raw["error"]["code"]),
    )


def _settings(raw: Mapping[str, Any]) -> Settings:
    said = raw["redaction"]
    return Settings(
        role_name=raw["role_name"],
        regions=tuple(raw["regions"]),
        services=tuple(raw["services"]),
        fields_sha256=raw["fields_sha256"],
        redaction=None if said is None else (said["profile"], said["key_id"]),
    )
