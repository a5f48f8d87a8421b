"""Access reviews: sheets, what comes back in them, what is refused, and what the answers become."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies import Snapshot
from sec02_policies.collect import load_attestations
from sec02_policies.errors import InputError
from sec02_policies.remediation import PlanFormat, render_plan
from sec02_policies.resources import packaged
from sec02_policies.review import (
    attestations,
    attestations_yaml,
    campaign,
    overview,
    plan,
    read_answers,
    render_sheet,
    sheet_csv,
)
from sec02_policies.review.revoke import RECIPES
from sec02_policies.review.sheets import COLUMNS
from sec02_policies.testing import build_document, example

Sheets = dict[str, bytes]
KEY = {"id": "AKIAEXAMPLE000000001", "status": "Active"}
OWNER = {"key": "owner", "value": "red"}


def fixture(name: str = "demo.json") -> Snapshot:
    return Snapshot.loads(packaged("snapshots").joinpath(name).read_bytes())


def small(**members: Any) -> Snapshot:
    """A snapshot of one user of the owner red, with a password and a key."""
    user = example("iam_user", {"name": "u", "groups": [], "access_keys": [KEY], "tags": [OWNER], **members})
    return Snapshot(build_document({"iam_account": [example("iam_account")], "iam_user": [user]}))


def sheets(snapshot: Snapshot, tag: str = "owner") -> Sheets:
    return {f"{each.name}.csv": sheet_csv(each) for each in campaign(snapshot, tag).sheets}


def parsed(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode(), newline="")))


def written(rows: Iterable[dict[str, str]], **options: Any) -> bytes:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, **options)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def answered(found: Sheets, answer: Callable[[dict[str, str]], dict[str, str]], **options: Any) -> Sheets:
    return {name: written([{**row, **answer(row)} for row in parsed(data)], **options) for name, data in found.items()}


def keep(_: dict[str, str]) -> dict[str, str]:
    return {"decision": "keep", "by": "Ann", "at": "2026-11-25"}


def revoke(_: dict[str, str]) -> dict[str, str]:
    return {"decision": "Revoke", "by": "Ann", "at": "2026-11-25"}


def only(found: Sheets) -> list[dict[str, str]]:
    """The rows of the one sheet."""
    (data,) = found.values()
    return parsed(data)


# The sheets


def test_one_sheet_for_each_owner_and_a_row_for_each_grant() -> None:
    found = campaign(small(), "owner")
    assert [(sheet.owner, [row.facts["has"] for row in sheet.rows]) for sheet in found.sheets] == [
        ("red", ["console password", f"active access key {KEY['id']}, made on 2026-01-01"])
    ]
    assert [sheet.name for sheet in campaign(small(), "team").sheets] == ["unowned"]


def test_names_of_owners_make_harmless_names_of_files() -> None:
    owners = ["../../etc/passwd", "..", "CON", "a/b", "a b", "\u202ex", "=1", "n" * 300, "Red", "red"]
    users = [
        example("iam_user", {"name": f"u{number}", "tags": [{"key": "owner", "value": owner}]})
        for number, owner in enumerate(owners)
    ]
    found = campaign(Snapshot(build_document({"iam_account": [example("iam_account")], "iam_user": users})), "owner")
    names = [sheet.name for sheet in found.sheets]
    assert len({each.lower() for each in names}) == len(owners)
    assert all(set(each) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and len(each) < 64 for each in names)


def test_an_owner_that_could_not_be_read_is_not_nobody() -> None:
    document = json.loads(small().dumps())
    user = document["resources"]["iam_user"][0]
    del user["tags"]
    gap = {"id": "g1", "collection": "iam_user", "account_id": user["account_id"], "region": "global"}
    gap |= {"resource_id": user["id"], "field": "tags", "api": "iam:ListUserTags", "code": "AccessDenied"}
    document["gaps"] = [{**gap, "kind": "denied"}]
    assert [sheet.name for sheet in campaign(Snapshot(document), "owner").sheets] == ["owner-not-known"]


def test_what_could_not_be_read_is_said_in_the_sheet() -> None:
    document = json.loads(small().dumps())
    user = document["resources"]["iam_user"][0]
    del user["attached_policies"]
    gap = {"id": "g1", "collection": "iam_user", "account_id": user["account_id"], "region": "global"}
    gap |= {"resource_id": user["id"], "field": "attached_policies", "api": "iam:ListX", "code": "AccessDenied"}
    document["gaps"] = [{**gap, "kind": "denied"}]
    found = campaign(Snapshot(document), "owner")
    (sheet,) = found.sheets
    assert sheet.incomplete == ["u (iam_user): iam:ListX answered AccessDenied; it may have more"]
    assert b"iam:ListX answered AccessDenied" in render_sheet(found, sheet)
    assert overview(found)["sheets"][0]["incomplete"]


def test_ids_of_rows_are_the_same_in_the_next_campaign() -> None:
    later = json.loads(small().dumps())
    later["collected_at"] = "2026-12-01T00:00:00Z"
    earlier, now = (only(sheets(each)) for each in (small(), Snapshot(later)))
    assert [row["row"] for row in earlier] == [row["row"] for row in now]
    assert earlier[0]["campaign"] != now[0]["campaign"]


def test_every_fact_stays_as_it_is_in_a_spreadsheet() -> None:
    for data in sheets(fixture()).values():
        for row in parsed(data):
            for cell in row.values():
                assert not cell.startswith(("=", "+", "-", "@"))
                assert not cell.replace(".", "").replace("-", "").replace(":", "").isdigit(), cell


def test_the_same_snapshot_gives_the_same_bytes_elsewhere() -> None:
    program = (
        "import hashlib; from sec02_policies import Snapshot; from sec02_policies.resources import packaged\n"
        "from sec02_policies.review import campaign, render_sheet, sheet_csv\n"
        "found = campaign(Snapshot.loads(packaged('snapshots').joinpath('weak.json').read_bytes()), 'owner')\n"
        "print(hashlib.sha256(b''.join(sheet_csv(e) + render_sheet(found, e) for e in found.sheets)).hexdigest())"
    )
    seen = {
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(seen) == 1


# The answers


def test_what_was_answered_comes_back_through_any_spreadsheet() -> None:
    snapshot = fixture()
    for options in ({}, {"delimiter": ";"}, {"delimiter": "\t", "quoting": csv.QUOTE_ALL}, {"lineterminator": "\n"}):
        found = {name: b"\xef\xbb\xbf" + each for name, each in answered(sheets(snapshot), keep, **options).items()}
        answers = read_answers(found, snapshot)
        assert not answers.unanswered
        assert all(each.keep and each.at == "2026-11-25T00:00:00Z" for each in answers.decisions)


def test_sheets_may_be_sorted_and_merged() -> None:
    snapshot = fixture()
    rows = [row for data in answered(sheets(snapshot), keep).values() for row in parsed(data)]
    assert not read_answers({"all.csv": written(reversed(rows))}, snapshot).unanswered


def test_rows_without_an_answer_are_never_kept() -> None:
    snapshot = small()
    (password, key) = only(sheets(snapshot))
    for rows in ([{**password, **keep({})}, key], [{**password, **keep({})}]):
        answers = read_answers({"x.csv": written(rows)}, snapshot)
        assert [each.row.id for each in answers.decisions] == [password["row"]]
        assert [row.id for row in answers.unanswered] == [key["row"]]
        (complete, kept) = attestations(answers)
        assert (complete["key"], complete["value"]) == ("access_review.complete", "no")
        assert kept["key"] == f"access_review.{password['row']}"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"decision": "yes"}, "the decision 'yes'"),
        ({"decision": "keep?"}, "the decision 'keep?'"),
        ({"decision": "keep", "by": ""}, "a decision without a name"),
        ({"decision": "keep", "at": ""}, "a decision without a time"),
        ({"at": "25.11.2026"}, "the time '25.11.2026'"),
        ({"at": "2026-02-30"}, "the time '2026-02-30'"),
        ({"at": "2020-01-01"}, "decided on 2020-01-01"),
        ({"row": "r0000000000000000"}, "unknown row 'r0000000000000000'"),
        ({"row": ""}, "unknown row ''"),
        ({"has": "nothing"}, "column 'has' was edited"),
        ({"privilege": "none: holds no permission at all"}, "column 'privilege' was edited"),
        ({"owner": "owner: blue"}, "column 'owner' was edited"),
        ({"campaign": "sha256:" + "0" * 64 + " by tag owner"}, "a sheet of snapshot sha256:000000000000..."),
        ({"campaign": ""}, "the campaign was edited"),
    ],
)
def test_a_row_that_is_no_answer_to_this_campaign_is_refused(change: dict[str, str], what: str) -> None:
    snapshot = small()
    first, *others = only(answered(sheets(snapshot), keep))
    with pytest.raises(InputError) as refused:
        read_answers({"red.csv": written([*others, {**first, **change}])}, snapshot)
    assert refused.value.what.startswith(what)
    assert refused.value.where == "red.csv:3"


@given(name=st.text(), owner=st.text(min_size=1))
def test_whatever_names_hold_comes_back_as_it_was(name: str, owner: str) -> None:
    secret = example("secretsmanager_secret", {"tags": [{"key": "owner", "value": owner}]}) | {"name": name}
    snapshot = Snapshot(build_document({"iam_account": [example("iam_account")], "secretsmanager_secret": [secret]}))
    answers = read_answers(answered(sheets(snapshot), keep), snapshot)
    assert len(answers.decisions) == len(answers.campaign.rows) == 1
    assert answers.campaign.sheets[0].owner == owner


@pytest.mark.parametrize("tag", ["", " team", "te\x1bam", "team\n"])
def test_a_tag_that_a_sheet_cannot_hold_is_refused(tag: str) -> None:
    with pytest.raises(InputError, match="owner tag"):
        campaign(small(), tag)


def test_a_key_has_one_row_be_it_active_or_not() -> None:
    rows = [only(sheets(small(access_keys=[{**KEY, "status": each}])))[1] for each in ("Active", "Inactive")]
    assert rows[0]["row"] == rows[1]["row"]
    assert rows[0]["has"] != rows[1]["has"]


def test_rows_that_come_twice_are_refused_also_in_two_sheets() -> None:
    snapshot = small()
    rows = only(answered(sheets(snapshot), keep))
    with pytest.raises(InputError, match=r"comes twice, also at a\.csv:2"):
        read_answers({"a.csv": written(rows), "b.csv": written(rows[:1])}, snapshot)


def test_sheets_by_two_tags_are_refused() -> None:
    snapshot = small()
    by_owner, by_team = (only(answered(sheets(snapshot, tag), keep)) for tag in ("owner", "team"))
    with pytest.raises(InputError, match="a row of another campaign"):
        read_answers({"x.csv": written([by_owner[0], by_team[1]])}, snapshot)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "other columns"),
        (b"a,b\r\n", "other columns"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (",".join(COLUMNS).encode() + b"\r\nx,y\r\n", "2 cells"),
        (",".join(COLUMNS).encode() + b'\r\n"x" y,z\r\n', "not CSV"),
        (",".join(COLUMNS).encode() + b"\r\n", "no row"),
    ],
)
def test_files_that_are_no_sheet_are_refused(data: bytes, what: str) -> None:
    with pytest.raises(InputError) as refused:
        read_answers({"x.csv": data}, small())
    assert refused.value.what.startswith(what)


@given(data=st.binary(max_size=200))
def test_no_bytes_make_anything_but_answers_or_one_error(data: bytes) -> None:
    snapshot = small()
    (good,) = sheets(snapshot).values()
    for each in (data, good[:-20] + data, good.replace(b"console", data, 1)):
        try:
            read_answers({"x.csv": each}, snapshot)
        except InputError as refused:
            assert "\n" not in str(refused)


# What comes of them


def test_collect_takes_the_attestations() -> None:
    snapshot = fixture()
    found = attestations(read_answers(answered(sheets(snapshot), keep), snapshot))
    now = datetime(2026, 12, 1, tzinfo=UTC)
    assert load_attestations(attestations_yaml(found), "attestations.yaml", now=now) == found
    assert found[0]["key"] == "access_review.complete"
    assert found[0]["value"] == "yes"


def test_hostile_comments_stay_text_in_the_attestations() -> None:
    snapshot = small()
    for text in ("x: y\n- z", "\u202e\x1b[2J", "'\"#&*!|>%@`", "yes", "=1"):
        said = answered(sheets(snapshot), lambda row, text=text: {**keep(row), "comment": text, "by": text})
        found = attestations(read_answers(said, snapshot))
        assert load_attestations(attestations_yaml(found), "a", now=datetime(2026, 12, 1, tzinfo=UTC)) == found


def test_every_kind_of_grant_has_a_way_to_be_revoked() -> None:
    kinds = {
        row.grant.kind
        for name in ("demo.json", "weak.json", "strong.json")
        for row in campaign(fixture(name), "owner").rows
    }
    assert kinds <= set(RECIPES)


def test_a_key_is_deactivated_before_it_is_deleted() -> None:
    snapshot = small()
    answers = read_answers(
        answered(sheets(snapshot), lambda row: revoke(row) if "key" in row["has"] else keep(row)), snapshot
    )
    steps = plan(answers.decisions, evaluated_at=snapshot.collected_at).document()["steps"]
    assert [(each["phase"], " ".join(each["commands"][0])) for each in steps] == [
        ("restrict", f"aws iam update-access-key --user-name u --access-key-id {KEY['id']} --status Inactive"),
        ("remove", f"aws iam delete-access-key --user-name u --access-key-id {KEY['id']}"),
    ]
    assert steps[0]["rollback"] == [[*steps[0]["commands"][0][:-1], "Active"]]


def test_what_one_trust_policy_lets_in_is_revoked_in_one_step() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": ["ec2.amazonaws.com", "ecs.amazonaws.com"]},
    }
    role = example("iam_role", {"trust_policy": {"Version": "2012-10-17", "Statement": [statement]}})
    snapshot = Snapshot(build_document({"iam_account": [example("iam_account")], "iam_role": [role]}))
    answers = read_answers(answered(sheets(snapshot), revoke), snapshot)
    (step,) = plan(answers.decisions, evaluated_at=snapshot.collected_at).steps
    assert "ec2.amazonaws.com" in step.message
    assert "ecs.amazonaws.com" in step.message


def test_the_plan_of_all_revoked_is_one_that_the_aws_cli_knows() -> None:
    snapshot = fixture()
    made = plan(
        read_answers(answered(sheets(snapshot), revoke), snapshot).decisions, evaluated_at=snapshot.collected_at
    )
    for fmt in (PlanFormat.SH, PlanFormat.JSON, PlanFormat.MARKDOWN, PlanFormat.TEXT):
        assert render_plan(made, fmt)
    session = botocore.session.get_session()
    for step in made.document()["steps"]:
        for words in (*step["commands"], *step["rollback"]):
            _, service, operation, *options = words
            demand_operation(session.get_service_model(service), operation, options)


def demand_operation(service: Any, operation: str, options: list[str]) -> None:
    """The operation exists, and each option is one of its members; all that it demands are given."""
    names = {botocore.xform_name(each).replace("_", "-"): each for each in service.operation_names}
    shape = service.operation_model(names[operation]).input_shape
    members = {f"--{botocore.xform_name(each).replace('_', '-')}": each for each in shape.members}
    given = [each for each in options if each.startswith("--") and each != "--region"]
    assert set(given) <= set(members), (operation, given)
    assert {f"--{botocore.xform_name(each).replace('_', '-')}" for each in shape.required_members} <= set(given), (
        operation
    )


def test_an_administrator_is_not_revoked_without_a_warning() -> None:
    snapshot = fixture()
    for step in plan(read_answers(answered(sheets(snapshot), revoke), snapshot).decisions, evaluated_at="x").steps:
        assert step.warning
        if step.target in ("break-glass-1", "frank"):
            assert "make sure that another administrator" in step.warning


# The pages


def test_a_page_holds_names_as_text_alone() -> None:
    hostile = '"><img src=x onerror=alert(1)>\u202e\x1b'
    document = json.loads(small(name="u").dumps())
    document["resources"]["iam_user"][0]["tags"] = [{"key": "owner", "value": hostile}]
    found = campaign(Snapshot(document), "owner")
    page = render_sheet(found, found.sheets[0]).decode()
    assert "<img" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "<script" not in page
    assert found.snapshot_sha256 in page
