"""Organizations: the organization of the account, its members, its control policies and who may act for it.

Most of it only the management account and delegated administrators may read: elsewhere it becomes gaps, but for what
such a principal has read and hands on. Mail addresses never leave the answers.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._handed_on import ACCOUNTS, KIND, ROOT_FEATURES, left_out, root_features
from sec02_policies.collect._organization_units import places
from sec02_policies.collect._outcome import Failure, Partial, Record, not_requested
from sec02_policies.collect._values import GLOBAL, document, timestamp

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._handed_on import HandedOn
    from sec02_policies.collect._reader import Reader

_ORGANIZATION = "organizations:DescribeOrganization"
_ROOTS = "organizations:ListRoots"
_POLICIES = "organizations:ListPolicies"
_POLICY = "organizations:DescribePolicy"
_TARGETS = "organizations:ListTargetsForPolicy"
_ADMINISTRATORS = "organizations:ListDelegatedAdministrators"
_ADMINISTRATED = "organizations:ListDelegatedServicesForAccount"
_TRUSTED = "organizations:ListAWSServiceAccessForOrganization"
_TAGS = "organizations:ListTagsForResource"

_POLICY_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def collect(reader: Reader, builder: Builder) -> None:
    """Read the organization; where the account is in none, all three collections are complete and empty."""
    answer = reader.read(_ORGANIZATION)
    builder.section("organization", GLOBAL, _ORGANIZATION, answer if isinstance(answer, Failure) else None)
    if answer is None:
        builder.section(KIND, GLOBAL, _ORGANIZATION)
        builder.section("org_policy", GLOBAL, _ORGANIZATION)
        return
    raw = answer["Organization"] if isinstance(answer, dict) else None
    builder.organization_id = None if raw is None else raw.get("Id")
    handed_on = _handed_on(builder)
    if raw is not None:
        builder.add("organization", _organization(reader, raw) | _features_of(handed_on, builder))
    if handed_on is None:
        _accounts(reader, builder)
    else:
        _accounts_of(handed_on, builder)
    _policies(reader, builder)


def _handed_on(builder: Builder) -> HandedOn | None:
    """What another principal has read of the organization of this account."""
    found = builder.handed_on
    return found if found is not None and found.is_of(builder.account_id, builder.organization_id) else None


def _features_of(handed_on: HandedOn | None, builder: Builder) -> Record:
    """The features of central root access, where another principal has read them."""
    if handed_on is None or handed_on.root_features is None:
        return {}
    builder.told("organization", "root_features", GLOBAL, ROOT_FEATURES, read_by=handed_on.read_by())
    return {"root_features": list(handed_on.root_features)}


def _organization(reader: Reader, raw: Record) -> Record:
    roots = reader.pages(_ROOTS).value(_enabled_types)
    trusted = reader.pages(_TRUSTED)
    return {
        "id": raw.get("Id"),
        "name": raw.get("Id"),
        "arn": raw.get("Arn"),
        "region": GLOBAL,
        # An organization cannot be tagged; its roots, units, accounts and policies can.
        "tags": [],
        "management_account_id": raw.get("MasterAccountId"),
        "feature_set": raw.get("FeatureSet"),
        "enabled_policy_types": _flat(roots),
        "delegated_administrators": _administrators(reader),
        "trusted_services": trusted.value(lambda each: each.get("ServicePrincipal"), by=str),
        "root_features": root_features(reader),
    }


def _enabled_types(root: Record) -> list[str]:
    return [each.get("Type") for each in root.get("PolicyTypes") or () if each.get("Status") == "ENABLED"]


def _flat(value: list[list[str]] | Partial | Failure) -> list[str] | Partial | Failure:
    """The items of the lists in the list, once each."""
    if isinstance(value, Failure):
        return value
    lists = value.items if isinstance(value, Partial) else value
    found = sorted({item for each in lists for item in each})
    return Partial(items=found, failure=value.failure) if isinstance(value, Partial) else found


def _administrators(reader: Reader) -> list[Record] | Partial | Failure:
    """The delegated administrators and what they administer; services that cannot be read hide the whole list."""
    listing = reader.pages(_ADMINISTRATORS)

    def administrator(raw: Record) -> Record:
        services = reader.pages(_ADMINISTRATED, AccountId=raw.get("Id"))
        return {
            "account_id": raw.get("Id"),
            "services": services.value(lambda each: each.get("ServicePrincipal"), by=str),
        }

    return listing.value(administrator, by=lambda each: str(each["account_id"]))


def _accounts_of(handed_on: HandedOn, builder: Builder) -> None:
    """The accounts as another principal has listed them."""
    builder.section(KIND, GLOBAL, ACCOUNTS, handed_on.failure, read_by=handed_on.read_by())
    for field, api in left_out():
        builder.missing(KIND, GLOBAL, field, not_requested(api))
    for account in handed_on.accounts():
        builder.add(KIND, account)


def _accounts(reader: Reader, builder: Builder) -> None:
    listing = reader.pages(ACCOUNTS)
    builder.section(KIND, GLOBAL, ACCOUNTS, listing.failure)
    builder.missing(KIND, GLOBAL, "tags", _not_requested())
    found = list(listing.items())
    above = places(reader, found)
    accounts = [_account(raw) | {"parent_ids": above.get(str(raw.get("Id")))} for raw in found]
    for account in accounts:
        builder.add(KIND, account)
    builder.member_account_ids = frozenset(account["id"] for account in accounts)


def _account(raw: Record) -> Record:
    return {
        "id": raw.get("Id"),
        "name": raw.get("Name"),
        "arn": raw.get("Arn"),
        "region": GLOBAL,
        # Status was to be retired on 2026-09-09 in favour of State.
        "state": raw.get("State") or raw.get("Status"),
        "joined_method": raw.get("JoinedMethod"),
        "joined_date": timestamp(raw.get("JoinedTimestamp")),
    }


def _policies(reader: Reader, builder: Builder) -> None:
    builder.missing("org_policy", GLOBAL, "tags", _not_requested())
    for kind in _POLICY_TYPES:
        listing = reader.pages(_POLICIES, Filter=kind)
        builder.section("org_policy", GLOBAL, _POLICIES, listing.failure)
        for resource in reader.each(partial(_policy, reader), listing.items()):
            builder.add("org_policy", resource)


def _policy(reader: Reader, raw: Record) -> Record:
    policy_id = raw.get("Id")
    targets = reader.pages(_TARGETS, PolicyId=policy_id)
    return {
        "id": raw.get("Arn"),
        "name": raw.get("Name"),
        "arn": raw.get("Arn"),
        "region": GLOBAL,
        "policy_id": policy_id,
        "type": raw.get("Type"),
        "aws_managed": bool(raw.get("AwsManaged")),
        "targets": targets.value(
            lambda each: {"id": each.get("TargetId"), "type": each.get("Type")}, by=lambda each: str(each["id"])
        ),
        "document": _document(reader.read(_POLICY, PolicyId=policy_id)),
    }


def _document(answer: Record | Failure | None) -> Any:  # noqa: ANN401 - a document or what stands in its place
    if not isinstance(answer, dict):
        return answer
    text = answer["Policy"].get("Content")
    return None if text is None else document(text, _POLICY)


def _not_requested() -> Failure:
    """Tags cost a call for each account and each policy, and no policy of ours asks for them."""
    return not_requested(_TAGS)
