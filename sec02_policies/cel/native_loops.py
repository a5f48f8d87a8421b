"""How macros are written: as loops that end as early as they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cel.native_kinds import Code, Kind, Unsupported
from sec02_policies.cel.syntax import Macro, MacroKind, Node

if TYPE_CHECKING:
    from sec02_policies.cel.native_compile import Compiler


def macro(compiler: Compiler, node: Macro) -> Code:
    """The code of a macro; its loop is written before the statement in which the code stands."""
    if node.kind in (MacroKind.OPT_MAP, MacroKind.OPT_FLAT_MAP):
        return _optional_macro(compiler, node)
    names = {variable.name: Code(compiler.fresh("v")) for variable in node.variables}
    items = _loop_over(compiler, node)
    variables = ", ".join(code.text for code in names.values())
    with compiler.binding(names):
        if node.kind in (MacroKind.ALL, MacroKind.EXISTS):
            return _quantifier(compiler, node, items, variables)
        return _collecting(compiler, node, items, variables)


def _loop_over(compiler: Compiler, node: Macro) -> str:
    """The name of the list that a macro goes through; its length is spent as steps."""
    target = compiler.boxed(node.target)
    name = compiler.fresh("t")
    compiler.line(f"{name} = {target.text}")
    if len(node.variables) > 1:
        compiler.line(f"{name} = pairs({name})")
    elif target.kind is not Kind.LIST:
        compiler.line(f"if type({name}) is not list: {name} = elements({name})")
    compiler.needs_steps = True
    compiler.line(f"steps += len({name})")
    compiler.line("if steps > most_steps: steps_exceeded()")
    return name


def _quantifier(compiler: Compiler, node: Macro, items: str, variables: str) -> Code:
    """A loop that ends at the first element that decides."""
    exists = node.kind is MacroKind.EXISTS
    result = compiler.fresh("t")
    compiler.line(f"{result} = {not exists}")
    compiler.line(f"for {variables} in {items}:")
    with compiler.deeper():
        predicate = compiler.test(_predicate(node))
        compiler.line(f"if {predicate.text}:" if exists else f"if not {predicate.text}:")
        with compiler.deeper():
            compiler.line(f"{result} = {exists}")
            compiler.line("break")
    return Code(result, Kind.BOOL)


def _predicate(node: Macro) -> Node:
    if node.predicate is None:
        raise Unsupported
    return node.predicate


def _collecting(compiler: Compiler, node: Macro, items: str, variables: str) -> Code:
    """A loop through all elements that gathers a list."""
    found, keys = compiler.fresh("t"), compiler.fresh("t")
    sorts = node.kind is MacroKind.SORT_BY
    compiler.line(f"{found} = []")
    if sorts:
        compiler.line(f"{keys} = []")
    compiler.line(f"for {variables} in {items}:")
    first = variables.partition(",")[0]
    with compiler.deeper():
        if node.predicate is not None:
            compiler.line(f"if not {compiler.test(node.predicate).text}: continue")
        result = compiler.boxed(node.result).text if node.result is not None else first
        if sorts:
            compiler.line(f"{keys}.append({result})")
            result = first
        elif node.kind is MacroKind.TRANSFORM_MAP:
            result = f"({first}, {result})"
        compiler.line(f"{found}.append({result})")
    return _gathered(node, found, keys)


def _gathered(node: Macro, found: str, keys: str) -> Code:
    """The value of a macro from the list that its loop gathered."""
    kind = node.kind
    if kind is MacroKind.EXISTS_ONE:
        return Code(f"(len({found}) == 1)", Kind.BOOL)
    if kind is MacroKind.SORT_BY:
        return Code(f"sorted_by({found}, {keys})", Kind.LIST)
    if kind is MacroKind.TRANSFORM_MAP:
        return Code(f"map_of({found})", Kind.MAP)
    if kind is MacroKind.TRANSFORM_MAP_ENTRY:
        raise Unsupported
    return Code(found, Kind.LIST)


def _optional_macro(compiler: Compiler, node: Macro) -> Code:
    if node.result is None:
        raise Unsupported
    target = compiler.simple(Code(f"optional_content({compiler.boxed(node.target).text})"))
    result, variable = compiler.fresh("t"), compiler.fresh("v")
    compiler.line(f"{result} = NONE")
    compiler.line(f"if {target}.has_value:")
    with compiler.deeper(), compiler.binding({node.variables[0].name: Code(variable)}):
        compiler.line(f"{variable} = {target}.value")
        value = compiler.boxed(node.result).text
        wrap = "OptionalValue" if node.kind is MacroKind.OPT_MAP else "optional_content"
        compiler.line(f"{result} = {wrap}({value})")
    return Code(result, Kind.OPTIONAL)
