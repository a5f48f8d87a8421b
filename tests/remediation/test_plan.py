"""What a plan says and in which order; what is filled in, and what is left to a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sec02_policies.remediation import Command, Phase, Plan, PlanFormat, Step, remedies, render_plan

Make = Callable[..., Any]
DELETE = "aws iam delete-access-key --user-name USER --access-key-id KEY"


def words(plan: Plan) -> list[list[str]]:
    return [command for step in plan.document()["steps"] for command in step["commands"]]


def step(**members: Any) -> Step:
    chosen: dict[str, Any] = {
        "phase": Phase.ENABLE,
        "policy_id": "p",
        "resource_name": "t",
        "account_id": "1" * 12,
        "risk": 1,
        "message": "",
        "text": "",
    }
    return Step(**(chosen | members))


def test_phases_come_before_risk_and_risk_before_names() -> None:
    steps = [
        step(phase=Phase.REMOVE, risk=99),
        step(phase=Phase.ENABLE, risk=1, resource_name="b"),
        step(phase=Phase.ENABLE, risk=1, resource_name="a"),
        step(phase=Phase.ENABLE, risk=50, resource_name="c"),
        step(phase=Phase.PREPARE, risk=0),
    ]
    found = Plan.ordered(steps, evaluated_at="2026-01-31T00:00:00Z").steps
    assert [(each.phase.value, each.target) for each in found] == [
        ("prepare", "t"),
        ("enable", "c"),
        ("enable", "a"),
        ("enable", "b"),
        ("remove", "t"),
    ]


def test_the_way_back_in_comes_first() -> None:
    steps = [step(phase=Phase.PREPARE, risk=99), step(phase=Phase.PREPARE, policy_id="iam-breakglass-ready")]
    assert Plan.ordered(steps, evaluated_at="").steps[0].source == "iam-breakglass-ready"


@pytest.mark.parametrize(
    ("operation", "phase"),
    [
        ("iam list-mfa-devices", Phase.PREPARE),
        ("iam enable-mfa-device", Phase.ENABLE),
        ("iam create-access-key", Phase.ENABLE),
        ("iam update-role", Phase.ENFORCE),
        ("organizations attach-policy", Phase.ENFORCE),
        ("iam update-access-key --status Inactive", Phase.RESTRICT),
        ("iam detach-user-policy", Phase.RESTRICT),
        ("iam delete-user-policy", Phase.RESTRICT),
        ("iam delete-login-profile", Phase.RESTRICT),
        ("iam delete-user", Phase.REMOVE),
    ],
)
def test_an_operation_tells_its_phase(row: Make, about: Make, results: Make, operation: str, phase: Phase) -> None:
    assert remedies(results(row()), about(cli=f"aws {operation}")).steps[0].phase is phase


def test_a_policy_may_say_otherwise(row: Make, about: Make, results: Make) -> None:
    plan = remedies(results(row()), about(cli="aws organizations attach-policy", phase="restrict"))
    assert plan.steps[0].phase is Phase.RESTRICT


def test_a_new_key_comes_before_the_old_one_is_deactivated_and_that_before_it_is_deleted(
    row: Make, about: Make, results: Make
) -> None:
    policies = about(
        before="aws iam create-access-key --user-name USER",
        cli="aws iam update-access-key --user-name USER --access-key-id KEY --status Inactive",
        after=DELETE,
    )
    key = row(resource_type="iam_access_key", resource_id="AKIA1", resource_name="alice/AKIA1")
    plan = remedies(results(key), policies)
    assert [each.phase.value for each in plan.steps] == ["enable", "restrict", "remove"]
    assert "keep it out of logs" in plan.steps[0].text
    assert [each[2] for each in words(plan)] == ["create-access-key", "update-access-key", "delete-access-key"]
    assert words(plan)[2] == ["aws", "iam", "delete-access-key", "--user-name", "alice", "--access-key-id", "AKIA1"]


def test_what_is_looked_at_first_is_preparation(row: Make, about: Make, results: Make) -> None:
    policies = about(
        before="aws iam get-role --role-name ROLE", cli="aws iam update-assume-role-policy", phase="restrict"
    )
    plan = remedies(results(row(resource_type="iam_role", resource_name="r")), policies)
    assert [(each.phase.value, each.warning is None) for each in plan.steps] == [("prepare", True), ("restrict", False)]


def test_what_takes_away_is_warned_of_and_what_resets_says_what(row: Make, about: Make, results: Make) -> None:
    gone = remedies(results(row()), about(cli="aws iam delete-user --user-name USER")).steps[0]
    reset = remedies(results(row()), about(cli="aws cognito-idp update-user-pool --user-pool-id POOL")).steps[0]
    mild = remedies(results(row()), about(cli="aws iam tag-user --user-name USER")).steps[0]
    assert gone.warning == "Whoever relies on this loses it: look at the last use first, and tell the owner."
    assert reset.warning is not None
    assert "every setting of the user pool" in reset.warning
    assert mild.warning is None


@pytest.mark.parametrize("name", ["-rf", "--no-verify", "file:///etc/passwd", "https://evil.example", "", "a\0b"])
def test_a_name_that_the_cli_would_take_for_something_else_is_left_to_a_person(
    row: Make, about: Make, results: Make, name: str
) -> None:
    plan = remedies(results(row(name)), about(cli="aws iam delete-user --user-name USER"))
    assert words(plan) == [["aws", "iam", "delete-user", "--user-name", "<USER>"]]


def test_a_name_within_a_list_cannot_add_to_the_list(row: Make, about: Make, results: Make) -> None:
    plan = remedies(results(row("a,Value=b")), about(cli="aws iam tag-user --tags Key=owner,Value=USER"))
    assert words(plan)[0][-1] == "Key=owner,Value=<USER>"


def test_values_of_aws_in_capitals_are_no_placeholders(row: Make, about: Make, results: Make) -> None:
    cli = "aws sso-admin x --principal-type USER --target-type AWS_ACCOUNT --principal-id PRINCIPAL"
    found = words(remedies(results(row()), about(cli=cli)))[0]
    assert found[4:] == ["USER", "--target-type", "AWS_ACCOUNT", "--principal-id", "<PRINCIPAL>"]


def test_an_example_is_never_applied(row: Make, about: Make, results: Make) -> None:
    cli = "aws cognito-idp update-user-pool-client --callback-urls https://app.example.com/callback"
    assert words(remedies(results(row()), about(cli=cli)))[0][-1] == "<VALUE>"


def test_a_document_is_one_of_each_resource(row: Make, about: Make, results: Make) -> None:
    cli = "aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json"
    rows = [row(resource_type="iam_role", resource_name=each, fingerprint=each * 32) for each in ("a", "b")]
    found = [each[-1] for each in words(remedies(results(*rows), about(cli=cli)))]
    assert found == ["file://aaaaaaaa-trust.json", "file://bbbbbbbb-trust.json"]


def test_a_user_gets_the_line_for_users_and_a_role_that_for_roles(row: Make, about: Make, results: Make) -> None:
    cli = "aws iam delete-user-policy --user-name USER\naws iam delete-role-policy --role-name ROLE\n"
    rows = [row("a"), row("b", resource_type="iam_role")]
    found = words(remedies(results(*rows), about(cli=cli)))
    assert found == [
        ["aws", "iam", "delete-user-policy", "--user-name", "a"],
        ["aws", "iam", "delete-role-policy", "--role-name", "b"],
    ]


def test_the_policy_that_makes_an_administrator_comes_from_the_evidence(row: Make, about: Make, results: Make) -> None:
    via = {"kind": "managed", "policy": "arn:aws:iam::1:policy/all", "through": None}
    policies = about(cli="aws iam detach-user-policy --user-name USER --policy-arn POLICY")
    found = [
        words(remedies(results(row(evidence={"admin_via": each})), policies))[0][-1]
        for each in (
            [via],
            [via, via],
            [{**via, "through": "arn:aws:iam::1:group/g"}],
            [{**via, "kind": "document"}],
            [],
        )
    ]
    assert found == ["arn:aws:iam::1:policy/all", *["<POLICY>"] * 4]


def test_the_name_of_an_inline_policy_is_never_taken_for_an_arn(row: Make, about: Make, results: Make) -> None:
    cli = "aws iam delete-user-policy --policy-name POLICY --policy-arn POLICY"
    assert words(remedies(results(row(evidence={"inline": ["deploy"]})), about(cli=cli)))[0][3:] == [
        "--policy-name",
        "deploy",
        "--policy-arn",
        "<POLICY>",
    ]


def test_iam_is_called_without_the_region_of_what_it_serves(row: Make, about: Make, results: Make) -> None:
    plan = remedies(results(row(region="eu-west-1")), about(cli="aws iam list-users"))
    assert words(plan) == [["aws", "iam", "list-users"]]


def test_a_regional_resource_is_changed_in_its_region(row: Make, about: Make, results: Make) -> None:
    plan = remedies(results(row(region="eu-west-1")), about(cli="aws ds enable-ldaps"))
    assert words(plan) == [["aws", "ds", "enable-ldaps", "--region", "eu-west-1"]]


def test_the_user_pool_of_a_client_comes_from_the_snapshot(row: Make, about: Make, results: Make) -> None:
    client = row(resource_type="cognito_user_pool_client", resource_id="c1", resource_name="pool/web")
    pool = {"id": "arn:aws:cognito-idp:eu-west-1:1:userpool/eu-west-1_AbC", "clients": [{"id": "c1"}]}
    policies = about(cli="aws cognito-idp describe-user-pool-client --user-pool-id POOL --client-id CLIENT")
    without = words(remedies(results(client), policies))[0]
    known = words(remedies(results(client), policies, resources={"cognito_user_pool": [pool]}))[0]
    assert (without[4], known[4], known[6]) == ("<POOL>", "eu-west-1_AbC", "c1")


def test_a_failure_of_a_policy_that_was_not_given_stays_in_the_plan(row: Make, results: Make) -> None:
    plan = remedies(results(row()), {})
    assert [(each.source, each.commands, "--policies" in each.text) for each in plan.steps] == [("user-mfa", (), True)]


@pytest.mark.parametrize("members", [{"status": "pass"}, {"status": "unknown"}, {"waived_by": "W-1"}])
def test_only_what_fails_and_is_not_waived_is_in_the_plan(
    row: Make, about: Make, results: Make, members: dict[str, Any]
) -> None:
    assert remedies(results(row(**members)), about(cli="aws iam list-users")).steps == ()


def test_a_plan_of_other_making_renders_in_every_format() -> None:
    revoke = step(
        phase=Phase.RESTRICT, commands=(Command.of("aws", "iam", "delete-login-profile", "--user-name", "x"),)
    )
    plan = Plan.ordered([revoke], evaluated_at="2026-01-31T00:00:00Z")
    assert all(render_plan(plan, each) for each in PlanFormat)
    assert json.loads(render_plan(plan, PlanFormat.JSON))["steps"][0]["commands"][0][-1] == "x"


@pytest.mark.parametrize("fmt", list(PlanFormat))
def test_the_small_plan_looks_like_the_golden_file(row: Make, about: Make, results: Make, fmt: PlanFormat) -> None:
    import os

    policies = about(
        cli="aws iam detach-user-policy --user-name USER --policy-arn POLICY",
        rollback="aws iam attach-user-policy --user-name USER --policy-arn POLICY",
        terraform='resource "aws_iam_group" "admins" {\n  name = "admins"\n}',
        cloudformation="Admins:\n  Type: AWS::IAM::Group\n",
    ) | about("by-hand")
    rows = [row(), row("bob", region="eu-west-1"), row(policy_id="by-hand", severity="low", message="no device")]
    found = render_plan(remedies(results(*rows), policies), fmt)
    path = Path(__file__).parent / "golden" / f"plan.{fmt.value}"
    if os.environ.get("SEC02_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(found)
    assert found.decode() == path.read_bytes().decode()
