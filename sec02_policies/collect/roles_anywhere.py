"""IAM Roles Anywhere: trust anchors with their authorities, profiles, revocation lists; no certificate bodies."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._certificates import CertificateError, certificate, next_update, pem_blocks
from sec02_policies.collect._outcome import Failure, not_requested
from sec02_policies.collect._values import document, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._outcome import Record
    from sec02_policies.collect._reader import Reader

_ANCHORS = "rolesanywhere:ListTrustAnchors"
_PROFILES = "rolesanywhere:ListProfiles"
_CRLS = "rolesanywhere:ListCrls"
_TAGS = "rolesanywhere:ListTagsForResource"
_AUTHORITY = "acm-pca:DescribeCertificateAuthority"


def collect(reader: Reader, builder: Builder) -> None:
    """Read every region, one request at a time: AWS takes one a second of each of these lists."""
    shapes: tuple[tuple[str, str, Callable[[Record], Record]], ...] = (
        ("rolesanywhere_trust_anchor", _ANCHORS, partial(_anchor, reader)),
        ("rolesanywhere_profile", _PROFILES, _profile),
        ("rolesanywhere_crl", _CRLS, _crl),
    )
    for region in reader.regions:
        for collection, api, shape in shapes:
            listing = reader.pages(api, region)
            builder.section(collection, region, api, listing.failure)
            if any(listing.items()):
                builder.missing(collection, region, "tags", not_requested(_TAGS))
            for raw in listing.items():
                builder.add(collection, {**shape(raw), "region": region, **_stamps(raw)})
                for arn in raw.get("managedPolicyArns") or ():
                    builder.want_policy(arn)


def _stamps(raw: Record) -> Record:
    return {"created_date": timestamp(raw.get("createdAt")), "updated_date": timestamp(raw.get("updatedAt"))}


def _anchor(reader: Reader, raw: Record) -> Record:
    source = raw.get("source") or {}
    data = source.get("sourceData") or {}
    return {
        "id": raw.get("trustAnchorArn"),
        "name": raw.get("name"),
        "arn": raw.get("trustAnchorArn"),
        "enabled": raw.get("enabled"),
        "source_type": source.get("sourceType"),
        "acm_pca_arn": data.get("acmPcaArn"),
        "certificates": _certificates(reader, source.get("sourceType"), data),
        # A young member: what does not have it does not ask the distribution points.
        "crl_dp_revocation_enabled": bool(raw.get("crlDpRevocationEnabled")),
        "notifications": [
            {"event": each.get("event"), "enabled": each.get("enabled"), "threshold_days": each.get("threshold")}
            for each in sorted(raw.get("notificationSettings") or (), key=lambda each: str(each.get("event")))
        ],
    }


def _certificates(reader: Reader, source_type: str | None, data: Record) -> list[Record] | Failure | None:
    """The certificates of the anchor's authority, of its bundle or as AWS Private CA tells."""
    if source_type == "AWS_ACM_PCA":
        return _private_authority(reader, data.get("acmPcaArn"))
    text = data.get("x509CertificateData")
    if text is None:
        return [] if source_type == "SELF_SIGNED_REPOSITORY" else None
    try:
        found = [certificate(der) for der in pem_blocks(text, "CERTIFICATE")]
    except CertificateError:
        return Failure(api=_ANCHORS, code="UnreadableCertificate", kind=GapKind.UNPARSED)
    return [
        {"key_algorithm": each.key_algorithm, "not_after": each.not_after, "sha256": each.sha256}
        for each in sorted(found, key=lambda each: each.sha256)
    ]


def _private_authority(reader: Reader, arn: str | None) -> list[Record] | Failure | None:
    """What AWS Private CA says of an authority; in the region of its ARN."""
    if arn is None:
        return None
    answer = reader.read(_AUTHORITY, arn.split(":")[3], CertificateAuthorityArn=arn)
    if not isinstance(answer, dict):
        return answer
    authority = answer["CertificateAuthority"]
    key = (authority.get("CertificateAuthorityConfiguration") or {}).get("KeyAlgorithm")
    if key is None:
        return None
    return [{"key_algorithm": key, "not_after": timestamp(authority.get("NotAfter")), "sha256": None}]


def _profile(raw: Record) -> Record:
    text = raw.get("sessionPolicy")
    return {
        "id": raw.get("profileArn"),
        "name": raw.get("name"),
        "arn": raw.get("profileArn"),
        "enabled": raw.get("enabled"),
        "role_arns": sorted(raw.get("roleArns") or ()),
        "session_policy": document(text, _PROFILES) if text else None,
        "managed_policy_arns": sorted(raw.get("managedPolicyArns") or ()),
        "duration_seconds": raw.get("durationSeconds"),
        "accept_role_session_name": bool(raw.get("acceptRoleSessionName")),
        "require_instance_properties": bool(raw.get("requireInstanceProperties")),
        "attribute_mappings": [
            {
                "certificate_field": each.get("certificateField"),
                "specifiers": sorted(rule.get("specifier", "") for rule in each.get("mappingRules") or ()),
            }
            for each in sorted(raw.get("attributeMappings") or (), key=lambda each: str(each.get("certificateField")))
        ],
    }


def _crl(raw: Record) -> Record:
    return {
        "id": raw.get("crlArn"),
        "name": raw.get("name"),
        "arn": raw.get("crlArn"),
        "enabled": raw.get("enabled"),
        "trust_anchor_arn": raw.get("trustAnchorArn"),
        "next_update_date": _next_update(raw.get("crlData")),
    }


def _next_update(data: bytes | None) -> str | Failure | None:
    try:
        (der, *_) = pem_blocks((data or b"").decode("ascii", "replace"), "X509 CRL")
        return next_update(der)
    except CertificateError:
        return Failure(api=_CRLS, code="UnreadableRevocationList", kind=GapKind.UNPARSED)
