"""Whom a trust or resource policy lets in: each principal of each Allow, with what its Denies leave of it.

A Deny takes away only what it covers. "Deny unless X" is turned round: the Allow then also demands X.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.iam.conditions import NEGATED
from sec02_policies.iam.reach import applies_to_action
from sec02_policies.iam.wildcards import covers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sec02_policies.iam.document import Statement

    Condition = Mapping[str, Any]
    Principal = Mapping[str, Any]

_POSITIVE = frozenset(NEGATED.values()) - {"numericequals", "dateequals"} | {"stringlike", "arnlike"}
_EQUALS = frozenset({"stringequals", "stringequalsignorecase", "bool"})
_OPPOSITE_NUMBERS = {"numericgreaterthan": "numericlessthanequals", "numericgreaterthanequals": "numericlessthan"}
_ARN_PARTS = 6
_ACCOUNT_DIGITS = 12
# They say whether an AWS service calls, for itself or for somebody.
_SERVICE_KEYS = frozenset({"aws:principalisawsservice", "aws:viaawsservice"})
_EXACT_KEYS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalservicename",
        "aws:sourceaccount",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpceaccount",
        "sts:externalid",
    }
)
_ORGANIZATION_KEYS = frozenset(
    {
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
    }
)
_ARN_KEYS = frozenset({"aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """One principal that an Allow lets in; `conditions` include those that "deny unless" statements add."""

    statement: Statement
    principal: Principal
    conditions: Sequence[Condition]

    @property
    def place(self) -> dict[str, Any]:
        """Return where the Allow stands, as `{statement, sid}`."""
        return {"statement": self.statement["index"], "sid": self.statement["sid"]}

    def values(self, key: str) -> list[str]:
        """Return the values to which a condition binds the key; empty where none does."""
        return [value for each in self.conditions if each["key"] == key and positive(each) for value in each["values"]]


def positive(condition: Condition) -> bool:
    """Return whether the condition demands the key with one of its values: nothing else lets a request pass."""
    return (
        not condition["if_exists"]
        and condition["set"] != "forallvalues"
        and (condition["operator"] in _POSITIVE or condition["operator"] in _EQUALS)
    )


def closed(condition: Condition) -> bool:
    """Return whether the condition keeps the public out: it names accounts, organizations, ARNs, networks or a secret.

    What a caller chooses freely (its tags, its session name) keeps nobody out.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html
    """
    if not positive(condition) or not condition["values"]:
        return False
    exact = condition["operator"] in _EQUALS
    return all(_closed_value(condition["key"], value, exact=exact) for value in condition["values"])


def _closed_value(key: str, value: str, *, exact: bool) -> bool:
    if "${" in value:
        return False
    fixed = value if exact else value.replace("?", "*").partition("*")[0]
    if key in _ORGANIZATION_KEYS:
        return fixed.startswith("o-") and (fixed == value or "/" in fixed)
    if key in _ARN_KEYS:
        return _closed_arn(value if exact else value.replace("?", "*"))
    if key == "aws:userid":
        return ":" in fixed or fixed == value
    if key in _EXACT_KEYS:
        return fixed == value
    return key == "aws:sourceip" and _closed_network(value)


def _closed_arn(value: str) -> bool:
    parts = value.split(":", 5)
    if len(parts) != _ARN_PARTS:
        return False
    # The ARN of a bucket has no account, but its name is unique.
    return is_account(parts[4]) or (parts[4] == "" and "*" not in parts[2] and parts[5][:1] not in ("", "*"))


def _closed_network(value: str) -> bool:
    try:
        return ipaddress.ip_network(value, strict=False).prefixlen > 0
    except ValueError:
        return False


def is_account(text: str) -> bool:
    """Return whether the text is an account id."""
    return len(text) == _ACCOUNT_DIGITS and text.isdigit()


def entrants(document: Mapping[str, Any], actions: Mapping[str, Sequence[str]] | None) -> list[Entrant]:
    """Return every principal that an Allow lets in, in the order of the document.

    `actions` says for each kind of principal which actions let it in (`""` for the other kinds); without it every
    action does.
    """
    found: list[Entrant] = []
    denies = [each for each in document["statements"] if each["effect"] == "Deny"]
    for statement in document["statements"]:
        if statement["effect"] != "Allow":
            continue
        for principal in _let_in(statement):
            relevant = _relevant(statement, principal, actions)
            if relevant:
                found += _after(denies, statement, principal, relevant)
    return found


_ANYBODY: Principal = {"kind": "any", "value": "*", "account_id": None}


def _let_in(statement: Statement) -> list[Principal]:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    return [_ANYBODY] if statement["not_principals"] else list(statement["principals"])


def _relevant(
    statement: Statement, principal: Principal, actions: Mapping[str, Sequence[str]] | None
) -> list[str] | None:
    """Return the actions that count: names of a trust policy, or the patterns of a resource policy."""
    if actions is None:
        return statement["actions"] or ["*"]
    known = dict.fromkeys(action for each in actions.values() for action in each)
    covered = [action for action in known if applies_to_action(statement, action)]
    fitting = [action for action in covered if action in actions.get(principal["kind"], actions[""])]
    return fitting or covered


def _after(
    denies: Iterable[Statement], statement: Statement, principal: Principal, relevant: Sequence[str]
) -> Iterator[Entrant]:
    """Yield what the denies leave of one principal: nothing, itself under more conditions, or those left out."""
    conditions = list(statement["conditions"])
    left = [principal]
    for deny in denies:
        if not _denies_actions(deny, relevant) or not _denies_resources(deny, statement):
            continue
        if not deny["conditions"]:
            left = [kept for each in left for kept in _spared(deny, each)]
        elif _denies_principal(deny, principal):
            conditions += _turned_round(deny, principal)
    for each in left:
        yield Entrant(statement=statement, principal=each, conditions=conditions)


def _denies_actions(deny: Statement, relevant: Sequence[str]) -> bool:
    if deny["not_actions"]:
        return not any("*" in action or "?" in action or not applies_to_action(deny, action) for action in relevant)
    return all(any(covers(pattern, action) for pattern in deny["actions"]) for action in relevant)


def _denies_resources(deny: Statement, allow: Statement) -> bool:
    if not deny["resources"] and not deny["not_resources"]:
        return not allow["resources"]
    wanted = allow["resources"] or ["*"]
    return all(any(covers(pattern, each) for pattern in deny["resources"]) for each in wanted)


def _denies_principal(deny: Statement, principal: Principal) -> bool:
    return any(
        each["kind"] == "any" or each["value"] == principal["value"] or _same_account(each, principal)
        for each in deny["principals"]
    )


def _same_account(left: Principal, right: Principal) -> bool:
    return bool(left["kind"] == right["kind"] == "account" and left["account_id"] == right["account_id"])


def _spared(deny: Statement, principal: Principal) -> list[Principal]:
    """Return whom an unconditional Deny leaves of the principal."""
    if not deny["not_principals"]:
        return [] if _denies_principal(deny, principal) else [principal]
    if principal["kind"] == "any":
        return list(deny["not_principals"])
    accounts = {each["account_id"] for each in deny["not_principals"]} - {None}
    named = any(each["value"] == principal["value"] for each in deny["not_principals"])
    return [principal] if named or principal["account_id"] in accounts else []


def _turned_round(deny: Statement, principal: Principal) -> list[Condition]:
    about_services = [each for each in deny["conditions"] if each["key"] in _SERVICE_KEYS]
    core = [each for each in deny["conditions"] if each["key"] not in _SERVICE_KEYS]
    if len(core) != 1 or core[0]["set"] is not None or not all(_holds_for(each, principal) for each in about_services):
        # Several conditions deny only together: no single one of them is demanded.
        return []
    demanded = _opposite(core[0])
    return [] if demanded is None else [demanded]


def _holds_for(about_services: Condition, principal: Principal) -> bool:
    """Return whether each call that the principal makes itself meets the condition: so that the rest decides."""
    if about_services["operator"] != "bool" or len(about_services["values"]) != 1:
        return False
    by_a_service: bool = about_services["values"][0].lower() == "true"
    if principal["kind"] == "service":
        return by_a_service and bool(about_services["key"] == "aws:principalisawsservice")
    return not by_a_service


def _opposite(condition: Condition) -> Condition | None:
    operator, values = condition["operator"], [value.lower() for value in condition["values"]]
    if operator in NEGATED:
        return {**condition, "operator": NEGATED[operator], "if_exists": False}
    if operator == "bool" and values == ["false"]:
        return {**condition, "values": ["true"], "if_exists": not condition["if_exists"]}
    if operator == "null" and values == ["true"]:
        return {**condition, "values": ["false"]}
    if operator in _OPPOSITE_NUMBERS and condition["if_exists"]:
        return {**condition, "operator": _OPPOSITE_NUMBERS[operator], "if_exists": False}
    return None
