"""What CEL may call besides its own library: time, tags, URLs, IAM wildcards, other resources, facts of IAM."""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from sec02_policies import cel, iam
from sec02_policies.cel import types
from sec02_policies.cel.schema_types import object_type
from sec02_policies.errors import EvaluationError
from sec02_policies.evaluate.attested import FUNCTION as ATTESTED
from sec02_policies.evaluate.context import SECONDS_PER_DAY, age_days
from sec02_policies.evaluate.coverage import complete, not_requested
from sec02_policies.evaluate.facts import facts
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sec02_policies.evaluate.context import Context

SNAPSHOT = types.OpaqueType(name="snapshot")
_TAGS = types.ListType(
    element=types.ObjectType(
        name="tag", fields={"key": types.Field(type=types.STRING), "value": types.Field(type=types.STRING)}
    )
)
_STRINGS = types.ListType(element=types.STRING)


@cache
def resource_type(kind: str) -> types.Type:
    """The CEL type of a resource of that type, from its JSON Schema."""
    reference = schemas().types[kind].reference
    return object_type({"$ref": reference}, schemas().resolve, name=kind, complete=True)


@cache
def functions() -> tuple[cel.Function, ...]:
    """Every function that a policy may call besides CEL's own; they reach the snapshot through `context.current`."""
    return (*_PLAIN, ATTESTED, *_other_resources(), *facts())


def _function(  # noqa: PLR0913 - a declaration has these parts
    name: str,
    parameters: Sequence[types.Type],
    result: types.Type | types.ResultRule,
    implementation: Callable[..., object],
    doc: str,
    *,
    receiver: bool = False,
) -> cel.Function:
    return cel.Function(
        name=name,
        parameters=tuple(parameters),
        result=result,
        implementation=implementation,
        doc=doc,
        receiver=receiver,
    )


# ---------------------------------------------------------------- time


def _seconds(unit: int) -> Callable[[int], cel.Duration]:
    return lambda count: cel.Duration(count * unit * 10**9)


# ---------------------------------------------------------------- text, tags, documents


def _split_tag(tag: str) -> tuple[str, str]:
    key, equals, value = tag.partition("=")
    if not equals:
        raise EvaluationError("invalid_argument", "has_tag() needs text of the form key=value")
    return key, value


def has_tag(tags: Sequence[Mapping[str, str]], wanted: str) -> bool:
    """Whether one of the tags has the key and the value of `key=value`."""
    key, value = _split_tag(wanted)
    return any(tag["key"] == key and tag["value"] == value for tag in tags)


def tag(tags: Sequence[Mapping[str, str]], key: str) -> str | None:
    """The value of the tag with that key, or null."""
    return next((each["value"] for each in tags if each["key"] == key), None)


def cond_values(statement: Mapping[str, Any], key: str) -> list[str]:
    """The values of every condition of the statement on that key, whatever its operator and letter case."""
    wanted = key.lower()
    return [value for each in statement["conditions"] if each["key"] == wanted for value in each["values"]]


def arn_account(arn: str) -> str:
    """The account id in an ARN, empty where it has none; an account id stands for itself."""
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[0] == "arn":  # noqa: PLR2004 - the parts of an ARN
        return parts[4]
    return arn if arn.isdigit() else ""


def cidr_prefix(text: str) -> int:
    """The prefix length of a CIDR block; a single address counts as a block of one."""
    try:
        return ipaddress.ip_network(text, strict=False).prefixlen
    except ValueError:
        raise EvaluationError("invalid_argument", "cidr_prefix() needs an IP address or a CIDR block") from None


def url_host(url: str) -> str:
    """The host of a URL in lower case, empty where it has none."""
    return _url(url).hostname or ""


def url_scheme(url: str) -> str:
    """The scheme of a URL in lower case, empty where it has none."""
    return _url(url).scheme


def _url(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise EvaluationError("invalid_argument", "not a URL") from None


_PLAIN = (
    _function("age_days", [types.STRING], types.INT, age_days, "Whole days between a time (RFC 3339) and now."),
    _function(
        "days", [types.INT], types.DURATION, _seconds(SECONDS_PER_DAY), "A duration of so many days of 24 hours."
    ),
    _function("hours", [types.INT], types.DURATION, _seconds(3_600), "A duration of so many hours."),
    _function(
        "glob", [types.STRING, types.STRING], types.BOOL, iam.glob, "IAM wildcards: glob(pattern, value); * and ?."
    ),
    _function(
        "action_covers", [_STRINGS, types.STRING], types.BOOL, iam.action_covers, "Whether a pattern covers the action."
    ),
    _function("arn_account", [types.STRING], types.STRING, arn_account, "The account id in an ARN."),
    _function("has_tag", [_TAGS, types.STRING], types.BOOL, has_tag, "has_tag(resource.tags, 'key=value')."),
    _function("tag", [_TAGS, types.STRING], types.nullable(types.STRING), tag, "The value of a tag, or null."),
    _function("cond_values", [types.DYN, types.STRING], _STRINGS, cond_values, "The values of a condition key."),
    _function("cidr_prefix", [types.STRING], types.INT, cidr_prefix, "The prefix length of a CIDR block."),
    _function("url_host", [types.STRING], types.STRING, url_host, "The host of a URL."),
    _function("url_scheme", [types.STRING], types.STRING, url_scheme, "The scheme of a URL."),
)


# ---------------------------------------------------------------- other resources


def _named_type(literals: tuple[object, ...], _: tuple[types.Type, ...]) -> types.Type:
    kind = literals[1]
    return resource_type(kind) if isinstance(kind, str) and kind in schemas().types else types.DYN


def _list_of_named_type(literals: tuple[object, ...], arguments: tuple[types.Type, ...]) -> types.Type:
    return types.ListType(element=_named_type(literals, arguments))


def _get(context: Context, kind: str, resource_id: str) -> dict[str, Any]:
    found = context.snapshot.find(_kind(kind), resource_id)
    if found is None:
        raise EvaluationError("no_such_resource", f"no {kind} has that id")
    return found


def _holds(context: Context, kind: str, resource_id: str) -> bool:
    return context.snapshot.find(_kind(kind), resource_id) is not None


def _resources(context: Context, kind: str) -> list[dict[str, Any]]:
    return context.snapshot.resources(_kind(kind))


def _where(context: Context, kind: str, member: str, value: object) -> list[dict[str, Any]]:
    if member not in schemas().types[_kind(kind)].fields:
        raise EvaluationError("no_such_field", f"{kind} has no field {member!r}")
    return context.snapshot.where(kind, member, value)


def _kind(kind: str) -> str:
    if kind not in schemas().types:
        raise EvaluationError("no_such_type", "no resource type of that name")
    return kind


def _other_resources() -> Sequence[cel.Function]:
    text = types.STRING
    kind = types.PrimitiveType(name="string", enum=tuple(sorted(schemas().types)))
    return (
        _function(
            "get", [SNAPSHOT, kind, text], _named_type, _get, "snapshot.get(type, id): that resource.", receiver=True
        ),
        _function("holds", [SNAPSHOT, kind, text], types.BOOL, _holds, "snapshot.holds(type, id).", receiver=True),
        _function(
            "resources", [SNAPSHOT, kind], _list_of_named_type, _resources, "snapshot.resources(type).", receiver=True
        ),
        _function(
            "where",
            [SNAPSHOT, kind, text, types.DYN],
            _list_of_named_type,
            _where,
            "snapshot.where(type, field, value): the resources whose field has that value.",
            receiver=True,
        ),
        _function(
            "complete",
            [SNAPSHOT],
            types.BOOL,
            complete,
            "snapshot.complete(): true where all that was asked for was read; Unknown otherwise, never false.",
            receiver=True,
        ),
        _function(
            "not_requested",
            [SNAPSHOT],
            _STRINGS,
            not_requested,
            "snapshot.not_requested(): what nobody asked for, such as 'iam_user.last_accessed'.",
            receiver=True,
        ),
    )
