from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from sec02_policies import Snapshot
from sec02_policies.errors import InputError
from sec02_policies.snapshot.diff import UNREAD, Change, Difference, Moment, Resource, difference
from sec02_policies.snapshot.redact import Profile, redact
from sec02_policies.testing import build_document, example

Document = dict[str, Any]
ALICE = "arn:aws:iam::111122223333:user/alice"


def world(**alice: Any) -> Document:
    return build_document({"iam_account": [example("iam_account")], "iam_user": [example("iam_user", alice)]})


def compare(old: Document, new: Document) -> Difference:
    return difference(Snapshot(old), Snapshot(new))


def gap(kind: str, resource_id: str | None, field: str | None, why: str = "denied") -> Document:
    return {
        "id": "g00001",
        "collection": kind,
        "account_id": "111122223333",
        "region": "global",
        "resource_id": resource_id,
        "field": field,
        "api": "iam:ListMFADevices",
        "code": "AccessDenied",
        "kind": why,
    }


def unread(document: Document, field: str) -> Document:
    del document["resources"]["iam_user"][0][field]
    document["gaps"].append(gap("iam_user", ALICE, field))
    return document


def test_a_snapshot_does_not_differ_from_itself() -> None:
    found = compare(world(), world())
    assert (found.added, found.removed, found.changed, found.before) == ((), (), (), found.after)


def test_what_is_new_and_what_is_gone() -> None:
    old, new = world(), world(name="bob")
    assert compare(old, new) == Difference(
        account_id="111122223333",
        before=Moment(collected_at=old["collected_at"], snapshot_sha256=Snapshot(old).sha256),
        after=Moment(collected_at=new["collected_at"], snapshot_sha256=Snapshot(new).sha256),
        added=(Resource(type="iam_user", id=f"{ALICE[:-5]}bob", name="bob", unread=False),),
        removed=(Resource(type="iam_user", id=ALICE, name="alice", unread=False),),
        changed=(),
    )


def test_a_field_that_changed() -> None:
    found = compare(world(mfa_active=True), world(mfa_active=False))
    assert found.changed == (
        Change(
            type="iam_user",
            id=ALICE,
            name="alice",
            field="mfa_active",
            before=True,
            after=False,
            volatile=False,
        ),
    )


def test_last_used_dates_are_volatile() -> None:
    found = compare(world(), world(password_last_used_date="2026-01-28T00:00:00Z"))
    assert [(each.field, each.volatile) for each in found.changed] == [("password_last_used_date", True)]


def test_children_differ_as_resources_of_their_own() -> None:
    key = example("iam_access_key")
    found = compare(world(access_keys=[key]), world(access_keys=[{**key, "status": "Inactive"}]))
    assert [(each.type, each.field, each.after) for each in found.changed] == [("iam_access_key", "status", "Inactive")]
    gone = compare(world(access_keys=[key]), world(access_keys=[]))
    assert [each.type for each in gone.removed] == ["iam_access_key"]
    assert gone.changed == ()


def test_what_could_not_be_read_is_not_gone() -> None:
    new = world()
    new["resources"]["iam_user"] = []
    new["gaps"].append(gap("iam_user", None, None))
    assert [(each.type, each.unread) for each in compare(world(access_keys=[]), new).removed] == [("iam_user", True)]


def test_a_field_that_could_not_be_read_has_no_value() -> None:
    found = compare(world(), unread(world(), "mfa_devices"))
    assert [(each.field, each.after) for each in found.changed] == [("mfa_devices", UNREAD)]
    changed = found.document()["changed"][0]
    assert changed["unread"] == ["after"]
    assert "after" not in changed
    assert compare(unread(world(), "mfa_devices"), unread(world(), "mfa_devices")).changed == ()


def test_true_is_not_one() -> None:
    # The schemas do not let it come to this; the comparison does not depend on them.
    old, new = world(), world()
    first, second = Snapshot(old), Snapshot(new)
    second.known("iam_user")[0]["mfa_active"] = 1
    assert [each.field for each in difference(first, second).changed] == ["mfa_active"]


def test_the_document_is_plain_json() -> None:
    found = compare(world(tags=[]), world(tags=[{"key": "a", "value": "b"}], name="alice"))
    assert json.loads(json.dumps(found.document())) == found.document()


def test_redacted_snapshots_differ_where_the_snapshots_do() -> None:
    old, new = world(mfa_active=True), world(mfa_active=False)
    key = b"a key for nothing but tests"
    redacted = [redact(copy.deepcopy(each), key, profile=Profile.ALL) for each in (old, new)]
    assert [each.field for each in compare(*redacted).changed] == ["mfa_active"]


def test_other_keys_and_other_accounts_do_not_compare() -> None:
    plain = world()
    redacted = [redact(plain, key * 4, profile=Profile.NAMES) for key in (b"one key", b"two keys")]
    for old, new in ((plain, redacted[0]), redacted):
        with pytest.raises(InputError, match="not redacted with one key"):
            compare(old, new)
    other = json.loads(json.dumps(plain).replace("111122223333", "444455556666"))
    with pytest.raises(InputError, match="of two accounts"):
        compare(plain, other)
