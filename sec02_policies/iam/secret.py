"""Facts about the resource policy of a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.iam.conditions import NEGATED, direct_call
from sec02_policies.iam.entrants import entrants
from sec02_policies.iam.exposure import exposure, service
from sec02_policies.iam.reach import applies_to_action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.iam.document import Statement

_READ_SECRET = "secretsmanager:getsecretvalue"  # noqa: S105 - the name of an API action
_NAMED_KEYS = frozenset({"aws:principalarn", "aws:userid", "aws:username"})


def secret_policy(document: Mapping[str, Any] | None, account_id: str) -> dict[str, Any]:
    """Return the facts of a secret's resource policy; null is the policy of a secret that has none.

    `public`, `public_via`, `accounts`, `external_accounts`, `external`, `external_accounts_without_external_id`,
    `external_ids`, `org_ids` and `services` as in `trust`; `deny_by_default`: reading is denied to all but named
    principals; `deny_by_default_via`: `[{statement, sid}]`.
    """
    statements = [] if document is None else document["statements"]
    found = entrants({"statements": statements}, None)
    denies = [{"statement": each["index"], "sid": each["sid"]} for each in statements if _denies_all_but_named(each)]
    return {
        **exposure(found, account_id),
        "services": [service(each) for each in found if each.principal["kind"] == "service"],
        "deny_by_default": bool(denies),
        "deny_by_default_via": denies,
    }


def _denies_all_but_named(statement: Statement) -> bool:
    """Return whether the Deny keeps all but named principals from reading the secret."""
    if statement["effect"] != "Deny" or statement["not_resources"] or not applies_to_action(statement, _READ_SECRET):
        return False
    conditions = statement["conditions"]
    if statement["not_principals"]:
        return not conditions
    named = [each for each in conditions if _leaves_out_named(each)]
    return (
        any(each["kind"] == "any" for each in statement["principals"])
        and len(named) == 1
        and all(each in named or direct_call(each) for each in conditions)
    )


def _leaves_out_named(condition: Mapping[str, Any]) -> bool:
    return (
        condition["key"] in _NAMED_KEYS
        and condition["operator"] in NEGATED
        and condition["set"] is None
        and all(value.strip("*?") for value in condition["values"])
    )
