"""Runs suites through the front door: the case's snapshot is evaluated, and the verdict compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sec02_policies.errors import InputError, Sec02Error
from sec02_policies.evaluate import evaluate
from sec02_policies.testing.suite import demand_policies
from sec02_policies.testing.world import snapshot_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sec02_policies.catalog import PolicySet
    from sec02_policies.cel.compilation import Engine
    from sec02_policies.model import Result
    from sec02_policies.testing.suite import Case, Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one case ended; `problem` is None where it came out as expected."""

    policy_id: str
    path: str
    line: int
    case: str
    problem: str | None


def run_suites(policies: PolicySet, suites: Sequence[Suite], *, engine: Engine = "native") -> Iterator[Outcome]:
    """The outcome of every case, in order; raises `PolicyError` for a suite without its policy."""
    demand_policies(policies, suites)
    for suite in suites:
        chosen = replace(policies, policies=(policies.get(suite.policy_id),))
        for case in suite.cases:
            yield Outcome(
                policy_id=suite.policy_id,
                path=suite.path,
                line=case.line,
                case=case.name,
                problem=_problem(chosen, suite, case, engine),
            )


def untested(policies: PolicySet, suites: Sequence[Suite]) -> tuple[str, ...]:
    """The ids of policies without a suite."""
    tested = {suite.policy_id for suite in suites}
    return tuple(policy.id for policy in policies if policy.id not in tested)


def _problem(chosen: PolicySet, suite: Suite, case: Case, engine: Engine) -> str | None:
    policy = chosen.policies[0]
    try:
        snapshot, kind, judged = snapshot_of(suite, case, policy)
        given = chosen.with_params({policy.id: case.params}, where="params of") if case.params else chosen
        results = evaluate(snapshot, given, engine=engine).results
    except InputError as fault:
        if fault.where.startswith(policy.path):
            raise
        return str(fault).removeprefix(f"{suite.path}:{case.line}: ")  # the outcome says it already
    except Sec02Error as fault:
        return str(fault)
    if judged is not None:
        results = [each for each in results if each.resource_id == judged and each.resource_type == kind]
    if len(results) != 1:
        return f"expected one result, got {len(results)}"
    return _difference(case, results[0])


def _difference(case: Case, result: Result) -> str | None:
    if result.status != case.status:
        return f"expected {case.status}, got {result.status.value}: {result.message}"
    if case.message is not None and case.message not in result.message:
        return f"expected a message with {case.message!r}, got {result.message!r}"
    if case.evidence is not None and case.evidence != result.evidence:
        return f"expected evidence {case.evidence!r}, got {result.evidence!r}"
    return None
