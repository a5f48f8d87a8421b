from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sec02_policies.catalog import PolicySet, YamlFile, load_policy
from sec02_policies.errors import InputError, PolicyError
from sec02_policies.model import Severity

NAME = "iam-user-named.yaml"


def load(text: str, path: str = NAME) -> None:
    load_policy(text.encode(), path)


def two(text: str) -> PolicySet:
    other = text.replace("iam-user-named", "iam-user-other").replace("SEC02-BP06", "SEC02-BP01")
    return PolicySet.parse({NAME: text.encode(), "x/iam-user-other.yaml": other.encode()})


def test_a_policy_is_read_whole(policy_text: str) -> None:
    policy, _ = load_policy(policy_text.encode(), f"a/b/{NAME}")
    assert policy.id == "iam-user-named"
    assert policy.severity is Severity.LOW
    assert policy.resource == ("iam_user",)
    assert policy.params["least"].default == 3
    assert policy.when is None
    assert policy.path == f"a/b/{NAME}"
    assert len(policy.sha256) == 64


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "id: iam-user-named",
            "id: iam-user-nameless",
            "1:5: id: 'iam-user-nameless' in a file named 'iam-user-named'",
        ),
        ("id: iam-user-named\n", "", "1:1: no member 'id': all of id, title"),
        ("severity: low", "severity: mild", "4:11: severity: a value that is not allowed: one of critical, high"),
        ("severity: low", "severity: low\nsevrity: low", "5:10: sevrity: unknown member 'sevrity': only id, title"),
        ("maturity: 1", "maturity: 5", "5:11: maturity: breaks maximum: 4"),
        ("maturity: 1", "maturity: '1'", "5:11: maturity: a string: integer"),
        ("best_practice: SEC02-BP06", "best_practice: SEC02-BP07", "3:16: best_practice: breaks pattern"),
        ("resource: iam_user", "resource: iam_usr", "11:11: resource: unknown resource type 'iam_usr'"),
        ("resource: iam_user", "resource: [iam_user, iam_usr]", "11:11: resource: unknown resource type 'iam_usr'"),
        ("condition: size", "condition: true #", "12:12: condition: a boolean: string"),
        ("default: 3", "default: 0", "10:47: params.least.default: a default that its own schema refuses: minimum 1"),
        ("default: 3", "default: x", "params.least.default: a default that its own schema refuses: type integer"),
        (
            "resource: iam_user",
            "resource: iam_users",
            "11:11: resource: unknown resource type 'iam_users': perhaps iam_user",
        ),
        ("severity: low\nmaturity: 1\n", "", "1:1: no member 'severity', no 'maturity': all of id, title"),
        ("minimum: 1", "pattern: '['", "10:35: params.least.pattern: not a JSON Schema (format)"),
        ("minimum: 1", "items: {type: strin}", "10:40: params.least.items.type: not a JSON Schema (anyOf)"),
        ("title: Users", "title: \0Users", "2:8: the character U+0000: text that can be printed"),
        ("{text: Give it a name.}", "{cli: rm}", "14:14: remediation: no member 'text'"),
        ("https://docs", "http://docs", "15:14: references.0: breaks pattern"),
    ],
)
def test_a_defect_is_named_with_line_and_column(policy_text: str, old: str, new: str, line: str) -> None:
    assert old in policy_text
    with pytest.raises(PolicyError) as caught:
        load(policy_text.replace(old, new))
    assert str(caught.value).startswith(f"{NAME}:{line}" if line[0].isdigit() else NAME)
    assert line in str(caught.value)


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(PolicyError, match=r"^iam-user-named\.yaml:1:1: byte 4 is not UTF-8"):
        load_policy(b"id: \xff", NAME)


def test_a_set_is_in_the_order_of_ids_whatever_the_files(policy_text: str) -> None:
    assert [policy.id for policy in two(policy_text)] == ["iam-user-named", "iam-user-other"]


def test_an_id_comes_once(policy_text: str) -> None:
    with pytest.raises(PolicyError, match=r"id: 'iam-user-named' is also in iam-user-named\.yaml"):
        PolicySet.parse({NAME: policy_text.encode(), f"again/{NAME}": policy_text.encode()})


@pytest.mark.parametrize(
    ("select", "ignore", "chosen"),
    [
        ([], [], ["iam-user-named", "iam-user-other"]),
        (["iam-user-other"], [], ["iam-user-other"]),
        (["SEC02-BP06"], [], ["iam-user-named"]),
        (["iam-*"], ["*-other"], ["iam-user-named"]),
        (["SEC02-*"], [], ["iam-user-named", "iam-user-other"]),
        ([], ["SEC02-*"], []),
    ],
)
def test_selection_is_by_id_or_best_practice(
    policy_text: str, select: list[str], ignore: list[str], chosen: list[str]
) -> None:
    assert [policy.id for policy in two(policy_text).select(select, ignore=ignore)] == chosen


def test_a_pattern_that_matches_nothing_is_an_error(policy_text: str) -> None:
    with pytest.raises(InputError, match="iam-user-nmed: matches no policy: perhaps iam-user-named"):
        two(policy_text).select(["iam-user-nmed"])
    with pytest.raises(InputError, match="nothing-here: matches no policy"):
        two(policy_text).select(ignore=["nothing-here"])


def test_parameters_are_judged_by_their_schema(policy_text: str) -> None:
    policies = two(policy_text)
    first = policies.get("iam-user-named")
    assert policies.params_of(first) == {"least": 3}
    assert policies.with_params({"iam-user-named": {"least": 9}}).params_of(first) == {"least": 9}
    for value in (0, "9", True, None):
        with pytest.raises(InputError, match=r"params iam-user-named\.least: a value that the policy refuses"):
            policies.with_params({"iam-user-named": {"least": value}})
    with pytest.raises(InputError, match=r"params iam-user-named\.most: no such parameter: least"):
        policies.with_params({"iam-user-named": {"most": 1}})


def test_an_unknown_id_gets_a_suggestion(policy_text: str) -> None:
    with pytest.raises(InputError, match="iam-user-nmed: no such policy: perhaps iam-user-named"):
        two(policy_text).get("iam-user-nmed")
    with pytest.raises(InputError, match="qqq: no such policy: see `sec02 policies list`"):
        two(policy_text).get("qqq")


def test_files_and_folders_are_loaded_and_suites_left_out(policy_text: str, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    (folder / NAME).write_text(policy_text)
    (folder / "iam-user-named.test.yaml").write_text("not: a policy")
    (folder / "notes.txt").write_text("nothing")
    assert len(PolicySet.load(tmp_path)) == 1
    assert len(PolicySet.load(str(folder / NAME))) == 1
    with pytest.raises(InputError, match="no such file or folder"):
        PolicySet.load(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no policies in it"):
        PolicySet.load(tmp_path / "empty")


def test_the_packaged_policies_load() -> None:
    policies = PolicySet.packaged()
    assert len(policies) >= 1
    assert policies.get("iam-access-key-rotated").best_practice == "SEC02-BP05"


@pytest.mark.parametrize("member", ["before", "cli", "after", "rollback"])
def test_a_command_that_no_shell_could_read_is_refused(policy_text: str, member: str) -> None:
    file = YamlFile(policy_text, NAME)
    broken = {**file.value, "remediation": {**file.value["remediation"], member: "aws iam list-users\naws iam 'x"}}
    with pytest.raises(PolicyError, match=f"remediation.{member}: a line with a quote that does not end"):
        load(yaml.safe_dump(broken))
