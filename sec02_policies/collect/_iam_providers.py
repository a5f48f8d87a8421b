"""IAM's identity providers and server certificates."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._outcome import not_requested
from sec02_policies.collect._saml_metadata import signing_certificates
from sec02_policies.collect._values import GLOBAL, tags, timestamp

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._outcome import Record
    from sec02_policies.collect._reader import Reader

_SAML_LIST, _SAML = "iam:ListSAMLProviders", "iam:GetSAMLProvider"
_OIDC_LIST, _OIDC = "iam:ListOpenIDConnectProviders", "iam:GetOpenIDConnectProvider"
_CERTIFICATES, _CERTIFICATE_TAGS = "iam:ListServerCertificates", "iam:ListServerCertificateTags"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the SAML and OIDC providers and the server certificates."""
    saml = reader.pages(_SAML_LIST)
    builder.section("iam_saml_provider", GLOBAL, _SAML_LIST, saml.failure)
    for resource in reader.each(partial(_saml_provider, reader), saml.items()):
        builder.add("iam_saml_provider", resource)
    oidc = reader.pages(_OIDC_LIST)
    builder.section("iam_oidc_provider", GLOBAL, _OIDC_LIST, oidc.failure)
    for resource in reader.each(partial(_oidc_provider, reader), oidc.items()):
        builder.add("iam_oidc_provider", resource)
    certificates = reader.pages(_CERTIFICATES)
    builder.section("iam_server_certificate", GLOBAL, _CERTIFICATES, certificates.failure)
    for raw in certificates.items():
        builder.add("iam_server_certificate", _server_certificate(raw))
        builder.missing("iam_server_certificate", GLOBAL, "tags", not_requested(_CERTIFICATE_TAGS))


def _saml_provider(reader: Reader, raw: Record) -> Record:
    arn = raw.get("Arn")
    answer = reader.read(_SAML, SAMLProviderArn=arn)
    found = answer if isinstance(answer, dict) else None
    return {
        "id": arn,
        "name": _name(arn),
        "arn": arn,
        "region": GLOBAL,
        "create_date": timestamp(raw.get("CreateDate")),
        "valid_until": timestamp(raw.get("ValidUntil")),
        "tags": answer if found is None else tags(found.get("Tags")),
        "certificates": answer if found is None else signing_certificates(found["SAMLMetadataDocument"], _SAML),
        "assertion_encryption": answer if found is None else found.get("AssertionEncryptionMode"),
    }


def _oidc_provider(reader: Reader, raw: Record) -> Record:
    arn = raw.get("Arn")
    base: dict[str, Any] = {"id": arn, "name": _name(arn), "arn": arn, "region": GLOBAL}
    answer = reader.read(_OIDC, OpenIDConnectProviderArn=arn)
    if not isinstance(answer, dict):
        return {**base, **dict.fromkeys(("tags", "url", "client_ids", "thumbprints", "create_date"), answer)}
    return {
        **base,
        "tags": tags(answer.get("Tags")),
        # IAM keeps the issuer without its scheme, which is always https.
        "url": str(answer["Url"]).removeprefix("https://"),
        "client_ids": sorted(answer.get("ClientIDList") or ()),
        "thumbprints": sorted(answer.get("ThumbprintList") or ()),
        "create_date": timestamp(answer.get("CreateDate")),
    }


def _name(arn: str | None) -> str | None:
    """What follows the type of the resource in the ARN."""
    return None if arn is None else arn.partition("-provider/")[2]


def _server_certificate(raw: Record) -> Record:
    return {
        "id": raw.get("Arn"),
        "name": raw.get("ServerCertificateName"),
        "arn": raw.get("Arn"),
        "region": GLOBAL,
        "path": raw.get("Path"),
        "upload_date": timestamp(raw.get("UploadDate")),
        "expiration": timestamp(raw.get("Expiration")),
    }
