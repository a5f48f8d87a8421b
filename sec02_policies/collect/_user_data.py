"""User data -> texts: base64, gzip and MIME multipart, as cloud-init takes them, each part with its name.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
https://cloudinit.readthedocs.io/en/latest/explanation/format.html
"""

from __future__ import annotations

import binascii
import email
import email.policy
import zlib
from base64 import b64decode
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Partial, Record
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.collect._secret_text import SecretFinder

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
_MOST = 1 << 20
_MOST_PARTS = 64


class _OpaqueError(Exception):
    """User data that is no text: what it holds cannot be told."""


class _CutError(Exception):
    """User data of which the rest is more than anybody would read."""


def user_data_findings(
    finder: SecretFinder, encoded: str | None, api: str, *, name: str = ""
) -> list[Record] | Partial | Failure:
    """The secrets in user data in base64 (None: there is none); `name` is what it is called among others."""
    texts: list[tuple[str, str]] = []
    code = ""
    try:
        for label, text in _texts(_unpacked(_decoded(encoded or ""))):
            texts.append((", ".join(filter(None, (name, label))), text))
    except _OpaqueError:
        code = "NotText"
    except _CutError:
        code = "TextTooLong"
    found = finder.in_texts(texts, api)
    if not code or isinstance(found, Failure):
        return found
    failure = Failure(api=api, code=code, kind=GapKind.UNPARSED if code == "NotText" else GapKind.TRUNCATED)
    items = found.items if isinstance(found, Partial) else found
    return Partial(items=items, failure=failure) if items else failure


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        # Some tools hand the text over as it is, and so does AWS.
        return encoded.encode("utf-8", "replace")


def _unpacked(data: bytes) -> bytes:
    """The data without gzip around it; never more than a fixed size, whatever the compression promises."""
    if not data.startswith(_GZIP):
        return data
    machine = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = machine.decompress(data, _MOST)
    except zlib.error:
        raise _OpaqueError from None
    if machine.unconsumed_tail:
        raise _CutError
    return plain


def _texts(data: bytes) -> Iterator[tuple[str, str]]:
    """The texts: one without a name, or the parts of a MIME message."""
    if not _is_multipart(data):
        yield "", _text(data)
        return
    message = email.message_from_bytes(data, policy=email.policy.default)
    for number, part in enumerate((each for each in message.walk() if not each.is_multipart()), start=1):
        if number > _MOST_PARTS:
            raise _CutError
        payload = part.get_payload(decode=True)
        yield f"part {number}", _text(_unpacked(payload)) if isinstance(payload, bytes) else ""


def _is_multipart(data: bytes) -> bool:
    head = data.lstrip()[:2048].lower()
    return head.startswith((b"content-type: multipart/", b"mime-version:")) and b"multipart/" in head


def _text(data: bytes) -> str:
    """The data as text; raises where it is none."""
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise _OpaqueError
