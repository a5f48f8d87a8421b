"""Identity providers of Cognito user pools: where they send people, and which attributes they fill.

Of a provider's details, only the members that are named here are copied: among the others are its secrets.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sec02_policies.collect._outcome import Failure, Record
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._reader import Reader

_PROVIDERS = "cognito-idp:ListIdentityProviders"
_PROVIDER = "cognito-idp:DescribeIdentityProvider"
_ENDPOINTS = (
    "MetadataURL",
    "SLORedirectBindingURI",
    "SSORedirectBindingURI",
    "attributes_url",
    "authorize_url",
    "jwks_uri",
    "oidc_issuer",
    "token_url",
)
_DESCRIBED = (
    "endpoints",
    "request_signing_algorithm",
    "idp_signout",
    "idp_initiated",
    "encrypted_responses",
    "attribute_mapping",
)


def identity_providers(reader: Reader, pool: Record) -> Any:  # noqa: ANN401 - a list or what stands in its place
    """The identity providers of the pool; what could not be described of one is a gap of its own."""
    listing = reader.pages(_PROVIDERS, pool["region"], UserPoolId=pool["user_pool_id"])
    return listing.value(partial(_provider, reader, pool), by=lambda each: str(each["id"]))


def _provider(reader: Reader, pool: Record, listed: Record) -> Record:
    name = listed.get("ProviderName")
    answer = reader.read(_PROVIDER, pool["region"], UserPoolId=pool["user_pool_id"], ProviderName=name)
    if isinstance(answer, Failure):
        described: Record = dict.fromkeys(_DESCRIBED, answer)
    else:
        described = _settings((answer or {})["IdentityProvider"])
    return {
        "id": f"{pool['arn']}#provider/{name}",
        "name": f"{pool['name']}/{name}",
        "arn": None,
        "region": pool["region"],
        "tags": [],
        "user_pool_arn": pool["arn"],
        "user_pool_id": pool["user_pool_id"],
        "provider_name": name,
        "provider_type": listed.get("ProviderType"),
        **described,
    }


def _settings(raw: Record) -> Record:
    """The fields that `DescribeIdentityProvider` gives."""
    details = raw.get("ProviderDetails") or {}
    mapping = raw.get("AttributeMapping") or {}
    return {
        "endpoints": _endpoints(details),
        "request_signing_algorithm": details.get("RequestSigningAlgorithm") or None,
        "idp_signout": _is_true(details.get("IDPSignout")),
        "idp_initiated": _is_true(details.get("IDPInit")),
        "encrypted_responses": _is_true(details.get("EncryptedResponses")),
        "attribute_mapping": [{"attribute": attribute, "claim": claim} for attribute, claim in sorted(mapping.items())],
    }


def _is_true(text: str | None) -> bool:
    return (text or "").lower() == "true"


def _endpoints(details: Record) -> list[Record] | Failure:
    """The URLs among the details; user names and queries are left out, as they may hold keys."""
    try:
        return [{"name": name, "url": _bare(details[name])} for name in _ENDPOINTS if details.get(name)]
    except ValueError:
        return Failure(api=_PROVIDER, code="UnexpectedValue", kind=GapKind.UNPARSED)


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
