"""Facts of IAM as CEL functions: what `sec02_policies.iam` computes from the snapshot that is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sec02_policies import cel, iam
from sec02_policies.cel import types
from sec02_policies.evaluate.context import current
from sec02_policies.iam.conditions import Strength
from sec02_policies.model import Gap, GapKind, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sec02_policies.snapshot import Snapshot

Record = dict[str, Any]
_STRINGS = types.ListType(element=types.STRING)
_RECORDS = types.ListType(element=types.DYN)
_LEVEL = types.PrimitiveType(name="string", enum=tuple(each.word for each in Strength))
_KIND = types.PrimitiveType(name="string", enum=tuple(each.value for each in iam.IdentityKind))
_SCP = "SERVICE_CONTROL_POLICY"


Fields = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """What a fact reads of its argument, by the argument's type, and of the resources that it finds by itself."""

    of: Fields
    follows: Fields = field(default_factory=dict)


def _fields(**fields: str) -> Fields:
    return {kind: frozenset(names.split()) for kind, names in fields.items()}


_POLICIES_OF = Reads(
    of=_fields(
        iam_user="arn account_id attached_policies inline_policies groups permissions_boundary_arn",
        iam_group="arn account_id attached_policies inline_policies",
        iam_role="arn account_id attached_policies inline_policies permissions_boundary_arn",
        iam_policy="arn account_id document",
        iam_inline_policy="arn account_id owner_arn document",
        idc_permission_set="arn account_id inline_policy managed_policies customer_managed_policies"
        " permissions_boundary provisioned_account_ids",
    ),
    follows=_fields(iam_policy="document", iam_inline_policy="document", iam_group="attached_policies inline_policies"),
)
_ACTIVITY = Reads(
    of=_fields(iam_user="password_last_used_date access_keys", iam_access_key="last_used_date"),
)
_ARGUMENTS = Reads(of={})
_WITHIN_SCPS = Reads(
    of={kind: names for kind, names in _POLICIES_OF.of.items() if kind != "idc_permission_set"},
    follows={
        **_POLICIES_OF.follows,
        **_fields(
            organization="management_account_id enabled_policy_types",
            org_account="parent_ids",
            org_policy="type targets document",
        ),
    },
)

READS: Mapping[str, Reads] = {
    **dict.fromkeys(
        (
            "is_admin",
            "admin_level",
            "admin_via",
            "escalations",
            "allows",
            "granted",
            "full_access",
            "reads_all_secrets",
            "can_manage_iam",
            "can_tag_principals",
            "principal_tag_keys",
            "statements",
            "mfa_enforced",
            "mfa_enforced_via",
        ),
        _POLICIES_OF,
    ),
    "allows_within_scps": _WITHIN_SCPS,
    "live_credentials": Reads(
        of=_fields(
            iam_user="password_enabled access_keys signing_certificates ssh_public_keys service_specific_credentials",
            iam_access_key="status",
        )
    ),
    "identity_kind": Reads(
        of=_fields(
            iam_user="tags password_enabled mfa_devices access_keys signing_certificates ssh_public_keys"
            " service_specific_credentials",
            iam_access_key="status",
            iam_role="trust_policy account_id",
        )
    ),
    "last_activity": _ACTIVITY,
    "active_since": _ACTIVITY,
    "trust": Reads(of=_fields(iam_role="trust_policy account_id")),
    "secret_access": Reads(of=_fields(secretsmanager_secret="resource_policy other_resource_policies account_id")),  # noqa: S106 - fields' names
    **dict.fromkeys(("denies", "denies_root", "limits_to_organization"), _ARGUMENTS),
}
"""What each fact reads: a collection for chosen policies asks AWS for this and for what their CEL names."""


@dataclass(frozen=True, slots=True)
class SnapshotLookups:
    """Finds the policies and groups that a principal names; one that was not collected is Unknown."""

    snapshot: Snapshot

    def policy(self, arn: str) -> Record:
        """The managed policy with that ARN."""
        return self._find("iam_policy", arn, "iam:GetPolicyVersion")

    def group(self, arn: str) -> Record:
        """The group with that ARN."""
        return self._find("iam_group", arn, "iam:GetAccountAuthorizationDetails")

    def member(self, account_id: str) -> Record:
        """The account as its organization lists it."""
        return self._find("org_account", account_id, "organizations:ListAccounts")

    def _find(self, kind: str, arn: str, api: str) -> Record:
        found = self.snapshot.find(kind, arn)
        if found is None:
            raise Unknown([self._absent(kind, arn, api)])
        return found

    def _absent(self, kind: str, arn: str, api: str) -> Gap:
        """The gap for what something names and the snapshot does not hold."""
        return Gap(
            id=f"absent:{arn}",
            collection=kind,
            account_id=self.snapshot.account_id,
            region="global",
            resource_id=arn,
            field=None,
            api=api,
            code="NotInSnapshot",
            kind=GapKind.NOT_REQUESTED,
        )


def _controls(snapshot: Snapshot) -> iam.ControlLevels:
    """The SCPs above the account of the snapshot; none where it is in no organization, or manages one."""
    organizations = snapshot.resources("organization")
    if not organizations or organizations[0]["management_account_id"] == snapshot.account_id:
        return iam.ControlLevels()
    if _SCP not in organizations[0]["enabled_policy_types"]:
        return iam.ControlLevels()
    member = SnapshotLookups(snapshot).member(snapshot.account_id)
    targets = [snapshot.account_id, *member["parent_ids"]]
    unread = [Unknown([gap]) for _, gap in snapshot.unread("org_policy")]
    scps = []
    for policy in snapshot.known("org_policy"):
        try:
            if policy["type"] == _SCP:
                scps.append(policy)
        except Unknown as unknown:
            unread.append(unknown)
    found = iam.control_levels(targets, scps)
    return replace(found, unread=(*found.unread, *unread))


def _allows_within_scps(resource: Record, action: str, lookups: SnapshotLookups) -> str:
    return iam.allows_within_scps(resource, action, lookups, _controls(lookups.snapshot))


def _remembered(compute: Callable[..., Any]) -> Callable[..., Any]:
    """The fact, computed once per resource in an evaluation; many policies ask the same of each."""

    def fact(resource: Record, *rest: object) -> object:
        known = current().facts
        key = (compute, id(resource), *rest)
        if key not in known:
            try:
                known[key] = (compute(resource, *rest), None, resource)
            except Unknown as unknown:
                known[key] = (None, unknown, resource)
        value, hidden, _ = known[key]
        if hidden is not None:
            raise hidden
        return value

    return fact


def _held(compute: Callable[..., Any]) -> Callable[..., Any]:
    """A fact that follows the policies and groups which the resource names."""

    def fact(resource: Record, *rest: object) -> object:
        return compute(resource, *rest, SnapshotLookups(current().snapshot))

    return _remembered(fact)


@cache
def facts() -> Sequence[cel.Function]:
    """The facts that policies may call."""
    one, two = (types.DYN,), (types.DYN, types.STRING)
    return [
        cel.Function(name=name, parameters=parameters, result=result, implementation=implementation, doc=doc)
        for name, parameters, result, implementation, doc in (
            ("is_admin", one, types.BOOL, _held(iam.is_admin), "Whether it may do nearly everything."),
            ("admin_level", one, _LEVEL, _held(iam.admin_level), "'yes', 'conditional' or 'no'."),
            ("admin_via", one, _RECORDS, _held(iam.admin_via), "The statements that make it an administrator."),
            ("escalations", one, _RECORDS, _held(iam.escalations), "The ways to more privilege than it was given."),
            ("allows", two, _LEVEL, _held(iam.allows), "allows(x, action) at large: 'yes', 'conditional', 'no'."),
            (
                "allows_within_scps",
                two,
                _LEVEL,
                _held(_allows_within_scps),
                "As allows, with the service control policies above the account counted; unknown where they are.",
            ),
            ("granted", two, _RECORDS, _held(iam.granted), "The statements that allow an action at large."),
            ("full_access", two, types.BOOL, _held(iam.full_access), "Whether it may do all of a service everywhere."),
            ("reads_all_secrets", one, types.BOOL, _held(iam.reads_all_secrets), "Whether it may read every secret."),
            ("can_manage_iam", one, types.BOOL, _held(iam.can_manage_iam), "Whether it may make or edit principals."),
            ("can_tag_principals", one, types.BOOL, _held(iam.can_tag_principals), "Whether it may tag principals."),
            ("principal_tag_keys", one, _STRINGS, _held(iam.principal_tag_keys), "Tag keys its policies decide on."),
            ("statements", one, _RECORDS, _held(iam.statements), "Every statement that takes part."),
            ("mfa_enforced", one, types.BOOL, _held(iam.mfa_enforced), "Whether a Deny demands MFA of the user."),
            ("mfa_enforced_via", one, _RECORDS, _held(iam.mfa_enforced_via), "The statements that demand MFA."),
            ("live_credentials", one, _STRINGS, _remembered(iam.live_credentials), "A word per credential that works."),
            (
                "last_activity",
                one,
                types.nullable(types.TIMESTAMP_TEXT),
                _remembered(iam.last_activity),
                "When a credential of the user was last used, or null.",
            ),
            (
                "active_since",
                two,
                types.BOOL,
                _remembered(iam.active_since),
                "Whether the user was active since a time.",
            ),
            (
                "identity_kind",
                one,
                _KIND,
                _remembered(iam.identity_kind),
                "Who is behind an IAM user or role: 'human', 'machine', 'both', 'external' or 'unknown'.",
            ),
            ("trust", one, types.DYN, _remembered(iam.trust), "Whom a role's trust policy lets in, and on what terms."),
            ("secret_access", one, types.DYN, _remembered(_secret_access), "Whom a secret's resource policy lets in."),
            (
                "denies",
                two,
                _LEVEL,
                _remembered(iam.denies),
                "denies(document, action): 'yes', 'conditional', 'no'.",
            ),
            ("denies_root", one, types.BOOL, _remembered(iam.denies_root), "Whether a document denies root users."),
            (
                "limits_to_organization",
                two,
                types.BOOL,
                _remembered(iam.limits_to_organization),
                "Whether a document denies an action to identities outside the organization.",
            ),
        )
    ]


def _secret_access(secret: Record) -> dict[str, Any]:
    default, others = secret["resource_policy"], secret["other_resource_policies"]
    documents = [*([] if default is None else [default]), *(each["document"] for each in others)]
    statements = [statement for document in documents for statement in document["statements"]]
    return iam.secret_policy({"statements": statements}, str(secret["account_id"]))


def fact(name: str, resource: Record, *rest: object) -> Any:  # noqa: ANN401 - each fact has its own type
    """The fact of that name, as policies get it: computed once per resource in the current evaluation."""
    return _implementations()[name](resource, *rest)


@cache
def _implementations() -> Mapping[str, Callable[..., Any]]:
    return {each.name: each.implementation for each in facts()}
