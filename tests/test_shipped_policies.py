"""The shipped policies: their suites hold on both engines, and they say what the catalogue says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from sec02_policies import PolicySet, Snapshot, Status, evaluate
from sec02_policies.resources import packaged
from sec02_policies.testing import Suite, load_suites, run_suites

# What differs from the catalogue, and why: docs/adr/0004-departures-from-the-catalogue.md.
OTHER_PARAMS = {
    "cognito-userpool-adaptive-auth",
    "ds-weak-protocols-disabled",
    "iam-role-oidc-sub-restricted",
    "iam-role-saml-aud-pinned",
    "idc-mfa-enforced",
    "idc-mfa-registration-required",
    "idc-mfa-types-phishing-resistant",
    "idc-portal-session-duration",
    "idc-users-provisioned-externally",
    "ssm-parameter-securestring",
}


# What is missing proves nothing: it is complete, or unknown.
NEVER_FAIL = {"evidence-snapshot-complete"}


@cache
def shipped() -> tuple[PolicySet, tuple[Suite, ...]]:
    return load_suites()


@pytest.mark.parametrize("engine", ["native", "celpy"])
def test_every_suite_holds(engine: Any) -> None:
    problems = [
        f"{each.path}:{each.line}: {each.case}: {each.problem}"
        for each in run_suites(*shipped(), engine=engine)
        if each.problem
    ]
    assert problems == []


def test_every_policy_was_seen_with_each_verdict_that_it_can_give() -> None:
    policies, suites = shipped()
    seen = {suite.policy_id: {case.status for case in suite.cases} for suite in suites}
    for policy in policies:
        wanted = {"pass", "fail", "unknown"} | ({"not_applicable"} if policy.when else set())
        wanted -= {"fail"} if policy.id in NEVER_FAIL else set()
        assert wanted <= seen.get(policy.id, set()), policy.id


def test_every_parameter_changes_a_case() -> None:
    policies, suites = shipped()
    given = {suite.policy_id: {name for case in suite.cases for name in case.params} for suite in suites}
    for policy in policies:
        assert set(policy.params) <= given[policy.id], policy.id


def test_the_folder_is_that_of_the_best_practice() -> None:
    for policy in shipped()[0]:
        assert f"/bp{policy.best_practice[-2:]}-" in policy.path, policy.path


def test_there_are_at_least_sixty_over_all_best_practices_and_services() -> None:
    policies = list(shipped()[0])
    assert len(policies) >= 60
    assert {policy.best_practice for policy in policies} == {f"SEC02-BP0{number}" for number in range(1, 7)}
    judged = {kind.partition("_")[0] for policy in policies for kind in policy.resource}
    assert {"iam", "cognito", "secretsmanager", "idc", "organization"} <= judged


@pytest.mark.parametrize(
    "name", ["minimal.json", "strong.json", "weak.json", "partial.json", "demo.json", "workloads.json"]
)
def test_both_engines_agree_on_the_fixtures_and_nothing_is_an_error(name: str) -> None:
    snapshot = Snapshot.loads(packaged("snapshots").joinpath(name).read_bytes())
    native = evaluate(snapshot, shipped()[0]).results
    assert [row for row in native if row.status is Status.ERROR] == []
    celpy = evaluate(snapshot, shipped()[0], engine="celpy").results
    assert [(one, other) for one, other in zip(native, celpy, strict=True) if one.status is not other.status] == []


@pytest.fixture(scope="session")
def catalogue(shared: Path) -> dict[str, Any]:
    rows = yaml.safe_load((shared / "catalog.yaml").read_text(encoding="utf-8"))["checks"]
    return {row["id"]: row for row in rows}


def rows(catalogue: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    for policy in shipped()[0]:
        yield policy, catalogue.get(policy.id)


def test_every_policy_is_a_row_of_the_catalogue_with_its_metadata(catalogue: dict[str, Any]) -> None:
    for policy, row in rows(catalogue):
        assert row is not None, policy.id
        assert policy.best_practice == f"SEC02-{row['best_practice']}", policy.id
        assert policy.severity.value == row["severity"], policy.id
        assert policy.maturity == row["maturity_level"], policy.id
        assert policy.control.value == row["control_type"], policy.id
        assert policy.set == row["set"], policy.id


def test_parameters_are_those_of_the_catalogue(catalogue: dict[str, Any]) -> None:
    for policy, row in rows(catalogue):
        if policy.id not in OTHER_PARAMS:
            assert {name: param.default for name, param in policy.params.items()} == row["params"], policy.id


def test_peers_and_frameworks_are_those_of_the_catalogue(catalogue: dict[str, Any]) -> None:
    for policy, row in rows(catalogue):
        assert {name: list(ids) for name, ids in policy.peers.items()} == row["peers"], policy.id
        for name, ids in policy.frameworks.items():
            if name != "nist_800_53_r5":
                assert list(ids) == row["frameworks"][name], (policy.id, name)
