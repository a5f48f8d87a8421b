"""Tallies, roll-ups and the ladder: what is counted where, and what keeps a level from counting."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from sec02_policies.posture import By, RungState, Tally, ladder, roll_up, service_of
from sec02_policies.snapshot.schema import schemas

Make = Callable[..., Any]


def about(**members: Any) -> dict[str, Any]:
    return {"maturity": 1, "identity": "machine", "frameworks": {"cis_aws_5.0": ["1.13"], "soc2": []}} | members


def test_compliance_and_assurance_are_counted_apart(row: Make) -> None:
    statuses = ["pass", "pass", "fail", "unknown", "error", "not_applicable"]
    tally = Tally.of([*(row(status=each) for each in statuses), row(waived_by="W-1")])
    assert tally == Tally(passed=2, failed=2, waived=1, unknown=1, errors=1, not_applicable=1)
    assert (tally.compliance, tally.assurance) == (Fraction(1, 2), Fraction(2, 3))
    assert str(tally) == "compliance 2/4 (50 %), assurance 4/6 (66 %)"


def test_nothing_has_no_score() -> None:
    assert (Tally().compliance, Tally().assurance, str(Tally())) == (None, None, "nothing applies")


@pytest.mark.parametrize("kind", ["iam_access_key", "iam_user,iam_role"])
def test_types_have_a_service(kind: str) -> None:
    assert service_of(kind) == "IAM"


def test_every_type_of_the_schema_has_a_service_with_a_proper_name() -> None:
    assert [each for each in schemas().types if service_of(each).islower()] == []


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        (By.BEST_PRACTICE, ["SEC02-BP05"]),
        (By.SERVICE, ["IAM"]),
        (By.FRAMEWORK, ["cis_aws_5.0", "soc2"]),
        (By.REQUIREMENT, ["cis_aws_5.0 1.13"]),
        (By.ACCOUNT, ["111122223333"]),
        (By.OU, ["/r-ab12/ou-ab12-prod"]),
        (By.OWNER, ["(no owner)"]),
        (By.SEVERITY, ["medium"]),
        (By.MATURITY, ["level 1"]),
    ],
)
def test_a_row_is_counted_once_for_each_of_its_keys(row: Make, identity: Make, by: By, keys: list[str]) -> None:
    found = roll_up(
        [row()],
        by,
        policies={"iam-access-key-rotated": about()},
        accounts=[{"account_id": "111122223333", "name": None, "ou_path": ["r-ab12", "ou-ab12-prod"]}],
        identities={"AKIAEXAMPLEKEY000001": identity()},
    )
    assert found == tuple((key, Tally(failed=1)) for key in keys)


@pytest.mark.parametrize("by", list(By))
def test_no_row_is_lost_where_nothing_is_known(row: Make, by: By) -> None:
    assert sum(tally.failed for _, tally in roll_up([row()], by, policies={})) == 1


def test_an_owner_that_could_not_be_read_is_not_the_lack_of_one(row: Make, identity: Make) -> None:
    rows = [row(resource_id=each) for each in ("a", "b", "c", "d")]
    known = {"a": identity(owner="team"), "b": identity(), "c": identity(unknown=["owner"])}
    found = [key for key, _ in roll_up(rows, By.OWNER, policies={}, identities=known)]
    assert found == ["team", "(no owner)", "(not an identity)", "(not known)"]


def test_requirements_of_one_framework_are_in_the_order_of_their_numbers(row: Make) -> None:
    policies = {"iam-access-key-rotated": about(frameworks={"cis": ["1.10", "1.9"], "other": ["9"]})}
    found = roll_up([row(), row(policy_id="x")], By.REQUIREMENT, policies=policies, framework="cis")
    assert [key for key, _ in found] == ["1.9", "1.10", "(not known)"]


# The ladder


def levels(**of: int) -> dict[str, dict[str, Any]]:
    return {name: about(maturity=level) for name, level in of.items()}


def states(rows: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    policies = levels(one=1, two=2, three=3, four=4)
    return [(each.state.value, each.counts) for each in ladder(rows, policies)]


def test_a_level_counts_only_when_all_lower_ones_are_met(row: Make) -> None:
    rows = [row(policy_id="one"), *(row(policy_id=each, status="pass") for each in ("two", "three"))]
    assert states(rows) == [("not met", False), ("met", False), ("met", False), ("not assessable", False)]


def test_an_unknown_keeps_a_level_from_being_met_and_the_next_from_counting(row: Make) -> None:
    rows = [row(policy_id="one", status="unknown"), row(policy_id="two", status="pass")]
    assert states(rows)[:2] == [("not assessable", False), ("met", False)]


def test_a_waived_failure_is_still_one(row: Make) -> None:
    assert states([row(policy_id="one", waived_by="W-1")])[0] == ("not met", False)


def test_the_word_of_a_person_makes_a_level_attested_and_it_counts(row: Make) -> None:
    rows = [
        row(policy_id="one", status="pass"),
        row(policy_id="two", status="pass", evidence={"attested_by": "security", "attested_at": "2026-01-01"}),
    ]
    assert states(rows)[:2] == [("met", True), ("attested", True)]


def test_settings_alone_never_meet_the_fourth_level(row: Make) -> None:
    rows = [row(policy_id=each, status="pass") for each in ("one", "two", "three", "four")]
    assert states(rows)[3] == ("not assessable", False)
    rows[3]["evidence"] = {"attested_by": "security"}
    assert states(rows)[3] == ("attested", True)


def test_a_level_without_a_judged_row_is_not_assessable(row: Make) -> None:
    rung = ladder([row(policy_id="one", status="not_applicable")], levels(one=1))[0]
    assert (rung.state, rung.words) == (RungState.NOT_ASSESSABLE, "nothing of this level was judged")
