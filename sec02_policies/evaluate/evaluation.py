"""Snapshot + policies + now -> Evaluation: the run, the results in their order, and the summary of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from sec02_policies.evaluate.context import context_of, evaluating
from sec02_policies.evaluate.judge import judge
from sec02_policies.evaluate.programs import compile_policy
from sec02_policies.model import Gap, Result, Severity, Status
from sec02_policies.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sec02_policies.catalog import PolicySet
    from sec02_policies.cel.program import Engine
    from sec02_policies.evaluate.waivers import Waivers
    from sec02_policies.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What one evaluation found; `run` says of what, by what and when (DESIGN.md, Results)."""

    run: Mapping[str, Any]
    results: Sequence[Result] = field(repr=False)

    def document(self) -> dict[str, Any]:
        """The results document of schemas/results.schema.json, plain JSON."""
        return {
            "schema_version": "1",
            "run": dict(self.run),
            "summary": summary(self.results),
            "results": [_plain(each) for each in self.results],
        }

    def with_status(self, *statuses: Status) -> tuple[Result, ...]:
        """The results that have one of those statuses."""
        return tuple(each for each in self.results if each.status in statuses)

    def failing(self, fail_on: Severity = Severity.INFO) -> tuple[Result, ...]:
        """The failing results at or above a severity that no waiver covers."""
        return tuple(
            each
            for each in self.with_status(Status.FAIL)
            if each.severity.rank <= fail_on.rank and each.waived_by is None
        )


def run(
    snapshot: Snapshot, policies: PolicySet, *, now: datetime | None, engine: Engine, waivers: Waivers | None
) -> Evaluation:
    """Judge the snapshot by the policies (see `sec02_policies.evaluate.evaluate`)."""
    context = context_of(snapshot, now)
    compiled = [compile_policy(policy, policies.files[policy.id], engine=engine) for policy in policies]
    results: list[Result] = []
    with evaluating(context):
        for each in compiled:
            results += judge(each, policies.params_of(each.policy), context)
    results.sort(key=lambda each: (each.policy_id, each.account_id, each.region, each.resource_id or ""))
    held: list[dict[str, Any]] = []
    if waivers is not None:
        results, held = waivers.apply(results, date.fromisoformat(context.evaluated_at[:10]))
    scope = snapshot.document["scope"]
    described = {
        "tool": {"name": "sec02-policies", "version": VERSION},
        "engine": engine,
        "evaluated_at": context.evaluated_at,
        "collected_at": snapshot.collected_at,
        "account_id": snapshot.account_id,
        "organization_id": scope["organization_id"],
        "partition": scope["partition"],
        "snapshot_sha256": snapshot.sha256,
        "policies": [{"id": each.id, "sha256": each.sha256, "params": policies.params_of(each)} for each in policies],
        "waivers": held,
    }
    return Evaluation(run=described, results=tuple(results))


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """Counts by status, overall, by best practice and by severity; compliance always with its assurance.

    compliance = pass of (pass + fail); assurance = (pass + fail) of all but not_applicable.
    """
    counts = _counts(results)
    judged = counts[Status.PASS] + counts[Status.FAIL]
    return {
        "results": len(results),
        "statuses": counts,
        "by_best_practice": {
            name: _counts(each for each in results if each.best_practice == name)
            for name in sorted({each.best_practice for each in results})
        },
        "by_severity": {
            name.value: _counts(each for each in results if each.severity is name)
            for name in Severity
            if any(each.severity is name for each in results)
        },
        "compliance": {"met": counts[Status.PASS], "judged": judged},
        "assurance": {"judged": judged, "applicable": len(results) - counts[Status.NOT_APPLICABLE]},
    }


def _counts(results: Iterable[Result]) -> dict[str, int]:
    found = Counter(each.status for each in results)
    return {status.value: found[status] for status in Status}


def _plain(result: Result) -> dict[str, Any]:
    # By name: `asdict` copies every value deeply, at many times the cost.
    return {name: getattr(result, name) for name in _FIELDS} | {"gaps": [_gap(gap) for gap in result.gaps]}


def _gap(gap: Gap) -> dict[str, Any]:
    return {name: getattr(gap, name) for name in _GAP_FIELDS}


_FIELDS = tuple(each.name for each in fields(Result))
_GAP_FIELDS = tuple(each.name for each in fields(Gap))
