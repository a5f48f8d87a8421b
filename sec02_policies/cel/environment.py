"""What an expression may name: variables with their types, functions of the host, the container, the limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.cel.functions import BUILTINS
from sec02_policies.cel.limits import Limits
from sec02_policies.cel.mismatch import no_overload
from sec02_policies.cel.types import (
    ListType,
    MapType,
    NullableType,
    ObjectType,
    OptionalType,
    PrimitiveType,
    ResultRule,
    Type,
)
from sec02_policies.cel.values import Duration, OptionalValue, Timestamp, TypeValue, UInt
from sec02_policies.errors import CelError, EvaluationError, LimitError
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from sec02_policies.cel.values import Value

Implementation = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the host: pure, deterministic, given CEL values and giving one.

    With `receiver`, it is called as `x.name(...)` and the first of `parameters` is for `x`. Two functions may share a
    name if they take different numbers of arguments. The implementation may raise Unknown or EvaluationError.
    """

    name: str
    parameters: tuple[Type, ...]
    result: Type | ResultRule
    implementation: Implementation
    doc: str
    receiver: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """What a call runs, whether the language or the host has it; `budgeted` takes the evaluation's budget first.

    `lazy`: the second argument is evaluated only if the first, an optional, has no value.
    """

    name: str
    implementation: Implementation
    budgeted: bool = False
    lazy: bool = False
    host: Function | None = None


class Environment:
    """The names that expressions may use; build it once and compile many expressions in it."""

    def __init__(
        self,
        variables: Mapping[str, Type],
        functions: Mapping[str, Function] | Sequence[Function] = (),
        limits: Limits | None = None,
        container: str = "",
    ) -> None:
        """`variables` may have qualified names such as `a.b`; `container` is the namespace for names."""
        self.variables: Mapping[str, Type] = dict(variables)
        given = functions.values() if isinstance(functions, Mapping) else functions
        self.functions: Mapping[str, Function] = {
            _key(function.name, receiver=function.receiver, count=len(function.parameters)): function
            for function in given
        }
        self.limits = limits or Limits()
        self.container = container
        self._host_names = {(function.name, function.receiver) for function in self.functions.values()}

    def with_variables(self, variables: Mapping[str, Type]) -> Environment:
        """The same functions and limits for other variables; cheaper than a new environment."""
        other = copy(self)
        other.variables = dict(variables)
        return other

    def candidates(self, name: str) -> Iterator[str]:
        """The full names that a name can stand for, innermost namespace first; a leading dot means none but itself."""
        if name.startswith("."):
            yield name[1:]
            return
        scope = self.container
        while scope:
            yield f"{scope}.{name}"
            scope = scope.rpartition(".")[0]
        yield name

    def variable(self, name: str) -> str | None:
        """The full name of the variable that a name stands for, None if there is none."""
        return next((full for full in self.candidates(name) if full in self.variables), None)

    def has_function(self, name: str, *, receiver: bool) -> bool:
        """Whether there is such a function, whatever its number of arguments."""
        return (name, receiver) in self._host_names or (name, receiver) in BUILTINS

    def function(self, name: str, *, receiver: bool, count: int) -> Callee | None:
        """The function that takes `count` arguments, with the receiver; None if there is none."""
        host = self.functions.get(_key(name, receiver=receiver, count=count))
        if host is not None:
            return Callee(name=name, implementation=_guarded(host), host=host)
        builtin = BUILTINS.get((name, receiver))
        if builtin is None or not builtin.takes(count):
            return None
        return Callee(name=name, implementation=builtin.implementation, budgeted=builtin.budgeted, lazy=builtin.lazy)

    def implementations(self) -> Iterator[tuple[str, Implementation]]:
        """The functions of the host by name; one that takes different numbers of arguments chooses by them."""
        for name in sorted({name for name, _ in self._host_names}):
            by_count = {len(each.parameters): _guarded(each) for each in self.functions.values() if each.name == name}
            yield name, _by_count(name, by_count)

    def function_names(self) -> list[str]:
        """All names of functions, for suggestions."""
        return sorted({name for name, _ in self._host_names} | {name for name, _ in BUILTINS})


def _key(name: str, *, receiver: bool, count: int) -> str:
    """The key of a host function: one name may serve several styles of call and numbers of arguments."""
    return f"{'.' if receiver else ''}{name}/{count}"


def _by_count(name: str, implementations: Mapping[int, Implementation]) -> Implementation:
    """One implementation that chooses among several by the number of arguments."""

    def call(*arguments: Value) -> Value:
        implementation = implementations.get(len(arguments))
        if implementation is None:
            raise no_overload(name, *arguments)
        return implementation(*arguments)

    return call


_KINDS: dict[str, frozenset[type]] = {
    "bool": frozenset({bool}),
    "int": frozenset({int}),
    "uint": frozenset({UInt}),
    "double": frozenset({float}),
    "string": frozenset({str}),
    "bytes": frozenset({bytes}),
    "null": frozenset({type(None)}),
    "timestamp": frozenset({Timestamp}),
    "duration": frozenset({Duration}),
    "type": frozenset({TypeValue}),
}


def _accepts(declared: Type) -> Callable[[Any], bool] | None:
    """A test whether a value may be given for a parameter, None where any may."""
    match declared:
        case PrimitiveType():
            kinds = _KINDS[declared.name]
            return lambda value: type(value) in kinds
        case ListType():
            return lambda value: isinstance(value, list)
        case MapType() | ObjectType():
            return lambda value: isinstance(value, dict)
        case OptionalType():
            return lambda value: isinstance(value, OptionalValue)
        case NullableType():
            inner = _accepts(declared.value)
            return inner and (lambda value: value is None or inner(value))
        case _:
            return None


def _guarded(function: Function) -> Implementation:
    """The implementation behind its declared types; whatever else it raises becomes an EvaluationError."""
    tests = tuple(_accepts(parameter) for parameter in function.parameters)
    implementation = function.implementation

    def call(*arguments: Value) -> Value:
        for argument, test in zip(arguments, tests, strict=True):
            if test is not None and not test(argument):
                raise no_overload(function.name, *arguments)
        try:
            return implementation(*arguments)
        except (CelError, Unknown):
            raise
        except RecursionError:
            raise LimitError("depth", f"{function.name}: the data are nested too deeply") from None
        except Exception as error:  # noqa: BLE001 - the host's code may fail in any way; it must not end the evaluation
            raise EvaluationError("host_function", f"{function.name} failed ({type(error).__name__})") from None

    return call
