"""rollup, trend and remediate from the command line: what they take, what they refuse, where they write."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
Snapshot = Callable[..., Path]


@pytest.fixture
def judged(sec02: Command, snapshot_file: Snapshot, policy_folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """Judges an account with one user by a user's own policy, at a day, and gives the file of results."""
    from sec02_policies.testing import example

    snapshot = snapshot_file(iam_user=[example("iam_user", {"mfa_devices": []})])

    def judge(day: int = 1) -> Path:
        path = tmp_path / f"{day}.json"
        sec02(
            "evaluate", snapshot, "-p", policy_folder, "--now", f"2026-12-{day:02}T00:00:00Z", "-f", "json", "-o", path
        )
        return path

    return judge


def test_rollup_counts_and_says_the_assurance(sec02: Command, judged: Callable[..., Path], policy_folder: Path) -> None:
    found = sec02("rollup", judged(), "--by", "service", "-p", policy_folder, "-f", "json")
    assert found.code == 0
    groups = json.loads(found.out)["groups"]
    assert [each["key"] for each in groups] == ["IAM"]
    assert groups[0]["assurance"]["applicable"] == groups[0]["statuses"]["fail"] + groups[0]["statuses"]["pass"]


def test_rollup_by_owner_asks_a_snapshot(
    sec02: Command, judged: Callable[..., Path], policy_folder: Path, tmp_path: Path
) -> None:
    results = judged()
    assert "(not known)" in sec02("rollup", results, "--by", "owner", "-p", policy_folder).out
    found = sec02("rollup", results, "--by", "owner", "-p", policy_folder, "--snapshot", tmp_path / "snapshot.json")
    assert (found.code, "(not known)" in found.out) == (0, False)


def test_rollup_refuses_to_count_an_account_twice(sec02: Command, judged: Callable[..., Path]) -> None:
    found = sec02("rollup", judged(1), judged(2))
    assert found.code == 5
    assert "a second file of account" in found.err


def test_rollup_refuses_a_framework_that_no_policy_maps_to(sec02: Command, judged: Callable[..., Path]) -> None:
    assert sec02("rollup", judged(), "--by", "requirement", "--framework", "cis").code == 2
    assert sec02("rollup", judged(), "--by", "service", "--framework", "cis_aws_6.0").code == 2


@pytest.mark.parametrize("verb", ["rollup", "remediate"])
def test_a_snapshot_that_was_not_judged_is_refused(
    sec02: Command, judged: Callable[..., Path], root: Path, verb: str
) -> None:
    found = sec02(verb, judged(), "--snapshot", root / "snapshots" / "minimal.json")
    assert found.code == 5
    assert "another snapshot" in found.err


def test_trend_refuses_two_accounts_unless_each_has_its_own(
    sec02: Command, judged: Callable[..., Path], tmp_path: Path
) -> None:
    first, second = judged(1), judged(2)
    document = json.loads(second.read_bytes())
    document["run"]["account_id"] = "444455556666"
    other = tmp_path / "other.json"
    other.write_text(json.dumps(document))
    assert sec02("trend", first, second).code == 0
    refused = sec02("trend", first, other)
    assert (refused.code, "--by-account" in refused.err) == (5, True)
    assert sec02("trend", first, other, "--by-account").out.count("Account ") == 2


def test_trend_writes_a_page(sec02: Command, judged: Callable[..., Path], tmp_path: Path) -> None:
    page = tmp_path / "trend.html"
    assert sec02("trend", judged(1), judged(2), "-f", "html", "-o", page).code == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("fmt", ["text", "sh", "terraform", "cloudformation", "json", "markdown"])
def test_remediate_writes_each_format(
    sec02: Command, judged: Callable[..., Path], policy_folder: Path, tmp_path: Path, fmt: str
) -> None:
    found = sec02("remediate", judged(), "-p", policy_folder, "--snapshot", tmp_path / "snapshot.json", "-f", fmt)
    assert (found.code, found.err) == (0, "")
    assert found.out
