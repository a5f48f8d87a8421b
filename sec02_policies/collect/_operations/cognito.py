"""The operations of Cognito: user pools and identity pools."""

from __future__ import annotations

from sec02_policies.collect._operations.operation import UNSIZED, Operation, next_token, operation

_GONE = ("ResourceNotFoundException",)

OPERATIONS: tuple[Operation, ...] = (
    operation("cognito-idp", "ListUserPools", "region", "UserPools", paging=next_token(60)),
    operation("cognito-idp", "DescribeUserPool", "user pool", "UserPool", after="cognito-idp:ListUserPools"),
    operation(
        "cognito-idp", "GetUserPoolMfaConfig", "user pool", "MfaConfiguration", after="cognito-idp:ListUserPools"
    ),
    operation(
        "cognito-idp",
        "DescribeRiskConfiguration",
        "user pool and client",
        "RiskConfiguration",
        none=("ResourceNotFoundException", "UserPoolAddOnNotEnabledException"),
        after="cognito-idp:DescribeUserPool cognito-idp:ListUserPoolClients",
    ),
    operation(
        "cognito-idp",
        "ListUserPoolClients",
        "user pool",
        "UserPoolClients",
        paging=next_token(60),
        after="cognito-idp:ListUserPools",
    ),
    operation(
        "cognito-idp", "DescribeUserPoolClient", "client", "UserPoolClient", after="cognito-idp:ListUserPoolClients"
    ),
    operation(
        "cognito-idp",
        "ListIdentityProviders",
        "user pool",
        "Providers",
        paging=next_token(60),
        after="cognito-idp:ListUserPools",
    ),
    operation(
        "cognito-idp",
        "DescribeIdentityProvider",
        "identity provider",
        "IdentityProvider",
        after="cognito-idp:ListIdentityProviders",
    ),
    operation(
        "cognito-idp",
        "DescribeUserPoolDomain",
        "user pool with a domain of its own",
        "DomainDescription",
        after="cognito-idp:DescribeUserPool",
    ),
    operation(
        "cognito-idp",
        "GetLogDeliveryConfiguration",
        "user pool",
        "LogDeliveryConfiguration",
        after="cognito-idp:ListUserPools",
    ),
    operation(
        "cognito-idp",
        "ListGroups",
        "user pool",
        "Groups",
        paging=next_token(60, "Limit"),
        after="cognito-idp:ListUserPools",
    ),
    # Its shape has a member for the secret; AWS says that it is never filled, and the collector copies the dates only.
    operation(
        "cognito-idp",
        "ListUserPoolClientSecrets",
        "client with a secret",
        "ClientSecrets",
        paging=UNSIZED,
        after="cognito-idp:DescribeUserPoolClient",
    ),
    operation("cognito-identity", "ListIdentityPools", "region", "IdentityPools", paging=next_token(60)),
    operation(
        "cognito-identity",
        "DescribeIdentityPool",
        "identity pool",
        "IdentityPoolId",
        after="cognito-identity:ListIdentityPools",
    ),
    operation(
        "cognito-identity",
        "GetIdentityPoolRoles",
        "identity pool",
        "IdentityPoolId",
        after="cognito-identity:ListIdentityPools",
    ),
    operation(
        "cognito-identity",
        "GetPrincipalTagAttributeMap",
        "user pool of an identity pool",
        "IdentityPoolId",
        none=_GONE,
        after="cognito-identity:DescribeIdentityPool",
    ),
)
