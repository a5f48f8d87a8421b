"""Every policy that can fail is seen to fail on an account, and every one is unknown where nothing could be read."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from fixture_strong import strong
from fixture_tools import Record
from fixture_weak import weak

from sec02_policies import PolicySet, Snapshot, Status, evaluate

# What is missing proves nothing: it is complete, or unknown.
NEVER_FAIL = {"evidence-snapshot-complete"}
# The account is too small for the default.
ADMINISTRATORS = {"idc-admin-permission-set-limited": {"max_principals": 1}}


@cache
def policies() -> PolicySet:
    """What is judged where nobody names a set, the opt-in policies switched on."""
    chosen = PolicySet.packaged().select()
    switched = {policy.id: {"enabled": True} for policy in chosen if "enabled" in policy.params}
    return chosen.with_params({**switched, **ADMINISTRATORS})


def without_password_policy(document: Record) -> None:
    document["resources"]["iam_account"][0]["password_policy"] = None


def of_an_organization_for_bills(document: Record) -> None:
    document["resources"]["organization"][0]["feature_set"] = "CONSOLIDATED_BILLING"


def of_no_organization(document: Record) -> None:
    for kind in ("organization", "org_account", "org_policy"):
        document["resources"][kind] = []


def of_a_member_with_a_root_password(document: Record) -> None:
    organization = document["resources"]["organization"][0]
    organization |= {"management_account_id": "999900001111", "root_features": ["RootCredentialsManagement"]}
    document["resources"]["iam_root"][0]["password_enabled"] = True


# An account cannot have a weak password policy and none, nor be alone and a member.
ACCOUNTS: tuple[Callable[[Record], None], ...] = (
    lambda _: None,
    without_password_policy,
    of_an_organization_for_bills,
    of_no_organization,
    of_a_member_with_a_root_password,
)


def seen(document: Any, status: Status) -> set[str]:
    return {each.policy_id for each in evaluate(Snapshot(document), policies()).results if each.status is status}


def test_every_policy_that_can_fail_fails_on_a_badly_kept_account() -> None:
    failing: set[str] = set()
    for change in ACCOUNTS:
        document = copy.deepcopy(weak())
        change(document)
        failing |= seen(document, Status.FAIL)
    assert {policy.id for policy in policies()} - failing == NEVER_FAIL


def test_most_policies_pass_on_a_well_kept_account() -> None:
    passing = seen(strong(), Status.PASS)
    assert len(passing) > len(policies()) * 3 // 4


@pytest.mark.parametrize("account", [weak, strong])
def test_every_policy_is_unknown_where_nothing_could_be_read(account: Callable[[], Record]) -> None:
    document = copy.deepcopy(account())
    kinds = sorted(document["resources"].keys() | {each for row in document["sections"] for each in row["collections"]})
    document |= {"resources": {}, "sections": [], "attestations": []}
    document["gaps"] = [
        {
            "id": f"g{number:05}",
            "collection": kind,
            "account_id": document["scope"]["account_id"],
            "region": "global",
            "resource_id": None,
            "field": None,
            "api": "test:Everything",
            "code": "AccessDenied",
            "kind": "denied",
        }
        for number, kind in enumerate(kinds)
    ]
    assert seen(document, Status.UNKNOWN) == {policy.id for policy in policies()}
