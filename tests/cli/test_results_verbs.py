"""The verbs on results: several formats at once, waivers, a baseline, `report`, `diff` and `waivers`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sec02_policies.evaluate import Waivers
from sec02_policies.report.difference import render_difference
from sec02_policies.testing import example

Make = Callable[..., Any]
NO_MFA = {"mfa_devices": []}


@pytest.fixture
def judged(sec02: Make, snapshot_file: Make, policy_folder: Path) -> Make:
    """Evaluates alice, with these members, and bob, who fails, by the folder's policy."""

    def run(members: dict[str, Any], *options: str | Path) -> Any:
        bob = example("iam_user", {"name": "bob", **NO_MFA})
        path = snapshot_file(iam_user=[example("iam_user", members), bob])
        return sec02("evaluate", path, "--policies", policy_folder, *options)

    return run


@pytest.fixture
def stored(judged: Make, tmp_path: Path) -> Make:
    """Writes the results of alice with these members under that name."""

    def write(name: str, members: dict[str, Any], *options: str | Path) -> Path:
        path = tmp_path / f"{name}.json"
        judged(members, "--format", f"json={path}", *options)
        return path

    return write


def waiver_file(folder: Path, **members: Any) -> Path:
    entry = {
        "id": "W-1",
        "policy": "own-user-mfa",
        "match": {"resource_name": "bob"},
        "reason": "Bob leaves at the end of the month, ticket 7",
        "owner": "team",
        "approved_by": "ciso",
        "created": "2026-01-01",
        "expires": "2026-06-30",
    } | members
    path = folder / "waivers.yaml"
    path.write_text(yaml.safe_dump({"waivers": [entry]}))
    return path


# Formats


def test_one_run_writes_several_formats_and_prints_one(judged: Make, tmp_path: Path) -> None:
    sarif, page = tmp_path / "out" / "r.sarif", tmp_path / "page.md"
    outcome = judged({}, "-f", f"sarif={sarif}", "-f", "csv", "-f", f"markdown={page}")
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out.startswith('"policy_id","title"')
    assert json.loads(sarif.read_bytes())["version"] == "2.1.0"
    assert page.read_text().startswith("# SEC02")


def test_titles_and_lines_come_from_the_policies(judged: Make, policy_folder: Path) -> None:
    line = judged({}, "-f", "github").out
    assert line == (
        f"::error file={policy_folder}/own-user-mfa.yaml,line=13,title=high own-user-mfa%3A bob::bob has no MFA\n"
    )


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["-f", "pdf"], "'pdf' is not one of table, json, "),
        (["-f", "csv", "-f", "json"], "two formats go to the same place"),
        (["-f", "csv=x", "-f", "json=x"], "two formats go to the same place"),
        (["-f", "csv="], "names no file"),
        (["--new-only"], "there is no --baseline"),
    ],
)
def test_exit_2_for_formats_that_cannot_be_written(judged: Make, options: list[str], line: str) -> None:
    outcome = judged({}, *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert line in outcome.err


def test_the_exit_code_is_the_same_for_every_format(judged: Make) -> None:
    from sec02_policies.report import Format

    assert {judged({}, "-f", each).code for each in Format} == {1}


# Waivers


def test_a_waived_result_does_not_set_the_exit_code(judged: Make, tmp_path: Path) -> None:
    outcome = judged({}, "--waivers", waiver_file(tmp_path))
    assert outcome.code == 0
    assert "bob (waived by W-1)" in outcome.out or "waived by W-1" in outcome.out


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"expires": "2026-01-02"}, "expired after 2026-01-02"),
        ({"approved_by": None}, "nobody approved it"),
        ({"reason": "no"}, "reason: breaks minLength: 20"),
    ],
)
def test_a_waiver_that_does_not_hold_is_told(judged: Make, tmp_path: Path, members: dict[str, Any], why: str) -> None:
    path = waiver_file(tmp_path, **members)
    table = judged({}, "-w", path)
    assert (table.code, table.err) == (1, "")
    assert f"waiver W-1 is not applied: {why}" in table.out
    csv = judged({}, "-w", path, "-f", "csv")
    assert (csv.code, csv.err) == (1, f"waiver W-1 is not applied: {why}\n")


def test_exit_5_for_a_file_that_holds_no_waivers(judged: Make, tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text("waiver: []")
    outcome = judged({}, "-w", path)
    assert outcome.code == 5
    assert outcome.err.startswith(f"{path}:1:1: no list of waivers: ")


def test_drafts_hold_only_once_they_are_filled_in(judged: Make, stored: Make, sec02: Make, tmp_path: Path) -> None:
    drafted = sec02("waivers", "new", stored("now", {}), "--owner", "team")
    assert drafted.code == 0
    path = tmp_path / "drafts.yaml"
    path.write_text(drafted.out)
    assert judged({}, "-w", path).code == 1
    path.write_text(drafted.out.replace("reason: null", "reason: Bob leaves at the end of the month"))
    assert "nobody approved it" in judged({}, "-w", path).out
    path.write_text(path.read_text().replace("approved_by: null", "approved_by: ciso"))
    (draft,) = Waivers.load(path).items
    assert judged({}, "-w", path, "--now", f"{draft.created}T00:00:00Z").code == 0
    assert (draft.expires - draft.created).days == 90


def test_drafts_leave_out_what_is_waived_and_refuse_other_policies(stored: Make, sec02: Make, tmp_path: Path) -> None:
    waived = stored("waived", {}, "-w", waiver_file(tmp_path))
    assert sec02("waivers", "new", waived).out == "waivers: []\n"
    outcome = sec02("waivers", "new", stored("plain", {}), "--policy", "other-policy")
    assert (outcome.code, outcome.out) == (5, "")
    assert outcome.err.startswith("--policy other-policy: did not judge these results: ")


@pytest.fixture
def checked(sec02: Make, tmp_path: Path, policy_folder: Path) -> Make:
    """Checks a waiver of these members as of 1 February 2026: the exit code, and the remarks without their place."""

    def run(members: dict[str, Any], *options: str | Path) -> tuple[int, str]:
        path = waiver_file(tmp_path, **members)
        outcome = sec02("waivers", "check", path, "-p", policy_folder, "--as-of", "2026-02-01", *options)
        return outcome.code, outcome.out.replace(f"{path}:2: ", "")

    return run


@pytest.mark.parametrize(
    ("members", "options", "code", "line"),
    [
        ({}, [], 0, None),
        ({"reason": "no"}, [], 5, "error: W-1: reason: breaks minLength: 20"),
        ({"approved_by": "team"}, [], 5, "error: W-1: its owner approved it"),
        ({"policy": "no-such"}, [], 5, "error: W-1: no such policy 'no-such'"),
        ({"expires": "2027-01-01"}, [], 5, "error: W-1: holds for 365 days, at most 180 are allowed"),
        ({"expires": "2027-01-01"}, ["--max-days", "400"], 0, None),
        ({"created": "2026-03-01"}, [], 0, "warning: W-1: begins on 2026-03-01"),
        ({"expires": "2026-02-10"}, [], 0, "warning: W-1: expires in 9 days, after 2026-02-10"),
        ({"expires": "2026-02-10"}, ["--expiring-days", "5"], 0, None),
        ({"expires": "2026-01-31"}, [], 5, "error: W-1: expired after 2026-01-31"),
    ],
)
def test_check_says_what_is_wrong_with_a_waiver(
    checked: Make, members: dict[str, Any], options: list[str], code: int, line: str
) -> None:
    assert checked(members, *options) == (code, f"{line}\n" if line else "")


@pytest.mark.parametrize(
    ("match", "options", "line"),
    [
        ({"resource_name": "bob"}, [], None),
        ({"resource_name": "zoe"}, [], "names nothing that was judged: the resource is gone, or the match is wrong"),
        ({"resource_name": "alice"}, [], "what it names does not fail: the waiver can go"),
        ({"resource_name": "*"}, ["--most-results", "1"], None),
    ],
)
def test_check_finds_waivers_that_nothing_needs(
    checked: Make, stored: Make, match: dict[str, str], options: list[str], line: str | None
) -> None:
    found = checked({"match": match}, "--results", stored("now", {}), *options)
    assert found == (0, f"warning: W-1: {line}\n" if line else "")


def test_check_finds_waivers_that_are_too_broad_or_stand_behind_others(
    sec02: Make, stored: Make, tmp_path: Path, policy_folder: Path
) -> None:
    path = waiver_file(tmp_path, match={"resource_name": "*"})
    (entry,) = yaml.safe_load(path.read_text())["waivers"]
    path.write_text(json.dumps({"waivers": [entry, entry | {"id": "W-2"}]}))
    options = ["-p", policy_folder, "--as-of", "2026-02-01", "--results", stored("now", NO_MFA), "--most-results", "1"]
    lines = sec02("waivers", "check", path, *options).out.splitlines()
    assert [line.partition("warning: ")[2] for line in lines] == [
        "W-1: names 2 failing results, more than 1",
        "W-2: all that it names is waived by others before it",
    ]


def test_check_is_of_today_unless_told_otherwise(sec02: Make, tmp_path: Path, policy_folder: Path) -> None:
    path = waiver_file(tmp_path, created="2020-01-01", expires="2020-02-01")
    assert "expired after 2020-02-01" in sec02("waivers", "check", path, "-p", policy_folder).out
    outcome = sec02("waivers", "check", path, "--as-of", "soon")
    assert (outcome.code, outcome.err) == (5, "--as-of: not a day: such as 2026-01-31\n")


# Baseline and difference


def test_new_only_fails_for_what_the_baseline_does_not_have(judged: Make, stored: Make) -> None:
    before = stored("before", {})
    assert judged({}, "--baseline", before).code == 1
    assert judged({}, "--baseline", before, "--new-only").code == 0
    outcome = judged(NO_MFA, "--baseline", before, "--new-only")
    assert outcome.code == 1
    assert "1 new, 0 fixed, 0 lost, 0 changed, 1 still failing" in outcome.out


def test_what_was_waived_and_is_no_more_is_new(judged: Make, stored: Make, tmp_path: Path) -> None:
    before = stored("before", {}, "-w", waiver_file(tmp_path))
    assert judged({}, "--baseline", before, "--new-only").code == 1


def test_diff_shows_what_is_new_and_fixed(sec02: Make, stored: Make) -> None:
    before, after = stored("before", {}), stored("after", NO_MFA)
    outcome = sec02("diff", before, after)
    assert outcome.code == 1
    assert "1 new, 0 fixed, 0 lost, 0 changed, 1 still failing" in outcome.out
    assert " high     own-user-mfa  alice: pass -> fail: alice has no MFA" in outcome.out
    back = sec02("diff", after, before, "--format", "json")
    assert back.code == 0
    assert [row["resource_name"] for row in json.loads(back.out)["fixed"]] == ["alice"]
    assert sec02("diff", before, after, "--fail-on", "critical").code == 0


def test_diff_names_policies_that_only_one_has(sec02: Make, stored: Make) -> None:
    before, after = stored("before", {}), stored("after", {})
    changed = json.loads(after.read_bytes())
    changed["run"]["policies"][0]["params"] = {"least": 2}
    after.write_text(json.dumps(changed))
    assert "Policies whose text or parameters changed\n own-user-mfa\n" in sec02("diff", before, after).out


def test_a_lost_verdict_sets_exit_code_3_and_an_error_4(sec02: Make, stored: Make) -> None:
    before, after = stored("before", {}), stored("after", {})
    rows = json.loads(after.read_bytes())
    rows["results"][0]["status"] = "unknown"
    after.write_text(json.dumps(rows))
    assert sec02("diff", before, after).code == 3
    assert sec02("diff", before, after, "--allow-unknown").code == 0
    rows["results"][0]["status"] = "error"
    after.write_text(json.dumps(rows))
    assert sec02("diff", before, after).code == 4


def test_results_of_another_account_are_refused(sec02: Make, stored: Make, judged: Make) -> None:
    before = stored("before", {})
    other = json.loads(before.read_bytes())
    other["run"]["account_id"] = "444455556666"
    before.write_text(json.dumps(other))
    for outcome in (judged({}, "--baseline", before, "-f", "json"), sec02("diff", before, stored("after", {}))):
        assert outcome.code == 5
        assert "results of two accounts" in outcome.err


def test_the_text_of_a_difference_is_printable() -> None:
    row = {
        "policy_id": "p-q",
        "severity": "high",
        "resource_name": "\x1b[2J\u202e",
        "account_id": "1",
        "before": None,
        "after": "fail",
        "message": "a\nb",
        "waived_by": "W-1",
    }
    moment = {"evaluated_at": "2026-01-01T00:00:00Z"}
    counts = {"new": 1, "fixed": 0, "lost": 0, "changed": 0, "still_failing": 0}
    difference = {"account_id": "1", "before": moment, "after": moment, "counts": counts, "new": [row]}
    difference |= {"fixed": [], "lost": [], "changed": [], "policies": {"added": [], "removed": ["x-y"], "changed": []}}
    assert render_difference(difference).decode() == (
        "Account 1: 2026-01-01T00:00:00Z -> 2026-01-01T00:00:00Z\n"
        "1 new, 0 fixed, 0 lost, 0 changed, 0 still failing\n"
        "\nNew: fails now and did not\n"
        " high     p-q  \\x1b[2J\\u202e (waived by W-1): not there -> fail: a\\nb\n"
        "\nPolicies that only the earlier results have\n x-y\n"
    )


# Stored results


def test_report_renders_stored_results_as_evaluate_does(
    judged: Make, stored: Make, sec02: Make, policy_folder: Path
) -> None:
    path = stored("now", {})
    for fmt in ("table", "json", "junit", "sarif"):
        outcome = sec02("report", path, "-p", policy_folder, "-f", fmt)
        assert (outcome.code, outcome.out) == (0, judged({}, "-f", fmt).out)


def test_report_compares_with_a_baseline(stored: Make, sec02: Make, policy_folder: Path) -> None:
    outcome = sec02("report", stored("after", NO_MFA), "-p", policy_folder, "--baseline", stored("before", {}))
    assert "1 new" in outcome.out


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda text: text[:-20], "not JSON"),
        (lambda text: text.replace('"schema_version":"1"', '"schema_version":"2"'), "schema_version"),
        (lambda text: text.replace('"status":"fail"', '"status":"fine"'), "results/1/status"),
        (lambda text: text.replace('"region":"global"', '"regions":"global"'), "results/0"),
    ],
)
def test_exit_5_for_results_that_are_none(stored: Make, sec02: Make, change: Any, line: str) -> None:
    path = stored("now", {})
    path.write_text(change(path.read_text()))
    outcome = sec02("report", path)
    assert (outcome.code, outcome.out) == (5, "")
    assert outcome.err.startswith(f"{path}")
    assert line in outcome.err
