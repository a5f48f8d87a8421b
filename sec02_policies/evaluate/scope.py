"""The expressions of a policy in the order in which they rely on each other, and what each of them may name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from sec02_policies import cel
from sec02_policies.cel import types
from sec02_policies.cel.check import Known
from sec02_policies.cel.parse import parse
from sec02_policies.cel.schema_types import object_type
from sec02_policies.evaluate.functions import SNAPSHOT, functions, resource_type
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.catalog import YamlFile
    from sec02_policies.catalog.yaml import Path
    from sec02_policies.model import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One CEL expression of a policy: where it stands in the file, and the type that it must have."""

    path: Path
    source: str
    expected: types.Type | None = None

    def position(self, file: YamlFile, line: int, column: int) -> tuple[int, int]:
        """Line and column in the file of a place in the source; all count from 1."""
        lines = self.source.split("\n")
        return file.inside(self.path, sum(len(each) + 1 for each in lines[: line - 1]) + column - 1)


def expressions(policy: Policy) -> Iterator[Expression]:
    """The policy's expressions: `when` and the variables first, then what relies on them.

    A `when` that reads no variable guards the variables too: they are lazy, so nothing is evaluated before it.
    """
    guard = [] if policy.when is None else [Expression(path=("when",), source=policy.when, expected=types.BOOL)]
    reads_variables = "variables" in (policy.when or "")
    if not reads_variables:
        yield from guard
    for name, source in policy.variables.items():
        yield Expression(path=("variables", name), source=source)
    if reads_variables:
        yield from guard
    yield Expression(path=("condition",), source=policy.condition, expected=types.BOOL)
    if policy.message is not None:
        yield Expression(path=("message",), source=policy.message, expected=types.STRING)
    for name, source in policy.evidence.items():
        yield Expression(path=("evidence", name), source=source)


class Scope:
    """What the next expression of a policy may name, and what is sure where it is evaluated."""

    def __init__(self, policy: Policy) -> None:
        """Start with what every expression of the policy may name."""
        self.known = Known(definitions={})
        self._fields: dict[str, types.Field] = {}
        self._variables: dict[str, types.Type] = {
            "resource": types.join([resource_type(kind) for kind in policy.resource]),
            "params": _params_type(policy),
            "account": resource_type("iam_account"),
            "snapshot": SNAPSHOT,
            "now": types.TIMESTAMP,
        }

    def environment(self) -> cel.Environment:
        """The environment of the next expression."""
        variables = types.ObjectType(name="variables", fields=dict(self._fields))
        return _environment().with_variables({**self._variables, "variables": variables})

    def learn(self, expression: Expression, result_type: types.Type) -> None:
        """Let what follows know of a variable and what it is made of, and that `when` is true."""
        match expression.path:
            case ("variables", str() as name):
                self._fields[name] = types.Field(type=result_type)
                definitions = {**(self.known.definitions or {}), f"variables.{name}": parse(expression.source)}
                self.known = replace(self.known, definitions=definitions)
            case ("when",):
                self.known = replace(self.known, true=(parse(expression.source),))


@cache
def _environment() -> cel.Environment:
    """The functions that every policy may call, declared once."""
    return cel.Environment({}, functions())


def _params_type(policy: Policy) -> types.Type:
    rules = {name: param.schema for name, param in policy.params.items()}
    schema = {"type": "object", "additionalProperties": False, "required": list(rules), "properties": rules}
    return object_type(schema, schemas().resolve, name="params")
