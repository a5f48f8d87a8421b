from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sec02_policies import PolicyError, Snapshot, Status
from sec02_policies.evaluate import evaluate
from sec02_policies.testing import example

Make = Callable[..., Any]


@pytest.mark.parametrize(
    "condition",
    [
        "age_days('2026-01-30T00:00:00Z') == 1",
        "age_days('2026-01-30T00:00:01Z') == 0",
        "age_days('2026-02-01T00:00:00Z') == -1",
        "days(2) == duration('48h')",
        "hours(2) == duration('120m')",
        "now == timestamp('2026-01-31T00:00:00Z')",
        "has_tag([{'key': 'a', 'value': 'b=c'}], 'a=b=c')",
        "!has_tag([{'key': 'a', 'value': 'b'}], 'a=B')",
        "!has_tag(resource.tags, 'a=')",
        "tag([{'key': 'a', 'value': 'b'}], 'a') == 'b'",
        "tag(resource.tags, 'a') == null",
        "glob('arn:aws:iam::*:role/a?p', 'arn:aws:iam::1:role/app')",
        "!glob('a?', 'a')",
        "action_covers(['s3:*', 'iam:Get*'], 'IAM:GetUser')",
        "!action_covers([], 'iam:GetUser')",
        "arn_account('arn:aws:iam::111122223333:role/x') == '111122223333'",
        "arn_account('arn:aws:s3:::bucket') == ''",
        "arn_account('111122223333') == '111122223333'",
        "arn_account('nothing') == ''",
        "cidr_prefix('10.0.0.0/8') == 8",
        "cidr_prefix('10.1.2.3/8') == 8",
        "cidr_prefix('2001:db8::/32') == 32",
        "cidr_prefix('10.0.0.1') == 32",
        "url_host('https://Example.com:8443/a') == 'example.com'",
        "url_host('myapp://') == ''",
        "url_scheme('HTTPS://a') == 'https'",
        "snapshot.get('iam_user', resource.id).name == 'alice'",
        "snapshot.holds('iam_user', resource.id)",
        "!snapshot.holds('iam_role', 'arn:none')",
        "snapshot.resources('iam_user').size() == 1",
        "snapshot.where('iam_user', 'name', 'alice').size() == 1",
        "snapshot.where('iam_user', 'name', 'bob').size() == 0",
        "cond_values({'conditions': [{'key': 'aws:sourceip', 'values': ['::/0']}]}, 'aws:SourceIp') == ['::/0']",
        "account.alias == 'example'",
        "identity_kind(resource) == 'human'",
        "snapshot.resources('iam_user').all(user, identity_kind(user) in ['human', 'both'])",
    ],
)
@pytest.mark.parametrize("engine", ["native", "celpy"])
def test_functions_answer(condition: str, engine: Any, policy: Make, world: Make) -> None:
    snapshot = Snapshot(world(iam_user=[example("iam_user")]))
    [result] = evaluate(snapshot, policy(condition=condition), engine=engine).results
    assert result.status is Status.PASS, result.message


@pytest.mark.parametrize(
    "condition",
    [
        "age_days('yesterday') > 0",
        "has_tag(resource.tags, 'no equals sign')",
        "cidr_prefix('everywhere') > 0",
        "url_host('http://[broken') == ''",
        "snapshot.get('iam_user', 'arn:none').name == ''",
        "snapshot.resources('iam_' + 'wizard').size() == 0",
        "snapshot.where('iam_user', 'mo' + 'od', 'x').size() == 0",
    ],
)
def test_functions_refuse_nonsense_with_an_error(condition: str, policy: Make, world: Make) -> None:
    snapshot = Snapshot(world(iam_user=[example("iam_user")]))
    [result] = evaluate(snapshot, policy(condition=condition)).results
    assert result.status is Status.ERROR


@pytest.mark.parametrize(
    ("members", "line"),
    [
        ({"condition": "resource.mfa_actve"}, "test-policy.yaml:10:"),
        ({"condition": "resource.mfa_actve"}, "did you mean"),
        ({"condition": "resorce.mfa_active"}, "condition: unknown"),
        ({"condition": "resource.name"}, "condition: "),
        ({"condition": "resource.name =="}, "test-policy.yaml:10:"),
        ({"condition": "true", "when": "params.nothing"}, "when: "),
        ({"condition": "true", "message": "1"}, "message: "),
        ({"condition": "true", "message": "1 + 2"}, "message: "),
        ({"condition": "true", "evidence": "{a: resource.nothing}"}, "evidence.a: "),
        ({"condition": "true", "variables": "{a: variables.b, b: '1'}"}, "variables.a: "),
        ({"condition": "is_adminn(resource)"}, "condition: unknown function"),
        ({"condition": "snapshot.get('iam_user', resource.id).mood == ''"}, "iam_user has no field 'mood' [T100]"),
        ({"condition": "resource.permissions_boundary_arn.startsWith('arn')"}, "[T105]"),
        ({"condition": "resource.mfa_devices.all(d, d.kind == 'abacus')"}, "[T107]"),
        ({"condition": "resource.create_date < '2026'"}, "[T108]"),
    ],
)
def test_cel_that_cannot_be_right_is_refused_at_its_place(
    members: dict[str, str], line: str, policy: Make, world: Make
) -> None:
    with pytest.raises(PolicyError) as caught:
        evaluate(Snapshot(world()), policy(**members))
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_when_has_made_sure_is_known_in_the_condition(policy: Make, world: Make) -> None:
    chosen = policy(
        when="resource.permissions_boundary_arn != null",
        condition="resource.permissions_boundary_arn.startsWith('arn:')",
    )
    user = example("iam_user", {"permissions_boundary_arn": "arn:aws:iam::111122223333:policy/app"})
    [result] = evaluate(Snapshot(world(iam_user=[user])), chosen).results
    assert result.status is Status.PASS
