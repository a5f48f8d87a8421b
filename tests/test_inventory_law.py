"""The law of gaps for the inventory: hiding any part of a snapshot makes members unknown, and changes nothing else."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_law_of_gaps import fixtures, hidden

from sec02_policies import Snapshot
from sec02_policies.inventory import inventory
from sec02_policies.resources import packaged
from sec02_policies.review import campaign

MEMBERS = ("kind", "mfa", "last_activity", "privilege", "exposed", "owner")


@cache
def before(name: str) -> dict[tuple[str, str], dict[str, Any]]:
    return by_id(json.loads(packaged("snapshots").joinpath(name).read_bytes()))


def by_id(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(each["type"], each["id"]): each for each in inventory(Snapshot(document))["identities"]}


def demand_the_law(name: str, document: dict[str, Any]) -> None:
    was = before(name)
    for key, after in by_id(document).items():
        if key not in was:
            # Whether an account is of the organization decides whether it is a third party; it may be hidden.
            assert key[0] == "external_account", key
            assert after["exposed"] is None, key
            continue
        for member in MEMBERS:
            if member not in after["unknown"]:
                assert after[member] == was[key][member], (key, member, document["gaps"][-1])
            else:
                assert after[member] in (None, "unknown"), (key, member)


@cache
def rows(name: str) -> set[str]:
    document = json.loads(packaged("snapshots").joinpath(name).read_bytes())
    return {row.id for row in campaign(Snapshot(document), "owner").rows}


def demand_that_nothing_is_lost_in_silence(name: str, document: dict[str, Any]) -> None:
    """A review of the snapshot with the gap asks for no more, and says where it asks for less."""
    found = campaign(Snapshot(document), "owner")
    ids = {row.id for row in found.rows}
    assert ids <= rows(name), document["gaps"][-1]
    if ids < rows(name):
        assert found.unread or any(sheet.incomplete for sheet in found.sheets), document["gaps"][-1]


@pytest.mark.parametrize("name", fixtures())
@settings(max_examples=max(8, settings.default.max_examples // 6), report_multiple_bugs=False)
@given(data=st.data())
def test_hiding_anything_makes_members_unknown_and_changes_nothing_else(name: str, data: st.DataObject) -> None:
    document = data.draw(hidden(name))
    demand_the_law(name, document)
    demand_that_nothing_is_lost_in_silence(name, document)
