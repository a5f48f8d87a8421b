"""The catalogue, the folders and docs/policies.md name the same policies; what is left out has its reason."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sec02_policies import PolicySet
from sec02_policies.cli import run


@pytest.fixture(scope="session")
def rows(shared: Path) -> dict[str, dict[str, Any]]:
    found = yaml.safe_load((shared / "catalog.yaml").read_text(encoding="utf-8"))["checks"]
    return {row["id"]: row for row in found}


@pytest.fixture(scope="session")
def departures(root: Path) -> str:
    return (root / "docs" / "adr" / "0004-departures-from-the-catalogue.md").read_text(encoding="utf-8")


def test_every_row_is_shipped_or_its_absence_has_a_reason(rows: dict[str, Any], departures: str) -> None:
    shipped = {policy.id for policy in PolicySet.packaged()}
    assert shipped <= rows.keys()
    for missing in rows.keys() - shipped:
        assert re.search(rf"^\| [^|]*\b{re.escape(missing)}\b[^|]* \| left out \|", departures, re.MULTILINE), missing


def test_the_list_as_json_holds_every_set(
    rows: dict[str, Any], departures: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["policies", "list", "--format", "json"]) == 0
    listed = {row["id"]: row for row in json.loads(capsys.readouterr().out)["policies"]}
    assert {row["set"] for row in listed.values()} == {"core", "extended", "tier2"}
    for name, row in rows.items():
        if name in listed:
            assert listed[name]["set"] == row["set"], name
        else:
            assert name in departures, name


def test_the_page_has_a_section_for_each_policy_and_no_other(root: Path) -> None:
    text = (root / "docs" / "policies.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^### (\S+)$", text, re.MULTILINE)) == [policy.id for policy in PolicySet.packaged()]


def test_the_default_choice_is_core_and_extended(rows: dict[str, Any]) -> None:
    chosen = {policy.id for policy in PolicySet.packaged().select()}
    assert chosen <= {name for name, row in rows.items() if row["set"] in ("core", "extended")}
