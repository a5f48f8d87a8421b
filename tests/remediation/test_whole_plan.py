"""The plan for a whole weak account: bash takes it, nothing runs, and nobody is locked out on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.inventory import identity_of, inventory
from sec02_policies.posture import By, ladder, ranked, roll_up
from sec02_policies.remediation import Phase, Plan, PlanFormat, Step, remedies, render_plan
from sec02_policies.remediation.plan import shown

ROOT = Path(__file__).parents[2]


@cache
def judged() -> tuple[Snapshot, dict[str, Any], dict[str, Any]]:
    """The weak account, its results, and the identities in it."""
    snapshot = Snapshot.loads((ROOT / "snapshots" / "weak.json").read_bytes())
    document = evaluate(snapshot, PolicySet.packaged().select()).document()
    return snapshot, document, identity_of(inventory(snapshot))


@cache
def weak() -> Plan:
    snapshot, document, identities = judged()
    about = PolicySet.packaged().about()
    return remedies(document, about, identities=identities, resources=snapshot.document["resources"])


def operations(step: Step) -> list[str]:
    return [shown(command.words[2]) for command in step.commands]


def first(*wanted: str) -> int:
    return next(index for index, each in enumerate(weak().steps) if set(wanted) & set(operations(each)))


def last(*wanted: str) -> int:
    return max(index for index, each in enumerate(weak().steps) if set(wanted) & set(operations(each)))


def test_bash_takes_the_whole_script_and_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    script = tmp_path / "plan.sh"
    script.write_bytes(render_plan(weak(), PlanFormat.SH))
    (tmp_path / "aws").write_text("#!/bin/sh\ntouch called\n")
    (tmp_path / "aws").chmod(0o700)
    found = subprocess.run(  # noqa: S603 - the script under test
        ["bash", str(script)],  # noqa: S607
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        check=True,
    )
    assert found.stderr == b""
    assert found.stdout.endswith(b"end of the plan\n")
    assert not (tmp_path / "called").exists()


def test_the_way_back_in_is_the_first_step() -> None:
    assert weak().steps[0].source == "iam-breakglass-ready"


def test_devices_come_before_what_denies_without_them() -> None:
    sources = ("org-scp-", "iam-user-mfa-enforced-by-policy")
    denials = [index for index, each in enumerate(weak().steps) if each.source.startswith(sources)]
    assert last("enable-mfa-device") < min(denials)


def test_new_keys_come_before_old_ones_are_deactivated_and_deleting_is_last() -> None:
    assert last("create-access-key") < first("update-access-key") < first("delete-access-key")
    deactivated = {each.target for each in weak().steps if "update-access-key" in operations(each)}
    assert {each.phase for each in weak().steps if "delete-access-key" in operations(each)} == {Phase.REMOVE}
    assert deactivated


def test_an_arn_stands_where_an_arn_belongs_and_a_name_where_a_name_does() -> None:
    wrong = []
    for step in weak().steps:
        for command in (*step.commands, *step.rollback):
            words = [shown(each) for each in command.words]
            for option, value in pairwise(words):
                arn = option.endswith("-arn") or option == "--arn"
                name = option in ("--user-name", "--role-name", "--group-name", "--policy-name")
                if not value.startswith("<") and ((arn and not value.startswith("arn:")) or (name and ":" in value)):
                    wrong.append((step.source, option, value))
    assert wrong == []


def test_within_a_phase_and_after_the_way_in_the_greatest_risk_is_first() -> None:
    for phase in Phase:
        risks = [each.risk for each in weak().steps if each.phase is phase and each.source != "iam-breakglass-ready"]
        assert risks == sorted(risks, reverse=True)


def test_each_step_that_takes_away_has_a_warning() -> None:
    taking = [each for each in weak().steps if each.phase in (Phase.RESTRICT, Phase.REMOVE)]
    assert taking
    assert [each.source for each in taking if each.warning is None] == []


def test_what_is_known_of_identities_moves_the_harmless_down() -> None:
    _, document, identities = judged()
    now = document["run"]["evaluated_at"]
    about = PolicySet.packaged().about()
    blind = {row["fingerprint"]: each.score for each, row in ranked(document["results"], about, now=now)}
    told = ranked(document["results"], about, identities, now=now)
    assert all(each.score <= blind[row["fingerprint"]] for each, row in told)
    assert any(each.score < blind[row["fingerprint"]] for each, row in told)


@pytest.mark.parametrize("environment", [{"PYTHONHASHSEED": "3", "LC_ALL": "C", "TZ": "Asia/Tokyo"}])
def test_posture_says_the_same_in_another_process(environment: dict[str, str]) -> None:
    here = str(Path(__file__).parent)
    code = f"import sys; sys.path.insert(0, {here!r})\nfrom test_whole_plan import said\nprint(said())"
    there = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert there == f"{said()}\n"


def said() -> str:
    """What posture and plan say of the minimal account, in text."""
    snapshot = Snapshot.loads((ROOT / "snapshots" / "minimal.json").read_bytes())
    policies = PolicySet.packaged().select()
    document = evaluate(snapshot, policies).document()
    told = inventory(snapshot)
    groups = [
        roll_up(
            document["results"], by, policies=policies.about(), accounts=told["accounts"], identities=identity_of(told)
        )
        for by in By
    ]
    plan = render_plan(remedies(document, policies.about()), PlanFormat.JSON).decode()
    return ascii(f"{groups}{ladder(document['results'], policies.about())}{plan}")
