"""What `sec02 collect --plan` prints: the operations, how often each would be called, and the least IAM policy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sec02_policies.catalog import PolicySet
    from sec02_policies.cli.organization import OrgChoice
    from sec02_policies.collect import Fields, Operation

_NAMED = 2


def wanted_fields(policies: PolicySet | None, services: Sequence[str] | None) -> Fields:
    """The fields that a collection is for: those that the policies read, or all, of the services."""
    from sec02_policies.collect import SERVICES, WORKLOAD_SERVICES, all_fields
    from sec02_policies.snapshot.schema import perhaps

    known = (*SERVICES, *WORKLOAD_SERVICES)
    for each in services or ():
        if each not in known:
            raise InputError(f"--service {each}", "no service that is read", perhaps(each, known))
    fields = all_fields(services or (SERVICES if policies is None else known))
    if policies is None:
        return fields
    wanted = _read_of(policies, fields)
    if not wanted:
        raise InputError("--service", "nothing that the chosen policies read", "a service that they read, or none")
    return wanted


def _read_of(policies: PolicySet, fields: Fields) -> Fields:
    """What the policies read of the types of these fields; for one policy of many it may be nothing."""
    from sec02_policies.evaluate import fields_read

    return {kind: names for kind, names in fields_read(policies).items() if kind in fields}


def plan_text(
    policies: PolicySet | None,
    services: Sequence[str] | None,
    regions: Sequence[str],
    *,
    org: OrgChoice | None = None,
) -> str:
    """The plan of a collection, made without a call; for policies, with those that need a call per resource."""
    from sec02_policies.collect import for_each, operations_for, policy_document

    operations = operations_for(wanted_fields(policies, services), regions_known=bool(regions))
    needed = {} if policies is None else _needed_by(policies, services)
    width = max(len(each.api) for each in operations)
    lines = [f"{'operation':{width}}  calls"]
    for each in operations:
        because = f", for {_some(needed[each.api])}" if for_each(each) and each.api in needed else ""
        lines.append(f"{each.api:{width}}  {_often(each, regions)}{because}")
    lines += ["", _least(operations, regions), ""]
    if org is not None:
        return "\n".join([*lines, *_org_lines(operations, regions, org)])
    return "\n".join([*lines, json.dumps(policy_document(each.api for each in operations), indent=2), ""])


def _org_lines(operations: Sequence[Operation], regions: Sequence[str], org: OrgChoice) -> Iterator[str]:
    """What an organization needs: the policy of the caller, and policy and trust of the role in each account."""
    from sec02_policies.collect import ORGANIZATION_APIS, Role, partition_of, policy_document, trust_policy

    role = Role(name=org.role_name, external_id=org.external_id)
    apis = [each.api for each in operations]
    yield "That is for each account. Besides, organizations:ListAccounts is called for 20"
    yield "accounts at a time, and sts:AssumeRole once an hour for each, but the caller's."
    yield ""
    yield "The IAM policy of the caller, in the management or a delegated administrator account:"
    caller = policy_document(
        {*apis, *ORGANIZATION_APIS}, assume=role.arn(partition_of(regions[0] if regions else None), "*")
    )
    yield json.dumps(caller, indent=2)
    yield ""
    yield f"The IAM policy of role {role.name} in each account:"
    yield json.dumps(policy_document(apis), indent=2)
    yield ""
    yield f"The trust policy of role {role.name}; put in who the caller is:"
    yield json.dumps(trust_policy(external_id=role.external_id), indent=2)
    yield ""


def _needed_by(policies: PolicySet, services: Sequence[str] | None) -> Mapping[str, list[str]]:
    """The policies that need each operation."""
    from sec02_policies.collect import operations_for

    fields = wanted_fields(policies, services)
    needed: dict[str, list[str]] = {}
    for policy in policies:
        for each in operations_for(_read_of(policies.select([policy.id]), fields)):
            needed.setdefault(each.api, []).append(policy.id)
    return needed


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def _often(operation: Operation, regions: Sequence[str]) -> str:
    """How often the operation is called, as far as it can be known without calling."""
    from sec02_policies.collect import for_each

    paging = operation.paging
    pages = f", {paging.size:,} to a page" if paging is not None and paging.size else ""
    if for_each(operation):
        return f"1 for each {operation.per}"
    if operation.per == "region":
        return f"{len(regions)}{pages}" if regions else f"1 in each region{pages}"
    return f"1{pages}"


def _least(operations: Sequence[Operation], regions: Sequence[str]) -> str:
    from sec02_policies.collect import for_each

    once = sum(not for_each(each) and each.per != "region" for each in operations)
    regional = sum(each.per == "region" for each in operations)
    if not regional:
        return f"At least {once} calls."
    if not regions:
        return f"At least {once} calls, and {regional} in each region of the account."
    return f"At least {once + regional * len(regions)} calls."
