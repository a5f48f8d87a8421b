"""The operations of IAM Identity Center and of its identity store."""

from __future__ import annotations

from sec02_policies.collect._operations.operation import UNSIZED, Operation, next_token, operation

_GONE = ("ResourceNotFoundException",)

OPERATIONS: tuple[Operation, ...] = (
    operation("sso-admin", "ListInstances", "region", "Instances", paging=next_token(100)),
    operation(
        "sso-admin",
        "ListPermissionSets",
        "instance",
        "PermissionSets",
        paging=next_token(100),
        after="sso-admin:ListInstances",
    ),
    operation(
        "sso-admin", "DescribePermissionSet", "permission set", "PermissionSet", after="sso-admin:ListPermissionSets"
    ),
    operation(
        "sso-admin",
        "GetInlinePolicyForPermissionSet",
        "permission set",
        # An empty text where there is none: AWS says so, and an answer without it is none.
        "InlinePolicy",
        none=_GONE,
        after="sso-admin:ListPermissionSets",
    ),
    operation(
        "sso-admin",
        "ListManagedPoliciesInPermissionSet",
        "permission set",
        "AttachedManagedPolicies",
        paging=next_token(100),
        after="sso-admin:ListPermissionSets",
    ),
    operation(
        "sso-admin",
        "ListCustomerManagedPolicyReferencesInPermissionSet",
        "permission set",
        "CustomerManagedPolicyReferences",
        paging=next_token(100),
        after="sso-admin:ListPermissionSets",
    ),
    operation(
        "sso-admin",
        "GetPermissionsBoundaryForPermissionSet",
        "permission set",
        "PermissionsBoundary",
        none=_GONE,
        after="sso-admin:ListPermissionSets",
    ),
    operation(
        "sso-admin",
        "ListTagsForResource",
        "instance, permission set, application and issuer",
        "Tags",
        paging=UNSIZED,
        after="sso-admin:ListInstances",
    ),
    operation(
        "sso-admin",
        "ListAccountsForProvisionedPermissionSet",
        "permission set",
        "AccountIds",
        paging=next_token(100),
        after="sso-admin:ListPermissionSets",
    ),
    operation(
        "sso-admin",
        "ListAccountAssignments",
        "permission set and account",
        "AccountAssignments",
        paging=next_token(100),
        none=_GONE,
        after="sso-admin:ListAccountsForProvisionedPermissionSet",
    ),
    operation(
        "sso-admin",
        "DescribeInstanceAccessControlAttributeConfiguration",
        "instance",
        "Status",
        none=_GONE,
        after="sso-admin:ListInstances",
    ),
    operation("sso-admin", "DescribeInstance", "instance", "InstanceArn", after="sso-admin:ListInstances"),
    operation(
        "sso-admin",
        "ListApplications",
        "instance",
        "Applications",
        paging=next_token(100),
        after="sso-admin:ListInstances",
    ),
    operation(
        "sso-admin",
        "GetApplicationAssignmentConfiguration",
        "application",
        "AssignmentRequired",
        after="sso-admin:ListApplications",
    ),
    operation(
        "sso-admin",
        "ListApplicationGrants",
        "application",
        "Grants",
        paging=UNSIZED,
        after="sso-admin:ListApplications",
    ),
    operation(
        "sso-admin",
        "ListTrustedTokenIssuers",
        "instance",
        "TrustedTokenIssuers",
        paging=next_token(100),
        after="sso-admin:ListInstances",
    ),
    operation(
        "sso-admin",
        "DescribeTrustedTokenIssuer",
        "trusted token issuer",
        "TrustedTokenIssuerArn",
        after="sso-admin:ListTrustedTokenIssuers",
    ),
    operation(
        "identitystore",
        "DescribeIdentityStore",
        "identity store",
        "IdentityStoreId",
        after="sso-admin:ListInstances",
    ),
    operation(
        "identitystore", "ListUsers", "identity store", "Users", paging=next_token(100), after="sso-admin:ListInstances"
    ),
    operation(
        "identitystore",
        "ListGroups",
        "identity store",
        "Groups",
        paging=next_token(100),
        after="sso-admin:ListInstances",
    ),
    operation(
        "identitystore",
        "ListGroupMemberships",
        "group",
        "GroupMemberships",
        paging=next_token(100),
        after="identitystore:ListGroups",
    ),
)
