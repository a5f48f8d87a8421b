"""What the parts of the checker share: the declarations, the findings so far, and the words for an expression."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sec02_policies.cel import signatures
from sec02_policies.cel.findings import Code, Finding
from sec02_policies.cel.flow import Proof
from sec02_policies.cel.syntax import Call, Ident, Index, Literal, Node, Select, Span
from sec02_policies.cel.types import DYN, NULL, Overload, Type, may_be_null, proven, without_null

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sec02_policies.cel.flow import Scope
    from sec02_policies.cel.types import ResultRule


class DeclaredFunction(Protocol):
    """What the checker must know of a host function."""

    @property
    def name(self) -> str:
        """Its full name."""

    @property
    def parameters(self) -> tuple[Type, ...]:
        """The types of its arguments, the receiver first."""

    @property
    def result(self) -> Type | ResultRule:
        """What it gives."""

    @property
    def receiver(self) -> bool:
        """Whether it is called as `x.name(...)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One run of the checker; `walk` types any expression and records what is wrong in it."""

    variables: Mapping[str, Type]
    functions: Mapping[str, tuple[Overload, ...]]
    container: str
    walk: Callable[[State, Node, Scope], Type]
    findings: list[Finding] = field(default_factory=list)

    def type_of(self, node: Node, scope: Scope) -> Type:
        """Return the type of an expression and record what is wrong in it."""
        return self.walk(self, node, scope)

    def report(self, code: Code, span: Span, message: str, hint: str = "") -> None:
        """Record a finding."""
        self.findings.append(Finding(code=code, message=message, span=span, hint=hint))

    def value_of(self, node: Node, scope: Scope) -> Type:
        """Return the type of an operand that must not be null, and record it where it may be."""
        type_ = self.type_of(node, scope)
        if type_ != NULL and may_be_null(type_):
            self.report_null(node)
        return without_null(type_)

    def report_null(self, node: Node) -> None:
        """Record that an expression may be null where null does not fit."""
        text = text_of(node)
        self.report(Code.UNGUARDED_NULL, node.span, f"{text} may be null here", guard_hint(f"{text} != null"))

    def candidates(self, name: str) -> list[str]:
        """Return the full names that a name may stand for, the most specific container first."""
        if name.startswith("."):
            return [name[1:]]
        parts = self.container.split(".") if self.container else []
        return [".".join([*parts[:length], name]) for length in range(len(parts), -1, -1)]


def guard_hint(condition: str) -> str:
    """Return the advice to ask that condition first, nothing where it is too long to be written out."""
    return "" if "..." in condition else f"guard it: {condition} && ..."


def guarded(type_: Type, node: Node, scope: Scope) -> Type:
    """Return the type of an expression with what is proven of it in that scope."""
    return proven(type_) if scope.knows(Proof.NOT_NULL, scope.key(node)) else type_


def declared(functions: Iterable[DeclaredFunction]) -> Mapping[str, tuple[Overload, ...]]:
    """Return all functions that may be called; one of the host hides the built-in one with its form of call."""
    table = dict(signatures.functions())
    for each in functions:
        overload = Overload(parameters=tuple(each.parameters), result=each.result, receiver=each.receiver)
        form = (overload.receiver, len(overload.parameters))
        others = (one for one in table.get(each.name, ()) if (one.receiver, len(one.parameters)) != form)
        table[each.name] = (*others, overload)
    return table


def text_of(node: Node) -> str:  # noqa: PLR0911 - one answer for each kind of expression
    """Return what messages call an expression: its text as far as it is a path, `...` for what is longer."""
    match node:
        case Ident():
            return f".{node.name}" if node.absolute else node.name
        case Select():
            return f"{text_of(node.operand)}.{node.field}"
        case Index(index=Literal(value=str() | int() as value)):
            return f"{text_of(node.operand)}[{value!r}]"
        case Index():
            return f"{text_of(node.operand)}[...]"
        case Call():
            target = "" if node.target is None else f"{text_of(node.target)}."
            return f"{target}{node.function}({', '.join(text_of(each) for each in node.arguments)})"
        case Literal(value=str() | int() as value):
            return repr(value)
    return "..."


UNKNOWN = DYN
"""The type of an expression that a finding already speaks about: nothing more is said of it."""
