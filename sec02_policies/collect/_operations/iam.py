"""The operations of IAM."""

from __future__ import annotations

from sec02_policies.collect._operations.operation import MARKER, Operation, operation

OPERATIONS: tuple[Operation, ...] = (
    operation(
        "iam",
        "GetAccountAuthorizationDetails",
        "account",
        "UserDetailList",
        "GroupDetailList",
        "RoleDetailList",
        "Policies",
        paging=MARKER,
    ),
    operation("iam", "ListRoles", "account", "Roles", paging=MARKER),
    operation("iam", "GenerateCredentialReport", "account", "State"),
    operation("iam", "GetCredentialReport", "account", "Content", after="iam:GenerateCredentialReport"),
    operation("iam", "GetAccountSummary", "account", "SummaryMap"),
    operation("iam", "GetAccountPasswordPolicy", "account", "PasswordPolicy", none=("NoSuchEntity",)),
    operation("iam", "ListAccountAliases", "account", "AccountAliases", paging=MARKER),
    operation("iam", "ListVirtualMFADevices", "account", "VirtualMFADevices", paging=MARKER),
    operation(
        "iam",
        "ListMFADevices",
        "user with a password or MFA",
        "MFADevices",
        paging=MARKER,
        after="iam:GetAccountAuthorizationDetails iam:GetCredentialReport",
    ),
    operation(
        "iam", "ListAccessKeys", "user", "AccessKeyMetadata", paging=MARKER, after="iam:GetAccountAuthorizationDetails"
    ),
    operation(
        "iam",
        "GetAccessKeyLastUsed",
        "access key that the credential report does not tell apart",
        "AccessKeyLastUsed",
        after="iam:ListAccessKeys iam:GetCredentialReport",
    ),
    operation(
        "iam",
        "GetLoginProfile",
        "user with a password",
        "LoginProfile",
        none=("NoSuchEntity",),
        after="iam:GetAccountAuthorizationDetails iam:GetCredentialReport",
    ),
    operation(
        "iam",
        "ListSigningCertificates",
        "user",
        "Certificates",
        paging=MARKER,
        after="iam:GetAccountAuthorizationDetails",
    ),
    operation(
        "iam", "ListSSHPublicKeys", "user", "SSHPublicKeys", paging=MARKER, after="iam:GetAccountAuthorizationDetails"
    ),
    operation("iam", "ListServiceSpecificCredentials", "account", "ServiceSpecificCredentials", paging=MARKER),
    operation("iam", "ListSAMLProviders", "account", "SAMLProviderList"),
    operation("iam", "GetSAMLProvider", "SAML provider", "SAMLMetadataDocument", after="iam:ListSAMLProviders"),
    operation("iam", "ListOpenIDConnectProviders", "account", "OpenIDConnectProviderList"),
    operation("iam", "GetOpenIDConnectProvider", "OIDC provider", "Url", after="iam:ListOpenIDConnectProviders"),
    operation("iam", "ListServerCertificates", "account", "ServerCertificateMetadataList", paging=MARKER),
    operation("iam", "GetPolicy", "AWS managed policy", "Policy", after="iam:GetAccountAuthorizationDetails"),
    operation("iam", "GetPolicyVersion", "AWS managed policy", "PolicyVersion", after="iam:GetPolicy"),
    operation(
        "iam",
        "GenerateServiceLastAccessedDetails",
        "user and role",
        "JobId",
        after="iam:GetAccountAuthorizationDetails",
    ),
    operation(
        "iam",
        "GetServiceLastAccessedDetails",
        "user and role",
        "ServicesLastAccessed",
        "JobStatus",
        paging=MARKER,
        after="iam:GenerateServiceLastAccessedDetails",
    ),
    operation(
        "iam",
        "ListOrganizationsFeatures",
        "organization",
        "EnabledFeatures",
        # Without an organization of all features that trusts IAM, there is nothing that could be enabled.
        none=(
            "OrganizationNotFoundException",
            "OrganizationNotInAllFeaturesModeException",
            "ServiceAccessNotEnabledException",
        ),
        after="organizations:DescribeOrganization",
    ),
)
