from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from sec02_policies import InputError, PolicySet, Severity, Snapshot, Status
from sec02_policies.evaluate import Evaluation, evaluate
from sec02_policies.snapshot import canonical, digest
from sec02_policies.snapshot.schema import first_fault
from sec02_policies.testing import example

Document = dict[str, Any]
Make = Callable[..., Any]
ALICE = "arn:aws:iam::111122223333:user/alice"


def only(evaluation: Evaluation) -> Any:
    [result] = evaluation.results
    return result


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"condition": "resource.mfa_active"}, Status.PASS),
        ({"condition": "!resource.mfa_active"}, Status.FAIL),
        ({"when": "resource.name == 'bob'", "condition": "false"}, Status.NOT_APPLICABLE),
        ({"when": "resource.name == 'alice'", "condition": "false"}, Status.FAIL),
        ({"condition": "int(resource.name) == 1"}, Status.ERROR),
        ({"when": "int(resource.name) == 1", "condition": "true"}, Status.ERROR),
        ({"condition": "resource.groups[7] == 'x'"}, Status.ERROR),
        ({"condition": "dyn(1)"}, Status.ERROR),
        ({"when": "dyn('true')", "condition": "true"}, Status.ERROR),
        ({"condition": "trust({'statements': []}).nonsense"}, Status.ERROR),
        ({"condition": "snapshot.get('iam_role', 'arn:none').path == '/'"}, Status.ERROR),
        ({"condition": "size([1, 2, 3].map(a, [1, 2, 3].map(b, a + b))) == 3"}, Status.PASS),
    ],
)
@pytest.mark.parametrize("engine", ["native", "celpy"])
def test_a_verdict_is_what_the_condition_says(
    members: dict[str, str], status: Status, engine: Any, policy: Make, world: Make
) -> None:
    snapshot = Snapshot(world(iam_user=[example("iam_user")]))
    assert only(evaluate(snapshot, policy(**members), engine=engine)).status is status


def test_an_error_names_the_policy_and_no_value(judge: Make) -> None:
    result = only(judge(condition="int(resource.name) == 1"))
    assert result.message.startswith("test-policy.yaml: ")
    assert "alice" not in result.message


def test_a_result_says_what_which_and_where(judge: Make) -> None:
    result = only(judge(condition="false", message="resource.name + ' is wrong'", evidence="{path: resource.path}"))
    assert (result.policy_id, result.best_practice, result.severity) == ("test-policy", "SEC02-BP01", Severity.HIGH)
    assert (result.resource_type, result.resource_id, result.resource_name) == ("iam_user", ALICE, "alice")
    assert (result.resource_arn, result.account_id, result.region) == (ALICE, "111122223333", "global")
    assert result.message == "alice is wrong"
    assert result.evidence == {"path": "/"}
    assert result.waived_by is None


def test_a_fingerprint_is_of_policy_and_resource_alone(judge: Make) -> None:
    one = only(judge(condition="false"))
    other = only(judge(condition="true", title="Another title", severity="low"))
    assert one.fingerprint == other.fingerprint
    assert len(one.fingerprint) == 20


def test_a_broken_message_does_not_change_the_verdict(judge: Make) -> None:
    result = only(judge(condition="false", message="string(1 / 0)"))
    assert (result.status, result.message) == (Status.FAIL, "Not so: Things are right")


def test_broken_evidence_says_so_and_does_not_change_the_verdict(judge: Make) -> None:
    result = only(judge(condition="false", evidence="{broken: 1 / 0}"))
    assert result.status is Status.FAIL
    assert list(result.evidence["broken"]) == ["error"]


def test_variables_are_lazy_and_in_order(judge: Make) -> None:
    variables = "{a: '1', b: variables.a + 1, never: 1 / 0}"
    assert only(judge(variables=variables, condition="variables.b == 2")).status is Status.PASS
    assert only(judge(variables=variables, condition="variables.never == 2")).status is Status.ERROR


def test_there_is_one_row_where_there_is_nothing_to_judge(policy: Make, world: Make) -> None:
    result = only(evaluate(Snapshot(world()), policy(resource="[iam_user, iam_role]")))
    assert (result.status, result.resource_id, result.resource_type) == (
        Status.NOT_APPLICABLE,
        None,
        "iam_user,iam_role",
    )
    assert result.message == "The account has no iam_user and no iam_role."


# ---------------------------------------------------------------- what could not be read


def unread(world: Make, gap: Document, *hidden: str) -> Snapshot:
    document = world(iam_user=[example("iam_user")])
    for member in hidden:
        del document["resources"]["iam_user"][0][member]
    document["gaps"].append(gap)
    return Snapshot(document)


@pytest.mark.parametrize("engine", ["native", "celpy"])
def test_a_hidden_field_makes_the_result_unknown(policy: Make, world: Make, gap: Make, engine: Any) -> None:
    snapshot = unread(world, gap("iam_user", ALICE, "mfa_devices"), "mfa_devices")
    result = only(evaluate(snapshot, policy(condition="size(resource.mfa_devices) > 0"), engine=engine))
    assert result.status is Status.UNKNOWN
    assert [each.api for each in result.gaps] == ["iam:ListMFADevices"]
    assert result.message == "Could not be read: iam:ListMFADevices answered AccessDenied; grant iam:ListMFADevices."
    assert result.resource_name == "alice"


def test_another_operand_may_decide(policy: Make, world: Make, gap: Make) -> None:
    snapshot = unread(world, gap("iam_user", ALICE, "mfa_devices"), "mfa_devices")
    hidden = "size(resource.mfa_devices) > 0"
    for condition, status in (
        (f"resource.mfa_active || {hidden}", Status.PASS),
        (f"{hidden} || resource.mfa_active", Status.PASS),
        (f"!resource.mfa_active && {hidden}", Status.FAIL),
        (f"resource.mfa_active && {hidden}", Status.UNKNOWN),
        (f"{hidden} && int(resource.name) == 1", Status.UNKNOWN),
    ):
        assert only(evaluate(snapshot, policy(condition=condition))).status is status, condition


def test_when_over_a_gap_is_unknown_never_not_applicable(policy: Make, world: Make, gap: Make) -> None:
    snapshot = unread(world, gap("iam_user", ALICE, "password_enabled"), "password_enabled")
    result = only(evaluate(snapshot, policy(when="resource.password_enabled", condition="true")))
    assert result.status is Status.UNKNOWN


def test_a_whole_collection_gives_one_unknown_row_besides_what_was_read(policy: Make, world: Make, gap: Make) -> None:
    results = evaluate(unread(world, gap("iam_user", kind="truncated")), policy()).results
    assert [(each.status, each.resource_id) for each in results] == [(Status.UNKNOWN, None), (Status.PASS, ALICE)]


def test_a_parent_whose_children_are_unread_gives_an_unknown_row(policy: Make, world: Make, gap: Make) -> None:
    snapshot = unread(world, gap("iam_user", ALICE, "access_keys"), "access_keys")
    result = only(evaluate(snapshot, policy(resource="iam_access_key")))
    assert (result.status, result.resource_type, result.resource_name) == (Status.UNKNOWN, "iam_access_key", "alice")


def test_evidence_that_could_not_be_read_names_its_gap(policy: Make, world: Make, gap: Make) -> None:
    snapshot = unread(world, gap("iam_user", ALICE, "path"), "path")
    result = only(evaluate(snapshot, policy(condition="false", evidence="{path: resource.path}")))
    assert result.evidence == {"path": {"unknown": ["g00001"]}}
    result = only(evaluate(snapshot, policy(condition="false", message="resource.path")))
    assert result.message == "Not so: Things are right"


def test_the_account_itself_may_be_unread(policy: Make, world: Make, gap: Make) -> None:
    document = world(iam_user=[example("iam_user")], iam_account=[])
    document["gaps"].append(gap("iam_account"))
    result = only(evaluate(Snapshot(document), policy(condition="account.alias == null")))
    assert result.status is Status.UNKNOWN


def test_an_absent_policy_is_unknown(policy: Make, world: Make) -> None:
    user = example("iam_user", {"attached_policies": [{"arn": "arn:aws:iam::aws:policy/Some", "name": "Some"}]})
    result = only(
        evaluate(
            Snapshot(world(iam_user=[user], iam_group=[example("iam_group")])), policy(condition="!is_admin(resource)")
        )
    )
    assert result.status is Status.UNKNOWN
    assert "iam:GetPolicyVersion answered NotInSnapshot" in result.message


# ---------------------------------------------------------------- the whole


def test_the_clock_is_the_snapshots_unless_given(policy: Make, world: Make) -> None:
    snapshot = Snapshot(world(iam_user=[example("iam_user")]))
    young = policy(condition="age_days(resource.create_date) < 400")
    assert only(evaluate(snapshot, young)).status is Status.PASS
    late = datetime(2027, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    evaluation = evaluate(snapshot, young, now=late)
    assert only(evaluation).status is Status.FAIL
    assert evaluation.run["evaluated_at"] == "2027-01-01T00:00:00Z"
    with pytest.raises(InputError, match="now: a time without a zone"):
        evaluate(snapshot, young, now=datetime(2027, 1, 1))  # noqa: DTZ001 - that is the point


def test_the_document_fits_its_schema_and_is_sorted(world: Make) -> None:
    snapshot = Snapshot(
        world(iam_user=[example("iam_user", {"access_keys": [{}]}), example("iam_user", {"name": "bob"})])
    )
    evaluation = evaluate(snapshot, PolicySet.packaged())
    document = evaluation.document()
    fault = first_fault("urn:sec02:schema:results", document)
    assert fault is None, fault
    order = [
        (row["policy_id"], row["account_id"], row["region"], row["resource_id"] or "") for row in document["results"]
    ]
    assert order == sorted(order)
    assert document["run"]["snapshot_sha256"] == digest(dict(snapshot.document))
    assert canonical(document) == canonical(evaluate(snapshot, PolicySet.packaged()).document())


def test_the_summary_counts_and_never_scores_without_assurance(policy: Make, world: Make, gap: Make) -> None:
    document = world(iam_user=[example("iam_user", {"name": "bob", "mfa_active": False}), example("iam_user")])
    document["gaps"].append(gap("iam_user", kind="truncated"))
    evaluation = evaluate(Snapshot(document), policy(condition="resource.mfa_active"))
    summary = evaluation.document()["summary"]
    counts = {"pass": 1, "fail": 1, "unknown": 1, "not_applicable": 0, "error": 0}
    assert summary["statuses"] == counts
    assert summary["by_best_practice"] == {"SEC02-BP01": counts}
    assert summary["by_severity"] == {"high": counts}
    assert summary["compliance"] == {"met": 1, "judged": 2}
    assert summary["assurance"] == {"judged": 2, "applicable": 3}
    assert [each.resource_name for each in evaluation.failing()] == ["bob"]
    assert evaluation.failing(Severity.CRITICAL) == ()


def test_now_is_utc_in_the_run(world: Make, policy: Make) -> None:
    run = evaluate(Snapshot(world()), policy(), now=datetime(2026, 2, 1, tzinfo=UTC)).run
    assert run["evaluated_at"] == "2026-02-01T00:00:00Z"
    assert run["collected_at"] == "2026-01-31T00:00:00Z"
    assert run["policies"][0]["params"] == {}
