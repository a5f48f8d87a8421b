"""Which policies take part for a principal or a policy resource, and what is known of its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from sec02_policies.iam.entrants import is_account
from sec02_policies.iam.reach import Holdings, Source
from sec02_policies.model import PartialList, PartialMap, Unknown

if TYPE_CHECKING:
    from sec02_policies.iam.document import Statement

Resource = Mapping[str, Any]

_ADMINISTRATOR_ACCESS = ":iam::aws:policy/AdministratorAccess"
# What AdministratorAccess and FullAWSAccess say.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html
EVERYTHING: Statement = {
    "index": 0,
    "sid": None,
    "effect": "Allow",
    "principals": [],
    "not_principals": [],
    "actions": ["*"],
    "not_actions": [],
    "resources": ["*"],
    "not_resources": [],
    "conditions": [],
}
_ADMINISTRATOR_NOTE = "AWS documents that AdministratorAccess allows every action; its document was not collected"


class Lookups(Protocol):
    """How facts reach the policies and groups that a principal names; raise `Unknown` for what was not collected."""

    def policy(self, arn: str) -> Resource:
        """Return the `iam_policy` resource with that ARN."""
        ...

    def group(self, arn: str) -> Resource:
        """Return the `iam_group` resource with that ARN."""
        ...


def holdings(resource: Resource, lookups: Lookups) -> Holdings:
    """Return all that decides what the resource may do.

    The resource is an IAM user, group, role, managed or inline policy, or an Identity Center permission set.
    """
    gather = _Gathering(lookups)
    is_permission_set = declares(resource, "managed_policies")
    if declares(resource, "document"):
        with gather.reading():
            gather.document(_name(resource), "document", resource["document"])
    elif is_permission_set:
        gather.permission_set(resource)
    else:
        gather.principal(resource)
    arn = _arn(resource)
    # A permission set is used in other accounts than the one that keeps it.
    account = None if is_permission_set else _account_id(resource)
    return Holdings(
        account_id=account,
        partition=arn.split(":")[1] if arn.startswith("arn:") else "aws",
        sources=tuple(gather.sources),
        ceilings=tuple(gather.ceilings),
        context=_context(account, arn),
        unread=tuple(gather.unread),
        self_arn=arn if ":user/" in arn or ":role/" in arn else None,
    )


def declares(resource: Resource, field: str) -> bool:
    """Return whether the resource is of a kind that has the field, be it read or not."""
    if isinstance(resource, PartialMap):
        return field in resource.hidden or dict.__contains__(resource, field)
    return field in resource


def known_items(read: Callable[[], Any], unread: list[Unknown]) -> Iterator[Any]:
    """Yield the items of a list as far as they are known; add to `unread` what hides the rest."""
    try:
        items = read()
        yield from items
    except Unknown as unknown:
        unread.append(unknown)


def partial(items: list[Any], unread: list[Unknown]) -> list[Any]:
    """Return the items as a list, with an unknown rest if something was not read."""
    return PartialList(items, Unknown.merged(unread).gaps) if unread else items


class _Gathering:
    """Collects the sources of one holder; what cannot be read is kept as Unknown beside them."""

    def __init__(self, lookups: Lookups) -> None:
        self.lookups = lookups
        self.sources: list[Source] = []
        self.ceilings: list[tuple[Source, ...] | Unknown] = []
        self.unread: list[Unknown] = []

    @contextmanager
    def reading(self) -> Iterator[None]:
        try:
            yield
        except Unknown as unknown:
            self.unread.append(unknown)

    def document(self, ref: str, kind: str, document: Mapping[str, Any], through: str | None = None) -> None:
        self.sources.append(Source(ref=ref, kind=kind, statements=document["statements"], through=through))

    def _managed(self, arn: str, through: str | None = None) -> Source:
        try:
            statements = self.lookups.policy(arn)["document"]["statements"]
        except Unknown:
            if not arn.endswith(_ADMINISTRATOR_ACCESS):
                raise
            return Source(
                ref=arn,
                kind="managed",
                statements=(EVERYTHING,),
                through=through,
                note=_ADMINISTRATOR_NOTE,
            )
        return Source(ref=arn, kind="managed", statements=statements, through=through)

    def ceiling(self, read: Callable[[], str | None]) -> None:
        try:
            arn = read()
            if arn is not None:
                self.ceilings.append((self._managed(arn),))
        except Unknown as unknown:
            self.ceilings.append(unknown)

    def principal(self, resource: Resource) -> None:
        self._attached(resource)
        if declares(resource, "groups"):
            for arn in known_items(lambda: resource["groups"], self.unread):
                with self.reading():
                    self._attached(self.lookups.group(arn), through=arn)
        if declares(resource, "permissions_boundary_arn"):
            self.ceiling(lambda: resource["permissions_boundary_arn"])

    def _attached(self, holder: Resource, through: str | None = None) -> None:
        for policy in known_items(lambda: holder["attached_policies"], self.unread):
            with self.reading():
                self.sources.append(self._managed(policy["arn"], through))
        for policy in known_items(lambda: holder["inline_policies"], self.unread):
            with self.reading():
                self.document(policy["id"], "inline", policy["document"], through)

    def permission_set(self, resource: Resource) -> None:
        with self.reading():
            self._inline_policy(resource)
        for policy in known_items(lambda: resource["managed_policies"], self.unread):
            with self.reading():
                self.sources.append(self._managed(policy["arn"]))
        for policy in known_items(lambda: resource["customer_managed_policies"], self.unread):
            with self.reading():
                self._customer_managed(resource, policy)
        try:
            boundary = resource["permissions_boundary"]
        except Unknown as unknown:
            self.ceilings.append(unknown)
        else:
            self._set_boundary(resource, boundary)

    def _customer_managed(self, resource: Resource, policy: Mapping[str, Any]) -> None:
        for arn in _customer_managed(resource, policy["path"], policy["name"]):
            with self.reading():
                self.sources.append(self._managed(arn))

    def _inline_policy(self, resource: Resource) -> None:
        if resource["inline_policy"] is not None:
            self.document(f"{_name(resource)}#inline", "inline", resource["inline_policy"])

    def _set_boundary(self, resource: Resource, boundary: Mapping[str, Any] | None) -> None:
        if boundary is None:
            return
        if boundary["managed_policy_arn"] is not None:
            self.ceiling(lambda: boundary["managed_policy_arn"])
            return
        path, name = boundary["customer_managed_policy_path"] or "/", boundary["customer_managed_policy_name"]
        # Another account may hold another policy of that name: whichever it is, it is one ceiling.
        self.ceiling(lambda: _customer_managed(resource, path, name)[0])


def _customer_managed(resource: Resource, path: str, name: str) -> list[str]:
    """Return the ARNs that a customer managed policy of a permission set has in the accounts which use it.

    https://docs.aws.amazon.com/singlesignon/latest/userguide/howtocmp.html
    """
    accounts = list(resource["provisioned_account_ids"]) or [resource["account_id"]]
    partition = _arn(resource).split(":")[1]
    return [f"arn:{partition}:iam::{account}:policy{path}{name}" for account in accounts]


def _arn(resource: Resource) -> str:
    # An inline policy has no ARN; its owner has.
    arn = resource["arn"] or (resource["owner_arn"] if declares(resource, "owner_arn") else None)
    return arn or ""


def _name(resource: Resource) -> str:
    return str(resource["id"])


def _account_id(resource: Resource) -> str | None:
    account = str(resource["account_id"])
    return account if is_account(account) else None


def _context(account: str | None, arn: str) -> dict[str, str]:
    """Return the condition keys whose value every request has that this resource decides.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    context: dict[str, str] = {}
    if account is not None:
        context |= {"aws:principalaccount": account, "aws:resourceaccount": account}
    if ":user/" in arn:
        context |= {"aws:principalarn": arn, "aws:principaltype": "User", "aws:username": arn.rpartition("/")[2]}
    elif ":role/" in arn:
        context |= {"aws:principalarn": arn, "aws:principaltype": "AssumedRole"}
    return context
