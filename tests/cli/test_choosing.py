from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sec02_policies.testing import example

Make = Callable[..., Any]
EVERY = ("core", "extended", "tier2")


@pytest.fixture
def sets_folder(policy_folder: Path) -> Path:
    """The policy of a user's own once for each set, on levels 1 to 3."""
    path = policy_folder / "own-user-mfa.yaml"
    suite = policy_folder / "own-user-mfa.test.yaml"
    for level, kind in enumerate(EVERY, start=1):
        text = path.read_text().replace("own-user-mfa", f"own-user-{kind}").replace("set: core", f"set: {kind}")
        text = text.replace("maturity: 1", f"maturity: {level}")
        (policy_folder / f"own-user-{kind}.yaml").write_text(text)
        case = suite.read_text().replace("own-user-mfa", f"own-user-{kind}")
        (policy_folder / f"own-user-{kind}.test.yaml").write_text(case)
    path.unlink()
    suite.unlink()
    return policy_folder


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        ([], ["core", "extended", "tier2"]),
        (["--set", "core"], ["core"]),
        (["--set", "core", "--set", "tier2"], ["core", "tier2"]),
        (["--set", "all"], ["core", "extended", "tier2"]),
        (["--level", "2", "--level", "3"], ["extended", "tier2"]),
        (["--best-practice", "bp01", "--level", "1"], ["core"]),
        (["--select", "own-user-tier2"], ["tier2"]),
        (["--ignore", "own-user-tier2"], ["core", "extended"]),
    ],
)
def test_every_verb_chooses_alike(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    sec02: Make, snapshot_file: Make, sets_folder: Path, tmp_path: Path, options: list[str], chosen: list[str]
) -> None:
    own = ["--policies", str(sets_folder)]
    wanted = [f"own-user-{each}" for each in chosen]
    snapshot = snapshot_file(iam_user=[example("iam_user")])
    judged = json.loads(sec02("evaluate", snapshot, *own, *options, "-f", "json").out)["run"]["policies"]
    assert [each["id"] for each in judged] == wanted
    listed = json.loads(sec02("policies", "list", *own, *options, "-f", "json").out)
    assert [each["id"] for each in listed["policies"]] == wanted
    assert sec02("test", sets_folder, *options).out == f"{len(chosen)} suites: {2 * len(chosen)} passed, 0 failed\n"
    assert sec02("check", sets_folder, *options).out == f"{len(chosen)} policies: 0 errors, 0 notes\n"
    bundle = sec02("archive", snapshot, "-o", tmp_path / "evidence", *own, *options).out.strip()
    manifest = json.loads(sec02("archive", "show", bundle).out)["manifest"]
    assert [each["id"] for each in manifest["run"]["policies"]] == wanted
    assert sec02("collect", "--plan", "--for-policies", *own, *options).code == 0
    assert sec02("policies", "permissions", *own, *options).code == 0


@pytest.mark.parametrize(
    "verb",
    [
        ["evaluate", "{snapshot}", "--policies", "{own}"],
        ["policies", "list", "--policies", "{own}"],
        ["policies", "permissions", "--policies", "{own}"],
        ["collect", "--for-policies", "--plan", "--policies", "{own}"],
        ["archive", "{snapshot}", "-o", "x", "--policies", "{own}"],
        ["test", "{own}"],
        ["check", "{own}"],
    ],
)
def test_nothing_selected_is_exit_5_with_one_line_that_says_what_was_asked(
    sec02: Make, snapshot_file: Make, sets_folder: Path, verb: list[str]
) -> None:
    given = [each.format(snapshot=snapshot_file(), own=sets_folder) for each in verb]
    outcome = sec02(*given, "--set", "core", "--level", "4")
    assert (outcome.code, outcome.out) == (5, "")
    assert outcome.err == (
        "policies: nothing selected by --set core --level 4: at least one policy (see `sec02 policies list`)\n"
    )


def test_a_choice_without_for_policies_is_refused(sec02: Make) -> None:
    outcome = sec02("collect", "--level", "1")
    assert outcome.code == 2
    assert "--level 1 chooses what --for-policies reads: give it too." in outcome.err


def test_a_level_or_set_that_does_not_exist_is_a_usage_error(sec02: Make) -> None:
    assert sec02("policies", "list", "--level", "5").code == 2
    assert sec02("policies", "list", "--set", "tier3").code == 2


@pytest.mark.parametrize(
    ("by", "first"),
    [
        ("best-practice", "SEC02-BP01"),
        ("service", "access-analyzer"),
        ("maturity", "level 1"),
        ("control", "detective"),
        ("framework", "cis_aws_5.0"),
        ("set", "core"),
    ],
)
def test_the_catalogue_is_grouped_and_counted(
    sec02: Make, by: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    everything = json.loads(sec02("policies", "list", "-f", "json").out)["policies"]
    document = json.loads(sec02("policies", "list", "--group-by", by, "-f", "json").out)
    assert (document["group_by"], document["count"]) == (by.replace("-", "_"), len(everything))
    assert document["groups"][0]["key"] == first
    assert {policy for group in document["groups"] for policy in group["policies"]} == {row["id"] for row in everything}
    assert all(group["count"] == len(group["policies"]) for group in document["groups"])
    table = sec02("policies", "list", "--group-by", by).out
    assert max(map(len, table.splitlines())) <= 80
    assert table.endswith(f"\n{len(everything)} policies\n")
    for group in document["groups"]:
        assert f": {group['count']}\n" in table
