"""Decisions to revoke -> steps of a remediation plan: deactivated before deleted, and each with its way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sec02_policies.remediation import Phase, Plan, Step
from sec02_policies.remediation.template import commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sec02_policies.review.answers import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a grant is taken away; without a command a person must do it."""

    phase: Phase
    text: str
    do: str = ""
    undo: str = ""
    warning: str | None = "Whoever relies on this loses it: look at the last use first, and tell the owner."


def _off(kind: str, option: str) -> Recipe:
    """Deactivate a credential of a user."""
    command = f"aws iam update-{kind} --user-name USER {option} CREDENTIAL --status"
    return Recipe(
        phase=Phase.RESTRICT,
        text="Deactivate it, and wait whether anybody misses it.",
        do=f"{command} Inactive",
        undo=f"{command} Active",
    )


def _delete(kind: str, option: str) -> Recipe:
    """Delete a credential of a user, which cannot be undone."""
    return Recipe(
        phase=Phase.REMOVE,
        text="Delete it when nobody has missed it; it cannot be brought back.",
        do=f"aws iam delete-{kind} --user-name USER {option} CREDENTIAL",
    )


def _by_hand(text: str) -> Recipe:
    return Recipe(phase=Phase.RESTRICT, text=text)


def _policy(owner: str) -> Recipe:
    holder = f"--{owner}-name {owner.upper()} --policy-arn POLICY"
    return Recipe(
        phase=Phase.RESTRICT,
        text="Detach the policy.",
        do=f"aws iam detach-{owner}-policy {holder}",
        undo=f"aws iam attach-{owner}-policy {holder}",
    )


def _inline(owner: str) -> Recipe:
    holder = f"--{owner}-name {owner.upper()} --policy-name POLICY"
    return Recipe(
        phase=Phase.RESTRICT,
        text="Save its document (the snapshot holds it too), then delete the inline policy.",
        do=f"aws iam delete-{owner}-policy {holder}",
        undo=f"aws iam put-{owner}-policy {holder} --policy-document file://saved.json",
    )


def _assignment(kind: str) -> Recipe:
    what = (
        "account-assignment --instance-arn INSTANCE --target-id TARGET --target-type AWS_ACCOUNT"
        f" --permission-set-arn PERMISSION_SET --principal-type {kind} --principal-id PRINCIPAL"
    )
    return Recipe(
        phase=Phase.RESTRICT,
        text="Remove the assignment; sessions that are open last until they end.",
        do=f"aws sso-admin delete-{what}",
        undo=f"aws sso-admin create-{what}",
    )


_OPTIONS = {
    "access_key": ("access-key", "--access-key-id"),
    "ssh_public_key": ("ssh-public-key", "--ssh-public-key-id"),
    "signing_certificate": ("signing-certificate", "--certificate-id"),
    "service_specific": ("service-specific-credential", "--service-specific-credential-id"),
}
RECIPES: dict[str, tuple[Recipe, ...]] = {
    **{kind: (_off(*words), _delete(*words)) for kind, words in _OPTIONS.items()},
    **{f"{kind}_inactive": (_delete(*words),) for kind, words in _OPTIONS.items()},
    "root_access_key": (_by_hand("Sign in as root, make sure that nothing uses the key, and delete it there."),),
    "password": (
        Recipe(
            phase=Phase.RESTRICT,
            text="Delete the console password. The way back needs a new one, which the person must change at once.",
            do="aws iam delete-login-profile --user-name USER",
        ),
    ),
    "membership": (
        Recipe(
            phase=Phase.RESTRICT,
            text="Take the user out of the group.",
            do="aws iam remove-user-from-group --user-name USER --group-name GROUP",
            undo="aws iam add-user-to-group --user-name USER --group-name GROUP",
        ),
    ),
    "user": (Recipe(phase=Phase.REMOVE, text="Delete the user.", do="aws iam delete-user --user-name USER"),),
    "user_policy": (_policy("user"),),
    "user_inline": (_inline("user"),),
    "role_policy": (_policy("role"),),
    "role_inline": (_inline("role"),),
    "trust": (
        Recipe(
            phase=Phase.RESTRICT,
            text="Write the trust policy without this principal (the snapshot holds the present one), and put it.",
            do="aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json",
            undo="aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust-before.json",
            warning="The call replaces the whole trust policy; sessions that are open last until they end.",
        ),
    ),
    "assignment_user": (_assignment("USER"),),
    "assignment_group": (_assignment("GROUP"),),
    "idc_membership": (
        Recipe(
            phase=Phase.RESTRICT,
            text="Take the user out of the group by the id that the first call tells, or do it at the identity provider"
            " where that manages the group.",
            do="aws identitystore get-group-membership-id --identity-store-id STORE --group-id GROUP"
            " --member-id UserId=PRINCIPAL\n"
            "aws identitystore delete-group-membership --identity-store-id STORE --membership-id CODE",
            undo="aws identitystore create-group-membership --identity-store-id STORE --group-id GROUP"
            " --member-id UserId=PRINCIPAL",
        ),
    ),
    "idc_application": (
        Recipe(
            phase=Phase.RESTRICT,
            text="Disable the application.",
            do="aws sso-admin update-application --application-arn APPLICATION --status DISABLED",
            undo="aws sso-admin update-application --application-arn APPLICATION --status ENABLED",
        ),
    ),
    "token_issuer": (
        Recipe(
            phase=Phase.REMOVE,
            text="Delete the trusted token issuer.",
            do="aws sso-admin delete-trusted-token-issuer --trusted-token-issuer-arn PROVIDER",
        ),
    ),
    "app_client": (
        Recipe(
            phase=Phase.REMOVE,
            text="Delete the app client.",
            do="aws cognito-idp delete-user-pool-client --user-pool-id POOL --client-id CLIENT",
        ),
    ),
    "pool_group_role": (_by_hand("Take the role from the group of the user pool."),),
    "identity_pool_role": (_by_hand("Give the identity pool another role for these people, or none."),),
    "saml_provider": (
        Recipe(
            phase=Phase.REMOVE,
            text="Delete the provider, once the roles that trust it are gone.",
            do="aws iam delete-saml-provider --saml-provider-arn PROVIDER",
        ),
    ),
    "oidc_provider": (
        Recipe(
            phase=Phase.REMOVE,
            text="Delete the provider, once the roles that trust it are gone.",
            do="aws iam delete-open-id-connect-provider --open-id-connect-provider-arn PROVIDER",
        ),
    ),
    "trust_anchor": (
        Recipe(
            phase=Phase.RESTRICT,
            text="Disable the trust anchor.",
            do="aws rolesanywhere disable-trust-anchor --trust-anchor-id KEY",
            undo="aws rolesanywhere enable-trust-anchor --trust-anchor-id KEY",
        ),
    ),
    "profile": (
        Recipe(
            phase=Phase.RESTRICT,
            text="Disable the profile.",
            do="aws rolesanywhere disable-profile --profile-id PROFILE",
            undo="aws rolesanywhere enable-profile --profile-id PROFILE",
        ),
    ),
    "directory": (_by_hand("Close the directory's ways in: its applications, its access URL, its shares."),),
    "server_certificate": (
        Recipe(
            phase=Phase.REMOVE,
            text="Delete the certificate, once no listener uses it.",
            do="aws iam delete-server-certificate --server-certificate-name NAME",
        ),
    ),
    "secret": (
        Recipe(
            phase=Phase.REMOVE,
            text="Delete the secret; for 30 days it can be restored.",
            do="aws secretsmanager delete-secret --secret-id SECRET --recovery-window-in-days 30",
            undo="aws secretsmanager restore-secret --secret-id SECRET",
        ),
    ),
    "secret_access": (
        Recipe(
            phase=Phase.RESTRICT,
            text="Write the resource policy without this principal (the snapshot holds the present one), and put it.",
            do="aws secretsmanager put-resource-policy --secret-id SECRET --resource-policy file://policy.json",
            undo="aws secretsmanager put-resource-policy --secret-id SECRET --resource-policy file://policy-before.json",
            warning="The call replaces the whole resource policy.",
        ),
    ),
}
"""How a grant of each kind is revoked."""

_PRIVILEGE = {"admin": 80, "escalation": 70, "unknown": 70, "secrets": 50, "limited": 30, "none": 10}
_EXPOSED = 20


_WHOLE_DOCUMENTS = ("trust", "secret_access")
"""Grants of which a document holds several: they are revoked in one step, or the second would bring the first back."""
_LAST_ADMIN = "It may do everything: make sure that another administrator, such as break-glass, can sign in."


def plan(decisions: Iterable[Decision], *, evaluated_at: str) -> Plan:
    """The steps for what is to be revoked."""
    groups: dict[tuple[str, ...], list[Decision]] = {}
    for each in decisions:
        if not each.keep:
            grant, identity = each.row.grant, each.row.identity
            shared = grant.kind in _WHOLE_DOCUMENTS
            key = (identity["type"], identity["id"], grant.kind) if shared else (each.row.id,)
            groups.setdefault(key, []).append(each)
    return Plan.ordered((step for group in groups.values() for step in _steps(group)), evaluated_at=evaluated_at)


def _steps(group: Sequence[Decision]) -> Iterator[Step]:
    decision = group[0]
    row = decision.row
    identity, region = row.identity, str(row.identity["region"])
    for recipe in RECIPES[row.grant.kind]:
        yield Step(
            phase=recipe.phase,
            resource_name=str(identity["name"]),
            account_id=str(identity["account_id"]),
            region=region,
            risk=_risk(decision),
            message="; ".join(_why(each) for each in group),
            text=recipe.text,
            commands=commands(recipe.do, row.grant.values, region=region, step=row.id),
            rollback=commands(recipe.undo, row.grant.values, region=region, step=row.id),
            warning=_warning(recipe, identity["privilege"]),
            review_row=row.id,
        )


def _why(decision: Decision) -> str:
    return f"{decision.row.grant.words}: to be revoked, decided by {decision.by} on {decision.at[:10]}"


def _warning(recipe: Recipe, privilege: str) -> str | None:
    last = _LAST_ADMIN if privilege in ("admin", "unknown") else None
    return " ".join(filter(None, (recipe.warning, last))) or None


def _risk(decision: Decision) -> int:
    """How urgent it is: by privilege and exposure of the identity; what is not known counts as the worse."""
    identity = decision.row.identity
    exposed = 0 if identity["exposed"] is False else _EXPOSED
    return min(100, _PRIVILEGE[identity["privilege"]] + exposed)
