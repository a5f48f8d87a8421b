"""Escalation paths: what opens each of them, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from iam_worlds import EMPTY, IAM, OTHER, WITH_MFA, WITHOUT_MFA, allow, deny, permission_set, policy, role, user, world

from sec02_policies import iam
from sec02_policies.model import Unknown

PASSED_TO = "iam:PassedToService"


def paths(*statements: dict[str, Any]) -> list[str]:
    return [each["id"] for each in iam.escalations(policy(*statements), EMPTY)]


def test_the_list_is_long_its_ids_are_unique_and_each_has_a_source() -> None:
    ids = [path.id for path in iam.PATHS]
    assert len(ids) >= 30
    assert len(set(ids)) == len(ids)
    assert all(path.source.startswith("https://") and path.title and path.needs for path in iam.PATHS)
    assert all(need.action == need.action.lower() for path in iam.PATHS for need in path.needs)


@pytest.mark.parametrize("path", iam.PATHS, ids=lambda path: path.id)
def test_every_path_opens_with_exactly_its_actions(path: iam.EscalationPath) -> None:
    actions = [need.action for need in path.needs]
    assert path.id in paths(allow(actions))
    for missing in set(actions):
        assert path.id not in paths(allow([each for each in actions if each != missing]))


@pytest.mark.parametrize("path", iam.PATHS, ids=lambda path: path.id)
def test_an_action_pinned_to_one_arn_is_no_escalation(path: iam.EscalationPath) -> None:
    for need in path.needs:
        service = need.action.partition(":")[0]
        one = f"{IAM}:role/app" if service == "iam" else f"arn:aws:{service}:eu-west-1:{OTHER}:thing/one"
        others = [each.action for each in path.needs if each.action != need.action]
        assert path.id not in paths(allow(others), allow(need.action, one))


def test_a_finding_says_what_grants_each_step() -> None:
    one = policy(allow("iam:PassRole", "arn:aws:iam::*:role/*", Sid="pass"), allow(["lambda:*"], Sid="lambda"))
    found = {each["id"]: each for each in iam.escalations(one, EMPTY)}["passrole-lambda-invoke"]
    step = {"policy": one["id"], "kind": "document", "through": None, "conditional": False}
    assert found == {
        "id": "passrole-lambda-invoke",
        "title": "Run code in a new function with any role",
        "source": "https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/",
        "conditional": False,
        "actions": ["iam:passrole", "lambda:createfunction", "lambda:invokefunction"],
        "resources": ["arn:aws:iam::*:role/*", "*"],
        "via": [
            {**step, "statement": 0, "sid": "pass"},
            {**step, "statement": 1, "sid": "lambda"},
            {**step, "statement": 1, "sid": "lambda"},
        ],
    }


def test_the_passed_service_opens_its_own_paths_only() -> None:
    for_lambda = allow("iam:PassRole", Condition={"StringEquals": {PASSED_TO: "lambda.amazonaws.com"}})
    compute = allow(["lambda:CreateFunction", "lambda:InvokeFunction", "ec2:RunInstances"])
    assert paths(for_lambda, compute) == ["passrole-lambda-invoke"]
    both = allow("iam:PassRole", Condition={"StringLike": {PASSED_TO: ["ec2.*", "lambda.*"]}})
    assert paths(both, compute) == ["passrole-ec2-run-instances", "passrole-lambda-invoke"]
    neither = allow("iam:PassRole", Condition={"StringEquals": {PASSED_TO: "ecs-tasks.amazonaws.com"}})
    assert paths(neither, compute) == []


def test_a_condition_is_carried_as_conditional() -> None:
    found = iam.escalations(policy(allow("iam:PutRolePolicy", Condition=WITH_MFA)), EMPTY)
    assert [(each["id"], each["conditional"], each["via"][0]["conditional"]) for each in found] == [
        ("iam-put-role-policy", True, True)
    ]


def test_the_unconditional_grant_is_the_one_that_counts() -> None:
    found = iam.escalations(policy(allow("iam:PutRolePolicy", Condition=WITH_MFA), allow("iam:Put*RolePolicy")), EMPTY)
    assert (found[0]["conditional"], found[0]["via"][0]["statement"]) == (False, 1)


def test_steps_may_come_from_different_policies() -> None:
    first = policy(allow("iam:PassRole"), name="a")
    second = policy(allow("ec2:RunInstances"), name="b")
    holder = user(attached=(first["arn"], second["arn"]))
    assert [each["id"] for each in iam.escalations(holder, world(first, second))] == ["passrole-ec2-run-instances"]
    assert iam.escalations(first, EMPTY) == []


def test_a_boundary_closes_a_path() -> None:
    boundary = policy(allow("s3:*"), name="b")
    bounded = role(allow("iam:PutRolePolicy"), permissions_boundary_arn=boundary["arn"])
    assert iam.escalations(bounded, world(boundary)) == []
    with pytest.raises(Unknown):
        iam.escalations(bounded, EMPTY)


def test_the_paths_of_a_half_read_holder_are_unknown() -> None:
    """What was not read may hold a Deny that closes the path."""
    with pytest.raises(Unknown):
        iam.escalations(user(allow("iam:PutRolePolicy"), attached=("unread",)), EMPTY)


@pytest.mark.parametrize(
    "action",
    ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:DeactivateMFADevice"],
)
def test_own_credentials_are_no_escalation(action: str) -> None:
    own = ["arn:aws:iam::*:user/${aws:username}", f"{IAM}:user/x"]
    assert iam.escalations(user(allow(action, own)), EMPTY) == []


def test_own_policies_are_an_escalation() -> None:
    """Who may write its own policy may write `*` into it: the one grant that is worse on oneself."""
    for resource in ("arn:aws:iam::*:user/${aws:username}", f"{IAM}:user/x"):
        found = iam.escalations(user(allow("iam:PutUserPolicy", resource)), EMPTY)
        assert [each["id"] for each in found] == ["iam-put-user-policy"]
    own_role = iam.escalations(role(allow("iam:DeleteRolePermissionsBoundary", f"{IAM}:role/x")), EMPTY)
    assert [each["id"] for each in own_role] == ["iam-delete-role-permissions-boundary"]
    assert iam.escalations(role(allow("iam:PutRolePolicy", f"{IAM}:role/y")), EMPTY) == []


def test_permission_sets_count_roles_of_any_account() -> None:
    found = iam.escalations(permission_set(allow("iam:PutRolePolicy", f"arn:aws:iam::{OTHER}:role/*")), EMPTY)
    assert [each["id"] for each in found] == ["iam-put-role-policy"]


def test_read_only_access_has_no_path() -> None:
    assert paths(allow(["iam:Get*", "iam:List*", "s3:*", "dynamodb:*", "logs:*", "sts:GetCallerIdentity"])) == []


def test_denies_close_paths_only_where_they_cover() -> None:
    assert paths(allow("iam:Put*Policy"), deny("iam:Put*")) == []
    assert "iam-put-role-policy" in paths(allow("iam:Put*Policy"), deny("iam:Put*", f"{IAM}:role/app"))
    assert "iam-put-role-policy" in paths(allow("iam:Put*Policy"), deny("iam:Put*", Condition=WITHOUT_MFA))
    assert paths(allow("iam:PutRolePolicy"), deny("iam:Put*", "arn:aws:iam::*:role/*")) == []
