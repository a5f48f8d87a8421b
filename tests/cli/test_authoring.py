from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sec02_policies.snapshot import schemas

Make = Callable[..., Any]


def test_a_new_policy_of_any_type_holds_as_it_is(sec02: Make, tmp_path: Path) -> None:
    for kind in schemas().types:
        assert sec02("policies", "new", f"own-{kind.replace('_', '-')}", "--type", kind, "-o", tmp_path).code == 0
    checked = sec02("check", tmp_path)
    assert (checked.code, checked.out) == (0, f"{len(schemas().types)} policies: 0 errors, 0 notes\n")
    assert sec02("test", tmp_path).code == 0


def test_a_new_policy_lists_the_fields_of_its_type(sec02: Make, tmp_path: Path) -> None:
    outcome = sec02("policies", "new", "own-key", "--type", "iam_access_key", "--output", tmp_path)
    assert outcome.out == f"{tmp_path}/own-key.yaml and .test.yaml: edit them, then `sec02 check` and `sec02 test`\n"
    text = (tmp_path / "own-key.yaml").read_text()
    assert "# resource.create_date        string (a time as text)\n" in text
    assert "# resource.last_used_service  string or null\n" in text


def test_nothing_is_overwritten(sec02: Make, policy_folder: Path) -> None:
    (policy_folder / "own-user-mfa.yaml").unlink()
    before = (policy_folder / "own-user-mfa.test.yaml").read_bytes()
    outcome = sec02("policies", "new", "own-user-mfa", "--type", "iam_user", "--output", policy_folder)
    assert (outcome.code, outcome.out) == (5, "")
    assert outcome.err == f"{policy_folder}/own-user-mfa.test.yaml: is there already: another id, or another folder\n"
    assert [path.name for path in policy_folder.iterdir()] == ["own-user-mfa.test.yaml"]
    assert (policy_folder / "own-user-mfa.test.yaml").read_bytes() == before


def test_slips_are_told(sec02: Make) -> None:
    outcome = sec02("policies", "new", "OwnUser", "--type", "iam_user")
    assert outcome.code == 5
    assert outcome.err == "OwnUser: not an id: words of a-z and 0-9 joined by -, such as own-user-has-owner\n"
    outcome = sec02("policies", "new", "own-user", "--type", "iam_users")
    assert (outcome.code, outcome.err) == (5, "--type: unknown resource type 'iam_users': perhaps iam_user, idc_user\n")


def test_types_are_listed_and_each_shows_what_is_inside(sec02: Make) -> None:
    listed = sec02("policies", "types").out
    assert [line.split()[0] for line in listed.splitlines()] == sorted(schemas().types)
    shown = sec02("policies", "types", "iam_user").out.splitlines()
    assert shown[0] == f"iam_user: {schemas().types['iam_user'].description}"
    paths = [line.split()[0] for line in shown[1:]]
    assert {"mfa_devices", "mfa_devices[].kind", "access_keys"} <= set(paths)
    assert "access_keys[].status" not in paths


def test_a_case_that_is_no_resource_is_told_with_its_place_once(sec02: Make, policy_folder: Path) -> None:
    suite = policy_folder / "own-user-mfa.test.yaml"
    suite.write_text(suite.read_text().replace("mfa_devices: []", "mfa: []"))
    outcome = sec02("test", policy_folder)
    assert outcome.code == 1
    assert outcome.out.startswith(f"{suite}:4: own-user-mfa: without one: iam_user 'arn:aws:iam::")
    assert "unknown member 'mfa': only id, name" in outcome.out
