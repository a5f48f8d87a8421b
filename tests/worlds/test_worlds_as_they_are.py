"""moto as it is, with nothing added: what it does not know is a gap, and everything else is judged."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

from moto_world import REGION, World, allow

from sec02_policies import PolicySet, Snapshot, Status, evaluate
from sec02_policies.collect import collect


def test_a_whole_account_of_moto_is_collected_and_judged(world: World) -> None:
    world.user("alice", password=True)
    world.iam.put_user_policy(
        UserName="alice", PolicyName="all", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allow()})
    )
    read = collect(world.session, regions=[REGION], now=lambda: datetime.now(UTC), sleep=lambda _: None)
    snapshot = Snapshot(json.loads(json.dumps(read)))
    assert {gap.code for gap in snapshot.gaps if gap.api == "sso-admin:ListApplications"} == {"NotImplemented"}
    results = evaluate(snapshot, PolicySet.packaged().select()).results
    found = {(row.policy_id, row.resource_name): row.status for row in results}
    assert found["iam-user-no-admin", "alice"] is Status.FAIL
    assert found["iam-user-console-mfa", "alice"] is Status.FAIL
    assert found["idc-app-assignment-required", None] is Status.UNKNOWN
    assert Counter(row.status for row in results)[Status.ERROR] == 0
