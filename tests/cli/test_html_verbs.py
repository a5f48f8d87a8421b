"""The page from the command line: `evaluate` and `report` with the identities of the snapshot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sec02_policies.testing import example

Make = Callable[..., Any]


def test_evaluate_and_report_write_the_same_page(
    sec02: Make, snapshot_file: Make, policy_folder: Path, tmp_path: Path
) -> None:
    path = snapshot_file(iam_user=[example("iam_user", {"name": "bob", "mfa_devices": []})])
    results, first, second = tmp_path / "r.json", tmp_path / "1.html", tmp_path / "2.html"
    own = ("--policies", policy_folder)
    assert sec02("evaluate", path, *own, "-f", f"json={results}", "-f", f"html={first}").code == 1
    assert sec02("report", results, *own, "--snapshot", path, "-f", f"html={second}") == (0, "", "")
    assert first.read_bytes() == second.read_bytes()
    assert b"Who is human and who is machine" in first.read_bytes()


def test_report_without_a_snapshot_says_what_the_page_lacks(
    sec02: Make, snapshot_file: Make, policy_folder: Path, tmp_path: Path
) -> None:
    results = tmp_path / "r.json"
    sec02("evaluate", snapshot_file(), "--policies", policy_folder, "-f", f"json={results}")
    assert "Give the snapshot too" in sec02("report", results, "--policies", policy_folder, "-f", "html").out


def test_report_refuses_the_snapshot_of_other_results(
    sec02: Make, snapshot_file: Make, policy_folder: Path, tmp_path: Path
) -> None:
    results = tmp_path / "r.json"
    sec02("evaluate", snapshot_file(), "--policies", policy_folder, "-f", f"json={results}")
    other = snapshot_file(iam_user=[example("iam_user", {"name": "bob"})])
    outcome = sec02("report", results, "--policies", policy_folder, "--snapshot", other, "-f", "html")
    assert outcome.code == 5
    assert "not the snapshot that these results judge" in outcome.err
