"""A key that never leaves AWS KMS: ECDSA P-256 over the digest. The client is the caller's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from sec02_policies.archive.keys import PublicKey, lower
from sec02_policies.errors import InputError

_ALGORITHM = "ECDSA_SHA_256"
_WANTED = "an asymmetric KMS key of spec ECC_NIST_P256 and usage SIGN_VERIFY"


class KmsClient(Protocol):
    """What we need of boto3's KMS client."""

    def get_public_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        """The key's DER SubjectPublicKeyInfo and what it is for."""

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """The signature, for ECDSA in DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsSigner:
    """Signs with a KMS key."""

    client: KmsClient = field(repr=False)
    key_arn: str
    public: PublicKey

    @classmethod
    def open(cls, client: KmsClient, key: str) -> Self:
        """The signer for a key's id, ARN or alias; raises `InputError` for a key that cannot sign as we need."""
        answer = client.get_public_key(KeyId=key)
        if answer.get("KeyUsage") != "SIGN_VERIFY" or _ALGORITHM not in answer.get("SigningAlgorithms", ()):
            raise InputError(f"--kms-key {key}", f"a key of spec {answer.get('KeySpec')}", _WANTED)
        return cls(client=client, key_arn=answer["KeyId"], public=PublicKey.from_der(answer["PublicKey"], key))

    @property
    def keyid(self) -> str:
        """SHA-256 of the public key's SubjectPublicKeyInfo."""
        return self.public.keyid

    def sign(self, message: bytes) -> bytes:
        """The signature of the message, checked before it is believed."""
        answer = self.client.sign(
            KeyId=self.key_arn,
            Message=hashlib.sha256(message).digest(),
            MessageType="DIGEST",
            SigningAlgorithm=_ALGORITHM,
        )
        try:
            signature = lower(answer["Signature"])
        except ValueError:
            raise InputError(f"--kms-key {self.key_arn}", "an answer that is no ECDSA signature", _WANTED) from None
        if not self.public.verifies(signature, message):
            raise InputError(f"--kms-key {self.key_arn}", "a signature that does not verify", _WANTED)
        return signature
