from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Any]

HEAD = """\
id: my-user-x
title: x
best_practice: SEC02-BP01
severity: low
maturity: 1
control: detective
identity: human
set: core
resource: iam_user
rationale: x
remediation: {text: x}
references: ["https://docs.aws.amazon.com/"]
"""

BODY = """\
when: resource.password_enabld && true
variables:
  dev: resource.mfa_devices.filter(d, d.kid == 'fido')
condition: >-
  size(variables.dev) > 0 &&
  resource.permissions_boundary_arn.startsWith('arn')
message: "resource.nam + 'x'.lowerAscii()"
evidence: {broken: 1 +}
"""

EXPECTED = """\
{path}:13:16: T100: when: iam_user has no field 'password_enabld': did you mean password_enabled?
 13 | when: resource.password_enabld && true
    |                ^^^^^^^^^^^^^^^
{path}:15:41: T100: variables.dev: iam_user.mfa_devices.item has no field 'kid': did you mean kind?
 15 |   dev: resource.mfa_devices.filter(d, d.kid == 'fido')
    |                                         ^^^
{path}:18:3: T105: condition: resource.permissions_boundary_arn may be null here: guard it: \
resource.permissions_boundary_arn != null && ...
 18 |   resource.permissions_boundary_arn.startsWith('arn')
    |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
{path}:19:20: T100: message: iam_user has no field 'nam': did you mean name?
 19 | message: "resource.nam + 'x'.lowerAscii()"
    |                    ^^^
{path}:19:30: P303: message: lowerAscii(): only the native engine reads this as written
 19 | message: "resource.nam + 'x'.lowerAscii()"
    |                              ^^^^^^^^^^
"""


def test_every_finding_has_its_line_and_a_caret(sec02: Make, tmp_path: Path) -> None:
    path = tmp_path / "my-user-x.yaml"
    path.write_text(HEAD + BODY)
    outcome = sec02("check", path)
    assert outcome.code == 5
    assert outcome.out.startswith(EXPECTED.format(path=path))
    assert f"{path}:20:" in outcome.out
    assert "syntax: evidence.broken: " in outcome.out
    assert outcome.out.endswith("1 policies: 5 errors, 1 notes\n")


def test_what_only_one_engine_reads_is_a_note_unless_told_otherwise(sec02: Make, tmp_path: Path) -> None:
    path = tmp_path / "my-user-x.yaml"
    path.write_text(HEAD + "condition: resource.name.lowerAscii() == 'x'\n")
    assert sec02("check", path).code == 0
    assert sec02("check", path, "--portable").code == 5


def test_a_file_that_cannot_be_read_does_not_hide_the_others(sec02: Make, tmp_path: Path) -> None:
    (tmp_path / "my-user-x.yaml").write_text(HEAD + "condition: resource.nam == 'x'\n")
    (tmp_path / "another.yaml").write_text("id: [")
    outcome = sec02("check", tmp_path)
    assert outcome.code == 5
    assert f"{tmp_path}/another.yaml:1:" in outcome.out
    assert "has no field 'nam'" in outcome.out
    assert outcome.out.endswith("2 policies: 2 errors, 0 notes\n")


def test_the_shipped_policies_have_no_finding_at_all(sec02: Make) -> None:
    outcome = sec02("check", "--portable")
    assert outcome.code == 0
    assert outcome.out.endswith(" policies: 0 errors, 0 notes\n")
    assert outcome.out.count("\n") == 1


def test_exit_5_where_there_is_nothing(sec02: Make, tmp_path: Path) -> None:
    assert sec02("check", tmp_path / "absent").code == 5
    assert "no policies in it" in sec02("check", tmp_path).err


def test_an_id_in_two_folders_is_an_error_as_it_is_for_evaluate(sec02: Make, policy_folder: Path) -> None:
    again = policy_folder / "z"
    again.mkdir()
    (again / "own-user-mfa.yaml").write_bytes((policy_folder / "own-user-mfa.yaml").read_bytes())
    outcome = sec02("check", policy_folder)
    assert outcome.code == 5
    assert f"id: 'own-user-mfa' is also in {policy_folder}/own-user-mfa.yaml: each id once" in outcome.out
    assert "2 policies: 1 errors, 0 notes" in outcome.out


def test_a_key_looked_for_in_a_list_of_tags_is_told_how(sec02: Make, policy_folder: Path) -> None:
    policy = policy_folder / "own-user-mfa.yaml"
    policy.write_text(policy.read_text().replace("condition: size", "condition: resource.tags['a'] == 'b' && size"))
    expected = (
        "list(tag) cannot be indexed by string: its elements are {key, value}: resource.tags.filter(x, x.key == 'a')"
    )
    assert expected in sec02("check", policy_folder).out


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        ("allows(resource, 's3:GetObject') != 'Yes'", "'Yes' is not a value that this can have: did you mean yes?"),
        ("admin_level(resource) != 'partial'", "'partial' is not a value that this can have"),
        ("identity_kind(resource) != 'robot'", "'robot' is not a value that this can have"),
        ("denies(resource.inline_policies[0].document, 's3:*') != 'true'", "'true' is not a value that this can have"),
        ("now - timestamp(resource.create_date) < duration('90d')", "T109: condition: the text is no duration"),
        (
            "resource.name.matches('(a')",
            "T110: condition: the pattern is no RE2 regular expression: RE2 has no look-around",
        ),
        ("matches(resource.name, 'a(?=b)')", "T110: condition: the pattern is no RE2 regular expression"),
    ],
)
def test_what_could_never_be_so_is_an_error(sec02: Make, policy_folder: Path, condition: str, line: str) -> None:
    policy = policy_folder / "own-user-mfa.yaml"
    policy.write_text(
        policy.read_text()
        .replace("condition: size", f'condition: "{condition} && size', 1)
        .replace(">= params.least", '>= params.least"')
    )
    outcome = sec02("check", policy_folder)
    assert outcome.code == 5
    assert line in outcome.out
