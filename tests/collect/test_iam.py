"""IAM of an account, read from moto, and from answers of our own where moto lacks them or gets them wrong."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from documents import gaps_of
from moto.iam.models import iam_backends

if TYPE_CHECKING:
    from documents import Aws

Record = dict[str, Any]

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ADMIN = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}'
COLUMNS = [
    "user",
    "arn",
    "user_creation_time",
    *[f"password_{name}" for name in ("enabled", "last_used", "last_changed", "next_rotation")],
    "mfa_active",
    *[f"access_key_{number}_{name}" for number in (1, 2) for name in ("active", "last_rotated", "last_used_date")],
    *[f"cert_{number}_active" for number in (1, 2)],
]


def arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


def one(document: Record, collection: str, resource_id: str) -> Record:
    return next(each for each in document["resources"][collection] if each["id"] == resource_id)


def report(aws: Aws, **rows: Record) -> None:
    """Answer with a credential report of those rows; a row without a time of creation has that of the user."""
    users = {each["UserName"]: each for each in aws.client("iam").list_users()["Users"]}
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="N/A")
    writer.writeheader()
    for name, row in rows.items():
        user = users.get(name, {"Arn": ROOT, "CreateDate": datetime(2020, 1, 1, tzinfo=UTC)})
        made = user["CreateDate"].replace(microsecond=0).isoformat()
        flags = {each: "false" for each in COLUMNS if each.endswith(("active", "enabled"))}
        shown = "<root_account>" if name == "root" else name
        writer.writerow({**flags, "user": shown, "arn": user["Arn"], "user_creation_time": made, **row})
    answer = {"Content": text.getvalue().encode(), "GeneratedTime": datetime(2026, 1, 30, 23, tzinfo=UTC)}
    aws.give("iam:GetCredentialReport", answer)


def details(aws: Aws, *pages: Record) -> None:
    """Answer GetAccountAuthorizationDetails in those pages."""
    empty: Record = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}

    def page(parameters: Record) -> Record:
        number = int(parameters.get("Marker", 0))
        more = number + 1 < len(pages)
        following = {"Marker": str(number + 1)} if more else {}
        return {**empty, **pages[number], "IsTruncated": more, **following}

    aws.give("iam:GetAccountAuthorizationDetails", page)


def user_detail(name: str, **members: object) -> Record:
    return {
        "Path": "/",
        "UserName": name,
        "UserId": "AIDAEXAMPLEEXAMPLE",
        "Arn": arn("user", name),
        "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
        **members,
    }


def company(aws: Aws) -> None:
    """A person with all kinds of credentials, a machine with an inactive key, a group, a role, providers."""
    iam = aws.client("iam")
    iam.create_user(UserName="alice", Tags=[{"Key": "team", "Value": "core"}])
    iam.create_login_profile(UserName="alice", Password="Long-enough-1")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="alice", SerialNumber=device, **codes)
    iam.upload_ssh_public_key(UserName="alice", SSHPublicKeyBody="ssh-rsa CANARY")
    aws.give("iam:ListSigningCertificates", signing_certificates)
    iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=ADMIN)
    iam.create_group(GroupName="admins")
    iam.add_user_to_group(UserName="alice", GroupName="admins")
    iam.put_group_policy(GroupName="admins", PolicyName="own", PolicyDocument=ADMIN)
    iam.create_user(UserName="robot", Path="/machines/")
    key = iam.create_access_key(UserName="robot")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="robot", AccessKeyId=key, Status="Inactive")
    policy = iam.create_policy(PolicyName="admin", PolicyDocument=ADMIN)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="robot", PolicyArn=policy)
    iam.create_role(
        RoleName="deploy", AssumeRolePolicyDocument=TRUST, MaxSessionDuration=7200, PermissionsBoundary=policy
    )
    iam.attach_role_policy(RoleName="deploy", PolicyArn=policy)
    iam.put_role_policy(RoleName="deploy", PolicyName="own", PolicyDocument=ADMIN)
    iam.create_instance_profile(InstanceProfileName="deploy")
    iam.add_role_to_instance_profile(InstanceProfileName="deploy", RoleName="deploy")
    iam.create_saml_provider(Name="okta", SAMLMetadataDocument="CANARY" * 200)
    issuer = "https://token.example.com/x"
    iam.create_open_id_connect_provider(Url=issuer, ClientIDList=["b", "a"], ThumbprintList=["0" * 40])
    iam.upload_server_certificate(ServerCertificateName="www", CertificateBody=PEM, PrivateKey="CANARY")
    iam.create_account_alias(AccountAlias="example")
    iam.update_account_password_policy(MinimumPasswordLength=14, RequireSymbols=True)
    aws.give("iam:ListServiceSpecificCredentials", {"ServiceSpecificCredentials": [CREDENTIAL], "IsTruncated": False})
    report(
        aws,
        root={"password_enabled": "TRUE", "password_last_used": "2026-01-02T03:04:05+00:00"},
        alice={"password_enabled": "true", "password_last_changed": "2026-01-01T00:00:00+00:00", "mfa_active": "true"},
        robot={},
    )


def signing_certificates(parameters: Record) -> Record:
    certificate = {"UserName": "alice", "CertificateId": "A" * 24, "CertificateBody": "CANARY", "Status": "Active"}
    return {"Certificates": [certificate] if parameters["UserName"] == "alice" else [], "IsTruncated": False}


PEM = "-----BEGIN CERTIFICATE-----\nCANARY\n-----END CERTIFICATE-----"
CREDENTIAL = {
    "UserName": "robot",
    "Status": "Active",
    "ServiceUserName": "CANARY",
    "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
    "ExpirationDate": datetime(2027, 1, 1, tzinfo=UTC),
    "ServiceSpecificCredentialId": "ACCAEXAMPLEEXAMPLEEXAMPLE",
    "ServiceName": "bedrock.amazonaws.com",
}


# ------------------------------------------------------------ what is read


def test_a_person_is_read_with_all_credentials(aws: Aws) -> None:
    company(aws)
    document = aws.collect("iam")
    alice = one(document, "iam_user", arn("user", "alice"))
    assert alice["password_enabled"] is True
    assert alice["password_last_used_date"] is None
    assert alice["password_last_changed_date"] == "2026-01-01T00:00:00Z"
    assert alice["mfa_active"] is True
    assert alice["password_reset_required"] is False
    devices = [(each["serial_number"], each["kind"]) for each in alice["mfa_devices"]]
    assert devices == [(arn("mfa", "alice"), "virtual")]
    assert [each["status"] for each in alice["signing_certificates"]] == ["Active"]
    assert [each["status"] for each in alice["ssh_public_keys"]] == ["Active"]
    assert alice["access_keys"] == []
    assert alice["service_specific_credentials"] == []
    assert alice["groups"] == [arn("group", "admins")]
    assert alice["permissions_boundary_arn"] is None
    assert gaps_of(document, "iam_user", alice["id"]) == {}


def test_a_machine_is_read_with_its_inactive_key_which_the_report_does_not_show(aws: Aws) -> None:
    company(aws)
    document = aws.collect("iam")
    robot = one(document, "iam_user", arn("user", "machines/robot"))
    (key,) = robot["access_keys"]
    assert robot["path"] == "/machines/"
    assert (key["status"], key["name"], key["user_arn"]) == ("Inactive", f"robot/{key['id']}", robot["id"])
    assert (key["last_used_date"], key["last_used_service"], key["last_used_region"]) == (None, None, None)
    assert robot["mfa_devices"] == []
    assert robot["password_reset_required"] is None
    assert robot["attached_policies"] == [{"arn": arn("policy", "admin"), "name": "admin"}]
    assert robot["service_specific_credentials"] == [
        {
            "id": "ACCAEXAMPLEEXAMPLEEXAMPLE",
            "service_name": "bedrock.amazonaws.com",
            "status": "Active",
            "create_date": "2026-01-01T00:00:00Z",
            "expiration_date": "2027-01-01T00:00:00Z",
        }
    ]


def test_groups_roles_and_policies_are_read(aws: Aws) -> None:
    company(aws)
    document = aws.collect("iam")
    group = one(document, "iam_group", arn("group", "admins"))
    role = one(document, "iam_role", arn("role", "deploy"))
    policy = one(document, "iam_policy", arn("policy", "admin"))
    assert group["member_arns"] == [arn("user", "alice")]
    assert [each["id"] for each in group["inline_policies"]] == [f"{group['id']}#inline/own"]
    assert role["max_session_duration"] == 7200
    assert role["permissions_boundary_arn"] == policy["id"]
    assert role["instance_profile_arns"] == [arn("instance-profile", "deploy")]
    assert role["trust_policy"]["text"] == TRUST
    assert [each["kind"] for each in role["trust_policy"]["statements"][0]["principals"]] == ["any"]
    assert role["inline_policies"][0]["owner_type"] == "iam_role"
    assert (policy["name"], policy["managed_by"], policy["document"]["text"]) == ("admin", "customer", ADMIN)


def test_the_account_and_its_root_user_are_read(aws: Aws) -> None:
    company(aws)
    document = aws.collect("iam")
    account = one(document, "iam_account", ACCOUNT)
    assert account["alias"] == "example"
    assert account["password_policy"]["minimum_password_length"] == 14
    assert account["password_policy"]["max_password_age"] is None
    assert account["credential_report_generated_at"] == "2026-01-30T23:00:00Z"
    assert account["summary"]["users"] == 2
    root = one(document, "iam_root", ROOT)
    assert root["password_enabled"] is True
    assert root["password_last_used_date"] == "2026-01-02T03:04:05Z"
    assert (root["mfa_active"], root["access_keys_present"], root["access_keys"]) == (False, False, [])
    assert gaps_of(document, "iam_root", ROOT) == {}


def test_providers_and_server_certificates_are_read(aws: Aws) -> None:
    company(aws)
    document = aws.collect("iam")
    provider = one(document, "iam_oidc_provider", arn("oidc-provider", "token.example.com/x"))
    assert (provider["name"], provider["url"]) == ("token.example.com/x", "token.example.com/x")
    assert provider["client_ids"] == ["a", "b"]
    saml = one(document, "iam_saml_provider", arn("saml-provider", "okta"))
    assert saml["name"] == "okta"
    assert gaps_of(document, "iam_saml_provider", saml["id"]) == {
        "certificates": ("unparsed", "iam:GetSAMLProvider", "UnreadableMetadata")
    }
    certificate = one(document, "iam_server_certificate", arn("server-certificate", "www"))
    assert certificate["path"] == "/"
    assert gaps_of(document, "iam_server_certificate") == {
        "tags": ("not_requested", "iam:ListServerCertificateTags", "NotRequested")
    }


def test_an_account_without_a_password_policy_has_none(aws: Aws) -> None:
    document = aws.collect("iam")
    assert one(document, "iam_account", ACCOUNT)["password_policy"] is None


def test_what_is_counted_is_compared_with_what_is_listed(aws: Aws) -> None:
    company(aws)
    aws.give("iam:GetAccountSummary", {"SummaryMap": {"Users": 2, "Groups": 5, "Roles": 1, "Policies": 1}})
    document = aws.collect("iam")
    assert document["counts"]["iam_group"] == {"listed": 1, "independent": 5, "source": "iam:GetAccountSummary"}
    assert gaps_of(document, "iam_group") == {None: ("truncated", "iam:GetAccountSummary", "CountMismatch")}
    assert gaps_of(document, "iam_user").keys() == {"last_accessed"}
    assert {each["name"]: each["status"] for each in document["sections"]}["iam_group"] == "truncated"


def test_two_runs_over_the_same_state_give_the_same_document(aws: Aws) -> None:
    company(aws)
    first, second = (json.dumps(aws.collect("iam"), sort_keys=True) for _ in range(2))
    assert first == second


def test_keys_seeds_bodies_and_user_names_of_services_are_not_kept(aws: Aws) -> None:
    company(aws)
    aws.give(
        "iam:ListVirtualMFADevices",
        {"VirtualMFADevices": [{"SerialNumber": arn("mfa", "x"), "Base32StringSeed": b"CANARY"}], "IsTruncated": False},
    )
    assert "CANARY" not in json.dumps(aws.collect("iam"))


# ------------------------------------------------------------ bulk answers


def test_pages_of_bulk_answers_are_put_together(aws: Aws) -> None:
    admins = {
        "GroupName": "admins",
        "GroupId": "AGPAEXAMPLEEXAMPLE",
        "Arn": arn("group", "ops/admins"),
        "Path": "/ops/",
    }
    details(
        aws,
        {"UserDetailList": [user_detail("alice", GroupList=["admins"])]},
        {"GroupDetailList": [admins]},
        {"UserDetailList": [user_detail("bob", GroupList=["admins"])]},
    )
    document = aws.collect("iam")
    group = one(document, "iam_group", arn("group", "ops/admins"))
    assert group["member_arns"] == [arn("user", "alice"), arn("user", "bob")]
    assert one(document, "iam_user", arn("user", "bob"))["groups"] == [group["id"]]
    assert gaps_of(document, "iam_group", group["id"]) == {
        "create_date": ("failed", "iam:GetAccountAuthorizationDetails", "NotInAnswer")
    }


def test_bulk_answers_that_break_off_leave_every_collection_and_every_membership_open(aws: Aws) -> None:
    group = {"GroupName": "admins", "GroupId": "AGPAEXAMPLEEXAMPLE", "Arn": arn("group", "admins"), "Path": "/"}
    details(
        aws,
        {"UserDetailList": [user_detail("alice", GroupList=["admins", "ops"])], "GroupDetailList": [group]},
        {},
    )
    api = "iam:GetAccountAuthorizationDetails"
    aws.refuse(api, "Throttling", status=400, when=lambda each: "Marker" in each)
    document = aws.collect("iam")
    said = ("truncated", api, "Throttling")
    for collection in ("iam_user", "iam_group", "iam_role", "iam_policy"):
        assert gaps_of(document, collection)[None] == said
    assert gaps_of(document, "iam_user", arn("user", "alice"))["groups"] == said
    assert gaps_of(document, "iam_group", group["Arn"])["member_arns"] == said
    assert one(document, "iam_user", arn("user", "alice"))["groups"] == [group["Arn"]]
    assert document["counts"] == {}


def test_a_report_of_other_users_than_were_listed_does_not_tell_its_time(aws: Aws) -> None:
    aws.client("iam").create_user(UserName="alice")
    report(aws, alice={}, gone={"arn": arn("user", "gone")})
    document = aws.collect("iam")
    assert document["counts"]["iam_credential_report"] == {
        "listed": 1,
        "independent": 2,
        "source": "iam:GetCredentialReport",
    }
    said = ("stale", "iam:GetCredentialReport", "CountMismatch")
    assert gaps_of(document, "iam_account", ACCOUNT)["credential_report_generated_at"] == said
    assert None not in gaps_of(document, "iam_user")


def test_a_policy_document_with_a_key_twice_is_unparsed_and_kept_as_text(aws: Aws) -> None:
    text = '{"Statement":[],"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    policies = [{"PolicyName": "own", "PolicyDocument": quote(text, safe="")}]
    details(aws, {"UserDetailList": [user_detail("alice", UserPolicyList=policies)]})
    document = aws.collect("iam")
    (inline,) = one(document, "iam_user", arn("user", "alice"))["inline_policies"]
    assert inline["document"] == {"text": text}
    assert gaps_of(document, "iam_inline_policy", inline["id"])["document.statements"] == (
        "unparsed",
        "iam:GetAccountAuthorizationDetails",
        "MalformedPolicyDocument",
    )


def test_uses_as_a_boundary_that_the_answer_does_not_count_are_counted_in_it(aws: Aws) -> None:
    iam = aws.client("iam")
    used, unused = (
        iam.create_policy(PolicyName=name, PolicyDocument=ADMIN)["Policy"]["Arn"] for name in ("used", "unused")
    )
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=used)
    document = aws.collect("iam")
    counts = {each["id"]: each["permissions_boundary_usage_count"] for each in document["resources"]["iam_policy"]}
    assert counts == {used: 1, unused: 0}


def test_the_default_version_of_a_policy_is_the_one_that_counts(aws: Aws) -> None:
    details(
        aws,
        {
            "Policies": [
                {
                    "PolicyName": "p",
                    "Arn": arn("policy", "p"),
                    "Path": "/",
                    "DefaultVersionId": "v2",
                    "AttachmentCount": 0,
                    "PermissionsBoundaryUsageCount": 0,
                    "PolicyVersionList": [
                        {"VersionId": "v3", "IsDefaultVersion": False, "Document": quote('{"Statement":[]}')},
                        {"VersionId": "v2", "IsDefaultVersion": True, "Document": quote(ADMIN)},
                    ],
                }
            ]
        },
    )
    document = aws.collect("iam")
    policy = one(document, "iam_policy", arn("policy", "p"))
    assert (policy["document"]["text"], policy["create_date"]) == (ADMIN, None)
    assert gaps_of(document, "iam_policy", policy["id"]) == {}


def test_aws_managed_policies_are_kept_only_where_something_refers_to_them(aws: Aws) -> None:
    def managed(name: str) -> Record:
        return {"PolicyName": name, "Arn": f"arn:aws:iam::aws:policy/{name}", "Path": "/", "PolicyVersionList": []}

    attached = [{"PolicyName": "Attached", "PolicyArn": "arn:aws:iam::aws:policy/Attached"}]
    limit = {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/Boundary",
    }
    user = user_detail("alice", AttachedManagedPolicies=attached, PermissionsBoundary=limit)
    details(aws, {"UserDetailList": [user], "Policies": [managed("Attached"), managed("Unused"), managed("Boundary")]})
    document = aws.collect("iam")
    assert [each["name"] for each in document["resources"]["iam_policy"]] == ["Attached", "Boundary"]
    assert [each["tags"] for each in document["resources"]["iam_policy"]] == [[], []]


def test_of_all_the_policies_of_aws_the_one_that_is_attached_is_kept(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    iam_backends.reset()
    wanted = "arn:aws:iam::aws:policy/AdministratorAccess"
    aws.client("iam").create_group(GroupName="admins")
    aws.client("iam").attach_group_policy(GroupName="admins", PolicyArn=wanted)
    document = aws.collect("iam")
    (policy,) = document["resources"]["iam_policy"]
    assert (policy["id"], policy["managed_by"], policy["attachment_count"]) == (wanted, "aws", 1)
    assert policy["document"]["statements"][0]["actions"] == ["*"]


def test_an_aws_managed_policy_that_the_bulk_answer_lacks_is_read_on_its_own(aws: Aws) -> None:
    wanted = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    attached = [{"PolicyName": "IAMReadOnlyAccess", "PolicyArn": wanted}]
    details(aws, {"UserDetailList": [user_detail("alice", AttachedManagedPolicies=attached)]})
    version = {"Document": quote(ADMIN), "VersionId": "v4", "IsDefaultVersion": True}
    policy = {"PolicyName": "IAMReadOnlyAccess", "Arn": wanted, "Path": "/", "DefaultVersionId": "v4"}
    aws.give("iam:GetPolicy", {"Policy": policy})
    aws.give("iam:GetPolicyVersion", {"PolicyVersion": version})
    document = aws.collect("iam")
    read = one(document, "iam_policy", wanted)
    assert (read["managed_by"], read["default_version_id"], read["document"]["text"]) == ("aws", "v4", ADMIN)
    aws.refuse("iam:GetPolicyVersion")
    assert gaps_of(aws.collect("iam"), "iam_policy", wanted)["document"] == (
        "denied",
        "iam:GetPolicyVersion",
        "AccessDenied",
    )
    aws.refuse("iam:GetPolicy")
    document = aws.collect("iam")
    assert one(document, "iam_policy", wanted)["name"] == "IAMReadOnlyAccess"
    assert gaps_of(document, "iam_policy", wanted)["document"] == ("denied", "iam:GetPolicy", "AccessDenied")


def test_a_role_that_the_second_list_lacks_has_no_duration(aws: Aws) -> None:
    company(aws)
    aws.give("iam:ListRoles", {"Roles": [], "IsTruncated": False})
    document = aws.collect("iam")
    assert gaps_of(document, "iam_role", arn("role", "deploy")) == {
        "max_session_duration": ("stale", "iam:ListRoles", "NotListed")
    }


# ------------------------------------------------------------ the credential report


def test_a_user_newer_than_the_report_is_stale_and_asked_for_devices_and_password(aws: Aws) -> None:
    company(aws)
    report(aws, root={}, robot={})
    document = aws.collect("iam")
    alice = one(document, "iam_user", arn("user", "alice"))
    said = ("stale", "iam:GetCredentialReport", "NotInReport")
    assert gaps_of(document, "iam_user", alice["id"]) == {
        "mfa_active": said,
        "password_enabled": said,
        "password_last_changed_date": said,
        "password_last_used_date": said,
    }
    assert len(alice["mfa_devices"]) == 1
    assert alice["password_reset_required"] is False


def test_a_user_made_again_after_the_report_is_stale(aws: Aws) -> None:
    company(aws)
    report(aws, root={}, alice={"user_creation_time": "2020-01-01T00:00:00+00:00"}, robot={})
    document = aws.collect("iam")
    assert gaps_of(document, "iam_user", arn("user", "alice"))["mfa_active"][0] == "stale"


def test_without_a_report_its_fields_are_gaps_and_every_user_is_asked(aws: Aws) -> None:
    company(aws)
    aws.refuse("iam:GetCredentialReport")
    document = aws.collect("iam")
    said = ("denied", "iam:GetCredentialReport", "AccessDenied")
    assert gaps_of(document, "iam_user") == {
        "last_accessed": ("not_requested", "iam:GetServiceLastAccessedDetails", "NotRequested"),
        "mfa_active": said,
        "password_enabled": said,
        "password_last_changed_date": said,
        "password_last_used_date": said,
    }
    assert gaps_of(document, "iam_account", ACCOUNT) == {"credential_report_generated_at": said}
    robot = one(document, "iam_user", arn("user", "machines/robot"))
    assert (robot["mfa_devices"], robot["password_reset_required"]) == ([], None)
    asked = [parameters["UserName"] for api, parameters in aws.asked if api == "iam:GetLoginProfile"]
    assert sorted(asked) == ["alice", "robot"]


def test_a_report_that_may_not_be_made_is_the_reason_where_there_is_none(aws: Aws) -> None:
    aws.client("iam").create_user(UserName="alice")
    aws.refuse("iam:GenerateCredentialReport")
    aws.refuse("iam:GetCredentialReport", "ReportNotPresent", status=410)
    document = aws.collect("iam")
    assert gaps_of(document, "iam_user")["mfa_active"] == ("denied", "iam:GenerateCredentialReport", "AccessDenied")


def test_a_report_that_may_not_be_made_is_used_where_there_is_one(aws: Aws) -> None:
    company(aws)
    aws.refuse("iam:GenerateCredentialReport")
    document = aws.collect("iam")
    assert one(document, "iam_user", arn("user", "alice"))["mfa_active"] is True


def test_a_report_that_does_not_come_in_time_is_a_gap(aws: Aws) -> None:
    aws.client("iam").create_user(UserName="alice")
    aws.give("iam:GenerateCredentialReport", {"State": "INPROGRESS"})
    aws.refuse("iam:GetCredentialReport", "ReportInProgress", status=404)
    document = aws.collect("iam")
    assert gaps_of(document, "iam_user")["mfa_active"] == ("failed", "iam:GenerateCredentialReport", "Deadline")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"user,arn\nalice,arn:x\n", b'user,"arn', b"\n".join([b"a", b"b,c"])],
)
def test_a_report_that_cannot_be_read_is_a_gap(aws: Aws, content: bytes) -> None:
    aws.client("iam").create_user(UserName="alice")
    aws.give("iam:GetCredentialReport", {"Content": content})
    document = aws.collect("iam")
    assert gaps_of(document, "iam_user")["mfa_active"] == ("unparsed", "iam:GetCredentialReport", "UnreadableReport")


def test_a_value_of_the_report_that_nobody_knows_costs_its_field(aws: Aws) -> None:
    aws.client("iam").create_user(UserName="alice")
    report(aws, alice={"password_enabled": "perhaps", "password_last_used": "yesterday", "mfa_active": ""})
    document = aws.collect("iam")
    gaps = gaps_of(document, "iam_user", arn("user", "alice"))
    assert gaps["password_enabled"] == ("failed", "iam:GetCredentialReport", "NotInAnswer")
    assert gaps["mfa_active"] == ("failed", "iam:GetCredentialReport", "NotInAnswer")
    assert gaps["password_last_used_date"] == ("unparsed", "iam:GetCredentialReport", "UnexpectedValue")


# ------------------------------------------------------------ the root user


def summary(aws: Aws, **counts: int) -> None:
    flags = {"AccountMFAEnabled": 0, "AccountAccessKeysPresent": 0, "AccountSigningCertificatesPresent": 0}
    aws.give("iam:GetAccountSummary", {"SummaryMap": {**flags, **counts}})


def test_keys_and_devices_of_the_root_user_are_read(aws: Aws) -> None:
    report(
        aws,
        root={
            "password_enabled": "not_supported",
            "password_last_used": "no_information",
            "access_key_1_active": "true",
            "access_key_1_last_rotated": "2020-01-01T00:00:00+00:00",
        },
    )
    summary(aws, AccountAccessKeysPresent=1, AccountMFAEnabled=1, AccountPasswordPresent=1)
    device = {"SerialNumber": arn("mfa", "root"), "EnableDate": datetime(2021, 1, 1, tzinfo=UTC)}
    owner = {
        "Path": "/",
        "UserName": "x",
        "UserId": ACCOUNT + "EXAMPLE",
        "Arn": ROOT,
        "CreateDate": device["EnableDate"],
    }
    devices = [{**device, "User": owner}, {"SerialNumber": arn("mfa", "spare")}]
    aws.give("iam:ListVirtualMFADevices", {"VirtualMFADevices": devices, "IsTruncated": False})
    root = one(aws.collect("iam"), "iam_root", ROOT)
    assert root["access_keys"] == [
        {"active": True, "last_rotated_date": "2020-01-01T00:00:00Z", "last_used_date": None}
    ]
    assert root["virtual_mfa_devices"] == [{"serial_number": arn("mfa", "root"), "enable_date": "2021-01-01T00:00:00Z"}]
    assert (root["password_enabled"], root["password_last_used_date"]) == (True, None)
    assert (root["mfa_active"], root["access_keys_present"]) == (True, True)


@pytest.mark.parametrize("present", [0, 1])
def test_a_report_that_contradicts_the_summary_on_root_keys_is_stale(aws: Aws, present: int) -> None:
    key = {} if present else {"access_key_2_active": "true"}
    report(aws, root=key)
    summary(aws, AccountAccessKeysPresent=present)
    document = aws.collect("iam")
    said = ("stale", "iam:GetCredentialReport", "SummaryDisagrees")
    assert gaps_of(document, "iam_root", ROOT) == {"access_keys": said}


def test_without_a_root_row_the_summary_tells_of_the_password(aws: Aws) -> None:
    summary(aws, AccountPasswordPresent=0)
    root = one(aws.collect("iam"), "iam_root", ROOT)
    assert root["password_enabled"] is False
    summary(aws)
    document = aws.collect("iam")
    assert gaps_of(document, "iam_root", ROOT)["password_enabled"] == (
        "failed",
        "iam:GetCredentialReport",
        "NotInReport",
    )


# ------------------------------------------------------------ answers that say less


@pytest.mark.parametrize(
    ("serial", "kind"),
    [
        ("arn:aws:iam::123456789012:mfa/alice", "virtual"),
        ("arn:aws-cn:iam::123456789012:u2f/user/alice/key-EXAMPLE", "fido"),
        ("GAHT12345678", "hardware"),
    ],
)
def test_the_serial_number_tells_the_kind_of_a_device(aws: Aws, serial: str, kind: str) -> None:
    company(aws)
    device = {"UserName": "alice", "SerialNumber": serial, "EnableDate": datetime(2026, 1, 1, tzinfo=UTC)}
    aws.give("iam:ListMFADevices", {"MFADevices": [device], "IsTruncated": False})
    alice = one(aws.collect("iam"), "iam_user", arn("user", "alice"))
    assert [each["kind"] for each in alice["mfa_devices"]] == [kind]


def test_a_kind_of_device_that_nobody_knows_is_a_gap(aws: Aws) -> None:
    company(aws)
    device = {"UserName": "alice", "SerialNumber": arn("sms-mfa", "a"), "EnableDate": datetime(2026, 1, 1, tzinfo=UTC)}
    aws.give("iam:ListMFADevices", {"MFADevices": [device], "IsTruncated": False})
    document = aws.collect("iam")
    assert gaps_of(document, "iam_user", arn("user", "alice")) == {
        "mfa_devices": ("unparsed", "iam:ListMFADevices", "UnexpectedValue")
    }


def test_a_profile_that_does_not_say_whether_to_reset_is_not_taken_for_no_password(aws: Aws) -> None:
    company(aws)
    profile = {"UserName": "alice", "CreateDate": datetime(2026, 1, 1, tzinfo=UTC)}
    aws.give("iam:GetLoginProfile", {"LoginProfile": profile})
    document = aws.collect("iam")
    assert gaps_of(document, "iam_user", arn("user", "alice")) == {
        "password_reset_required": ("failed", "iam:GetLoginProfile", "NotInAnswer")
    }


def test_the_last_use_of_a_key_is_read_and_a_failure_is_a_gap_of_the_key(aws: Aws) -> None:
    company(aws)
    used = {"LastUsedDate": datetime(2026, 1, 30, tzinfo=UTC), "ServiceName": "s3", "Region": "eu-west-1"}
    aws.give("iam:GetAccessKeyLastUsed", {"UserName": "robot", "AccessKeyLastUsed": used})
    (key,) = one(aws.collect("iam"), "iam_user", arn("user", "machines/robot"))["access_keys"]
    assert (key["last_used_date"], key["last_used_service"], key["last_used_region"]) == (
        "2026-01-30T00:00:00Z",
        "s3",
        "eu-west-1",
    )
    aws.refuse("iam:GetAccessKeyLastUsed")
    document = aws.collect("iam")
    said = ("denied", "iam:GetAccessKeyLastUsed", "AccessDenied")
    assert gaps_of(document, "iam_access_key", key["id"]) == dict.fromkeys(
        ("last_used_date", "last_used_service", "last_used_region"), said
    )


def test_service_credentials_in_pages_that_break_off_are_partial_for_every_user(aws: Aws) -> None:
    company(aws)
    answer = {"ServiceSpecificCredentials": [CREDENTIAL], "IsTruncated": True, "Marker": "A"}
    aws.give("iam:ListServiceSpecificCredentials", answer)
    aws.refuse("iam:ListServiceSpecificCredentials", "InternalFailure", status=500, when=lambda each: "Marker" in each)
    document = aws.collect("iam")
    said = ("truncated", "iam:ListServiceSpecificCredentials", "InternalFailure")
    for name, count in (("alice", 0), ("machines/robot", 1)):
        user = one(document, "iam_user", arn("user", name))
        assert gaps_of(document, "iam_user", user["id"]) == {"service_specific_credentials": said}
        assert len(user["service_specific_credentials"]) == count


def test_one_user_who_is_gone_meanwhile_costs_that_user_only(aws: Aws) -> None:
    company(aws)
    aws.refuse("iam:ListSSHPublicKeys", "NoSuchEntity", status=404, when=lambda each: each["UserName"] == "robot")
    document = aws.collect("iam")
    assert gaps_of(document, "iam_user", arn("user", "machines/robot")) == {
        "ssh_public_keys": ("stale", "iam:ListSSHPublicKeys", "NoSuchEntity")
    }
    assert gaps_of(document, "iam_user", arn("user", "alice")) == {}


# ------------------------------------------------------------ every operation, refused

FAULTS = (
    ("AccessDenied", 403, "denied"),
    ("Throttling", 400, "throttled"),
    ("InternalFailure", 500, "failed"),
    ("501", 501, "failed"),
)
CALLED = (
    "GetAccountAuthorizationDetails",
    "ListRoles",
    "GenerateCredentialReport",
    "GetCredentialReport",
    "GetAccountSummary",
    "GetAccountPasswordPolicy",
    "ListAccountAliases",
    "ListVirtualMFADevices",
    "ListMFADevices",
    "ListAccessKeys",
    "GetAccessKeyLastUsed",
    "GetLoginProfile",
    "ListSigningCertificates",
    "ListSSHPublicKeys",
    "ListServiceSpecificCredentials",
    "ListSAMLProviders",
    "GetSAMLProvider",
    "ListOpenIDConnectProviders",
    "GetOpenIDConnectProvider",
    "ListServerCertificates",
)


def values(document: Record) -> Record:
    """Each value that was read, by id and field, those of children too."""
    found: Record = {}
    for resource in (each for listed in document["resources"].values() for each in listed):
        children = [*resource.pop("access_keys", ()), *resource.pop("inline_policies", ())]
        for each in (resource, *children):
            found |= {(each["id"], name): json.dumps(value) for name, value in each.items()}
    return found


@pytest.mark.parametrize("name", CALLED)
def test_an_operation_that_fails_is_a_gap_and_the_rest_goes_on(aws: Aws, name: str) -> None:
    company(aws)
    api = f"iam:{name}"
    whole = values(aws.collect("iam"))
    aws.asked.clear()
    code, status, kind = FAULTS[CALLED.index(name) % len(FAULTS)]
    for fault in {FAULTS[0], (code, status, kind)}:
        aws.refuse(api, fault[0], status=fault[1])
        document = aws.collect("iam")
        failed = [each for each in document["calls"] if each["operation"] == name]
        assert {(each["status"], each["error_code"]) for each in failed} == {(fault[2], fault[0])}
        told = {(gap["kind"], gap["api"], gap["code"]) for gap in document["gaps"] if gap["api"] == api}
        # A report that somebody else had made is as good as ours.
        assert told == (set() if name == "GenerateCredentialReport" else {(fault[2], api, fault[0])})
        read = values(document)
        assert read.items() <= whole.items()
        assert len(read) < len(whole) or name == "GenerateCredentialReport"


def test_the_operations_called_are_those_tested(aws: Aws) -> None:
    company(aws)
    aws.asked.clear()
    aws.collect("iam")
    read = ("iam:Get", "iam:List", "iam:Generate")
    assert {api for api, _ in aws.asked if api.startswith(read)} == {f"iam:{name}" for name in CALLED}
