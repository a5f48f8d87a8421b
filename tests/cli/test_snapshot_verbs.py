from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sec02_policies.testing import example

KEY = b"sixteen or more random bytes"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "redaction.key"
    path.write_bytes(KEY + b"\n")
    return path


def test_a_valid_snapshot_and_its_digest(sec02: Callable[..., Any], snapshot_file: Callable[..., Path]) -> None:
    path = snapshot_file(iam_user=[example("iam_user")])
    outcome = sec02("snapshot", "validate", path)
    assert outcome.code == 0
    assert f"{path}: valid, canonical: account 111122223333, 2 resources, 0 gaps\nsha256 " in outcome.out


def test_another_form_of_a_valid_snapshot_is_named(
    sec02: Callable[..., Any], snapshot_file: Callable[..., Path]
) -> None:
    path = snapshot_file()
    digest = sec02("snapshot", "validate", path).out.rpartition("sha256 ")[2]
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=2))
    outcome = sec02("snapshot", "validate", path)
    assert "not in canonical form" in outcome.out
    assert outcome.out.endswith(digest)


def test_an_invalid_snapshot_is_refused(sec02: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    path.write_text("{}")
    outcome = sec02("snapshot", "validate", path)
    assert outcome.code == 5
    assert "snapshot.json: no member 'schema_version'" in outcome.err


def test_stats_count_resources_and_causes(sec02: Callable[..., Any], snapshot_file: Callable[..., Path]) -> None:
    alice = example("iam_user")
    del alice["mfa_devices"]
    gap = {
        "id": "g00001",
        "collection": "iam_user",
        "account_id": "111122223333",
        "region": "global",
        "resource_id": alice["id"],
        "field": "mfa_devices",
        "api": "iam:ListMFADevices",
        "code": "AccessDenied",
        "kind": "denied",
    }
    path = snapshot_file(gap, iam_user=[alice])
    text = sec02("snapshot", "stats", path).out
    assert "      1  iam_user\n" in text
    assert "      1  denied: iam:ListMFADevices AccessDenied (iam_user)\n" in text
    numbers = json.loads(sec02("snapshot", "stats", path, "--format", "json").out)
    assert numbers["resources"]["iam_user"] == 1
    assert numbers["gaps"] == [
        {"kind": "denied", "api": "iam:ListMFADevices", "code": "AccessDenied", "count": 1, "collections": ["iam_user"]}
    ]


def test_diff_says_what_changed(sec02: Callable[..., Any], snapshot_file: Callable[..., Path], tmp_path: Path) -> None:
    used = {"password_last_used_date": "2026-01-28T00:00:00Z"}
    snapshot_file(iam_user=[example("iam_user", {"mfa_active": False, **used})]).rename(tmp_path / "new.json")
    old = snapshot_file(iam_user=[example("iam_user"), example("iam_user", {"name": "bob", "access_keys": []})])
    outcome = sec02("snapshot", "diff", old, tmp_path / "new.json")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "- iam_user bob",
        "~ iam_user alice: mfa_active: true -> false",
        "0 new, 1 gone, 1 fields changed, 1 of volatile fields (--volatile shows them)",
    ]
    assert "password_last_used_date" in sec02("snapshot", "diff", old, tmp_path / "new.json", "--volatile").out
    document = json.loads(sec02("snapshot", "diff", old, tmp_path / "new.json", "--format", "json").out)
    assert [each["resource_name"] for each in document["removed"]] == ["bob"]


def test_redact_writes_a_snapshot_that_is_judged_alike(
    sec02: Callable[..., Any], snapshot_file: Callable[..., Path], key_file: Path, tmp_path: Path
) -> None:
    path, redacted = snapshot_file(iam_user=[example("iam_user")]), tmp_path / "redacted.json"
    assert sec02("snapshot", "redact", path, "--key", key_file, "--profile", "all", "--output", redacted).code == 0
    assert stat.S_IMODE(redacted.stat().st_mode) == 0o600
    assert b"alice" not in redacted.read_bytes()
    assert b"111122223333" not in redacted.read_bytes()
    assert "redacted: all, key " in sec02("snapshot", "stats", redacted).out
    before, after = (
        json.loads(sec02("evaluate", each, "--format", "json").out)["summary"]["statuses"] for each in (path, redacted)
    )
    assert before == after


def test_redact_without_a_usable_key_writes_nothing(
    sec02: Callable[..., Any], snapshot_file: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "short.key").write_bytes(b"short")
    for key, why in (("short.key", "5 bytes: at least 16 random bytes"), ("none.key", "No such file")):
        outcome = sec02(
            "snapshot", "redact", snapshot_file(), "--key", tmp_path / key, "--output", tmp_path / "redacted.json"
        )
        assert outcome.code == 5
        assert why in outcome.err
    assert not (tmp_path / "redacted.json").exists()


def test_import_makes_a_snapshot_of_saved_answers(sec02: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    answer = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    (folder / "get-account-authorization-details.json").write_text(json.dumps(answer))
    (folder / "notes.json").write_text("{}")
    made = tmp_path / "snapshot.json"
    arguments = ("--account", "111122223333", "--at", "2026-11-20T00:00:00Z", "--output", made)
    outcome = sec02("snapshot", "import", folder, *arguments)
    assert outcome.code == 0
    assert "not used: notes.json" in outcome.err
    assert json.loads(made.read_bytes())["collected_at"] == "2026-11-20T00:00:00Z"
    assert sec02("snapshot", "validate", made).code == 0


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("nowhere", "--account", "111122223333"), "no folder"),
        ((".", "--account", "1111"), "--account: not an account id: 12 digits"),
        ((".", "--account", "111122223333", "--at", "soon"), "--at: not a time"),
    ],
)
def test_import_refuses_what_it_cannot_use(
    sec02: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], fault: str
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = sec02("snapshot", "import", *arguments)
    assert outcome.code == 5
    assert fault in outcome.err
