"""The operations of AWS Organizations."""

from __future__ import annotations

from sec02_policies.collect._operations.operation import Operation, next_token, operation

_NO_ORGANIZATION = ("AWSOrganizationsNotInUseException",)

OPERATIONS: tuple[Operation, ...] = (
    operation("organizations", "DescribeOrganization", "account", "Organization", none=_NO_ORGANIZATION),
    operation(
        "organizations",
        "ListRoots",
        "organization",
        "Roots",
        paging=next_token(20),
        after="organizations:DescribeOrganization",
    ),
    operation(
        "organizations",
        "ListAccounts",
        "organization",
        "Accounts",
        paging=next_token(20),
        none=_NO_ORGANIZATION,
        after="organizations:DescribeOrganization",
    ),
    # Only where the list of accounts does not tell their paths.
    operation(
        "organizations",
        "ListParents",
        "account and organizational unit",
        "Parents",
        paging=next_token(20),
        after="organizations:ListAccounts",
    ),
    operation(
        "organizations",
        "ListPolicies",
        "policy type",
        "Policies",
        paging=next_token(20),
        none=_NO_ORGANIZATION,
        after="organizations:DescribeOrganization",
    ),
    operation("organizations", "DescribePolicy", "policy", "Policy", after="organizations:ListPolicies"),
    operation(
        "organizations",
        "ListTargetsForPolicy",
        "policy",
        "Targets",
        paging=next_token(20),
        after="organizations:ListPolicies",
    ),
    operation(
        "organizations",
        "ListDelegatedAdministrators",
        "organization",
        "DelegatedAdministrators",
        paging=next_token(20),
        after="organizations:DescribeOrganization",
    ),
    operation(
        "organizations",
        "ListDelegatedServicesForAccount",
        "delegated administrator",
        "DelegatedServices",
        paging=next_token(20),
        after="organizations:ListDelegatedAdministrators",
    ),
    operation(
        "organizations",
        "ListAWSServiceAccessForOrganization",
        "organization",
        "EnabledServicePrincipals",
        paging=next_token(20),
        after="organizations:DescribeOrganization",
    ),
)
