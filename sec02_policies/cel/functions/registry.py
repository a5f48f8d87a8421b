"""How a function of CEL is declared: its name, its style of call, how many arguments it takes and of which types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.cel.mismatch import no_overload

if TYPE_CHECKING:
    from sec02_policies.cel.budget import Budget
    from sec02_policies.cel.values import Value

Implementation = Callable[..., Any]
Kinds = frozenset[type] | None
_NO_KINDS: frozenset[type] = frozenset()
_CONTAINERS = (list, dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Builtin:
    """One function in one style of call, for both evaluators.

    `least` and `most` count the arguments, with the receiver; `most` None means any number. `budgeted`: the
    implementation gets the budget of the evaluation first, because what it builds can be large. `lazy`: the argument
    is evaluated only if the receiver has no value.
    """

    name: str
    receiver: bool
    least: int
    most: int | None
    budgeted: bool
    lazy: bool
    implementation: Implementation

    def takes(self, count: int) -> bool:
        """Whether that many arguments are right."""
        return self.least <= count and (self.most is None or count <= self.most)


class Registry:
    """The functions of one library, by name and style of call."""

    def __init__(self) -> None:
        """Start empty."""
        self.builtins: dict[tuple[str, bool], Builtin] = {}

    def function(self, name: str, *kinds: Kinds, budgeted: bool = False) -> Callable[[Implementation], Implementation]:
        """Declare `name(...)`; each of `kinds` lists the Python types of one argument, None for any."""
        return self._declare(name, kinds, receiver=False, budgeted=budgeted)

    def receiver(
        self, name: str, *kinds: Kinds, budgeted: bool = False, lazy: bool = False
    ) -> Callable[[Implementation], Implementation]:
        """Declare `x.name(...)`; the first of `kinds` is for `x`."""
        return self._declare(name, kinds, receiver=True, budgeted=budgeted, lazy=lazy)

    def _declare(
        self, name: str, kinds: tuple[Kinds, ...], *, receiver: bool, budgeted: bool, lazy: bool = False
    ) -> Callable[[Implementation], Implementation]:
        def decorate(implementation: Implementation) -> Implementation:
            code = implementation.__code__
            most = code.co_argcount - budgeted
            self.builtins[name, receiver] = Builtin(
                name=name,
                receiver=receiver,
                least=most - len(implementation.__defaults__ or ()),
                most=None if code.co_flags & _VARIADIC else most,
                budgeted=budgeted,
                lazy=lazy,
                implementation=_checked(name, kinds, implementation, budgeted=budgeted),
            )
            return implementation

        return decorate


_VARIADIC = 4


def _checked(name: str, kinds: tuple[Kinds, ...], implementation: Implementation, *, budgeted: bool) -> Implementation:
    """Wrap an implementation so that arguments of other types raise `no_such_overload`."""
    if all(kind is None for kind in kinds):
        return implementation

    def check(arguments: tuple[Value, ...]) -> None:
        for argument, kind in zip(arguments, kinds, strict=False):
            if kind is not None and type(argument) not in kind and not _is_container(argument, kind):
                raise no_overload(name, *arguments)

    def checked(*arguments: Value) -> Value:
        check(arguments)
        return implementation(*arguments)

    def checked_with_budget(budget: Budget, *arguments: Value) -> Value:
        check(arguments)
        return implementation(budget, *arguments)

    return checked_with_budget if budgeted else checked


def _is_container(argument: object, kind: frozenset[type]) -> bool:
    """Whether a list or map that is partly hidden, or keyed in a special way, stands where such a thing may."""
    return any(base in kind and isinstance(argument, base) for base in _CONTAINERS)
