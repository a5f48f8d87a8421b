"""Identity Center: its users and groups, its applications, and the token issuers that it trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.evaluate.attested import attested
from sec02_policies.iam import IdentityKind
from sec02_policies.inventory.credentials import credential, simple
from sec02_policies.inventory.identity import (
    NO_PERMISSION,
    Identity,
    Said,
    always,
    any_way,
    asked,
    not_told,
    value,
)
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sec02_policies.inventory.identity import Record
    from sec02_policies.inventory.world import World

_MFA_MODES = {"ALWAYS_ON": True, "CONTEXT_AWARE": True, "NEVER": False}
_STALE_DAYS = 180
"""As the policy idc-mfa-enforced: what was attested so long ago tells no more."""
_ACTIVITY = not_told("no API tells when it signed in")


def identities(world: World) -> Iterator[Identity]:
    """Users and groups with their assignments, applications, issuers."""
    for user in world.snapshot.known("idc_user"):
        groups, hidden = world.groups_of(user["id"])
        yield _person(world, user, "idc_user", [user["id"], *groups], hidden)
    for group in world.snapshot.known("idc_group"):
        yield _person(world, group, "idc_group", [group["id"]], [])
    for application in world.snapshot.known("idc_application"):
        yield _application(world, application)
    for issuer in world.snapshot.known("idc_trusted_token_issuer"):
        yield _issuer(world, issuer)


def attested_mfa(world: World) -> Said:
    """Whether Identity Center asks for MFA: no API tells, an attestation of `idc.mfa_mode` may."""
    try:
        mode = attested("idc.mfa_mode")
    except Unknown:
        return not_told("no API tells whether Identity Center asks for MFA, and nobody attested idc.mfa_mode")
    asks = _MFA_MODES.get(mode["value"])
    if asks is None or mode["age_days"] >= _STALE_DAYS or not world.snapshot.known("idc_instance"):
        return not_told("the attestation of idc.mfa_mode does not tell, or is too old")
    return Said(value=asks, words="")


def _person(world: World, person: Record, kind: str, principals: Sequence[str], hidden: Sequence[Unknown]) -> Identity:
    found: list[Record] = []
    unread = list(hidden)
    for principal in principals:
        assignments, rest = world.assignments_of(principal)
        found += assignments
        unread += rest
    mfa = attested_mfa(world)
    return Identity(
        resource=person,
        type=kind,
        kind=always(IdentityKind.HUMAN, "a person" if kind == "idc_user" else "a group of people"),
        credentials=[credential("assignment", each["id"], active=True) for each in found if _own(each, person)],
        mfa=mfa,
        last_activity=_ACTIVITY,
        privilege=world.privilege_by(found, unread),
        exposed=any_way((lambda: _person_without_mfa(person, mfa),), "signs in with MFA, or not at all"),
        owner=value(lambda: world.owner(person)),
        also_unknown=("credentials",) if unread else (),
    )


def _own(assignment: Record, person: Record) -> bool:
    """Whether the assignment is the person's own; those of groups belong to the groups."""
    return bool(assignment["principal_id"] == person["id"])


def _person_without_mfa(person: Record, mfa: Said) -> Said | str | None:
    if "user_status" in person and person["user_status"] == "DISABLED":
        return None
    return without_mfa(mfa)


def without_mfa(mfa: Said) -> Said | str | None:
    """The way in without MFA through Identity Center, by what is attested of it."""
    if mfa.value is None:
        return mfa
    return None if mfa.value else "Identity Center asks for no MFA"


def _application(world: World, application: Record) -> Identity:
    return Identity(
        resource=application,
        type="idc_application",
        kind=always(IdentityKind.MACHINE, "an application that Identity Center signs people in to"),
        credentials=[
            simple("assignment", application, active=lambda: application["status"] == "ENABLED", created="created_date")
        ],
        mfa=Said(value=False, words=""),
        last_activity=_ACTIVITY,
        privilege=NO_PERMISSION,
        exposed=any_way(
            (lambda: _foreign_application(world, application),), "belongs to an account of the organization"
        ),
        owner=value(lambda: world.owner(application)),
    )


def _foreign_application(world: World, application: Record) -> str | None:
    account = application["application_account_id"]
    # AWS's own applications belong to an account of AWS.
    if account is None or str(application["application_provider_arn"]).startswith("arn:aws:sso::aws:"):
        return None
    return None if world.is_ours(account) else f"belongs to account {account}, outside the organization"


def _issuer(world: World, issuer: Record) -> Identity:
    return Identity(
        resource=issuer,
        type="idc_trusted_token_issuer",
        kind=always(IdentityKind.EXTERNAL, "its tokens stand for users of Identity Center"),
        mfa=not_told("MFA is up to the issuer"),
        last_activity=_ACTIVITY,
        privilege=NO_PERMISSION,
        exposed=asked(lambda: Said(value=True, words=f"tokens of {issuer['issuer_url']} are trusted")),
        owner=value(lambda: world.owner(issuer)),
    )
