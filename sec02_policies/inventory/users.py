"""The root user, IAM users and IAM roles as identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.evaluate.facts import fact
from sec02_policies.iam import IdentityKind, classify, entrant_words, trusted
from sec02_policies.inventory import credentials
from sec02_policies.inventory.identity import (
    Identity,
    Privilege,
    Said,
    always,
    any_way,
    asked,
    classified,
    not_told,
    value,
)
from sec02_policies.inventory.workforce import attested_mfa, without_mfa
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.inventory.identity import Record
    from sec02_policies.inventory.world import World

_UP_TO_PROVIDER = not_told("MFA is up to the identity provider")
_RESERVED = ":role/aws-reserved/sso.amazonaws.com/"


def identities(world: World) -> Iterator[Identity]:
    """Root, users and roles of the account."""
    for root in world.snapshot.known("iam_root"):
        yield _root(world, root)
    for user in world.snapshot.known("iam_user"):
        yield _user(world, user)
    for role in world.snapshot.known("iam_role"):
        yield _role(world, role)


# ---------------------------------------------------------------- root


def _root(world: World, root: Record) -> Identity:
    held, complete = credentials.of_root(root)
    return Identity(
        resource=root,
        type="iam_root",
        kind=always(IdentityKind.HUMAN, "the root user is for people"),
        credentials=held,
        mfa=value(lambda: bool(root["mfa_active"])),
        last_activity=value(lambda: _root_activity(root)),
        privilege=Said(value=Privilege.ADMIN, words="the root user may do everything"),
        exposed=any_way(
            (
                lambda: "has access keys, which need no MFA" if root["access_keys_present"] else None,
                lambda: None if root["mfa_active"] or not root["password_enabled"] else "signs in without MFA",
            ),
            "has no access key, and signs in with MFA or not at all",
        ),
        owner=value(lambda: world.owner(root)),
        also_unknown=() if complete else ("credentials",),
    )


def _root_activity(root: Record) -> str | None:
    times = [root["password_last_used_date"], *(key["last_used_date"] for key in root["access_keys"])]
    return max((each for each in times if each is not None), default=None)


# ---------------------------------------------------------------- users


def _user(world: World, user: Record) -> Identity:
    held, complete = credentials.of_user(user)
    return Identity(
        resource=user,
        type="iam_user",
        kind=classified(lambda: classify(user)),
        credentials=held,
        mfa=value(lambda: any(True for _ in user["mfa_devices"])),
        last_activity=value(lambda: fact("last_activity", user)),
        privilege=asked(lambda: world.privilege(user)),
        exposed=any_way(
            (lambda: _password_alone(user), lambda: _key_alone(user)), "no credential of it works without MFA"
        ),
        owner=value(lambda: world.owner(user)),
        parts=_parts(user),
        also_unknown=() if complete else ("credentials",),
    )


def _password_alone(user: Record) -> str | None:
    if user["password_enabled"] and not any(True for _ in user["mfa_devices"]):
        return "signs in without MFA"
    return None


def _key_alone(user: Record) -> str | None:
    live = next((each for each in fact("live_credentials", user) if each != "password"), None)
    if live is None or fact("mfa_enforced", user):
        return None
    return f"has an active {live.replace('_', ' ')}, which works from everywhere without MFA"


def _parts(holder: Record) -> list[str]:
    """The ids of the inline policies, as far as they were read."""
    try:
        return [str(each["id"]) for each in holder["inline_policies"]]
    except Unknown:
        return []


# ---------------------------------------------------------------- roles


def _role(world: World, role: Record) -> Identity:
    held = asked(lambda: Said(value=_trusts(role), words=""))
    return Identity(
        resource=role,
        type="iam_role",
        kind=classified(lambda: classify(role)),
        credentials=held.value or [],
        mfa=asked(lambda: _role_mfa(world, role)),
        last_activity=value(lambda: role["last_used_date"]),
        privilege=asked(lambda: world.privilege(role)),
        exposed=any_way(
            (
                lambda: world.stranger(fact("trust", role)),
                lambda: open_federation(role),
                lambda: _entry_without_mfa(world, role),
            ),
            "only what the trust policy names may use it",
        ),
        owner=value(lambda: world.owner(role)),
        parts=_parts(role),
        also_unknown=("credentials",) if held.value is None else (),
    )


def _trusts(role: Record) -> list[Record]:
    """One credential for each principal that may assume the role."""
    created, used, own = role["create_date"], role["last_used_date"], str(role["account_id"])
    return [
        credentials.credential(
            "trust",
            f"{role['id']}#trust/{entrant_words(each, own)}",
            active=each["kind"] != "orphan",
            created_at=created,
            last_used_at=used,
        )
        for each in trusted(role)
    ]


def _role_mfa(world: World, role: Record) -> Said:
    if _RESERVED in str(role["id"]):
        return attested_mfa(world)
    facts = fact("trust", role)
    if facts["requires_mfa"]:
        return Said(value=True, words="")
    if facts["human_entry"]:
        return Said(value=False, words="")
    if facts["saml"] or facts["cognito"]:
        return _UP_TO_PROVIDER
    return Said(value=False, words="")


def _entry_without_mfa(world: World, role: Record) -> Said | str | None:
    if _RESERVED in str(role["id"]):
        return without_mfa(attested_mfa(world))
    facts = fact("trust", role)
    if any(not entry["mfa"] for entry in facts["human_entries"]):
        return "people may assume it without MFA"
    return _UP_TO_PROVIDER if facts["saml"] else None


def open_federation(role: Record) -> str | None:
    """Words for a token issuer or identity pool that lets in people or programs whom the trust does not name."""
    facts = fact("trust", role)
    if facts["cognito"]:
        return "customers of a Cognito identity pool may use it"
    for entry in facts["oidc"]:
        tenant_known = "/" in entry["issuer"] or any(each["values"] for each in entry["claims"])
        subjects = entry["sub"]
        if any(not each["owner_fixed"] for each in subjects) or (not subjects and not tenant_known):
            return f"any subject of {entry['issuer']} may use it"
    return None
