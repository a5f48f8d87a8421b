"""Organizations: the organization, its members and control policies; from a member account mostly gaps."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from documents import Aws, apis_in_gaps, calls_of, gaps_of, only, status_of

Record = dict[str, Any]
DAY = datetime(2025, 1, 1, tzinfo=UTC)
ORGANIZATION = "o-exampleorgid"
ARN = f"arn:aws:organizations::123456789012:organization/{ORGANIZATION}"
MEMBER = "444455556666"
PATH = f"{ORGANIZATION}/r-ab12/ou-ab12-projects/ou-ab12-shop0001/{MEMBER}/"
POLICY_ID = "p-examplepolicyid"
POLICY_ARN = f"arn:aws:organizations::123456789012:policy/{ORGANIZATION}/service_control_policy/{POLICY_ID}"
TEXT = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "IAM:*", "Resource": "*"}]}'
NOT_REQUESTED = {"tags": ("not_requested", "organizations:ListTagsForResource", "NotRequested")}


def give_organization(aws: Aws) -> None:
    """An organization with one member, one policy and one delegated administrator."""
    summary = {
        "Id": POLICY_ID,
        "Arn": POLICY_ARN,
        "Name": "deny-iam",
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": False,
    }
    policies = {"SERVICE_CONTROL_POLICY": [summary], "RESOURCE_CONTROL_POLICY": []}
    account = {"Id": MEMBER, "Arn": f"{ARN}/{MEMBER}", "Name": "workloads", "Email": "CANARY@example.com"}
    joined = {"State": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": DAY, "Paths": [PATH]}
    aws.give(
        "organizations:DescribeOrganization",
        {
            "Organization": {
                "Id": ORGANIZATION,
                "Arn": ARN,
                "FeatureSet": "ALL",
                "MasterAccountId": "123456789012",
                "MasterAccountEmail": "CANARY@example.com",
            }
        },
    )
    types = [
        {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"},
        {"Type": "RESOURCE_CONTROL_POLICY", "Status": "PENDING_ENABLE"},
        {"Type": "BACKUP_POLICY", "Status": "ENABLED"},
    ]
    aws.give("organizations:ListRoots", {"Roots": [{"Id": "r-ab12", "PolicyTypes": types}]})
    aws.give("organizations:ListAccounts", {"Accounts": [{**account, **joined}]})
    aws.give("organizations:ListPolicies", lambda asked: {"Policies": policies[asked["Filter"]]})
    aws.give("organizations:DescribePolicy", {"Policy": {"PolicySummary": summary, "Content": TEXT}})
    targets = [{"TargetId": "r-ab12", "Type": "ROOT"}, {"TargetId": MEMBER, "Type": "ACCOUNT", "Name": "workloads"}]
    aws.give("organizations:ListTargetsForPolicy", {"Targets": targets})
    administrators = [{"Id": MEMBER, "Email": "CANARY@example.com", "Name": "workloads"}]
    aws.give("organizations:ListDelegatedAdministrators", {"DelegatedAdministrators": administrators})
    services = [{"ServicePrincipal": "sso.amazonaws.com"}, {"ServicePrincipal": "iam.amazonaws.com"}]
    aws.give("organizations:ListDelegatedServicesForAccount", {"DelegatedServices": services})
    aws.give("organizations:ListAWSServiceAccessForOrganization", {"EnabledServicePrincipals": services})
    features = ["RootSessions", "RootCredentialsManagement"]
    aws.give("iam:ListOrganizationsFeatures", {"OrganizationId": ORGANIZATION, "EnabledFeatures": features})


def test_an_organization_shows_all_that_aws_says_but_no_address(aws: Aws) -> None:
    give_organization(aws)
    document = aws.collect("organizations")
    assert document["scope"]["organization_id"] == ORGANIZATION
    assert only(document, "organization") == {
        "id": ORGANIZATION,
        "name": ORGANIZATION,
        "arn": ARN,
        "account_id": "123456789012",
        "region": "global",
        "tags": [],
        "management_account_id": "123456789012",
        "feature_set": "ALL",
        "enabled_policy_types": ["BACKUP_POLICY", "SERVICE_CONTROL_POLICY"],
        "delegated_administrators": [{"account_id": MEMBER, "services": ["iam.amazonaws.com", "sso.amazonaws.com"]}],
        "trusted_services": ["iam.amazonaws.com", "sso.amazonaws.com"],
        "root_features": ["RootCredentialsManagement", "RootSessions"],
    }
    assert only(document, "org_account") == {
        "id": MEMBER,
        "name": "workloads",
        "arn": f"{ARN}/{MEMBER}",
        "account_id": "123456789012",
        "region": "global",
        "state": "ACTIVE",
        "joined_method": "CREATED",
        "joined_date": "2025-01-01T00:00:00Z",
        "parent_ids": ["ou-ab12-shop0001", "ou-ab12-projects", "r-ab12"],
    }
    policy = only(document, "org_policy")
    text = policy.pop("document")
    assert policy == {
        "id": POLICY_ARN,
        "name": "deny-iam",
        "arn": POLICY_ARN,
        "account_id": "123456789012",
        "region": "global",
        "policy_id": POLICY_ID,
        "type": "SERVICE_CONTROL_POLICY",
        "aws_managed": False,
        "targets": [{"id": MEMBER, "type": "ACCOUNT"}, {"id": "r-ab12", "type": "ROOT"}],
    }
    assert (text["text"], text["statements"][0]["actions"]) == (TEXT, ["iam:*"])
    assert "CANARY" not in json.dumps(document)


def test_tags_of_accounts_and_policies_are_not_asked_for_and_that_is_said_once(aws: Aws) -> None:
    give_organization(aws)
    document = aws.collect("organizations")
    assert gaps_of(document, "org_account") == gaps_of(document, "org_policy") == NOT_REQUESTED
    assert gaps_of(document, "org_account", MEMBER) == gaps_of(document, "org_policy", POLICY_ARN) == {}


def test_an_account_without_an_organization_has_none_and_that_is_complete(aws: Aws) -> None:
    document = aws.collect("organizations")
    assert document["scope"]["organization_id"] is None
    assert not {"organization", "org_account", "org_policy"} & set(document["resources"])
    for collection in ("organization", "org_account", "org_policy"):
        assert status_of(document, collection) == {"global": "complete"}
    assert calls_of(document) == {"GetCallerIdentity": 1, "DescribeOrganization": 1}


@pytest.mark.parametrize(
    "code",
    [
        "OrganizationNotFoundException",
        "OrganizationNotInAllFeaturesModeException",
        "ServiceAccessNotEnabledException",
    ],
)
def test_root_features_that_could_not_be_enabled_are_none(aws: Aws, code: str) -> None:
    give_organization(aws)
    aws.refuse("iam:ListOrganizationsFeatures", code, status=409)
    assert only(aws.collect("organizations"), "organization")["root_features"] == []


@pytest.mark.parametrize(
    ("api", "collection", "resource_id", "field"),
    [
        ("organizations:DescribeOrganization", "organization", None, None),
        ("organizations:ListRoots", "organization", ORGANIZATION, "enabled_policy_types"),
        ("organizations:ListAccounts", "org_account", None, None),
        ("organizations:ListPolicies", "org_policy", None, None),
        ("organizations:DescribePolicy", "org_policy", POLICY_ARN, "document"),
        ("organizations:ListTargetsForPolicy", "org_policy", POLICY_ARN, "targets"),
        ("organizations:ListDelegatedAdministrators", "organization", ORGANIZATION, "delegated_administrators"),
        ("organizations:ListDelegatedServicesForAccount", "organization", ORGANIZATION, "delegated_administrators"),
        ("organizations:ListAWSServiceAccessForOrganization", "organization", ORGANIZATION, "trusted_services"),
        ("iam:ListOrganizationsFeatures", "organization", ORGANIZATION, "root_features"),
    ],
)
def test_a_denied_operation_costs_what_only_it_tells(
    aws: Aws, api: str, collection: str, resource_id: str | None, field: str | None
) -> None:
    give_organization(aws)
    aws.refuse(api, "AccessDeniedException", status=400)
    document = aws.collect("organizations")
    assert gaps_of(document, collection, resource_id)[field] == ("denied", api, "AccessDeniedException")
    read = {each for each in apis_in_gaps(document) if each != "organizations:ListTagsForResource"}
    assert {each for each in read if each.startswith("organizations:")} <= {api}


def test_a_member_account_that_may_read_nothing_has_gaps_and_no_empty_collection(aws: Aws) -> None:
    give_organization(aws)
    for name in ("ListRoots", "ListAccounts", "ListPolicies", "ListDelegatedAdministrators"):
        aws.refuse(f"organizations:{name}", "AccessDeniedException", status=400)
    aws.refuse("organizations:ListAWSServiceAccessForOrganization", "AccessDeniedException", status=400)
    aws.refuse("iam:ListOrganizationsFeatures", "AccountNotManagementOrDelegatedAdministratorException", status=409)
    document = aws.collect("organizations")
    assert document["scope"]["organization_id"] == ORGANIZATION
    assert status_of(document, "organization") == {"global": "complete"}
    assert status_of(document, "org_account") == status_of(document, "org_policy") == {"global": "denied"}
    assert set(gaps_of(document, "organization", ORGANIZATION)) == {
        "enabled_policy_types",
        "delegated_administrators",
        "trusted_services",
        "root_features",
    }


def test_accounts_on_all_pages_are_read(aws: Aws) -> None:
    give_organization(aws)
    first = [{"Id": f"{number:012}", "Name": "a", "State": "ACTIVE", "Paths": [PATH]} for number in range(1, 21)]
    last = [{"Id": MEMBER, "Name": "b", "Paths": [PATH]}]
    pages = {None: {"Accounts": first, "NextToken": "more"}, "more": {"Accounts": last}}
    aws.give("organizations:ListAccounts", lambda asked: pages[asked.get("NextToken")])
    document = aws.collect("organizations")
    assert len(document["resources"]["org_account"]) == 21
    assert gaps_of(document, "org_account", MEMBER) == {
        "state": ("failed", "organizations:ListAccounts", "NotInAnswer")
    }


def give_parents(aws: Aws, **parents: str) -> None:
    """An organization whose list of accounts tells no paths, and the parent of each account and unit."""
    give_organization(aws)
    accounts = [{"Id": each, "Name": "a", "State": "ACTIVE"} for each in (MEMBER, "777788889999")]
    aws.give("organizations:ListAccounts", {"Accounts": accounts})

    def answer(asked: Record) -> Record:
        parent = parents["in_" + asked["ChildId"].replace("-", "_")]
        return {"Parents": [{"Id": parent, "Type": "ROOT" if parent.startswith("r-") else "ORGANIZATIONAL_UNIT"}]}

    aws.give("organizations:ListParents", answer)


def parents_of(document: Record) -> Record:
    return {each["id"]: each.get("parent_ids") for each in document["resources"]["org_account"]}


def test_without_paths_each_account_and_each_unit_is_asked_once_for_its_parent(aws: Aws) -> None:
    unit = "ou-ab12-projects"
    give_parents(aws, in_444455556666=unit, in_777788889999=unit, in_ou_ab12_projects="r-ab12")
    document = aws.collect("organizations")
    assert parents_of(document) == {MEMBER: [unit, "r-ab12"], "777788889999": [unit, "r-ab12"]}
    assert calls_of(document)["ListParents"] == 3


def test_parents_that_run_in_a_circle_are_a_gap(aws: Aws) -> None:
    one, other = "ou-ab12-projects", "ou-ab12-shop0001"
    give_parents(aws, in_444455556666=one, in_777788889999="r-ab12", in_ou_ab12_projects=other, in_ou_ab12_shop0001=one)
    document = aws.collect("organizations")
    assert parents_of(document) == {MEMBER: None, "777788889999": ["r-ab12"]}
    assert gaps_of(document, "org_account", MEMBER) == {
        "parent_ids": ("failed", "organizations:ListParents", "CircularParents")
    }


def test_a_unit_that_may_not_be_asked_hides_what_is_above_it(aws: Aws) -> None:
    give_parents(aws, in_444455556666="ou-ab12-projects", in_777788889999="r-ab12")
    aws.refuse("organizations:ListParents", "AccessDeniedException", when=lambda asked: "ou" in asked["ChildId"])
    document = aws.collect("organizations")
    assert parents_of(document) == {MEMBER: None, "777788889999": ["r-ab12"]}
    assert gaps_of(document, "org_account", MEMBER) == {
        "parent_ids": ("denied", "organizations:ListParents", "AccessDeniedException")
    }


def test_a_policy_outside_the_grammar_keeps_its_text_and_hides_its_statements(aws: Aws) -> None:
    give_organization(aws)
    aws.give("organizations:DescribePolicy", {"Policy": {"Content": "{"}})
    document = aws.collect("organizations")
    assert only(document, "org_policy")["document"] == {"text": "{"}
    assert gaps_of(document, "org_policy", POLICY_ARN)["document.statements"][0] == "unparsed"


def test_moto_holds_an_organization_of_two_accounts(aws: Aws) -> None:
    client = aws.client("organizations")
    client.create_organization(FeatureSet="ALL")
    status = client.create_account(Email="canary@example.com", AccountName="workloads")["CreateAccountStatus"]
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    client.register_delegated_administrator(AccountId=status["AccountId"], ServicePrincipal="ssm.amazonaws.com")
    client.enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    made = client.create_policy(Name="deny", Description="d", Type="SERVICE_CONTROL_POLICY", Content=TEXT)["Policy"][
        "PolicySummary"
    ]
    client.attach_policy(PolicyId=made["Id"], TargetId=root)
    document = aws.collect("organizations")
    organization = only(document, "organization")
    assert organization["enabled_policy_types"] == ["SERVICE_CONTROL_POLICY"]
    assert organization["delegated_administrators"] == [
        {"account_id": status["AccountId"], "services": ["ssm.amazonaws.com"]}
    ]
    assert organization["trusted_services"] == ["ssm.amazonaws.com"]
    assert gaps_of(document, "organization", organization["id"]) == {
        "root_features": ("failed", "iam:ListOrganizationsFeatures", "501")
    }
    assert {each["name"]: each["state"] for each in document["resources"]["org_account"]} == {
        "master": "ACTIVE",
        "workloads": "ACTIVE",
    }
    assert {tuple(each) for each in parents_of(document).values()} == {(root,)}
    policies = {each["name"]: each for each in document["resources"]["org_policy"]}
    assert set(policies) == {"FullAWSAccess", "RCPFullAWSAccess", "deny"}
    assert policies["deny"]["targets"] == [{"id": root, "type": "ROOT"}]
    assert policies["deny"]["document"]["text"] == TEXT
    assert (policies["deny"]["aws_managed"], policies["FullAWSAccess"]["aws_managed"]) == (False, True)
    assert "@example.com" not in json.dumps(document)
