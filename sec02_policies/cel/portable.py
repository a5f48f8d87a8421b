"""The portable profile: what cel-python reads otherwise than the CEL specification, or does not read at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sec02_policies.cel import signatures
from sec02_policies.cel.findings import Code, Finding
from sec02_policies.cel.patterns import compiled
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
    from collections.abc import Callable, Iterator, Mapping

    from sec02_policies.cel.syntax import Span

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STRANGE_ESCAPE = re.compile(r"\\[?`X]")
_QUOTED = re.compile(r"(?P<raw>[bBrR]*)(?P<quote>\'\'\'|\"\"\"|\'|\")")
_PORTABLE_MACROS = {MacroKind.ALL, MacroKind.EXISTS, MacroKind.EXISTS_ONE, MacroKind.FILTER, MacroKind.MAP}
_ARITHMETIC = {"+", "-", "*", "/"}
_WORDS_FOR_KINDS = {LiteralKind.UINT: "uint", LiteralKind.BYTES: "bytes"}
_TIMES: Mapping[str, Callable[[str], int]] = {"timestamp": parse_timestamp, "duration": parse_duration}


def portable(tree: Node, source: str = "") -> tuple[Finding, ...]:
    """Return what both engines would not read alike, in the order of the source.

    With the source text, spellings that the tree no longer shows, such as escapes, are looked at too.
    """
    findings = [finding for node in walk(tree) for finding in _of_node(node, source)]
    return tuple(sorted(findings, key=lambda each: (each.span.start, each.span.end, each.code)))


def _of_node(node: Node, source: str) -> Iterator[Finding]:  # noqa: C901 - one answer for each kind of node
    match node:
        case Literal():
            yield from _of_literal(node, source)
        case Select() | Has():
            yield from _of_field(node)
        case Index():
            yield from _of_index(node)
        case Call():
            yield from _of_call(node)
        case Macro():
            yield from _of_macro(node, source)
        case Bind() | Block():
            yield _finding(Code.MACRO_NOT_PORTABLE, node.span, "cel.bind and cel.block", "use a policy variable")
        case Struct():
            yield _finding(Code.MESSAGE_NOT_PORTABLE, node.span, f"a message ({node.name})")
        case Binary():
            yield from _of_numbers(node)
        case ListLiteral(elements=entries) | MapLiteral(entries=entries):
            for entry in entries:
                if entry.optional:
                    yield _finding(Code.OPTIONAL_NOT_PORTABLE, entry.value.span, "an optional entry")


def _finding(code: Code, span: Span, what: str, hint: str = "") -> Finding:
    return Finding(code=code, span=span, message=f"{what}: only the native engine reads this as written", hint=hint)


def _of_literal(node: Literal, source: str) -> Iterator[Finding]:
    if node.kind in _WORDS_FOR_KINDS:
        yield _finding(Code.LITERAL_NOT_PORTABLE, node.span, f"a {_WORDS_FOR_KINDS[node.kind]} literal")
    if node.kind is not LiteralKind.STRING:
        return
    text = source[node.span.start : node.span.end]
    opening = _QUOTED.match(text)
    if opening is None:
        return
    if "r" not in opening["raw"].lower() and _STRANGE_ESCAPE.search(text.replace("\\\\", "")):
        yield _finding(
            Code.LITERAL_NOT_PORTABLE, node.span, "the escapes \\?, \\` and \\X", "write \\x or the character itself"
        )
    if len(opening["quote"]) > 1 and "\n" in text:
        yield _finding(Code.LITERAL_NOT_PORTABLE, node.span, "a string over several lines", "write \\n")


def _of_field(node: Select | Has) -> Iterator[Finding]:
    if isinstance(node, Select) and node.optional:
        yield _finding(Code.OPTIONAL_NOT_PORTABLE, node.field_span, f".?{node.field}", f"use has(x.{node.field})")
    if not _WORD.fullmatch(node.field):
        yield _finding(Code.NAME_NOT_PORTABLE, node.field_span, "a field in backquotes", f"write x['{node.field}']")


def _of_index(node: Index) -> Iterator[Finding]:
    if node.optional:
        yield _finding(Code.OPTIONAL_NOT_PORTABLE, node.index.span, "[?...]", "use 'key' in map")
    if isinstance(node.index, Literal) and isinstance(node.index.value, int) and node.index.value < 0:
        yield _finding(Code.COMPARISON_NOT_PORTABLE, node.index.span, "a negative index")


def _of_call(node: Call) -> Iterator[Finding]:
    path = None if node.target is None else qualified_name(node.target)
    qualified = f"{path}.{node.function}"
    if qualified in signatures.functions():
        yield _finding(Code.FUNCTION_NOT_PORTABLE, node.name_span, f"{qualified}()")
    elif node.function in signatures.functions() and node.function not in signatures.standard_names():
        yield _finding(Code.FUNCTION_NOT_PORTABLE, node.name_span, f"{node.function}()")
    if node.function in _TIMES and len(node.arguments) == 1 and isinstance(node.arguments[0], Literal):
        yield from _of_time(node.function, node.arguments[0])
    if node.function == "matches" and node.arguments and isinstance(node.arguments[-1], Literal):
        yield from _of_pattern(node.arguments[-1])


def _of_pattern(literal: Literal) -> Iterator[Finding]:
    """Look at a pattern, which would be an error for every resource."""
    if not isinstance(literal.value, str):
        return
    try:
        compiled(literal.value)
    except EvaluationError as error:
        hint = "RE2 has no look-around and no back references; escape brackets that are meant as such"
        yield Finding(code=Code.NO_PATTERN, span=literal.span, message=error.message, hint=hint)


def _of_time(function: str, literal: Literal) -> Iterator[Finding]:
    """Look at the text of a time: cel-python takes more spellings than CEL has (T109), and no number."""
    if not isinstance(literal.value, str):
        yield _finding(Code.TIME_NOT_PORTABLE, literal.span, f"{function}() of a number")
        return
    try:
        _TIMES[function](literal.value)
    except EvaluationError as error:
        hint = "use hours, such as duration('2160h')" if function == "duration" else "such as '2026-01-31T00:00:00Z'"
        yield Finding(code=Code.NO_TIME, span=literal.span, message=error.message, hint=hint)


def _of_macro(node: Macro, source: str) -> Iterator[Finding]:
    written = source[node.name_span.start : node.name_span.end]
    if len(node.variables) > 1:
        yield _finding(Code.MACRO_NOT_PORTABLE, node.name_span, f"{node.kind}() with two variables")
    elif node.kind not in _PORTABLE_MACROS:
        yield _finding(Code.MACRO_NOT_PORTABLE, node.name_span, f"{node.kind}()")
    elif node.kind is MacroKind.MAP and node.predicate is not None:
        hint = "write list.filter(x, ...).map(x, ...)"
        yield _finding(Code.MACRO_NOT_PORTABLE, node.name_span, "map() with a condition", hint)
    elif written == "existsOne":
        yield _finding(Code.MACRO_NOT_PORTABLE, node.name_span, "existsOne()", "write exists_one")


def _of_numbers(node: Binary) -> Iterator[Finding]:
    """Look at operations of a double and something else: cel-python refuses an int there."""
    doubles = [_is_double(side) for side in (node.left, node.right)]
    if any(doubles) and not all(doubles):
        yield _finding(
            Code.COMPARISON_NOT_PORTABLE, node.operator_span, "a double beside another number", "use whole numbers"
        )


def _is_double(node: Node) -> bool:
    match node:
        case Literal():
            return node.kind is LiteralKind.DOUBLE
        case Call(target=None, function="double"):
            return True
        case Unary():
            return _is_double(node.operand)
        case Binary() if node.operator in _ARITHMETIC:
            return _is_double(node.left) or _is_double(node.right)
    return False
