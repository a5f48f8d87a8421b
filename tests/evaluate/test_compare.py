from __future__ import annotations

from typing import Any

import pytest

from sec02_policies.errors import InputError
from sec02_policies.evaluate import compare, pairs
from sec02_policies.evaluate.judge import fingerprint

ACCOUNT = "111122223333"
Row = dict[str, Any]


def row(name: str | None, status: str, **members: Any) -> Row:
    kind = members.get("resource_type", "iam_user")
    policy = members.get("policy_id", "p-q")
    return {
        "policy_id": policy,
        "best_practice": "SEC02-BP01",
        "severity": "high",
        "status": status,
        "resource_type": kind,
        "resource_id": name,
        "resource_name": name,
        "resource_arn": None,
        "account_id": ACCOUNT,
        "region": "global",
        "message": f"{name} {status}",
        "evidence": {},
        "gaps": [],
        "waived_by": None,
        "fingerprint": fingerprint(policy, ACCOUNT, "global", kind, name),
    } | members


def results(*rows: Row, policies: tuple[str, ...] = ("p-q",), **run: Any) -> dict[str, Any]:
    described = [{"id": each, "sha256": "0" * 64, "params": {}} for each in policies]
    moment = {"collected_at": "2026-01-01T00:00:00Z", "evaluated_at": "2026-01-01T00:00:00Z"}
    facts = {"account_id": ACCOUNT, "snapshot_sha256": "0" * 64, "policies": described, **moment, **run}
    return {"run": facts, "results": list(rows)}


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("pass", "fail", "new"),
        ("not_applicable", "fail", "new"),
        ("unknown", "fail", "new"),
        ("error", "fail", "new"),
        (None, "fail", "new"),
        ("fail", "fail", "still_failing"),
        ("fail", "pass", "fixed"),
        ("fail", "not_applicable", "fixed"),
        ("fail", None, "fixed"),
        ("fail", "unknown", "lost"),
        ("fail", "error", "lost"),
        ("pass", "unknown", "lost"),
        ("pass", "error", "lost"),
        ("not_applicable", "unknown", "lost"),
        ("unknown", "pass", "changed"),
        ("error", "unknown", "changed"),
        (None, "unknown", "changed"),
        ("pass", "not_applicable", "changed"),
        ("pass", "pass", None),
        ("unknown", "unknown", None),
        (None, "pass", None),
        ("pass", None, None),
        ("unknown", None, None),
    ],
)
def test_what_became_of_a_result(before: str | None, after: str | None, change: str | None) -> None:
    old = results(*([row("alice", before)] if before else []))
    new = results(*([row("alice", after)] if after else []))
    found = compare(old, new)
    assert {name: count for name, count in found["counts"].items() if count} == ({change: 1} if change else {})
    for each in found.get(change or "", []):
        assert (each["before"], each["after"], each["resource_name"]) == (before, after, "alice")


GAP = {"collection": "iam_user", "resource_id": None, "field": None}


@pytest.mark.parametrize("was", ["fail", "pass"])
def test_a_result_that_vanished_into_an_unread_list_is_lost_not_fixed(was: str) -> None:
    unread = row(None, "unknown", gaps=[GAP])
    assert compare(results(row("alice", was)), results(unread))["counts"]["lost"] == 1
    assert compare(results(row("alice", was), unread), results(unread))["counts"]["lost"] == 1


def test_a_part_that_vanished_into_its_owners_unread_list_is_lost() -> None:
    key = {"resource_type": "iam_access_key"}
    gap = {"collection": "iam_user", "resource_id": "alice", "field": "access_keys"}
    old, new = results(row("AKIA1", "fail", **key)), results(row("alice", "unknown", gaps=[gap], **key))
    assert compare(old, new)["counts"] | {"changed": 0} == {
        "new": 0,
        "fixed": 0,
        "lost": 1,
        "changed": 0,
        "still_failing": 0,
    }


def test_a_resource_that_is_gone_is_fixed_even_where_another_could_not_be_judged() -> None:
    gap = {"collection": "iam_user", "resource_id": "bob", "field": "mfa_devices"}
    old = results(row("alice", "fail"), row("bob", "pass"))
    found = compare(old, results(row("bob", "unknown", gaps=[gap])))
    assert (found["counts"]["fixed"], found["counts"]["lost"]) == (1, 1)


def test_a_policy_that_was_judged_only_once_is_named_and_not_compared() -> None:
    old = results(row("alice", "fail", policy_id="gone-policy"), policies=("gone-policy", "p-q"))
    new = results(row("alice", "fail"), policies=("new-policy", "p-q"))
    found = compare(old, new)
    assert found["policies"] == {"added": ["new-policy"], "removed": ["gone-policy"], "changed": []}
    assert found["counts"]["fixed"] == 0
    assert [old and old["policy_id"] for old, _, _ in pairs(old, new)] == [None]


def test_a_policy_with_other_parameters_is_named() -> None:
    new = results()
    new["run"]["policies"][0]["params"] = {"days": 1}
    assert compare(results(), new)["policies"]["changed"] == ["p-q"]


def test_worst_first() -> None:
    rows = [row("a", "fail", severity="low"), row("b", "fail", severity="critical")]
    assert [each["resource_name"] for each in compare(results(), results(*rows))["new"]] == ["b", "a"]


def test_two_accounts_cannot_be_compared() -> None:
    with pytest.raises(InputError, match="two accounts"):
        compare(results(), results(account_id="444455556666"))


def test_rows_that_share_a_fingerprint_are_compared_one_by_one() -> None:
    twice = [row("alice", "fail"), row("alice", "fail")]
    assert compare(results(*twice), results(twice[0]))["counts"]["fixed"] == 1
