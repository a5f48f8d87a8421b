"""What a condition proves about other expressions: that a member is there, that a value is not null."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sec02_policies.cel.syntax import (
    Binary,
    Bind,
    Call,
    Conditional,
    Has,
    Ident,
    Index,
    ListLiteral,
    Literal,
    LiteralKind,
    Logical,
    Node,
    Select,
    Unary,
    qualified_name,
)
from sec02_policies.cel.types import Field, ObjectType, Type, nullable, proven, without_null

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Key = Hashable
"""Equal for two expressions that always have the same value."""


@dataclass(frozen=True, slots=True)
class Member:
    """The key of `parent.name`, also when it is written `parent['name']`."""

    parent: Key
    name: str


class Proof(StrEnum):
    """What is known of an expression."""

    PRESENT = "present"
    NOT_NULL = "not null"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that holds wherever it is in scope."""

    proof: Proof
    key: Key


Facts = frozenset[Fact]
NOTHING: Facts = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What holds when a condition was true, and when it was false; None where it cannot have been."""

    when_true: Facts | None = NOTHING
    when_false: Facts | None = NOTHING

    def negated(self) -> Outcomes:
        """Return the outcomes of the opposite condition."""
        return Outcomes(when_true=self.when_false, when_false=self.when_true)


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A variable that a macro binds: its type, and the expression that it stands for."""

    type: Type
    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The local variables and the facts at one place of an expression.

    `definitions`: the expressions behind variables that are written elsewhere, such as `variables.age`.
    """

    definitions: Mapping[str, Node] = field(default_factory=dict)
    locals: Mapping[str, Local] = field(default_factory=dict)
    facts: Facts = NOTHING

    def knowing(self, facts: Facts | None) -> Scope:
        """Return this scope with more facts; a place that cannot be reached learns nothing."""
        return replace(self, facts=self.facts | facts) if facts else self

    def binding(self, name: str, local: Local) -> Scope:
        """Return this scope with one more local variable, which hides any other of its name."""
        return replace(self, locals={**self.locals, name: local})

    def knows(self, proof: Proof, key: Key | None) -> bool:
        """Tell whether that was proven of the expression."""
        return key is not None and Fact(proof, key) in self.facts

    def definition(self, node: Node) -> tuple[Node, Scope] | None:
        """Return the expression behind a variable that is written elsewhere, and the scope to read it in."""
        name = qualified_name(node) if self.definitions else None
        if name is None or name not in self.definitions or name.partition(".")[0] in self.locals:
            return None
        others = {each: tree for each, tree in self.definitions.items() if each != name}
        return self.definitions[name], Scope(definitions=others)

    def key(self, node: Node) -> Key | None:  # noqa: PLR0911 - one answer for each kind of expression
        """Return what identifies the value of an expression, None where we do not follow it."""
        behind = self.definition(node)
        if behind is not None:
            tree, scope = behind
            return scope.key(tree) or ("variable", qualified_name(node))
        match node:
            case Ident():
                local = None if node.absolute else self.locals.get(node.name)
                return ("variable", node.name) if local is None else local.key
            case Literal():
                return ("literal", node.kind, node.value)
            case Select(optional=False):
                return member(self.key(node.operand), node.field)
            case Index(optional=False):
                return self._index_key(node)
            case Call():
                target = ("none",) if node.target is None else self.key(node.target)
                return _all_known(node.function, target, *(self.key(argument) for argument in node.arguments))
        return None

    def _index_key(self, node: Index) -> Key | None:
        if isinstance(node.index, Literal) and isinstance(node.index.value, str):
            return member(self.key(node.operand), node.index.value)
        return _all_known("index", self.key(node.operand), self.key(node.index))


def member(parent: Key | None, name: str) -> Key | None:
    """Return the key of a member of the expression with that key."""
    return None if parent is None else Member(parent, name)


def _all_known(kind: str, *parts: Key | None) -> Key | None:
    return None if any(part is None for part in parts) else (kind, *parts)


def learn(node: Node, scope: Scope) -> Outcomes:  # noqa: PLR0911 - one answer for each kind of condition
    """Return what a condition proves when it is true and when it is false."""
    behind = scope.definition(node)
    if behind is not None:
        return learn(*behind)
    match node:
        case Literal(kind=LiteralKind.BOOL):
            return Outcomes(when_false=None) if node.value else Outcomes(when_true=None)
        case Has():
            return Outcomes(when_true=_facts(member(scope.key(node.operand), node.field), Proof.PRESENT))
        case Unary(operator="!"):
            return learn(node.operand, scope).negated()
        case Logical():
            return _learn_logical(node, scope)
        case Conditional():
            return _learn_conditional(node, scope)
        case Binary():
            return _learn_comparison(node, scope)
        case Bind():
            key = scope.key(node.value) or ("local", node.variable.name, node.variable.span)
            return learn(node.body, scope.binding(node.variable.name, Local(type=Type(), key=key)))
    return Outcomes()


def _learn_logical(node: Logical, scope: Scope) -> Outcomes:
    """Return what the whole chain proves; an earlier operand may be an absorbed error, so order proves nothing."""
    outcomes = [learn(operand, scope) for operand in node.operands]
    true, false = [each.when_true for each in outcomes], [each.when_false for each in outcomes]
    if node.operator == "&&":
        return Outcomes(when_true=_every(true), when_false=_some(false))
    return Outcomes(when_true=_some(true), when_false=_every(false))


def _learn_conditional(node: Conditional, scope: Scope) -> Outcomes:
    condition, then, otherwise = (learn(part, scope) for part in (node.condition, node.then, node.otherwise))
    return Outcomes(
        when_true=_some(
            [_every([condition.when_true, then.when_true]), _every([condition.when_false, otherwise.when_true])]
        ),
        when_false=_some(
            [_every([condition.when_true, then.when_false]), _every([condition.when_false, otherwise.when_false])]
        ),
    )


def _learn_comparison(node: Binary, scope: Scope) -> Outcomes:
    if node.operator == "in":
        return _learn_membership(node, scope)
    if node.operator not in {"==", "!="}:
        return Outcomes()
    sides = [(node.left, node.right), (node.right, node.left)]
    for subject, other in sides:
        if isinstance(other, Literal):
            outcomes = _learn_equality(subject, other, scope)
            return outcomes if node.operator == "==" else outcomes.negated()
    return Outcomes()


def _learn_equality(subject: Node, literal: Literal, scope: Scope) -> Outcomes:
    not_null = _facts(scope.key(subject), Proof.NOT_NULL, Proof.PRESENT)
    if literal.kind is LiteralKind.NULL:
        return Outcomes(when_false=not_null)
    if literal.kind is LiteralKind.BOOL:
        of_subject = learn(subject, scope)
        outcomes = of_subject if literal.value else of_subject.negated()
        if isinstance(subject, Has | Unary | Logical):
            return outcomes
        # A value that may be null is neither true nor false when it differs from one of them.
        return replace(outcomes, when_true=_every([outcomes.when_true, not_null]), when_false=NOTHING)
    return Outcomes(when_true=not_null)


def _learn_membership(node: Binary, scope: Scope) -> Outcomes:
    if isinstance(node.right, ListLiteral):
        values = [element.value for element in node.right.elements]
        if all(isinstance(value, Literal) and value.kind is not LiteralKind.NULL for value in values):
            return Outcomes(when_true=_facts(scope.key(node.left), Proof.NOT_NULL, Proof.PRESENT))
    if isinstance(node.left, Literal) and isinstance(node.left.value, str):
        return Outcomes(when_true=_facts(member(scope.key(node.right), node.left.value), Proof.PRESENT))
    return Outcomes()


def _facts(key: Key | None, *proofs: Proof) -> Facts:
    return NOTHING if key is None else frozenset(Fact(proof, key) for proof in proofs)


def _every(parts: list[Facts | None]) -> Facts | None:
    """Return what holds where all of these hold at once."""
    known = [part for part in parts if part is not None]
    return NOTHING.union(*known) if len(known) == len(parts) else None


def _some(parts: list[Facts | None]) -> Facts | None:
    """Return what holds where at least one of these holds."""
    known = [part for part in parts if part is not None]
    return known[0].intersection(*known[1:]) if known else None


def narrow(type_: Type, key: Key, facts: Facts) -> Type:
    """Return the type of the expression with that key, and of what is inside it, where the facts hold."""
    if Fact(Proof.NOT_NULL, key) in facts:
        type_ = proven(type_)
    inside = without_null(type_)
    touched = {name for fact in facts for parent, name in _steps(fact.key) if parent == key}
    if not isinstance(inside, ObjectType) or not touched:
        return type_
    fields = {
        name: _narrow_field(each, Member(key, name), facts) if name in touched else each
        for name, each in inside.fields.items()
    }
    narrowed: Type = replace(inside, fields=fields)
    if inside is not type_:
        narrowed = nullable(narrowed)
        narrowed = proven(narrowed) if Fact(Proof.NOT_NULL, key) in facts else narrowed
    return narrowed


def _narrow_field(each: Field, key: Key, facts: Facts) -> Field:
    absent = each.optional and Fact(Proof.PRESENT, key) not in facts
    return replace(each, type=narrow(each.type, key, facts), optional=absent)


def _steps(key: Key) -> Iterator[tuple[Key, str]]:
    """Yield each member on the way to the expression, with the key of what it is a member of."""
    while isinstance(key, Member):
        yield key.parent, key.name
        key = key.parent
