"""Which identity of an inventory a row of results is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def identity_for(row: Mapping[str, Any], identities: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The identity that is the row's resource, or that owns it (`inventory.identity_of` also knows parts by their id).

    None where the row is about no identity: a setting of the account, a policy, a whole collection.
    """
    return identities.get(row["resource_id"] or "")


def credential_for(row: Mapping[str, Any], identity: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The one credential of the identity that the row is about; None where it is about all of it."""
    return next((each for each in identity["credentials"] if each["id"] == row["resource_id"]), None)
