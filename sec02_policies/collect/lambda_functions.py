"""Lambda: the functions of each region; of their environments the names of variables, and what looks like a secret."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Partial, Record, not_requested
from sec02_policies.collect._values import document
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "lambda:ListFunctions"
_GET = "lambda:GetFunctionConfiguration"
_POLICY = "lambda:GetPolicy"
_TAGS = "lambda:ListTags"
_UNPUBLISHED = "$LATEST"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the functions of every region; of those that rotate a secret that was read, also what only a call tells."""
    rotating = {secret.get("rotation_lambda_arn") for secret in builder.added("secretsmanager_secret")}
    for region, listing in reader.in_regions(_LIST, FunctionVersion="ALL").items():
        builder.section("lambda_function", region, _LIST, listing.failure)
        builder.missing("lambda_function", region, "tags", not_requested(_TAGS))
        functions = _versions(listing.items())
        for resource in reader.each(partial(_function, reader, builder, region, rotating), functions):
            builder.add("lambda_function", resource)


def _versions(listed: Iterable[Record]) -> list[list[Record]]:
    """The versions of each function, the unpublished one first: it has the settings that a deployment changes."""
    found: dict[str | None, list[Record]] = {}
    for raw in listed:
        found.setdefault(_function_arn(raw), []).append(raw)
    return [sorted(each, key=lambda raw: _published(raw) is not None) for each in found.values()]


def _function_arn(raw: Record) -> str | None:
    """The ARN without a version: arn:aws:lambda:REGION:ACCOUNT:function:NAME."""
    arn = raw.get("FunctionArn")
    return ":".join(arn.split(":")[:7]) if arn else None


def _published(raw: Record) -> str | None:
    version: str = raw.get("Version") or _UNPUBLISHED
    return None if version == _UNPUBLISHED else version


def _function(
    reader: Reader, builder: Builder, region: str, rotating: set[str | None], versions: list[Record]
) -> Record:
    raw, arn = versions[0], _function_arn(versions[0])
    asked = any(each and (each == arn or each.startswith(f"{arn}:")) for each in rotating)
    return {
        "id": arn,
        "name": raw.get("FunctionName"),
        "arn": arn,
        "region": region,
        "package_type": raw.get("PackageType"),
        "runtime": raw.get("Runtime"),
        "role_arn": raw.get("Role"),
        "last_modified_date": _date(raw.get("LastModified")),
        "env_names": _unreadable(raw) or sorted(_variables(raw)),
        "env_findings": _findings(builder, versions),
        "state": _state(reader, region, arn) if asked else not_requested(_GET),
        "resource_policy": _resource_policy(reader, region, arn) if asked else not_requested(_POLICY),
    }


def _findings(builder: Builder, versions: list[Record]) -> list[Record] | Partial | Failure:
    """The variables that look like secrets, in any version: a published one keeps its own, and an alias may call it."""
    found: list[Record] = []
    failure = None
    for raw in versions:
        published = _published(raw)
        owner = f"version {published}/" if published else ""
        here = _unreadable(raw) or builder.finder.in_values(_variables(raw), _LIST, owner=owner)
        if isinstance(here, Failure):
            failure = failure or here
        else:
            found += here
    if failure is None:
        return found
    return Partial(items=found, failure=failure) if found else failure


def _variables(raw: Record) -> Record:
    return (raw.get("Environment") or {}).get("Variables") or {}


def _unreadable(raw: Record) -> Failure | None:
    """Why the variables are left out: `Error` says so where the caller may not use the key that encrypts them.

    https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentResponse.html
    """
    environment = raw.get("Environment") or {}
    if "Error" not in environment:
        return None
    code = (environment["Error"] or {}).get("ErrorCode") or "EnvironmentError"
    return Failure(api=_LIST, code=code, kind=GapKind.DENIED if "AccessDenied" in code else GapKind.FAILED)


def _date(text: str | None) -> str | None:
    """The moment in Lambda's own form, 2026-01-15T12:30:00.000+0000, always in UTC."""
    return f"{text[:19]}Z" if text else None


def _state(reader: Reader, region: str, arn: str | None) -> object:
    answer = reader.read(_GET, region, FunctionName=arn)
    return answer.get("State") if isinstance(answer, dict) else answer


def _resource_policy(reader: Reader, region: str, arn: str | None) -> object:
    answer = reader.read(_POLICY, region, FunctionName=arn)
    return document(answer["Policy"], _POLICY) if isinstance(answer, dict) else answer
