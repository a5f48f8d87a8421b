"""A review campaign: the rows to decide, by owner, as CSV that comes back and a page that is read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.errors import InputError
from sec02_policies.evaluate.context import context_of, evaluating
from sec02_policies.inventory import World, inventory
from sec02_policies.report import printable
from sec02_policies.report.csv import cell
from sec02_policies.review.grants import INACTIVE, Grant, Grants
from sec02_policies.snapshot import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sec02_policies.snapshot import Snapshot

FACTS = (
    "row",
    "campaign",
    "owner",
    "account",
    "type",
    "identity",
    "kind",
    "has",
    "privilege",
    "exposed",
    "mfa",
    "last used",
)
ANSWERS = ("decision", "by", "at", "comment")
COLUMNS = (*FACTS, *ANSWERS)
UNOWNED = "unowned"
NOT_KNOWN = "owner-not-known"
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One decision: the grant of an identity, and the cells that tell of it."""

    identity: Mapping[str, Any]
    grant: Grant
    facts: Mapping[str, str]

    @property
    def id(self) -> str:
        """What tells the row from others: the same for the same grant in every snapshot."""
        return self.facts["row"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows of one owner; `owner` None: of nobody, or of an owner that could not be read."""

    name: str
    owner: str | None
    rows: Sequence[Row]
    incomplete: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """All sheets of one snapshot by one owner tag."""

    snapshot_sha256: str
    owner_tag: str
    collected_at: str
    account_id: str
    sheets: Sequence[Sheet]
    unread: Sequence[str]

    @property
    def rows(self) -> list[Row]:
        """The rows of all sheets."""
        return [row for sheet in self.sheets for row in sheet.rows]


def campaign_words(snapshot_sha256: str, owner_tag: str) -> str:
    """What each row says of its campaign."""
    return f"sha256:{snapshot_sha256} by tag {owner_tag}"


def campaign(snapshot: Snapshot, owner_tag: str) -> Campaign:
    """The campaign over a snapshot: pure, and the same for the same snapshot and tag."""
    if not owner_tag or owner_tag != printable(owner_tag).strip():
        raise InputError("owner tag", f"{owner_tag!a}", "the key of a tag, in printable characters")
    document = inventory(snapshot, owner_tag=owner_tag)
    grants = Grants(World(snapshot, owner_tag))
    rows: dict[tuple[str, str | None], list[Row]] = {}
    incomplete: dict[tuple[str, str | None], list[str]] = {}
    digest = document["snapshot_sha256"]
    words = campaign_words(digest, owner_tag)
    with evaluating(context_of(snapshot, None)):
        for identity in document["identities"]:
            place = _place(identity)
            given, hidden = grants.of(identity)
            rows.setdefault(place, []).extend(_row(identity, each, words) for each in given)
            incomplete.setdefault(place, []).extend(
                f"{printable(identity['name'])} ({identity['type']}): {each}; it may have more" for each in hidden
            )
    sheets = [
        Sheet(name=name, owner=owner, rows=found, incomplete=incomplete[name, owner])
        for (name, owner), found in sorted(rows.items(), key=lambda each: each[0][0])
        if found or incomplete[name, owner]
    ]
    return Campaign(
        snapshot_sha256=digest,
        owner_tag=owner_tag,
        collected_at=snapshot.collected_at,
        account_id=snapshot.account_id,
        sheets=sheets,
        unread=[
            f"{each['type']} in {each['region']}: {each['api']} answered {each['code'] or each['kind']}"
            for each in document["unread"]
        ],
    )


def _place(identity: Mapping[str, Any]) -> tuple[str, str | None]:
    """The name of the sheet that the identity belongs to, and the owner; no two owners share a name."""
    owner = identity["owner"]
    if owner is None:
        return (NOT_KNOWN if "owner" in identity["unknown"] else UNOWNED), None
    slug = _SLUG.sub("-", owner.lower()).strip("-")[:40]
    return f"owner-{slug or 'x'}-{hashlib.sha256(owner.encode()).hexdigest()[:8]}", owner


def _row(identity: Mapping[str, Any], grant: Grant, campaign: str) -> Row:
    # No cell is a bare number, a date or a truth value: spreadsheets write those back in other forms.
    facts = {
        "row": row_id(identity, grant),
        "campaign": campaign,
        "owner": _owner_words(identity),
        "account": f"account {identity['account_id']}",
        "type": identity["type"],
        "identity": f"{identity['name']} <{identity['id']}>",
        "kind": f"{identity['kind']}: {identity['kind_reason']}",
        "has": grant.words,
        "privilege": f"{identity['privilege']}: {identity['privilege_reason']}",
        "exposed": f"{_word(identity, 'exposed')}: {identity['exposed_reason']}",
        "mfa": f"MFA: {_word(identity, 'mfa')}",
        "last used": _last_used(identity),
    }
    return Row(identity=identity, grant=grant, facts={name: printable(text) for name, text in facts.items()})


def row_id(identity: Mapping[str, Any], grant: Grant) -> str:
    """A stable id of the identity and the grant; it begins with a letter, so that no spreadsheet reads a number."""
    kind = grant.kind.removesuffix(INACTIVE)
    named = [identity["type"], identity["account_id"], identity["region"], identity["id"], kind, grant.key]
    return f"r{hashlib.sha256(canonical(named)).hexdigest()[:16]}"


def _owner_words(identity: Mapping[str, Any]) -> str:
    if identity["owner"] is not None:
        return f"owner: {identity['owner']}"
    return "owner: not known" if "owner" in identity["unknown"] else "no owner"


def _word(identity: Mapping[str, Any], member: str) -> str:
    return {True: "yes", False: "no", None: "not known"}[identity[member]]


def _last_used(identity: Mapping[str, Any]) -> str:
    if identity["last_activity"] is not None:
        return f"last used on {identity['last_activity'][:10]}"
    return "not known when" if "last_activity" in identity["unknown"] else "never, as far as AWS tells"


def sheet_csv(sheet: Sheet) -> bytes:
    """The sheet as CSV with empty columns for the answers, in UTF-8."""
    return unanswered_csv(sheet.rows)


def unanswered_csv(rows: Sequence[Row]) -> bytes:
    """Rows without answers as a sheet, which may be answered and applied in its turn."""
    lines = [",".join(cell(name) for name in COLUMNS)]
    lines += [",".join([cell(row.facts.get(name, "")) for name in COLUMNS]) for row in rows]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def overview(found: Campaign) -> dict[str, Any]:
    """What the campaign is and what its folder holds, as plain JSON."""
    return {
        "schema_version": "1",
        "snapshot_sha256": found.snapshot_sha256,
        "owner_tag": found.owner_tag,
        "account_id": found.account_id,
        "collected_at": found.collected_at,
        "sheets": [
            {
                "file": f"{sheet.name}.csv",
                "owner": sheet.owner,
                "rows": len(sheet.rows),
                "incomplete": list(sheet.incomplete),
            }
            for sheet in found.sheets
        ],
        "unread": list(found.unread),
    }
