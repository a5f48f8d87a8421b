"""RFC 3161: a request to a time-stamping authority, and what its answer proves. The only user of `rfc3161_client`."""

from __future__ import annotations

from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING

from sec02_policies.errors import BundleError, InputError

try:
    from cryptography.x509 import load_pem_x509_certificates
    from rfc3161_client import (
        HashAlgorithm,
        TimestampRequestBuilder,
        VerificationError,
        VerifierBuilder,
        decode_timestamp_response,
    )
except ModuleNotFoundError:
    raise InputError(
        "timestamps", "rfc3161-client is not installed", "pip install 'sec02-policies[timestamp]'"
    ) from None

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.x509 import Certificate

MAX_BYTES = 1 << 16
_GRANTED = (0, 1)


def request(message: bytes) -> bytes:
    """The request for a timestamp over the SHA-256 of the message, with a nonce and the authority's certificate."""
    return TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()


def demand_answer(token: bytes, message: bytes) -> None:
    """Raise `InputError` unless the authority stamped this message; whether to trust it is for the verifier."""
    try:
        response = decode_timestamp_response(token)
        answered = response.status in _GRANTED and response.tst_info.message_imprint.message == sha256(message).digest()
    except ValueError:
        answered = False
    if not answered:
        raise InputError("--timestamp-url", "no timestamp of this signature came back", "an RFC 3161 authority")


def stamped_at(token: bytes, message: bytes, roots: Sequence[bytes]) -> str:
    """The time (RFC 3339) that the response proves; raises `BundleError` unless a root (PEM) vouches for it.

    The certificates must have been valid at that time, not now.
    """
    certificates = [certificate for pem in roots for certificate in _certificates(pem)]
    if len(token) > MAX_BYTES:
        raise BundleError("timestamp.size", f"a timestamp of more than {MAX_BYTES} bytes")
    try:
        response = decode_timestamp_response(token)
        if response.as_bytes() != token:
            raise BundleError("timestamp.form", "the timestamp is not in DER, or something follows it")
        VerifierBuilder(roots=certificates).build().verify_message(response, message)
        moment = response.tst_info.gen_time
    except VerificationError as fault:
        raise BundleError("timestamp.untrusted", f"the timestamp does not verify ({fault})") from None
    except ValueError:
        raise BundleError("timestamp.form", "not a time-stamp response") from None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _certificates(pem: bytes) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(pem)
    except ValueError:
        raise InputError("--tsa-root", "no certificate that can be read", "certificates in PEM") from None
