"""The replay: answers by parameters, refusals, corrections of the endpoint's own output, and its own strictness."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import ServiceModel

from sec02_policies.demo.replay import Replay, ReplayError, violations
from sec02_policies.demo.server import embedded_aws


def offline() -> boto3.Session:
    return boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")


def test_the_most_exact_answer_wins_whatever_the_order() -> None:
    replay = Replay()
    roles = {"unauthenticated": "arn:aws:iam::123456789012:role/one"}
    replay.answer("cognito-identity", "GetIdentityPoolRoles", {"Roles": roles}, when={"IdentityPoolId": "eu-west-1:1"})
    replay.answer("cognito-identity", "GetIdentityPoolRoles", {})
    session = offline()
    replay.install(session)
    client = session.client("cognito-identity")
    assert client.get_identity_pool_roles(IdentityPoolId="eu-west-1:1")["Roles"] == roles
    assert "Roles" not in client.get_identity_pool_roles(IdentityPoolId="eu-west-1:2")


def test_a_refusal_is_the_modelled_exception() -> None:
    replay = Replay()
    replay.refuse("sso-admin", "GetPermissionsBoundaryForPermissionSet", "ResourceNotFoundException")
    session = offline()
    replay.install(session)
    client = session.client("sso-admin")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_permissions_boundary_for_permission_set(
            InstanceArn="arn:aws:sso:::instance/ssoins-1234567890abcdef",
            PermissionSetArn="arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef",
        )


def test_pages_are_answered_by_their_token() -> None:
    replay = Replay()
    replay.answer("iam", "ListRoles", {"Roles": [], "IsTruncated": True, "Marker": "second"})
    replay.answer("iam", "ListRoles", {"Roles": [], "IsTruncated": False}, when={"Marker": "second"})
    session = offline()
    replay.install(session)
    assert len(list(session.client("iam").get_paginator("list_roles").paginate())) == 2


def test_a_guard_registered_later_still_sees_the_call() -> None:
    replay = Replay()
    replay.answer("iam", "ListAccountAliases", {"AccountAliases": [], "IsTruncated": False})
    session = offline()
    replay.install(session)
    seen: list[str] = []
    session.events.register("before-call", lambda model, **_: seen.append(model.name))
    session.client("iam").list_account_aliases()
    assert seen == ["ListAccountAliases"]


def test_threads_get_answers_of_their_own() -> None:
    replay = Replay()
    replay.answer("iam", "ListAccountAliases", {"AccountAliases": ["example"], "IsTruncated": False})
    session = offline()
    replay.install(session)
    client = session.client("iam")
    start = threading.Barrier(8)

    def spoil(_: int) -> list[str]:
        start.wait()
        names = client.list_account_aliases()["AccountAliases"]
        names.append("mine")
        return names

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(spoil, range(8))) == [["example", "mine"]] * 8


def test_a_correction_changes_what_the_endpoint_says() -> None:
    replay = Replay()
    replay.amend("iam", "GetAccountSummary", lambda _, output: {"SummaryMap": {**output["SummaryMap"], "Users": 7}})
    with embedded_aws() as aws:
        replay.install(aws.session)
        summary = aws.session.client("iam").get_account_summary()["SummaryMap"]
    assert (summary["Users"], summary["Groups"]) == (7, 0)


def test_a_correction_that_breaks_the_shape_is_not_served() -> None:
    replay = Replay()
    replay.amend("iam", "GetAccountSummary", lambda _, output: {**output, "SummaryMap": {"Visitors": 1}})
    with embedded_aws() as aws:
        replay.install(aws.session)
        with pytest.raises(ReplayError, match=r"^iam:GetAccountSummary: "):
            aws.session.client("iam").get_account_summary()


def test_installing_again_adds_corrections_and_repeats_none() -> None:
    replay = Replay()
    replay.amend("iam", "ListAccountAliases", lambda _, output: {**output, "AccountAliases": ["one-alias"]})
    with embedded_aws() as aws:
        replay.install(aws.session)
        replay.amend(
            "iam",
            "ListAccountAliases",
            lambda _, output: {**output, "AccountAliases": [*output["AccountAliases"], "two-alias"]},
        )
        replay.install(aws.session)
        assert aws.session.client("iam").list_account_aliases()["AccountAliases"] == ["one-alias", "two-alias"]


def test_errors_of_the_endpoint_are_not_corrected() -> None:
    replay = Replay()
    replay.amend("iam", "GetAccountPasswordPolicy", lambda _, output: output)
    with embedded_aws() as aws:
        replay.install(aws.session)
        with pytest.raises(ClientError, match="NoSuchEntity"):
            aws.session.client("iam").get_account_password_policy()


def test_what_is_not_held_goes_on_to_the_endpoint() -> None:
    with embedded_aws() as aws:
        Replay().install(aws.session)
        assert aws.session.client("iam").list_users()["Users"] == []


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        ({}, "Missing required parameter"),
        ({"AccountAliases": ["ab"]}, "Invalid length"),
        ({"AccountAliases": ["example"], "Extra": 1}, "Unknown parameter"),
        ({"AccountAliases": "example"}, "Invalid type"),
        ({"AccountAliases": ["x" * 64]}, "maximum of 63"),
        ({"AccountAliases": ["-example"]}, "pattern"),
    ],
)
def test_answers_that_aws_could_not_give_are_refused(output: dict[str, object], fault: str) -> None:
    with pytest.raises(ReplayError, match=fault):
        Replay().answer("iam", "ListAccountAliases", output)


def test_enums_numbers_and_maps_are_checked_and_values_are_not_named() -> None:
    def shape(operation: str):  # noqa: ANN202 - botocore's own
        model = ServiceModel(Loader().load_service_model("iam", "service-2"), "iam")
        return model.operation_model(operation).output_shape

    key = {
        "UserName": "alice",
        "AccessKeyId": "AKIAEXAMPLEEXAMPLE00",
        "Status": "canary",
        "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
    }
    faults = violations(shape("ListAccessKeys"), {"AccessKeyMetadata": [key]})
    assert faults == ["$.AccessKeyMetadata[0].Status: not one of Active, Inactive, Expired"]
    assert violations(shape("GetAccountSummary"), {"SummaryMap": {"canary": 1}})
    policy = {"PasswordPolicy": {"MinimumPasswordLength": 129, "ExpirePasswords": False}}
    assert violations(shape("GetAccountPasswordPolicy"), policy) == [
        "$.PasswordPolicy.MinimumPasswordLength: more than the maximum of 128"
    ]
    assert not any("canary" in fault for fault in violations(shape("ListAccessKeys"), {"AccessKeyMetadata": "canary"}))


def test_an_unknown_operation_is_refused_at_once() -> None:
    with pytest.raises(Exception, match="ListNothing"):
        Replay().answer("iam", "ListNothing", {})


def test_an_operation_without_output_takes_an_empty_answer_only() -> None:
    Replay().answer("iam", "DeleteUser", {})
    with pytest.raises(ReplayError, match="no output expected"):
        Replay().answer("iam", "DeleteUser", {"User": 1})
