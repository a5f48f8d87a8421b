"""The grammar of IAM policy documents: from the exact text that AWS returned to one normalized form.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from sec02_policies.errors import Sec02Error

if TYPE_CHECKING:
    from collections.abc import Callable

Statement = dict[str, Any]
Document = dict[str, Any]

VERSIONS = ("2008-10-17", "2012-10-17")
OPERATORS = frozenset(
    {
        "stringequals",
        "stringnotequals",
        "stringequalsignorecase",
        "stringnotequalsignorecase",
        "stringlike",
        "stringnotlike",
        "numericequals",
        "numericnotequals",
        "numericlessthan",
        "numericlessthanequals",
        "numericgreaterthan",
        "numericgreaterthanequals",
        "dateequals",
        "datenotequals",
        "datelessthan",
        "datelessthanequals",
        "dategreaterthan",
        "dategreaterthanequals",
        "bool",
        "binaryequals",
        "ipaddress",
        "notipaddress",
        "arnequals",
        "arnlike",
        "arnnotequals",
        "arnnotlike",
        "null",
    }
)

_DOCUMENT_KEYS = frozenset({"version", "id", "statement"})
_STATEMENT_KEYS = frozenset(
    {
        "sid",
        "effect",
        "principal",
        "notprincipal",
        "action",
        "notaction",
        "resource",
        "notresource",
        "condition",
    }
)
_IDENTITY = re.compile(r"arn:[^:]+:(iam|sts)::(\d{12}):(.+)", re.DOTALL)
_IDENTITY_KINDS = {
    ("iam", "user"): "user",
    ("iam", "role"): "role",
    ("sts", "assumed-role"): "session",
    ("sts", "federated-user"): "session",
}
_PROVIDER = re.compile(r"arn:[^:]+:iam::(\d{12}):(saml|oidc)-provider/.+", re.DOTALL)
_ACCOUNT = re.compile(r"\d{12}")
_UNIQUE_ID = re.compile(r"(AIDA|AROA)[A-Z0-9]{12,124}(:.*)?")
# The issuer of identity pools has a name of its own in China and GovCloud.
_COGNITO = re.compile(r"cognito-identity([.-][a-z0-9-]+)?\.amazonaws\.com(\.cn)?")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(/.*)?", re.IGNORECASE | re.DOTALL)


class DocumentError(Sec02Error):
    """A policy document that breaks the grammar; holds no content of the document."""

    def __init__(self, place: str, what: str, expected: str) -> None:
        """`place` is the element, such as `Statement[2].Effect`; `expected` says what the grammar wants there."""
        super().__init__(place, what, expected)
        self.place = place
        self.what = what
        self.expected = expected

    def __str__(self) -> str:
        return f"policy document: {self.place}: {self.what}: {self.expected}"


class _Number(str):
    """A JSON number in its own spelling: a value in a condition, never a name."""

    __slots__ = ()


def parse_document(text: str) -> Document:
    """Return the normalized form of a policy document, or raise `DocumentError`.

    `{text, version, statements: [{index, sid, effect, principals, not_principals, actions, not_actions, resources,
    not_resources, conditions: [{operator, set, if_exists, key, values}]}]}`: every list is there, and empty where the
    document says nothing; actions, operators and condition keys are in lower case; the order is that of the document.
    """
    raw = _elements(_json(text), _DOCUMENT_KEYS, "document")
    version = raw.get("version")
    if version is not None and version not in VERSIONS:
        _refuse("Version", "not a version of the language", f"one of {', '.join(VERSIONS)}")
    if "statement" not in raw:
        _refuse("document", "no Statement", "at least the element Statement")
    written = raw["statement"]
    statements = written if isinstance(written, list) else [written]
    return {
        "text": text,
        "version": version,
        "statements": [_statement(each, index) for index, each in enumerate(statements)],
    }


def _refuse(place: str, what: str, expected: str) -> NoReturn:
    raise DocumentError(place, what, expected)


def _json(text: str) -> object:
    try:
        raw = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=lambda _: _refuse("document", "a number that JSON does not know", "JSON as in RFC 8259"),
        )
        if "\\u" in text:
            json.dumps(raw, ensure_ascii=False).encode()
    except (json.JSONDecodeError, RecursionError, UnicodeEncodeError):
        # From None: the decoder's own error carries the whole text.
        raise DocumentError("document", "broken JSON", "a JSON object as AWS returns it, URL-decoded") from None
    return raw


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("document", "a key stands twice in one object", "each key once")
    return found


def _elements(raw: object, known: frozenset[str], place: str) -> dict[str, Any]:
    """Return the members of an object by lower-case name: AWS takes element names in any letter case."""
    if not isinstance(raw, dict):
        _refuse(place, "not an object", "a JSON object")
    found = {key.lower(): value for key, value in raw.items()}
    if len(found) != len(raw):
        _refuse(place, "an element stands twice", "each element once, whatever its letter case")
    if not known.issuperset(found):
        _refuse(place, "an unknown element", "only the elements of the policy grammar")
    return found


def _statement(raw: object, index: int) -> Statement:
    place = f"Statement[{index}]"
    found = _elements(raw, _STATEMENT_KEYS, place)
    for name in ("Principal", "Action", "Resource"):
        if name.lower() in found and f"not{name.lower()}" in found:
            _refuse(place, f"both {name} and Not{name}", "one of them")
    if "action" not in found and "notaction" not in found:
        _refuse(place, "neither Action nor NotAction", "one of them")
    if found.get("effect") not in ("Allow", "Deny"):
        _refuse(f"{place}.Effect", "neither Allow nor Deny", "Allow or Deny, in this letter case")
    sid = found.get("sid")
    if sid is not None and type(sid) is not str:
        _refuse(f"{place}.Sid", "not a string", "a string")
    return {
        "index": index,
        "sid": sid,
        "effect": found["effect"],
        "principals": _principals(found, "Principal", place),
        "not_principals": _principals(found, "NotPrincipal", place),
        "actions": [each.lower() for each in _names(found, "Action", place)],
        "not_actions": [each.lower() for each in _names(found, "NotAction", place)],
        "resources": _names(found, "Resource", place),
        "not_resources": _names(found, "NotResource", place),
        "conditions": _conditions(found.get("condition", {}), f"{place}.Condition"),
    }


def _names(found: dict[str, Any], element: str, place: str) -> list[str]:
    if element.lower() not in found:
        return []
    written = found[element.lower()]
    names = written if isinstance(written, list) else [written]
    if not all(type(each) is str for each in names):
        _refuse(f"{place}.{element}", "not a string or a list of strings", "strings")
    if not names and element.startswith("Not"):
        # "Everything but nothing" would look like an absent element in the normalized form.
        _refuse(f"{place}.{element}", "an empty list", "at least one name")
    return list(names)


def _principals(found: dict[str, Any], element: str, place: str) -> list[dict[str, str | None]]:
    if element.lower() not in found:
        return []
    place = f"{place}.{element}"
    written = found[element.lower()]
    if written == "*":
        return [_principal("any", "*")]
    if not isinstance(written, dict):
        _refuse(place, "neither * nor an object", '"*" or an object of AWS, Service, Federated or CanonicalUser')
    principals: list[dict[str, str | None]] = []
    for kind, values in _elements(written, frozenset(_PRINCIPAL_KINDS), place).items():
        for value in values if isinstance(values, list) else [values]:
            if not isinstance(value, str):
                _refuse(place, "not a string or a list of strings", "strings")
            principals.append(_principal("any", "*") if value == "*" else _PRINCIPAL_KINDS[kind](value))
    if not principals and element == "NotPrincipal":
        _refuse(place, "an empty list", "at least one principal")
    return principals


def _principal(kind: str, value: str, account_id: str | None = None) -> dict[str, str | None]:
    return {"kind": kind, "value": str(value), "account_id": account_id}


def _aws_principal(value: str) -> dict[str, str | None]:
    if _ACCOUNT.fullmatch(value):
        return _principal("account", value, str(value))
    if match := _IDENTITY.fullmatch(value):
        service, account_id, rest = match.groups()
        if service == "iam" and rest == "root":
            return _principal("account", value, account_id)
        kind = _IDENTITY_KINDS.get((service, rest.partition("/")[0]), "other")
        return _principal(kind, value, account_id)
    # AWS shows the unique id in place of the ARN once the user or role is deleted.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    return _principal("orphan" if _UNIQUE_ID.fullmatch(value) else "other", value)


def _federated_principal(value: str) -> dict[str, str | None]:
    if match := _PROVIDER.fullmatch(value):
        return _principal(match[2], value, match[1])
    if _COGNITO.fullmatch(value):
        return _principal("cognito", value)
    return _principal("oidc" if _HOST.fullmatch(value) else "other", value)


_PRINCIPAL_KINDS: dict[str, Callable[[str], dict[str, str | None]]] = {
    "aws": _aws_principal,
    "service": lambda value: _principal("service", value),
    "federated": _federated_principal,
    "canonicaluser": lambda value: _principal("canonical", value),
}


def _conditions(raw: object, place: str) -> list[dict[str, Any]]:
    if not isinstance(raw, dict):
        _refuse(place, "not an object", "an object of operators")
    conditions: list[dict[str, Any]] = []
    for written, tests in raw.items():
        operator = _operator(written, place)
        if not isinstance(tests, dict):
            _refuse(place, "an operator without an object of keys", "an object of condition keys")
        conditions += [
            {**operator, "key": key.lower(), "values": _condition_values(values, place)}
            for key, values in tests.items()
        ]
    return conditions


def _operator(written: str, place: str) -> dict[str, Any]:
    qualifier, colon, name = written.lower().rpartition(":")
    operator = name.removesuffix("ifexists")
    if_exists = operator != name
    known_qualifier = qualifier in ("forallvalues", "foranyvalue") if colon else True
    if not known_qualifier or operator not in OPERATORS or (if_exists and operator == "null"):
        _refuse(place, "an unknown operator", "an operator of the condition language")
    return {"operator": operator, "set": qualifier or None, "if_exists": if_exists}


def _condition_values(raw: object, place: str) -> list[str]:
    values = raw if isinstance(raw, list) else [raw]
    return [_condition_value(each, place) for each in values]


def _condition_value(raw: object, place: str) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return str(raw)
    _refuse(place, "a value that is no string, number or boolean", "strings, numbers or booleans")
