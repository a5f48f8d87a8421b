"""What a condition proves: that it always holds, never holds, or binds the caller to something.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from sec02_policies.iam.wildcards import glob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Condition = Mapping[str, Any]


class Strength(IntEnum):
    """How far a statement or a set of statements applies; a minimum is an "and", a maximum is an "or"."""

    NO = 0
    CONDITIONAL = 1
    YES = 2

    @property
    def word(self) -> str:
        """Return `no`, `conditional` or `yes`."""
        return self.name.lower()


NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
}
# The caller always has the first kind and cannot be without it; the second kind says how a call came, not from whom.
_ALWAYS_TRUE = frozenset(
    {
        ("aws:securetransport", "true"),
        ("aws:viaawsservice", "false"),
        ("aws:principalisawsservice", "false"),
    }
)
# Who may attach the administrator's policy to somebody, or bound somebody by it, is bound by nothing.
_POLICY_KEYS = frozenset({"iam:policyarn", "iam:permissionsboundary"})
_ADMINISTRATOR_POLICIES = tuple(
    f"arn:{partition}:iam::aws:policy/AdministratorAccess" for partition in ("aws", "aws-cn", "aws-us-gov")
)
# All principals of an account share these values: the condition picks nobody among them.
_SHARED_KEYS = frozenset({"aws:principalorgid", "aws:principalorgpaths", "aws:resourceorgid", "aws:resourceorgpaths"})


def strength(conditions: Iterable[Condition], context: Mapping[str, str]) -> Strength:
    """Return how far an Allow under these conditions applies: all of them must hold.

    `context` holds the keys whose value is known for every request in question, in lower case. A condition that does
    not bind (`binds`) counts as held, so that an Allow is rather taken too wide than too narrow.
    """
    found = Strength.YES
    for condition in conditions:
        known = _known(condition, context)
        if known is False:
            return Strength.NO
        if known is None and binds(condition):
            found = Strength.CONDITIONAL
    return found


def certain(conditions: Iterable[Condition], context: Mapping[str, str]) -> bool:
    """Return whether the conditions hold for every request in question, as a Deny that cancels must."""
    return all(_known(condition, context) is True for condition in conditions)


def binds(condition: Condition) -> bool:
    """Return whether the condition of an identity policy keeps callers out at all.

    It does not where it also holds without the key (`...IfExists`, `ForAllValues:`, negated operators), where any value
    will do (`*`, 0.0.0.0/0; AdministratorAccess as the policy or boundary to set), where it only tests the way that a
    request takes (TLS, the time from now on), or where all callers are alike (their organization).
    """
    operator, key, values = condition["operator"], condition["key"], condition["values"]
    if condition["if_exists"] or condition["set"] == "forallvalues" or operator in NEGATED:
        return False
    if key in _SHARED_KEYS or admits_administrator(condition):
        return False
    if key in ("aws:currenttime", "aws:epochtime") and operator.startswith("dategreater"):
        return False
    return not any(_any_value(operator, key, value) for value in values)


def admits_administrator(condition: Condition) -> bool:
    """Return whether the condition is on a policy or boundary to set, and lets it be AdministratorAccess.

    A negated operator is read as its opposite: as what it demands where it stands in a Deny.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    if condition["key"] not in _POLICY_KEYS:
        return False
    if condition["operator"] == "null":
        return True
    operator: str = condition["operator"]
    matches = _MATCHERS.get(NEGATED.get(operator, operator))
    return matches is not None and any(
        matches(value, arn) for value in condition["values"] for arn in _ADMINISTRATOR_POLICIES
    )


def direct_call(condition: Condition) -> bool:
    """Return whether the condition leaves out the calls of AWS services, for themselves or for somebody, and no others.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    return (
        condition["key"] in ("aws:principalisawsservice", "aws:viaawsservice")
        and condition["operator"] == "bool"
        and [value.lower() for value in condition["values"]] == ["false"]
    )


def _any_value(operator: str, key: str, value: str) -> bool:
    if operator == "ipaddress":
        return open_network(value)
    if operator in ("stringlike", "arnlike", "arnequals"):
        return not value.strip("*")
    return operator == "bool" and (key, value.lower()) in _ALWAYS_TRUE


def open_network(value: str) -> bool:
    """Return whether the block holds every address, or is no block at all."""
    try:
        return ipaddress.ip_network(value, strict=False).prefixlen == 0
    except ValueError:
        return True


def _known(condition: Condition, context: Mapping[str, str]) -> bool | None:
    """Return the value of the condition where the context decides it, or None."""
    if condition["key"] not in context:
        return None
    present = context[condition["key"]]
    operator, values = condition["operator"], condition["values"]
    if any("${" in value for value in values):
        return None
    if operator == "null":
        return not any(value.lower() == "true" for value in values)
    positive = NEGATED.get(operator, operator)
    if positive not in _MATCHERS:
        return None
    matched = any(_MATCHERS[positive](value, present) for value in values)
    return matched is (positive == operator)


def arn_like(pattern: str, arn: str) -> bool:
    """Return whether the ARN matches; each of the six parts is matched for itself."""
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(patterns) == len(parts) and all(map(glob, patterns, parts))


_MATCHERS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda value, present: value == present,
    "stringequalsignorecase": lambda value, present: value.casefold() == present.casefold(),
    "stringlike": glob,
    "arnequals": arn_like,
    "arnlike": arn_like,
    "bool": lambda value, present: value.lower() == present,
}
