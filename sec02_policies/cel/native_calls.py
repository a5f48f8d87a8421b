"""Built-in functions that the compiler writes inline, and what kind of value each built-in function gives."""

from __future__ import annotations

from collections.abc import Callable

from sec02_policies.cel.functions import BUILTINS
from sec02_policies.cel.native_kinds import BOXED, Code, Kind

Named = Callable[[Code], tuple[str, str]]
"""Text that gives a value and binds it to a name, and that name."""

HELPERS: dict[str, object] = {
    "size_of": BUILTINS["size", False].implementation,
    "starts_with": BUILTINS["startsWith", True].implementation,
    "ends_with": BUILTINS["endsWith", True].implementation,
    "contains_text": BUILTINS["contains", True].implementation,
}


def _size(arguments: list[Code], named: Named) -> Code | None:
    value = arguments[0]
    if value.kind in BOXED:
        return None
    if value.kind in (Kind.LIST, Kind.STRING, Kind.BYTES):
        return Code(f"len({value.text})", Kind.INT)
    first, name = named(value)
    return Code(f"(len({name}) if type({first}) is list else size_of({name}))", Kind.INT)


def _text_test(template: str, helper: str) -> Callable[[list[Code], Named], Code | None]:
    """Build the inline form of a test of two texts."""

    def build(arguments: list[Code], named: Named) -> Code | None:
        text, part = arguments
        if part.kind is not Kind.STRING or text.kind in BOXED:
            return None
        first, name = named(text)
        fast = template.format(name, part.text)
        return Code(f"({fast} if type({first}) is str else {helper}({name}, {part.text}))", Kind.BOOL)

    return build


def _time(parse: str, kind: Kind) -> Callable[[list[Code], Named], Code | None]:
    """Build the inline form of a conversion to a time: bare nanoseconds."""

    def build(arguments: list[Code], named: Named) -> Code | None:
        del named
        value = arguments[0]
        if value.kind is kind:
            return value
        return Code(f"{parse}({value.text})", kind) if value.kind in (None, Kind.STRING) else None

    return build


def _same(arguments: list[Code], named: Named) -> Code | None:
    del named
    return arguments[0]


INLINE: dict[str, Callable[[list[Code], Named], Code | None]] = {
    "size": _size,
    "startsWith": _text_test("{}.startswith({})", "starts_with"),
    "endsWith": _text_test("{}.endswith({})", "ends_with"),
    "contains": _text_test("({1} in {0})", "contains_text"),
    "timestamp": _time("parse_timestamp", Kind.TIMESTAMP),
    "duration": _time("parse_duration", Kind.DURATION),
    "dyn": _same,
}
"""The faster form of a function for arguments of these kinds, None where there is none."""

_RESULTS = {
    Kind.BOOL: "startsWith endsWith contains matches bool hasValue isIP isCIDR containsIP containsCIDR "
    "isUnspecified isLoopback isGlobalUnicast isLinkLocalMulticast isLinkLocalUnicast ip.isCanonical "
    "sets.contains sets.equivalent sets.intersects math.isNaN math.isInf math.isFinite",
    Kind.INT: "size int getFullYear getMonth getDate getDayOfMonth getDayOfWeek getDayOfYear getHours getMinutes "
    "getSeconds getMilliseconds indexOf lastIndexOf prefixLength family",
    Kind.UINT: "uint",
    Kind.DOUBLE: "double",
    Kind.BYTES: "bytes base64.decode",
    Kind.STRING: "string charAt lowerAscii upperAscii replace substring trim join strings.quote format base64.encode "
    "regex.replace",
    Kind.LIST: "split slice flatten lists.range distinct sort regex.extractAll",
    Kind.OPTIONAL: "optional.of optional.ofNonZeroValue optional.none or first last regex.extract",
}
RESULT_KINDS = {name: kind for kind, names in _RESULTS.items() for name in names.split(" ")}
"""What a built-in function gives when it gives anything."""
