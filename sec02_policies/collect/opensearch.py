"""OpenSearch Service: the domains of each region, and how one signs in to their dashboards."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Record, not_requested

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "opensearch:ListDomainNames"
_DESCRIBE = "opensearch:DescribeDomains"
_TAGS = "opensearch:ListTags"
_KIND = "opensearch_domain"
_AT_ONCE = 5


def collect(reader: Reader, builder: Builder) -> None:
    """Read the domains of every region, five at a time; what came between costs the list of that region."""
    listed = reader.each(lambda region: reader.read(_LIST, region), reader.regions)
    for region, names in zip(reader.regions, listed, strict=True):
        builder.missing(_KIND, region, "tags", not_requested(_TAGS))
        if not isinstance(names, dict):
            builder.section(_KIND, region, _LIST, names)
            continue
        batches = _batches(str(each.get("DomainName")) for each in names["DomainNames"])
        answers = reader.each(partial(_described, reader, region), batches)
        failure = next((each for each in answers if isinstance(each, Failure)), None)
        found = [raw for each in answers if isinstance(each, dict) for raw in each["DomainStatusList"]]
        builder.section(_KIND, region, _LIST, failure.truncated() if failure and found else failure)
        for raw in found:
            builder.add(_KIND, _domain(region, raw))


def _described(reader: Reader, region: str, names: list[str]) -> Record | Failure | None:
    return reader.read(_DESCRIBE, region, DomainNames=names)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch


def _domain(region: str, raw: Record) -> Record:
    security = raw.get("AdvancedSecurityOptions") or {}
    return {
        "id": raw.get("ARN"),
        "name": raw.get("DomainName"),
        "arn": raw.get("ARN"),
        "region": region,
        "engine_version": raw.get("EngineVersion"),
        "cognito_enabled": _enabled(raw.get("CognitoOptions"), "Enabled"),
        "saml_enabled": _enabled(security.get("SAMLOptions"), "Enabled"),
        "identity_center_enabled": _enabled(raw.get("IdentityCenterOptions"), "EnabledAPIAccess"),
        "internal_users_enabled": _enabled(security, "InternalUserDatabaseEnabled"),
    }


def _enabled(options: Record | None, member: str) -> bool:
    return bool((options or {}).get(member))
