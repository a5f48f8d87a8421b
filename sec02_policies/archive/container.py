"""Members <-> ZIP: one canonical form, STORED, that leaves no byte of the file to chance.

What is read is built again and must come out as the same bytes. That one rule refuses symbolic links, other orders,
times, comments, extra fields, duplicates and files that are a ZIP and something else at once.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from sec02_policies.errors import BundleError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_BYTES = 1 << 30
MAX_MEMBERS = 4000
MANIFEST, ENVELOPE, TIMESTAMP = "manifest.json", "attestation.dsse.json", "timestamp.tsr"
SNAPSHOT, RESULTS, SCHEMAS = "snapshot.json.gz", "results.json.gz", "schemas.json.gz"
PARAMS, COLLECTION, ATTESTATIONS, README = "params.json", "collection.json", "attestations.json", "README.txt"

NAME = re.compile(
    r"manifest\.json|attestation\.dsse\.json|timestamp\.tsr|snapshot\.json\.gz|results\.json\.gz|schemas\.json\.gz"
    r"|params\.json|collection\.json|attestations\.json|README\.txt|report\.(?:html|txt)"
    r"|policies/(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\.)[a-z0-9][a-z0-9-]{0,120}\.yaml"
    r"|waivers/[0-9]{4}\.yaml"
)
"""The only names that a member may have: nothing that a file system reads in two ways."""

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION = 20
_MADE_BY_UNIX = 3 << 8 | _VERSION
_DATE_1980 = 0x21
_REGULAR_0644 = 0o100644 << 16


def pack(members: Mapping[str, bytes]) -> bytes:
    """The members as a ZIP file; the same members give the same bytes."""
    local: list[bytes] = []
    central: list[bytes] = []
    offset = 0
    for name in sorted(members):
        data = members[name]
        if not NAME.fullmatch(name):
            raise ValueError("a member of a name that a bundle does not have")
        encoded = name.encode("ascii")
        crc, size, length = zlib.crc32(data), len(data), len(encoded)
        if offset + size > MAX_BYTES:
            raise InputError("bundle", f"more than {MAX_BYTES} bytes", "a smaller snapshot")
        head = _LOCAL.pack(_LOCAL_MARK, _VERSION, 0, 0, 0, _DATE_1980, crc, size, size, length, 0)
        local += [head, encoded, data]
        central += [
            _CENTRAL.pack(
                *(_CENTRAL_MARK, _MADE_BY_UNIX, _VERSION, 0, 0, 0, _DATE_1980, crc, size, size, length),
                *(0, 0, 0, 0, _REGULAR_0644, offset),
            ),
            encoded,
        ]
        offset += len(head) + length + size
    directory = sum(map(len, central))
    end = _END.pack(_END_MARK, 0, 0, len(members), len(members), directory, offset, 0)
    return b"".join([*local, *central, end])


def unpack(data: bytes) -> dict[str, bytes]:
    """The members of a ZIP file in our form; raises `BundleError` for every other file."""
    count, directory = _ending(data)
    entries = list(_entries(data, count, directory))
    names = [entry.name for entry in entries]
    if len(set(names)) != len(names):
        raise BundleError("zip.duplicate", "two members have one name")
    if names != sorted(names):
        raise BundleError("zip.order", "the members are not in the order of their names")
    members = {entry.name: _content(data, entry, directory) for entry in entries}
    if pack(members) != data:
        raise BundleError("zip.header", "a header says something that no bundle of ours says")
    return members


class _Entry(NamedTuple):
    name: str
    crc: int
    size: int
    offset: int


def _ending(data: bytes) -> tuple[int, int]:
    """The number of members and where the central directory begins."""
    if len(data) > MAX_BYTES:
        raise BundleError("zip.size", f"more than {MAX_BYTES} bytes")
    if not data.startswith(_LOCAL_MARK):
        found = _LOCAL_MARK in data
        raise BundleError("zip.prefix" if found else "zip.none", "does not begin as a ZIP file")
    if data[-_END.size : -_END.size + 4] != _END_MARK:
        _refuse_ending(data)
    _, disk, start, here, count, size, directory, comment = _END.unpack(data[-_END.size :])
    if disk or start or comment or here != count or directory + size + _END.size != len(data):
        raise BundleError("zip.directory", "the end of the file does not fit its directory")
    if count > MAX_MEMBERS:
        raise BundleError("zip.size", f"more than {MAX_MEMBERS} members")
    return count, directory


def _refuse_ending(data: bytes) -> None:
    last = data.rfind(_END_MARK)
    if last < 0 or last + _END.size > len(data):
        raise BundleError("zip.truncated", "the file ends before its directory does")
    comment = _END.unpack(data[last : last + _END.size])[-1]
    if comment:
        raise BundleError("zip.comment", "the file has a comment")
    raise BundleError("zip.trailing", "something follows the end of the ZIP file")


def _entries(data: bytes, count: int, directory: int) -> Iterator[_Entry]:
    position = directory
    for _ in range(count):
        head = data[position : position + _CENTRAL.size]
        if len(head) < _CENTRAL.size or not head.startswith(_CENTRAL_MARK):
            raise BundleError("zip.directory", "the directory is not one")
        fields = _CENTRAL.unpack(head)
        flags, method, crc, packed, size, length = fields[3], fields[4], *fields[7:11]
        name = _name(data[position + _CENTRAL.size : position + _CENTRAL.size + length])
        if flags or method or packed != size:
            raise BundleError("zip.method", f"{name} is compressed or encrypted by the ZIP file")
        yield _Entry(name, crc, size, fields[16])
        position += _CENTRAL.size + length + fields[11] + fields[12]


def _name(raw: bytes) -> str:
    name = raw.decode("ascii", errors="replace")
    if not NAME.fullmatch(name):
        raise BundleError("zip.name", f"a member is named {name[:60]!a}, which no member of a bundle is")
    return name


def _content(data: bytes, entry: _Entry, directory: int) -> bytes:
    start = entry.offset + _LOCAL.size + len(entry.name)
    if start + entry.size > directory:
        raise BundleError("zip.directory", f"{entry.name} reaches beyond the members")
    content = data[start : start + entry.size]
    if zlib.crc32(content) != entry.crc:
        raise BundleError("zip.crc", f"{entry.name} does not have its CRC-32")
    return content
