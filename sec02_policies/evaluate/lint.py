"""Everything that is wrong in policies' CEL, not only the first thing, each with its line of the file and a caret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sec02_policies.cel import types
from sec02_policies.cel.check import check
from sec02_policies.cel.parse import parse
from sec02_policies.cel.portable import portable
from sec02_policies.cel.syntax import Span
from sec02_policies.errors import CompileError
from sec02_policies.evaluate.scope import Expression, Scope, expressions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.catalog import YamlFile
    from sec02_policies.cel.findings import Finding
    from sec02_policies.model import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFinding:
    """One thing that is wrong in a policy's CEL, or (`only_native`) that only the engine `native` reads as written."""

    path: str
    line: int
    column: int
    width: int
    code: str
    key: str
    message: str
    hint: str
    text: str
    only_native: bool

    def __str__(self) -> str:
        hint = f": {self.hint}" if self.hint else ""
        number = str(self.line)
        return "\n".join(
            (
                f"{self.path}:{self.line}:{self.column}: {self.code}: {self.key}: {self.message}{hint}",
                f" {number} | {self.text}",
                f" {' ' * len(number)} | {' ' * (self.column - 1)}{'^' * self.width}",
            )
        )


def lint_policy(policy: Policy, file: YamlFile) -> Iterator[PolicyFinding]:
    """What is wrong in the policy's expressions, in the order in which they rely on each other."""
    scope = Scope(policy)
    for each in expressions(policy):
        try:
            tree = parse(each.source)
        except CompileError as fault:
            yield _syntax(each, file, fault)
            continue
        checked = check(tree, scope.environment(), expected=each.expected, known=scope.known)
        for found in (*checked.findings, *portable(tree, each.source)):
            yield _located(each, file, found)
        scope.learn(each, checked.result_type if not checked.findings else types.DYN)


def _syntax(expression: Expression, file: YamlFile, fault: CompileError) -> PolicyFinding:
    place = Span(start=0, end=1, line=fault.line, column=fault.column)
    return _at(expression, file, place, (fault.code, fault.message, fault.hint))


def _located(expression: Expression, file: YamlFile, found: Finding) -> PolicyFinding:
    return _at(expression, file, found.span, (found.code.value, found.message, found.hint))


def _at(expression: Expression, file: YamlFile, place: Span, said: tuple[str, str, str]) -> PolicyFinding:
    code, message, hint = said
    line, column = expression.position(file, place.line, place.column)
    text = file.text.split("\n")[line - 1]
    return PolicyFinding(
        path=file.path,
        line=line,
        column=column,
        width=max(1, min(place.end - place.start, len(text) - column + 1)),
        code=code,
        key=".".join(map(str, expression.path)),
        message=message,
        hint=hint,
        text=text,
        only_native=code.startswith("P"),
    )
