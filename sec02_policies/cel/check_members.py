"""How the checker reads names and what is inside a value: variables, fields, indexes, has()."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cel import signatures
from sec02_policies.cel.check_state import UNKNOWN, guard_hint, guarded, text_of
from sec02_policies.cel.findings import Code, did_you_mean
from sec02_policies.cel.flow import Proof, member
from sec02_policies.cel.overloads import Mismatch, resolve
from sec02_policies.cel.resolve import TYPE_NAMES
from sec02_policies.cel.syntax import Ident, Index, Literal, qualified_name
from sec02_policies.cel.types import (
    DYN,
    STRING,
    TYPE,
    DynType,
    ListType,
    MapType,
    ObjectType,
    OptionalType,
    fits,
    without_null,
)

if TYPE_CHECKING:
    from sec02_policies.cel.check_state import State
    from sec02_policies.cel.flow import Scope
    from sec02_policies.cel.syntax import Has, Node, Select, Span
    from sec02_policies.cel.types import Type


def variable(state: State, node: Node, scope: Scope) -> Type | None:
    """Return the type of a name, dotted or not, None where nothing has that name."""
    name = qualified_name(node)
    if name is None:
        return None
    root = name.partition(".")[0]
    if root in scope.locals:
        return scope.locals[root].type if isinstance(node, Ident) else None
    for candidate in state.candidates(name):
        if candidate in state.variables:
            return state.variables[candidate]
    return TYPE if any(candidate in TYPE_NAMES for candidate in state.candidates(name)) else None


def check_ident(state: State, node: Ident, scope: Scope) -> Type:
    """Return the type of a variable."""
    type_ = variable(state, node, scope)
    if type_ is not None:
        return guarded(type_, node, scope)
    inside = [
        f"{name}.{node.name}"
        for name, each in state.variables.items()
        if isinstance(each, ObjectType) and node.name in each.fields
    ]
    hint = f"did you mean {inside[0]}?" if inside else did_you_mean(node.name, [*state.variables, *scope.locals])
    state.report(Code.UNKNOWN_VARIABLE, node.span, f"unknown variable '{node.name}'", hint)
    return UNKNOWN


def check_select(state: State, node: Select, scope: Scope) -> Type:
    """Return the type of `operand.field`."""
    type_ = variable(state, node, scope)
    if type_ is not None:
        return guarded(type_, node, scope)
    operand = state.value_of(node.operand, scope)
    through = isinstance(operand, OptionalType)
    inside = without_null(operand.value) if isinstance(operand, OptionalType) else operand
    present = node.optional or through or scope.knows(Proof.PRESENT, member(scope.key(node.operand), node.field))
    found = _member_type(state, inside, node.field, node.field_span)
    if found is None:
        return UNKNOWN
    type_, may_be_absent = found
    if may_be_absent and not present:
        _report_absence(state, node)
    return OptionalType(value=type_) if node.optional or through else guarded(type_, node, scope)


def _report_absence(state: State, node: Select | Index) -> None:
    text = text_of(node)
    guard = f"{text_of(node.index)} in {text_of(node.operand)}" if isinstance(node, Index) else f"has({text})"
    state.report(Code.UNGUARDED_ABSENCE, node.span, f"{text} may be absent", guard_hint(guard))


def check_has(state: State, node: Has, scope: Scope) -> None:
    """Check that has() asks for a member that there could be."""
    operand = state.value_of(node.operand, scope)
    inside = without_null(operand.value) if isinstance(operand, OptionalType) else operand
    _member_type(state, inside, node.field, node.field_span)


def check_index(state: State, node: Index, scope: Scope) -> Type:
    """Return the type of `operand[index]`."""
    operand = state.value_of(node.operand, scope)
    index = state.value_of(node.index, scope)
    if isinstance(operand, ObjectType):
        return guarded(_index_object(state, node, operand, index, scope), node, scope)
    resolution = resolve(signatures.operators()["[]"], [operand, index], [None, None])
    if resolution.mismatch is Mismatch.TYPES:
        hint = _index_hint(node, operand)
        state.report(Code.WRONG_TYPES, node.index.span, f"{operand} cannot be indexed by {index}", hint)
        return UNKNOWN
    if not node.optional or isinstance(operand, OptionalType):
        return guarded(resolution.result, node, scope)
    return OptionalType(value=resolution.result)


def _index_hint(node: Index, operand: Type) -> str:
    """Where a key is looked for in a list of {key, value}, such as tags: what finds it."""
    element = without_null(operand.element) if isinstance(operand, ListType) else None
    if isinstance(element, ObjectType) and {"key", "value"} <= set(element.fields):
        return f"its elements are {{key, value}}: {text_of(node.operand)}.filter(x, x.key == {text_of(node.index)})"
    return ""


def _index_object(state: State, node: Index, operand: ObjectType, index: Type, scope: Scope) -> Type:
    """Return the type of `object['name']`; a name that is not literal may be that of any member."""
    name = node.index.value if isinstance(node.index, Literal) else None
    if not isinstance(name, str):
        if not fits(STRING, index, {}):
            state.report(Code.WRONG_TYPES, node.index.span, f"{operand} cannot be indexed by {index}")
        return OptionalType(value=DYN) if node.optional else DYN
    found = _member_type(state, operand, name, node.index.span)
    type_, may_be_absent = (UNKNOWN, False) if found is None else found
    if may_be_absent and not node.optional and not scope.knows(Proof.PRESENT, scope.key(node)):
        _report_absence(state, node)
    return OptionalType(value=type_) if node.optional else type_


def _member_type(state: State, inside: Type, name: str, span: Span) -> tuple[Type, bool] | None:
    """Return the type of a member and whether it may be absent; None, and a finding, where there is no such member."""
    match inside:
        case DynType():
            return DYN, False
        case ObjectType() if name in inside.fields:
            return inside.fields[name].type, inside.fields[name].optional
        case ObjectType(rest=rest) if rest is not None:
            return rest, False
        case MapType() if fits(inside.key, STRING, {}):
            return inside.value, False
    state.report(Code.UNKNOWN_FIELD, span, f"{inside} has no field '{name}'", _member_hint(inside, name))
    return None


def _member_hint(inside: Type, name: str) -> str:
    if isinstance(inside, ObjectType):
        return did_you_mean(name, inside.fields) or f"it has {', '.join(sorted(inside.fields)) or 'none'}"
    element = without_null(inside.element) if isinstance(inside, ListType) else None
    if isinstance(element, ObjectType) and name in element.fields:
        return f"its elements have: use a macro, such as .all(x, x.{name} ...)"
    return ""
