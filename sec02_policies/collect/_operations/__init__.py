"""Which operations of AWS the collector may call, and how each is paged: the allow-list, as data, a file per service.

Everything else is refused before it leaves the machine (`_session.guarded`). No operation here returns a secret value
or mints a credential: the prefixes Get, List and Describe are no proof of that (`GetSecretValue`, `GetSessionToken`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.collect._operations import (
    access_analyzer,
    account,
    cognito,
    directory_service,
    iam,
    identity_center,
    organizations,
    roles_anywhere,
    secretsmanager,
    workloads,
)

if TYPE_CHECKING:
    from sec02_policies.collect._operations.operation import Operation

OPERATIONS: dict[str, Operation] = {
    each.api: each
    for each in (
        *account.OPERATIONS,
        *iam.OPERATIONS,
        *secretsmanager.OPERATIONS,
        *cognito.OPERATIONS,
        *identity_center.OPERATIONS,
        *organizations.OPERATIONS,
        *directory_service.OPERATIONS,
        *access_analyzer.OPERATIONS,
        *roles_anywhere.OPERATIONS,
        *workloads.OPERATIONS,
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
