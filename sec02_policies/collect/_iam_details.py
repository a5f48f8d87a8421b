"""GetAccountAuthorizationDetails: users, groups, roles and policies in one list, each shaped as its page arrives.

A page holds up to a thousand, as XML and then as botocore's values, several times what is kept of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._values import GLOBAL, encoded_document, tags, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.collect._outcome import Failure, Record
    from sec02_policies.collect._reader import Reader

BULK = "iam:GetAccountAuthorizationDetails"


@dataclass(slots=True, kw_only=True)
class Details:
    """What the bulk answer tells: resources, to which other operations add, and the failure that cut it short.

    All are in IAM's order. `group_names` are those of each user by ARN. Of AWS's own managed policies, the answer holds
    those that are attached.
    """

    users: list[Record] = field(default_factory=list)
    groups: list[Record] = field(default_factory=list)
    roles: list[Record] = field(default_factory=list)
    customer_policies: list[Record] = field(default_factory=list)
    aws_policies: list[Record] = field(default_factory=list)
    group_names: dict[Any, list[str]] = field(default_factory=dict)
    failure: Failure | None = None

    def take(self, page: Record) -> None:
        """Keep what matters of a page."""
        for raw in page.get("UserDetailList") or ():
            self.group_names[raw.get("Arn")] = raw.get("GroupList") or []
            self.users.append(_principal(raw, "User") | {"permissions_boundary_arn": _boundary(raw)})
        self.groups += (_principal(raw, "Group") for raw in page.get("GroupDetailList") or ())
        self.roles += (_role(raw) for raw in page.get("RoleDetailList") or ())
        for raw in page.get("Policies") or ():
            kept = self.aws_policies if is_aws_managed(raw.get("Arn", "")) else self.customer_policies
            kept.append(policy(raw, _default_document(raw)))

    def boundaries(self) -> Iterator[str]:
        """The ARN of each boundary that is set, as often as it is."""
        return (each["permissions_boundary_arn"] for each in (*self.users, *self.roles))

    def references(self) -> Iterator[str]:
        """The ARNs of the managed policies that are attached or set as a boundary."""
        for each in (*self.users, *self.groups, *self.roles):
            yield from (attached["arn"] for attached in each["attached_policies"])
        yield from self.boundaries()


def read_details(reader: Reader) -> Details:
    """Read all pages of the answer."""
    details = Details()
    details.failure = reader.stream(details.take, BULK)
    return details


def is_aws_managed(arn: str) -> bool:
    """Whether the ARN is that of a policy of AWS's own."""
    return arn.split(":")[4:5] == ["aws"]


def policy(raw: Record, document: Record | Failure | None) -> Record:
    """The managed policy of that answer, of the bulk operation's or of GetPolicy's, with its default version."""
    arn = str(raw.get("Arn"))
    return {
        "id": raw.get("Arn"),
        "name": raw.get("PolicyName") or arn.rpartition("/")[2],
        "arn": raw.get("Arn"),
        "region": GLOBAL,
        # AWS managed policies cannot have tags.
        "tags": [],
        "path": raw.get("Path"),
        "managed_by": "aws" if is_aws_managed(arn) else "customer",
        "default_version_id": raw.get("DefaultVersionId"),
        "attachment_count": raw.get("AttachmentCount"),
        "permissions_boundary_usage_count": raw.get("PermissionsBoundaryUsageCount"),
        "create_date": timestamp(raw.get("CreateDate")),
        "update_date": timestamp(raw.get("UpdateDate")),
        "document": document,
    }


def _principal(raw: Record, kind: str) -> Record:
    """What users, groups and roles have in common; `kind` as in AWS's member names, such as `User`."""
    return {
        "id": raw.get("Arn"),
        "name": raw.get(f"{kind}Name"),
        "arn": raw.get("Arn"),
        "region": GLOBAL,
        # Groups cannot have tags.
        "tags": tags(raw.get("Tags")),
        "path": raw.get("Path"),
        f"{kind.lower()}_id": raw.get(f"{kind}Id"),
        "create_date": timestamp(raw.get("CreateDate")),
        "attached_policies": _attached(raw),
        "inline_policies": _inline_policies(raw, kind),
    }


def _role(raw: Record) -> Record:
    used = raw.get("RoleLastUsed") or {}
    profiles = (each.get("Arn") for each in raw.get("InstanceProfileList") or ())
    return _principal(raw, "Role") | {
        "trust_policy": encoded_document(raw.get("AssumeRolePolicyDocument"), BULK),
        "permissions_boundary_arn": _boundary(raw),
        "last_used_date": timestamp(used.get("LastUsedDate")),
        "last_used_region": used.get("Region"),
        "instance_profile_arns": sorted(profiles, key=str),
    }


def _attached(raw: Record) -> list[Record]:
    """The managed policies that are attached, by ARN."""
    found = raw.get("AttachedManagedPolicies") or ()
    return sorted(
        ({"arn": each.get("PolicyArn"), "name": each.get("PolicyName")} for each in found),
        key=lambda each: str(each["arn"]),
    )


def _boundary(raw: Record) -> str | None:
    """The ARN of the permissions boundary of a user or role."""
    found: Record = raw.get("PermissionsBoundary") or {}
    return found.get("PermissionsBoundaryArn")


def _inline_policies(raw: Record, kind: str) -> list[Record]:
    owner, arn = raw.get(f"{kind}Name"), raw.get("Arn")
    found = [
        {
            "id": f"{arn}#inline/{each.get('PolicyName')}",
            "name": f"{owner}/{each.get('PolicyName')}",
            "arn": None,
            "region": GLOBAL,
            "tags": [],
            "owner_arn": arn,
            "owner_type": f"iam_{kind.lower()}",
            "policy_name": each.get("PolicyName"),
            "document": encoded_document(each.get("PolicyDocument"), BULK),
        }
        for each in raw.get(f"{kind}PolicyList") or ()
    ]
    return sorted(found, key=lambda each: str(each["id"]))


def _default_document(raw: Record) -> Record | None:
    versions = raw.get("PolicyVersionList") or ()
    return next(
        (encoded_document(each.get("Document"), BULK) for each in versions if each.get("IsDefaultVersion")), None
    )
