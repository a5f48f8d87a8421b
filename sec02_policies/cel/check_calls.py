"""How the checker reads operators and calls: which overload is meant, and which comparisons could never be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sec02_policies.cel import signatures
from sec02_policies.cel.check_members import variable
from sec02_policies.cel.check_state import UNKNOWN, guarded, text_of
from sec02_policies.cel.findings import Code, did_you_mean
from sec02_policies.cel.overloads import Mismatch, expected, parameter, resolve, takes
from sec02_policies.cel.syntax import Ident, ListLiteral, Literal, MacroKind, qualified_name
from sec02_policies.cel.types import (
    BOOL,
    DOUBLE,
    INT,
    NULL,
    UINT,
    DynType,
    ListType,
    NullableType,
    PrimitiveType,
    fits,
    plain,
    without_null,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sec02_policies.cel.check_state import State
    from sec02_policies.cel.flow import Scope
    from sec02_policies.cel.syntax import Binary, Call, Node, Span, Unary
    from sec02_policies.cel.types import Overload, Type

_ORDERING = {"<", "<=", ">", ">="}
_EQUALITY = {"==", "!="}
_MACROS = frozenset(MacroKind)
_NUMBERS: Sequence[Type] = (INT, UINT, DOUBLE)
_MANY = 4


def check_unary(state: State, node: Unary, scope: Scope) -> Type:
    """Return the type of `!x` or `-x`."""
    types = [state.type_of(node.operand, scope)]
    return _apply(state, node.operator, types, [node.operand], node.span)


def check_binary(state: State, node: Binary, scope: Scope) -> Type:
    """Return the type of `left operator right`."""
    nodes = [node.left, node.right]
    types = [state.type_of(each, scope) for each in nodes]
    if node.operator in _EQUALITY | _ORDERING and _times_as_text(state, nodes, types):
        return BOOL
    if node.operator in _EQUALITY:
        _check_equality(state, node, types)
        return BOOL
    if node.operator == "in":
        _check_members(state, node, types)
    name = "<" if node.operator in _ORDERING else node.operator
    return _apply(state, name, types, nodes, node.operator_span, shown=node.operator)


def _apply(  # noqa: PLR0913 - the parts of an operation
    state: State, name: str, types: Sequence[Type], nodes: Sequence[Node], span: Span, *, shown: str = ""
) -> Type:
    """Return the type of an operation and record why there is none."""
    overloads = signatures.operators()[name]
    resolution = resolve(overloads, types, [None] * len(types))
    if resolution.mismatch is Mismatch.NULL:
        state.report_null(nodes[resolution.position])
    elif resolution.mismatch is not None:
        given = " and ".join(str(plain(without_null(type_))) for type_ in types)
        hint = _type_hint(overloads, types, nodes)
        state.report(Code.WRONG_TYPES, span, f"'{shown or name}' does not work on {given}", hint)
    return resolution.result


def _type_hint(overloads: Sequence[Overload], types: Sequence[Type], nodes: Sequence[Node]) -> str:
    """Return what would be right where the types of arguments are wrong."""
    for type_, node in zip(types, nodes, strict=True):
        if _is_time_as_text(type_):
            return f"write timestamp({text_of(node)})"
    wanted = expected(overloads, types)
    if wanted == ["duration"]:
        return "expected duration, such as duration('24h')"
    return f"expected {' or '.join(wanted)}" if 0 < len(wanted) <= _MANY else ""


def _is_time_as_text(type_: Type) -> bool:
    inside = without_null(type_)
    return isinstance(inside, PrimitiveType) and inside.is_timestamp


def _times_as_text(state: State, nodes: Sequence[Node], types: Sequence[Type]) -> bool:
    """Record a time that is compared as text, and tell whether there was one."""
    if any(type_ == NULL or isinstance(type_, DynType) for type_ in types):
        return False
    texts = [node for node, type_ in zip(nodes, types, strict=True) if _is_time_as_text(type_)]
    for node in texts:
        text = text_of(node)
        message = f"{text} is a time as text and is compared as text"
        state.report(Code.TIME_AS_TEXT, node.span, message, f"write timestamp({text})")
    return bool(texts)


def _check_equality(state: State, node: Binary, types: Sequence[Type]) -> None:
    left, right = types
    for literal, other in ((node.left, right), (node.right, left)):
        _check_literal(state, literal, other)
    if NULL in types:
        other = right if left == NULL else left
        if other != NULL and not isinstance(other, NullableType | DynType):
            always = "false" if node.operator == "==" else "true"
            message = f"{other} is never null: this is always {always}"
            state.report(Code.WRONG_TYPES, node.operator_span, message)
    elif not fits(left, right, {}) and not fits(right, left, {}):
        kinds = [plain(without_null(type_)) for type_ in types]
        hint = ""
        if all(kind in _NUMBERS for kind in kinds):
            hint = "convert one of them, such as double(x)"
        elif all(isinstance(kind, PrimitiveType) for kind in kinds):
            hint = "they are never equal"
        message = f"'{node.operator}' compares {kinds[0]} and {kinds[1]}"
        state.report(Code.WRONG_TYPES, node.operator_span, message, hint)


def _check_literal(state: State, node: Node, other: Type) -> None:
    """Record a literal that the schema does not know for what it is compared with."""
    inside = without_null(other)
    if not isinstance(node, Literal) or not isinstance(inside, PrimitiveType) or not inside.enum:
        return
    known = [each for each in inside.enum if type(each) is type(node.value)]
    if known and node.value not in known:
        texts = [each for each in known if isinstance(each, str)]
        hint = did_you_mean(str(node.value), texts) or f"expected one of {', '.join(repr(each) for each in known)}"
        state.report(Code.UNKNOWN_LITERAL, node.span, f"{node.value!r} is not a value that this can have", hint)


def _check_members(state: State, node: Binary, types: Sequence[Type]) -> None:
    """Check the literals on either side of `in`."""
    left, right = types
    if isinstance(node.right, ListLiteral):
        for element in node.right.elements:
            _check_literal(state, element.value, left)
    inside = without_null(right)
    if isinstance(inside, ListType):
        _check_literal(state, node.left, inside.element)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A call by its full name, the overloads of that name, and all its arguments, the receiver first."""

    name: str
    overloads: tuple[Overload, ...]
    nodes: tuple[Node, ...]
    receiver: bool = False


def check_call(state: State, node: Call, scope: Scope) -> Type:
    """Return the type of a call of a function."""
    call = _meant(state, node, scope)
    if not call.overloads:
        for each in call.nodes[:1] if call.receiver else call.nodes:
            state.type_of(each, scope)
        _report_unknown(state, node, call)
        return UNKNOWN
    types = [state.type_of(each, scope) for each in call.nodes]
    before = len(state.findings)
    for position, argument in enumerate(call.nodes):
        for overload in call.overloads:
            if takes(overload, len(types)):
                _check_literal(state, argument, parameter(overload, position))
    if len(state.findings) > before:
        return UNKNOWN
    literals = [each.value if isinstance(each, Literal) else None for each in call.nodes]
    resolution = resolve(call.overloads, types, literals)
    if resolution.mismatch is Mismatch.NULL:
        state.report_null(call.nodes[resolution.position])
    elif resolution.mismatch is Mismatch.COUNT:
        _report_count(state, node, call)
    elif resolution.mismatch is Mismatch.TYPES:
        _report_types(state, node, call, types)
    return guarded(resolution.result, node, scope)


def _meant(state: State, node: Call, scope: Scope) -> _Call:
    """Return which function a call means: a qualified one such as `math.abs(x)`, or one of a receiver."""
    path = None if node.target is None else qualified_name(node.target)
    prefix = "." if node.absolute else "" if path is None else f"{path}."
    if node.target is None or (path is not None and path.partition(".")[0] not in scope.locals):
        for name in state.candidates(f"{prefix}{node.function}"):
            overloads = tuple(each for each in state.functions.get(name, ()) if not each.receiver)
            if overloads:
                return _Call(name=name, overloads=overloads, nodes=node.arguments)
    if node.target is None or _is_namespace(state, node.target, scope):
        return _Call(name=f"{prefix}{node.function}", overloads=(), nodes=node.arguments)
    overloads = tuple(each for each in state.functions.get(node.function, ()) if each.receiver)
    return _Call(name=node.function, overloads=overloads, nodes=(node.target, *node.arguments), receiver=True)


def _is_namespace(state: State, target: Node, scope: Scope) -> bool:
    """Tell whether what stands before the dot is no value, but the first part of the names of functions."""
    return (
        isinstance(target, Ident)
        and variable(state, target, scope) is None
        and any(name.startswith(f"{target.name}.") for name in state.functions)
    )


def _report_unknown(state: State, node: Call, call: _Call) -> None:
    """Record a call of a function that does not exist, or not in this form."""
    known = state.functions
    if call.name in known and call.receiver:
        hint = f"write {call.name}({text_of(call.nodes[0])}, ...)" if node.arguments else f"write {call.name}(x)"
    elif call.name in known:
        hint = f"it is called on a value: x.{call.name}(...)"
    elif call.name in _MACROS:
        hint = f"{call.name}() is a macro: it takes a variable and an expression, such as list.{call.name}(x, ...)"
    else:
        alike = [name for name, each in known.items() if any(one.receiver == call.receiver for one in each)]
        hint = did_you_mean(call.name, [*alike, *_MACROS] if call.receiver else [*alike, "has"])
    state.report(Code.UNKNOWN_FUNCTION, node.name_span, f"unknown function '{call.name}'", hint)


def _report_count(state: State, node: Call, call: _Call) -> None:
    counts = sorted({len(each.parameters) - each.receiver for each in call.overloads})
    wanted = " or ".join(str(count) for count in counts)
    noun = "argument" if counts == [1] else "arguments"
    message = f"{call.name}() takes {wanted} {noun}, not {len(node.arguments)}"
    state.report(Code.UNKNOWN_FUNCTION, node.name_span, message)


def _report_types(state: State, node: Call, call: _Call, types: Sequence[Type]) -> None:
    shown = [str(plain(without_null(type_))) for type_ in types]
    if call.receiver:
        message = f"{shown[0]} has no {call.name}({', '.join(shown[1:])})"
    else:
        message = f"{call.name}() does not take ({', '.join(shown)})"
    state.report(Code.WRONG_TYPES, node.name_span, message, _type_hint(call.overloads, types, call.nodes))
