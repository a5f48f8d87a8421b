"""SAML metadata: the validity and the digest of its signing certificates, and nothing else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from sec02_policies.collect._certificates import certificate, decoded
from sec02_policies.collect._outcome import Failure
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._outcome import Record

_METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_ROLE = f"{_METADATA} IDPSSODescriptor"
_KEY = f"{_METADATA} KeyDescriptor"
_CERTIFICATE = f"{_SIGNATURE} X509Certificate"


class _MetadataError(ValueError):
    """Metadata that cannot be read."""


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
    found = certificate(decoded(text))
    return found.not_after, found.sha256
