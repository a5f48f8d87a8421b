"""How to make certificates and SAML metadata that look like real ones; the same input gives the same bytes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from datetime import datetime

_KEY = Ed25519PrivateKey.from_private_bytes(b"a key of Example Corp, of no use")
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


def certificate(name: str, *, begins: datetime, ends: datetime) -> x509.Certificate:
    """Return a self-signed certificate for a name."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, _KEY.public_key(), serial_number=1)
    return builder.not_valid_before(begins).not_valid_after(ends).sign(_KEY, None)


def revocation_list(name: str, *, issued: datetime, due: datetime) -> bytes:
    """Return an empty revocation list of the authority of that name, as PEM."""
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return x509.CertificateRevocationListBuilder(authority, issued, due).sign(_KEY, None).public_bytes(Encoding.PEM)


def pem(certificate: x509.Certificate) -> str:
    """Return a certificate as text."""
    return certificate.public_bytes(Encoding.PEM).decode()


def private_key_pem() -> str:
    """Return the private key of all certificates here as text."""
    return _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def saml_metadata(entity: str, signing: x509.Certificate) -> str:
    """Return the SAML metadata of an identity provider that signs with a certificate."""
    body = base64.b64encode(signing.public_bytes(Encoding.DER)).decode()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}">'
        '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
        f"<ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        f'<md:SingleLogoutService Binding="{_POST}" Location="{entity}/slo"/>'
        "<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>"
        f'<md:SingleSignOnService Binding="{_POST}" Location="{entity}/sso"/>'
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )
