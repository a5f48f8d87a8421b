"""A policy's CEL, compiled and type-checked; every defect is a PolicyError at its line and column of the YAML."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NoReturn

from sec02_policies import cel
from sec02_policies.cel import types
from sec02_policies.cel.check import Known
from sec02_policies.cel.parse import parse
from sec02_policies.cel.schema_types import object_type
from sec02_policies.errors import CompileError, PolicyError
from sec02_policies.evaluate.functions import SNAPSHOT, functions, resource_type
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.catalog import YamlFile
    from sec02_policies.catalog.yaml import Path
    from sec02_policies.cel.program import Engine
    from sec02_policies.model import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPolicy:
    """The programs of one policy; they serve every snapshot and every value of its parameters."""

    policy: Policy
    when: cel.Program | None
    condition: cel.Program
    message: cel.Program | None
    evidence: Mapping[str, cel.Program]
    variables: Mapping[str, cel.Program]


def compile_policy(policy: Policy, file: YamlFile, *, engine: Engine) -> CompiledPolicy:
    """The policy's programs for `engine`; raises `PolicyError` where its CEL does not compile or has the wrong type.

    Compiled once per process: the same file gives the same programs, which are safe in threads.
    """
    return _compiled(_Source(policy.sha256, policy.path, engine, policy, file))


@dataclass(frozen=True, slots=True)
class _Source:
    """What programs are compiled from; the digest of the file stands for all that it says."""

    sha256: str
    path: str
    engine: Engine
    policy: Policy = field(compare=False)
    file: YamlFile = field(compare=False)


@lru_cache(maxsize=4096)
def _compiled(source: _Source) -> CompiledPolicy:
    policy = source.policy
    compiler = _Compiler(policy, source.file, source.engine)
    # A `when` that reads no variable guards the variables too: they are lazy, so nothing is evaluated before it.
    reads_variables = "variables" in (policy.when or "")
    when = None if policy.when is None or reads_variables else compiler.guard(policy.when)
    variables = {name: compiler.variable(name, each) for name, each in policy.variables.items()}
    if policy.when is not None and reads_variables:
        when = compiler.guard(policy.when)
    return CompiledPolicy(
        policy=policy,
        when=when,
        condition=compiler.program(policy.condition, ("condition",), types.BOOL),
        message=None if policy.message is None else compiler.program(policy.message, ("message",), types.STRING),
        evidence={name: compiler.program(each, ("evidence", name)) for name, each in policy.evidence.items()},
        variables=variables,
    )


@cache
def _environment() -> cel.Environment:
    """The functions that every policy may call, declared once."""
    return cel.Environment({}, functions())


class _Compiler:
    """Compiles the expressions of one policy; each knows the variables before it, and what `when` has made sure."""

    def __init__(self, policy: Policy, file: YamlFile, engine: Engine) -> None:
        self._file = file
        self._engine: Engine = engine
        self._fields: dict[str, types.Field] = {}
        self._known = Known(definitions={})
        self._scope: dict[str, types.Type] = {
            "resource": types.join([resource_type(kind) for kind in policy.resource]),
            "params": _params_type(policy),
            "account": resource_type("iam_account"),
            "snapshot": SNAPSHOT,
            "now": types.TIMESTAMP,
        }

    def variable(self, name: str, source: str) -> cel.Program:
        """The program of a variable; what comes after may read it, and knows what it is made of."""
        program = self.program(source, ("variables", name))
        self._fields[name] = types.Field(type=program.result_type)
        self._known = replace(
            self._known, definitions={**(self._known.definitions or {}), f"variables.{name}": parse(source)}
        )
        return program

    def guard(self, source: str) -> cel.Program:
        """The program of `when`; what comes after is only evaluated where it is true."""
        program = self.program(source, ("when",), types.BOOL)
        self._known = replace(self._known, true=(parse(source),))
        return program

    def program(self, source: str, path: Path, expected: types.Type | None = None) -> cel.Program:
        """The program of the expression at `path` of the file."""
        variables = types.ObjectType(name="variables", fields=dict(self._fields))
        environment = _environment().with_variables({**self._scope, "variables": variables})
        try:
            return cel.compile(source, environment, engine=self._engine, expected=expected, known=self._known)
        except CompileError as fault:
            self._refuse(path, source, fault)

    def _refuse(self, path: Path, source: str, fault: CompileError) -> NoReturn:
        lines = source.split("\n")
        offset = sum(len(line) + 1 for line in lines[: fault.line - 1]) + fault.column - 1
        line, column = self._file.inside(path, offset)
        raise PolicyError(
            self._file.path,
            ".".join(map(str, path)),
            f"{fault.message} [{fault.code}]",
            fault.hint or "CEL that compiles",
            line=line,
            column=column,
        ) from None


def _params_type(policy: Policy) -> types.Type:
    rules = {name: param.schema for name, param in policy.params.items()}
    schema = {"type": "object", "additionalProperties": False, "required": list(rules), "properties": rules}
    return object_type(schema, schemas().resolve, name="params")
