"""One evaluation, policy by policy: its results in their order, and then what is to be said of all of them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from sec02_policies.cel.compilation import Engine
from sec02_policies.errors import InputError
from sec02_policies.evaluate.context import context_of, evaluating
from sec02_policies.evaluate.judge import judge
from sec02_policies.evaluate.programs import compile_policy
from sec02_policies.evaluate.rows import Summary, row, written
from sec02_policies.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sec02_policies.catalog import PolicySet
    from sec02_policies.evaluate.waivers import Waivers
    from sec02_policies.model import Result
    from sec02_policies.snapshot import Snapshot

_TOOL = {"name": "sec02-policies", "version": VERSION}


class Course:
    """Goes through the policies once; holds the results of one policy at a time, whatever the size of the account."""

    def __init__(  # noqa: PLR0913 - what an evaluation is made of
        self,
        snapshot: Snapshot,
        policies: PolicySet,
        *,
        now: datetime | None,
        engine: Engine,
        waivers: Waivers | None,
        tool: Mapping[str, str] = _TOOL,
    ) -> None:
        """Compile the policies; raises `PolicyError` where one does not compile, `InputError` for another engine.

        `tool` is what `run` names.
        """
        if engine not in get_args(Engine):
            raise InputError("engine", f"{engine!r} is no engine", " or ".join(get_args(Engine)))
        self._snapshot, self._policies, self._engine, self._waivers = snapshot, policies, engine, waivers
        self._tool = tool
        self._snapshot_sha256 = snapshot.sha256  # takes as much memory as the snapshot: before what judging keeps
        self._context = context_of(snapshot, now)
        self._compiled = [compile_policy(each, policies.files[each.id], engine=engine) for each in policies]
        self._applied: Counter[str] = Counter()
        self.summary = Summary()

    def results(self) -> Iterator[list[Result]]:
        """The results of each policy in the order of results; to be asked once, before what is said of them."""
        today = date.fromisoformat(self._context.evaluated_at[:10])
        for each in self._compiled:
            with evaluating(self._context):
                results = list(judge(each, self._policies.params_of(each.policy), self._context))
            results.sort(key=lambda each: (each.account_id, each.region, each.resource_id or ""))
            if self._waivers is not None:
                results = self._waivers.applied(results, today, self._applied)
            self.summary.add(results)
            yield results

    def run(self) -> dict[str, Any]:
        """Of what, by what and when (schemas/results.schema.json); complete once all results were asked."""
        snapshot, policies, waivers = self._snapshot, self._policies, self._waivers
        scope = snapshot.document["scope"]
        today = date.fromisoformat(self._context.evaluated_at[:10])
        return {
            "tool": dict(self._tool),
            "engine": self._engine,
            "evaluated_at": self._context.evaluated_at,
            "collected_at": snapshot.collected_at,
            "account_id": snapshot.account_id,
            "organization_id": scope["organization_id"],
            "partition": scope["partition"],
            "snapshot_sha256": self._snapshot_sha256,
            "policies": [
                {"id": each.id, "sha256": each.sha256, "params": policies.params_of(each)} for each in policies
            ],
            "waivers": [] if waivers is None else waivers.described(today, self._applied),
        }

    def written(self) -> Iterator[bytes]:
        """The results document as `sec02 evaluate --format json` writes it, in pieces."""
        rows = (row(each) for results in self.results() for each in results)
        return written(rows, lambda: {"run": self.run(), "schema_version": "1", "summary": self.summary.document()})
