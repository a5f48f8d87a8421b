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
