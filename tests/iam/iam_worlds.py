"""Builders of IAM resources in the form that a snapshot has, for the tests of `sec02_policies.iam`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sec02_policies.iam import parse_document
from sec02_policies.model import Gap, GapKind, PartialMap, Unknown

ACCOUNT = "111122223333"
OTHER = "999988887777"
IAM = f"arn:aws:iam::{ACCOUNT}"
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}

Written = dict[str, Any]


def allow(action: object = "*", resource: object = "*", **elements: object) -> Written:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def deny(action: object = "*", resource: object = "*", **elements: object) -> Written:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **elements}


def document(*statements: Written) -> dict[str, Any]:
    return parse_document(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def base(kind: str, name: str) -> dict[str, Any]:
    arn = f"{IAM}:{kind}/{name}"
    return {"id": arn, "name": name, "arn": arn, "account_id": ACCOUNT, "region": "global", "tags": []}


def inline(owner: str, *statements: Written) -> dict[str, Any]:
    return {"id": f"{owner}#inline/p", "name": "p", "policy_name": "p", "document": document(*statements)}


def policy(*statements: Written, name: str = "p") -> dict[str, Any]:
    return {**base("policy", name), "managed_by": "customer", "document": document(*statements)}


def principal(kind: str, *statements: Written, attached: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    resource = base(kind, "x")
    return {
        **resource,
        "attached_policies": [{"arn": arn, "name": arn.rpartition("/")[2]} for arn in attached],
        "inline_policies": [inline(resource["id"], *statements)] if statements else [],
        **fields,
    }


def user(*statements: Written, **fields: Any) -> dict[str, Any]:
    return principal("user", *statements, **{"groups": [], "permissions_boundary_arn": None, **fields})


def group(*statements: Written, **fields: Any) -> dict[str, Any]:
    return principal("group", *statements, **{"member_arns": [], **fields})


def role(*statements: Written, trust: tuple[Written, ...] = (), **fields: Any) -> dict[str, Any]:
    return principal(
        "role", *statements, **{"trust_policy": document(*trust), "permissions_boundary_arn": None, **fields}
    )


def permission_set(*statements: Written, **fields: Any) -> dict[str, Any]:
    arn = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
    return {
        "id": arn,
        "name": "set",
        "arn": arn,
        "account_id": ACCOUNT,
        "inline_policy": document(*statements) if statements else None,
        "managed_policies": [],
        "customer_managed_policies": [],
        "permissions_boundary": None,
        "provisioned_account_ids": [OTHER],
        **fields,
    }


def gap(name: str = "g") -> Gap:
    return Gap(
        id=name,
        collection="iam_policy",
        account_id=ACCOUNT,
        region="global",
        resource_id=None,
        field=None,
        api="iam:GetPolicyVersion",
        code="AccessDenied",
        kind=GapKind.DENIED,
    )


def hide(resource: dict[str, Any], *names: str) -> PartialMap:
    members = {key: value for key, value in resource.items() if key not in names}
    return PartialMap(members, {name: (gap(name),) for name in names})


@dataclass(frozen=True)
class World:
    """Policies and groups by ARN; what is not there was not collected."""

    known: dict[str, Any] = field(default_factory=dict)

    def policy(self, arn: str) -> dict[str, Any]:
        return self._find(arn)

    def group(self, arn: str) -> dict[str, Any]:
        return self._find(arn)

    def _find(self, arn: str) -> dict[str, Any]:
        if arn not in self.known:
            raise Unknown([gap(arn)])
        return self.known[arn]


def world(*resources: dict[str, Any]) -> World:
    return World({each["arn"]: each for each in resources})


EMPTY = World()
