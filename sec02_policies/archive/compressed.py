"""Bytes <-> gzip: a fixed header, one member, nothing after it, and a limit on what comes out."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from sec02_policies.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_BYTES = 1 << 30
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""RFC 1952: deflate, no name, no time, unknown system; `gzip` itself writes another system on other machines."""
_LEVEL = 5
_MAX_RATIO = 500
"""Deflate can make 1032 bytes of one; JSON of ours shrinks to a tenth."""
_STEP = 1 << 14
"""Deflate makes at most 1032 times as much of it: 17 MB at once, whatever the file says."""


def compress(data: bytes) -> bytes:
    """The bytes as gzip; the same bytes and the same zlib give the same output."""
    return compress_pieces([data])


def compress_pieces(pieces: Iterable[bytes]) -> bytes:
    """As `compress` of the pieces joined."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed, crc, size = [_HEADER], 0, 0
    for piece in pieces:
        packed.append(packer.compress(piece))
        crc, size = zlib.crc32(piece, crc), size + len(piece)
    return b"".join([*packed, packer.flush(), struct.pack("<2I", crc, size & 0xFFFFFFFF)])


def decompress(data: bytes, name: str) -> bytes:
    """What was compressed; raises `BundleError` for anything but the output of `compress`."""
    return b"".join(chunks(data, name))


def chunks(data: bytes, name: str) -> Iterator[bytes]:
    """What was compressed, piece by piece, so that a digest needs no memory; checks as `decompress`."""
    if not data.startswith(_HEADER):
        raise BundleError("gzip.header", f"{name} is not gzip in our form")
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    crc = size = 0
    position = len(_HEADER)
    while not unpacker.eof:
        packed = data[position : position + _STEP]
        if not packed:
            raise BundleError("gzip.truncated", f"{name} ends too early")
        try:
            piece = unpacker.decompress(packed)
        except zlib.error:
            raise BundleError("gzip.data", f"{name} is not gzip") from None
        position += len(packed)
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        if size > MAX_BYTES:
            raise BundleError("gzip.size", f"{name} holds more than {MAX_BYTES} bytes")
        if size > _STEP * _MAX_RATIO and size > position * _MAX_RATIO:
            raise BundleError("gzip.bomb", f"{name} holds more than {_MAX_RATIO} times its size")
        yield piece
    if unpacker.unused_data + data[position:] != struct.pack("<2I", crc, size & 0xFFFFFFFF):
        raise BundleError("gzip.trailer", f"{name} does not have its length and CRC-32, or something follows it")
