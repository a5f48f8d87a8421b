"""The fixture snapshots of snapshots/: up to date, canonical, valid, and what their names say."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest
from fixture_snapshots import FOLDER, SNAPSHOTS

from sec02_policies import PolicySet, Snapshot, Status, evaluate
from sec02_policies.collect import SERVICES, WORKLOAD_SERVICES
from sec02_policies.model import GapKind
from sec02_policies.snapshot import canonical, schemas

if TYPE_CHECKING:
    from sec02_policies.model import Result

# It asks for the user's own list of accounts, and is empty until there is one.
OWN_LIST = {
    "iam-oidc-provider-issuer-approved",
    "idc-trusted-token-issuers-approved",
    "org-delegated-admins-known",
}


def stored(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


@lru_cache
def results(name: str) -> tuple[Result, ...]:
    return tuple(evaluate(Snapshot.loads(stored(name)), PolicySet.packaged()).results)


@lru_cache
def default_policies() -> frozenset[str]:
    """What is judged where nobody names a set."""
    return frozenset(policy.id for policy in PolicySet.packaged().select())


@pytest.mark.parametrize("name", [name for name in SNAPSHOTS if name != "demo"])
def test_the_file_is_what_the_generator_writes_now(name: str) -> None:
    assert stored(name) == canonical(SNAPSHOTS[name]()), "run: python tests/demo/fixture_snapshots.py"


def test_the_demo_file_is_what_the_demo_collects_now(document: dict[str, Any]) -> None:
    assert stored("demo") == canonical(document), "run: python tests/demo/fixture_snapshots.py"


def test_there_are_no_other_files() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.json")) == [f"{name}.json" for name in SNAPSHOTS]


@pytest.mark.parametrize("name", list(SNAPSHOTS))
def test_the_file_is_a_snapshot_in_canonical_form(name: str) -> None:
    assert Snapshot.loads(stored(name)).dumps() == stored(name)
    assert not any(result.status is Status.ERROR for result in results(name))


@pytest.mark.parametrize("name", ["demo", "minimal", "workloads"])
def test_the_file_holds_every_type_of_its_services(name: str) -> None:
    snapshot = Snapshot.loads(stored(name))
    services = snapshot.document["scope"]["services"]
    if name == "workloads":  # The other services hold only what workloads name.
        services = WORKLOAD_SERVICES
    kinds = [kind for kind, info in schemas().types.items() if info.service in services]
    assert [kind for kind in kinds if not snapshot.known(kind)] == []
    expected = {"demo": SERVICES, "minimal": (*SERVICES, *WORKLOAD_SERVICES)}
    assert name not in expected or set(services) == set(expected[name])


def test_workloads_have_something_good_and_something_bad_for_every_policy_of_theirs() -> None:
    policies = {policy.id for policy in PolicySet.packaged() if policy.set == "tier2"}
    seen = {(each.policy_id, each.status) for each in results("workloads") if each.policy_id in policies}
    assert {policy for policy, status in seen if status is Status.FAIL} == policies
    # The account itself is judged once.
    assert {policy for policy, status in seen if status is Status.PASS} == policies - {"logs-alarm-identity-events"}


def test_what_nobody_asked_for_is_unknown_and_one_row_each() -> None:
    policies = {policy.id for policy in PolicySet.packaged() if policy.set == "tier2"}
    rows = Counter((each.policy_id, each.status) for each in results("strong") if each.policy_id in policies)
    judged = {"cognito-userpool-waf", "iam-instance-profile-used", "secrets-rotation-function-resolvable"}
    for policy in policies - judged:
        assert rows[policy, Status.UNKNOWN] in (1, 2, 3), policy
        assert rows[policy, Status.PASS] == rows[policy, Status.NOT_APPLICABLE] == 0, policy
    for policy in judged:
        assert rows[policy, Status.PASS] == 0, policy


@pytest.mark.parametrize("name", ["minimal", "strong", "weak"])
def test_what_is_referred_to_is_there(name: str) -> None:
    snapshot = Snapshot.loads(stored(name))
    policies, users, groups, roles = (
        {each["id"] for each in snapshot.known(f"iam_{kind}")} for kind in ("policy", "user", "group", "role")
    )
    for kind in ("iam_user", "iam_group", "iam_role"):
        for owner in snapshot.known(kind):
            assert policies.issuperset(each["arn"] for each in owner["attached_policies"]), owner["name"]
    assert all(groups.issuperset(user["groups"]) for user in snapshot.known("iam_user"))
    for group in snapshot.known("iam_group"):
        members = {user["id"] for user in snapshot.known("iam_user") if group["id"] in user["groups"]}
        assert members | set(group["member_arns"]) <= users
        assert name == "minimal" or members == set(group["member_arns"])
    for pool in snapshot.known("cognito_identity_pool"):
        assert {pool["authenticated_role_arn"], pool["unauthenticated_role_arn"]} <= roles | {None}


def test_the_strong_account_fails_nothing() -> None:
    bad = {each.policy_id for each in results("strong") if each.status in (Status.FAIL, Status.UNKNOWN)}
    assert bad & default_policies() <= OWN_LIST


def test_the_weak_account_fails_most() -> None:
    counts = Counter(each.status for each in results("weak") if each.policy_id in default_policies())
    assert counts[Status.FAIL] > counts[Status.PASS]
    assert counts[Status.UNKNOWN] == 0


def test_the_partial_account_has_a_gap_of_every_kind() -> None:
    assert {gap.kind for gap in Snapshot.loads(stored("partial")).gaps} == set(GapKind)


def test_nothing_that_depends_on_what_was_denied_passes() -> None:
    whole = {(each.policy_id, each.resource_id): each.status for each in results("demo")}
    hidden = {"ListMFADevices", "GetCredentialReport"}
    unknown = [each for each in results("partial") if each.status is Status.UNKNOWN]
    assert {api.rpartition(":")[2] for each in unknown for api in (gap.api for gap in each.gaps)} >= hidden
    for each in results("partial"):
        before = whole.get((each.policy_id, each.resource_id))
        assert each.status in (before, Status.UNKNOWN), (each.policy_id, each.resource_name)


def test_the_demo_shows_every_best_practice_kept_and_broken() -> None:
    seen = {(result.best_practice, result.status) for result in results("demo")}
    for practice in {result.best_practice for result in results("demo")}:
        assert {(practice, Status.PASS), (practice, Status.FAIL)} <= seen
