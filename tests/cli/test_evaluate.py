from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sec02_policies.testing import example

Make = Callable[..., Any]
ALICE = "arn:aws:iam::111122223333:user/alice"
NO_MFA = {"mfa_devices": []}
DENIED = {
    "id": "g00001",
    "collection": "iam_user",
    "account_id": "111122223333",
    "region": "global",
    "resource_id": ALICE,
    "field": "mfa_devices",
    "api": "iam:ListMFADevices",
    "code": "AccessDenied",
    "kind": "denied",
}


def hidden(member: str) -> dict[str, Any]:
    user = example("iam_user")
    del user[member]
    return user


@pytest.fixture
def judged(sec02: Make, snapshot_file: Make, policy_folder: Path) -> Make:
    """Evaluates alice, with these members, by the folder's policy."""

    def run(members: dict[str, Any], *options: str) -> Any:
        path = snapshot_file(iam_user=[example("iam_user", members)])
        return sec02("evaluate", path, "--policies", policy_folder, *options)

    return run


def test_exit_0_when_all_passes(judged: Make) -> None:
    outcome = judged({})
    assert outcome.code == 0
    assert "Compliance 1/1 (100 %)" in outcome.out
    assert outcome.err == ""


@pytest.mark.parametrize(("fail_on", "code"), [("info", 1), ("high", 1), ("critical", 0), ("none", 0)])
def test_exit_1_when_something_fails_at_or_above_fail_on(judged: Make, fail_on: str, code: int) -> None:
    outcome = judged(NO_MFA, "--fail-on", fail_on)
    assert outcome.code == code
    assert "alice has no MFA" in outcome.out


def test_exit_3_when_something_is_unknown(sec02: Make, snapshot_file: Make, policy_folder: Path) -> None:
    path = snapshot_file(DENIED, iam_user=[hidden("mfa_devices")])
    outcome = sec02("evaluate", path, "-p", policy_folder)
    assert outcome.code == 3
    assert "iam:ListMFADevices  AccessDenied  1 result unknown" in outcome.out
    assert sec02("evaluate", path, "-p", policy_folder, "--allow-unknown").code == 0


def test_exit_1_wins_over_3_and_4_over_1(sec02: Make, snapshot_file: Make, policy_folder: Path) -> None:
    bob = example("iam_user", {"name": "bob", "mfa_devices": []})
    path = snapshot_file(DENIED, iam_user=[hidden("mfa_devices"), bob])
    assert sec02("evaluate", path, "-p", policy_folder).code == 1
    policy = policy_folder / "own-user-mfa.yaml"
    policy.write_text(
        policy.read_text().replace(
            "condition: size(",
            "condition: resource.name == 'bob' && 1 % size(resource.tags) == 0 || resource.name != 'bob' && size(",
        )
    )
    assert sec02("evaluate", path, "-p", policy_folder).code == 4


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "Missing argument"),
        (["x.json", "--nonsense"], "No such option"),
        (["x.json", "--fail-on", "never"], "--fail-on"),
        (["x.json", "--format", "pdf"], "--format"),
    ],
)
def test_exit_2_for_wrong_usage(sec02: Make, arguments: list[str], line: str) -> None:
    outcome = sec02("evaluate", *arguments)
    assert outcome.code == 2
    assert line in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["absent.json"], "absent.json: No such file or directory: a snapshot"),
        (["{snapshot}", "--select", "nothing"], "nothing: matches no policy: "),
        (["{snapshot}", "--ignore", "*"], "policies: nothing selected by --ignore *: at least one policy"),
        (["{snapshot}", "--policies", "absent"], "absent: no such file or folder: "),
        (["{snapshot}", "--param", "x"], "--param x: not of the form ID.NAME=VALUE: "),
        (["{snapshot}", "--param", "own-user-mfa.least=["], "--param own-user-mfa.least=[: a value that is not YAML: "),
        (
            ["{snapshot}", "--param", "own-user-mfa.least=many"],
            "--param own-user-mfa.least: a value that the policy refuses: ",
        ),
        (["{snapshot}", "--now", "soon"], "--now: not a time: "),
        (["{snapshot}", "--now", "2026-01-31T00:00:00"], "--now: a time without a zone: "),
        (["{snapshot}", "--output", "/proc/none/x"], "/proc/none/x: "),
    ],
)
def test_exit_5_with_one_line_for_bad_input(
    sec02: Make, snapshot_file: Make, policy_folder: Path, arguments: list[str], line: str
) -> None:
    path = str(snapshot_file())
    given = [each.format(snapshot=path) for each in arguments]
    if "--policies" not in given:
        given += ["--policies", str(policy_folder)]
    outcome = sec02("evaluate", *given)
    assert outcome.code == 5
    assert outcome.err.startswith(line)
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"\xff", b'{"a":1,"a":1}', b"[NaN]", b"[" * 10_000, b'{"schema_version":"1"}']
)
def test_exit_5_for_a_broken_snapshot(sec02: Make, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(data)
    outcome = sec02("evaluate", path)
    assert outcome.code == 5
    assert outcome.err.startswith(f"{path}")
    assert outcome.err.count("\n") == 1


def test_a_policy_that_does_not_compile_is_exit_5_at_its_line(
    sec02: Make, snapshot_file: Make, policy_folder: Path
) -> None:
    policy = policy_folder / "own-user-mfa.yaml"
    policy.write_text(policy.read_text().replace("resource.mfa_devices)", "resource.mfa_device)"))
    outcome = sec02("evaluate", snapshot_file(), "-p", policy_folder)
    assert outcome.code == 5
    assert outcome.err.startswith(f"{policy}:13:")
    assert "mfa_devices" in outcome.err


def test_json_goes_to_a_file_of_mode_0600_whole(judged: Make, tmp_path: Path) -> None:
    target = tmp_path / "out" / "results.json"
    outcome = judged(NO_MFA, "--format", "json", "--output", str(target))
    assert (outcome.code, outcome.out) == (1, "")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [row["status"] for row in json.loads(target.read_bytes())["results"]] == ["fail"]
    assert list(target.parent.iterdir()) == [target]


def test_an_output_that_is_a_link_is_replaced_not_followed(judged: Make, tmp_path: Path) -> None:
    victim, link = tmp_path / "victim", tmp_path / "link.json"
    victim.write_text("precious")
    link.symlink_to(victim)
    judged({}, "--format", "json", "--output", str(link))
    assert victim.read_text() == "precious"
    assert not link.is_symlink()


def test_the_exit_code_does_not_depend_on_the_format(judged: Make) -> None:
    assert judged(NO_MFA, "--format", "json").code == judged(NO_MFA, "--format", "table").code == 1


def test_parameters_engine_and_clock_reach_the_run(judged: Make) -> None:
    options = ["--format", "json", "--param", "own-user-mfa.least=2", "--now", "2026-06-01T02:00:00+02:00"]
    run = json.loads(judged({}, *options).out)["run"]
    assert run["policies"][0]["params"] == {"least": 2}
    assert run["evaluated_at"] == "2026-06-01T00:00:00Z"
    assert run["engine"] == "native"


def test_the_snapshot_may_come_from_standard_input(root: Path, snapshot_file: Make, policy_folder: Path) -> None:
    path = snapshot_file(iam_user=[example("iam_user", NO_MFA)])
    done = subprocess.run(  # noqa: S603 - our own program
        [
            sys.executable,
            "-c",
            "from sec02_policies.cli import main; main()",
            "evaluate",
            "-",
            "-p",
            str(policy_folder),
        ],
        input=path.read_bytes(),
        capture_output=True,
        check=False,
        cwd=root,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert done.returncode == 1
    assert b"alice has no MFA" in done.stdout
    assert done.stderr == b""


def test_what_is_read_is_not_overwritten(judged: Make, sec02: Make, tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot.json"
    outcome = judged({}, "--format", "json", "--output", snapshot)
    assert outcome.code == 2
    assert f"{snapshot} is read, and would be lost; name another file." in outcome.err
    before = snapshot.read_bytes()
    results = tmp_path / "results.json"
    assert judged({}, "--format", "json", "--output", results).code == 0
    kept = results.read_bytes()
    link = tmp_path / "link.json"
    link.symlink_to(results)
    assert sec02("evaluate", snapshot, "--baseline", results, "--format", f"json={link}").code == 2
    assert sec02("report", results, "--format", "csv", "--output", tmp_path / "own" / ".." / "results.json").code == 2
    assert (snapshot.read_bytes(), results.read_bytes()) == (before, kept)
