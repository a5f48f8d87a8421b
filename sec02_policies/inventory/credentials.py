"""The credentials of an identity in one shape: what kind, which, whether it works, since when, last used when."""

from __future__ import annotations

from functools import partial
from operator import getitem
from typing import TYPE_CHECKING, Any

from sec02_policies.inventory.identity import known_part, readable
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sec02_policies.inventory.identity import Record

_LISTS = {
    "access_keys": ("access_key", "create_date"),
    "ssh_public_keys": ("ssh_public_key", "upload_date"),
    "signing_certificates": ("signing_certificate", "upload_date"),
    "service_specific_credentials": ("service_specific", "create_date"),
}


def credential(
    kind: str, identity: str, *, active: bool | None, created_at: str | None = None, last_used_at: str | None = None
) -> Record:
    """One credential; `active` None: not known. A time is null where there is none, or it could not be read."""
    return {
        "kind": kind,
        "id": identity,
        "active": active,
        "created_at": created_at,
        "last_used_at": last_used_at,
    }


def of_user(user: Mapping[str, Any]) -> tuple[list[Record], bool]:
    """The credentials of an IAM user, and whether all of them and all of what they say was read."""
    reading = _Reading()
    found = reading.password(user, "password_last_changed_date")
    for field, (kind, created) in _LISTS.items():
        items, hidden = known_part(partial(getitem, user, field))
        reading.complete &= not hidden
        for each in items:
            status = reading.member(each, "status")
            found.append(
                credential(
                    kind,
                    str(each["id"]),
                    active=None if status is None else status == "Active",
                    created_at=reading.member(each, created),
                    last_used_at=reading.member(each, "last_used_date") if field == "access_keys" else None,
                )
            )
    return found, reading.complete


def of_root(root: Mapping[str, Any]) -> tuple[list[Record], bool]:
    """The credentials of the root user, and whether all was read. Its keys have no id that AWS tells."""
    reading = _Reading()
    found = reading.password(root, None)
    keys, hidden = known_part(lambda: root["access_keys"])
    reading.complete &= not hidden
    for number, key in enumerate(keys, start=1):
        found.append(
            credential(
                "access_key",
                f"{root['id']}#access-key-{number}",
                active=reading.member(key, "active"),
                created_at=reading.member(key, "last_rotated_date"),
                last_used_at=reading.member(key, "last_used_date"),
            )
        )
    if reading.member(root, "signing_certificates_present"):
        found.append(credential("signing_certificate", f"{root['id']}#signing-certificate", active=True))
    return found, reading.complete


class _Reading:
    """Reads members, and remembers whether all of them could be read."""

    def __init__(self) -> None:
        self.complete = True

    def member(self, resource: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - a JSON value
        try:
            return resource[name]
        except Unknown:
            self.complete = False
            return None

    def password(self, holder: Mapping[str, Any], changed: str | None) -> list[Record]:
        """The password, unless there is none for sure."""
        enabled = self.member(holder, "password_enabled")
        if enabled is False:
            return []
        return [
            credential(
                "password",
                f"{holder['id']}#password",
                active=enabled,
                created_at=None if changed is None else self.member(holder, changed),
                last_used_at=self.member(holder, "password_last_used_date"),
            )
        ]


def simple(
    kind: str, resource: Mapping[str, Any], *, active: Callable[[], bool] | None = None, created: str, used: str = ""
) -> Record:
    """The credential that a resource itself is."""
    is_active: bool | None = True
    if active is not None:
        try:
            is_active = active()
        except Unknown:
            is_active = None
    return credential(
        kind,
        str(resource["id"]),
        active=is_active,
        created_at=readable(resource, created, None),
        last_used_at=readable(resource, used, None) if used else None,
    )
