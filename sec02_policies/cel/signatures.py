"""What every operator and built-in function of CEL takes and gives, as one table of declarations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sec02_policies.cel.declarations import parse_overload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.cel.types import Overload

OPERATORS = """
!(bool) -> bool
-(int) -> int
-(double) -> double
+(int, int) -> int
+(uint, uint) -> uint
+(double, double) -> double
+(string, string) -> string
+(bytes, bytes) -> bytes
+(list(A), list(A)) -> list(A)
+(timestamp, duration) -> timestamp
+(duration, timestamp) -> timestamp
+(duration, duration) -> duration
-(int, int) -> int
-(uint, uint) -> uint
-(double, double) -> double
-(timestamp, timestamp) -> duration
-(timestamp, duration) -> timestamp
-(duration, duration) -> duration
*(int, int) -> int
*(uint, uint) -> uint
*(double, double) -> double
/(int, int) -> int
/(uint, uint) -> uint
/(double, double) -> double
%(int, int) -> int
%(uint, uint) -> uint
<(bool, bool) -> bool
<(int, int) -> bool
<(int, uint) -> bool
<(int, double) -> bool
<(uint, uint) -> bool
<(uint, int) -> bool
<(uint, double) -> bool
<(double, double) -> bool
<(double, int) -> bool
<(double, uint) -> bool
<(string, string) -> bool
<(bytes, bytes) -> bool
<(timestamp, timestamp) -> bool
<(duration, duration) -> bool
in(A, list(A)) -> bool
in(A, map(A, B)) -> bool
[](list(A), int) -> A
[](map(A, B), A) -> B
[](optional(list(A)), int) -> optional(A)
[](optional(map(A, B)), A) -> optional(B)
"""

STANDARD = """
size(string) -> int
size(bytes) -> int
size(list(A)) -> int
size(map(A, B)) -> int
<string>.size() -> int
<bytes>.size() -> int
<list(A)>.size() -> int
<map(A, B)>.size() -> int
<string>.contains(string) -> bool
<string>.startsWith(string) -> bool
<string>.endsWith(string) -> bool
<string>.matches(string) -> bool
matches(string, string) -> bool
dyn(A) -> dyn
type(A) -> type
bool(bool) -> bool
bool(string) -> bool
int(int) -> int
int(uint) -> int
int(double) -> int
int(string) -> int
int(timestamp) -> int
uint(uint) -> uint
uint(int) -> uint
uint(double) -> uint
uint(string) -> uint
double(double) -> double
double(int) -> double
double(uint) -> double
double(string) -> double
string(string) -> string
string(bool) -> string
string(int) -> string
string(uint) -> string
string(double) -> string
string(bytes) -> string
string(timestamp) -> string
string(duration) -> string
bytes(bytes) -> bytes
bytes(string) -> bytes
timestamp(timestamp) -> timestamp
timestamp(string) -> timestamp
timestamp(int) -> timestamp
duration(duration) -> duration
duration(string) -> duration
<timestamp>.getFullYear() -> int
<timestamp>.getFullYear(string) -> int
<timestamp>.getMonth() -> int
<timestamp>.getMonth(string) -> int
<timestamp>.getDate() -> int
<timestamp>.getDate(string) -> int
<timestamp>.getDayOfMonth() -> int
<timestamp>.getDayOfMonth(string) -> int
<timestamp>.getDayOfWeek() -> int
<timestamp>.getDayOfWeek(string) -> int
<timestamp>.getDayOfYear() -> int
<timestamp>.getDayOfYear(string) -> int
<timestamp>.getHours() -> int
<timestamp>.getHours(string) -> int
<timestamp>.getMinutes() -> int
<timestamp>.getMinutes(string) -> int
<timestamp>.getSeconds() -> int
<timestamp>.getSeconds(string) -> int
<timestamp>.getMilliseconds() -> int
<timestamp>.getMilliseconds(string) -> int
<duration>.getHours() -> int
<duration>.getMinutes() -> int
<duration>.getSeconds() -> int
<duration>.getMilliseconds() -> int
"""

OPTIONALS = """
optional.of(A) -> optional(A)
optional.ofNonZeroValue(A) -> optional(A)
optional.none() -> optional(A)
optional.unwrap(list(optional(A))) -> list(A)
<list(optional(A))>.unwrapOpt() -> list(A)
<optional(A)>.hasValue() -> bool
<optional(A)>.value() -> A
<optional(A)>.or(optional(A)) -> optional(A)
<optional(A)>.orValue(A) -> A
"""

STRINGS = """
<string>.charAt(int) -> string
<string>.indexOf(string) -> int
<string>.indexOf(string, int) -> int
<string>.lastIndexOf(string) -> int
<string>.lastIndexOf(string, int) -> int
<string>.replace(string, string) -> string
<string>.replace(string, string, int) -> string
<string>.split(string) -> list(string)
<string>.split(string, int) -> list(string)
<string>.substring(int) -> string
<string>.substring(int, int) -> string
<string>.trim() -> string
<string>.lowerAscii() -> string
<string>.upperAscii() -> string
<string>.reverse() -> string
<string>.format(list(dyn)) -> string
<list(string)>.join() -> string
<list(string)>.join(string) -> string
strings.quote(string) -> string
"""

MATH = """
math.greatest(int...) -> int
math.greatest(uint...) -> uint
math.greatest(double...) -> double
math.greatest(list(int)) -> int
math.greatest(list(uint)) -> uint
math.greatest(list(double)) -> double
math.greatest(dyn...) -> dyn
math.least(int...) -> int
math.least(uint...) -> uint
math.least(double...) -> double
math.least(list(int)) -> int
math.least(list(uint)) -> uint
math.least(list(double)) -> double
math.least(dyn...) -> dyn
math.ceil(double) -> double
math.floor(double) -> double
math.round(double) -> double
math.trunc(double) -> double
math.abs(int) -> int
math.abs(uint) -> uint
math.abs(double) -> double
math.sign(int) -> int
math.sign(uint) -> uint
math.sign(double) -> double
math.sqrt(int) -> double
math.sqrt(uint) -> double
math.sqrt(double) -> double
math.isNaN(double) -> bool
math.isInf(double) -> bool
math.isFinite(double) -> bool
math.bitAnd(int, int) -> int
math.bitAnd(uint, uint) -> uint
math.bitOr(int, int) -> int
math.bitOr(uint, uint) -> uint
math.bitXor(int, int) -> int
math.bitXor(uint, uint) -> uint
math.bitNot(int) -> int
math.bitNot(uint) -> uint
math.bitShiftLeft(int, int) -> int
math.bitShiftLeft(uint, int) -> uint
math.bitShiftRight(int, int) -> int
math.bitShiftRight(uint, int) -> uint
"""

LISTS = """
lists.range(int) -> list(int)
<list(A)>.distinct() -> list(A)
<list(list(A))>.flatten() -> list(A)
<list(A)>.flatten() -> list(dyn)
<list(A)>.flatten(int) -> list(dyn)
<list(A)>.reverse() -> list(A)
<list(A)>.slice(int, int) -> list(A)
<list(A)>.sort() -> list(A)
<list(A)>.first() -> optional(A)
<list(A)>.last() -> optional(A)
<list(A)>.isSorted() -> bool
<list(A)>.min() -> A
<list(A)>.max() -> A
<list(int)>.sum() -> int
<list(uint)>.sum() -> uint
<list(double)>.sum() -> double
<list(duration)>.sum() -> duration
sets.contains(list(A), list(A)) -> bool
sets.equivalent(list(A), list(A)) -> bool
sets.intersects(list(A), list(A)) -> bool
"""

ENCODERS = """
base64.encode(bytes) -> string
base64.decode(string) -> bytes
regex.replace(string, string, string) -> string
regex.replace(string, string, string, int) -> string
regex.extract(string, string) -> optional(string)
regex.extractAll(string, string) -> list(string)
<string>.find(string) -> string
<string>.findAll(string) -> list(string)
<string>.findAll(string, int) -> list(string)
"""

NETWORK = """
ip(string) -> net.IP
ip(net.IP) -> net.IP
isIP(string) -> bool
isIP(net.IP) -> bool
ip.isCanonical(string) -> bool
<net.IP>.family() -> int
<net.IP>.isUnspecified() -> bool
<net.IP>.isLoopback() -> bool
<net.IP>.isGlobalUnicast() -> bool
<net.IP>.isLinkLocalMulticast() -> bool
<net.IP>.isLinkLocalUnicast() -> bool
cidr(string) -> net.CIDR
cidr(net.CIDR) -> net.CIDR
isCIDR(string) -> bool
isCIDR(net.CIDR) -> bool
<net.CIDR>.containsIP(string) -> bool
<net.CIDR>.containsIP(net.IP) -> bool
<net.CIDR>.containsCIDR(string) -> bool
<net.CIDR>.containsCIDR(net.CIDR) -> bool
<net.CIDR>.ip() -> net.IP
<net.CIDR>.masked() -> net.CIDR
<net.CIDR>.prefixLength() -> int
string(net.IP) -> string
string(net.CIDR) -> string
"""


@cache
def operators() -> Mapping[str, tuple[Overload, ...]]:
    """Return the overloads of each operator; `<` stands for the four that order, `[]` for indexing."""
    return _table(OPERATORS)


@cache
def functions() -> Mapping[str, tuple[Overload, ...]]:
    """Return the overloads of each built-in function by its qualified name."""
    return _table(STANDARD + OPTIONALS + STRINGS + MATH + LISTS + ENCODERS + NETWORK)


def _table(text: str) -> Mapping[str, tuple[Overload, ...]]:
    table: dict[str, tuple[Overload, ...]] = {}
    for line in filter(None, text.split("\n")):
        name, overload = parse_overload(line)
        table[name] = (*table.get(name, ()), overload)
    return table


@cache
def standard_names() -> frozenset[str]:
    """Return the names of the functions that the CEL specification itself has, without extensions."""
    return frozenset(_table(STANDARD))
