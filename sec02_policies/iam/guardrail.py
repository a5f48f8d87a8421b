"""What the policies of an organization forbid: denials of SCPs, and the perimeter that RCPs draw.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.iam.conditions import NEGATED, Strength, direct_call
from sec02_policies.iam.escalation_paths import CONTROL
from sec02_policies.iam.reach import Holdings, applies_to_action, applies_to_resource, default_probes
from sec02_policies.iam.targets import target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.iam.document import Statement

_ANY_ACTION = "~zq:~zq"
_ORGANIZATION_KEYS = ("aws:principalorgid", "aws:principalorgpaths")
_SOURCE_KEYS = ("aws:sourceorgid", "aws:sourceaccount")


def denies(document: Mapping[str, Any], action: str) -> str:
    """Return how far a Deny of the document forbids the action on every resource: `yes`, `conditional` or `no`.

    `conditional` is a Deny with conditions, such as one that leaves out named roles.
    """
    found = Strength.NO
    for statement in document["statements"]:
        if (
            statement["effect"] == "Deny"
            and applies_to_action(statement, action.lower())
            and _everywhere(statement, action)
        ):
            found = max(found, Strength.CONDITIONAL if statement["conditions"] else Strength.YES)
    return found.word


def denies_root(document: Mapping[str, Any]) -> bool:
    """Return whether the document denies member accounts' root users every action, or all but a few.

    Who may still change users and roles may do everything: these actions are not among the few.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
    """
    return any(
        statement["effect"] == "Deny"
        and all(
            applies_to_action(statement, action) and _everywhere(statement, action)
            for action in (_ANY_ACTION, *(target.action for target in CONTROL))
        )
        and any(_is_root(each) for each in statement["conditions"])
        and all(_is_root(each) or _spares_assumed_root(each) for each in statement["conditions"])
        for statement in document["statements"]
    )


def limits_to_organization(document: Mapping[str, Any], action: str) -> bool:
    """Return whether the document denies the action to identities outside the organization.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html
    """
    return any(
        statement["effect"] == "Deny"
        and applies_to_action(statement, action.lower())
        and _everywhere(statement, action)
        and _for_everybody(statement)
        and any(_is_outside(each) for each in statement["conditions"])
        and all(
            _is_outside(each) or direct_call(each) or _holds_without_source(each) for each in statement["conditions"]
        )
        for statement in document["statements"]
    )


def _everywhere(statement: Statement, action: str) -> bool:
    return any(applies_to_resource(statement, probe) for probe in default_probes(Holdings(), target_of(action)))


def _for_everybody(statement: Statement) -> bool:
    return any(principal["kind"] == "any" for principal in statement["principals"])


def _is_root(condition: Mapping[str, Any]) -> bool:
    return (
        condition["key"] == "aws:principalarn"
        and condition["operator"] in ("stringlike", "arnlike", "arnequals")
        and condition["set"] is None
        and any(value.endswith("::*:root") for value in condition["values"])
    )


def _spares_assumed_root(condition: Mapping[str, Any]) -> bool:
    """Return whether the condition leaves out the root sessions of sts:AssumeRoot, and these alone.

    Root users who signed in do not have the key: what demands it denies them nothing.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    values = [value.lower() for value in condition["values"]]
    return bool(
        condition["key"] == "aws:assumedroot"
        and condition["set"] is None
        and (
            (condition["operator"] == "null" and values == ["true"])
            or (condition["operator"] == "bool" and condition["if_exists"] and values == ["false"])
        )
    )


def _is_outside(condition: Mapping[str, Any]) -> bool:
    # ForAnyValue is false where the key is missing, as it is for accounts of no organization.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    without_key = condition["set"] != "foranyvalue" or condition["if_exists"]
    return bool(
        condition["key"] in _ORGANIZATION_KEYS
        and condition["operator"] in NEGATED
        and condition["values"]
        and without_key
    )


def _holds_without_source(condition: Mapping[str, Any]) -> bool:
    """Return whether the condition holds for who calls directly: only the calls of AWS services have these keys."""
    return condition["key"] in _SOURCE_KEYS and (
        condition["operator"] in NEGATED
        or bool(condition["if_exists"])
        or (condition["operator"] == "null" and condition["values"] == ["true"])
    )
