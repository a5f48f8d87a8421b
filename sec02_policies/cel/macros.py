"""The macros of CEL: which calls are macros, what their arguments must be, and the node that each becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cel.syntax import (
    Bind,
    Block,
    Call,
    Has,
    Ident,
    ListLiteral,
    Literal,
    LiteralKind,
    Macro,
    MacroKind,
    Node,
    Select,
    Variable,
    slot_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.cel.scan import Source

_PREDICATE = {
    "all": MacroKind.ALL,
    "exists": MacroKind.EXISTS,
    "exists_one": MacroKind.EXISTS_ONE,
    "existsOne": MacroKind.EXISTS_ONE,
}
_TRANSFORM = {
    "transformList": MacroKind.TRANSFORM_LIST,
    "transformMap": MacroKind.TRANSFORM_MAP,
    "transformMapEntry": MacroKind.TRANSFORM_MAP_ENTRY,
}
_RESULT = {"optMap": MacroKind.OPT_MAP, "optFlatMap": MacroKind.OPT_FLAT_MAP, "sortBy": MacroKind.SORT_BY}
_ONE_VARIABLE = 2
_TWO_VARIABLES = 3
_TWO_VARIABLES_AND_FILTER = 4


def expand(source: Source, call: Call) -> Node:
    """The node of the macro that a call is, or the call itself."""
    if call.target is None:
        return _has(source, call) if call.function == "has" and not call.absolute else call
    if isinstance(call.target, Ident) and call.target.name == "cel" and call.function in _NAMESPACED:
        return _NAMESPACED[call.function](source, call)
    return _comprehension(source, call)


def _has(source: Source, call: Call) -> Node:
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    if not isinstance(argument, Select) or argument.optional:
        source.fail(call.span.start, "has() takes one field selection", "has(x.field)", code="macro")
    return Has(operand=argument.operand, field=argument.field, field_span=argument.field_span, span=call.span)


def _comprehension(source: Source, call: Call) -> Node:
    """The macro that binds variables over its target, if the name and the number of arguments say so."""
    name, count = call.function, len(call.arguments)
    if name in _PREDICATE and count in (_ONE_VARIABLE, _TWO_VARIABLES):
        return _macro(source, call, _PREDICATE[name], count - 1, predicate=call.arguments[-1])
    if name == "filter" and count == _ONE_VARIABLE:
        return _macro(source, call, MacroKind.FILTER, 1, predicate=call.arguments[1])
    if name == "map" and count in (_ONE_VARIABLE, _TWO_VARIABLES):
        predicate = call.arguments[1] if count == _TWO_VARIABLES else None
        return _macro(source, call, MacroKind.MAP, 1, predicate=predicate, result=call.arguments[-1])
    if name in _TRANSFORM and count in (_TWO_VARIABLES, _TWO_VARIABLES_AND_FILTER):
        predicate = call.arguments[2] if count == _TWO_VARIABLES_AND_FILTER else None
        return _macro(source, call, _TRANSFORM[name], 2, predicate=predicate, result=call.arguments[-1])
    if name in _RESULT and count == _ONE_VARIABLE:
        return _macro(source, call, _RESULT[name], 1, result=call.arguments[1])
    return call


def _macro(  # noqa: PLR0913 - the parts of a macro
    source: Source,
    call: Call,
    kind: MacroKind,
    variables: int,
    *,
    predicate: Node | None = None,
    result: Node | None = None,
) -> Macro:
    assert call.target is not None  # noqa: S101 - only receiver calls come here
    bound = tuple(_variable(source, argument) for argument in call.arguments[:variables])
    if len({variable.name for variable in bound}) < len(bound):
        source.fail(bound[1].span.start, "both variables have the same name", "choose two names", code="macro")
    return Macro(
        kind=kind,
        target=call.target,
        variables=bound,
        predicate=predicate,
        result=result,
        name_span=call.name_span,
        span=call.span,
    )


def _variable(source: Source, argument: Node) -> Variable:
    if not isinstance(argument, Ident) or argument.absolute:
        hint = "such as list.all(x, x > 0)"
        source.fail(argument.span.start, "a macro's variable is a simple name", hint, code="macro")
    return Variable(name=argument.name, span=argument.span)


def _bind(source: Source, call: Call) -> Node:
    if len(call.arguments) != 3:  # noqa: PLR2004 - name, value, body
        source.fail(call.span.start, "cel.bind takes a name, a value and an expression", code="macro")
    name, value, body = call.arguments
    return Bind(variable=_variable(source, name), value=value, body=body, span=call.span)


def _block(source: Source, call: Call) -> Node:
    slots = call.arguments[0] if len(call.arguments) == 2 else None  # noqa: PLR2004 - slots, body
    if not isinstance(slots, ListLiteral) or any(element.optional for element in slots.elements):
        source.fail(call.span.start, "cel.block takes a list of slots and an expression", code="macro")
    values = tuple(element.value for element in slots.elements)
    return Block(slots=values, body=call.arguments[1], span=call.span)


def _index(source: Source, call: Call) -> Node:
    (number,) = _numbers(source, call, 1)
    return Ident(name=slot_name(number), span=call.span)


def _iteration_variable(source: Source, call: Call) -> Node:
    depth, unique = _numbers(source, call, 2)
    return Ident(name=f"@it:{depth}:{unique}", span=call.span)


def _accumulator(source: Source, call: Call) -> Node:
    depth, unique = _numbers(source, call, 2)
    return Ident(name=f"@ac:{depth}:{unique}", span=call.span)


def _numbers(source: Source, call: Call, count: int) -> list[int]:
    """The arguments, which must be that many literals of natural numbers."""
    values = [
        argument.value
        for argument in call.arguments
        if isinstance(argument, Literal) and argument.kind is LiteralKind.INT and isinstance(argument.value, int)
    ]
    if len(values) != count or len(call.arguments) != count or any(value < 0 for value in values):
        source.fail(call.span.start, f"cel.{call.function} takes {count} literal numbers", code="macro")
    return values


_NAMESPACED: dict[str, Callable[[Source, Call], Node]] = {
    "bind": _bind,
    "block": _block,
    "index": _index,
    "iterVar": _iteration_variable,
    "accuVar": _accumulator,
}
