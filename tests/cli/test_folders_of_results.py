"""Two days of an organization: its folders of results compared, counted, followed, and a gate on what is new."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_org_folder_verbs import ONE, TWO, folder  # noqa: F401 - a fixture

from sec02_policies.snapshot.schema import first_fault

Sec02 = Callable[..., Any]


@pytest.fixture
def day(sec02: Sec02, folder: Path, policy_folder: Path, tmp_path: Path) -> Callable[..., Path]:  # noqa: F811 - the fixture
    """Judges the organization into a folder of its own; ONE fails, TWO passes unless more devices are asked for."""

    def judged(name: str, *options: str | Path) -> Path:
        out = tmp_path / name
        sec02("evaluate", folder, "--policies", policy_folder, "--output", out, *options)
        return out

    return judged


STRICTER = ("--param", "own-user-mfa.least=9")


def test_a_folder_stands_for_the_results_in_it(sec02: Sec02, day: Callable[..., Path]) -> None:
    monday, tuesday = day("monday"), day("tuesday", *STRICTER)
    trend = sec02("trend", monday, tuesday, "--by-account")
    assert trend.code == 0
    assert trend.out.count("Account ") == 2
    assert trend.out == sec02("trend", *sorted(monday.iterdir()), *sorted(tuesday.iterdir()), "--by-account").out
    assert sec02("trend", monday).err == "trend: results of 2 accounts: one account, or --by-account\n"


@pytest.mark.parametrize("verb", ["trend", "diff"])
def test_a_folder_without_results_is_refused(verb: str, sec02: Sec02, day: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    outcome = sec02(verb, day("monday"), tmp_path / "empty")
    assert outcome.code == 5
    assert "no JSON file in it" in outcome.err


def test_two_folders_are_compared_account_by_account(sec02: Sec02, day: Callable[..., Path]) -> None:
    monday, tuesday = day("monday"), day("tuesday", *STRICTER)
    outcome = sec02("diff", monday, tuesday)
    assert outcome.code == 1
    assert f"Account {TWO}: " in outcome.out
    assert "New: fails now and did not\n high     own-user-mfa" in outcome.out
    assert outcome.out.endswith("2 accounts in both, 0 without a change\n")
    same = sec02("diff", monday, monday)
    assert (same.code, same.out) == (0, "2 accounts in both, 2 without a change\n")


def test_an_account_that_only_one_folder_has_is_no_silence(sec02: Sec02, day: Callable[..., Path]) -> None:
    monday, tuesday = day("monday"), day("tuesday")
    (tuesday / f"{ONE}.json").unlink()
    gone = sec02("diff", monday, tuesday)
    assert gone.code == 3
    assert f"Account {ONE}: only in the earlier results" in gone.out
    assert sec02("diff", monday, tuesday, "--allow-unknown").code == 0
    come = sec02("diff", tuesday, monday)
    assert come.code == 1
    assert f"Account {ONE}: only in the later results: 1 fail" in come.out
    assert sec02("diff", tuesday, monday, "--fail-on", "critical").code == 0


def test_the_json_of_two_folders_obeys_its_schema(sec02: Sec02, day: Callable[..., Path]) -> None:
    monday, tuesday = day("monday"), day("tuesday", *STRICTER)
    (monday / f"{ONE}.json").unlink()
    document = json.loads(sec02("diff", monday, tuesday, "--format", "json").out)
    assert first_fault("urn:sec02:schema:organization_diff", document) is None
    assert [each["account_id"] for each in document["accounts"]] == [TWO]
    assert (document["only_before"], document["only_after"]) == ([], [ONE])


def test_an_account_twice_in_a_folder_is_refused(sec02: Sec02, day: Callable[..., Path]) -> None:
    monday = day("monday")
    (monday / "copy.json").write_bytes((monday / f"{ONE}.json").read_bytes())
    outcome = sec02("diff", monday, monday)
    assert outcome.code == 5
    assert f"a second file of account {ONE}" in outcome.err


def test_a_gate_on_what_is_new_in_any_account(
    sec02: Sec02,
    folder: Path,  # noqa: F811 - the fixture
    day: Callable[..., Path],
    policy_folder: Path,
    tmp_path: Path,
) -> None:
    monday = day("monday")
    run = ("evaluate", folder, "--policies", policy_folder, "--output", tmp_path / "now", "--allow-unknown")
    old = sec02(*run, "--baseline", monday, "--new-only")
    assert old.code == 0
    assert f"{ONE} name-1: 1 fail, 0 failing newly" in old.err
    new = sec02(*run, "--baseline", monday, "--new-only", *STRICTER)
    assert new.code == 1
    assert f"{TWO} name-2: 1 fail, 1 failing newly" in new.err
    assert sec02(*run, "--baseline", monday).code == 1
    (monday / f"{ONE}.json").unlink()
    assert sec02(*run, "--baseline", monday, "--new-only").code == 1


def test_a_baseline_is_of_the_same_kind(sec02: Sec02, folder: Path, day: Callable[..., Path], tmp_path: Path) -> None:  # noqa: F811 - the fixture
    monday = day("monday")
    file = monday / f"{ONE}.json"
    assert sec02("evaluate", folder, "--output", tmp_path / "now", "--baseline", file).code == 2
    assert sec02("evaluate", folder / f"{ONE}.json", "--baseline", monday).code == 2


def test_a_roll_up_takes_the_folders_of_results_and_of_snapshots(
    sec02: Sec02,
    folder: Path,  # noqa: F811 - the fixture
    day: Callable[..., Path],
    policy_folder: Path,
) -> None:
    monday, own = day("monday"), ("-p", policy_folder)
    by_account = sec02("rollup", monday, "--by", "account", *own)
    assert by_account.code == 0
    assert by_account.out == sec02("rollup", *sorted(monday.iterdir()), "--by", "account", *own).out
    told = sec02("rollup", monday, "--by", "owner", *own, "--snapshot", folder)
    snapshots = [each for account in (ONE, TWO) for each in ("--snapshot", folder / f"{account}.json")]
    assert told.out == sec02("rollup", monday, "--by", "owner", *own, *snapshots).out
    (monday / f"{ONE}.json").unlink()
    assert sec02("rollup", monday, "--by", "owner", *own, "--snapshot", folder).code == 0
