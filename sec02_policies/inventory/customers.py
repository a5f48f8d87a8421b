"""Cognito: user pools, their app clients, and identity pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.iam import IdentityKind
from sec02_policies.inventory.credentials import credential
from sec02_policies.inventory.identity import (
    NO_PERMISSION,
    Identity,
    Said,
    always,
    any_way,
    asked,
    known_part,
    not_told,
    value,
)
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.inventory.identity import Record
    from sec02_policies.inventory.world import World

_ACTIVITY = not_told("no API tells when it was last used")
_PROGRAM = Said(value=False, words="")


def identities(world: World) -> Iterator[Identity]:
    """User pools, app clients and identity pools."""
    for pool in world.snapshot.known("cognito_user_pool"):
        yield _user_pool(world, pool)
    for client in world.snapshot.known("cognito_user_pool_client"):
        yield _client(world, client)
    for pool in world.snapshot.known("cognito_identity_pool"):
        yield _identity_pool(world, pool)


def _user_pool(world: World, pool: Record) -> Identity:
    groups, hidden = known_part(lambda: pool["groups"])
    roles = [_group_role(world, group) for group in groups]
    return Identity(
        resource=pool,
        type="cognito_user_pool",
        kind=always(IdentityKind.HUMAN, "the users of applications"),
        mfa=value(lambda: pool["mfa_configuration"] == "ON"),
        last_activity=_ACTIVITY,
        privilege=world.privilege_of_roles([each for each in [*roles, *hidden] if each is not None], NO_PERMISSION),
        exposed=any_way(
            (
                lambda: None if pool["admin_create_user_only"] else "anybody may sign up",
                lambda: None if pool["mfa_configuration"] == "ON" else "its users may sign in without MFA",
            ),
            "only invited users sign in, with MFA",
        ),
        owner=value(lambda: world.owner(pool)),
        parts=[str(each["id"]) for each in groups],
    )


def _group_role(world: World, group: Record) -> Record | Unknown | None:
    try:
        arn = group["role_arn"]
    except Unknown as unknown:
        return unknown
    return None if arn is None else world.role(arn)


def _client(world: World, client: Record) -> Identity:
    secrets, hidden = known_part(lambda: client["secrets"])
    held = [
        credential("client_secret", f"{client['id']}#{each['id']}", active=True, created_at=each["create_date"])
        for each in secrets
    ]
    return Identity(
        resource=client,
        type="cognito_user_pool_client",
        kind=always(IdentityKind.MACHINE, "an application that signs people or itself in"),
        credentials=held,
        mfa=_PROGRAM,
        last_activity=_ACTIVITY,
        privilege=NO_PERMISSION,
        exposed=any_way(
            (lambda: None if client["has_secret"] else "has no secret: whoever knows its id may use it",),
            "only who holds its secret may use it",
        ),
        owner=asked(lambda: Said(value=_pool_owner(world, client), words="")),
        also_unknown=("credentials",) if hidden else (),
    )


def _pool_owner(world: World, client: Record) -> str | None:
    """The owner of the pool: app clients have no tags."""
    pool = world.snapshot.find("cognito_user_pool", client["user_pool_arn"])
    return None if pool is None else world.owner(pool)


def _identity_pool(world: World, pool: Record) -> Identity:
    return Identity(
        resource=pool,
        type="cognito_identity_pool",
        kind=always(IdentityKind.HUMAN, "the users and guests of applications"),
        mfa=not_told("MFA is up to the providers of the pool"),
        last_activity=_ACTIVITY,
        privilege=world.privilege_of_roles(_roles(world, pool), NO_PERMISSION),
        exposed=any_way(
            (
                lambda: "guests get in without signing in" if pool["allow_unauthenticated_identities"] else None,
                lambda: not_told("how people sign in is up to the providers of the pool"),
            ),
            "",
        ),
        owner=value(lambda: world.owner(pool)),
    )


def _roles(world: World, pool: Record) -> list[Record | Unknown]:
    found: list[Record | Unknown | None] = []
    for member in ("authenticated_role_arn", "unauthenticated_role_arn"):
        try:
            arn = pool[member]
        except Unknown as unknown:
            found.append(unknown)
        else:
            found.append(None if arn is None else world.role(arn))
    mappings, hidden = known_part(lambda: pool["role_mappings"])
    arns = dict.fromkeys(rule["role_arn"] for mapping in mappings for rule in mapping["rules"])
    return [each for each in [*found, *(world.role(arn) for arn in arns), *hidden] if each is not None]
