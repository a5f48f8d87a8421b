"""The certificates of SAML metadata: read without a library for either, and never more than their end and digest."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies.collect._outcome import Failure
from sec02_policies.collect._saml_metadata import signing_certificates
from sec02_policies.model import GapKind

UNREADABLE = Failure(api="iam:GetSAMLProvider", code="UnreadableMetadata", kind=GapKind.UNPARSED)
NAMESPACES = 'xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'


def certificate(not_after: datetime, *, name: str = "idp") -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(1990, 1, 1, tzinfo=UTC))
        .not_valid_after(not_after)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def key(der: bytes | str, *, use: str | None = "signing") -> str:
    text = base64.encodebytes(der).decode() if isinstance(der, bytes) else der
    attribute = f' use="{use}"' if use else ""
    data = f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n{text}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    return f"<KeyDescriptor{attribute}>{data}</KeyDescriptor>"


def metadata(*keys: str, role: str = "IDPSSODescriptor", head: str = "") -> str:
    inner = f'<{role} protocolSupportEnumeration="urn:x">{"".join(keys)}</{role}>'
    entity = f'<EntityDescriptor {NAMESPACES} entityID="x">{inner}</EntityDescriptor>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}{entity}'


def read(text: str) -> object:
    return signing_certificates(text, "iam:GetSAMLProvider")


@pytest.mark.parametrize(
    "end",
    [
        datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2030, 6, 1, 12, 0, 1, tzinfo=UTC),
        datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2050, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_the_end_of_validity_and_the_digest_are_those_of_the_certificate(end: datetime) -> None:
    der = certificate(end)
    assert read(metadata(key(der))) == [
        {"not_after": end.strftime("%Y-%m-%dT%H:%M:%SZ"), "sha256": hashlib.sha256(der).hexdigest()}
    ]


def test_a_long_certificate_is_read() -> None:
    der = certificate(datetime(2030, 1, 1, tzinfo=UTC), name="n" * 60)
    assert len(der) > 255
    assert isinstance(read(metadata(key(der))), list)


def test_keys_for_encryption_and_of_other_roles_are_left_out() -> None:
    signing, other = (certificate(datetime(2030 + year, 1, 1, tzinfo=UTC)) for year in (0, 1))
    found = read(metadata(key(signing, use=None), key(other, use="encryption")))
    assert isinstance(found, list)
    assert [each["not_after"] for each in found] == ["2030-01-01T00:00:00Z"]
    assert read(metadata(key(signing), role="SPSSODescriptor")) == []


def test_the_signature_of_the_metadata_itself_is_no_signing_key() -> None:
    der = base64.b64encode(certificate(datetime(2030, 1, 1, tzinfo=UTC))).decode()
    own = f"<ds:Signature><ds:KeyInfo><ds:X509Certificate>{der}</ds:X509Certificate></ds:KeyInfo></ds:Signature>"
    assert read(metadata(own)) == []


def test_the_same_certificate_twice_is_one_and_the_order_is_by_end() -> None:
    early, late = (certificate(datetime(2030 + year, 1, 1, tzinfo=UTC)) for year in (0, 1))
    found = read(metadata(key(late), key(early), key(late)))
    assert isinstance(found, list)
    assert [each["not_after"] for each in found] == ["2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"]


def test_a_doctype_is_refused_and_so_is_any_entity() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    assert read(metadata(key("&b;"), head=bomb)) == UNREADABLE
    assert read(metadata(head='<!DOCTYPE x SYSTEM "file:///etc/passwd">')) == UNREADABLE


@pytest.mark.parametrize("text", ["", "no xml", "<a>", "<a/><b/>", "\ud800", metadata(key("???")), metadata(key(""))])
def test_what_is_no_metadata_is_unread_and_no_error(text: str) -> None:
    assert read(text) == UNREADABLE


def test_a_certificate_that_is_cut_anywhere_before_its_end_of_validity_is_unread() -> None:
    der = certificate(datetime(2030, 1, 1, tzinfo=UTC))
    for length in range(len(der)):
        assert read(metadata(key(der[:length]))) == UNREADABLE


@given(st.binary(max_size=200))
def test_no_bytes_raise(der: bytes) -> None:
    assert read(metadata(key(der))) == UNREADABLE


def test_a_time_that_is_none_is_unread() -> None:
    der = certificate(datetime(2030, 1, 1, tzinfo=UTC)).replace(b"300101000000Z", b"309901000000Z")
    assert read(metadata(key(der))) == UNREADABLE
