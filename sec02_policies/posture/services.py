"""Which AWS service a resource type belongs to, as people call it."""

from __future__ import annotations

_SERVICES = {
    "account_": "Account Management",
    "analyzer": "IAM Access Analyzer",
    "cognito_": "Cognito",
    "ds_": "Directory Service",
    "iam_": "IAM",
    "idc_": "IAM Identity Center",
    "org": "Organizations",
    "rolesanywhere_": "IAM Roles Anywhere",
    "secretsmanager_": "Secrets Manager",
}


def service_of(resource_type: str) -> str:
    """The service of a row's resource type; of several types (`iam_user,iam_role`), that of the first.

    A type that nobody has named a service for is called by its first word.
    """
    for prefix, service in _SERVICES.items():
        if resource_type.startswith(prefix):
            return service
    return resource_type.partition(",")[0].partition("_")[0]
