"""The score of a row: its table, its worked examples, and the laws that it keeps."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sec02_policies.model import Severity
from sec02_policies.posture import ranked, risk

Make = Callable[..., Any]
NOW = "2026-01-31T00:00:00Z"
TIMES = ["2023-01-01T00:00:00Z", "2025-10-01T00:00:00Z", "2025-12-20T00:00:00Z", "2026-01-30T00:00:00Z"]
KNOWN: dict[str, list[Any]] = {
    "privilege": ["none", "limited", "secrets", "escalation", "admin"],
    "exposed": [False, True],
    "mfa": [True, False],
    "created_at": list(reversed(TIMES)),
    "last_activity": TIMES,
}
"""The values of each factor, the harmless first."""


def told(make: Make, facts: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """The identity that those facts describe, as an inventory tells it where some could not be read."""
    created = None if "created_at" in hidden else facts["created_at"]
    key = {"kind": "access_key", "id": "AKIA", "active": True, "created_at": created, "last_used_at": None}
    members = {
        name: ("unknown" if name == "privilege" else None) if name in hidden else facts[name]
        for name in ("privilege", "exposed", "mfa", "last_activity")
    }
    return make(credentials=[key], unknown=sorted(hidden - {"created_at"}), **members)


facts_of = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in KNOWN.items()})
LAW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@LAW
@given(
    facts=facts_of, hidden=st.frozensets(st.sampled_from(sorted(KNOWN)), min_size=1), severity=st.sampled_from(Severity)
)
def test_what_is_hidden_never_lowers_a_score(
    row: Make, identity: Make, facts: dict[str, Any], hidden: frozenset[str], severity: Severity
) -> None:
    user = row(resource_id="user", severity=severity.value)
    known = risk(user, None, told(identity, facts, frozenset()), now=NOW)
    less = risk(user, None, told(identity, facts, hidden), now=NOW)
    nothing = risk(user, None, None, now=NOW)
    assert known.score <= less.score <= nothing.score


@LAW
@given(facts=facts_of, name=st.sampled_from(sorted(KNOWN)), severity=st.sampled_from(Severity))
def test_a_worse_fact_never_lowers_a_score(
    row: Make, identity: Make, facts: dict[str, Any], name: str, severity: Severity
) -> None:
    user = row(resource_id="user", severity=severity.value)
    scores = [
        risk(user, None, told(identity, facts | {name: value}, frozenset()), now=NOW).score for value in KNOWN[name]
    ]
    assert scores == sorted(scores)


@LAW
@given(facts=facts_of)
def test_more_severe_never_scores_less(row: Make, identity: Make, facts: dict[str, Any]) -> None:
    someone = told(identity, facts, frozenset())
    scores = [risk(row(severity=each.value), None, someone, now=NOW).score for each in Severity]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("member", ["created", "last_used", "admin_via", "escalations", "public_statements"])
def test_evidence_that_could_not_be_read_never_lowers_a_score(row: Make, identity: Make, member: str) -> None:
    values = {"created": "2026-01-30T00:00:00Z", "last_used": None}
    known = risk(row(evidence={member: values.get(member, [])}), None, identity(), now=NOW)
    hidden = risk(row(evidence={member: {"unknown": ["gap-1"]}}), None, identity(), now=NOW)
    assert hidden.score > known.score


def test_points_of_the_factors_add_up_to_the_score_and_reach_one_hundred(row: Make) -> None:
    found = risk(row(severity="critical"), now=NOW)
    assert found.score == sum(each.points for each in found.factors) == 100


def test_a_failing_low_one_never_outranks_a_medium_one(row: Make, identity: Make) -> None:
    harmless = identity(privilege="none", credentials=[])
    for worse, milder in pairwise([Severity.MEDIUM, Severity.LOW, Severity.INFO]):
        least = risk(row(severity=worse.value), {"identity": "machine"}, harmless, now=NOW)
        assert least.score >= risk(row(severity=milder.value), now=NOW).score


@pytest.mark.parametrize("status", ["pass", "not_applicable"])
def test_what_does_not_fail_is_no_risk(row: Make, status: str) -> None:
    assert risk(row(status=status), now=NOW).score == 0


@pytest.mark.parametrize("status", ["unknown", "error"])
def test_what_has_no_verdict_scores_as_if_it_failed(row: Make, identity: Make, status: str) -> None:
    assert risk(row(status=status), None, identity(), now=NOW) == risk(row(), None, identity(), now=NOW)


def test_ranked_puts_the_greatest_first_and_keeps_the_order_of_equals(row: Make, identity: Make) -> None:
    rows = [row(severity="low"), row(severity="high", region="a"), row(severity="high", region="b")]
    found = ranked(rows, {}, {"AKIAEXAMPLEKEY000001": identity()}, now=NOW)
    assert [each["region"] for _, each in found] == ["a", "b", "global"]


def test_an_unreadable_time_counts_as_old(row: Make, identity: Make) -> None:
    found = risk(row(evidence={"created": "yesterday"}), None, identity(), now=NOW)
    assert next(each.words for each in found.factors if each.name == "age") == "not known, counted as old"
