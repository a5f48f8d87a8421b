"""A policy's CEL, compiled and type-checked; every defect is a PolicyError at its line and column of the YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from sec02_policies import cel
from sec02_policies.errors import CompileError, PolicyError
from sec02_policies.evaluate.scope import Expression, Scope, expressions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.catalog import YamlFile
    from sec02_policies.catalog.yaml import Path
    from sec02_policies.cel.compilation import Engine
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
    scope = Scope(policy)
    programs: dict[Path, cel.Program] = {}
    for each in expressions(policy):
        programs[each.path] = _program(each, scope, source)
        scope.learn(each, programs[each.path].result_type)
    return CompiledPolicy(
        policy=policy,
        when=programs.get(("when",)),
        condition=programs["condition",],
        message=programs.get(("message",)),
        evidence={name: programs["evidence", name] for name in policy.evidence},
        variables={name: programs["variables", name] for name in policy.variables},
    )


def _program(expression: Expression, scope: Scope, source: _Source) -> cel.Program:
    try:
        return cel.compile(
            expression.source,
            scope.environment(),
            engine=source.engine,
            expected=expression.expected,
            known=scope.known,
        )
    except CompileError as fault:
        line, column = expression.position(source.file, fault.line, fault.column)
        raise PolicyError(
            source.file.path,
            ".".join(map(str, expression.path)),
            f"{fault.message} [{fault.code}]",
            fault.hint or "CEL that compiles",
            line=line,
            column=column,
        ) from None
