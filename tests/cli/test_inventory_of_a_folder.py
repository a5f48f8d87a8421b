"""`sec02 inventory` of an organization's folder: all accounts in one table or file; the missing are named."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from test_org_folder_verbs import LOST, ONE, TWO, folder  # noqa: F401 - a fixture

from sec02_policies.snapshot import Snapshot
from sec02_policies.snapshot.index import SnapshotIndex

Sec02 = Callable[..., Any]


def test_csv_has_one_heading_and_the_rows_of_every_account(sec02: Sec02, folder: Path) -> None:  # noqa: F811 - the fixture
    outcome = sec02("inventory", folder, "--format", "csv")
    assert outcome.code == 0
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert {each["account_id"] for each in rows} == {ONE, TWO}
    alone = [sec02("inventory", folder / f"{each}.json", "--format", "csv").out.split("\r\n") for each in (ONE, TWO)]
    assert outcome.out.split("\r\n") == [*alone[0][:-1], *alone[1][1:]]
    assert f"{LOST} lost: its identities are not known, failed: sts:AssumeRole: AccessDenied\n" in outcome.err


def test_json_is_a_line_for_each_account(sec02: Sec02, folder: Path, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    file = tmp_path / "identities.json"
    outcome = sec02("inventory", folder, "--format", f"json={file}", "--format", "table", "--kind", "human")
    lines = file.read_text().splitlines()
    assert [json.loads(each)["account_id"] for each in lines] == [ONE, TWO]
    assert lines[0] == sec02("inventory", folder / f"{ONE}.json", "--format", "json", "--kind", "human").out.strip()
    assert outcome.out.index(ONE) < outcome.out.index(TWO)


def test_a_page_is_of_one_account(sec02: Sec02, folder: Path) -> None:  # noqa: F811 - the fixture
    assert sec02("inventory", folder, "--format", "html=x.html").code == 2


def test_a_folder_of_nothing_is_refused(sec02: Sec02, tmp_path: Path) -> None:
    outcome = sec02("inventory", tmp_path)
    assert outcome.code == 5
    assert "a folder without index.json" in outcome.err


def test_what_is_unread_in_several_accounts_is_said_once(sec02: Sec02, folder: Path) -> None:  # noqa: F811 - the fixture
    for account in (ONE, TWO):
        path = folder / f"{account}.json"
        document = json.loads(path.read_bytes())
        gap = {"collection": "iam_role", "account_id": account, "region": "global"}
        gap |= {"id": "g1", "resource_id": None, "field": None, "api": "iam:ListRoles", "code": "AccessDenied"}
        document["gaps"].append({**gap, "kind": "denied"})
        document["resources"].pop("iam_role", None)
        snapshot = Snapshot(document)
        path.write_bytes(snapshot.dumps())
        index = folder / "index.json"
        found = SnapshotIndex.loads(index.read_bytes(), "index.json")
        found.accounts[account] = found.accounts[account].read_as(snapshot)
        index.write_bytes(found.dumps())
    outcome = sec02("inventory", folder, "--format", "csv")
    lines = [each for each in outcome.err.splitlines() if "IAM roles" in each]
    said = "IAM roles in global: iam:ListRoles answered AccessDenied; there may be more than are listed"
    assert lines == [f"not read in 2 accounts: {said}"]
