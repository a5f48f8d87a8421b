"""How the checker reads what binds a variable: the macros over lists, maps and optional values, cel.bind, cel.block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cel.check_state import UNKNOWN
from sec02_policies.cel.findings import Code
from sec02_policies.cel.flow import Local, learn, narrow
from sec02_policies.cel.syntax import MacroKind, slot_name
from sec02_policies.cel.types import (
    BOOL,
    DYN,
    INT,
    STRING,
    DynType,
    ListType,
    MapType,
    ObjectType,
    OptionalType,
    any_member,
    fits,
    without_null,
)

if TYPE_CHECKING:
    from sec02_policies.cel.check_state import State
    from sec02_policies.cel.flow import Key, Scope
    from sec02_policies.cel.syntax import Bind, Block, Macro, Node, Variable
    from sec02_policies.cel.types import Type

_OVER_OPTIONAL = {MacroKind.OPT_MAP, MacroKind.OPT_FLAT_MAP}


def check_macro(state: State, node: Macro, scope: Scope) -> Type:
    """Return the type of a macro."""
    target = state.value_of(node.target, scope)
    types = _variable_types(target, node)
    if types is None:
        wanted = "an optional value" if node.kind in _OVER_OPTIONAL else "a list or a map"
        state.report(Code.WRONG_TYPES, node.target.span, f"{node.kind}() needs {wanted}, this is {target}")
        types = [UNKNOWN] * len(node.variables)
    inner = scope
    for variable, type_ in zip(node.variables, types, strict=True):
        inner = inner.binding(variable.name, Local(type=type_, key=_key(variable)))
    if node.predicate is not None:
        require_bool(state, node.predicate, inner, f"the condition of {node.kind}()")
        inner = inner.knowing(learn(node.predicate, inner).when_true)
    result = DYN if node.result is None else state.type_of(node.result, inner)
    element = narrow(types[0], _key(node.variables[0]), inner.facts)
    return _macro_type(state, node, element, types, result)


def require_bool(state: State, node: Node, scope: Scope, what: str) -> None:
    """Check an expression that must be true or false."""
    type_ = state.value_of(node, scope)
    if not fits(BOOL, type_, {}):
        state.report(Code.WRONG_TYPES, node.span, f"{what} must be bool, this is {type_}")


def check_bind(state: State, node: Bind, scope: Scope) -> Type:
    """Return the type of `cel.bind(name, value, body)`; what is proven of the name is proven of the value."""
    type_ = state.type_of(node.value, scope)
    key = scope.key(node.value) or _key(node.variable)
    return state.type_of(node.body, scope.binding(node.variable.name, Local(type=type_, key=key)))


def check_block(state: State, node: Block, scope: Scope) -> Type:
    """Return the type of `cel.block([slots], body)`."""
    for index, slot in enumerate(node.slots):
        name = slot_name(index)
        key = scope.key(slot) or ("slot", name, slot.span)
        scope = scope.binding(name, Local(type=state.type_of(slot, scope), key=key))
    return state.type_of(node.body, scope)


def _key(variable: Variable) -> Key:
    return ("local", variable.name, variable.span)


def _variable_types(target: Type, node: Macro) -> list[Type] | None:
    """Return the types of the variables, None where the macro does not work on such a target."""
    count = len(node.variables)
    if isinstance(target, DynType):
        return [DYN] * count
    if node.kind in _OVER_OPTIONAL:
        return [target.value] if isinstance(target, OptionalType) else None
    match target:
        case ListType(element=element):
            return [INT, element][-count:]
        case MapType(key=key, value=value) if node.kind is not MacroKind.SORT_BY:
            return [key, value][:count]
        case ObjectType() if node.kind is not MacroKind.SORT_BY:
            return [STRING, any_member(target)][:count]
    return None


def _macro_type(state: State, node: Macro, element: Type, types: list[Type], result: Type) -> Type:
    """Return the type of the whole macro from that of its element (narrowed), its variables and its result."""
    match node.kind:
        case MacroKind.ALL | MacroKind.EXISTS | MacroKind.EXISTS_ONE:
            type_: Type = BOOL
        case MacroKind.FILTER | MacroKind.SORT_BY:
            type_ = ListType(element=element)
        case MacroKind.MAP | MacroKind.TRANSFORM_LIST:
            type_ = ListType(element=result)
        case MacroKind.TRANSFORM_MAP:
            type_ = MapType(key=types[0], value=result)
        case MacroKind.OPT_MAP:
            type_ = OptionalType(value=result)
        case MacroKind.OPT_FLAT_MAP:
            type_ = _must_be(state, node, result, OptionalType(value=DYN))
        case MacroKind.TRANSFORM_MAP_ENTRY:
            type_ = _must_be(state, node, result, MapType(key=DYN, value=DYN))
    return type_


def _must_be(state: State, node: Macro, result: Type, wanted: Type) -> Type:
    """Return the result of a macro whose body must have a certain type."""
    if node.result is None or fits(wanted, result, {}):
        return without_null(result)
    state.report(Code.WRONG_TYPES, node.result.span, f"the body of {node.kind}() must be {wanted}, this is {result}")
    return wanted
