"""What a policy reads: enough for every verdict, and little where little is needed."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.evaluate import fields_read
from sec02_policies.evaluate.facts import READS, facts
from sec02_policies.model import Result
from sec02_policies.resources import packaged
from sec02_policies.snapshot import schemas

Document = dict[str, Any]
KEPT = frozenset({"id", "account_id", "region"})


def own_policy(*lines: str) -> PolicySet:
    """A policy of those lines, and what every policy needs besides."""
    rest = """\
id: own-policy
title: A policy of one's own
best_practice: SEC02-BP01
severity: low
maturity: 1
control: detective
identity: human
set: core
rationale: A policy needs one.
remediation: {text: x, cli: x, terraform: x}
references: ["https://docs.aws.amazon.com/"]
"""
    return PolicySet.parse({"own-policy.yaml": (rest + "\n".join(lines)).encode()})


def read(*lines: str) -> dict[str, set[str]]:
    """The fields that a policy of those lines reads, without those that every result shows."""
    shown = {"id", "name", "arn", "account_id", "region"}
    return {kind: set(fields - shown) for kind, fields in fields_read(own_policy(*lines)).items()}


def test_members_that_are_named_are_read() -> None:
    assert read("resource: iam_root", "condition: resource.mfa_active") == {"iam_root": {"mfa_active"}}


def test_what_only_the_message_and_the_evidence_name_is_read() -> None:
    lines = (
        "resource: iam_root",
        "condition: resource.mfa_active",
        "message: string(size(resource.access_keys))",
        "evidence: {certificates: resource.signing_certificates_present}",
    )
    assert read(*lines) == {"iam_root": {"mfa_active", "access_keys", "signing_certificates_present"}}


def test_children_are_read_through_the_field_of_their_parent() -> None:
    lines = ("resource: iam_user", "condition: resource.access_keys.all(key, key.status != 'Active')")
    assert read(*lines) == {"iam_user": {"access_keys"}, "iam_access_key": {"status"}}


def test_to_judge_children_is_to_read_the_field_of_every_parent() -> None:
    found = read("resource: iam_inline_policy", "condition: size(resource.policy_name) > 3")
    assert found == {
        "iam_inline_policy": {"policy_name"},
        "iam_user": {"inline_policies"},
        "iam_group": {"inline_policies"},
        "iam_role": {"inline_policies"},
    }


def test_a_look_up_reaches_its_type_and_the_field_that_it_compares() -> None:
    lines = ("resource: iam_root", "condition: size(snapshot.where('org_account', 'state', 'ACTIVE')) > 0")
    assert read(*lines) == {"iam_root": set(), "org_account": {"state"}}


def test_a_fact_reads_what_it_declares_of_its_argument_and_of_what_it_follows() -> None:
    found = read("resource: iam_user", "condition: '!is_admin(resource)'")
    assert found == {
        "iam_user": {"attached_policies", "inline_policies", "groups", "permissions_boundary_arn"},
        "iam_group": {"attached_policies", "inline_policies"},
        "iam_policy": {"document"},
        "iam_inline_policy": {"document", "owner_arn"},
    }


def test_a_resource_that_is_a_value_itself_is_read_wholly() -> None:
    found = read("resource: iam_root", "condition: resource.mfa_active", "evidence: {all: resource}")
    assert found["iam_root"] | KEPT >= schemas().types["iam_root"].fields.keys() - {"name", "arn"}


def test_an_index_that_only_a_run_can_tell_reads_everything() -> None:
    lines = ("resource: iam_root", "condition: size(resource.access_keys[resource.access_keys.size() - 1]) > 0")
    assert fields_read(own_policy(*lines))["iam_root"] == schemas().types["iam_root"].fields.keys()


def test_the_account_is_read_where_it_is_named() -> None:
    lines = ("resource: iam_root", "condition: account.alias != null")
    assert read(*lines) == {"iam_root": set(), "iam_account": {"alias"}}


def test_every_fact_declares_what_it_reads() -> None:
    assert READS.keys() == {each.name for each in facts()}
    types = schemas().types
    for reads in READS.values():
        for kind, fields in [*reads.of.items(), *reads.follows.items()]:
            assert fields <= types[kind].fields.keys(), kind


# ------------------------------------------------------------ the law: what is not read, changes nothing


def only(document: Document, wanted: Mapping[str, frozenset[str]]) -> Document:
    """The snapshot as it would be had nobody asked for the other fields and types."""
    left = copy.deepcopy(document)
    for info in schemas().types.values():
        unwanted = info.fields.keys() - wanted.get(info.name, frozenset()) - KEPT
        if info.name not in wanted and not info.view_of:
            forget(left, info.name)
            continue
        for field in sorted(unwanted):
            hide(left, info.name, field)
    return left


def forget(document: Document, kind: str) -> None:
    document["resources"].pop(kind, None)
    regions = {each["region"] for each in document["sections"] if kind in each["collections"]} | {"global"}
    document["gaps"] = [gap for gap in document["gaps"] if gap["collection"] != kind]
    for each in document["sections"]:
        each["collections"] = [name for name in each["collections"] if name != kind]
    document["sections"] = [each for each in document["sections"] if each["collections"]]
    for child in schemas().types.values():
        if any(parent == kind for parent, _ in child.view_of):
            present = {each["id"] for each in stored(document, child.name)}
            document["gaps"] = [
                gap
                for gap in document["gaps"]
                if gap["collection"] != child.name or gap["resource_id"] is None or gap["resource_id"] in present
            ]
    for region in sorted(regions):
        add_gap(document, kind, region, None)


def hide(document: Document, kind: str, field: str) -> None:
    regions = {each["region"] for each in stored(document, kind)}
    for each in stored(document, kind):
        each.pop(field, None)
    document["gaps"] = [
        gap
        for gap in document["gaps"]
        if gap["collection"] != kind or gap["field"] is None or gap["field"].partition(".")[0] != field
    ]
    for region in sorted(regions):
        add_gap(document, kind, region, field)


def stored(document: Document, kind: str) -> list[Document]:
    places = schemas().types[kind].view_of
    own = document["resources"].get(kind, [])
    return own or [
        child for parent, member in places for owner in stored(document, parent) for child in owner.get(member, [])
    ]


def add_gap(document: Document, kind: str, region: str, field: str | None) -> None:
    document["gaps"].append(
        {
            "id": f"not-read-{len(document['gaps'])}-{kind}-{field}",
            "collection": kind,
            "account_id": document["scope"]["account_id"],
            "region": region,
            "resource_id": None,
            "field": field,
            "api": "law:OfReads",
            "code": "NotRequested",
            "kind": "not_requested",
        }
    )


@cache
def fixture(name: str) -> Document:
    document: Document = json.loads(packaged("snapshots").joinpath(name).read_bytes())
    return document


def said(document: Document, policies: PolicySet) -> list[tuple[object, ...]]:
    return [_facts_of(each) for each in evaluate(Snapshot(document), policies).results]


def _facts_of(result: Result) -> tuple[object, ...]:
    return (result.policy_id, result.resource_id, result.resource_name, result.status, result.message, result.evidence)


@pytest.mark.parametrize("name", ["weak.json", "strong.json"])
def test_a_snapshot_of_what_a_policy_reads_gives_the_same_results(name: str) -> None:
    everything = PolicySet.packaged()
    whole = {policy.id: [] for policy in everything}
    for each in said(fixture(name), everything):
        whole[str(each[0])].append(each)
    for policy in everything:
        alone = everything.select([policy.id])
        if policy.id != "evidence-snapshot-complete":  # Its evidence is what nobody asked for.
            assert said(only(fixture(name), fields_read(alone)), alone) == whole[policy.id]
