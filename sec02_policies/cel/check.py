"""The static checker: a type for every expression, and a finding where one could not mean what its author thinks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sec02_policies.cel.check_calls import check_binary, check_call, check_unary
from sec02_policies.cel.check_macros import check_bind, check_block, check_macro, require_bool
from sec02_policies.cel.check_members import check_has, check_ident, check_index, check_select
from sec02_policies.cel.check_state import State, declared
from sec02_policies.cel.findings import Code, Finding
from sec02_policies.cel.flow import Scope, learn
from sec02_policies.cel.syntax import (
    Binary,
    Bind,
    Block,
    Call,
    Conditional,
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
    Unary,
)
from sec02_policies.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DYN,
    INT,
    NULL,
    STRING,
    UINT,
    DynType,
    ListType,
    MapType,
    OptionalType,
    Type,
    fits,
    join,
    may_be_null,
    plain,
    without_null,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sec02_policies.cel.check_state import DeclaredFunction
    from sec02_policies.cel.types import Overload

_LITERALS = {
    LiteralKind.NULL: NULL,
    LiteralKind.BOOL: BOOL,
    LiteralKind.INT: INT,
    LiteralKind.UINT: UINT,
    LiteralKind.DOUBLE: DOUBLE,
    LiteralKind.STRING: STRING,
    LiteralKind.BYTES: BYTES,
}


class Declarations(Protocol):
    """What the checker reads of an environment."""

    @property
    def variables(self) -> Mapping[str, Type]:
        """The variables by name, dotted names included."""

    @property
    def functions(self) -> Mapping[str, DeclaredFunction]:
        """The functions of the host."""

    @property
    def container(self) -> str:
        """The prefix under which names are looked up first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The type of the whole expression and what is wrong in it, in the order of the source."""

    result_type: Type
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What holds wherever the expression is evaluated.

    `true` and `false`: conditions that were so, such as a policy's `when`. `definitions`: the expressions behind
    variables, by their full name such as `variables.age`, so that a guard in one speaks for what it reads.
    """

    true: Sequence[Node] = ()
    false: Sequence[Node] = ()
    definitions: Mapping[str, Node] | None = None

    def scope(self) -> Scope:
        """Return the scope in which the expression starts."""
        scope = Scope(definitions=dict(self.definitions or {}))
        for node in self.true:
            scope = scope.knowing(learn(node, scope).when_true)
        for node in self.false:
            scope = scope.knowing(learn(node, scope).when_false)
        return scope


def check(
    tree: Node, environment: Declarations, *, expected: Type | None = None, known: Known | None = None
) -> CheckResult:
    """Return the type of an expression and what is wrong in it; `expected` is what its value must be."""
    state = State(
        variables=environment.variables,
        functions=_declared(environment.functions),
        container=environment.container,
        walk=_walk,
    )
    result = state.type_of(tree, (known or Known()).scope())
    if expected is not None:
        _check_result(state, tree, result, expected)
    findings = sorted(set(state.findings), key=lambda each: (each.span.start, each.span.end, each.code, each.message))
    return CheckResult(result_type=result, findings=tuple(findings))


_tables: dict[int, tuple[Mapping[str, DeclaredFunction], Mapping[str, tuple[Overload, ...]]]] = {}
"""The declared functions of the environments that are in use, by the identity of their mapping, which is kept alive."""
_MOST_TABLES = 8


def _declared(functions: Mapping[str, DeclaredFunction]) -> Mapping[str, tuple[Overload, ...]]:
    """All functions that may be called; many expressions are checked against the same few sets of them."""
    found = _tables.get(id(functions))
    if found is None:
        if len(_tables) >= _MOST_TABLES:
            _tables.clear()
        found = _tables[id(functions)] = (functions, declared(functions.values()))
    return found[1]


def _check_result(state: State, tree: Node, result: Type, expected: Type) -> None:
    if not fits(expected, result, {}):
        shown = plain(without_null(result))
        state.report(Code.WRONG_RESULT, tree.span, f"must be {expected}, this is {shown}")
    elif may_be_null(result) and not may_be_null(expected) and not isinstance(expected, DynType):
        state.report_null(tree)


def _walk(state: State, node: Node, scope: Scope) -> Type:  # noqa: C901, PLR0911, PLR0912 - one answer for each node
    match node:
        case Literal():
            return _LITERALS[node.kind]
        case Ident():
            return check_ident(state, node, scope)
        case Select():
            return check_select(state, node, scope)
        case Has():
            check_has(state, node, scope)
            return BOOL
        case Index():
            return check_index(state, node, scope)
        case Call():
            return check_call(state, node, scope)
        case Unary():
            return check_unary(state, node, scope)
        case Binary():
            return check_binary(state, node, scope)
        case Logical():
            return _check_logical(state, node, scope)
        case Conditional():
            return _check_conditional(state, node, scope)
        case ListLiteral():
            return _check_list(state, node, scope)
        case MapLiteral():
            return _check_map(state, node, scope)
        case Macro():
            return check_macro(state, node, scope)
        case Bind():
            return check_bind(state, node, scope)
        case Block():
            return check_block(state, node, scope)
    for child in node.children():
        state.type_of(child, scope)
    return DYN


def _check_logical(state: State, node: Logical, scope: Scope) -> Type:
    """Return bool; each operand is read knowing what those before it must have been."""
    for operand in node.operands:
        require_bool(state, operand, scope, f"an operand of '{node.operator}'")
        outcomes = learn(operand, scope)
        scope = scope.knowing(outcomes.when_true if node.operator == "&&" else outcomes.when_false)
    return BOOL


def _check_conditional(state: State, node: Conditional, scope: Scope) -> Type:
    require_bool(state, node.condition, scope, "the condition before '?'")
    outcomes = learn(node.condition, scope)
    then = state.type_of(node.then, scope.knowing(outcomes.when_true))
    otherwise = state.type_of(node.otherwise, scope.knowing(outcomes.when_false))
    if NULL not in {plain(then), plain(otherwise)} and not fits(then, otherwise, {}) and not fits(otherwise, then, {}):
        message = f"one branch is {plain(without_null(then))}, the other {plain(without_null(otherwise))}"
        state.report(Code.WRONG_TYPES, node.otherwise.span, message, "wrap one in dyn(...) if that is meant")
    return join([then, otherwise])


def _check_list(state: State, node: ListLiteral, scope: Scope) -> Type:
    return ListType(element=join([_entry(state, each.value, scope, optional=each.optional) for each in node.elements]))


def _check_map(state: State, node: MapLiteral, scope: Scope) -> Type:
    keys = [state.value_of(each.key, scope) for each in node.entries]
    for key, entry in zip(keys, node.entries, strict=True):
        if not any(fits(allowed, key, {}) for allowed in (STRING, INT, UINT, BOOL)):
            state.report(Code.WRONG_TYPES, entry.key.span, f"a map's key cannot be {key}")
    values = [_entry(state, each.value, scope, optional=each.optional) for each in node.entries]
    return MapType(key=join(keys), value=join(values))


def _entry(state: State, node: Node, scope: Scope, *, optional: bool) -> Type:
    """Return the type of what a list or a map literal holds; behind `?` stands an optional value."""
    type_ = state.type_of(node, scope)
    if not optional or isinstance(type_, DynType):
        return type_
    if isinstance(type_, OptionalType):
        return type_.value
    state.report(Code.WRONG_TYPES, node.span, f"behind '?' stands an optional value, this is {type_}")
    return DYN
