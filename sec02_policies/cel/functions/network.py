"""The extension library of the network: IP addresses and CIDR blocks, as Kubernetes has them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from sec02_policies.cel.functions.registry import Registry
from sec02_policies.cel.values import register_type
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.cel.values import Value

library = Registry()

_V4: Final = 4
_V6: Final = 6
_BITS = {_V4: 32, _V6: 128}
_MAPPED = 0xFFFF
_LAST_V4 = 0xFFFFFFFF
_CIDR = re.compile(r"([^/]*)/(0|[1-9][0-9]{0,2})")


@dataclass(frozen=True, slots=True, eq=False)
class IpAddress:
    """An IPv4 or IPv6 address; one that maps IPv4 into IPv6 equals its IPv4 form."""

    family: int
    number: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IpAddress) and self.unmapped() == other.unmapped()

    def __hash__(self) -> int:
        return hash(self.unmapped())

    def unmapped(self) -> tuple[int, int]:
        """The family and the number, of the IPv4 address if one is mapped."""
        if self.family == _V6 and self.number >> 32 == _MAPPED:
            return _V4, self.number & _LAST_V4
        return self.family, self.number

    def __str__(self) -> str:
        family, number = self.unmapped()
        if family == _V4:
            return f"{'::ffff:' if self.family == _V6 else ''}{IPv4Address(number)}"
        return str(IPv6Address(number))

    def starts_with(self, blocks: dict[int, tuple[int, int]]) -> bool:
        """Whether the first bits are those given for the family, as (bits, number of bits)."""
        family, number = self.unmapped()
        bits, length = blocks[family]
        return number >> (_BITS[family] - length) == bits


@dataclass(frozen=True, slots=True)
class Cidr:
    """An address and the length of its prefix; bits behind the prefix are kept."""

    address: IpAddress
    prefix: int

    def __str__(self) -> str:
        return f"{self.address}/{self.prefix}"

    def holds(self, address: IpAddress, prefix: int) -> bool:
        """Whether a block of addresses, or one address, lies in this block."""
        if address.family != self.address.family or prefix < self.prefix:
            return False
        shift = _BITS[address.family] - self.prefix
        return address.number >> shift == self.address.number >> shift


register_type(IpAddress, "net.IP")
register_type(Cidr, "net.CIDR")
IP = frozenset({IpAddress})
CIDR = frozenset({Cidr})
TEXT = frozenset({str})
IP_OR_TEXT = frozenset({IpAddress, str})
CIDR_OR_TEXT = frozenset({Cidr, str})


def parse_ip(text: str) -> IpAddress:
    """Read an address; raises EvaluationError."""
    try:
        address = ip_address(text)
    except ValueError:
        address = None
    if address is None or "%" in text:
        raise EvaluationError("bad_ip", "the text is no IP address")
    return IpAddress(address.version, int(address))


def parse_cidr(text: str) -> Cidr:
    """Read an address with the length of its prefix; raises EvaluationError."""
    match = _CIDR.fullmatch(text)
    if match is None:
        raise EvaluationError("bad_cidr", "the text is no CIDR block, such as 10.0.0.0/8")
    address, prefix = parse_ip(match[1]), int(match[2])
    if prefix > _BITS[address.family]:
        raise EvaluationError("bad_cidr", "the prefix is longer than the address")
    return Cidr(address, prefix)


def _readable(read: Callable[[str], object], value: Value) -> bool:
    if not isinstance(value, str):
        return True
    try:
        read(value)
    except EvaluationError:
        return False
    return True


@library.function("ip", IP_OR_TEXT)
def ip(value: Value) -> IpAddress:
    """Return the address that a text stands for."""
    return parse_ip(value) if isinstance(value, str) else value


@library.function("isIP", IP_OR_TEXT)
def is_ip(value: Value) -> bool:
    """Tell whether a text stands for an address."""
    return _readable(parse_ip, value)


@library.function("ip.isCanonical", TEXT)
def is_canonical(text: str) -> bool:
    """Tell whether an address is written in its canonical form."""
    return str(parse_ip(text)) == text


@library.receiver("family", IP)
def family(address: IpAddress) -> int:
    """Return 4 or 6."""
    return address.family


def _in_blocks(name: str, **blocks: tuple[int, int]) -> None:
    """Declare a test whether an address starts with the bits of a block."""
    by_family = {_V4: blocks["v4"], _V6: blocks["v6"]}

    @library.receiver(name, IP)
    def in_blocks(address: IpAddress) -> bool:
        return address.starts_with(by_family)


_in_blocks("isUnspecified", v4=(0, 32), v6=(0, 128))
_in_blocks("isLoopback", v4=(127, 8), v6=(1, 128))
_in_blocks("isLinkLocalMulticast", v4=(0xE00000, 24), v6=(0xFF02, 16))
_in_blocks("isLinkLocalUnicast", v4=(0xA9FE, 16), v6=(0x3FA, 10))
_NOT_GLOBAL = (
    {_V4: (0, 32), _V6: (0, 128)},
    {_V4: (127, 8), _V6: (1, 128)},
    {_V4: (0xE, 4), _V6: (0xFF, 8)},
    {_V4: (0xA9FE, 16), _V6: (0x3FA, 10)},
    {_V4: (_LAST_V4, 32), _V6: (0, 128)},
)


@library.receiver("isGlobalUnicast", IP)
def is_global_unicast(address: IpAddress) -> bool:
    """Tell whether an address names one host beyond its link; private networks count too."""
    return not any(address.starts_with(blocks) for blocks in _NOT_GLOBAL)


@library.function("cidr", CIDR_OR_TEXT)
def cidr(value: Value) -> Cidr:
    """Return the block that a text stands for."""
    return parse_cidr(value) if isinstance(value, str) else value


@library.function("isCIDR", CIDR_OR_TEXT)
def is_cidr(value: Value) -> bool:
    """Tell whether a text stands for a block."""
    return _readable(parse_cidr, value)


@library.receiver("containsIP", CIDR, IP_OR_TEXT)
def contains_ip(block: Cidr, address: Value) -> bool:
    """Tell whether an address lies in a block."""
    inner = ip(address)
    return block.holds(inner, _BITS[inner.family])


@library.receiver("containsCIDR", CIDR, CIDR_OR_TEXT)
def contains_cidr(block: Cidr, other: Value) -> bool:
    """Tell whether a whole block lies in a block."""
    inner = cidr(other)
    return block.holds(inner.address, inner.prefix)


@library.receiver("ip", CIDR)
def address_of(block: Cidr) -> IpAddress:
    """Return the address of a block, as it was written."""
    return block.address


@library.receiver("masked", CIDR)
def masked(block: Cidr) -> Cidr:
    """Return the block with the bits behind its prefix cleared."""
    shift = _BITS[block.address.family] - block.prefix
    return Cidr(IpAddress(block.address.family, block.address.number >> shift << shift), block.prefix)


@library.receiver("prefixLength", CIDR)
def prefix_length(block: Cidr) -> int:
    """Return the length of the prefix in bits."""
    return block.prefix
