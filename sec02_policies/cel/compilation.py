"""From CEL text to a program: parse, check, and hand to the engine that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sec02_policies.cel.parse import parse
from sec02_policies.cel.program import Program
from sec02_policies.cel.resolve import resolve
from sec02_policies.cel.types import DYN
from sec02_policies.errors import CompileError

if TYPE_CHECKING:
    from sec02_policies.cel.check import Known
    from sec02_policies.cel.environment import Environment
    from sec02_policies.cel.syntax import Node
    from sec02_policies.cel.types import Type

Engine = Literal["native", "celpy"]


def compile(  # noqa: A001, PLR0913 - the word of the language; every option has a name
    source: str,
    environment: Environment,
    *,
    engine: Engine = "native",
    check: bool = True,
    expected: Type | None = None,
    known: Known | None = None,
    late_names: bool = False,
    macros: bool = True,
) -> Program:
    """Compile an expression; raises CompileError.

    `check` types it first; `expected` is the type that its value must have and `known` what holds where it stands.
    `late_names` makes unknown names errors of the evaluation, which `||` can absorb, instead of the compilation.
    Without `macros`, what looks like one is a call of a function.
    """
    try:
        tree = parse(source, limits=environment.limits, macros=macros)
        result_type = _checked(tree, environment, expected=expected, known=known) if check else DYN
        if engine == "celpy":
            from sec02_policies.cel.celpy_engine import CelpyProgram

            return CelpyProgram(source, tree, environment, result_type)
        return Program(source, resolve(tree, environment, late_names=late_names), environment, result_type)
    except RecursionError:
        raise CompileError("depth", "the expression is nested too deeply for the caller's stack") from None


def _checked(tree: Node, environment: Environment, *, expected: Type | None, known: Known | None) -> Type:
    """The type of an expression; raises CompileError for the first finding of the checker."""
    from sec02_policies.cel.check import check

    result = check(tree, environment, expected=expected, known=known)
    for finding in result.findings:
        raise finding.error()
    return result.result_type
