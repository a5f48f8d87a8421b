from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from forgery import edited_json, forged

from sec02_policies.archive import State, read, replay, requirements
from sec02_policies.cli import run

Make = Callable[..., Any]
RESULTS = "results.json.gz"


def _other_package(manifest: dict[str, Any]) -> None:
    manifest["environment"]["versions"]["cel-python"] = "0.4.0"


def _other_engine(manifest: dict[str, Any]) -> None:
    manifest["environment"]["code"]["cel"] = "0" * 64


def _older_tool(manifest: dict[str, Any]) -> None:
    manifest["environment"]["versions"]["sec02-policies"] = "0.0.9"
    manifest["run"]["tool"]["version"] = "0.0.9"


def _pass(results: dict[str, Any]) -> None:
    results["results"][0]["status"] = "error"


def _by_older_tool(results: dict[str, Any]) -> None:
    results["run"]["tool"]["version"] = "0.0.9"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_other_package, "instead of 0.4.0"),
        (_other_engine, "other code in cel"),
    ],
)
def test_other_versions_with_the_same_bytes_reproduce(make: Make, signer: Make, change: Any, words: str) -> None:
    finding = replay(read(forged(make(), signer(), manifest=change)))
    assert finding.state is State.PROVED
    assert words in finding.what


def test_the_results_of_an_older_version_are_compared_under_its_name(make: Make, signer: Make) -> None:
    bundle = make()
    members = {RESULTS: edited_json(bundle, RESULTS, _by_older_tool)}
    finding = replay(read(forged(bundle, signer(), members=members, manifest=_older_tool)))
    assert finding.state is State.PROVED


def test_other_versions_with_other_bytes_are_inconclusive_and_say_what_differs(make: Make, signer: Make) -> None:
    bundle = make()
    members = {RESULTS: edited_json(bundle, RESULTS, _pass)}
    finding = replay(read(forged(bundle, signer(), members=members, manifest=_other_package)))
    assert finding.state is State.INCONCLUSIVE
    assert "--replay-env" in finding.what
    assert finding.details[0].startswith("iam-")
    assert "archived error, replayed " in finding.details[0]


def test_inconclusive_is_exit_code_3(make: Make, signer: Make, tmp_path: Path) -> None:
    bundle = make()
    members = {RESULTS: edited_json(bundle, RESULTS, _pass)}
    (tmp_path / "bundle.zip").write_bytes(forged(bundle, signer(), members=members, manifest=_other_package))
    (tmp_path / "key.pub").write_bytes(signer().public.pem())
    arguments = ["verify", str(tmp_path / "bundle.zip"), "--trusted-key", str(tmp_path / "key.pub")]
    assert run([*arguments, "--replay"]) == 3
    assert run(arguments) == 0


def test_a_policy_that_another_version_cannot_read_is_inconclusive(make: Make, signer: Make) -> None:
    bundle = make()
    broken = {"policies/iam-user-console-mfa.yaml": b"id: ["}
    finding = replay(read(forged(bundle, signer(), members=broken, manifest=_other_package)))
    assert (finding.state, finding.code) == (State.INCONCLUSIVE, "replay.input")


def test_requirements_are_those_of_the_bundle_not_of_this_machine(make: Make, signer: Make) -> None:
    wanted = requirements(read(forged(make(), signer(), manifest=_older_tool)).manifest["environment"])
    assert "sec02-policies==0.0.9" in wanted
