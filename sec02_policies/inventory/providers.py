"""Where identities come from: SAML and OIDC providers, Roles Anywhere, directories; and server certificates."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.evaluate.facts import fact
from sec02_policies.iam import IdentityKind
from sec02_policies.inventory.credentials import credential, simple
from sec02_policies.inventory.identity import (
    NO_PERMISSION,
    Identity,
    Said,
    always,
    any_way,
    known_part,
    not_told,
    value,
)
from sec02_policies.inventory.users import open_federation
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.inventory.identity import Record
    from sec02_policies.inventory.world import World

_ACTIVITY = not_told("no API tells when it was last used")
_PROGRAM = Said(value=False, words="")


def identities(world: World) -> Iterator[Identity]:
    """Identity providers, trust anchors, profiles, directories, server certificates."""
    builders = {
        "iam_saml_provider": _saml,
        "iam_oidc_provider": _oidc,
        "rolesanywhere_trust_anchor": _anchor,
        "rolesanywhere_profile": _profile,
        "ds_directory": _directory,
        "iam_server_certificate": _server_certificate,
    }
    for kind, build in builders.items():
        for resource in world.snapshot.known(kind):
            yield build(world, resource)


def _saml(world: World, provider: Record) -> Identity:
    return Identity(
        resource=provider,
        type="iam_saml_provider",
        kind=always(IdentityKind.HUMAN, "people of an identity provider"),
        credentials=[simple("trust", provider, created="create_date")],
        mfa=not_told("MFA is up to the identity provider"),
        last_activity=_ACTIVITY,
        privilege=world.privilege_of_roles(world.roles_trusting(provider["id"]), NO_PERMISSION),
        exposed=not_told("MFA is up to the identity provider"),
        owner=value(lambda: world.owner(provider)),
    )


def _oidc(world: World, provider: Record) -> Identity:
    roles = world.roles_trusting(provider["id"])
    return Identity(
        resource=provider,
        type="iam_oidc_provider",
        kind=always(IdentityKind.MACHINE, "programs that bring a token of an issuer"),
        credentials=[simple("trust", provider, created="create_date")],
        mfa=_PROGRAM,
        last_activity=_ACTIVITY,
        privilege=world.privilege_of_roles(roles, NO_PERMISSION),
        exposed=any_way((partial(_open, role) for role in roles), "no role is open to all of its subjects"),
        owner=value(lambda: world.owner(provider)),
    )


def _open(role: Record | Unknown) -> str | None:
    if isinstance(role, Unknown):
        raise role
    words = open_federation(role)
    return None if words is None else f"role {role['name']}: {words}"


# ---------------------------------------------------------------- Roles Anywhere

_ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"


def _anchor(world: World, anchor: Record) -> Identity:
    certificates, hidden = known_part(lambda: anchor["certificates"])
    held = [credential("certificate", f"{anchor['id']}#{each['sha256']}", active=True) for each in certificates]
    return Identity(
        resource=anchor,
        type="rolesanywhere_trust_anchor",
        kind=always(IdentityKind.MACHINE, "programs outside AWS that hold a certificate of its authority"),
        credentials=[*held, simple("trust", anchor, active=lambda: anchor["enabled"], created="created_date")],
        mfa=_PROGRAM,
        last_activity=_ACTIVITY,
        privilege=world.privilege_of_roles(
            [role for role in world.roles_trusting(_ROLES_ANYWHERE) if _trusts(role, anchor)], NO_PERMISSION
        ),
        exposed=Said(value=False, words="only who holds a certificate of its authority may use it"),
        owner=value(lambda: world.owner(anchor)),
        also_unknown=("credentials",) if hidden else (),
    )


def _trusts(role: Record | Unknown, anchor: Record) -> bool:
    """Whether the role admits certificates of this anchor; one that names no anchor admits those of all."""
    if isinstance(role, Unknown):
        return True
    ways = fact("trust", role)["rolesanywhere"]
    return any(
        not way["anchor_arns"] or anchor["id"] in way["anchor_arns"] or _wild(way["anchor_arns"]) for way in ways
    )


def _wild(arns: list[str]) -> bool:
    return any("*" in arn or "?" in arn for arn in arns)


def _profile(world: World, profile: Record) -> Identity:
    arns, hidden = known_part(lambda: profile["role_arns"])
    roles = [each for each in [*(world.role(arn) for arn in arns), *hidden] if each is not None]
    return Identity(
        resource=profile,
        type="rolesanywhere_profile",
        kind=always(IdentityKind.MACHINE, "what programs outside AWS may be by a certificate"),
        credentials=[simple("assignment", profile, active=lambda: profile["enabled"], created="created_date")],
        mfa=_PROGRAM,
        last_activity=_ACTIVITY,
        privilege=world.privilege_of_roles(roles, NO_PERMISSION),
        exposed=Said(value=False, words="only who holds a certificate of a trust anchor may use it"),
        owner=value(lambda: world.owner(profile)),
    )


# ---------------------------------------------------------------- directories, certificates


def _directory(world: World, directory: Record) -> Identity:
    return Identity(
        resource=directory,
        type="ds_directory",
        kind=always(IdentityKind.HUMAN, "the users of a directory"),
        mfa=value(lambda: _radius(directory)),
        last_activity=_ACTIVITY,
        privilege=world.privilege_of_roles(world.roles_trusting("ds.amazonaws.com"), NO_PERMISSION),
        exposed=any_way(
            (
                lambda: _shared(world, directory),
                lambda: None if _radius(directory) else "its users sign in without MFA",
            ),
            "its users sign in with MFA by RADIUS",
        ),
        owner=value(lambda: world.owner(directory)),
        parts=_parts(directory),
    )


def _parts(directory: Record) -> list[str]:
    found = [*known_part(lambda: directory["trusts"])[0], *known_part(lambda: directory["certificates"])[0]]
    return [str(each["id"]) for each in found]


def _radius(directory: Record) -> bool:
    radius = directory["radius"]
    return radius is not None and radius["status"] == "Completed"


def _shared(world: World, directory: Record) -> str | None:
    hidden: list[Unknown] = []
    shares, rest = known_part(lambda: directory["shares"])
    for each in shares:
        try:
            if not world.is_ours(each["account_id"]):
                return f"is shared with account {each['account_id']}, outside the organization"
        except Unknown as unknown:
            hidden.append(unknown)
    if hidden or rest:
        raise Unknown.merged([*hidden, *rest])
    return None


def _server_certificate(world: World, certificate: Record) -> Identity:
    return Identity(
        resource=certificate,
        type="iam_server_certificate",
        kind=always(IdentityKind.MACHINE, "a server's certificate"),
        credentials=[simple("server_certificate", certificate, created="upload_date")],
        mfa=_PROGRAM,
        last_activity=_ACTIVITY,
        privilege=NO_PERMISSION,
        exposed=Said(value=False, words="opens nothing in AWS"),
        owner=value(lambda: world.owner(certificate)),
    )
