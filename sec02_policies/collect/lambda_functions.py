"""Lambda: the functions of each region; of their environments the names of variables, and what looks like a secret."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Record, not_requested
from sec02_policies.collect._values import document
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "lambda:ListFunctions"
_GET = "lambda:GetFunctionConfiguration"
_POLICY = "lambda:GetPolicy"
_TAGS = "lambda:ListTags"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the functions of every region; of those that rotate a secret that was read, also what only a call tells."""
    rotating = {secret.get("rotation_lambda_arn") for secret in builder.added("secretsmanager_secret")}
    for region, listing in reader.in_regions(_LIST).items():
        builder.section("lambda_function", region, _LIST, listing.failure)
        builder.missing("lambda_function", region, "tags", not_requested(_TAGS))
        for resource in reader.each(partial(_function, reader, builder, region, rotating), listing.items()):
            builder.add("lambda_function", resource)


def _function(reader: Reader, builder: Builder, region: str, rotating: set[str | None], raw: Record) -> Record:
    arn = raw.get("FunctionArn")
    names, found = _environment(builder, raw)
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
        "env_names": names,
        "env_findings": found,
        "state": _state(reader, region, arn) if asked else not_requested(_GET),
        "resource_policy": _resource_policy(reader, region, arn) if asked else not_requested(_POLICY),
    }


def _environment(builder: Builder, raw: Record) -> tuple[list[str] | Failure, object]:
    """The names of the variables, and those that look like secrets.

    Lambda leaves the variables out and says why in `Error` where the caller may not use the key that encrypts them.
    https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentResponse.html
    """
    environment = raw.get("Environment") or {}
    if "Error" in environment:
        code = (environment["Error"] or {}).get("ErrorCode") or "EnvironmentError"
        failure = Failure(api=_LIST, code=code, kind=GapKind.DENIED if "AccessDenied" in code else GapKind.FAILED)
        return failure, failure
    variables = environment.get("Variables") or {}
    return sorted(variables), builder.finder.in_values(variables, _LIST)


def _date(text: str | None) -> str | None:
    """The moment in Lambda's own form, 2026-01-15T12:30:00.000+0000, always in UTC."""
    return f"{text[:19]}Z" if text else None


def _state(reader: Reader, region: str, arn: str | None) -> object:
    answer = reader.read(_GET, region, FunctionName=arn)
    return answer.get("State") if isinstance(answer, dict) else answer


def _resource_policy(reader: Reader, region: str, arn: str | None) -> object:
    answer = reader.read(_POLICY, region, FunctionName=arn)
    return document(answer["Policy"], _POLICY) if isinstance(answer, dict) else answer
