"""Live credentials and last activity of IAM users."""

from __future__ import annotations

from typing import Any

import pytest
from iam_worlds import gap, hide

from sec02_policies import iam
from sec02_policies.model import PartialList, Unknown


def user(**fields: Any) -> dict[str, Any]:
    return {
        "password_enabled": False,
        "password_last_used_date": None,
        "access_keys": [],
        "signing_certificates": [],
        "ssh_public_keys": [],
        "service_specific_credentials": [],
        **fields,
    }


def key(status: str = "Active", used: str | None = None) -> dict[str, Any]:
    return {"status": status, "last_used_date": used}


def test_each_working_credential_counts_once() -> None:
    full = user(
        password_enabled=True,
        access_keys=[key(), key("Inactive"), key()],
        signing_certificates=[key("Expired"), key()],
        ssh_public_keys=[key()],
        service_specific_credentials=[key(), key("Inactive")],
    )
    assert iam.live_credentials(full) == [
        "password",
        "access_key",
        "access_key",
        "signing_certificate",
        "ssh_public_key",
        "service_specific_credential",
    ]
    assert iam.live_credentials(user(access_keys=[key("Inactive")])) == []


@pytest.mark.parametrize("field", ["password_enabled", "access_keys", "ssh_public_keys"])
def test_a_hidden_credential_leaves_the_list_open(field: str) -> None:
    found = iam.live_credentials(hide(user(signing_certificates=[key()]), field))
    assert isinstance(found, PartialList)
    assert found.known() == ["signing_certificate"]


def test_a_hidden_status_leaves_the_list_open() -> None:
    found = iam.live_credentials(user(access_keys=[hide(key(), "status"), key()]))
    assert isinstance(found, PartialList)
    assert found.known() == ["access_key"]


def test_last_activity_is_the_latest_use() -> None:
    keys = [key(used="2026-01-02T00:00:00Z"), key("Inactive", "2026-03-01T00:00:00Z"), key()]
    assert iam.last_activity(user(password_last_used_date="2026-02-01T00:00:00Z", access_keys=keys)) == (
        "2026-03-01T00:00:00Z"
    )
    assert iam.last_activity(user(access_keys=[key()])) is None


def test_a_hidden_use_may_be_the_latest() -> None:
    used = user(password_last_used_date="2026-02-01T00:00:00Z")
    for hidden in (hide(used, "access_keys"), {**used, "access_keys": PartialList([key()], [gap()])}):
        with pytest.raises(Unknown):
            iam.last_activity(hidden)


def test_one_use_proves_activity_since_then() -> None:
    used = user(password_last_used_date="2026-02-01T00:00:00Z")
    assert iam.active_since(used, "2026-02-01T00:00:00Z")
    assert not iam.active_since(used, "2026-02-01T00:00:01Z")
    assert iam.active_since(hide(used, "access_keys"), "2026-01-01T00:00:00Z")
    with pytest.raises(Unknown):
        iam.active_since(hide(used, "access_keys"), "2026-03-01T00:00:00Z")
