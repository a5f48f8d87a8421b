"""The operations of Secrets Manager: what is said about a secret, never its value."""

from __future__ import annotations

from sec02_policies.collect._operations.operation import Operation, next_token, operation

OPERATIONS: tuple[Operation, ...] = (
    operation("secretsmanager", "ListSecrets", "region", "SecretList", paging=next_token(100)),
    operation("secretsmanager", "DescribeSecret", "secret", "ARN", after="secretsmanager:ListSecrets"),
    operation(
        "secretsmanager",
        "ListResourcePolicies",
        "secret",
        "ResourcePolicies",
        paging=next_token(100),
        after="secretsmanager:ListSecrets",
    ),
    operation(
        "secretsmanager",
        "GetResourcePolicy",
        "resource policy of a secret",
        "ARN",
        after="secretsmanager:ListSecrets secretsmanager:ListResourcePolicies",
    ),
    operation(
        "secretsmanager",
        "ListSecretVersionIds",
        "secret",
        "Versions",
        paging=next_token(100),
        after="secretsmanager:ListSecrets",
    ),
)
