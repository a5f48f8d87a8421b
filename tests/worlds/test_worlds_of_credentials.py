"""Worlds of users, keys, passwords and devices: verdicts as AWS documents what each state means."""

from __future__ import annotations

from typing import Any

from moto_world import World, allow, deny, document

from sec02_policies.demo.certificates import certificate, pem, private_key_pem

IAM = ("iam",)
WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}


def test_inactive_keys_do_not_age(world: World) -> None:
    """id_credentials_access-keys_admin-managed: an inactive key cannot sign; rotation is about keys that can."""
    world.user("ci")
    old = world.key("ci", created=400, used=200, active=False)
    young = world.key("ci", created=89, used=1)
    world.expect(
        IAM,
        ("iam-access-key-rotated", {f"ci/{old}": "not_applicable", f"ci/{young}": "pass"}),
        ("iam-access-key-unused", {f"ci/{old}": "not_applicable", f"ci/{young}": "pass"}),
        ("iam-user-single-active-key", {"ci": "pass"}),
    )


def test_a_key_past_its_limit_fails_however_often_it_is_used(world: World) -> None:
    """id-credentials-access-keys-update: rotate access keys regularly."""
    world.user("ci")
    key = world.key("ci", created=91, used=0)
    world.expect(IAM, ("iam-access-key-rotated", {f"ci/{key}": "fail"}))


def test_a_key_that_was_never_used_is_unused_since_it_was_made(world: World) -> None:
    """id_credentials_getting-report, access_key_last_used_date: N/A where the key was never used."""
    world.user("old")
    world.user("new")
    old, new = world.key("old", created=60), world.key("new", created=2)
    world.expect(IAM, ("iam-access-key-unused", {f"old/{old}": "fail", f"new/{new}": "pass"}))


def test_two_active_keys_outside_a_rotation(world: World) -> None:
    """id-credentials-access-keys-update: a second key is there for the time of a rotation."""
    for name, ages in (("resting", (80, 60)), ("rotating", (80, 1))):
        world.user(name)
        for age in ages:
            world.key(name, created=age, used=0)
    world.expect(IAM, ("iam-user-single-active-key", {"resting": "fail", "rotating": "pass"}))


def test_a_password_that_was_never_used(world: World) -> None:
    """id_credentials_getting-report, password_last_used: no_information where nobody ever signed in with it."""
    for name, made, used in (("never", 100, None), ("new", 3, None), ("daily", 100, 1), ("gone", 300, 90)):
        world.user(name, password=True)
        world.state.date_user(name, created=made, password_used=used)
    world.user("bare")
    verdicts = {"never": "fail", "new": "pass", "daily": "pass", "gone": "fail", "bare": "not_applicable"}
    world.expect(IAM, ("iam-user-password-unused", verdicts))


def test_console_users_need_a_device_and_others_do_not(world: World) -> None:
    """id_credentials_mfa: MFA for users who sign in to the console."""
    world.user("with", password=True)
    world.device("with")
    world.user("without", password=True)
    world.user("bot")
    world.key("bot", created=5, used=1)
    world.expect(IAM, ("iam-user-console-mfa", {"with": "pass", "without": "fail", "bot": "not_applicable"}))


def test_a_device_that_is_not_enabled_protects_nobody(world: World) -> None:
    """API_CreateVirtualMFADevice: the device must be enabled for a user by EnableMFADevice."""
    world.user("alice", password=True)
    world.iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")
    world.expect(IAM, ("iam-user-console-mfa", {"alice": "fail"}))


def test_rights_through_a_group_make_an_administrator(world: World) -> None:
    """access_policies: users get the permissions of the groups that they are in."""
    world.iam.create_group(GroupName="ops")
    world.iam.put_group_policy(
        GroupName="ops",
        PolicyName="all",
        PolicyDocument=document(allow("*:*")),
    )
    for name in ("in", "in-with-device", "out"):
        world.user(name, password=True)
    for name in ("in", "in-with-device"):
        world.iam.add_user_to_group(GroupName="ops", UserName=name)
    world.device("in-with-device")
    world.expect(
        IAM,
        ("iam-user-admin-mfa", {"in": "fail", "in-with-device": "pass", "out": "not_applicable"}),
        ("iam-user-no-admin", {"in": "fail", "out": "pass"}),
        ("iam-group-no-admin", {"ops": "fail"}),
        ("iam-user-in-group", {"in": "pass", "out": "fail"}),
    )


def test_mfa_by_policy_binds_access_keys_only_with_if_exists(world: World) -> None:
    """id_credentials_mfa_configure-api-require: long-term keys send no aws:MultiFactorAuthPresent at all."""
    world.user("bound")
    world.user("bypassed")
    for name, condition in (("bound", WITHOUT_MFA), ("bypassed", {"Bool": WITHOUT_MFA["BoolIfExists"]})):
        world.key(name, created=1)
        arn = world.policy(f"mfa-{name}", deny(Condition=condition))
        world.iam.attach_user_policy(UserName=name, PolicyArn=arn)
    world.expect(IAM, ("iam-user-mfa-enforced-by-policy", {"bound": "pass", "bypassed": "fail"}))


def test_no_password_policy_is_the_default_of_aws_and_fails(world: World) -> None:
    """id_credentials_passwords_account-policy: without one, the default of eight characters holds."""
    world.user("alice", password=True)
    world.expect(
        IAM,
        ("iam-password-policy-exists", {world.name: "fail"}),
        ("iam-password-policy-min-length", {world.name: "fail"}),
        ("iam-password-policy-reuse", {world.name: "fail"}),
    )


def test_a_password_policy_is_read(world: World) -> None:
    """API_UpdateAccountPasswordPolicy: parameters that are left out return to their defaults."""
    world.user("alice", password=True)
    world.iam.update_account_password_policy(MinimumPasswordLength=14, PasswordReusePrevention=24)
    world.expect(
        IAM,
        ("iam-password-policy-exists", {world.name: "pass"}),
        ("iam-password-policy-min-length", {world.name: "pass"}),
        ("iam-password-policy-reuse", {world.name: "pass"}),
        ("iam-password-policy-complexity", {world.name: "fail"}),
    )


def test_the_root_user_with_and_without_credentials(world: World) -> None:
    """id_root-user: AccountMFAEnabled and AccountAccessKeysPresent of the summary are the root user's."""
    world.summary(AccountMFAEnabled=0, AccountAccessKeysPresent=1, AccountPasswordPresent=1)
    world.expect(
        IAM,
        ("iam-root-no-access-keys", {"root": "fail"}),
        ("iam-root-mfa-enabled", {"root": "fail"}),
    )


def test_a_virtual_device_of_the_root_user_is_no_hardware(world: World) -> None:
    """API_ListVirtualMFADevices: the User of an assigned device; the root user's ARN ends in :root."""
    world.summary(AccountMFAEnabled=1, AccountPasswordPresent=1)
    serial = "arn:aws:iam::123456789012:mfa/root-account-mfa-device"
    device = {
        "SerialNumber": serial,
        "User": {
            "Path": "/",
            "UserName": "root",
            "UserId": "AIDAEXAMPLEOFROOT",
            "Arn": "arn:aws:iam::123456789012:root",
            "CreateDate": world.now,
        },
        "EnableDate": world.now,
    }
    world.replay.answer("iam", "ListVirtualMFADevices", {"VirtualMFADevices": [device], "IsTruncated": False})
    world.expect(IAM, ("iam-root-mfa-hardware", {"root": "fail"}), ("iam-root-mfa-enabled", {"root": "pass"}))


def test_a_user_who_is_named_root_is_not_the_root_user(world: World) -> None:
    """reference_identifiers: arn:aws:iam::ACCOUNT:user/root is a user, arn:aws:iam::ACCOUNT:root the root user."""
    world.summary(AccountMFAEnabled=1, AccountPasswordPresent=1)
    world.user("root", password=True)
    world.device("root")
    world.expect(
        IAM,
        ("iam-root-mfa-hardware", {"root": "pass"}),
        ("iam-user-console-mfa", {"root": "pass"}),
    )


def test_expired_server_certificates(world: World) -> None:
    """id_credentials_server-certs: certificates have an end; expired ones stay until they are deleted."""
    ends = {"expired": -1, "soon": 10, "good": 300}
    for name, end in ends.items():
        made = certificate(name, begins=world.state.ago(400), ends=world.state.ago(-end))
        world.iam.upload_server_certificate(
            ServerCertificateName=name, CertificateBody=pem(made), PrivateKey=private_key_pem()
        )

    def dated(_: object, output: dict[str, Any]) -> dict[str, Any]:
        # moto gives every certificate the same end, in 2012.
        found = output["ServerCertificateMetadataList"]
        rows = [{**row, "Expiration": world.state.ago(-ends[row["ServerCertificateName"]])} for row in found]
        return {**output, "ServerCertificateMetadataList": rows}

    world.replay.amend("iam", "ListServerCertificates", dated)
    world.expect(IAM, ("iam-server-certificate-expiry", {"expired": "fail", "soon": "fail", "good": "pass"}))


def test_direct_policies_and_inline_policies(world: World) -> None:
    """best-practices, access_policies_managed-vs-inline: users get permissions through groups."""
    world.user("direct")
    world.user("inline")
    world.user("grouped")
    world.iam.create_group(GroupName="readers")
    world.iam.attach_group_policy(GroupName="readers", PolicyArn=world.policy("read", allow("s3:GetObject")))
    world.iam.add_user_to_group(GroupName="readers", UserName="grouped")
    world.iam.attach_user_policy(UserName="direct", PolicyArn=world.policy("list", allow("s3:ListBucket")))
    world.iam.put_user_policy(UserName="inline", PolicyName="p", PolicyDocument=document(allow("s3:GetObject")))
    world.iam.create_group(GroupName="empty")
    world.expect(
        IAM,
        ("iam-user-no-direct-policies", {"direct": "fail", "inline": "fail", "grouped": "pass"}),
        ("iam-group-has-users", {"readers": "pass", "empty": "fail"}),
    )
