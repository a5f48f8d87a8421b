"""SAML metadata: the validity and the digest of its signing certificates, and nothing else of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from sec02_policies.collect._outcome import Failure
from sec02_policies.collect._values import timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._outcome import Record

_METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_ROLE = f"{_METADATA} IDPSSODescriptor"
_KEY = f"{_METADATA} KeyDescriptor"
_CERTIFICATE = f"{_SIGNATURE} X509Certificate"

# DER, X.690: the tags on the way to the end of a certificate's validity (RFC 5280, 4.1).
_SEQUENCE, _VERSION, _UTC_TIME, _GENERALIZED_TIME = 0x30, 0xA0, 0x17, 0x18
_LONG_FORM = 0x80
_TIMES = {_UTC_TIME: re.compile(rb"\d{12}Z"), _GENERALIZED_TIME: re.compile(rb"\d{14}Z")}
# RFC 5280, 4.1.2.5.1: a two-digit year from 50 on is of the last century.
_PIVOT = 50


class _MetadataError(ValueError):
    """Metadata, or a certificate in it, that cannot be read."""


def signing_certificates(metadata: str, api: str) -> list[Record] | Failure:
    """`{not_after, sha256}` of each signing certificate of the identity provider, once each, in a fixed order."""
    try:
        found = {_certificate(text) for text in _Collector().read(metadata)}
    except (ValueError, expat.ExpatError):
        return Failure(api=api, code="UnreadableMetadata", kind=GapKind.UNPARSED)
    return [{"not_after": not_after, "sha256": digest} for not_after, digest in sorted(found)]


class _Collector:
    """Gathers the text of the certificates while expat reads the metadata."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._signing = False
        self._text: list[str] = []
        self._found: list[str] = []

    def read(self, metadata: str) -> list[str]:
        """The base64 texts of the signing certificates."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.Parse(metadata, True)  # noqa: FBT003 - expat takes it by position only
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(name)
        if name == _KEY:
            # Without `use` a key is for both (SAML metadata 2.0, 2.4.1.1).
            self._signing = _ROLE in self._open and attributes.get("use", "signing") == "signing"
        self._text = []

    def _data(self, text: str) -> None:
        if self._signing and self._open[-1] == _CERTIFICATE:
            self._text.append(text)

    def _end(self, name: str) -> None:
        self._open.pop()
        if name == _KEY:
            self._signing = False
        elif name == _CERTIFICATE and self._signing:
            self._found.append("".join(self._text))


def _refuse_doctype(*_: object) -> NoReturn:
    raise _MetadataError("a document type declaration")


def _certificate(text: str) -> tuple[str, str]:
    """The end of the validity and the SHA-256 of a certificate in base64."""
    try:
        der = base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        raise _MetadataError("not base64") from None
    return _not_after(der), hashlib.sha256(der).hexdigest()


def _not_after(der: bytes) -> str:
    _, certificate, _ = _element(der, _SEQUENCE)
    _, signed, _ = _element(certificate, _SEQUENCE)
    tag, _, rest = _element(signed)
    # version (absent in X.509 v1), serialNumber, signature, issuer, validity
    for _ in range(3 if tag == _VERSION else 2):
        _, _, rest = _element(rest)
    _, validity, _ = _element(rest, _SEQUENCE)
    _, _, rest = _element(validity)
    tag, time, _ = _element(rest)
    return _time(tag, time)


def _element(der: bytes, expected: int | None = None) -> tuple[int, bytes, bytes]:
    """The tag and the content of the first element, and what follows it."""
    if len(der) < 2 or (expected is not None and der[0] != expected):  # noqa: PLR2004 - a tag and a length
        raise _MetadataError("not a certificate")
    start, length = 2, der[1]
    if length >= _LONG_FORM:
        start += length - _LONG_FORM
        length = int.from_bytes(der[2:start], "big")
    content = der[start : start + length]
    if len(content) != length:
        raise _MetadataError("a certificate that is cut off")
    return der[0], content, der[start + length :]


def _time(tag: int, text: bytes) -> str:
    if tag not in _TIMES or not _TIMES[tag].fullmatch(text):
        raise _MetadataError("not a time")
    digits = text.decode("ascii").removesuffix("Z")
    if tag == _UTC_TIME:
        digits = ("19" if int(digits[:2]) >= _PIVOT else "20") + digits
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise _MetadataError("not a time") from None
    return str(timestamp(moment))
