"""The mistakes of other tools: each has cases that show ours, they exist, and they pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sec02_policies import PolicySet, Snapshot, Status, evaluate
from sec02_policies.testing import build_document, example, load_suites, run_suites

BROKEN = """\
id: iam-user-broken
title: A rule that fails while it judges
best_practice: SEC02-BP06
severity: high
maturity: 1
control: detective
identity: both
set: core
resource: iam_user
condition: "[1, 2][size(resource.name)] == 1"
rationale: It shows what becomes of a defect.
remediation: {text: Mend the rule.}
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users.html"]
"""


@pytest.fixture(scope="session")
def mistakes(root: Path) -> list[dict[str, Any]]:
    return yaml.safe_load((root / "docs" / "peers.yaml").read_text(encoding="utf-8"))


def test_every_known_mistake_is_there(mistakes: list[dict[str, Any]]) -> None:
    assert [each["number"] for each in mistakes] == list(range(1, 26))


def test_every_case_that_is_named_exists_and_passes(mistakes: list[dict[str, Any]]) -> None:
    named = {(proof["policy"], proof["case"]) for each in mistakes for proof in each["shown_by"] if "case" in proof}
    policies, suites = load_suites()
    chosen = [suite for suite in suites if suite.policy_id in {policy for policy, _ in named}]
    outcomes = {(each.policy_id, each.case): each.problem for each in run_suites(policies, chosen)}
    assert named - outcomes.keys() == set()
    assert {each: outcomes[each] for each in named if outcomes[each]} == {}


def test_every_test_that_is_named_exists(mistakes: list[dict[str, Any]], root: Path) -> None:
    for proof in (proof for each in mistakes for proof in each["shown_by"] if "test" in proof):
        path, _, name = proof["test"].partition("::")
        assert f"def {name}(" in (root / path).read_text(encoding="utf-8")


def test_mistake_1_a_rule_that_fails_is_an_error_and_never_a_pass() -> None:
    snapshot = Snapshot(build_document({"iam_user": [example("iam_user")]}))
    policies = PolicySet.parse({"iam-user-broken.yaml": BROKEN.encode()})
    for engine in ("native", "celpy"):
        assert [row.status for row in evaluate(snapshot, policies, engine=engine).results] == [Status.ERROR]
