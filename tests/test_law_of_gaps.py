"""The law of gaps: hiding any part of any snapshot may turn a result into `unknown`, and into nothing else."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sec02_policies import PolicySet, Snapshot, Status, evaluate
from sec02_policies.model import Result
from sec02_policies.resources import packaged
from sec02_policies.snapshot import TypeInfo, schemas

Document = dict[str, Any]
KEPT = {"id", "account_id", "region"}


def fixtures() -> list[str]:
    return sorted(each.name for each in packaged("snapshots").iterdir() if each.name.endswith(".json"))


@cache
def judged(name: str) -> tuple[Document, dict[tuple[str, str, str | None], Result]]:
    document = json.loads(packaged("snapshots").joinpath(name).read_bytes())
    return document, verdicts(document)


def verdicts(document: Document) -> dict[tuple[str, str, str | None], Result]:
    results = evaluate(Snapshot(document), PolicySet.packaged()).results
    return {(each.policy_id, each.resource_type, each.resource_id): each for each in results}


def stored(document: Document, info: TypeInfo) -> list[Document]:
    """The resources of a type as they are stored, in their collection or in their parents."""
    if not info.view_of:
        return list(document["resources"].get(info.name, []))
    return [
        child
        for parent, member in info.view_of
        for owner in document["resources"].get(parent, [])
        for child in owner.get(member, [])
    ]


def add_gap(document: Document, collection: str, place: Document, **more: str | None) -> Document:
    gap = {
        "id": "g-law",
        "collection": collection,
        "account_id": place["account_id"],
        "region": place["region"],
        "resource_id": None,
        "field": None,
        "api": "law:OfGaps",
        "code": "AccessDenied",
        "kind": "denied",
        **more,
    }
    document["gaps"].append(gap)
    return gap


def forget_gaps(document: Document) -> None:
    """Drop the gaps that name resources which are gone."""
    ids = {(info.name, each["id"]) for info in schemas().types.values() for each in stored(document, info)}
    document["gaps"] = [
        gap for gap in document["gaps"] if gap["resource_id"] is None or (gap["collection"], gap["resource_id"]) in ids
    ]


@st.composite
def hidden(draw: st.DrawFn, name: str) -> Document:
    """The snapshot with one more gap: over a collection, a resource, a field, a member of one, or the end of a list."""
    document = copy.deepcopy(judged(name)[0])
    kinds = [info for info in schemas().types.values() if stored(document, info)]
    info = draw(st.sampled_from(kinds))
    records = stored(document, info)
    record = draw(st.sampled_from(records))
    way = draw(st.sampled_from(["collection", "rest", "resource", "field", "field of all", "member", "list"]))
    members = sorted(set(record) - KEPT)
    if way in ("collection", "rest") and not info.view_of:
        drop = [record] if way == "rest" else [each for each in records if each["region"] == record["region"]]
        document["resources"][info.name] = [each for each in records if each not in drop]
        forget_gaps(document)
        add_gap(document, info.name, record, kind="truncated")
    elif way == "field of all":
        field = draw(st.sampled_from(members))
        add_gap(document, info.name, record, field=field)
        for each in records:
            if each["region"] == record["region"]:
                each.pop(field, None)
    elif way == "resource":
        add_gap(document, info.name, record, resource_id=record["id"])
        for member in members:
            del record[member]
        forget_gaps(document)
    else:
        hide_inside(draw, document, info, record, way)
    return document


def hide_inside(draw: st.DrawFn, document: Document, info: TypeInfo, record: Document, way: str) -> None:
    """Hide a field, a member of a field's object, or the end of a field's list."""
    lists = [
        field for field, value in record.items() if isinstance(value, list) and value and not isinstance(value[0], dict)
    ]
    objects = [field for field in record if isinstance(record[field], dict)]
    if way == "list" and lists:
        field = draw(st.sampled_from(sorted(lists)))
        del record[field][draw(st.integers(0, len(record[field]) - 1)) :]
        add_gap(document, info.name, record, resource_id=record["id"], field=field, kind="truncated")
    elif way == "member" and objects:
        field = draw(st.sampled_from(sorted(objects)))
        member = draw(st.sampled_from(sorted(set(record[field]) - {"text"})))
        del record[field][member]
        add_gap(document, info.name, record, resource_id=record["id"], field=f"{field}.{member}")
    else:
        field = draw(st.sampled_from(sorted(set(record) - KEPT)))
        del record[field]
        add_gap(document, info.name, record, resource_id=record["id"], field=field)


def demand_the_law(name: str, document: Document) -> None:
    before = judged(name)[1]
    for key, after in verdicts(document).items():
        if after.status is Status.UNKNOWN:
            continue
        if key not in before or after.status is not before[key].status:
            was = before[key].status.value if key in before else "absent"
            pytest.fail(f"{key} was {was} and is {after.status.value} ({after.message}) under {document['gaps'][-1]}")


@pytest.mark.parametrize("name", fixtures())
@settings(max_examples=max(8, settings.default.max_examples // 6), report_multiple_bugs=False)
@given(data=st.data())
def test_a_gap_turns_results_into_unknown_and_nothing_else(name: str, data: st.DataObject) -> None:
    demand_the_law(name, data.draw(hidden(name)))


@pytest.mark.parametrize("name", fixtures())
def test_a_snapshot_of_nothing_but_gaps_is_all_unknown(name: str) -> None:
    document = copy.deepcopy(judged(name)[0])
    document["gaps"], document["sections"] = [], []
    place = {"account_id": document["scope"]["account_id"], "region": "global"}
    for number, info in enumerate(schemas().types.values()):
        if not info.view_of:
            document["resources"][info.name] = []
            add_gap(document, info.name, place)["id"] = f"g{number:05}"
    assert {each.status for each in verdicts(document).values()} == {Status.UNKNOWN}
