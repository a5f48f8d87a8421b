"""What the names in a syntax tree mean: variables, macro variables, types, functions; the tree that evaluators walk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

from sec02_policies.cel.syntax import (
    Binary,
    Bind,
    Block,
    Call,
    Conditional,
    Element,
    Entry,
    Has,
    Ident,
    Index,
    ListLiteral,
    Literal,
    LiteralKind,
    Logical,
    Macro,
    MapLiteral,
    Node,
    Select,
    Struct,
    Unary,
    qualified_name,
    slot_name,
    walk,
)
from sec02_policies.cel.values import TypeValue, UInt
from sec02_policies.errors import CompileError

if TYPE_CHECKING:
    from sec02_policies.cel.environment import Callee, Environment

_TYPE_NAMES = "bool int uint double string bytes list map null_type type optional_type net.IP net.CIDR"
TYPE_NAMES = frozenset(_TYPE_NAMES.split(" ")) | {"google.protobuf.Timestamp", "google.protobuf.Duration"}
"""The types that an expression can name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Node):
    """A value that the source fixes: a literal, or the name of a type."""

    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Local(Node):
    """A variable that a macro, `cel.bind` or `cel.block` binds."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Global(Node):
    """A variable of the environment, by its full name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(Node):
    """A call of a known function; a receiver is the first of the arguments."""

    PARTS: ClassVar[tuple[str, ...]] = ("arguments",)

    callee: Callee
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved(Node):
    """A name that nothing declares, in an expression that may still not need it (`late_names`)."""

    code: str
    message: str


def resolve(tree: Node, environment: Environment, *, late_names: bool = False) -> Node:
    """Return the tree with every name resolved; raises CompileError for unknown ones, unless `late_names`."""
    return _Resolver(environment, late_names=late_names).node(tree, frozenset())


def references(tree: Node) -> frozenset[str]:
    """The dotted paths that a resolved tree reads from the environment's variables, each as long as it is written."""
    inner: set[int] = set()
    found: set[str] = set()
    for node in walk(tree):
        if id(node) in inner:
            continue
        path = _path(node)
        if path is not None:
            found.add(path)
            below = node
            while (operand := _step(below)) is not None:
                inner.add(id(operand[0]))
                below = operand[0]
    return frozenset(found)


def _step(node: Node) -> tuple[Node, str] | None:
    """The operand and the name of one step along a path."""
    if isinstance(node, (Select, Has)):
        return node.operand, node.field
    if isinstance(node, Index) and isinstance(node.index, Constant) and isinstance(node.index.value, str):
        return node.operand, node.index.value
    return None


def _path(node: Node) -> str | None:
    parts: list[str] = []
    while (step := _step(node)) is not None:
        node, name = step
        parts.append(name)
    return ".".join([node.name, *reversed(parts)]) if isinstance(node, Global) else None


class _Resolver:
    """One pass over a tree; `bound` are the local names in scope."""

    def __init__(self, environment: Environment, *, late_names: bool) -> None:
        self.environment = environment
        self.late_names = late_names

    def node(self, node: Node, bound: frozenset[str]) -> Node:  # noqa: PLR0911 - one branch per kind of node
        match node:
            case Literal():
                value = UInt(int(node.value or 0)) if node.kind is LiteralKind.UINT else node.value
                return Constant(value=value, span=node.span)
            case Ident():
                return self.ident(node, bound)
            case Select():
                return self.name(node, bound) or replace(node, operand=self.node(node.operand, bound))
            case Call():
                return self.call(node, bound)
            case Has() | Unary():
                return replace(node, operand=self.node(node.operand, bound))
            case Index():
                return replace(node, operand=self.node(node.operand, bound), index=self.node(node.index, bound))
            case Binary():
                return replace(node, left=self.node(node.left, bound), right=self.node(node.right, bound))
            case Logical():
                return replace(node, operands=tuple(self.node(operand, bound) for operand in node.operands))
            case Conditional():
                condition, then, otherwise = (self.node(child, bound) for child in node.children())
                return replace(node, condition=condition, then=then, otherwise=otherwise)
            case _:
                return self.composite(node, bound)

    def composite(self, node: Node, bound: frozenset[str]) -> Node:
        """A literal of a list or a map, or a node that binds names."""
        match node:
            case ListLiteral():
                elements = (Element(value=self.node(e.value, bound), optional=e.optional) for e in node.elements)
                return replace(node, elements=tuple(elements))
            case MapLiteral():
                entries = (
                    Entry(key=self.node(e.key, bound), value=self.node(e.value, bound), optional=e.optional)
                    for e in node.entries
                )
                return replace(node, entries=tuple(entries))
            case Macro():
                inner = bound | {variable.name for variable in node.variables}
                return replace(
                    node,
                    target=self.node(node.target, bound),
                    predicate=node.predicate and self.node(node.predicate, inner),
                    result=node.result and self.node(node.result, inner),
                )
            case Bind():
                inner = bound | {node.variable.name}
                return replace(node, value=self.node(node.value, bound), body=self.node(node.body, inner))
            case Block():
                return self.block(node, bound)
            case Struct():
                return self.unresolved(node, "unknown_type", f"this dialect has no message types ({node.name})")
        raise TypeError(type(node))

    def block(self, node: Block, bound: frozenset[str]) -> Node:
        slots: list[Node] = []
        for number, slot in enumerate(node.slots):
            slots.append(self.node(slot, bound))
            bound |= {slot_name(number)}
        return replace(node, slots=tuple(slots), body=self.node(node.body, bound))

    def ident(self, node: Ident, bound: frozenset[str]) -> Node:
        found = self.name(node, bound)
        if found is not None:
            return found
        names = [*self.environment.variables, *bound]
        return self.unresolved(node, "unknown_variable", f"unknown variable '{node.name}'", node.name, names)

    def name(self, node: Ident | Select, bound: frozenset[str]) -> Node | None:
        """What a plain or qualified name stands for as a whole; None for the selection of a field."""
        written = qualified_name(node)
        if written is None:
            return None
        root = written.partition(".")[0]
        if root in bound:
            return Local(name=root, span=node.span) if isinstance(node, Ident) else None
        variable = self.environment.variable(written)
        if variable is not None:
            return Global(name=variable, span=node.span)
        for full in self.environment.candidates(written):
            if full in TYPE_NAMES:
                return Constant(value=TypeValue(full), span=node.span)
        return None

    def call(self, node: Call, bound: frozenset[str]) -> Node:
        arguments = tuple(self.node(argument, bound) for argument in node.arguments)
        if node.target is None:
            return self.global_call(node, f".{node.function}" if node.absolute else node.function, arguments)
        written = qualified_name(node.target)
        if written is not None and written.partition(".")[0] not in bound:
            full = f"{written}.{node.function}"
            if any(self.environment.has_function(name, receiver=False) for name in self.environment.candidates(full)):
                return self.global_call(node, full, arguments)
        target = self.node(node.target, bound)
        callee = self.environment.function(node.function, receiver=True, count=len(arguments) + 1)
        if callee is None:
            known = self.environment.has_function(node.function, receiver=True)
            return self.no_function(node, node.function, known=known)
        return Apply(callee=callee, arguments=(target, *arguments), span=node.span)

    def global_call(self, node: Call, written: str, arguments: tuple[Node, ...]) -> Node:
        known = False
        for name in self.environment.candidates(written):
            callee = self.environment.function(name, receiver=False, count=len(arguments))
            if callee is not None:
                return Apply(callee=callee, arguments=arguments, span=node.span)
            known = known or self.environment.has_function(name, receiver=False)
        return self.no_function(node, written, known=known)

    def no_function(self, node: Call, name: str, *, known: bool) -> Node:
        if known:
            count = len(node.arguments)
            plural = "" if count == 1 else "s"
            return self.unresolved(node, "wrong_arguments", f"'{name}' does not take {count} argument{plural} here")
        return self.unresolved(
            node, "unknown_function", f"unknown function '{name}'", name, self.environment.function_names()
        )

    def unresolved(
        self, node: Node, code: str, message: str, name: str = "", names: list[str] | None = None
    ) -> Unresolved:
        if self.late_names:
            return Unresolved(code=code, message=message, span=node.span)
        close = get_close_matches(name, names or [], n=1)
        hint = f"did you mean '{close[0]}'?" if close else ""
        at = node.name_span if isinstance(node, Call) else node.span
        raise CompileError(code, message, line=at.line, column=at.column, hint=hint)
