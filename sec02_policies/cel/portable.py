"""The portable profile: what cel-python reads otherwise than the CEL specification, or does not read at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sec02_policies.cel import signatures
from sec02_policies.cel.findings import Code, Finding
from sec02_policies.cel.syntax import (
    Binary,
    Bind,
    Block,
    Call,
    Has,
    Index,
    ListLiteral,
    Literal,
    LiteralKind,
    Macro,
    MacroKind,
    MapLiteral,
    Node,
    Select,
    Struct,
    Unary,
    qualified_name,
    walk,
)
from sec02_policies.cel.times import parse_duration, parse_timestamp
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sec02_policies.cel.syntax import Span

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PORTABLE_MACROS = {MacroKind.ALL, MacroKind.EXISTS, MacroKind.EXISTS_ONE, MacroKind.FILTER, MacroKind.MAP}
_STRANGE_ESCAPE = re.compile(r"(?:[^\\]|^)(?:\\\\)*\\[?`X]")
_RAW = re.compile(r"[bB]?[rR]")
_ORDERING_AND_ARITHMETIC = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"})


def portable(tree: Node, source: str = "") -> tuple[Finding, ...]:
    """Return what both engines would not read alike, in the order of the source.

    With the source text, escapes and spellings that the tree no longer shows are looked at too.
    """
    findings = [finding for node in walk(tree) for finding in _of_node(node, source)]
    return tuple(sorted(findings, key=lambda each: (each.span.start, each.span.end, each.code)))


def _of_node(node: Node, source: str) -> Iterator[Finding]:
    match node:
        case Literal():
            yield from _of_literal(node, source)
        case Select() | Has():
            yield from _of_field(node)
        case Index(optional=True):
            yield _finding(Code.OPTIONAL_NOT_PORTABLE, node.span, "[?...] is not portable", "use has() or 'key' in map")
        case Index(index=Unary(operator="-")) | Index(index=Literal(value=int() as position)) if _below_zero(node):
            yield _finding(Code.COMPARISON_NOT_PORTABLE, node.index.span, "cel-python counts a negative index from the end")
        case Call():
            yield from _of_call(node)
        case Macro():
            yield from _of_macro(node, source)
        case Bind() | Block():
            yield _finding(Code.MACRO_NOT_PORTABLE, node.span, "cel.bind and cel.block are not portable", "use variables")
        case Struct():
            yield _finding(Code.MESSAGE_NOT_PORTABLE, node.span, f"{node.name}{{...}} builds a message: there are none")
        case Binary() if node.operator in _ORDERING_AND_ARITHMETIC:
            yield from _of_numbers(node)
        case ListLiteral(elements=entries) | MapLiteral(entries=entries):
            for entry in entries:
                if entry.optional:
                    yield _finding(Code.OPTIONAL_NOT_PORTABLE, entry.value.span, "an optional entry (?) is not portable")
