"""IAM Roles Anywhere: whose certificates are taken, what they get, how they are revoked; no certificate is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from documents import Aws, calls_of, gaps_of, only, status_of

Record = dict[str, Any]
ANCHORS, PROFILES, CRLS = (f"rolesanywhere:List{name}" for name in ("TrustAnchors", "Profiles", "Crls"))
AUTHORITY = "acm-pca:DescribeCertificateAuthority"
DAY = datetime(2026, 1, 15, tzinfo=UTC)
PREFIX = "arn:aws:rolesanywhere:us-east-1:123456789012"
ANCHOR = f"{PREFIX}:trust-anchor/7d0b3c1e-0000-4000-8000-000000000001"
PROFILE = f"{PREFIX}:profile/7d0b3c1e-0000-4000-8000-000000000002"
CRL = f"{PREFIX}:crl/7d0b3c1e-0000-4000-8000-000000000003"
PCA = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/7d0b3c1e-0000-4000-8000-000000000004"
NOT_REQUESTED = ("not_requested", "rolesanywhere:ListTagsForResource", "NotRequested")


def name() -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CANARY authority")])


def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(32))


def certificate(serial: int = 1) -> x509.Certificate:
    builder = x509.CertificateBuilder(name(), name(), key().public_key(), serial_number=serial)
    return builder.not_valid_before(DAY).not_valid_after(DAY + timedelta(days=365)).sign(key(), None)


def bundle(*certificates: x509.Certificate) -> str:
    return "".join(each.public_bytes(Encoding.PEM).decode() for each in certificates)


def digest(certificate: x509.Certificate) -> str:
    hashed = Hash(SHA256())
    hashed.update(certificate.public_bytes(Encoding.DER))
    return hashed.finalize().hex()


def revocations() -> bytes:
    builder = x509.CertificateRevocationListBuilder(name(), DAY, DAY + timedelta(days=30))
    return builder.sign(key(), None).public_bytes(Encoding.PEM)


def anchor(source_type: str = "CERTIFICATE_BUNDLE", **members: Any) -> Record:
    data = {"acmPcaArn": PCA} if source_type == "AWS_ACM_PCA" else {"x509CertificateData": bundle(certificate())}
    return {
        "trustAnchorId": ANCHOR.rpartition("/")[2],
        "trustAnchorArn": ANCHOR,
        "name": "plant",
        "source": {"sourceType": source_type, "sourceData": data},
        "enabled": True,
        "createdAt": DAY,
        "updatedAt": DAY,
        **members,
    }


def profile(**members: Any) -> Record:
    return {
        "profileArn": PROFILE,
        "name": "plant",
        "enabled": True,
        "roleArns": ["arn:aws:iam::123456789012:role/b", "arn:aws:iam::123456789012:role/a"],
        "durationSeconds": 3600,
        "createdAt": DAY,
        "updatedAt": DAY,
        **members,
    }


def crl(**members: Any) -> Record:
    return {
        "crlArn": CRL,
        "name": "plant",
        "enabled": True,
        "crlData": revocations(),
        "trustAnchorArn": ANCHOR,
        "createdAt": DAY,
        "updatedAt": DAY,
        **members,
    }


def give(aws: Aws, *, anchors: tuple[Record, ...] = (), profiles: tuple[Record, ...] = ()) -> None:
    aws.give(ANCHORS, {"trustAnchors": list(anchors)})
    aws.give(PROFILES, {"profiles": list(profiles)})


def test_a_region_without_any_is_complete_with_three_calls(aws: Aws) -> None:
    document = aws.collect("roles_anywhere")
    for kind in ("trust_anchor", "profile", "crl"):
        assert status_of(document, f"rolesanywhere_{kind}") == {"us-east-1": "complete"}
        assert gaps_of(document, f"rolesanywhere_{kind}") == {}
    assert sum(calls_of(document).values()) == 4


def test_an_anchor_keeps_of_its_bundle_the_kinds_of_keys_the_ends_and_the_digests(aws: Aws) -> None:
    certificates = [certificate(1), certificate(2)]
    data = {"x509CertificateData": bundle(*certificates)}
    notification = {"enabled": True, "event": "CA_CERTIFICATE_EXPIRY", "threshold": 45, "configuredBy": "CANARY"}
    told = anchor(
        source={"sourceType": "CERTIFICATE_BUNDLE", "sourceData": data},
        notificationSettings=[notification],
        crlDpRevocationEnabled=True,
    )
    give(aws, anchors=(told,))
    document = aws.collect("roles_anywhere")
    ends = "2027-01-15T00:00:00Z"
    assert only(document, "rolesanywhere_trust_anchor") == {
        "id": ANCHOR,
        "name": "plant",
        "arn": ANCHOR,
        "account_id": "123456789012",
        "region": "us-east-1",
        "enabled": True,
        "source_type": "CERTIFICATE_BUNDLE",
        "acm_pca_arn": None,
        "certificates": [
            {"key_algorithm": "Ed25519", "not_after": ends, "sha256": sha256}
            for sha256 in sorted(digest(each) for each in certificates)
        ],
        "crl_dp_revocation_enabled": True,
        "notifications": [{"event": "CA_CERTIFICATE_EXPIRY", "enabled": True, "threshold_days": 45}],
        "created_date": "2026-01-15T00:00:00Z",
        "updated_date": "2026-01-15T00:00:00Z",
    }
    assert gaps_of(document, "rolesanywhere_trust_anchor") == {"tags": NOT_REQUESTED}
    text = json.dumps(document)
    assert "CANARY" not in text
    assert "BEGIN" not in text


def authority(**members: Any) -> Record:
    configuration = {"KeyAlgorithm": "ML_DSA_65", "SigningAlgorithm": "ML_DSA_65", "Subject": {"CommonName": "CANARY"}}
    return {"CertificateAuthority": {"Arn": PCA, "CertificateAuthorityConfiguration": configuration, **members}}


@pytest.mark.parametrize(
    ("told", "not_after"), [({"NotAfter": DAY}, "2026-01-15T00:00:00Z"), ({"Status": "PENDING_CERTIFICATE"}, None)]
)
def test_an_anchor_of_private_ca_has_the_key_of_that_authority(aws: Aws, told: Record, not_after: str | None) -> None:
    give(aws, anchors=(anchor("AWS_ACM_PCA"),))
    aws.give(AUTHORITY, authority(**told))
    document = aws.collect("roles_anywhere")
    found = only(document, "rolesanywhere_trust_anchor")
    assert found["acm_pca_arn"] == PCA
    assert found["certificates"] == [{"key_algorithm": "ML_DSA_65", "not_after": not_after, "sha256": None}]
    assert "CANARY" not in json.dumps(document)


def test_an_authority_that_may_not_be_read_hides_the_certificates_only(aws: Aws) -> None:
    give(aws, anchors=(anchor("AWS_ACM_PCA"),))
    aws.refuse(AUTHORITY, "AccessDeniedException")
    document = aws.collect("roles_anywhere")
    assert gaps_of(document, "rolesanywhere_trust_anchor", ANCHOR) == {
        "certificates": ("denied", AUTHORITY, "AccessDeniedException")
    }


def test_a_repository_of_self_signed_certificates_has_no_authority(aws: Aws) -> None:
    source = {"sourceType": "SELF_SIGNED_REPOSITORY"}
    give(aws, anchors=(anchor(source=source),))
    assert only(aws.collect("roles_anywhere"), "rolesanywhere_trust_anchor")["certificates"] == []


@pytest.mark.parametrize("text", ["no PEM", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"])
def test_a_bundle_that_cannot_be_read_is_a_gap(aws: Aws, text: str) -> None:
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": text}}
    give(aws, anchors=(anchor(source=source),))
    assert gaps_of(aws.collect("roles_anywhere"), "rolesanywhere_trust_anchor", ANCHOR) == {
        "certificates": ("unparsed", ANCHORS, "UnreadableCertificate")
    }


def test_a_profile_shows_how_it_narrows_sessions(aws: Aws) -> None:
    text = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'
    mapping = {"certificateField": "x509Subject", "mappingRules": [{"specifier": "OU"}, {"specifier": "CN"}]}
    told = profile(
        sessionPolicy=text,
        managedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        acceptRoleSessionName=True,
        attributeMappings=[mapping],
    )
    give(aws, profiles=(told,))
    found = only(aws.collect("roles_anywhere"), "rolesanywhere_profile")
    assert found["role_arns"] == ["arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/b"]
    assert found["session_policy"]["text"] == text
    assert found["session_policy"]["statements"][0]["actions"] == ["s3:getobject"]
    assert found["managed_policy_arns"] == ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    assert (found["duration_seconds"], found["accept_role_session_name"]) == (3600, True)
    assert found["attribute_mappings"] == [{"certificate_field": "x509Subject", "specifiers": ["CN", "OU"]}]


def test_a_bare_profile_narrows_nothing(aws: Aws) -> None:
    give(aws, profiles=(profile(),))
    found = only(aws.collect("roles_anywhere"), "rolesanywhere_profile")
    assert (found["session_policy"], found["managed_policy_arns"], found["attribute_mappings"]) == (None, [], [])


def test_the_managed_policies_of_profiles_are_read_with_iam(aws: Aws) -> None:
    read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    version = {"VersionId": "v1", "Document": "%7B%22Statement%22%3A%5B%5D%7D", "IsDefaultVersion": True}
    aws.give("iam:GetPolicy", {"Policy": {"Arn": read_only, "PolicyName": "ReadOnlyAccess", "DefaultVersionId": "v1"}})
    aws.give("iam:GetPolicyVersion", {"PolicyVersion": version})
    give(aws, profiles=(profile(managedPolicyArns=[read_only]),))
    document = aws.collect("iam", "roles_anywhere")
    assert [each["id"] for each in document["resources"]["iam_policy"]] == [read_only]


def test_a_session_policy_outside_the_grammar_hides_its_statements(aws: Aws) -> None:
    give(aws, profiles=(profile(sessionPolicy='{"Statement": 1}'),))
    document = aws.collect("roles_anywhere")
    assert gaps_of(document, "rolesanywhere_profile", PROFILE)["session_policy.statements"] == (
        "unparsed",
        PROFILES,
        "MalformedPolicyDocument",
    )


def test_a_revocation_list_keeps_when_the_next_one_is_due(aws: Aws) -> None:
    aws.give(CRLS, {"crls": [crl()]})
    document = aws.collect("roles_anywhere")
    found = only(document, "rolesanywhere_crl")
    assert (found["trust_anchor_arn"], found["next_update_date"]) == (ANCHOR, "2026-02-14T00:00:00Z")
    assert "CANARY" not in json.dumps(document)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----"])
def test_a_revocation_list_that_cannot_be_read_is_a_gap(aws: Aws, data: bytes) -> None:
    aws.give(CRLS, {"crls": [crl(crlData=data)]})
    assert gaps_of(aws.collect("roles_anywhere"), "rolesanywhere_crl", CRL) == {
        "next_update_date": ("unparsed", CRLS, "UnreadableRevocationList")
    }


@pytest.mark.parametrize(("api", "kind"), [(ANCHORS, "trust_anchor"), (PROFILES, "profile"), (CRLS, "crl")])
def test_a_denied_list_does_not_cost_the_others(aws: Aws, api: str, kind: str) -> None:
    aws.refuse(api, "AccessDeniedException")
    document = aws.collect("roles_anywhere")
    assert gaps_of(document, f"rolesanywhere_{kind}") == {None: ("denied", api, "AccessDeniedException")}
    statuses = [each["status"] for each in document["sections"] if each["name"].startswith("rolesanywhere")]
    assert sorted(statuses) == ["complete", "complete", "denied"]
