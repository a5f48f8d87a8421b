"""The account itself: which alternate contacts are set, without a word of theirs, and which regions are enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.collect._values import GLOBAL

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._outcome import Failure, Record
    from sec02_policies.collect._reader import Reader

_CONTACT = "account:GetAlternateContact"
_REGIONS = "account:ListRegions"
_CONTACTS = ("SECURITY", "OPERATIONS", "BILLING")
# A region that is being disabled works until that is done.
_ENABLED = frozenset({"ENABLED", "ENABLED_BY_DEFAULT", "DISABLING"})


def collect(reader: Reader, builder: Builder) -> None:
    """Read the alternate contacts and the regions; tell the builder which regions are enabled."""
    builder.section("account_contacts", GLOBAL, _CONTACT)
    builder.add("account_contacts", _contacts(reader, builder.account_id))
    listing = reader.pages(_REGIONS)
    builder.section("account_region", GLOBAL, _REGIONS, listing.failure)
    for raw in listing.items():
        builder.add("account_region", _region(raw))
    enabled = [raw.get("RegionName") for raw in listing.items() if raw.get("RegionOptStatus") in _ENABLED]
    builder.enabled_regions = listing.failure or frozenset(name for name in enabled if name)


def _contacts(reader: Reader, account_id: str) -> Record:
    seen: dict[str, str] = {}
    found = {f"{kind.lower()}_contact": _contact(reader, kind, seen) for kind in _CONTACTS}
    return {"id": account_id, "name": account_id, "arn": None, "region": GLOBAL, "tags": [], **found}


def _contact(reader: Reader, kind: str, seen: dict[str, str]) -> Record | Failure | None:
    """A pseudonym of the contact: the same for the same mail address, and made of nothing that the contact says."""
    answer = reader.read(_CONTACT, AlternateContactType=kind)
    if not isinstance(answer, dict):
        return answer
    address = answer["AlternateContact"].get("EmailAddress")
    if address is None:
        return {"pseudonym": None}
    return {"pseudonym": seen.setdefault(address.strip().casefold(), f"contact-{len(seen) + 1}")}


def _region(raw: Record) -> Record:
    name = raw.get("RegionName")
    status = raw.get("RegionOptStatus")
    return {
        "id": name,
        "name": name,
        "arn": None,
        "region": name,
        "tags": [],
        "opt_status": status,
        "enabled": None if status is None else status in _ENABLED,
    }
