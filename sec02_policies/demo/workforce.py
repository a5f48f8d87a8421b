"""How the people of Example Corp reach the accounts: Identity Center, its permission sets, groups and assignments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.demo.applications import build_applications
from sec02_policies.demo.site import Example, allow, document, tags

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_INSTANCE = "ssoins-6987d7fb04cf7a51"
_STORE = "d-9067f2c4a1"
_AWS = "arn:aws:iam::aws:policy"
_ISSUER = "https://okta.example.com/scim"
_MANAGEMENT = "example-corp"

EXAMPLES = (
    Example(
        practice="SEC02-BP02",
        good=False,
        type="idc_permission_set",
        name="Administrator",
        why="its sessions last 12 hours",
    ),
    Example(
        practice="SEC02-BP04",
        good=True,
        type="idc_instance",
        name=_INSTANCE,
        why="people sign in through Identity Center, once for all accounts",
    ),
    Example(
        practice="SEC02-BP05",
        good=False,
        type="idc_permission_set",
        name="Developer",
        why="changed, but not provisioned again to the sandbox",
    ),
    Example(
        practice="SEC02-BP06",
        good=True,
        type="idc_assignment",
        name="Auditor/auditors/workloads",
        why="a group, kept in the identity provider, with read-only rights for an hour",
    ),
    Example(
        practice="SEC02-BP06",
        good=False,
        type="idc_permission_set",
        name="Administrator",
        why="given to single users, one of them made by hand, and in the management account",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Directory:
    """What assignments name: the instance, principals (type and id) and accounts, by their names."""

    instance_arn: str
    principals: dict[str, tuple[str, str]]
    accounts: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionSet:
    """A permission set. `assigned` are (principal, account) pairs; `outdated` the accounts with an old version."""

    name: str
    session: str
    managed: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    inline: str | None = None
    boundary: str | None = None
    assigned: tuple[tuple[str, str], ...] = ()
    outdated: tuple[str, ...] = ()


# Whether the identity provider made them (and they carry its id); a disabled user is out of the company.
USERS = {"ada": True, "ben": True, "chloe": True, "dan": True, "eve-contractor": False, "root-helper": False}
DISABLED = ("dan",)
GROUPS = {
    "engineers": (True, ("ada", "ben", "dan")),
    "auditors": (True, ("chloe",)),
    "local-admins": (False, ("root-helper",)),
}

_PASS_ROLE = document(allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]), allow("s3:*"))
_READ_BILLS = document(allow(["ce:GetCostAndUsage", "budgets:ViewBudget"]))

PERMISSION_SETS = (
    PermissionSet(
        name="Administrator",
        session="PT12H",
        managed=(f"{_AWS}/AdministratorAccess",),
        assigned=(
            ("local-admins", _MANAGEMENT),
            ("root-helper", _MANAGEMENT),
            ("ada", "workloads"),
            ("local-admins", "workloads"),
        ),
    ),
    PermissionSet(
        name="Developer",
        session="PT8H",
        customer=("deploy-orders",),
        inline=_PASS_ROLE,
        assigned=(("engineers", "workloads"), ("engineers", "sandbox"), ("dan", "sandbox")),
        outdated=("sandbox",),
    ),
    PermissionSet(
        name="Auditor",
        session="PT1H",
        managed=(f"{_AWS}/SecurityAudit",),
        assigned=(("auditors", "workloads"), ("auditors", _MANAGEMENT)),
    ),
    PermissionSet(name="Billing", session="PT1H", inline=_READ_BILLS, boundary="contractor-boundary"),
)


def build_workforce(site: Site) -> None:
    """Create users and groups of the identity store, permission sets, and who has them where."""
    site.state.name_identity_center(instance=_INSTANCE, store=_STORE)
    principals = _identity_store(site)
    sso = site.client("sso-admin")
    instance = f"arn:aws:sso:::instance/{_INSTANCE}"
    accounts = {**site.members, _MANAGEMENT: site.account_id}
    directory = _Directory(instance_arn=instance, principals=principals, accounts=accounts)
    for permission_set in PERMISSION_SETS:
        _permission_set(site, sso, permission_set, directory)
    # moto lacks attributes for access control.
    attribute = {"Key": "department", "Value": {"Source": ["${path:enterprise.department}"]}}
    site.replay.answer(
        "sso-admin",
        "DescribeInstanceAccessControlAttributeConfiguration",
        {"Status": "ENABLED", "InstanceAccessControlAttributeConfiguration": {"AccessControlAttributes": [attribute]}},
    )
    site.replay.answer("sso-admin", "ListTagsForResource", {"Tags": []}, when={"ResourceArn": instance})
    build_applications(site, instance=_INSTANCE, store=_STORE)
    _complete_identity_store(site, principals)


def _identity_store(site: Site) -> dict[str, tuple[str, str]]:
    """Create users and groups, and return each one's type and id by name."""
    store = site.client("identitystore")
    principals: dict[str, tuple[str, str]] = {}
    for name in USERS:
        user = store.create_user(
            IdentityStoreId=_STORE,
            UserName=name,
            DisplayName=f"Canary-{name}",
            Name={"GivenName": "Canary-given", "FamilyName": f"Canary-{name}"},
            Emails=[{"Value": f"canary-{name}@example.invalid", "Primary": True}],
        )
        principals[name] = ("USER", user["UserId"])
    for name, (_, members) in GROUPS.items():
        group = store.create_group(IdentityStoreId=_STORE, DisplayName=name)["GroupId"]
        principals[name] = ("GROUP", group)
        for member in members:
            store.create_group_membership(
                IdentityStoreId=_STORE, GroupId=group, MemberId={"UserId": principals[member][1]}
            )
    return principals


def _permission_set(site: Site, sso: Any, made: PermissionSet, directory: _Directory) -> None:  # noqa: ANN401 - a client
    instance = directory.instance_arn
    created = sso.create_permission_set(Name=made.name, InstanceArn=instance, SessionDuration=made.session)
    arn = site.state.name_permission_set(created["PermissionSet"]["PermissionSetArn"])
    own = {"InstanceArn": instance, "PermissionSetArn": arn}
    for policy in made.managed:
        sso.attach_managed_policy_to_permission_set(**own, ManagedPolicyArn=policy)
    for policy in made.customer:
        reference = {"Name": policy, "Path": "/"}
        sso.attach_customer_managed_policy_reference_to_permission_set(**own, CustomerManagedPolicyReference=reference)
    if made.inline is not None:
        sso.put_inline_policy_to_permission_set(**own, InlinePolicy=made.inline)
    for principal, account in made.assigned:
        kind, principal_id = directory.principals[principal]
        sso.create_account_assignment(
            **own,
            TargetId=directory.accounts[account],
            TargetType="AWS_ACCOUNT",
            PrincipalType=kind,
            PrincipalId=principal_id,
        )
    _complete_permission_set(site, made, own, directory.accounts)


def _complete_permission_set(site: Site, made: PermissionSet, own: dict[str, str], accounts: dict[str, str]) -> None:
    """Answer for what moto lacks: boundaries and tags of permission sets, and where they are provisioned."""
    replay = site.replay
    call = ("sso-admin", "GetPermissionsBoundaryForPermissionSet")
    if made.boundary is None:
        replay.refuse(*call, "ResourceNotFoundException", when=own)
    else:
        boundary = {"CustomerManagedPolicyReference": {"Name": made.boundary, "Path": "/"}}
        replay.answer(*call, {"PermissionsBoundary": boundary}, when=own)
    arn = own["PermissionSetArn"]
    replay.answer("sso-admin", "ListTagsForResource", {"Tags": tags(owner="platform")}, when={"ResourceArn": arn})
    provisioned = list(dict.fromkeys(accounts[account] for _, account in made.assigned))
    outdated = [accounts[account] for account in made.outdated]
    latest = [account for account in provisioned if account not in outdated]
    for status, listed in ((None, provisioned), ("LATEST", latest), ("NOT", outdated)):
        more = {} if status is None else {"ProvisioningStatus": _STATUSES[status]}
        replay.answer("sso-admin", "ListAccountsForProvisionedPermissionSet", {"AccountIds": listed}, when=own | more)


_STATUSES = {"LATEST": "LATEST_PERMISSION_SET_PROVISIONED", "NOT": "LATEST_PERMISSION_SET_NOT_PROVISIONED"}


def _complete_identity_store(site: Site, principals: dict[str, tuple[str, str]]) -> None:
    """Put back what moto drops of the identity store: ids of the identity provider, status, ARNs, revisions."""
    external = {principals[name][1] for name, outside in USERS.items() if outside}
    external |= {principals[name][1] for name, (outside, _) in GROUPS.items() if outside}
    disabled = {principals[name][1] for name in DISABLED}
    amend = partial(site.replay.amend, "identitystore")
    amend("ListUsers", partial(_with_users, external, disabled))
    amend("ListGroups", partial(_with_groups, external))
    amend("ListGroupMemberships", _with_memberships)


def _with_users(external: set[str], disabled: set[str], _: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    users = [
        _told(user)
        | _issued(external, user["UserId"])
        | _arn("User", user["UserId"])
        | {"UserStatus": "DISABLED" if user["UserId"] in disabled else "ENABLED"}
        for user in output["Users"]
    ]
    return {**output, "Users": users}


def _with_groups(external: set[str], _: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    groups = [
        _told(group) | _issued(external, group["GroupId"]) | _arn("Group", group["GroupId"])
        for group in output["Groups"]
    ]
    return {**output, "Groups": groups}


def _with_memberships(_: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    memberships = [
        each | {"MembershipArn": f"arn:aws:identitystore:::membership/{each['MembershipId']}"}
        for each in output["GroupMemberships"]
    ]
    return {**output, "GroupMemberships": memberships}


def _told(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without the empty members that moto adds and AWS leaves out."""
    return {key: value for key, value in record.items() if value not in (None, [], "")}


def _issued(external: set[str], principal_id: str) -> dict[str, Any]:
    if principal_id not in external:
        return {}
    return {"ExternalIds": [{"Issuer": _ISSUER, "Id": f"00u{principal_id[:8]}"}]}


def _arn(kind: str, principal_id: str) -> dict[str, str]:
    return {f"{kind}Arn": f"arn:aws:identitystore:::{kind.lower()}/{principal_id}", "Revision": "1"}
