"""The least IAM policy for a collection: the reads that it needs, and a Deny on values, credentials and writes.

The names of actions are those of the Service Authorization Reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._assumed_role import ASSUME_ROLE
from sec02_policies.collect._operations import OPERATIONS, workloads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sec02_policies.collect._operations.operation import Operation

# It needs no permission, and a Deny on it has no effect: GetCallerIdentity in the STS API reference.
_FREE = "sts:GetCallerIdentity"

_VALUES = (
    "cognito-idp:GetUser",
    "cognito-idp:ListUsers*",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter*",
)
# Without sts:AssumeRole, which a collection of many accounts begins with; this policy does not allow it either.
_CREDENTIALS = (
    "cognito-identity:GetCredentialsForIdentity",
    "cognito-identity:GetId",
    "cognito-identity:GetOpenIdToken*",
    "cognito-idp:GetTokensFromRefreshToken",
    "sso-oauth:CreateTokenWithIAM",
    "sts:AssumeRoot",
    "sts:GetDelegatedAccessToken",
    "sts:GetFederationToken",
    "sts:GetSessionToken",
    "sts:GetWebIdentityToken",
)
# How the names of all actions that change something begin, by service; no read begins so. Short, as a managed policy
# may have 6,144 characters, and open to actions that AWS has yet to add.
_WRITES: Mapping[str, str] = {
    "access-analyzer": "A Ca Cr D S T U",
    "account": "A C D E P S",
    "acm-pca": "C Del I P R T U",
    "cognito-identity": "C Del M S T U",
    "cognito-idp": "A C Del Di F Gl I R S T U V",
    "ds": "A Ca Co Cr Del Der Di E R S U",
    "iam": "A C D E P R Se T U",
    "identitystore": "A C Del R U",
    "organizations": "A C Dec Del Der Det Di E I Le M P R T U",
    "rolesanywhere": "C D E I P R T U",
    "secretsmanager": "A C Del Di P R S T U V",
    "sso": "A C Del Det Di I P R St T U",
}


def policy_document(apis: Iterable[str], *, assume: str | None = None) -> dict[str, Any]:
    """The least IAM policy, plain JSON, under which the operations (`service:Operation`) can be called.

    `assume` is the ARN of the role that may be assumed too, with `*` for the account.
    """
    operations = [OPERATIONS[api] for api in apis]
    assuming = [_statement("Sec02AssumeRole", "Allow", [ASSUME_ROLE], resource=assume)] if assume else []
    return {
        "Version": "2012-10-17",
        "Statement": [
            _statement("Sec02Read", "Allow", (each.permission for each in operations if each.permission != _FREE)),
            *assuming,
            _statement("Sec02NeverValues", "Deny", _VALUES),
            _statement("Sec02NeverCredentials", "Deny", _CREDENTIALS),
            _statement("Sec02NeverWrite", "Deny", _writes(operations)),
        ],
    }


def trust_policy(*, external_id: str | None = None) -> dict[str, Any]:
    """The trust policy, plain JSON, of a role that is to be assumed; who may, is for the reader to put in."""
    asked = {} if external_id is None else {"Condition": {"StringEquals": {"sts:ExternalId": external_id}}}
    caller = {"AWS": "arn:aws:iam::ACCOUNT_OF_THE_CALLER:role/ROLE_OF_THE_CALLER"}
    statement = {"Sid": "Sec02", "Effect": "Allow", "Principal": caller, "Action": ASSUME_ROLE, **asked}
    return {"Version": "2012-10-17", "Statement": [statement]}


def workloads_document() -> dict[str, Any]:
    """What the services of workloads need besides, plain JSON: a policy of its own, for who reads them."""
    reads = _statement("Sec02ReadWorkloads", "Allow", (each.permission for each in workloads.OPERATIONS))
    return {"Version": "2012-10-17", "Statement": [reads]}


def _statement(sid: str, effect: str, actions: Iterable[str], *, resource: str = "*") -> dict[str, Any]:
    return {"Sid": sid, "Effect": effect, "Action": sorted(set(actions)), "Resource": resource}


def _writes(operations: Iterable[Operation]) -> Iterator[str]:
    """Every write of the services that are read, and of IAM in any case."""
    services = {"iam", *(each.permission.partition(":")[0] for each in operations)}
    for service in sorted(services & _WRITES.keys()):
        yield from (f"{service}:{beginning}*" for beginning in _WRITES[service].split())


def terraform(document: Mapping[str, Any], *, name: str = "sec02-collector") -> str:
    """The IAM policy as Terraform: a policy document, and a managed policy of it."""
    label = name.replace("-", "_")
    lines = [f'data "aws_iam_policy_document" "{label}" {{']
    for statement in document["Statement"]:
        lines += [
            "  statement {",
            f"    sid       = {json.dumps(statement['Sid'])}",
            f"    effect    = {json.dumps(statement['Effect'])}",
            f"    resources = {json.dumps([statement['Resource']])}",
            "    actions = [",
            *(f"      {json.dumps(action)}," for action in statement["Action"]),
            "    ]",
            "  }",
        ]
    return "\n".join(
        [
            *lines,
            "}",
            "",
            f'resource "aws_iam_policy" "{label}" {{',
            f"  name   = {json.dumps(name)}",
            f"  policy = data.aws_iam_policy_document.{label}.json",
            "}",
            "",
        ]
    )
