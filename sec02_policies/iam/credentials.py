"""Which credentials of an IAM user are alive, and when any of them was last seen at work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.iam.holdings import Resource, known_items, partial
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTS = {
    "access_key": "access_keys",
    "signing_certificate": "signing_certificates",
    "ssh_public_key": "ssh_public_keys",
    "service_specific_credential": "service_specific_credentials",
}


def live_credentials(user: Resource) -> list[str]:
    """Return one word for each credential that works, so that its size is their number.

    `password`, `access_key`, `signing_certificate`, `ssh_public_key`, `service_specific_credential`; an access key
    that is inactive does not count. What could not be read makes the list's rest unknown.
    """
    unread: list[Unknown] = []
    found = ["password"] if _read(user, "password_enabled", unread) else []
    for word, field in _LISTS.items():
        found += [word for _ in range(_active(user, field, unread))]
    return partial(found, unread)


def last_activity(user: Resource) -> str | None:
    """Return the latest time at which a password or an access key of the user was used, or null if none ever was.

    Raises Unknown where one of these times could not be read: it may be the latest.
    """
    unread: list[Unknown] = []
    times = list(_activities(user, unread))
    if unread:
        raise Unknown.merged(unread)
    return max(times, default=None)


def active_since(user: Resource, moment: str) -> bool:
    """Return whether the user was active at or after the moment (RFC 3339, Z): one time that was read proves it."""
    unread: list[Unknown] = []
    if any(each >= moment for each in list(_activities(user, unread))):
        return True
    if unread:
        raise Unknown.merged(unread)
    return False


def _activities(user: Resource, unread: list[Unknown]) -> Iterator[str]:
    times = [_read(user, "password_last_used_date", unread)]
    times += [_read(key, "last_used_date", unread) for key in known_items(lambda: user["access_keys"], unread)]
    # All times are RFC 3339 in Z with whole seconds: their order is that of the text.
    return (each for each in times if each is not None)


def _active(user: Resource, field: str, unread: list[Unknown]) -> int:
    listed = known_items(lambda: user[field], unread)
    return sum(1 for credential in listed if _read(credential, "status", unread) == "Active")


def _read(resource: Resource, field: str, unread: list[Unknown]) -> Any:  # noqa: ANN401 - a member of a JSON object
    try:
        return resource[field]
    except Unknown as unknown:
        unread.append(unknown)
        return None
