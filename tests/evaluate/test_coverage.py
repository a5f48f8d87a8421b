"""Whether the snapshot holds what was asked for: complete is true or Unknown, and what nobody asked for is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sec02_policies import PolicySet, Snapshot, Status, evaluate
from sec02_policies.model import GapKind
from sec02_policies.testing import example

Make = Callable[..., Any]


def judged(policy: Make, document: Any) -> Any:
    chosen = policy(
        resource="iam_account", condition="snapshot.complete()", evidence="{left_out: snapshot.not_requested()}"
    )
    [result] = evaluate(Snapshot(document), chosen).results
    return result


@pytest.mark.parametrize("kind", list(GapKind))
def test_what_somebody_chose_not_to_have_is_no_failure(kind: GapKind, policy: Make, world: Make, gap: Make) -> None:
    document = world(iam_user=[example("iam_user")])
    if kind is GapKind.TRUNCATED:
        document["gaps"] = [gap("iam_user", kind=kind.value)]
    else:
        document["gaps"] = [gap("iam_user", document["resources"]["iam_user"][0]["id"], "path", kind=kind.value)]
        del document["resources"]["iam_user"][0]["path"]
    chosen = kind in (GapKind.NOT_REQUESTED, GapKind.REDACTED)
    assert judged(policy, document).status is (Status.PASS if chosen else Status.UNKNOWN)


def test_what_nobody_asked_for_is_in_the_evidence(policy: Make, world: Make, gap: Make) -> None:
    document = world(iam_user=[example("iam_user")])
    del document["resources"]["iam_user"][0]["last_accessed"]
    document["gaps"] = [
        gap("secretsmanager_secret", kind="not_requested"),
        gap("iam_user", field="last_accessed", id="g00002", kind="not_requested"),
    ]
    assert judged(policy, document).evidence == {"left_out": ["iam_user.last_accessed", "secretsmanager_secret"]}


@pytest.mark.parametrize(("listed", "status"), [(1, Status.PASS), (0, Status.UNKNOWN), (2, Status.UNKNOWN)])
def test_an_independent_count_that_disagrees_is_unknown(listed: int, status: Status, policy: Make, world: Make) -> None:
    document = world()
    document["counts"] = {"iam_role": {"listed": listed, "independent": 1, "source": "iam:GetAccountSummary"}}
    result = judged(policy, document)
    assert result.status is status
    codes = [(each.collection, each.api, each.code) for each in result.gaps]
    assert codes == ([] if listed == 1 else [("iam_role", "iam:GetAccountSummary", "CountMismatch")])


def test_a_mismatch_that_a_gap_tells_already_is_told_once(policy: Make, world: Make, gap: Make) -> None:
    document = world()
    document["counts"] = {"iam_role": {"listed": 0, "independent": 1, "source": "iam:GetAccountSummary"}}
    document["gaps"] = [gap("iam_role", api="iam:GetAccountSummary", code="CountMismatch", kind="truncated")]
    assert [each.id for each in judged(policy, document).gaps] == ["g00001"]


def test_the_shipped_policy_is_never_a_fail(world: Make, gap: Make) -> None:
    document = world()
    document["gaps"] = [gap("iam_user")]
    policies = PolicySet.packaged().select(["evidence-snapshot-complete"])
    assert [each.status for each in evaluate(Snapshot(document), policies).results] == [Status.UNKNOWN]
