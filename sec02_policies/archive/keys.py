"""Keys in files: Ed25519 to sign with; Ed25519 and ECDSA P-256 (AWS KMS) to verify with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sec02_policies.errors import InputError

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
        load_der_public_key,
        load_pem_private_key,
        load_pem_public_key,
    )
except ModuleNotFoundError:
    raise InputError("signatures", "cryptography is not installed", "pip install 'sec02-policies[sign]'") from None

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order n of the curve's base point (FIPS 186-4, D.1.2.3)."""
_PUBLIC = "an Ed25519 or ECDSA P-256 public key in PEM, as `sec02 keygen` writes it"
_PRIVATE = "an Ed25519 private key in PEM, as `sec02 keygen` writes it"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are checked with."""

    key: Ed25519PublicKey | ec.EllipticCurvePublicKey

    @classmethod
    def from_pem(cls, data: bytes, where: str) -> Self:
        """The key in a PEM file; raises `InputError` at `where` for anything else."""
        try:
            return cls._of(load_pem_public_key(data), where)
        except (ValueError, UnsupportedAlgorithm):
            raise InputError(where, "no public key that can be read", _PUBLIC) from None

    @classmethod
    def from_der(cls, data: bytes, where: str) -> Self:
        """The key in a DER SubjectPublicKeyInfo, as AWS KMS gives it."""
        try:
            return cls._of(load_der_public_key(data), where)
        except (ValueError, UnsupportedAlgorithm):
            raise InputError(where, "no public key that can be read", _PUBLIC) from None

    @classmethod
    def _of(cls, key: PublicKeyTypes, where: str) -> Self:
        if isinstance(key, Ed25519PublicKey):
            return cls(key)
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(key)
        raise InputError(where, "a public key of another kind", _PUBLIC)

    @property
    def keyid(self) -> str:
        """SHA-256 of the key's SubjectPublicKeyInfo."""
        spki = self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(spki).hexdigest()

    def pem(self) -> bytes:
        """The key as a PEM file."""
        return self.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the signature; of the two equal forms of an ECDSA signature only the lower counts."""
        try:
            if isinstance(self.key, Ed25519PublicKey):
                self.key.verify(signature, message)
                return True
            if lower(signature) != signature:
                return False
            self.key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True


def lower(signature: bytes) -> bytes:
    """An ECDSA signature in its lower form: (r, s) and (r, n - s) verify alike, so that only one may be accepted."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, _P256_ORDER - s))


@dataclass(frozen=True, slots=True)
class FileSigner:
    """Signs with an Ed25519 key."""

    key: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> Self:
        """A new key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, data: bytes, where: str) -> Self:
        """The key in a PEM file; raises `InputError` at `where` for anything else."""
        try:
            key = load_pem_private_key(data, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise InputError(where, "no private key that can be read", _PRIVATE) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise InputError(where, "a private key of another kind", _PRIVATE)
        return cls(key)

    @property
    def public(self) -> PublicKey:
        """The key that checks what this one signed."""
        return PublicKey(self.key.public_key())

    @property
    def keyid(self) -> str:
        """SHA-256 of the public key's SubjectPublicKeyInfo."""
        return self.public.keyid

    def pem(self) -> bytes:
        """The key as a PEM file (PKCS 8), not encrypted: its file is for the owner alone."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, message: bytes) -> bytes:
        """The signature of the message."""
        return self.key.sign(message)
