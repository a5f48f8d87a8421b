"""The script: bash reads it whatever names contain, it changes nothing unless told, and a word stays one word."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sec02_policies.remediation import PlanFormat, remedies, render_plan

Make = Callable[..., Any]
HOSTILE = [
    "$(touch hacked)",
    "`touch hacked`",
    "'; touch hacked; '",
    '"; touch hacked; "',
    "a\nb; touch hacked",
    "x' \\ $HOME !! {a,b} *",
    "\x1b[31mred\x07",
    "\u202eevil\u2066",
    "# comment",
    "<script>alert(1)</script>",
    "|cell|",
    "```\n# heading",
    "=cmd()",
    "\x85\u2028line",
    "\x1b1",
    "EOF",
    "${x}",
]
CLI = "aws iam delete-user --user-name USER"


def script(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "plan.sh"
    path.write_bytes(data)
    return path


def bash(path: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - the script under test
        ["bash", *options, str(path)],  # noqa: S607
        cwd=path.parent,
        env={"PATH": f"{path.parent}:{os.environ['PATH']}", **environment},
        capture_output=True,
        check=False,
    )


def fake_aws(tmp_path: Path) -> Path:
    """An `aws` that is the caller of the account, and writes down what it is asked for, one word on each line."""
    log = tmp_path / "log"
    fake = tmp_path / "aws"
    fake.write_text(
        f"#!{sys.executable}\n"
        "import sys, json\n"
        "if sys.argv[1] == 'sts': print('111122223333')\n"
        f"else: open({str(log)!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n"
    )
    fake.chmod(0o700)
    return log


def test_a_dry_run_of_hostile_names_runs_nothing(tmp_path: Path, row: Make, about: Make, results: Make) -> None:
    log = fake_aws(tmp_path)
    rows = [row(each, message=each) for each in HOSTILE]
    path = script(
        tmp_path, render_plan(remedies(results(*rows), about(cli=CLI, rollback=CLI, text="\n$(x)")), PlanFormat.SH)
    )
    assert bash(path, "-n").returncode == 0
    found = bash(path)
    assert (found.returncode, found.stderr) == (0, b"")
    assert found.stdout.count(b"would run: aws iam delete-user") == len(HOSTILE)
    assert not (tmp_path / "hacked").exists()
    assert not log.exists()
    assert {each for each in found.stdout if each < 32} == {10}


def test_each_hostile_name_reaches_aws_as_one_word(tmp_path: Path, row: Make, about: Make, results: Make) -> None:
    import json

    log = fake_aws(tmp_path)
    plan = remedies(results(*(row(each) for each in HOSTILE)), about(cli=CLI))
    path = script(tmp_path, render_plan(plan, PlanFormat.SH))
    found = bash(path, APPLY="1", BREAKING="1")
    assert (found.returncode, found.stderr) == (0, b"")
    asked = [json.loads(line)[3] for line in log.read_text().splitlines()]
    assert sorted(asked) == sorted(HOSTILE)


def test_what_breaks_access_needs_a_second_word(tmp_path: Path, row: Make, about: Make, results: Make) -> None:
    log = fake_aws(tmp_path)
    path = script(tmp_path, render_plan(remedies(results(row()), about(cli=CLI)), PlanFormat.SH))
    assert b"skipped: it can break access; set BREAKING=1" in bash(path, APPLY="1").stdout
    assert not log.exists()


def test_a_step_of_another_account_is_skipped(tmp_path: Path, row: Make, about: Make, results: Make) -> None:
    log = fake_aws(tmp_path)
    plan = remedies(results(row(account_id="444455556666")), about(cli="aws iam tag-user --user-name USER"))
    found = bash(script(tmp_path, render_plan(plan, PlanFormat.SH)), APPLY="1")
    assert b"skipped: it belongs to account 444455556666" in found.stdout
    assert not log.exists()


def test_a_missing_value_and_a_missing_document_are_asked_for(
    tmp_path: Path, row: Make, about: Make, results: Make
) -> None:
    log = fake_aws(tmp_path)
    cli = "aws iam put-user-policy --user-name USER --policy-name POLICY --policy-document file://deny.json"
    path = script(tmp_path, render_plan(remedies(results(row()), about(cli=cli)), PlanFormat.SH))
    assert b"skipped: it needs STEP_1_POLICY ./01234567-deny.json" in bash(path, APPLY="1").stdout
    (tmp_path / "01234567-deny.json").write_text("{}")
    bash(path, APPLY="1", STEP_1_POLICY="my $(name)")
    assert log.read_text().count("my $(name)") == 1


def test_only_the_chosen_steps_are_done(tmp_path: Path, row: Make, about: Make, results: Make) -> None:
    fake_aws(tmp_path)
    plan = remedies(results(row("a"), row("b"), row("c")), about(cli="aws iam tag-user --user-name USER"))
    found = bash(script(tmp_path, render_plan(plan, PlanFormat.SH)), APPLY="1", ONLY="2")
    assert found.stdout.count(b"run: aws") == 1


@pytest.mark.parametrize("fmt", list(PlanFormat))
def test_no_format_lets_a_name_speak_to_the_terminal_or_start_a_line(
    row: Make, about: Make, results: Make, fmt: PlanFormat
) -> None:
    policies = about(cli=CLI, terraform="x = 1", cloudformation="A:\n  Type: AWS::IAM::Group")
    one = render_plan(remedies(results(row()), policies), fmt).decode()
    for name in HOSTILE:
        text = render_plan(remedies(results(row(name, message=name)), policies), fmt).decode()
        assert len(text.split("\n")) == len(one.split("\n")) or fmt is PlanFormat.TEXT
        assert all(each.isprintable() or each == "\n" for each in text)


@pytest.mark.parametrize("environment", [{"PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Tokyo"}])
def test_the_same_results_give_the_same_bytes_in_another_process(
    row: Make, about: Make, results: Make, environment: dict[str, str]
) -> None:
    import json

    document, policies = results(*(row(each) for each in HOSTILE)), about(cli=CLI)
    here = b"".join(render_plan(remedies(document, policies), each) for each in PlanFormat)
    code = (
        "import json, sys\n"
        "from sec02_policies.remediation import PlanFormat, remedies, render_plan\n"
        "document, policies = json.loads(sys.stdin.buffer.read())\n"
        "plan = remedies(document, policies)\n"
        "sys.stdout.buffer.write(b''.join(render_plan(plan, each) for each in PlanFormat))\n"
    )
    there = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", code],
        input=json.dumps([document, policies]).encode(),
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=True,
    ).stdout
    assert there == here
