"""What each identity was given, one by one: what a person can decide to keep or to revoke."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from operator import getitem
from typing import TYPE_CHECKING, Any

from sec02_policies.evaluate.facts import fact
from sec02_policies.iam import entrant_words, trusted
from sec02_policies.iam.holdings import known_items
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sec02_policies.inventory import World

    Record = dict[str, Any]
    Reader = Callable[[World, Record, list[Unknown]], Iterator["Grant"]]

INACTIVE = "_inactive"
"""Ends the kind of a credential that does not work; it is the same grant as the one that does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One thing that an identity has; `key` tells it from the identity's others, `values` fill the commands."""

    kind: str
    key: str
    words: str
    values: Mapping[str, str] = field(default_factory=dict)


class Grants:
    """The grants of a snapshot's identities; what could not be read is remembered, and never taken as nothing."""

    def __init__(self, world: World) -> None:
        """The world of the snapshot whose identities are asked about."""
        self._world = world

    def of(self, identity: Mapping[str, Any]) -> tuple[list[Grant], list[str]]:
        """The grants of an identity of the inventory, and why there may be more, in words."""
        read = _READERS.get(identity["type"])
        resource = self._world.snapshot.find(identity["type"], identity["id"]) if read is not None else None
        if read is None or resource is None:
            return [], []
        found: list[Grant] = []
        hidden: list[Unknown] = []
        try:
            for each in read(self._world, resource, hidden):
                found.append(each)  # noqa: PERF402 - what comes before an Unknown stays
        except Unknown as unknown:
            hidden.append(unknown)
        return found, list(dict.fromkeys(gap.sentence for each in hidden for gap in each.gaps))


def _named(resource: Record) -> str:
    try:
        return str(resource["name"])
    except Unknown:
        return str(resource["id"])


def _date(moment: str | None) -> str:
    return "at an unknown time" if moment is None else f"on {moment[:10]}"


def _whole(kind: str, words: str, **values: str) -> Reader:
    """The reader of a type where keeping or removing the resource is the one decision."""

    def read(_: World, resource: Record, __: list[Unknown]) -> Iterator[Grant]:
        last = {"last part of the id": str(resource["id"]).rpartition("/")[2]}
        filled = {name: last.get(member) or str(resource[member]) for name, member in values.items()}
        yield Grant(kind=kind, key="", words=words, values=filled)

    return read


# ---------------------------------------------------------------- IAM

_CREDENTIALS = {
    "access_keys": ("access_key", "access key", "create_date"),
    "ssh_public_keys": ("ssh_public_key", "SSH public key", "upload_date"),
    "signing_certificates": ("signing_certificate", "signing certificate", "upload_date"),
    "service_specific_credentials": ("service_specific", "service credential", "create_date"),
}


def _root(_: World, root: Record, hidden: list[Unknown]) -> Iterator[Grant]:
    for number, key in enumerate(known_items(lambda: root["access_keys"], hidden), start=1):
        words = f"access key of the root user, made or rotated {_date(key['last_rotated_date'])}"
        yield Grant(kind="root_access_key", key=str(number), words=words)


def _user(_: World, user: Record, hidden: list[Unknown]) -> Iterator[Grant]:
    name = {"USER": _named(user)}
    given = [
        *_password(user, name, hidden),
        *_credentials(user, name, hidden),
        *_memberships(user, name, hidden),
        *_policies("user", user, name, hidden),
    ]
    yield from given
    if not given and not hidden:
        yield Grant(kind="user", key="", words="the user itself: it has no credential and no permission", values=name)


def _password(user: Record, name: Mapping[str, str], hidden: list[Unknown]) -> Iterator[Grant]:
    try:
        if user["password_enabled"]:
            yield Grant(kind="password", key="", words="console password", values=name)
    except Unknown as unknown:
        hidden.append(unknown)


def _credentials(user: Record, name: Mapping[str, str], hidden: list[Unknown]) -> Iterator[Grant]:
    for member, (kind, title, made) in _CREDENTIALS.items():
        for each in known_items(partial(getitem, user, member), hidden):
            try:
                active = each["status"] == "Active"
                words = f"{'active' if active else 'inactive'} {title} {each['id']}, made {_date(each[made])}"
            except Unknown as unknown:
                hidden.append(unknown)
                active, words = True, f"{title} {each['id']}"
            kind_of = kind if active else f"{kind}{INACTIVE}"
            yield Grant(kind=kind_of, key=str(each["id"]), words=words, values={**name, "CREDENTIAL": str(each["id"])})


def _memberships(user: Record, name: Mapping[str, str], hidden: list[Unknown]) -> Iterator[Grant]:
    for arn in known_items(lambda: user["groups"], hidden):
        group = str(arn).rpartition("/")[2]
        yield Grant(kind="membership", key=arn, words=f"member of group {group}", values={**name, "GROUP": group})


def _policies(owner: str, holder: Record, name: Mapping[str, str], hidden: list[Unknown]) -> Iterator[Grant]:
    for each in known_items(lambda: holder["attached_policies"], hidden):
        arn = str(each["arn"])
        words = f"policy {arn.rpartition('/')[2]}{', of AWS' if ':iam::aws:' in arn else ''}"
        yield Grant(kind=f"{owner}_policy", key=arn, words=words, values={**name, "POLICY": arn})
    for each in known_items(lambda: holder["inline_policies"], hidden):
        policy = str(each["policy_name"])
        values = {**name, "POLICY": policy}
        yield Grant(kind=f"{owner}_inline", key=str(each["id"]), words=f"inline policy {policy}", values=values)


def _role(_: World, role: Record, hidden: list[Unknown]) -> Iterator[Grant]:
    # AWS keeps these: a service's by the service, Identity Center's by its assignments, which are decided there.
    if ":role/aws-service-role/" in role["id"] or ":role/aws-reserved/" in role["id"]:
        return
    name = {"ROLE": _named(role)}
    try:
        for each in trusted(role):
            words = f"may be assumed by {entrant_words(each, str(role['account_id']))}"
            yield Grant(kind="trust", key=f"{each['kind']}:{each['value']}", words=words, values=name)
    except Unknown as unknown:
        hidden.append(unknown)
    yield from _policies("role", role, name, hidden)


# ---------------------------------------------------------------- Identity Center


def _person(world: World, person: Record, hidden: list[Unknown]) -> Iterator[Grant]:
    assignments, rest = world.assignments_of(person["id"])
    hidden += rest
    for each in assignments:
        group = each["principal_type"] == "GROUP"
        words = f"permission set {each['permission_set_name']} in account {each['target_account_id']}"
        values = {
            "INSTANCE": each["instance_arn"],
            "TARGET": each["target_account_id"],
            "PERMISSION_SET": each["permission_set_arn"],
            "PRINCIPAL": each["principal_id"],
        }
        yield Grant(kind=f"assignment_{'group' if group else 'user'}", key=each["id"], words=words, values=values)


def _idc_user(world: World, user: Record, hidden: list[Unknown]) -> Iterator[Grant]:
    yield from _person(world, user, hidden)
    groups, rest = world.groups_of(user["id"])
    hidden += rest
    for group_id in groups:
        group = world.snapshot.find("idc_group", group_id)
        values = {"STORE": str(user["identity_store_id"]), "GROUP": group_id, "PRINCIPAL": user["id"]}
        words = f"member of Identity Center group {group_id if group is None else _named(group)}"
        yield Grant(kind="idc_membership", key=group_id, words=words, values=values)


# ---------------------------------------------------------------- Cognito, secrets


def _user_pool(_: World, pool: Record, hidden: list[Unknown]) -> Iterator[Grant]:
    for group in known_items(lambda: pool["groups"], hidden):
        if group["role_arn"] is not None:
            role = str(group["role_arn"]).rpartition("/")[2]
            words = f"users of group {group['group_name']} may be role {role}"
            yield Grant(kind="pool_group_role", key=str(group["id"]), words=words)


def _identity_pool(_: World, pool: Record, hidden: list[Unknown]) -> Iterator[Grant]:
    for member, who in (("authenticated_role_arn", "users"), ("unauthenticated_role_arn", "guests")):
        try:
            arn = pool[member]
        except Unknown as unknown:
            hidden.append(unknown)
            continue
        if arn is not None:
            words = f"{who} may be role {arn.rpartition('/')[2]}"
            yield Grant(kind="identity_pool_role", key=f"{member}:{arn}", words=words)


def _secret(_: World, secret: Record, hidden: list[Unknown]) -> Iterator[Grant]:
    yield Grant(kind="secret", key="", words="the secret itself", values={"SECRET": str(secret["id"])})
    try:
        facts = fact("secret_access", secret)
    except Unknown as unknown:
        hidden.append(unknown)
        return
    who = ["anybody"] if facts["public"] else []
    for each in [*who, *(f"account {account}" for account in facts["external_accounts"])]:
        values = {"SECRET": str(secret["id"])}
        yield Grant(kind="secret_access", key=each, words=f"may be read by {each}", values=values)


_READERS: Mapping[str, Reader] = {
    "iam_root": _root,
    "iam_user": _user,
    "iam_role": _role,
    "idc_user": _idc_user,
    "idc_group": _person,
    "idc_application": _whole("idc_application", "the application itself", APPLICATION="id"),
    "idc_trusted_token_issuer": _whole("token_issuer", "its tokens are trusted", PROVIDER="id"),
    "cognito_user_pool": _user_pool,
    "cognito_user_pool_client": _whole("app_client", "the app client itself", POOL="user_pool_id", CLIENT="id"),
    "cognito_identity_pool": _identity_pool,
    "iam_saml_provider": _whole("saml_provider", "its people may sign in", PROVIDER="id"),
    "iam_oidc_provider": _whole("oidc_provider", "its tokens are trusted", PROVIDER="id"),
    "rolesanywhere_trust_anchor": _whole("trust_anchor", "its certificates are trusted", KEY="last part of the id"),
    "rolesanywhere_profile": _whole("profile", "certificates may use its roles", PROFILE="last part of the id"),
    "ds_directory": _whole("directory", "its people may sign in"),
    "iam_server_certificate": _whole("server_certificate", "the certificate itself", NAME="name"),
    "secretsmanager_secret": _secret,
}
"""How the grants of each type are found. What another account may be is decided at the roles that let it in."""
