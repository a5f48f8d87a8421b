"""`sec02 inventory` and `sec02 review`: formats and files, what is refused, exit codes and modes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sec02_policies.testing import example

Run = Callable[..., Any]
ADMIN = {"name": "alice", "tags": [{"key": "owner", "value": "red"}], "groups": []}


@pytest.fixture
def account(snapshot_file: Callable[..., Path]) -> Path:
    return snapshot_file(iam_user=[example("iam_user", ADMIN)], iam_root=[example("iam_root")])


def test_the_table_goes_to_the_terminal_and_others_to_files(sec02: Run, account: Path, tmp_path: Path) -> None:
    found = sec02(
        "inventory", account, "-f", "table", "-f", f"json={tmp_path / 'i.json'}", "-f", f"html={tmp_path / 'i.html'}"
    )
    assert (found.code, found.err) == (0, "")
    assert "IAM users (1)\n" in found.out
    document = json.loads((tmp_path / "i.json").read_bytes())
    assert {each["name"] for each in document["identities"]} == {"root", "alice"}
    assert (tmp_path / "i.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "i.json").stat().st_mode & 0o777 == 0o600


def test_kind_and_type_choose(sec02: Run, account: Path) -> None:
    found = json.loads(sec02("inventory", account, "--kind", "human", "--type", "iam_user", "-f", "json").out)
    assert [each["name"] for each in found["identities"]] == ["alice"]
    assert found["summary"]["human"] == 1


def test_wrong_options_are_usage_errors(sec02: Run, account: Path) -> None:
    assert sec02("inventory", account, "--type", "iam_usr").code == 2
    assert sec02("inventory", account, "-f", "xlsx").code == 2
    assert sec02("inventory", account, "-f", "csv=").code == 2
    assert sec02("inventory", account, "-f", "csv", "-f", "json").code == 2
    assert sec02("inventory", account.parent / "absent.json").code == 5


def test_what_could_not_be_listed_is_told_beside_a_format_that_does_not(sec02: Run, snapshot_file: Run) -> None:
    gap = {"id": "g1", "collection": "iam_user", "account_id": "111122223333", "region": "global", "resource_id": None}
    gap |= {"field": None, "api": "iam:ListUsers", "code": "AccessDenied", "kind": "denied"}
    found = sec02("inventory", snapshot_file(gap), "-f", "csv")
    assert (
        found.err
        == "not read: IAM users in global: iam:ListUsers answered AccessDenied; there may be more than are listed\n"
    )


def fill(folder: Path, decision: str) -> None:
    for path in folder.glob("*.csv"):
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows({**row, "decision": decision, "by": "Ann"} for row in rows)


def test_a_review_from_sheets_to_plan(sec02: Run, account: Path, tmp_path: Path) -> None:
    folder, decided = tmp_path / "review", tmp_path / "decided"
    found = sec02("review", account, "--output", folder)
    assert found.code == 0
    assert f"{folder}: 1 rows to decide, 1 owners\n" in found.err
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {each.suffix for each in folder.iterdir()} == {".csv", ".html", ".json"}
    assert all(each.stat().st_mode & 0o777 == 0o600 for each in folder.iterdir())
    fill(folder, "revoke")
    found = sec02("review", "apply", folder, "--snapshot", account, "--at", "2026-02-01", "-o", decided)
    assert found.code == 0
    assert "0 kept, 1 to revoke, 0 not answered" in found.err
    assert "delete-login-profile" in (decided / "plan.sh").read_text()
    assert {each["at"] for each in yaml.safe_load((decided / "attestations.yaml").read_text())["attestations"]} == {
        "2026-02-01T00:00:00Z"
    }
    assert not (decided / "unanswered.csv").exists()


def test_no_answer_sets_exit_code_3_and_can_be_answered_later(sec02: Run, account: Path, tmp_path: Path) -> None:
    sec02("review", "new", account, "-o", tmp_path / "review")
    found = sec02("review", "apply", tmp_path / "review", "--snapshot", account, "-o", tmp_path / "a")
    assert found.code == 3
    assert "not answered: r" in found.err
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["unanswered.csv"]
    fill(tmp_path / "a", "keep")
    found = sec02("review", "apply", tmp_path / "a", "--snapshot", account, "--at", "2026-02-01", "-o", tmp_path / "b")
    assert found.code == 0
    assert [each.name for each in (tmp_path / "b").iterdir()] == ["attestations.yaml"]


def test_refusals_are_one_line_and_write_nothing(sec02: Run, account: Path, tmp_path: Path) -> None:
    folder = tmp_path / "review"
    sec02("review", account, "-o", folder)
    assert sec02("review", account, "-o", folder).err == f"{folder}: is not empty: a new or empty folder\n"
    fill(folder, "maybe")
    found = sec02("review", "apply", folder, "--snapshot", account, "--at", "2026-02-01", "-o", tmp_path / "out")
    assert found.code == 5
    assert found.err.count("\n") == 1
    assert "the decision 'maybe': keep, revoke, or nothing yet" in found.err
    assert not (tmp_path / "out").exists()
    assert sec02("review", "apply", tmp_path, "--snapshot", account, "-o", tmp_path / "out").code == 5


def test_a_snapshot_without_identities_has_nothing_to_review(sec02: Run, snapshot_file: Run, tmp_path: Path) -> None:
    assert sec02("review", snapshot_file(), "-o", tmp_path / "r").code == 5


def test_the_snapshot_is_not_written_over(sec02: Callable[..., Any], snapshot_file: Callable[..., Path]) -> None:
    path = snapshot_file()
    before = path.read_bytes()
    assert sec02("inventory", path, "--format", f"json={path}").code == 2
    assert path.read_bytes() == before
