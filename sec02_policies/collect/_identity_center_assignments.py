"""Whom the permission sets of Identity Center let into which account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._outcome import Failure, Listing, Partial, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

PROVISIONED = "sso-admin:ListAccountsForProvisionedPermissionSet"
_ASSIGNMENTS = "sso-admin:ListAccountAssignments"

_OUTDATED = "LATEST_PERMISSION_SET_NOT_PROVISIONED"
# At most so many pairs of a permission set and an account are asked for assignments on suspicion: `accounts_to_ask`.
_MOST_EXTRA_PAIRS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the permission sets of an instance are read with: names of groups, and accounts to ask besides their own."""

    groups: Mapping[str, str]
    accounts: frozenset[str]


def accounts_to_ask(builder: Builder, sets: int) -> frozenset[str]:
    """The accounts to ask for assignments of every permission set, besides those where it is provisioned.

    A successful assignment provisions the set in its account (CreateAccountAssignment in the API reference), so that
    the list of provisioned accounts holds every assignment in force. It does not tell of one that is still being made
    or whose provisioning failed. So our own account is asked as well, and the other members of the organization where
    we know them and there are few: sets times accounts are calls, and Identity Center is slow.
    """
    own = frozenset({builder.account_id})
    everyone = own | builder.member_account_ids
    return everyone if sets * len(everyone) <= _MOST_EXTRA_PAIRS else own


def outdated_accounts(reader: Reader, region: str, named: Mapping[str, str], provisioned: Listing) -> Any:  # noqa: ANN401 - a list or what stands in its place
    """The accounts that run an older version of the set; none where it is provisioned nowhere."""
    if provisioned.failure is None and not any(provisioned.items()):
        return []
    return reader.pages(PROVISIONED, region, **named, ProvisioningStatus=_OUTDATED).value(str, by=str)


def assignments(
    reader: Reader, permission_set: Record, provisioned: Listing, surroundings: Surroundings
) -> list[Record] | Partial | Failure:
    """Who may use the set in which account; with an Unknown rest where an account could not be asked."""
    named = {"InstanceArn": permission_set["instance_arn"], "PermissionSetArn": permission_set["id"]}
    failure = provisioned.failure
    found: list[Record] = []
    for account in sorted(surroundings.accounts.union(provisioned.items())):
        listing = reader.pages(_ASSIGNMENTS, permission_set["region"], **named, AccountId=account)
        failure = failure or listing.failure
        found += [_assignment(permission_set, surroundings, account, each) for each in listing.items()]
    found.sort(key=lambda each: str(each["id"]))
    if failure is None:
        return found
    return Partial(items=found, failure=failure) if found else failure


def _assignment(permission_set: Record, surroundings: Surroundings, account: str, raw: Record) -> Record:
    principal = raw.get("PrincipalId")
    arn, name = permission_set["id"], permission_set.get("name")
    shown = name if isinstance(name, str) else arn.rpartition("/")[2]
    return {
        "id": f"{arn}|{account}|{principal}",
        "name": f"{shown}/{surroundings.groups.get(str(principal), principal)}/{account}",
        "arn": None,
        "region": permission_set["region"],
        "tags": [],
        "instance_arn": permission_set["instance_arn"],
        "permission_set_arn": arn,
        "permission_set_name": name,
        "target_account_id": account,
        "principal_type": raw.get("PrincipalType"),
        "principal_id": principal,
    }
