"""X.509: the end, the digest and the kind of key of a certificate, the next update of a revocation list, no more."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sec02_policies.collect._values import timestamp

# DER, X.690: the tags on the way through a certificate or a revocation list (RFC 5280, 4.1 and 5.1).
_INTEGER, _SEQUENCE, _VERSION, _UTC_TIME, _GENERALIZED_TIME = 0x02, 0x30, 0xA0, 0x17, 0x18
_LONG_FORM = 0x80
_TIMES = {_UTC_TIME: re.compile(rb"\d{12}Z"), _GENERALIZED_TIME: re.compile(rb"\d{14}Z")}
# RFC 5280, 4.1.2.5.1: a two-digit year from 50 on is of the last century.
_PIVOT = 50
_PEM = re.compile(r"-----BEGIN (?P<kind>[A-Z0-9 ]+)-----(?P<body>[^-]*)-----END (?P=kind)-----")

_RSA = "1.2.840.113549.1.1.1"
_ELLIPTIC = "1.2.840.10045.2.1"
# In the words of AWS Private CA; the object identifiers of RFC 5480, RFC 8410 and RFC 9881.
_KEYS = {
    "1.2.840.10045.3.1.7": "EC_prime256v1",
    "1.3.132.0.34": "EC_secp384r1",
    "1.3.132.0.35": "EC_secp521r1",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML_DSA_44",
    "2.16.840.1.101.3.4.3.18": "ML_DSA_65",
    "2.16.840.1.101.3.4.3.19": "ML_DSA_87",
}


class CertificateError(ValueError):
    """A certificate or a revocation list that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What is kept of a certificate."""

    not_after: str
    sha256: str
    key_algorithm: str


def certificate(der: bytes) -> Certificate:
    """The certificate in DER; raises `CertificateError` for anything else."""
    not_after, key = _validity_and_key(der)
    return Certificate(not_after=not_after, sha256=hashlib.sha256(der).hexdigest(), key_algorithm=_key_algorithm(key))


def decoded(text: str) -> bytes:
    """The bytes of base64, white space apart."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        raise CertificateError("not base64") from None


def pem_blocks(text: str, kind: str) -> list[bytes]:
    """The DER of each block of that kind, such as CERTIFICATE, in a PEM text; raises if there is none."""
    found = [decoded(each["body"]) for each in _PEM.finditer(text) if each["kind"] == kind]
    if not found:
        raise CertificateError("no block of that kind")
    return found


def next_update(der: bytes) -> str | None:
    """When the authority of a revocation list in DER promised the next one; None where it does not say."""
    _, revocations, _ = _element(der, _SEQUENCE)
    _, signed, _ = _element(revocations, _SEQUENCE)
    tag, _, rest = _element(signed)
    # A version, which v1 does not have, then signature, issuer and thisUpdate; nextUpdate may be missing.
    for _ in range(3 if tag == _INTEGER else 2):
        tag, content, rest = _element(rest)
    _time(tag, content)
    tag, content, _ = _element(rest) if rest else (_SEQUENCE, b"", b"")
    return _time(tag, content) if tag in _TIMES else None


def _validity_and_key(der: bytes) -> tuple[str, bytes]:
    """The end of the validity, and SubjectPublicKeyInfo."""
    _, whole, _ = _element(der, _SEQUENCE)
    _, signed, _ = _element(whole, _SEQUENCE)
    tag, _, rest = _element(signed)
    # version (absent in X.509 v1), serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
    for _ in range(3 if tag == _VERSION else 2):
        _, _, rest = _element(rest)
    _, validity, rest = _element(rest, _SEQUENCE)
    _, _, ends = _element(validity)
    tag, content, _ = _element(ends)
    _, _, rest = _element(rest, _SEQUENCE)
    _, key, _ = _element(rest, _SEQUENCE)
    return _time(tag, content), key


def _key_algorithm(key: bytes) -> str:
    """The kind of key: for RSA with its length, for elliptic curves the curve; an unknown one by its identifier."""
    _, algorithm, rest = _element(key, _SEQUENCE)
    _, content, parameters = _element(algorithm)
    identifier = _identifier(content)
    if identifier == _RSA:
        _, bits, _ = _element(rest)
        # A bit string begins with the number of bits that do not count.
        _, numbers, _ = _element(bits[1:], _SEQUENCE)
        _, modulus, _ = _element(numbers, _INTEGER)
        return f"RSA_{int.from_bytes(modulus, 'big').bit_length()}"
    if identifier == _ELLIPTIC:
        _, content, _ = _element(parameters)
        identifier = _identifier(content)
    return _KEYS.get(identifier, f"OID {identifier}")


def _identifier(content: bytes) -> str:
    """An object identifier in dots."""
    parts: list[int] = []
    value = 0
    for byte in content:
        value = value << 7 | byte & ~_LONG_FORM
        if not byte & _LONG_FORM:
            parts.append(value)
            value = 0
    if not parts:
        raise CertificateError("not an object identifier")
    # The first two parts are one number: 40 times the first (0, 1 or 2) plus the second.
    first = min(parts[0] // 40, 2)
    return ".".join(str(each) for each in (first, parts[0] - 40 * first, *parts[1:]))


def _element(der: bytes, expected: int | None = None) -> tuple[int, bytes, bytes]:
    """The tag and the content of the first element, and what follows it."""
    if len(der) < 2 or (expected is not None and der[0] != expected):  # noqa: PLR2004 - a tag and a length
        raise CertificateError("not what X.509 says")
    start, length = 2, der[1]
    if length >= _LONG_FORM:
        start += length - _LONG_FORM
        length = int.from_bytes(der[2:start], "big")
    content = der[start : start + length]
    if len(content) != length:
        raise CertificateError("cut off")
    return der[0], content, der[start + length :]


def _time(tag: int, text: bytes) -> str:
    if tag not in _TIMES or not _TIMES[tag].fullmatch(text):
        raise CertificateError("not a time")
    digits = text.decode("ascii").removesuffix("Z")
    if tag == _UTC_TIME:
        digits = ("19" if int(digits[:2]) >= _PIVOT else "20") + digits
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise CertificateError("not a time") from None
    return str(timestamp(moment))
