"""`sec02 policies permissions`: the IAM policy on standard output, in two forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Sec02 = Callable[..., Any]


def test_the_policy_of_chosen_policies_is_json_and_nothing_else(sec02: Sec02) -> None:
    outcome = sec02("policies", "permissions", "--select", "iam-root-no-access-keys")
    document = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    assert document["Statement"][0]["Action"] == [
        "iam:GenerateCredentialReport",
        "iam:GetAccountSummary",
        "iam:GetCredentialReport",
    ]


def test_it_is_terraform_where_that_is_asked_for(sec02: Sec02) -> None:
    outcome = sec02("policies", "permissions", "--select", "iam-root-no-access-keys", "--format", "terraform")
    assert outcome.out.startswith('data "aws_iam_policy_document" "sec02_collector" {\n  statement {\n')


def test_policies_of_ones_own_count_too(sec02: Sec02, policy_folder: Path) -> None:
    outcome = sec02("policies", "permissions", "--policies", policy_folder)
    assert "iam:ListMFADevices" in json.loads(outcome.out)["Statement"][0]["Action"]


def test_nothing_selected_is_refused(sec02: Sec02) -> None:
    outcome = sec02("policies", "permissions", "--select", "no-such-*")
    assert (outcome.code, outcome.out) == (5, "")


def test_the_role_of_an_organization_may_be_assumed_in_each_account(sec02: Sec02) -> None:
    options = ("policies", "permissions", "--select", "iam-root-no-access-keys", "--role-name", "audit/sec02")
    statements = {each["Sid"]: each for each in json.loads(sec02(*options).out)["Statement"]}
    assert statements["Sec02AssumeRole"]["Action"] == ["sts:AssumeRole"]
    assert statements["Sec02AssumeRole"]["Resource"] == "arn:aws:iam::*:role/audit/sec02"
    assert "organizations:ListAccounts" in statements["Sec02Read"]["Action"]
    assert "sts:AssumeRole" not in json.dumps([each for each in statements.values() if each["Effect"] == "Deny"])
    assert 'resources = ["arn:aws:iam::*:role/audit/sec02"]' in sec02(*options, "--format", "terraform").out
    assert sec02(*options[:-1], "arn:aws:iam::123456789012:role/x").code == 2
