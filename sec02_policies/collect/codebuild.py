"""CodeBuild: the projects of each region, and secrets in their variables, source locations and build specifications."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Partial, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "codebuild:ListProjects"
_GET = "codebuild:BatchGetProjects"
_KIND = "codebuild_project"
_AT_ONCE = 100
# https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html#codebuild-2
_CREDENTIALS = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})


def collect(reader: Reader, builder: Builder) -> None:
    """Read the projects of every region, a hundred at a time; what came between costs the list of that region."""
    for region, listing in reader.in_regions(_LIST).items():
        answers = reader.each(partial(_described, reader, region), _batches(listing.items()))
        failures = [each for each in (listing.failure, *answers) if isinstance(each, Failure)]
        found = [raw for each in answers if isinstance(each, dict) for raw in each.get("projects") or ()]
        failure = failures[0] if failures else None
        builder.section(_KIND, region, _GET, failure.truncated() if failure and found else failure)
        for raw in found:
            builder.add(_KIND, _project(builder, region, raw))


def _described(reader: Reader, region: str, names: list[str]) -> Record | Failure | None:
    return reader.read(_GET, region, names=names)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch


def _project(builder: Builder, region: str, raw: Record) -> Record:
    plain = _plain_variables(raw)
    tags = [{"key": each.get("key"), "value": each.get("value")} for each in raw.get("tags") or ()]
    return {
        "id": raw.get("arn"),
        "name": raw.get("name"),
        "arn": raw.get("arn"),
        "region": region,
        "tags": sorted(tags, key=lambda each: str(each["key"])),
        "env_findings": builder.finder.in_values(plain, _GET),
        "plain_credential_names": sorted(name for name, value in plain.items() if name in _CREDENTIALS and value),
        "source_findings": builder.finder.in_values(_locations(raw), _GET),
        "buildspec_findings": _buildspecs(builder, raw),
    }


def _plain_variables(raw: Record) -> dict[str, str]:
    """The variables whose value stands in the project; those of the other types name a parameter or a secret."""
    variables = (raw.get("environment") or {}).get("environmentVariables") or ()
    return {
        str(each.get("name")): str(each.get("value") or "")
        for each in variables
        if each.get("type", "PLAINTEXT") == "PLAINTEXT"
    }


def _sources(raw: Record) -> Iterator[tuple[str, Record]]:
    yield "source", raw.get("source") or {}
    for number, each in enumerate(raw.get("secondarySources") or (), start=1):
        yield str(each.get("sourceIdentifier") or f"source {number}"), each


def _locations(raw: Record) -> dict[str, str]:
    return {name: str(each.get("location") or "") for name, each in _sources(raw)}


def _buildspecs(builder: Builder, raw: Record) -> list[Record] | Partial | Failure:
    """The secrets in build specifications that stand in the project; one line is the path or the ARN of a file."""
    texts = [(name, str(each.get("buildspec") or "")) for name, each in _sources(raw)]
    return builder.finder.in_texts([(name, text) for name, text in texts if "\n" in text.strip()], _GET)
