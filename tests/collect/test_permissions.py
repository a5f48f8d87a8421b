"""The least IAM policy: it allows what the plan calls, and its Denies reach writes, secret values and credentials."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase

import pytest
from botocore.session import Session, get_session

from sec02_policies import PolicySet
from sec02_policies.collect import (
    SERVICES,
    WORKLOAD_SERVICES,
    operations_for,
    policy_document,
    terraform,
    workloads_document,
)
from sec02_policies.collect._operations import OPERATIONS, workloads
from sec02_policies.collect._plan import all_fields
from sec02_policies.evaluate import fields_read

# A managed policy may have so many characters, white space not counted: the IAM quotas page.
LARGEST = 6144
READING = re.compile(r"(BatchGet|Check|Describe|Generate|Get|Is|List|Lookup|Search|Simulate|Validate|Verify)(?=[A-Z])")
PREFIXES = {"sso-admin": "sso", "accessanalyzer": "access-analyzer"}


@pytest.fixture(scope="module")
def models() -> Session:
    return get_session()


def actions(document: dict[str, object], effect: str) -> list[str]:
    statements = document["Statement"]
    assert isinstance(statements, list)
    return [action for each in statements if each["Effect"] == effect for action in each["Action"]]


def denied(document: dict[str, object], action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in actions(document, "Deny"))


STANDARD = {api: each for api, each in OPERATIONS.items() if each not in workloads.OPERATIONS}


def everything() -> dict[str, object]:
    """The policy for all that is read without naming a service."""
    return policy_document(STANDARD)


def chosen(*select: str) -> dict[str, object]:
    policies = PolicySet.packaged().select(select)
    return policy_document(each.api for each in operations_for(fields_read(policies)))


def test_a_policy_needs_the_operations_of_its_fields_and_those_before_them() -> None:
    assert actions(chosen("iam-root-no-access-keys"), "Allow") == [
        "iam:GenerateCredentialReport",
        "iam:GetAccountSummary",
        "iam:GetCredentialReport",
    ]
    assert actions(chosen("iam-access-key-rotated"), "Allow") == [
        "iam:GenerateCredentialReport",
        "iam:GetAccessKeyLastUsed",
        "iam:GetAccountAuthorizationDetails",
        "iam:GetAccountSummary",
        "iam:GetCredentialReport",
        "iam:ListAccessKeys",
    ]


def test_regions_are_asked_for_where_a_regional_service_is_read() -> None:
    assert "account:ListRegions" in actions(chosen("secrets-rotation-enabled"), "Allow")
    fields = fields_read(PolicySet.packaged().select(["secrets-rotation-enabled"]))
    assert "account:ListRegions" not in {each.api for each in operations_for(fields, regions_known=True)}


def test_the_deny_takes_nothing_away_that_is_allowed() -> None:
    assert [each for each in actions(everything(), "Allow") if denied(everything(), each)] == []


@pytest.mark.parametrize(
    "action",
    [
        "secretsmanager:GetSecretValue",
        "secretsmanager:BatchGetSecretValue",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
        "ssm:GetParameterHistory",
        "sts:GetSessionToken",
        "sts:GetFederationToken",
        "sts:AssumeRoot",
        "cognito-identity:GetCredentialsForIdentity",
        "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
        "cognito-idp:AdminGetUser",
        "cognito-idp:ListUsersInGroup",
        "iam:CreateAccessKey",
        "iam:PassRole",
    ],
)
def test_values_and_credentials_are_denied_for_every_choice(action: str) -> None:
    assert denied(everything(), action)
    prefix = action.partition(":")[0]
    if prefix in ("iam", "secretsmanager", "ssm", "sts"):
        select = "secrets-rotation-enabled" if prefix == "secretsmanager" else "iam-root-no-access-keys"
        assert denied(chosen(select), action)


def test_every_operation_that_is_no_read_is_denied_in_every_service_that_is_read(models: Session) -> None:
    document = everything()
    named = [
        f"{PREFIXES.get(service, service)}:{name}"
        for service in sorted({each.service for each in STANDARD.values()} - {"sts", "ec2"})
        for name in models.get_service_model(service).operation_names
        if not READING.match(name)
    ]
    assert len(named) > 300
    assert [each for each in named if not denied(document, each)] == []


def test_it_fits_into_a_managed_policy() -> None:
    assert len(re.sub(r"\s", "", json.dumps(everything()))) <= LARGEST


def test_the_plan_of_everything_holds_every_operation_but_the_one_that_stands_in() -> None:
    planned = {each.api for each in operations_for(all_fields(SERVICES, on_request=True))}
    assert STANDARD.keys() - planned == {"ec2:DescribeRegions"}


def test_the_plan_of_workloads_holds_their_operations() -> None:
    planned = {each.api for each in operations_for(all_fields(WORKLOAD_SERVICES))}
    own = {each.api for each in workloads.OPERATIONS}
    assert planned - STANDARD.keys() == own


def test_the_permissions_for_workloads_are_a_policy_of_their_own_that_reads() -> None:
    document = workloads_document()
    assert {each["Effect"] for each in document["Statement"]} == {"Allow"}
    assert actions(document, "Allow") == sorted(each.permission for each in workloads.OPERATIONS)
    assert all(READING.match(each.partition(":")[2]) for each in actions(document, "Allow"))
    assert len(re.sub(r"\s", "", json.dumps(document))) <= LARGEST
    for never in ("ssm:GetParameter", "lambda:GetFunction", "secretsmanager:GetSecretValue", "kms:Decrypt"):
        assert never not in actions(document, "Allow")


def test_what_is_called_for_each_of_something_comes_after_what_lists_it() -> None:
    for each in OPERATIONS.values():
        assert set(each.after) <= OPERATIONS.keys()
        assert each.after or each.per in ("account", "region"), each.api


def test_terraform_says_the_same() -> None:
    document = chosen("iam-root-no-access-keys")
    text = terraform(document)
    found = re.findall(r'"([a-z-]+:[A-Za-z*]+)",', text)
    assert found == [*actions(document, "Allow"), *actions(document, "Deny")]
    assert [text.count(f'effect    = "{effect}"') for effect in ("Allow", "Deny")] == [1, 3]
    assert text.count("{") == text.count("}")
    assert 'resource "aws_iam_policy" "sec02_collector"' in text
