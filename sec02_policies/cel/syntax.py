"""The syntax tree of CEL: what the parser builds, the checker types, and both evaluators walk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Span(NamedTuple):
    """A piece of the source: offsets [start, end) in code points, and the line and column (from 1) of its start.

    A tuple, because there is one for every part of every expression and it is several times cheaper to make.
    """

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One expression; `span` covers all of its text."""

    PARTS: ClassVar[tuple[str, ...]] = ()

    span: Span

    def children(self) -> tuple[Node, ...]:
        """The direct sub-expressions, in source order."""
        found: list[Node] = []
        for name in self.PARTS:
            part = getattr(self, name)
            for each in part if type(part) is tuple else (part,):
                if isinstance(each, Node):
                    found.append(each)
                elif each is not None:
                    found.extend(each.nodes())
        return tuple(found)


class LiteralKind(StrEnum):
    """The type that the text of a literal has."""

    NULL = "null_type"
    BOOL = "bool"
    INT = "int"
    UINT = "uint"
    DOUBLE = "double"
    STRING = "string"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A constant; a uint literal has a plain int as its value and says so by its kind."""

    value: bool | int | float | str | bytes | None
    kind: LiteralKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ident(Node):
    """A name; `absolute` when written `.name`, which skips the container and every local variable."""

    name: str
    absolute: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Node):
    """`operand.field`, or `operand.?field` when `optional`."""

    PARTS = ("operand",)

    operand: Node
    field: str
    field_span: Span
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Has(Node):
    """The macro `has(operand.field)`."""

    PARTS = ("operand",)

    operand: Node
    field: str
    field_span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Index(Node):
    """`operand[index]`, or `operand[?index]` when `optional`."""

    PARTS = ("operand", "index")

    operand: Node
    index: Node
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """`function(arguments)`, or `target.function(arguments)`.

    A call of a qualified function such as `math.abs(x)` has a target too: only the environment tells them apart.
    """

    PARTS = ("target", "arguments")

    function: str
    arguments: tuple[Node, ...]
    name_span: Span
    target: Node | None = None
    absolute: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary(Node):
    """`!operand` or `-operand`."""

    PARTS = ("operand",)

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Node):
    """`left operator right`, where the operator is one of `+ - * / % == != < <= > >= in`."""

    PARTS = ("left", "right")

    operator: str
    left: Node
    right: Node
    operator_span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Logical(Node):
    """A chain of two or more operands joined by `&&`, or by `||`; chains without brackets are one node."""

    PARTS = ("operands",)

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Node):
    """`condition ? then : otherwise`."""

    PARTS = ("condition", "then", "otherwise")

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of a list literal; `optional` when written `?value`."""

    value: Node
    optional: bool = False

    def nodes(self) -> tuple[Node, ...]:
        """The expressions in it."""
        return (self.value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLiteral(Node):
    """`[a, ?b]`."""

    PARTS = ("elements",)

    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a map literal; `optional` when written `?key: value`."""

    key: Node
    value: Node
    optional: bool = False

    def nodes(self) -> tuple[Node, ...]:
        """The expressions in it."""
        return (self.key, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLiteral(Node):
    """`{key: value, ?key: value}`."""

    PARTS = ("entries",)

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StructField:
    """One field of a message literal."""

    name: str
    value: Node
    optional: bool = False

    def nodes(self) -> tuple[Node, ...]:
        """The expressions in it."""
        return (self.value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Struct(Node):
    """`Type{field: value}`: parsed, so that the refusal can be exact; this dialect has no message types."""

    PARTS = ("fields",)

    name: str
    fields: tuple[StructField, ...]


class MacroKind(StrEnum):
    """The macros that bind variables."""

    ALL = "all"
    EXISTS = "exists"
    EXISTS_ONE = "exists_one"
    FILTER = "filter"
    MAP = "map"
    SORT_BY = "sortBy"
    TRANSFORM_LIST = "transformList"
    TRANSFORM_MAP = "transformMap"
    TRANSFORM_MAP_ENTRY = "transformMapEntry"
    OPT_MAP = "optMap"
    OPT_FLAT_MAP = "optFlatMap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A name that a macro binds, and where it is written."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro(Node):
    """`target.kind(variables, predicate, result)`.

    all, exists, exists_one and filter have a predicate only; sortBy, optMap and optFlatMap a result only; map and the
    transforms a result and perhaps a predicate. One variable is the element of a list, the key of a map, or the value
    of an optional; two are index and element, or key and value.
    """

    PARTS = ("target", "predicate", "result")

    kind: MacroKind
    target: Node
    variables: tuple[Variable, ...]
    name_span: Span
    predicate: Node | None = None
    result: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind(Node):
    """`cel.bind(variable, value, body)`."""

    PARTS = ("value", "body")

    variable: Variable
    value: Node
    body: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Node):
    """`cel.block([slots], body)`: slot n is the variable that `slot_name(n)` names, computed when first read."""

    PARTS = ("slots", "body")

    slots: tuple[Node, ...]
    body: Node


def slot_name(index: int) -> str:
    """The name, impossible to write, under which `cel.index(index)` reads a slot of `cel.block`."""
    return f"@index{index}"


def qualified_name(node: Node) -> str | None:
    """`a.b.c` for plain selections that start with a name, with a leading dot if absolute; None for anything else."""
    parts: list[str] = []
    while isinstance(node, Select) and not node.optional:
        parts.append(node.field)
        node = node.operand
    if not isinstance(node, Ident):
        return None
    parts.append(f".{node.name}" if node.absolute else node.name)
    return ".".join(reversed(parts))


def walk(node: Node) -> Iterator[Node]:
    """Every node below and including `node`, parents first, without recursion."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(current.children()))
