"""Whether one concrete request is allowed by a document as AWS writes it: a second opinion for the facts.

It follows the pages on evaluation logic and condition operators, and shares no code with `sec02_policies.iam`.
"""

from __future__ import annotations

import re
from typing import Any

Context = dict[str, str | list[str]]
_NEGATED = {"notequals": "equals", "notlike": "like"}


def allowed(
    statements: list[dict[str, Any]],
    action: str,
    context: Context,
    *,
    resource: str | None = None,
    principals: frozenset[tuple[str, str]] = frozenset(),
) -> bool:
    """Return whether some Allow and no Deny covers the request, made by the principals that a trust policy may name."""
    effects = {
        each["Effect"]
        for each in statements
        if _among(each, "Action", action.lower())
        and (resource is None or _among(each, "Resource", resource))
        and _names(each, principals)
        and all(_holds(operator, tests, context) for operator, tests in each.get("Condition", {}).items())
    }
    return effects == {"Allow"}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _matches(pattern: str, value: str) -> bool:
    signs = {"*": ".*", "?": "."}
    return re.fullmatch("".join(signs.get(each) or re.escape(each) for each in pattern), value) is not None


def _among(statement: dict[str, Any], element: str, value: str) -> bool:
    fold = str.lower if element == "Action" else str
    negated = f"Not{element}" in statement
    patterns = _list(statement[f"Not{element}" if negated else element])
    return any(_matches(fold(each), value) for each in patterns) is not negated


def _names(statement: dict[str, Any], principals: frozenset[tuple[str, str]]) -> bool:
    element = next((each for each in ("Principal", "NotPrincipal") if each in statement), None)
    if element is None:
        return True
    written = statement[element]
    pairs = {("AWS", "*")} if written == "*" else {(kind, v) for kind, values in written.items() for v in _list(values)}
    return (("AWS", "*") in pairs or not pairs.isdisjoint(principals)) is (element == "Principal")


def _holds(written: str, tests: dict[str, Any], context: Context) -> bool:
    qualifier, _, name = written.rpartition(":")
    return all(
        _test(qualifier, name, [str(each) for each in _list(values)], context.get(key.lower()))
        for key, values in tests.items()
    )


def _test(qualifier: str, name: str, values: list[str], present: str | list[str] | None) -> bool:
    if name == "Null":
        return (present is None) is (values[0] == "true")
    operator = name.removesuffix("IfExists").lower()
    kind = next((each for each in _NEGATED if operator.endswith(each)), "")
    if present is None:
        if name.endswith("IfExists") or qualifier == "ForAllValues":
            return True
        return bool(kind) and qualifier != "ForAnyValue"
    operator = operator.removesuffix(kind) + _NEGATED.get(kind, "")
    found = [any(_equal(operator, each, value) for each in values) is not bool(kind) for value in _list(present)]
    return any(found) if qualifier == "ForAnyValue" else all(found)


def _equal(operator: str, pattern: str, value: str) -> bool:
    if operator in ("stringlike", "arnlike"):
        return _matches(pattern, value)
    return pattern == value
