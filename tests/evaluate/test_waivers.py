from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.errors import InputError, PolicyError
from sec02_policies.evaluate import Course, Evaluation, Waivers
from sec02_policies.evaluate.waivers import Waiver, covers
from sec02_policies.snapshot import canonical
from sec02_policies.snapshot.schema import first_fault
from sec02_policies.testing import example

Make = Callable[..., Any]
ALICE = "arn:aws:iam::111122223333:user/alice"


def entry(**members: Any) -> dict[str, Any]:
    return {
        "id": "W-1",
        "policy": "test-policy",
        "match": {"resource_name": "alice"},
        "reason": "The vendor's appliance cannot assume a role yet",
        "owner": "team-batch",
        "approved_by": "ciso",
        "created": "2000-01-01",
        "expires": "2999-01-01",
    } | members


def waivers(*entries: Any) -> Waivers:
    return Waivers.parse({"w.yaml": yaml.safe_dump({"waivers": list(entries)}).encode()})


@pytest.fixture
def judged(policy: Make, world: Make) -> Make:
    """Evaluates a policy over alice and bob with these waivers; it fails unless told otherwise."""

    def run(*entries: Any, now: Any = None, **members: str) -> Evaluation:
        chosen: PolicySet = policy(**{"condition": "false", **members})
        people = [example("iam_user"), example("iam_user", {"name": "bob"})]
        return evaluate(Snapshot(world(iam_user=people)), chosen, waivers=waivers(*entries), now=now)

    return run


def test_a_file_of_waivers_that_ends_in_yml_is_refused_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("waivers: []\n")
    (tmp_path / "b.yml").write_text("waivers: []\n")
    with pytest.raises(InputError, match=r"b\.yml: a name that ends in \.yml: one that ends in \.yaml"):
        Waivers.load(tmp_path)


def test_a_waiver_adds_its_id_and_changes_no_status(judged: Make) -> None:
    found = judged(entry())
    assert [(each.resource_name, each.status, each.waived_by) for each in found.results] == [
        ("alice", "fail", "W-1"),
        ("bob", "fail", None),
    ]
    assert [each.resource_name for each in found.failing()] == ["bob"]
    assert found.document()["summary"] == judged().document()["summary"]
    assert found.run["waivers"] == [
        {
            "id": "W-1",
            "policy": "test-policy",
            "state": "active",
            "problem": None,
            "reason": "The vendor's appliance cannot assume a role yet",
            "owner": "team-batch",
            "approved_by": "ciso",
            "ticket": None,
            "expires": "2999-01-01",
            "applied": 1,
        }
    ]
    assert first_fault("urn:sec02:schema:results", found.document()) is None


@pytest.mark.parametrize(
    ("members", "state", "problem"),
    [
        ({"expires": "2001-01-01"}, "expired", "expired after 2001-01-01"),
        ({"created": "2998-01-01"}, "pending", "begins on 2998-01-01"),
        ({"approved_by": None}, "unapproved", "nobody approved it"),
        ({"approved_by": " Team-Batch"}, "unapproved", "its owner approved it"),
        ({"owner": None}, "unapproved", "has no owner"),
        ({"reason": None}, "unapproved", "no reason is given"),
        ({"match": {}}, "malformed", "match: breaks minProperties: 1"),
        ({"match": {"resource": "x"}}, "malformed", None),
        ({"reason": "because"}, "malformed", "reason: breaks minLength: 20"),
        ({"policy": "*"}, "malformed", None),
        ({"expires": "2026-02-30"}, "malformed", "created, expires: no such day: a day such as 2026-01-31"),
        ({"expires": "1999-01-01"}, "malformed", "expires: before created: a later day"),
        ({"surprise": 1}, "malformed", None),
    ],
)
def test_a_waiver_that_does_not_hold_is_not_applied_and_is_shown(
    judged: Make, members: dict[str, Any], state: str, problem: str | None
) -> None:
    found = judged(entry(**members))
    assert len(found.failing()) == 2
    (shown,) = found.run["waivers"]
    assert (shown["id"], shown["state"], shown["applied"]) == ("W-1", state, 0)
    assert problem is None or shown["problem"] == problem
    assert first_fault("urn:sec02:schema:results", found.document()) is None


@pytest.mark.parametrize("odd", ["text", None, [], {"id": 7}])
def test_an_entry_of_another_shape_is_malformed(judged: Make, odd: Any) -> None:
    (shown,) = judged(odd).run["waivers"]
    assert (shown["id"], shown["state"]) == (None, "malformed")


def test_the_last_day_counts_and_the_clock_is_the_evaluation(judged: Make) -> None:
    from datetime import UTC, datetime

    ends = entry(expires="2026-03-31")
    assert len(judged(ends, now=datetime(2026, 3, 31, 23, 59, tzinfo=UTC)).failing()) == 1
    assert len(judged(ends, now=datetime(2026, 4, 1, tzinfo=UTC)).failing()) == 2


def test_the_course_of_an_evaluation_writes_what_the_evaluation_is(policy: Make, world: Make) -> None:
    people = Snapshot(world(iam_user=[example("iam_user"), example("iam_user", {"name": "bob"})]))
    chosen, accepted = policy(condition="false"), waivers(entry(), entry(id="W-2", match={"resource_name": "nobody"}))
    course = Course(people, chosen, now=None, engine="native", waivers=accepted)
    whole = evaluate(people, chosen, waivers=accepted).document()
    assert b"".join(course.written()) == canonical(whole) + b"\n"
    assert course.summary.waived == 1


def test_of_two_waivers_the_first_by_id_is_applied_and_an_id_counts_once(judged: Make) -> None:
    found = judged(entry(id="W-2"), entry(id="W-1"), entry(id="W-1", match={"resource_name": "bob"}))
    assert [each.waived_by for each in found.results] == ["W-1", None]
    assert [(each["id"], each["state"], each["applied"]) for each in found.run["waivers"]] == [
        ("W-1", "active", 1),
        ("W-1", "malformed", 0),
        ("W-2", "active", 0),
    ]


@pytest.mark.parametrize("condition", ["true", "1 / 0 == 1"])
def test_only_what_fails_can_be_waived(judged: Make, condition: str) -> None:
    found = judged(entry(match={"resource_name": "*"}), condition=condition)
    assert {each.waived_by for each in found.results} == {None}


def test_unknown_cannot_be_waived(policy: Make, world: Make, gap: Make) -> None:
    document = world(iam_user=[example("iam_user")])
    del document["resources"]["iam_user"][0]["mfa_devices"]
    document["gaps"] = [gap("iam_user", ALICE, "mfa_devices")]
    chosen = policy(condition="size(resource.mfa_devices) > 0")
    (result,) = evaluate(Snapshot(document), chosen, waivers=waivers(entry(match={"resource_id": "*"}))).results
    assert (result.status, result.waived_by) == ("unknown", None)


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({"resource_id": ALICE}, True),
        ({"resource_id": "arn:aws:iam::*:user/a*e"}, True),
        ({"resource_id": "arn:aws:iam::??????????33:user/alice"}, True),
        ({"resource_id": "user/alice"}, False),
        ({"resource_id": "arn:aws:iam::111122223333:user/alic."}, False),
        ({"resource_id": "arn:aws:iam::111122223333:user/[a]lice"}, False),
        ({"resource_name": "alice", "region": "eu-*"}, False),
        ({"resource_name": "ALICE"}, False),
        ({"resource_name": "**************************x"}, False),
        ({"account_id": "111122223333", "resource_type": "iam_user"}, True),
    ],
)
def test_members_match_whole_by_equality_or_star_and_question_mark(
    judged: Make, match: dict[str, str], *, hit: bool
) -> None:
    found = judged(entry(match=match))
    assert (found.results[0].waived_by == "W-1") is hit


def test_a_waiver_of_another_policy_does_not_match(judged: Make) -> None:
    assert len(judged(entry(policy="other-policy", match={"resource_name": "*"})).failing()) == 2


@pytest.mark.parametrize("text", ["", "[]", "waivers: 1", "waivers: []\nmore: 1", "a: [", "\udcff"])
def test_a_file_without_a_list_of_waivers_is_an_error_at_its_place(text: str) -> None:
    with pytest.raises(PolicyError, match=r"^w\.yaml:1:"):
        Waivers.parse({"w.yaml": text.encode("utf-8", "surrogateescape")})


def test_load_reads_files_and_folders(tmp_path: Any) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "a.yaml").write_text(yaml.safe_dump({"waivers": [entry(id="W-9")]}))
    (tmp_path / "b.yaml").write_text(yaml.safe_dump({"waivers": [entry()]}))
    assert [each.id for each in Waivers.load(tmp_path).items] == ["W-1", "W-9"]
    assert Waivers.load(tmp_path / "b.yaml").items[0].where == f"{tmp_path / 'b.yaml'}:2"
    with pytest.raises(InputError, match=r"absent\.yaml: No such file"):
        Waivers.load(tmp_path / "absent.yaml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no waivers in it"):
        Waivers.load(tmp_path / "empty")


@given(
    pattern=st.text("ab*?.[", min_size=1, max_size=8),
    name=st.text("ab*?.[", max_size=8),
    day=st.dates(),
    status=st.sampled_from(["pass", "fail", "unknown", "error", "not_applicable"]),
)
def test_covers_only_fails_and_only_from_created_to_expires(pattern: str, name: str, day: date, status: str) -> None:
    waiver = Waiver(
        id="W",
        policy="p-q",
        match={"resource_name": pattern},
        reason="x" * 20,
        owner="a",
        approved_by="b",
        ticket=None,
        created=date(2020, 1, 1),
        expires=date(2030, 1, 1),
        where="w.yaml:1",
    )
    hit = covers(waiver, {"policy_id": "p-q", "status": status, "resource_name": name}, day)
    assert not hit or (status == "fail" and waiver.created <= day <= waiver.expires)
    if pattern == name and status == "fail":
        assert hit is (waiver.created <= day <= waiver.expires)
