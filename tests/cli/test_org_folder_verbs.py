"""What the other verbs do with the folder of an organization: judge it, validate it, count it."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sec02_policies.snapshot import Snapshot
from sec02_policies.snapshot.index import AccountEntry, AccountError, AccountStatus, Settings, SnapshotIndex
from sec02_policies.testing import build_document, example

Sec02 = Callable[..., Any]
ONE, TWO, LOST, CLOSED = "111111111111", "222222222222", "333333333333", "444444444444"
TIME = "2026-11-24T00:00:00Z"


def user(name: str, account: str, **members: Any) -> dict[str, Any]:
    arn = f"arn:aws:iam::{account}:user/{name}"
    return {**example("iam_user"), "id": arn, "arn": arn, "name": name, "account_id": account, **members}


def moved(document: dict[str, Any], account: str) -> dict[str, Any]:
    """The document as that of another account."""
    text = json.dumps(document)
    found = json.loads(text.replace(str(document["scope"]["account_id"]), account))
    assert isinstance(found, dict)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two accounts that were read, the first with a user without MFA, one that was not, and one that is suspended."""
    path = tmp_path / "org"
    path.mkdir()
    base = build_document({"iam_account": [example("iam_account")], "iam_user": [example("iam_user")]})
    entries = []
    for account, devices in ((ONE, []), (TWO, None)):
        document = moved(base, account)
        for each in document["resources"]["iam_user"]:
            each["password_enabled"] = True
            if devices is not None:
                each["mfa_devices"] = devices
        snapshot = Snapshot(document)
        (path / f"{account}.json").write_bytes(snapshot.dumps())
        entries.append(entry(account, f"name-{account[0]}").read_as(snapshot))
    error = AccountError(api="sts:AssumeRole", code="AccessDenied")
    entries += [
        entry(LOST, "lost").failed(error),
        entry(CLOSED, "closed", state="SUSPENDED", status=AccountStatus.SKIPPED),
    ]
    settings = Settings(role_name="r", regions=(), services=(), fields_sha256=None, redaction=None)
    index = SnapshotIndex(
        organization_id="o-abcdefghij",
        started_at=TIME,
        updated_at=TIME,
        settings=settings,
        accounts={each.account_id: each for each in entries},
    )
    (path / "index.json").write_bytes(index.dumps())
    return path


def entry(account: str, name: str, **members: Any) -> AccountEntry:
    return AccountEntry(account_id=account, name=name, ou_path=("r-ab12",), **{"state": "ACTIVE", **members})


def results(path: Path) -> dict[str, str]:
    document = json.loads(path.read_bytes())
    return {each["account_id"]: each["status"] for each in document["results"]}


# ------------------------------------------------------------ evaluate


def test_each_snapshot_of_a_folder_is_judged_into_a_file_of_its_own(
    sec02: Sec02, folder: Path, policy_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results"
    outcome = sec02("evaluate", folder, "--policies", policy_folder, "--output", out)
    assert (outcome.code, outcome.out) == (1, "")
    assert sorted(each.name for each in out.iterdir()) == [f"{ONE}.json", f"{TWO}.json"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in out.iterdir()} == {0o600}
    assert results(out / f"{ONE}.json") == {ONE: "fail"}
    assert results(out / f"{TWO}.json") == {TWO: "pass"}
    assert outcome.err.splitlines() == [
        f"{ONE} name-1: 1 fail",
        f"{TWO} name-2: 1 pass",
        f"{LOST} lost: not judged, failed: sts:AssumeRole: AccessDenied",
        f"{out}: 2 accounts judged, 1 not: 1 fail, 1 pass",
    ]


def test_an_account_that_could_not_be_read_is_unknown(
    sec02: Sec02, folder: Path, policy_folder: Path, tmp_path: Path
) -> None:
    options = ("--policies", policy_folder, "--output", tmp_path / "results", "--fail-on", "none")
    assert sec02("evaluate", folder, *options).code == 3
    assert sec02("evaluate", folder, *options, "--allow-unknown").code == 0


def test_results_of_an_earlier_run_are_named_where_an_account_has_none_now(
    sec02: Sec02, folder: Path, policy_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results"
    out.mkdir()
    for account in (ONE, LOST, CLOSED):
        (out / f"{account}.json").write_text("{}")
    outcome = sec02("evaluate", folder, "--policies", policy_folder, "--output", out)
    left = [each for each in outcome.err.splitlines() if "earlier run" in each]
    assert left == [f"{out / f'{account}.json'}: of an earlier run, not of this folder" for account in (LOST, CLOSED)]


def test_a_folder_is_judged_in_several_formats_at_once(
    sec02: Sec02, folder: Path, policy_folder: Path, tmp_path: Path
) -> None:
    formats = ("--format", "json", "--format", "junit")
    sec02("evaluate", folder, "--policies", policy_folder, "--output", tmp_path / "results", *formats)
    names = {each.name for each in (tmp_path / "results").iterdir()}
    assert names == {f"{account}.{fmt}" for account in (ONE, TWO) for fmt in ("json", "junit")}


def test_judging_the_folder_equals_judging_each_snapshot(
    sec02: Sec02, folder: Path, policy_folder: Path, tmp_path: Path
) -> None:
    sec02("evaluate", folder, "--policies", policy_folder, "--output", tmp_path / "results")
    alone = tmp_path / "alone.json"
    sec02("evaluate", folder / f"{ONE}.json", "--policies", policy_folder, "--format", f"json={alone}")
    assert alone.read_bytes() == (tmp_path / "results" / f"{ONE}.json").read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--output", "x", "--format", "json=y"),
        ("--output", "x", "--format", "none"),
        ("--output", "x", "--baseline", "b"),
    ],
)
def test_options_that_do_not_fit_a_folder_are_refused(sec02: Sec02, folder: Path, options: tuple[str, ...]) -> None:
    assert sec02("evaluate", folder, *options).code == 2


@pytest.mark.parametrize("verb", [("evaluate", "--output", "x"), ("snapshot", "validate"), ("snapshot", "stats")])
def test_a_folder_without_an_index_is_refused_in_one_line(sec02: Sec02, tmp_path: Path, verb: tuple[str, ...]) -> None:
    outcome = sec02(*verb, tmp_path)
    assert outcome.code == 5
    assert outcome.err == (
        f"{tmp_path}: a folder without index.json: a snapshot, or a folder that `sec02 collect --org` wrote\n"
    )


def test_a_snapshot_that_changed_since_is_refused(
    sec02: Sec02, folder: Path, policy_folder: Path, tmp_path: Path
) -> None:
    path = folder / f"{TWO}.json"
    path.write_bytes(path.read_bytes() + b"\n")
    for verb in (("evaluate", "--policies", policy_folder, "--output", tmp_path / "x"), ("snapshot", "validate")):
        outcome = sec02(*verb, folder)
        assert outcome.code == 5
        assert f"{path}: changed since it was collected" in outcome.err


# ------------------------------------------------------------ snapshot validate, stats


def test_a_folder_is_validated_account_by_account(sec02: Sec02, folder: Path) -> None:
    outcome = sec02("snapshot", "validate", folder)
    assert outcome.code == 0
    first, second, third, fourth, last = outcome.out.splitlines()
    assert first.startswith(f"{ONE} name-1: valid, ")
    assert second.startswith(f"{TWO} name-2: valid, ")
    assert (third, fourth) == (f"{LOST} lost: failed", f"{CLOSED} closed: skipped")
    assert last.startswith(f"{folder}: organization o-abcdefghij, 4 accounts: ")


def test_a_folder_is_counted_together(sec02: Sec02, folder: Path) -> None:
    numbers = json.loads(sec02("snapshot", "stats", folder, "--format", "json").out)
    assert numbers["accounts"]["failed"] == numbers["accounts"]["skipped"] == 1
    assert numbers["resources"]["iam_user"] == 2
    assert {each["accounts"] for each in numbers["gaps"]} <= {2}
    text = sec02("snapshot", "stats", folder).out
    assert text.startswith(f"organization o-abcdefghij, collected {TIME} to {TIME}\naccounts: ")


# ------------------------------------------------------------ the index itself


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f'"file":"{ONE}.json"', '"file":"../etc/passwd"'),
        (f'"file":"{ONE}.json"', f'"file":"{TWO}.json"'),
        (f'"file":"{ONE}.json"', '"file":null'),
        ('"status":"failed"', '"status":"complete"'),
        ('"status":"failed"', '"status":"lost"'),
        (f'"account_id":"{TWO}"', f'"account_id":"{ONE}"'),
        ('"schema_version":"1"', '"schema_version":"2"'),
    ],
)
def test_an_index_that_does_not_hold_is_refused(sec02: Sec02, folder: Path, old: str, new: str) -> None:
    path = folder / "index.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    outcome = sec02("snapshot", "validate", folder)
    assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (5, "", 1)
    assert outcome.err.startswith(str(path))


def test_an_index_comes_back_as_it_was_written(folder: Path) -> None:
    data = (folder / "index.json").read_bytes()
    assert SnapshotIndex.loads(data, "index.json").dumps() == data
