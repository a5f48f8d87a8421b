"""Snapshot -> the inventory document: every identity that the snapshot holds, and what of them could not be read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sec02_policies.evaluate.context import context_of, evaluating
from sec02_policies.iam import IdentityKind
from sec02_policies.inventory import customers, providers, secrets, users, workforce
from sec02_policies.inventory.identity import readable
from sec02_policies.inventory.world import World
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from sec02_policies.inventory.identity import Record
    from sec02_policies.snapshot import Snapshot

_SOURCES = (users, workforce, customers, providers, secrets)
_TYPES = (
    "iam_root",
    "iam_user",
    "iam_role",
    "idc_user",
    "idc_group",
    "idc_application",
    "idc_trusted_token_issuer",
    "cognito_user_pool",
    "cognito_user_pool_client",
    "cognito_identity_pool",
    "iam_saml_provider",
    "iam_oidc_provider",
    "rolesanywhere_trust_anchor",
    "rolesanywhere_profile",
    "ds_directory",
    "iam_server_certificate",
    "secretsmanager_secret",
)
THIRD_PARTY = "external_account"
IDENTITY_TYPES = (*_TYPES, THIRD_PARTY)
"""The types of identities, in the order of the document."""


def inventory(snapshot: Snapshot, owner_tag: str = "owner", now: datetime | None = None) -> Record:
    """Every human and machine identity of the snapshot, as schemas/inventory.schema.json describes it.

    `owner_tag` is the key of the tag that names an owner. `now` is the time as of which attestations count, or the
    time of the collection.
    """
    world = World(snapshot, owner_tag)
    with evaluating(context_of(snapshot, now)):
        found = [each.document() for source in _SOURCES for each in source.identities(world)]
    order = {kind: number for number, kind in enumerate(IDENTITY_TYPES)}
    found.sort(key=lambda each: (order[each["type"]], each["account_id"], each["region"], each["id"]))
    return {
        "schema_version": "1",
        "collected_at": snapshot.collected_at,
        "account_id": snapshot.account_id,
        "organization_id": snapshot.document["scope"]["organization_id"],
        "snapshot_sha256": snapshot.sha256,
        "owner_tag": owner_tag,
        "accounts": _accounts(snapshot),
        "identities": found,
        "summary": summary(found),
        "by_type": _by_type(found),
        "unread": _unread(snapshot),
    }


def chosen(document: Mapping[str, Any], *, kinds: Collection[str] = (), types: Collection[str] = ()) -> Record:
    """The inventory of these kinds and types alone; of all where none are given."""
    found = [
        each
        for each in document["identities"]
        if (not kinds or each["kind"] in kinds) and (not types or each["type"] in types)
    ]
    return {
        **document,
        "identities": found,
        "summary": summary(found),
        "by_type": _by_type(found),
        "unread": [each for each in document["unread"] if not types or each["type"] in types],
    }


def summary(identities: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many identities are of each kind."""
    counted = Counter(each["kind"] for each in identities)
    return {kind.value: counted[kind.value] for kind in IdentityKind}


def _by_type(identities: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for each in identities:
        groups.setdefault(each["type"], []).append(each)
    return {kind: summary(group) for kind, group in groups.items()}


def identity_of(document: Mapping[str, Any]) -> dict[str, Record]:
    """The identities of an inventory by their ids, and by those of their credentials and parts."""
    found: dict[str, Record] = {}
    for each in document["identities"]:
        for identity in (*(held["id"] for held in each["credentials"]), *each["parts"]):
            found.setdefault(identity, each)
    # An identity's own id comes before what is part of another one.
    found.update({each["id"]: each for each in document["identities"]})
    return found


def _accounts(snapshot: Snapshot) -> list[Record]:
    """What the snapshot tells of accounts: those of the organization, where it has more than their ids; the own one."""
    found = [
        {"account_id": each["id"], "name": readable(each, "name", None), "ou_path": _path_of_units(each)}
        for each in snapshot.known("org_account")
    ]
    told = [each for each in found if each["name"] is not None or each["ou_path"] is not None]
    if snapshot.account_id not in {each["account_id"] for each in told}:
        told.append({"account_id": snapshot.account_id, "name": _alias(snapshot), "ou_path": None})
    return sorted(told, key=lambda each: str(each["account_id"]))


def _path_of_units(account: Record) -> list[str] | None:
    """The units above an account by their ids, the root first; units' names are not collected."""
    try:
        return list(reversed(list(account["parent_ids"]))) or None
    except Unknown:
        return None


def _alias(snapshot: Snapshot) -> str | None:
    for each in snapshot.known("iam_account"):
        alias = readable(each, "alias", None)
        return None if alias is None else str(alias)
    return None


def _unread(snapshot: Snapshot) -> list[Record]:
    """The identities that could not be read at all: their types, where, and why. There may be more of them."""
    found = [
        {
            "type": kind,
            "account_id": gap.account_id,
            "region": gap.region,
            "api": gap.api,
            "code": gap.code,
            "kind": gap.kind.value,
        }
        for kind in _TYPES
        for _, gap in snapshot.unread(kind)
    ]
    distinct = {tuple(each.values()): each for each in found}
    return [distinct[key] for key in sorted(distinct)]
