"""Which operations of AWS the collector may call, and how each is paged: the allow-list, as data.

Everything else is refused before it leaves the machine (`_session.guarded`). No operation here returns a secret value
or mints a credential: the prefixes Get, List and Describe are no proof of that (`GetSecretValue`, `GetSessionToken`).
"""

from __future__ import annotations

from sec02_policies.collect._operation import LOWER as _LOWER
from sec02_policies.collect._operation import MARKER as _MARKER
from sec02_policies.collect._operation import UNSIZED as _UNSIZED
from sec02_policies.collect._operation import Operation
from sec02_policies.collect._operation import next_token as _next
from sec02_policies.collect._operation import operation as _operation
from sec02_policies.collect._workload_operations import WORKLOADS

__all__ = ["AUTHENTICATION", "OPERATIONS", "Operation"]

_GONE = ("ResourceNotFoundException",)
_UNSUPPORTED = ("UnsupportedOperationException",)
_NO_ORGANIZATION = ("AWSOrganizationsNotInUseException",)

_IAM = (
    _operation(
        "iam",
        "GetAccountAuthorizationDetails",
        "account",
        "UserDetailList",
        "GroupDetailList",
        "RoleDetailList",
        "Policies",
        paging=_MARKER,
    ),
    _operation("iam", "ListRoles", "account", "Roles", paging=_MARKER),
    _operation("iam", "GenerateCredentialReport", "account", "State"),
    _operation("iam", "GetCredentialReport", "account", "Content", after="iam:GenerateCredentialReport"),
    _operation("iam", "GetAccountSummary", "account", "SummaryMap"),
    _operation("iam", "GetAccountPasswordPolicy", "account", "PasswordPolicy", none=("NoSuchEntity",)),
    _operation("iam", "ListAccountAliases", "account", "AccountAliases", paging=_MARKER),
    _operation("iam", "ListVirtualMFADevices", "account", "VirtualMFADevices", paging=_MARKER),
    _operation(
        "iam",
        "ListMFADevices",
        "user with a password or MFA",
        "MFADevices",
        paging=_MARKER,
        after="iam:GetAccountAuthorizationDetails iam:GetCredentialReport",
    ),
    _operation(
        "iam", "ListAccessKeys", "user", "AccessKeyMetadata", paging=_MARKER, after="iam:GetAccountAuthorizationDetails"
    ),
    _operation(
        "iam",
        "GetAccessKeyLastUsed",
        "access key that the credential report does not tell apart",
        "AccessKeyLastUsed",
        after="iam:ListAccessKeys iam:GetCredentialReport",
    ),
    _operation(
        "iam",
        "GetLoginProfile",
        "user with a password",
        "LoginProfile",
        none=("NoSuchEntity",),
        after="iam:GetAccountAuthorizationDetails iam:GetCredentialReport",
    ),
    _operation(
        "iam",
        "ListSigningCertificates",
        "user",
        "Certificates",
        paging=_MARKER,
        after="iam:GetAccountAuthorizationDetails",
    ),
    _operation(
        "iam", "ListSSHPublicKeys", "user", "SSHPublicKeys", paging=_MARKER, after="iam:GetAccountAuthorizationDetails"
    ),
    _operation("iam", "ListServiceSpecificCredentials", "account", "ServiceSpecificCredentials", paging=_MARKER),
    _operation("iam", "ListSAMLProviders", "account", "SAMLProviderList"),
    _operation("iam", "GetSAMLProvider", "SAML provider", "SAMLMetadataDocument", after="iam:ListSAMLProviders"),
    _operation("iam", "ListOpenIDConnectProviders", "account", "OpenIDConnectProviderList"),
    _operation("iam", "GetOpenIDConnectProvider", "OIDC provider", "Url", after="iam:ListOpenIDConnectProviders"),
    _operation("iam", "ListServerCertificates", "account", "ServerCertificateMetadataList", paging=_MARKER),
    _operation("iam", "GetPolicy", "AWS managed policy", "Policy", after="iam:GetAccountAuthorizationDetails"),
    _operation("iam", "GetPolicyVersion", "AWS managed policy", "PolicyVersion", after="iam:GetPolicy"),
    _operation(
        "iam",
        "GenerateServiceLastAccessedDetails",
        "user and role",
        "JobId",
        after="iam:GetAccountAuthorizationDetails",
    ),
    _operation(
        "iam",
        "GetServiceLastAccessedDetails",
        "user and role",
        "ServicesLastAccessed",
        "JobStatus",
        paging=_MARKER,
        after="iam:GenerateServiceLastAccessedDetails",
    ),
    _operation(
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

_SECRETS_MANAGER = (
    _operation("secretsmanager", "ListSecrets", "region", "SecretList", paging=_next(100)),
    _operation("secretsmanager", "DescribeSecret", "secret", "ARN", after="secretsmanager:ListSecrets"),
    _operation(
        "secretsmanager",
        "ListResourcePolicies",
        "secret",
        "ResourcePolicies",
        paging=_next(100),
        after="secretsmanager:ListSecrets",
    ),
    _operation(
        "secretsmanager",
        "GetResourcePolicy",
        "resource policy of a secret",
        "ARN",
        after="secretsmanager:ListSecrets secretsmanager:ListResourcePolicies",
    ),
    _operation(
        "secretsmanager",
        "ListSecretVersionIds",
        "secret",
        "Versions",
        paging=_next(100),
        after="secretsmanager:ListSecrets",
    ),
)

_COGNITO = (
    _operation("cognito-idp", "ListUserPools", "region", "UserPools", paging=_next(60)),
    _operation("cognito-idp", "DescribeUserPool", "user pool", "UserPool", after="cognito-idp:ListUserPools"),
    _operation(
        "cognito-idp", "GetUserPoolMfaConfig", "user pool", "MfaConfiguration", after="cognito-idp:ListUserPools"
    ),
    _operation(
        "cognito-idp",
        "DescribeRiskConfiguration",
        "user pool and client",
        "RiskConfiguration",
        none=("ResourceNotFoundException", "UserPoolAddOnNotEnabledException"),
        after="cognito-idp:DescribeUserPool cognito-idp:ListUserPoolClients",
    ),
    _operation(
        "cognito-idp",
        "ListUserPoolClients",
        "user pool",
        "UserPoolClients",
        paging=_next(60),
        after="cognito-idp:ListUserPools",
    ),
    _operation(
        "cognito-idp", "DescribeUserPoolClient", "client", "UserPoolClient", after="cognito-idp:ListUserPoolClients"
    ),
    _operation(
        "cognito-idp",
        "ListIdentityProviders",
        "user pool",
        "Providers",
        paging=_next(60),
        after="cognito-idp:ListUserPools",
    ),
    _operation(
        "cognito-idp",
        "DescribeIdentityProvider",
        "identity provider",
        "IdentityProvider",
        after="cognito-idp:ListIdentityProviders",
    ),
    _operation(
        "cognito-idp",
        "DescribeUserPoolDomain",
        "user pool with a domain of its own",
        "DomainDescription",
        after="cognito-idp:DescribeUserPool",
    ),
    _operation(
        "cognito-idp",
        "GetLogDeliveryConfiguration",
        "user pool",
        "LogDeliveryConfiguration",
        after="cognito-idp:ListUserPools",
    ),
    _operation(
        "cognito-idp", "ListGroups", "user pool", "Groups", paging=_next(60, "Limit"), after="cognito-idp:ListUserPools"
    ),
    # Its shape has a member for the secret; AWS says that it is never filled, and the collector copies the dates only.
    _operation(
        "cognito-idp",
        "ListUserPoolClientSecrets",
        "client with a secret",
        "ClientSecrets",
        paging=_UNSIZED,
        after="cognito-idp:DescribeUserPoolClient",
    ),
    _operation("cognito-identity", "ListIdentityPools", "region", "IdentityPools", paging=_next(60)),
    _operation(
        "cognito-identity",
        "DescribeIdentityPool",
        "identity pool",
        "IdentityPoolId",
        after="cognito-identity:ListIdentityPools",
    ),
    _operation(
        "cognito-identity",
        "GetIdentityPoolRoles",
        "identity pool",
        "IdentityPoolId",
        after="cognito-identity:ListIdentityPools",
    ),
    _operation(
        "cognito-identity",
        "GetPrincipalTagAttributeMap",
        "user pool of an identity pool",
        "IdentityPoolId",
        none=_GONE,
        after="cognito-identity:DescribeIdentityPool",
    ),
)

_IDENTITY_CENTER = (
    _operation("sso-admin", "ListInstances", "region", "Instances", paging=_next(100)),
    _operation(
        "sso-admin",
        "ListPermissionSets",
        "instance",
        "PermissionSets",
        paging=_next(100),
        after="sso-admin:ListInstances",
    ),
    _operation(
        "sso-admin", "DescribePermissionSet", "permission set", "PermissionSet", after="sso-admin:ListPermissionSets"
    ),
    _operation(
        "sso-admin",
        "GetInlinePolicyForPermissionSet",
        "permission set",
        # An empty text where there is none: AWS says so, and an answer without it is none.
        "InlinePolicy",
        none=_GONE,
        after="sso-admin:ListPermissionSets",
    ),
    _operation(
        "sso-admin",
        "ListManagedPoliciesInPermissionSet",
        "permission set",
        "AttachedManagedPolicies",
        paging=_next(100),
        after="sso-admin:ListPermissionSets",
    ),
    _operation(
        "sso-admin",
        "ListCustomerManagedPolicyReferencesInPermissionSet",
        "permission set",
        "CustomerManagedPolicyReferences",
        paging=_next(100),
        after="sso-admin:ListPermissionSets",
    ),
    _operation(
        "sso-admin",
        "GetPermissionsBoundaryForPermissionSet",
        "permission set",
        "PermissionsBoundary",
        none=_GONE,
        after="sso-admin:ListPermissionSets",
    ),
    _operation(
        "sso-admin",
        "ListTagsForResource",
        "instance, permission set, application and issuer",
        "Tags",
        paging=_UNSIZED,
        after="sso-admin:ListInstances",
    ),
    _operation(
        "sso-admin",
        "ListAccountsForProvisionedPermissionSet",
        "permission set",
        "AccountIds",
        paging=_next(100),
        after="sso-admin:ListPermissionSets",
    ),
    _operation(
        "sso-admin",
        "ListAccountAssignments",
        "permission set and account",
        "AccountAssignments",
        paging=_next(100),
        none=_GONE,
        after="sso-admin:ListAccountsForProvisionedPermissionSet",
    ),
    _operation(
        "sso-admin",
        "DescribeInstanceAccessControlAttributeConfiguration",
        "instance",
        "Status",
        none=_GONE,
        after="sso-admin:ListInstances",
    ),
    _operation("sso-admin", "DescribeInstance", "instance", "InstanceArn", after="sso-admin:ListInstances"),
    _operation(
        "sso-admin", "ListApplications", "instance", "Applications", paging=_next(100), after="sso-admin:ListInstances"
    ),
    _operation(
        "sso-admin",
        "GetApplicationAssignmentConfiguration",
        "application",
        "AssignmentRequired",
        after="sso-admin:ListApplications",
    ),
    _operation(
        "sso-admin",
        "ListApplicationGrants",
        "application",
        "Grants",
        paging=_UNSIZED,
        after="sso-admin:ListApplications",
    ),
    _operation(
        "sso-admin",
        "ListTrustedTokenIssuers",
        "instance",
        "TrustedTokenIssuers",
        paging=_next(100),
        after="sso-admin:ListInstances",
    ),
    _operation(
        "sso-admin",
        "DescribeTrustedTokenIssuer",
        "trusted token issuer",
        "TrustedTokenIssuerArn",
        after="sso-admin:ListTrustedTokenIssuers",
    ),
    _operation(
        "identitystore",
        "DescribeIdentityStore",
        "identity store",
        "IdentityStoreId",
        after="sso-admin:ListInstances",
    ),
    _operation(
        "identitystore", "ListUsers", "identity store", "Users", paging=_next(100), after="sso-admin:ListInstances"
    ),
    _operation(
        "identitystore", "ListGroups", "identity store", "Groups", paging=_next(100), after="sso-admin:ListInstances"
    ),
    _operation(
        "identitystore",
        "ListGroupMemberships",
        "group",
        "GroupMemberships",
        paging=_next(100),
        after="identitystore:ListGroups",
    ),
)

_DIRECTORIES = "ds:DescribeDirectories"
_DIRECTORY_SERVICE = (
    _operation("ds", "DescribeDirectories", "region", "DirectoryDescriptions", paging=_UNSIZED),
    _operation("ds", "DescribeTrusts", "region", "Trusts", paging=_UNSIZED, none=_UNSUPPORTED, after=_DIRECTORIES),
    _operation("ds", "DescribeEventTopics", "region", "EventTopics", after=_DIRECTORIES),
    _operation("ds", "DescribeSnapshots", "region", "Snapshots", paging=_UNSIZED, after=_DIRECTORIES),
    _operation("ds", "ListLogSubscriptions", "region", "LogSubscriptions", paging=_UNSIZED, after=_DIRECTORIES),
    _operation(
        "ds",
        "DescribeLDAPSSettings",
        "directory",
        "LDAPSSettingsInfo",
        paging=_next(50, "Limit"),
        none=_UNSUPPORTED,
        after=_DIRECTORIES,
    ),
    _operation(
        "ds",
        "DescribeClientAuthenticationSettings",
        "directory",
        "ClientAuthenticationSettingsInfo",
        paging=_next(50, "Limit"),
        none=_UNSUPPORTED,
        after=_DIRECTORIES,
    ),
    _operation(
        "ds",
        "ListCertificates",
        "directory",
        "CertificatesInfo",
        paging=_next(50, "Limit"),
        none=_UNSUPPORTED,
        after=_DIRECTORIES,
    ),
    _operation(
        "ds", "DescribeSettings", "directory", "SettingEntries", paging=_UNSIZED, none=_UNSUPPORTED, after=_DIRECTORIES
    ),
    _operation(
        "ds",
        "DescribeSharedDirectories",
        "directory",
        "SharedDirectories",
        paging=_UNSIZED,
        none=_UNSUPPORTED,
        after=_DIRECTORIES,
    ),
    _operation("ds", "GetSnapshotLimits", "directory", "SnapshotLimits", after=_DIRECTORIES),
)

_ANALYZERS = "accessanalyzer:ListAnalyzers"
_ACCESS_ANALYZER = (
    _operation("accessanalyzer", "ListAnalyzers", "region", "analyzers", paging=_LOWER),
    # The list leaves the configuration out; only this call tells after how many days access counts as unused.
    _operation("accessanalyzer", "GetAnalyzer", "unused-access analyzer", "analyzer", after=_ANALYZERS),
    _operation("accessanalyzer", "ListArchiveRules", "analyzer", "archiveRules", paging=_LOWER, after=_ANALYZERS),
    _operation(
        "accessanalyzer",
        "ListFindingsV2",
        "active analyzer",
        "findings",
        paging=_LOWER,
        after=_ANALYZERS,
        permission="access-analyzer:ListFindings",
    ),
)

_ROLES_ANYWHERE = (
    _operation("rolesanywhere", "ListTrustAnchors", "region", "trustAnchors", paging=_LOWER),
    _operation("rolesanywhere", "ListProfiles", "region", "profiles", paging=_LOWER),
    _operation("rolesanywhere", "ListCrls", "region", "crls", paging=_LOWER),
    _operation(
        "acm-pca",
        "DescribeCertificateAuthority",
        "trust anchor of AWS Private CA",
        "CertificateAuthority",
        after="rolesanywhere:ListTrustAnchors",
    ),
)

_ORGANIZATIONS = (
    _operation("organizations", "DescribeOrganization", "account", "Organization", none=_NO_ORGANIZATION),
    _operation(
        "organizations",
        "ListRoots",
        "organization",
        "Roots",
        paging=_next(20),
        after="organizations:DescribeOrganization",
    ),
    _operation(
        "organizations",
        "ListAccounts",
        "organization",
        "Accounts",
        paging=_next(20),
        none=_NO_ORGANIZATION,
        after="organizations:DescribeOrganization",
    ),
    # Only where the list of accounts does not tell their paths.
    _operation(
        "organizations",
        "ListParents",
        "account and organizational unit",
        "Parents",
        paging=_next(20),
        after="organizations:ListAccounts",
    ),
    _operation(
        "organizations",
        "ListPolicies",
        "policy type",
        "Policies",
        paging=_next(20),
        none=_NO_ORGANIZATION,
        after="organizations:DescribeOrganization",
    ),
    _operation("organizations", "DescribePolicy", "policy", "Policy", after="organizations:ListPolicies"),
    _operation(
        "organizations",
        "ListTargetsForPolicy",
        "policy",
        "Targets",
        paging=_next(20),
        after="organizations:ListPolicies",
    ),
    _operation(
        "organizations",
        "ListDelegatedAdministrators",
        "organization",
        "DelegatedAdministrators",
        paging=_next(20),
        after="organizations:DescribeOrganization",
    ),
    _operation(
        "organizations",
        "ListDelegatedServicesForAccount",
        "delegated administrator",
        "DelegatedServices",
        paging=_next(20),
        after="organizations:ListDelegatedAdministrators",
    ),
    _operation(
        "organizations",
        "ListAWSServiceAccessForOrganization",
        "organization",
        "EnabledServicePrincipals",
        paging=_next(20),
        after="organizations:DescribeOrganization",
    ),
)

_ACCOUNT = (
    _operation("account", "ListRegions", "account", "Regions", paging=_next(50)),
    _operation("account", "GetAlternateContact", "account", "AlternateContact", none=_GONE),
    _operation("ec2", "DescribeRegions", "account", "Regions"),
)

OPERATIONS: dict[str, Operation] = {
    each.api: each
    for each in (
        _operation("sts", "GetCallerIdentity", "account", "Account"),
        *_ACCOUNT,
        *_IAM,
        *_SECRETS_MANAGER,
        *_COGNITO,
        *_IDENTITY_CENTER,
        *_ORGANIZATIONS,
        *_DIRECTORY_SERVICE,
        *_ACCESS_ANALYZER,
        *_ROLES_ANYWHERE,
        *WORKLOADS,
    )
}

# What botocore's own credential providers call to sign in; the collector never calls them itself.
AUTHENTICATION: frozenset[str] = frozenset(
    {
        "sts:AssumeRole",
        "sts:AssumeRoleWithWebIdentity",
        "sso:GetRoleCredentials",
        "sso-oidc:CreateToken",
        "signin:CreateOAuth2Token",
    }
)
