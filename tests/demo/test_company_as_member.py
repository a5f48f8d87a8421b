"""Example Corp read as a member of its organization: what has a verdict once the caller hands on what it knows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fixture_tools import NOW

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.collect import Organization, Request, collect, organization_of
from sec02_policies.collect.members import _fields_for
from sec02_policies.demo import embedded_aws
from sec02_policies.demo.company import build_company

Rows = dict[tuple[str, str | None], str]
SERVICES = ("iam", "organizations", "secretsmanager")


def judged(session: Any, organization: Organization, account_id: str, region: str) -> Rows:
    """The statuses of what that member, which is read with the session itself, holds."""
    (member,) = organization.choose([account_id])
    document = collect(
        session,
        regions=[region],
        fields=_fields_for(member, organization, Request(services=SERVICES)),
        handed_on=organization.handed_on,
        now=lambda: NOW,
    )
    found = evaluate(Snapshot(json.loads(json.dumps(document))), PolicySet.packaged())
    return {(each.policy_id, each.resource_id): each.status.value for each in found.results}


@pytest.fixture(scope="module")
def told_and_alone() -> tuple[Rows, Rows]:
    """The statuses with what is handed on, and those without."""
    with embedded_aws() as aws:
        site = build_company(aws, now=NOW)
        found = organization_of(aws.session, request=Request(regions=(aws.region,)), now=lambda: NOW)
        other = next(each.id for each in found.members if each.id != aws.account_id)

        def managed_elsewhere(_: Any, answer: dict[str, Any]) -> dict[str, Any]:
            return {"Organization": {**answer["Organization"], "MasterAccountId": other}}

        site.replay.amend("organizations", "DescribeOrganization", managed_elsewhere)
        site.replay.install(aws.session)
        organization = replace(found, management_account_id=other, caller_account_id=other)
        told = judged(aws.session, organization, aws.account_id, aws.region)
        alone = judged(aws.session, replace(organization, handed_on=None), aws.account_id, aws.region)
    return told, alone


def test_what_is_handed_on_decides_what_was_unknown_and_nothing_else(told_and_alone: tuple[Rows, Rows]) -> None:
    told, alone = told_and_alone
    assert told.keys() == alone.keys()
    changed = {key: status for key, status in told.items() if status != alone[key]}
    assert {alone[key] for key in changed} == {"unknown"}
    assert sorted((policy, status) for (policy, _), status in changed.items()) == [
        ("iam-member-root-credentials-absent", "fail"),
        ("iam-role-cross-account-broad-access", "fail"),
        ("iam-role-third-party-external-id", "fail"),
        ("iam-role-third-party-external-id", "not_applicable"),
        ("iam-role-third-party-external-id", "pass"),
        ("iam-role-trust-known-accounts", "fail"),
        ("iam-role-trust-known-accounts", "fail"),
        ("iam-role-trust-known-accounts", "pass"),
        ("org-root-credentials-managed", "pass"),
        ("org-root-sessions-enabled", "fail"),
        ("secrets-policy-known-accounts", "pass"),
    ]
