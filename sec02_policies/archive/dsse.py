"""DSSE: an envelope around a payload, signed over its type and its bytes (secure-systems-lab/dsse, protocol v1)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Protocol

from sec02_policies.archive.manifest import demand
from sec02_policies.errors import BundleError, SnapshotError
from sec02_policies.snapshot import canonical, loads

if TYPE_CHECKING:
    from collections.abc import Sequence

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_NAME = "envelope"


class Signer(Protocol):
    """What signs: a key in a file, or one that never leaves AWS KMS."""

    @property
    def keyid(self) -> str:
        """SHA-256 of the public key's SubjectPublicKeyInfo."""

    def sign(self, message: bytes) -> bytes:
        """The signature of the message."""


class Verifier(Protocol):
    """A public key that the caller trusts."""

    @property
    def keyid(self) -> str:
        """SHA-256 of the public key's SubjectPublicKeyInfo."""

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the signature of the message."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding: what is signed."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, signer: Signer) -> bytes:
    """The envelope around the payload, with one signature, in canonical JSON."""
    signature = signer.sign(pae(PAYLOAD_TYPE, payload))
    return canonical(
        {
            "payload": _text(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": signer.keyid, "sig": _text(signature)}],
        }
    )


def open_envelope(data: bytes, trusted: Sequence[Verifier]) -> tuple[bytes, Verifier]:
    """The payload of an envelope and the trusted key that signed it; raises `BundleError` where none did.

    The key id in the envelope is a hint that anybody may have written: every trusted key is tried on every signature.
    """
    envelope = _parsed(data)
    payload = _bytes(envelope["payload"])
    message = pae(envelope["payloadType"], payload)
    for each in envelope["signatures"]:
        signature = _bytes(each["sig"])
        for key in trusted:
            if key.verifies(signature, message):
                return payload, key
    raise BundleError("signature.untrusted", "no trusted key made a signature of this envelope")


def payload_of(data: bytes) -> bytes:
    """The payload of an envelope whose signatures nobody has looked at."""
    return _bytes(_parsed(data)["payload"])


def signed_by(data: bytes) -> tuple[str, ...]:
    """The key ids that an envelope names: hints, not facts."""
    return tuple(each.get("keyid", "") for each in _parsed(data)["signatures"])


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        envelope = loads(data, _NAME)
    except SnapshotError as fault:
        raise BundleError("envelope.json", str(fault)) from None
    demand("urn:sec02:schema:envelope", envelope, "envelope.schema", _NAME)
    return envelope  # type: ignore[return-value]  # the schema has just said that it is an object


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    """What the base64 text stands for, in the standard or the URL-safe alphabet, as DSSE demands of verifiers."""
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        raise BundleError("envelope.base64", "the envelope has text that is not base64") from None


def is_plain(data: bytes) -> bool:
    """Whether all base64 in an envelope is in the standard form, so that no bit of it is free."""
    envelope = _parsed(data)
    texts = [envelope["payload"], *(each["sig"] for each in envelope["signatures"])]
    return all(_text(_bytes(each)) == each for each in texts)
