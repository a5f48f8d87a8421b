"""Which operations a collection needs: those that give the wanted fields, and those that they are called with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sec02_policies.collect._operations import OPERATIONS
from sec02_policies.errors import InputError
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from sec02_policies.collect._operations.operation import Operation

Fields = Mapping[str, frozenset[str]]

CALLER = "sts:GetCallerIdentity"
REGIONS = "account:ListRegions"
_SUMMARY = "iam:GetAccountSummary"

# What a field needs besides the operation that its schema names, and the operations which that one comes after.
_ALSO: tuple[tuple[str, str, str], ...] = (
    # Read beside the credential report, to notice where the two disagree.
    ("iam_root", "password_enabled", _SUMMARY),
    ("iam_root", "access_keys", _SUMMARY),
    # The independent count, to notice where a list is not whole.
    *((kind, "id", _SUMMARY) for kind in ("iam_user", "iam_group", "iam_role", "iam_policy")),
    # AWS managed policies that the bulk answer does not hold.
    ("iam_policy", "id", "iam:GetPolicyVersion"),
    ("idc_assignment", "name", "identitystore:ListGroups"),
    ("organization", "delegated_administrators", "organizations:ListDelegatedServicesForAccount"),
    # Of a certificate authority of AWS Private CA, which the anchor only names.
    ("rolesanywhere_trust_anchor", "certificates", "acm-pca:DescribeCertificateAuthority"),
    # Which regions there are to look into.
    ("analyzer_region", "id", REGIONS),
)
# Two calls or more for each principal: told only to who names the field. docs/adr/0008-last-accessed-on-request.md
_ON_REQUEST = frozenset({"iam:GetServiceLastAccessedDetails"})
_FEW = frozenset({"account", "region", "organization", "policy type"})
_SERVICES_WITHOUT_REGIONS = frozenset({"iam", "organizations", "account"})


def is_global(service: str) -> bool:
    """Whether a service of the snapshot is read once, and not in every region."""
    return service in _SERVICES_WITHOUT_REGIONS


def for_each(operation: Operation) -> bool:
    """Whether the operation is called once for each of what another one lists."""
    return operation.per not in _FEW


def all_fields(services: Iterable[str], *, on_request: bool = False) -> Fields:
    """Every field of every type of these services; those that are read on request only if it is asked for."""
    chosen = frozenset(services)
    spared = frozenset() if on_request else _ON_REQUEST
    return {
        name: frozenset(field for field, about in info.fields.items() if about.collected_by not in spared)
        for name, info in schemas().types.items()
        if info.service in chosen
    }


def services_of(fields: Fields) -> frozenset[str]:
    """The services whose types are among the fields."""
    return frozenset(schemas().type(kind, "fields").service for kind in fields)


def operations_for(fields: Fields, *, regions_known: bool = False) -> tuple[Operation, ...]:
    """The operations that give the fields, in the order of their names; `regions_known`: nobody has to ask for them.

    Raises `InputError` for a type or a field that there is not.
    """
    wanted = {CALLER}
    for kind, names in fields.items():
        known = schemas().type(kind, "fields").fields
        for name in sorted(names - known.keys()):
            raise InputError("fields", f"{kind} has no field {name!a}", f"one of {', '.join(known)}")
        wanted |= {known[name].collected_by for name in names}
        wanted |= {api for owner, name, api in _ALSO if owner == kind and name in names}
    if not regions_known and not all(map(is_global, services_of(fields))):
        wanted.add(REGIONS)
    # A schema may name an operation that the collector never calls, for a field that is always a gap.
    pending = sorted(wanted & OPERATIONS.keys())
    found: dict[str, Operation] = {}
    while pending:
        operation = OPERATIONS[pending.pop()]
        found[operation.api] = operation
        pending += [each for each in operation.after if each not in found]
    return tuple(found[api] for api in sorted(found))
