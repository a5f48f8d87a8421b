"""Secrets, and the accounts of others that trust policies and secrets let in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.evaluate.facts import fact
from sec02_policies.evaluate.functions import arn_account
from sec02_policies.iam import IdentityKind
from sec02_policies.inventory.credentials import credential, simple
from sec02_policies.inventory.identity import NO_PERMISSION, Identity, Said, always, any_way, not_told, value
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.inventory.identity import Record
    from sec02_policies.inventory.world import World


def identities(world: World) -> Iterator[Identity]:
    """Secrets; then third parties."""
    for secret in world.snapshot.known("secretsmanager_secret"):
        yield _secret(world, secret)
    yield from _third_parties(world)


def _secret(world: World, secret: Record) -> Identity:
    return Identity(
        resource=secret,
        type="secretsmanager_secret",
        kind=always(IdentityKind.MACHINE, "what a program signs in elsewhere with"),
        credentials=[
            simple(
                "secret",
                secret,
                active=lambda: secret["deleted_date"] is None,
                created="created_date",
                used="last_accessed_date",
            )
        ],
        mfa=Said(value=False, words=""),
        last_activity=value(lambda: secret["last_accessed_date"]),
        privilege=NO_PERMISSION,
        exposed=any_way(
            (lambda: world.stranger(fact("secret_access", secret)), partial(_copied, world, secret)),
            "nobody outside the organization may read it",
        ),
        owner=value(lambda: world.owner(secret)),
    )


def _copied(world: World, secret: Record) -> str | None:
    """Which account outside the organization has a copy that Secrets Manager keeps; AWS lets a secret have one."""
    accounts = (arn_account(each["arn"]) for each in secret["cross_account_replicas"])
    return next(
        (f"is copied into account {each}, outside the organization" for each in accounts if not world.is_ours(each)),
        None,
    )


# ---------------------------------------------------------------- third parties


def _third_parties(world: World) -> Iterator[Identity]:
    """The accounts that roles let in and that are not of the organization for sure."""
    for account, roles, hidden in world.foreign_accounts:
        outside = any_way((partial(_outside, world, account),), "")
        if outside.value is not False:
            yield _third_party(world, account, roles, hidden, outside)


def _outside(world: World, account: str) -> str | None:
    return None if world.is_ours(account) else "an account outside the organization"


def _third_party(world: World, account: str, roles: list[Record], hidden: list[Unknown], outside: Said) -> Identity:
    return Identity(
        resource={
            "id": account,
            "name": account,
            "arn": None,
            "account_id": world.snapshot.account_id,
            "region": "global",
        },
        type="external_account",
        kind=always(IdentityKind.EXTERNAL, "another account that may assume roles of this one"),
        credentials=[_trust(role, account) for role in roles],
        mfa=any_way((lambda: _without_mfa(roles, account),), "").inverted(),
        last_activity=not_told("no API tells which of those that a role lets in used it"),
        privilege=world.privilege_of_roles([*roles, *hidden], NO_PERMISSION),
        exposed=outside,
        owner=Said(value=None, words=""),
        also_unknown=("credentials",) if hidden else (),
    )


def _trust(role: Record, account: str) -> Record:
    try:
        created = role["create_date"]
    except Unknown:
        created = None
    return credential("trust", f"{role['id']}#trust/account {account}", active=True, created_at=created)


def _without_mfa(roles: list[Record], account: str) -> str | None:
    ways = (way for role in roles for way in fact("trust", role)["external"] if way["account_id"] == account)
    return None if all(way["mfa"] for way in ways) else "a role lets it in without MFA"
