from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Any]


def test_suites_of_a_users_own_folder_run(sec02: Make, policy_folder: Path) -> None:
    outcome = sec02("test", policy_folder)
    assert (outcome.code, outcome.out) == (0, "1 suites: 2 passed, 0 failed\n")
    suite = policy_folder / "own-user-mfa.test.yaml"
    for path in (suite, policy_folder / "own-user-mfa.yaml"):
        assert sec02("test", path).code == 0
    assert f"{suite}:3: own-user-mfa: with a device: passed\n" in sec02("test", suite, "-v").out


def test_a_failing_case_names_file_line_and_case(sec02: Make, policy_folder: Path) -> None:
    suite = policy_folder / "own-user-mfa.test.yaml"
    suite.write_text(suite.read_text().replace("expect: pass", "expect: fail"))
    outcome = sec02("test", policy_folder)
    assert outcome.code == 1
    assert f"{suite}:3: own-user-mfa: with a device: expected fail, got pass: Users have MFA\n" in outcome.out
    assert "1 suites: 1 passed, 1 failed" in outcome.out


def test_a_wrong_message_fails_a_case(sec02: Make, policy_folder: Path) -> None:
    suite = policy_folder / "own-user-mfa.test.yaml"
    suite.write_text(suite.read_text().replace("alice has no MFA", "bob has no MFA"))
    assert "expected a message with 'bob has no MFA', got 'alice has no MFA'" in sec02("test", policy_folder).out


def test_a_policy_without_suite_is_named(sec02: Make, policy_folder: Path) -> None:
    other = (policy_folder / "own-user-mfa.yaml").read_text().replace("own-user-mfa", "own-user-bare")
    (policy_folder / "own-user-bare.yaml").write_text(other)
    outcome = sec02("test", policy_folder)
    assert outcome.code == 1
    assert "own-user-bare: no suite, add own-user-bare.test.yaml" in outcome.out


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("policy: own-user-mfa", "policy: other", "1:9: policy: 'other' in a file named 'own-user-mfa'"),
        ("name: without one", "name: with a device", "4:11: cases.1.name: a second case named 'with a device'"),
        ("expect: pass", "expect: passes", "3:35: cases.0.expect: a value that is not allowed: one of pass, fail"),
        ("resource:", "resurce:", "5:14: cases.1.resurce: unknown member 'resurce'"),
    ],
)
def test_a_broken_suite_is_exit_5(sec02: Make, policy_folder: Path, old: str, new: str, line: str) -> None:
    suite = policy_folder / "own-user-mfa.test.yaml"
    suite.write_text(suite.read_text().replace(old, new))
    outcome = sec02("test", policy_folder)
    assert outcome.code == 5
    assert outcome.err.startswith(f"{suite}:{line}")


def test_a_case_that_aws_could_never_return_fails(sec02: Make, policy_folder: Path) -> None:
    suite = policy_folder / "own-user-mfa.test.yaml"
    suite.write_text(suite.read_text().replace("mfa_devices: []", "mfa_devices: none"))
    outcome = sec02("test", policy_folder)
    assert outcome.code == 1
    assert "mfa_devices: a string: array" in outcome.out


def test_exit_5_where_there_is_nothing_to_test(sec02: Make, tmp_path: Path, policy_folder: Path) -> None:
    (tmp_path / "void").mkdir()
    assert sec02("test", tmp_path / "void").code == 5
    assert sec02("test", tmp_path / "absent").code == 5
    (policy_folder / "own-user-mfa.test.yaml").unlink()
    assert "no suites" in sec02("test", policy_folder).err


def test_policies_are_listed_and_shown(sec02: Make, policy_folder: Path) -> None:
    listed = sec02("policies", "list", "-p", policy_folder)
    assert listed.code == 0
    assert "SEC02-BP01" in listed.out
    assert "own-user-mfa" in listed.out
    shown = sec02("policies", "show", "own-user-mfa", "-p", policy_folder)
    for part in (
        "Users have MFA",
        "param least = 1",
        "size(resource.mfa_devices)",
        "aws iam enable-mfa-device",
        "Terraform",
    ):
        assert part in shown.out
    assert sec02("policies", "show", "own-user-mfaa", "-p", policy_folder).err.startswith(
        "own-user-mfaa: no such policy"
    )


def test_the_packaged_policies_are_listed_as_json(sec02: Make) -> None:
    rows = json.loads(sec02("policies", "list", "--format", "json").out)["policies"]
    assert {"id", "title", "best_practice", "severity", "maturity", "params", "resource"} <= set(rows[0])
    assert "iam-access-key-rotated" in {row["id"] for row in rows}


def test_version_and_help(sec02: Make) -> None:
    assert sec02("--version").out.startswith("sec02-policies ")
    assert sec02("--help").code == 0
    assert sec02("nonsense").code == 2


def loaded_by(root: Path, statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=root, text=True)  # noqa: S603
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_importing_the_package_is_light(root: Path) -> None:
    heavy = {"boto3", "botocore", "celpy", "lark", "re2", "typer", "click", "rich", "jsonschema", "yaml", "moto"}
    assert not heavy & loaded_by(root, "from sec02_policies import evaluate")


def test_help_loads_neither_aws_nor_cel(root: Path) -> None:
    heavy = {"boto3", "botocore", "celpy", "lark", "re2", "jsonschema", "moto"}
    code = "from sec02_policies.cli import run; run(['--help'])"
    assert not heavy & loaded_by(root, code)


def test_an_internal_error_is_exit_70_without_traceback(
    sec02: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda _: 1 / 0)
    outcome = sec02("evaluate", tmp_path / "x.json")
    assert outcome.code == 70
    assert outcome.err == "sec02: internal error (ZeroDivisionError): set SEC02_DEBUG=1 for details\n"


@pytest.mark.parametrize(
    ("command", "verb"),
    [
        (("evaluate", "x", "--none"), "sec02 evaluate"),
        (("archive", "snapshot.json"), "sec02 archive create"),
        (("review", "apply"), "sec02 review apply"),
        (("nothing",), "sec02"),
    ],
)
def test_wrong_usage_names_the_help_of_its_verb(sec02: Make, command: tuple[str, ...], verb: str) -> None:
    outcome = sec02(*command)
    assert outcome.code == 2
    assert outcome.err.endswith(f"See `{verb} --help`.\n")
