"""Worlds of IAM Identity Center, and of people who sign in as IAM users."""

from __future__ import annotations

from typing import Any

from moto_world import ACCOUNT, World, allow, document, trusting

IAM = ("iam",)
WORKFORCE = ("identity_center", "iam", "organizations")


class Workforce:
    """The instance of Identity Center that moto gives an account, with what it does not know answered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sso = world.client("sso-admin")
        self.store = world.client("identitystore")
        (found,) = self.sso.list_instances()["Instances"]
        world.state.name_identity_center(instance="ssoins-1234567890abcdef", store="d-1234567890")
        self.instance, self.store_id = "arn:aws:sso:::instance/ssoins-1234567890abcdef", "d-1234567890"
        assert found["OwnerAccountId"] == ACCOUNT
        for call in ("GetPermissionsBoundaryForPermissionSet", "DescribeInstanceAccessControlAttributeConfiguration"):
            world.replay.refuse("sso-admin", call, "ResourceNotFoundException")

    def permission_set(self, name: str, *, session: str = "PT1H", inline: str | None = None) -> dict[str, str]:
        made = self.sso.create_permission_set(Name=name, InstanceArn=self.instance, SessionDuration=session)
        arn = self.world.state.name_permission_set(made["PermissionSet"]["PermissionSetArn"])
        own = {"InstanceArn": self.instance, "PermissionSetArn": arn}
        if inline:
            self.sso.put_inline_policy_to_permission_set(**own, InlinePolicy=inline)
        return own

    def assign(self, own: dict[str, str], kind: str, principal: str) -> str:
        self.sso.create_account_assignment(
            **own, TargetId=ACCOUNT, TargetType="AWS_ACCOUNT", PrincipalType=kind, PrincipalId=principal
        )
        return principal

    def user(self, name: str) -> str:
        person: dict[str, Any] = {"GivenName": "Canary", "FamilyName": name}
        return self.store.create_user(IdentityStoreId=self.store_id, UserName=name, DisplayName=name, Name=person)[
            "UserId"
        ]

    def group(self, name: str, *members: str) -> str:
        made = self.store.create_group(IdentityStoreId=self.store_id, DisplayName=name)["GroupId"]
        for member in members:
            self.store.create_group_membership(IdentityStoreId=self.store_id, GroupId=made, MemberId={"UserId": member})
        return made


def test_sessions_of_permission_sets(world: World) -> None:
    """howtosessionduration: one hour unless set, twelve at most; privileged ones should be shorter."""
    there = Workforce(world)
    admin = document(allow())
    for name, session, inline in (
        ("day", "PT8H", None),
        ("long", "PT12H", None),
        ("admin-short", "PT1H", admin),
        ("admin-long", "PT4H", admin),
    ):
        there.permission_set(name, session=session, inline=inline)
    wanted = {"day": "pass", "long": "fail", "admin-short": "pass", "admin-long": "fail"}
    world.expect(WORKFORCE, ("idc-permission-set-session-duration", wanted))


def test_assignments_go_to_groups_of_people_who_are_there(world: World) -> None:
    """assignusers: assign access to groups; an assignment outlives the user or group that it was made for."""
    there = Workforce(world)
    own = there.permission_set("readers")
    alice = there.user("alice")
    gone = "9067642ac7-00000000-0000-0000-0000-000000000000"
    there.assign(own, "GROUP", there.group("team", alice))
    there.assign(own, "USER", alice)
    there.assign(own, "GROUP", there.group("empty"))
    there.assign(own, "GROUP", gone)
    by = {each: f"readers/{each}/{ACCOUNT}" for each in ("team", alice, gone)}
    world.expect(
        WORKFORCE,
        ("idc-assignments-by-group", {by["team"]: "pass", by[alice]: "fail"}),
        ("idc-no-orphan-assignments", {by["team"]: "pass", by[gone]: "fail"}),
        ("idc-assigned-group-not-empty", {"team": "pass", "empty": "fail"}),
    )


def test_permission_sets_that_control_iam_need_a_boundary(world: World) -> None:
    """permissionsetpermissionsboundary: a boundary is the most that users of a permission set may do."""
    there = Workforce(world)
    there.permission_set("identity", inline=document(allow(["iam:CreateRole", "iam:PutRolePolicy"])))
    there.permission_set("storage", inline=document(allow("s3:*")))
    world.expect(WORKFORCE, ("idc-permission-set-boundary", {"identity": "fail", "storage": "not_applicable"}))


def test_people_with_keys(world: World) -> None:
    """best-practices: temporary credentials for people; an access key beside a password is a human's."""
    world.user("human", password=True)
    world.key("human", created=10, used=1)
    world.user("resting", password=True)
    world.key("resting", created=10, used=1, active=False)
    world.user("machine")
    world.key("machine", created=10, used=1)
    wanted = {"human": "fail", "resting": "pass", "machine": "not_applicable"}
    world.expect(IAM, ("iam-user-human-no-access-keys", wanted))


def test_users_without_any_credential(world: World) -> None:
    """id_users: a user without a password and without keys can neither sign in nor call."""
    world.user("bare")
    world.user("resting")
    world.key("resting", created=10, active=False)
    world.user("signing-in", password=True)
    world.expect(IAM, ("iam-user-has-purpose", {"bare": "fail", "resting": "fail", "signing-in": "pass"}))


def test_policies_that_nobody_holds(world: World) -> None:
    """access_policies_managed-using: attached to a user, group or role, or set as a boundary, a policy is in use."""
    names = ("by-user", "by-group", "by-role", "as-boundary", "unused")
    arns = {name: world.policy(name, allow("s3:GetObject")) for name in names}
    world.user("u")
    world.iam.attach_user_policy(UserName="u", PolicyArn=arns["by-user"])
    world.iam.create_group(GroupName="g")
    world.iam.attach_group_policy(GroupName="g", PolicyArn=arns["by-group"])
    service = trusting({"Service": "ec2.amazonaws.com"})
    world.role("r", service, PermissionsBoundary=arns["as-boundary"])
    world.iam.attach_role_policy(RoleName="r", PolicyArn=arns["by-role"])
    world.expect(IAM, ("iam-policy-attached", {**dict.fromkeys(names, "pass"), "unused": "fail"}))


def test_users_and_keys_are_counted_however_many_there_are(world: World) -> None:
    """API_GetAccountAuthorizationDetails and API_ListAccessKeys: IsTruncated and Marker say that more follow."""
    for number in range(120):
        world.iam.create_user(UserName=f"u{number:03}")
    last = world.key("u119", created=200, used=1)
    world.expect(IAM, ("iam-access-key-rotated", {f"u119/{last}": "fail"}), ("iam-user-has-purpose", {"u000": "fail"}))
