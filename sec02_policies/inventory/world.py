"""What identities of one snapshot are found by: who may assume which role, who is in which group, what is one's own."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, partial
from operator import getitem
from typing import TYPE_CHECKING, Any

from sec02_policies.evaluate.facts import fact
from sec02_policies.iam import trusted
from sec02_policies.inventory.identity import Privilege, Said, known_part, most
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sec02_policies.inventory.identity import Record
    from sec02_policies.snapshot import Snapshot


class World:
    """A snapshot with the look-ups that several types of identities share, each built once."""

    def __init__(self, snapshot: Snapshot, owner_tag: str) -> None:
        """`owner_tag` is the key of the tag that names an identity's owner."""
        self.snapshot = snapshot
        self.owner_tag = owner_tag

    def owner(self, resource: Mapping[str, Any]) -> str | None:
        """The owner that the resource's tag names; None where it names none."""
        return next((each["value"] for each in resource["tags"] if each["key"] == self.owner_tag), None) or None

    # ------------------------------------------------------------ accounts

    def is_ours(self, account_id: str) -> bool:
        """Whether the account is the snapshot's own or one of its organization; raises Unknown where that is hidden."""
        if account_id == self.snapshot.account_id or self.snapshot.find("org_account", account_id) is not None:
            return True
        return any(each["management_account_id"] == account_id for each in self.snapshot.resources("organization"))

    def is_our_organization(self, organization_id: str) -> bool:
        """Whether the organization is the snapshot's own."""
        return self.snapshot.find("organization", organization_id) is not None

    def stranger(self, access: Mapping[str, Any]) -> str | None:
        """Who of outside the organization gets in by a trust or a resource policy, in words; None for nobody.

        `access` are the facts `trust` or `secret_access`.
        """
        if access["public"]:
            return "anybody may use it"
        hidden: list[Unknown] = []
        for way in (*access["external"], *access["unnamed"]):
            try:
                if self._is_strange(way):
                    account = way.get("account_id")
                    outside = (
                        f"account {account}, outside the organization," if account else "accounts that nobody named"
                    )
                    return f"{outside} may use it"
            except Unknown as unknown:
                hidden.append(unknown)
        if hidden:
            raise Unknown.merged(hidden)
        return None

    def _is_strange(self, way: Mapping[str, Any]) -> bool:
        if way["org_ids"] and all(self.is_our_organization(each) for each in way["org_ids"]):
            return False
        account = way.get("account_id")
        return account is None or not self.is_ours(account)

    # ------------------------------------------------------------ privilege

    def privilege(self, holder: Record) -> Said:
        """What an IAM user, a role or a permission set may do; raises Unknown where a part of it was not read."""
        level = fact("admin_level", holder)
        if level != "no":
            via = fact("admin_via", holder)[0]
            condition = "" if level == "yes" else ", while a condition holds"
            return Said(value=Privilege.ADMIN, words=f"may do everything{condition}, by {_short(via['policy'])}")
        paths = fact("escalations", holder)
        if paths:
            more = f" and {len(paths) - 1} more ways" if len(paths) > 1 else ""
            return Said(value=Privilege.ESCALATION, words=f"may gain more: {paths[0]['title']}{more}")
        if fact("reads_all_secrets", holder):
            return Said(value=Privilege.SECRETS, words="may read every secret")
        if any(each["effect"] == "Allow" for each in fact("statements", holder)):
            return Said(value=Privilege.LIMITED, words="holds some permissions")
        return Said(value=Privilege.NONE, words="holds no permission")

    def privilege_of_roles(self, roles: Iterable[Record | Unknown], otherwise: Said) -> Said:
        """The greatest privilege of these roles; None where one that could not be read may have more."""
        return most((self._of_role(each) for each in roles), otherwise)

    def _of_role(self, role: Record | Unknown) -> Callable[[], Said]:
        def said() -> Said:
            if isinstance(role, Unknown):
                raise role
            found = self.privilege(role)
            return Said(value=found.value, words=f"role {role['name']}: {found.words}")

        return said

    def role(self, arn: str) -> Record | Unknown | None:
        """The role of that ARN, None where there is none, Unknown where it was not read."""
        try:
            return self.snapshot.find("iam_role", arn)
        except Unknown as unknown:
            return unknown

    # ------------------------------------------------------------ trust

    @cached_property
    def _trusted(self) -> tuple[dict[str, list[Record]], dict[str, list[Record]], list[Unknown]]:
        """Roles by the principal that they trust, by the foreign account, and what hides more of them."""
        principals: dict[str, list[Record]] = defaultdict(list)
        accounts: dict[str, list[Record]] = defaultdict(list)
        hidden = [Unknown([gap]) for _, gap in self.snapshot.unread("iam_role")]
        for role in self.snapshot.known("iam_role"):
            try:
                entries, facts = trusted(role), fact("trust", role)
            except Unknown as unknown:
                hidden.append(unknown)
                continue
            for value in dict.fromkeys(str(each["value"]) for each in entries):
                principals[value].append(role)
            for account in facts["external_accounts"]:
                accounts[account].append(role)
        return principals, accounts, hidden

    def roles_trusting(self, principal: str) -> list[Record | Unknown]:
        """The roles that let this principal in, and what hides more of them."""
        principals, _, hidden = self._trusted
        return [*principals.get(principal, ()), *hidden]

    @property
    def foreign_accounts(self) -> Iterator[tuple[str, list[Record], list[Unknown]]]:
        """Each account that a role lets in, with the roles, and what hides more of them."""
        _, accounts, hidden = self._trusted
        for account in sorted(accounts):
            yield account, accounts[account], hidden

    # ------------------------------------------------------------ Identity Center

    @cached_property
    def _groups(self) -> tuple[dict[str, list[str]], list[Unknown]]:
        """Group ids by the user that is in them, and what hides more."""
        groups: dict[str, list[str]] = defaultdict(list)
        hidden = [Unknown([gap]) for _, gap in self.snapshot.unread("idc_group")]
        for group in self.snapshot.known("idc_group"):
            members, rest = known_part(partial(getitem, group, "member_user_ids"))
            hidden += rest
            for member in members:
                groups[member].append(group["id"])
        return groups, hidden

    def groups_of(self, user_id: str) -> tuple[list[str], list[Unknown]]:
        """The ids of the Identity Center groups that a user is in, and what hides more."""
        groups, hidden = self._groups
        return groups.get(user_id, []), hidden

    def assignments_of(self, principal_id: str) -> tuple[list[Record], list[Unknown]]:
        """The assignments of an Identity Center user or group itself, and what hides more."""
        return known_part(lambda: self.snapshot.where("idc_assignment", "principal_id", principal_id))

    def privilege_by(self, assignments: Iterable[Record], hidden: Iterable[Unknown]) -> Said:
        """The greatest privilege that these assignments of permission sets give."""
        chosen = [*dict.fromkeys(self._set_arn(each) for each in assignments), *hidden]
        nothing = Said(value=Privilege.NONE, words="has no assignment")
        return most((self._of_set(each) for each in chosen), nothing)

    def _set_arn(self, assignment: Record) -> str | Unknown:
        try:
            return str(assignment["permission_set_arn"])
        except Unknown as unknown:
            return unknown

    def _of_set(self, arn: str | Unknown) -> Callable[[], Said]:
        def said() -> Said:
            if isinstance(arn, Unknown):
                raise arn
            found = self.snapshot.find("idc_permission_set", arn)
            if found is None:
                return Said(value=Privilege.NONE, words="its permission set is gone")
            privilege = self.privilege(found)
            return Said(value=privilege.value, words=f"permission set {found['name']}: {privilege.words}")

        return said


def _short(policy: str) -> str:
    return policy.rpartition("/")[2]
