"""Identity Center: permission sets with their policies, assignments, and people without personal data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from documents import Aws, apis_in_gaps, calls_of, gaps_of, only, status_of

Record = dict[str, Any]
DAY = datetime(2025, 1, 1, tzinfo=UTC)
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
STORE = "d-1234567890"
STORE_ARN = f"arn:aws:identitystore::123456789012:identitystore/{STORE}"
SET = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef"
APPLICATION = "arn:aws:sso::123456789012:application/ssoins-1234567890abcdef/apl-1234567890abcdef"
ISSUER = "arn:aws:sso::123456789012:trustedTokenIssuer/ssoins-1234567890abcdef/tti-a1b2c3d4-0001-0002-0003-000000000004"
OWN, MEMBER, OTHER = "123456789012", "444455556666", "777788889999"
USER = "a1b2c3d4-0001-0002-0003-000000000001"
GROUP = "a1b2c3d4-0001-0002-0003-000000000002"
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "S3:Get*", "Resource": "*"}]}'


def give_instance(aws: Aws, **members: Any) -> None:
    """An instance with one bare permission set, and an identity store with nobody in it."""
    instance = {"InstanceArn": INSTANCE, "IdentityStoreId": STORE, "OwnerAccountId": OWN, "Status": "ACTIVE"}
    aws.give("sso-admin:ListInstances", {"Instances": [{**instance, **members}]})
    aws.refuse("sso-admin:DescribeInstanceAccessControlAttributeConfiguration", "ResourceNotFoundException", status=400)
    aws.give("sso-admin:DescribeInstance", {"InstanceArn": INSTANCE})
    aws.give("sso-admin:ListApplications", {"Applications": []})
    aws.give("sso-admin:ListTrustedTokenIssuers", {"TrustedTokenIssuers": []})
    aws.give("identitystore:DescribeIdentityStore", {"IdentityStoreId": STORE, "IdentityStoreArn": STORE_ARN})
    aws.give("sso-admin:ListTagsForResource", {"Tags": []})
    aws.give("sso-admin:ListPermissionSets", {"PermissionSets": [SET]})
    aws.give("sso-admin:DescribePermissionSet", {"PermissionSet": {"Name": "ReadOnly", "PermissionSetArn": SET}})
    aws.give("sso-admin:GetInlinePolicyForPermissionSet", {"InlinePolicy": ""})
    aws.give("sso-admin:ListManagedPoliciesInPermissionSet", {"AttachedManagedPolicies": []})
    aws.give("sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet", {"CustomerManagedPolicyReferences": []})
    aws.refuse("sso-admin:GetPermissionsBoundaryForPermissionSet", "ResourceNotFoundException", status=400)
    aws.give("sso-admin:ListAccountsForProvisionedPermissionSet", {"AccountIds": []})
    aws.give("sso-admin:ListAccountAssignments", {"AccountAssignments": []})
    aws.give("identitystore:ListUsers", {"Users": []})
    aws.give("identitystore:ListGroups", {"Groups": []})
    aws.give("identitystore:ListGroupMemberships", {"GroupMemberships": []})


def give_people(aws: Aws) -> None:
    """One user and one group, with every personal thing that AWS may tell of them."""
    issued = [{"Issuer": "https://idp.example.com/scim", "Id": "CANARY"}]
    user = {
        "IdentityStoreId": STORE,
        "UserId": USER,
        "UserArn": f"arn:aws:identitystore:::user/{USER}",
        "Revision": "1",
        "UserName": "CANARY",
        "DisplayName": "CANARY",
        "NickName": "CANARY",
        "Name": {"GivenName": "CANARY", "FamilyName": "CANARY"},
        "Emails": [{"Value": "CANARY@example.com"}],
        "PhoneNumbers": [{"Value": "CANARY"}],
        "Addresses": [{"StreetAddress": "CANARY"}],
        "Title": "CANARY",
        "UserStatus": "ENABLED",
        "ExternalIds": issued,
    }
    group = {
        "IdentityStoreId": STORE,
        "GroupId": GROUP,
        "GroupArn": f"arn:aws:identitystore:::group/{GROUP}",
        "Revision": "1",
        "DisplayName": "engineers",
        "Description": "CANARY",
        "ExternalIds": issued,
    }
    membership = {
        "IdentityStoreId": STORE,
        "MembershipId": USER,
        "MembershipArn": f"arn:aws:identitystore:::membership/{USER}",
        "GroupId": GROUP,
        "MemberId": {"UserId": USER},
    }
    aws.give("identitystore:ListUsers", {"Users": [user]})
    aws.give("identitystore:ListGroups", {"Groups": [group]})
    aws.give("identitystore:ListGroupMemberships", {"GroupMemberships": [membership]})


def give_assignments(aws: Aws, provisioned: list[str], **principals: str) -> None:
    """Where the set is provisioned, and the one group or user that it is assigned to in each account."""
    kinds = {USER: "USER", GROUP: "GROUP"}

    def answer(asked: Record) -> Record:
        principal = principals.get(f"in_{asked['AccountId']}")
        found = {"AccountId": asked["AccountId"], "PermissionSetArn": SET}
        named = [{**found, "PrincipalType": kinds[principal], "PrincipalId": principal}] if principal else []
        return {"AccountAssignments": named}

    aws.give("sso-admin:ListAccountAssignments", answer)
    aws.give("sso-admin:ListAccountsForProvisionedPermissionSet", {"AccountIds": provisioned})


def give_members(aws: Aws, *accounts: str) -> None:
    """An organization of those accounts."""
    organization = {"Id": "o-exampleorgid", "MasterAccountId": OWN, "FeatureSet": "ALL"}
    aws.give("organizations:DescribeOrganization", {"Organization": organization})
    aws.give("organizations:ListAccounts", {"Accounts": [{"Id": each, "Name": "a"} for each in accounts]})
    for name, key in (
        ("ListRoots", "Roots"),
        ("ListPolicies", "Policies"),
        ("ListDelegatedAdministrators", "DelegatedAdministrators"),
        ("ListAWSServiceAccessForOrganization", "EnabledServicePrincipals"),
    ):
        aws.give(f"organizations:{name}", {key: []})


def give_applications(aws: Aws, **members: Any) -> None:
    """One application with two grants, and one trusted token issuer."""
    aws.give("sso-admin:ListApplications", {"Applications": [{"ApplicationArn": APPLICATION, **members}]})
    aws.give("sso-admin:GetApplicationAssignmentConfiguration", {"AssignmentRequired": False})
    code = {"AuthorizationCode": {"RedirectUris": ["https://b.example.com/", "http://a.example.com/"]}}
    grants = [
        {"GrantType": "refresh_token", "Grant": {"RefreshToken": {}}},
        {"GrantType": "authorization_code", "Grant": code},
    ]
    aws.give("sso-admin:ListApplicationGrants", {"Grants": grants})
    aws.give("sso-admin:ListTrustedTokenIssuers", {"TrustedTokenIssuers": [{"TrustedTokenIssuerArn": ISSUER}]})
    settings = {
        "IssuerUrl": "https://example.okta.com/oauth2/default",
        "ClaimAttributePath": "email",
        "IdentityStoreAttributePath": "emails.value",
        "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
    }
    described = {
        "TrustedTokenIssuerArn": ISSUER,
        "TrustedTokenIssuerConfiguration": {"OidcJwtConfiguration": settings},
    }
    aws.give("sso-admin:DescribeTrustedTokenIssuer", described)


def set_of(aws: Aws, *services: str) -> Record:
    return only(aws.collect("identity_center", *services), "idc_permission_set")


# ------------------------------------------------------------ instances


def test_an_instance_shows_all_that_aws_says(aws: Aws) -> None:
    give_instance(aws, Name="main", CreatedDate=DAY)
    aws.give("sso-admin:ListTagsForResource", {"Tags": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]})
    attributes = [{"Key": "team", "Value": {"Source": ["x"]}}, {"Key": "cost", "Value": {"Source": ["y"]}}]
    aws.give(
        "sso-admin:DescribeInstanceAccessControlAttributeConfiguration",
        {
            "Status": "ENABLED",
            "InstanceAccessControlAttributeConfiguration": {"AccessControlAttributes": attributes},
        },
    )
    assert only(aws.collect("identity_center"), "idc_instance") == {
        "id": INSTANCE,
        "name": "main",
        "arn": INSTANCE,
        "account_id": OWN,
        "region": "us-east-1",
        "tags": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}],
        "identity_store_id": STORE,
        "owner_account_id": OWN,
        "status": "ACTIVE",
        "created_date": "2025-01-01T00:00:00Z",
        "access_control_attributes": {"status": "ENABLED", "keys": ["cost", "team"]},
        "encryption": None,
        "identity_store_network": None,
    }


def test_an_instance_without_name_or_attributes_has_its_id_and_none(aws: Aws) -> None:
    give_instance(aws)
    instance = only(aws.collect("identity_center"), "idc_instance")
    assert (instance["name"], instance["access_control_attributes"]) == ("ssoins-1234567890abcdef", None)


def test_the_key_of_an_instance_and_the_network_of_its_store_are_told(aws: Aws) -> None:
    give_instance(aws)
    key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    details = {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": key, "EncryptionStatus": "ENABLED"}
    aws.give("sso-admin:DescribeInstance", {"InstanceArn": INSTANCE, "EncryptionConfigurationDetails": details})
    network = {"VpceAccessRequired": True, "ScimAllowSourceIps": ["203.0.113.0/24", "192.0.2.7"]}
    store = {"IdentityStoreId": STORE, "IdentityStoreArn": STORE_ARN, "NetworkConfiguration": network}
    aws.give("identitystore:DescribeIdentityStore", store)
    instance = only(aws.collect("identity_center"), "idc_instance")
    assert instance["encryption"] == {"key_type": "CUSTOMER_MANAGED_KEY", "kms_key_arn": key, "status": "ENABLED"}
    assert instance["identity_store_network"] == {
        "vpce_access_required": True,
        "api_restrict_source_vpcs": [],
        "api_allow_source_ips": [],
        "scim_allow_source_ips": ["192.0.2.7", "203.0.113.0/24"],
    }


def test_an_application_shows_all_that_aws_says(aws: Aws) -> None:
    give_instance(aws)
    provider = "arn:aws:sso::aws:applicationProvider/custom"
    give_applications(
        aws,
        Name="wiki",
        ApplicationAccount=MEMBER,
        ApplicationProviderArn=provider,
        Status="ENABLED",
        CreatedDate=DAY,
        Description="CANARY",
    )
    document = aws.collect("identity_center")
    assert only(document, "idc_application") == {
        "id": APPLICATION,
        "name": "wiki",
        "arn": APPLICATION,
        "account_id": OWN,
        "region": "us-east-1",
        "tags": [],
        "instance_arn": INSTANCE,
        "application_account_id": MEMBER,
        "application_provider_arn": provider,
        "status": "ENABLED",
        "created_date": "2025-01-01T00:00:00Z",
        "assignment_required": False,
        "grants": [
            {"type": "authorization_code", "redirect_uris": ["http://a.example.com/", "https://b.example.com/"]},
            {"type": "refresh_token", "redirect_uris": []},
        ],
    }
    assert "CANARY" not in json.dumps(document)


def test_an_application_without_a_name_has_its_id(aws: Aws) -> None:
    give_instance(aws)
    give_applications(aws)
    assert only(aws.collect("identity_center"), "idc_application")["name"] == "apl-1234567890abcdef"


def test_a_trusted_token_issuer_shows_all_that_aws_says(aws: Aws) -> None:
    give_instance(aws)
    give_applications(aws)
    assert only(aws.collect("identity_center"), "idc_trusted_token_issuer") == {
        "id": ISSUER,
        "name": "tti-a1b2c3d4-0001-0002-0003-000000000004",
        "arn": ISSUER,
        "account_id": OWN,
        "region": "us-east-1",
        "tags": [],
        "instance_arn": INSTANCE,
        "issuer_url": "https://example.okta.com/oauth2/default",
        "claim_attribute_path": "email",
        "identity_store_attribute_path": "emails.value",
    }


def test_an_instance_seen_from_two_regions_is_read_once_in_its_primary_region(aws: Aws) -> None:
    give_instance(aws, PrimaryRegion="us-east-1")
    document = aws.collect("identity_center", regions=("eu-west-1", "us-east-1"))
    assert only(document, "idc_instance")["region"] == "us-east-1"
    assert only(document, "idc_permission_set")["region"] == "us-east-1"
    for collection in ("idc_instance", "idc_permission_set", "idc_user", "idc_group"):
        assert status_of(document, collection) == {"eu-west-1": "complete", "us-east-1": "complete"}


def test_a_region_without_an_instance_has_none_of_it_and_that_is_complete(aws: Aws) -> None:
    aws.give("sso-admin:ListInstances", {"Instances": []})
    document = aws.collect("identity_center")
    for collection in ("idc_instance", "idc_permission_set", "idc_user", "idc_group"):
        assert status_of(document, collection) == {"us-east-1": "complete"}
        assert collection not in document["resources"]


def test_an_instance_without_an_identity_store_leaves_its_people_unread(aws: Aws) -> None:
    give_instance(aws)
    aws.give("sso-admin:ListInstances", {"Instances": [{"InstanceArn": INSTANCE, "Status": "CREATE_FAILED"}]})
    document = aws.collect("identity_center")
    assert status_of(document, "idc_user") == status_of(document, "idc_group") == {"us-east-1": "failed"}
    assert set(gaps_of(document, "idc_instance", INSTANCE)) == {
        "identity_store_id",
        "owner_account_id",
        "identity_store_network",
    }


# ------------------------------------------------------------ permission sets


def test_a_bare_permission_set_has_no_policies_and_an_hour(aws: Aws) -> None:
    give_instance(aws)
    assert set_of(aws) == {
        "id": SET,
        "name": "ReadOnly",
        "arn": SET,
        "account_id": OWN,
        "region": "us-east-1",
        "tags": [],
        "instance_arn": INSTANCE,
        "created_date": None,
        "session_duration_seconds": 3600,
        "inline_policy": None,
        "managed_policies": [],
        "customer_managed_policies": [],
        "permissions_boundary": None,
        "provisioned_account_ids": [],
        "outdated_account_ids": [],
        "assignments": [],
    }


def test_a_full_permission_set_shows_its_policies_and_its_boundary(aws: Aws) -> None:
    give_instance(aws)
    described = {"Name": "Admin", "CreatedDate": DAY, "SessionDuration": "PT8H", "Description": "CANARY"}
    aws.give("sso-admin:DescribePermissionSet", {"PermissionSet": {**described, "RelayState": "https://CANARY"}})
    aws.give("sso-admin:GetInlinePolicyForPermissionSet", {"InlinePolicy": POLICY})
    aws.give(
        "sso-admin:ListManagedPoliciesInPermissionSet",
        {"AttachedManagedPolicies": [{"Name": "ReadOnlyAccess", "Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]},
    )
    references = [{"Name": "b"}, {"Name": "a", "Path": "/team/"}]
    aws.give(
        "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
        {"CustomerManagedPolicyReferences": references},
    )
    boundary = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}
    aws.give("sso-admin:GetPermissionsBoundaryForPermissionSet", {"PermissionsBoundary": boundary})
    document = aws.collect("identity_center")
    found = only(document, "idc_permission_set")
    assert (found["created_date"], found["session_duration_seconds"]) == ("2025-01-01T00:00:00Z", 28800)
    assert (found["inline_policy"]["text"], found["inline_policy"]["statements"][0]["actions"]) == (POLICY, ["s3:get*"])
    assert found["managed_policies"] == [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "name": "ReadOnlyAccess"}]
    assert found["customer_managed_policies"] == [{"name": "b", "path": "/"}, {"name": "a", "path": "/team/"}]
    assert found["permissions_boundary"] == {
        "managed_policy_arn": "arn:aws:iam::aws:policy/PowerUserAccess",
        "customer_managed_policy_name": None,
        "customer_managed_policy_path": None,
    }
    assert "CANARY" not in json.dumps(document)


def test_a_boundary_of_the_customer_has_a_name_and_a_path(aws: Aws) -> None:
    give_instance(aws)
    reference = {"CustomerManagedPolicyReference": {"Name": "bound"}}
    aws.give("sso-admin:GetPermissionsBoundaryForPermissionSet", {"PermissionsBoundary": reference})
    assert set_of(aws)["permissions_boundary"] == {
        "managed_policy_arn": None,
        "customer_managed_policy_name": "bound",
        "customer_managed_policy_path": "/",
    }


def test_an_empty_boundary_is_none(aws: Aws) -> None:
    give_instance(aws)
    aws.give("sso-admin:GetPermissionsBoundaryForPermissionSet", {"PermissionsBoundary": {}})
    assert set_of(aws)["permissions_boundary"] is None


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("PT1H", 3600), ("PT12H", 43200), ("PT90M", 5400), ("PT1H30M15S", 5415), ("P1D", 86400), ("P1DT1S", 86401)],
)
def test_a_session_duration_is_in_seconds(aws: Aws, duration: str, seconds: int) -> None:
    give_instance(aws)
    aws.give("sso-admin:DescribePermissionSet", {"PermissionSet": {"Name": "x", "SessionDuration": duration}})
    assert set_of(aws)["session_duration_seconds"] == seconds


@pytest.mark.parametrize("duration", ["P1M", "PT1.5S", "P", "8H"])
def test_a_session_duration_without_a_fixed_length_is_a_gap(aws: Aws, duration: str) -> None:
    give_instance(aws)
    aws.give("sso-admin:DescribePermissionSet", {"PermissionSet": {"Name": "x", "SessionDuration": duration}})
    assert gaps_of(aws.collect("identity_center"), "idc_permission_set", SET) == {
        "session_duration_seconds": ("unparsed", "sso-admin:DescribePermissionSet", "UnknownDuration")
    }


def test_an_inline_policy_outside_the_grammar_keeps_its_text_and_hides_its_statements(aws: Aws) -> None:
    give_instance(aws)
    aws.give("sso-admin:GetInlinePolicyForPermissionSet", {"InlinePolicy": "{"})
    document = aws.collect("identity_center")
    assert only(document, "idc_permission_set")["inline_policy"] == {"text": "{"}
    assert gaps_of(document, "idc_permission_set", SET)["inline_policy.statements"][0] == "unparsed"


def test_the_managed_policies_of_a_permission_set_are_read_with_iam(aws: Aws) -> None:
    managed, boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/PowerUserAccess"
    give_instance(aws)
    attached = {"AttachedManagedPolicies": [{"Name": "ReadOnlyAccess", "Arn": managed}]}
    aws.give("sso-admin:ListManagedPoliciesInPermissionSet", attached)
    aws.give(
        "sso-admin:GetPermissionsBoundaryForPermissionSet", {"PermissionsBoundary": {"ManagedPolicyArn": boundary}}
    )
    aws.give("iam:GetPolicy", lambda asked: {"Policy": {"Arn": asked["PolicyArn"], "DefaultVersionId": "v1"}})
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": POLICY}
    aws.give("iam:GetPolicyVersion", {"PolicyVersion": version})
    document = aws.collect("identity_center", "iam")
    assert {managed, boundary} <= {each["arn"] for each in document["resources"]["iam_policy"]}


# ------------------------------------------------------------ accounts and assignments


def test_assignments_name_the_set_the_principal_and_the_account(aws: Aws) -> None:
    give_instance(aws)
    give_people(aws)
    give_assignments(aws, [OTHER, MEMBER], in_444455556666=GROUP, in_777788889999=USER)
    found = set_of(aws)
    assert found["provisioned_account_ids"] == [MEMBER, OTHER]
    assert [each["name"] for each in found["assignments"]] == [
        f"ReadOnly/engineers/{MEMBER}",
        f"ReadOnly/{USER}/{OTHER}",
    ]
    assert found["assignments"][0] == {
        "id": f"{SET}|{MEMBER}|{GROUP}",
        "name": f"ReadOnly/engineers/{MEMBER}",
        "arn": None,
        "account_id": OWN,
        "region": "us-east-1",
        "tags": [],
        "instance_arn": INSTANCE,
        "permission_set_arn": SET,
        "permission_set_name": "ReadOnly",
        "target_account_id": MEMBER,
        "principal_type": "GROUP",
        "principal_id": GROUP,
    }


def test_outdated_accounts_are_those_of_an_older_version(aws: Aws) -> None:
    give_instance(aws)
    aws.give(
        "sso-admin:ListAccountsForProvisionedPermissionSet",
        lambda asked: {"AccountIds": [MEMBER] if "ProvisioningStatus" in asked else [OWN, MEMBER]},
    )
    found = set_of(aws)
    assert (found["provisioned_account_ids"], found["outdated_account_ids"]) == ([OWN, MEMBER], [MEMBER])


def test_a_set_that_is_provisioned_nowhere_is_not_asked_for_outdated_accounts(aws: Aws) -> None:
    give_instance(aws)
    assert calls_of(aws.collect("identity_center"))["ListAccountsForProvisionedPermissionSet"] == 1


def test_our_own_account_and_known_members_are_asked_though_nothing_is_provisioned_there(aws: Aws) -> None:
    give_instance(aws)
    give_members(aws, OWN, MEMBER)
    give_assignments(aws, [], in_123456789012=USER, in_444455556666=GROUP, in_777788889999=USER)
    found = set_of(aws, "organizations")
    assert [each["target_account_id"] for each in found["assignments"]] == [OWN, MEMBER]


def test_members_are_not_asked_where_that_would_be_many_calls(aws: Aws) -> None:
    give_instance(aws)
    give_members(aws, *(f"{number:012}" for number in range(1, 1001)))
    document = aws.collect("identity_center", "organizations")
    assert calls_of(document)["ListAccountAssignments"] == 1


def test_an_account_that_knows_nothing_of_the_set_has_no_assignment_of_it(aws: Aws) -> None:
    give_instance(aws)
    aws.refuse("sso-admin:ListAccountAssignments", "ResourceNotFoundException", status=400)
    assert set_of(aws)["assignments"] == []


def test_an_account_that_may_not_be_asked_leaves_the_list_open(aws: Aws) -> None:
    give_instance(aws)
    give_assignments(aws, [MEMBER, OTHER], in_444455556666=GROUP)
    aws.refuse(
        "sso-admin:ListAccountAssignments",
        "AccessDeniedException",
        status=400,
        when=lambda asked: asked["AccountId"] == OTHER,
    )
    document = aws.collect("identity_center")
    assert [each["target_account_id"] for each in only(document, "idc_permission_set")["assignments"]] == [MEMBER]
    assert gaps_of(document, "idc_permission_set", SET) == {
        "assignments": ("truncated", "sso-admin:ListAccountAssignments", "AccessDeniedException")
    }


def test_unknown_accounts_leave_the_assignments_unknown(aws: Aws) -> None:
    give_instance(aws)
    aws.refuse("sso-admin:ListAccountsForProvisionedPermissionSet", "AccessDeniedException", status=400)
    denied = ("denied", "sso-admin:ListAccountsForProvisionedPermissionSet", "AccessDeniedException")
    assert gaps_of(aws.collect("identity_center"), "idc_permission_set", SET) == dict.fromkeys(
        ("provisioned_account_ids", "outdated_account_ids", "assignments"), denied
    )


# ------------------------------------------------------------ people


def test_users_and_groups_are_there_without_anything_personal(aws: Aws) -> None:
    give_instance(aws)
    give_people(aws)
    document = aws.collect("identity_center")
    assert only(document, "idc_user") == {
        "id": USER,
        "name": USER,
        "arn": f"arn:aws:identitystore:::user/{USER}",
        "account_id": OWN,
        "region": "us-east-1",
        "tags": [],
        "identity_store_id": STORE,
        "user_status": "ENABLED",
        "external_issuers": ["https://idp.example.com/scim"],
    }
    assert only(document, "idc_group") == {
        "id": GROUP,
        "name": "engineers",
        "arn": f"arn:aws:identitystore:::group/{GROUP}",
        "account_id": OWN,
        "region": "us-east-1",
        "tags": [],
        "identity_store_id": STORE,
        "external_issuers": ["https://idp.example.com/scim"],
        "member_user_ids": [USER],
    }
    assert "CANARY" not in json.dumps(document)


# ------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("api", "collection", "resource_id", "fields"),
    [
        ("sso-admin:ListPermissionSets", "idc_permission_set", None, {None}),
        ("identitystore:ListUsers", "idc_user", None, {None}),
        ("identitystore:ListGroups", "idc_group", None, {None}),
        ("identitystore:ListGroupMemberships", "idc_group", GROUP, {"member_user_ids"}),
        (
            "sso-admin:DescribeInstanceAccessControlAttributeConfiguration",
            "idc_instance",
            INSTANCE,
            {"access_control_attributes"},
        ),
        ("sso-admin:DescribeInstance", "idc_instance", INSTANCE, {"encryption"}),
        ("identitystore:DescribeIdentityStore", "idc_instance", INSTANCE, {"identity_store_network"}),
        ("sso-admin:ListApplications", "idc_application", None, {None}),
        ("sso-admin:GetApplicationAssignmentConfiguration", "idc_application", APPLICATION, {"assignment_required"}),
        ("sso-admin:ListApplicationGrants", "idc_application", APPLICATION, {"grants"}),
        ("sso-admin:ListTrustedTokenIssuers", "idc_trusted_token_issuer", None, {None}),
        (
            "sso-admin:DescribeTrustedTokenIssuer",
            "idc_trusted_token_issuer",
            ISSUER,
            {"issuer_url", "claim_attribute_path", "identity_store_attribute_path"},
        ),
        ("sso-admin:ListTagsForResource", "idc_instance", INSTANCE, {"tags"}),
        ("sso-admin:ListTagsForResource", "idc_permission_set", SET, {"tags"}),
        (
            "sso-admin:DescribePermissionSet",
            "idc_permission_set",
            SET,
            {"name", "created_date", "session_duration_seconds"},
        ),
        ("sso-admin:GetInlinePolicyForPermissionSet", "idc_permission_set", SET, {"inline_policy"}),
        ("sso-admin:ListManagedPoliciesInPermissionSet", "idc_permission_set", SET, {"managed_policies"}),
        (
            "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
            "idc_permission_set",
            SET,
            {"customer_managed_policies"},
        ),
        ("sso-admin:GetPermissionsBoundaryForPermissionSet", "idc_permission_set", SET, {"permissions_boundary"}),
        ("sso-admin:ListAccountAssignments", "idc_permission_set", SET, {"assignments"}),
    ],
)
def test_a_denied_operation_costs_what_only_it_tells(
    aws: Aws, api: str, collection: str, resource_id: str | None, fields: set[str | None]
) -> None:
    give_instance(aws)
    give_people(aws)
    give_applications(aws)
    aws.refuse(api, "AccessDeniedException", status=400)
    document = aws.collect("identity_center")
    assert gaps_of(document, collection, resource_id) == dict.fromkeys(fields, ("denied", api, "AccessDeniedException"))
    asked = ("sso-admin:", "identitystore:")
    assert {each for each in apis_in_gaps(document) if each.startswith(asked)} == {api}


def test_where_instances_may_not_be_listed_nothing_of_them_reads_as_empty(aws: Aws) -> None:
    aws.refuse("sso-admin:ListInstances", "AccessDeniedException", status=400)
    document = aws.collect("identity_center")
    denied = {None: ("denied", "sso-admin:ListInstances", "AccessDeniedException")}
    for collection in ("idc_instance", "idc_permission_set", "idc_user", "idc_group"):
        assert status_of(document, collection) == {"us-east-1": "denied"}
        assert gaps_of(document, collection) == denied


def test_assignments_of_a_set_that_may_not_be_described_are_named_by_its_id(aws: Aws) -> None:
    give_instance(aws)
    give_assignments(aws, [MEMBER], in_444455556666=GROUP)
    aws.refuse("sso-admin:DescribePermissionSet", "AccessDeniedException", status=400)
    document = aws.collect("identity_center")
    (assignment,) = only(document, "idc_permission_set")["assignments"]
    assert assignment["name"] == f"ps-1234567890abcdef/{GROUP}/{MEMBER}"
    assert set(gaps_of(document, "idc_assignment", assignment["id"])) == {"permission_set_name"}


# ------------------------------------------------------------ moto


def test_moto_holds_a_set_that_is_assigned_to_a_group_in_a_member_account(aws: Aws) -> None:
    organizations = aws.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    created = organizations.create_account(Email="canary@example.com", AccountName="workloads")
    member = created["CreateAccountStatus"]["AccountId"]
    client, store = aws.client("sso-admin"), aws.client("identitystore")
    instance = client.list_instances()["Instances"][0]
    arn, store_id = instance["InstanceArn"], instance["IdentityStoreId"]
    group = store.create_group(IdentityStoreId=store_id, DisplayName="engineers")["GroupId"]
    name = {"GivenName": "CANARY", "FamilyName": "CANARY"}
    user = store.create_user(IdentityStoreId=store_id, UserName="CANARY", DisplayName="CANARY", Name=name)["UserId"]
    store.create_group_membership(IdentityStoreId=store_id, GroupId=group, MemberId={"UserId": user})
    client.create_permission_set(InstanceArn=arn, Name="Unset")
    made = client.create_permission_set(InstanceArn=arn, Name="Admin", SessionDuration="PT8H")["PermissionSet"]
    named = {"InstanceArn": arn, "PermissionSetArn": made["PermissionSetArn"]}
    client.put_inline_policy_to_permission_set(**named, InlinePolicy=POLICY)
    client.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    client.create_account_assignment(
        **named, TargetId=member, TargetType="AWS_ACCOUNT", PrincipalType="GROUP", PrincipalId=group
    )
    document = aws.collect("identity_center", "organizations")
    sets = {each["name"]: each for each in document["resources"]["idc_permission_set"]}
    found = sets["Admin"]
    # moto gives the number 3600 where AWS gives PT1H: no text, no duration, but no crash either.
    assert gaps_of(document, "idc_permission_set", sets["Unset"]["id"])["session_duration_seconds"][0] == "unparsed"
    assert [each["name"] for each in found["assignments"]] == [f"Admin/engineers/{member}"]
    assert (found["session_duration_seconds"], found["inline_policy"]["text"]) == (28800, POLICY)
    assert [each["name"] for each in found["managed_policies"]] == ["ReadOnlyAccess"]
    assert only(document, "idc_group")["member_user_ids"] == [user]
    assert only(document, "idc_user")["user_status"] is None
    assert set(gaps_of(document, "idc_permission_set", found["id"])) == {"tags", "permissions_boundary"}
    assert "CANARY" not in json.dumps(document)
