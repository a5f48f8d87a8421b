"""Which overload of a function a call means, what it gives, and why none fits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sec02_policies.cel.types import (
    DYN,
    NULL,
    DynType,
    NullableType,
    Overload,
    Type,
    TypeParameter,
    fits,
    is_vague,
    join,
    may_be_null,
    substitute,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class Mismatch(StrEnum):
    """Why no overload fits."""

    COUNT = "the number of arguments"
    TYPES = "the types of the arguments"
    NULL = "an argument that may be null"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The result of a call, or what keeps it from having one; `position` is the argument that may be null."""

    result: Type = DYN
    mismatch: Mismatch | None = None
    position: int = 0


def resolve(overloads: Sequence[Overload], arguments: Sequence[Type], literals: Sequence[object]) -> Resolution:
    """Return the result of a call; `literals` holds the value of each argument that is a literal, None for others."""
    counted = [each for each in overloads if takes(each, len(arguments))]
    if not counted:
        return Resolution(mismatch=Mismatch.COUNT)
    fitting = [(each, bindings) for each in counted if (bindings := _bindings(each, arguments)) is not None]
    if not fitting:
        return Resolution(mismatch=Mismatch.TYPES)
    accepting = [(each, bindings) for each, bindings in fitting if _refused_null(each, arguments) is None]
    if not accepting:
        position = _refused_null(fitting[0][0], arguments)
        return Resolution(mismatch=Mismatch.NULL, position=position or 0)
    results = [_result(each, bindings, arguments, literals) for each, bindings in accepting]
    vague = any(is_vague(type_) for type_ in arguments)
    return Resolution(result=_common(results) if vague else results[0])


def takes(overload: Overload, count: int) -> bool:
    """Tell whether the overload can be called with that number of arguments, the receiver included."""
    wanted = len(overload.parameters)
    return count >= wanted if overload.variadic else count == wanted


def expected(overloads: Sequence[Overload], arguments: Sequence[Type]) -> list[str]:
    """Return the names of the types that could stand at the first argument that fits nowhere; no overload fits all."""
    candidates = [each for each in overloads if takes(each, len(arguments))]
    position = 0
    while matching := [each for each in candidates if _bindings(each, arguments[: position + 1]) is not None]:
        candidates, position = matching, position + 1
    wanted = [substitute(parameter(each, position), {}) for each in candidates]
    return list(dict.fromkeys(str(type_) for type_ in wanted))


def parameter(overload: Overload, position: int) -> Type:
    """Return the type declared for the argument at that position."""
    return overload.parameters[min(position, len(overload.parameters) - 1)]


def _bindings(overload: Overload, arguments: Sequence[Type]) -> dict[str, Type] | None:
    """Return what the type parameters stand for, None where an argument does not fit; null is not looked at."""
    bindings: dict[str, Type] = {}
    for position, argument in enumerate(arguments):
        if not fits(parameter(overload, position), argument, bindings):
            return None
    return bindings


def _refused_null(overload: Overload, arguments: Sequence[Type]) -> int | None:
    """Return the position of the first argument that may be null where the overload does not take null."""
    for position, argument in enumerate(arguments):
        wanted = parameter(overload, position)
        takes_null = isinstance(wanted, TypeParameter | DynType | NullableType) or wanted == NULL
        if may_be_null(argument) and not takes_null:
            return position
    return None


def _result(
    overload: Overload, bindings: dict[str, Type], arguments: Sequence[Type], literals: Sequence[object]
) -> Type:
    if isinstance(overload.result, Type):
        return substitute(overload.result, bindings)
    return overload.result(tuple(literals), tuple(arguments))


def _common(results: Sequence[Type]) -> Type:
    return results[0] if all(each == results[0] for each in results) else join([DYN, *results])
