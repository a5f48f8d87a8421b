"""Saved output of the AWS CLI gives the snapshot that AWS would have given; what was not saved is a gap."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest

from sec02_policies import Snapshot
from sec02_policies.collect import SavedAnswers, collect, collect_saved
from sec02_policies.collect.saved import file_name
from sec02_policies.demo import embedded_aws
from sec02_policies.demo.company import build_company
from sec02_policies.errors import InputError

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
Document = dict[str, Any]
CONTAINERS = ("InstanceArn", "IdentityStoreId", "VersionId")


def as_printed(value: Any) -> Any:
    """A value of botocore as the AWS CLI prints it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: as_printed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_printed(each) for each in value]
    encoded = isinstance(value, str) and value.startswith("%7B")
    return json.loads(unquote(value)) if encoded else value


class Printer:
    """Keeps what each call of a session answers as a file of the CLI's output."""

    def __init__(self, session: Any) -> None:
        self.files: dict[str, bytes] = {}
        session.events.register("provide-client-params", self.remember)
        session.events.register_last("after-call", self.keep)

    def remember(self, params: Document, context: Document, **_: Any) -> None:
        context["asked"] = dict(params)

    def keep(self, model: Any, http_response: Any, parsed: Document, context: Document, **_: Any) -> None:
        asked = {name: each for name, each in context["asked"].items() if isinstance(each, str)}
        about = [each for name, each in asked.items() if name not in CONTAINERS]
        answer = {name: each for name, each in parsed.items() if name != "ResponseMetadata"}
        text = json.dumps(as_printed(answer), indent=4)
        if http_response.status_code >= 300:
            text = f"\nAn error occurred ({answer['Error']['Code']}) when calling the {model.name} operation: no\n"
        self.files[file_name(f"{model.service_model.service_name}:{model.name}", *about)] = text.encode()


def saved(files: dict[str, Any], *, account_id: str = ACCOUNT, region: str | None = None) -> Snapshot:
    data = {path: each if isinstance(each, bytes) else json.dumps(each).encode() for path, each in files.items()}
    return Snapshot(collect_saved(SavedAnswers(data), account_id=account_id, region=region, now=NOW))


def bulk(**members: Any) -> Document:
    user = {
        "Path": "/",
        "UserName": "alice",
        "UserId": "AIDAEXAMPLEALICE00001",
        "Arn": ALICE,
        "CreateDate": "2025-01-01T00:00:00+00:00",
        "GroupList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
    }
    return {"UserDetailList": [user], "GroupDetailList": [], "RoleDetailList": [], "Policies": [], **members}


KEYS = {
    "AccessKeyMetadata": [
        {
            "UserName": "alice",
            "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "Status": "Active",
            "CreateDate": "2026-01-01T00:00:00Z",
        }
    ]
}


def test_what_is_saved_of_a_whole_company_gives_its_snapshot() -> None:
    with embedded_aws() as aws:
        build_company(aws, now=NOW)
        printer = Printer(aws.session)
        collected = collect(aws.session, regions=[aws.region], now=lambda: NOW)
    answers = SavedAnswers(printer.files)
    found = collect_saved(answers, account_id=aws.account_id, region=aws.region, now=NOW)
    assert answers.unused == ()
    assert found["resources"] == collected["resources"]
    assert found["gaps"] == collected["gaps"]
    assert found["sections"] == collected["sections"]


def test_one_file_gives_what_it_tells_and_gaps_for_the_rest() -> None:
    snapshot = saved({"get-account-authorization-details.json": bulk()})
    (alice,) = snapshot.known("iam_user")
    assert alice.known()["name"] == "alice"
    assert "access_keys" not in alice.known()
    assert {gap.kind.value for gap in snapshot.gaps} == {"not_requested"}
    assert {gap.code for gap in snapshot.gaps} == {"NotSaved", "NotRequested"}
    assert snapshot.document["scope"]["services"] == ["iam"]
    assert snapshot.collected_at == "2026-11-24T09:00:00Z"


def test_the_answer_about_one_user_is_that_of_its_name() -> None:
    files = {"get-account-authorization-details.json": bulk(), "list-access-keys.alice.json": KEYS}
    (key,) = saved(files).known("iam_access_key")
    assert key.known()["status"] == "Active"


@pytest.mark.parametrize("name", ["list-access-keys.json", "list-access-keys.bob.json"])
def test_the_answer_about_nobody_or_another_is_not_taken_for_hers(name: str) -> None:
    snapshot = saved({"get-account-authorization-details.json": bulk(), name: KEYS})
    assert snapshot.known("iam_access_key") == []
    assert snapshot.unread("iam_access_key")


def test_an_answer_that_names_another_thing_is_not_taken() -> None:
    profile = {"LoginProfile": {"UserName": "bob", "CreateDate": "2026-01-01T00:00:00Z"}}
    snapshot = saved({"get-account-authorization-details.json": bulk(), "get-login-profile.alice.json": profile})
    assert "password_reset_required" not in snapshot.known("iam_user")[0].known()


@pytest.mark.parametrize("name", ["credential-report.csv", "credential_report.csv", "iam/credential-report.csv"])
def test_the_credential_report_is_read_as_the_console_saves_it(name: str) -> None:
    columns = (
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
        "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
        "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
        "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,"
        "access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
    )
    row = f"alice,{ALICE},2025-01-01T00:00:00+00:00,true,no_information,2025-01-01T00:00:00+00:00,N/A,false"
    report = f"{columns}\n{row},{','.join(['false', *['N/A'] * 4] * 2)},false,N/A,false,N/A\n"
    snapshot = saved({"get-account-authorization-details.json": bulk(), name: report.encode()})
    (alice,) = snapshot.known("iam_user")
    assert (alice["password_enabled"], alice["mfa_active"]) == (True, False)


def test_a_list_that_the_cli_cut_off_is_truncated() -> None:
    snapshot = saved({"get-account-authorization-details.json": bulk(NextToken="more")})
    assert len(snapshot.known("iam_user")) == 1
    assert {gap.kind.value for _, gap in snapshot.unread("iam_user")} == {"truncated"}


def test_a_saved_refusal_is_a_gap_with_its_code() -> None:
    refusal = b"\nAn error occurred (AccessDenied) when calling the GetAccountAuthorizationDetails operation: no\n"
    snapshot = saved(
        {"get-account-authorization-details.json": refusal, "get-account-summary.json": b'{"SummaryMap": {}}'}
    )
    gaps = [gap for _, gap in snapshot.unread("iam_user")]
    assert [(gap.kind.value, gap.code) for gap in gaps] == [("denied", "AccessDenied")]


def test_files_of_a_region_are_in_its_folder_or_of_the_region_that_is_named() -> None:
    secret = {
        "ARN": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf",
        "Name": "db",
        "CreatedDate": 1767225600.123,
    }
    listed = {"SecretList": [secret]}
    for path, region in (
        ("secretsmanager/eu-west-1/list-secrets.json", None),
        ("eu-west-1/list-secrets.json", None),
        ("secretsmanager/list-secrets.json", "eu-west-1"),
    ):
        (found,) = saved({path: listed}, region=region).known("secretsmanager_secret")
        assert (found["region"], found["created_date"]) == ("eu-west-1", "2026-01-01T00:00:00Z")
    with pytest.raises(InputError, match=r"^list-secrets.json: of no region: a folder named after the region"):
        saved({"list-secrets.json": listed})


def test_files_that_answer_nothing_are_named() -> None:
    answers = SavedAnswers({"list-users.json": b"{}", "notes.json": b"{}", "get-account-summary.json": b"{}"})
    assert answers.unused == ("list-users.json", "notes.json")


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"notes.json": {}}, "the folder: no file answers an operation"),
        (
            {"get-account-summary.json": b"oops"},
            "get-account-summary.json: not JSON: what `aws ... get-account-summary",
        ),
        (
            {"get-account-summary.json": {"SummaryMap": []}},
            "get-account-summary.json: $.SummaryMap: not what the operation",
        ),
        (
            {"get-account-summary.json": {"SummaryMap": {"Users": "3"}}},
            "$.SummaryMap.Users: not what the operation answers",
        ),
        (
            {"get-account-summary.json": {}, "iam/get-account-summary.json": {}},
            "iam/get-account-summary.json: a second answer beside get-account-summary.json",
        ),
        (
            {"get-account-authorization-details.json": bulk(UserDetailList=[{"CreateDate": "soon"}])},
            "$.UserDetailList[0].CreateDate: not what the operation answers: a time",
        ),
    ],
)
def test_files_that_cannot_be_used_are_refused(files: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputError) as caught:
        saved(files)
    assert fault in str(caught.value)


def test_the_answers_of_another_account_are_refused() -> None:
    for files in (
        {"get-account-authorization-details.json": bulk()},
        {"get-caller-identity.json": {"Account": ACCOUNT}, "get-account-summary.json": {"SummaryMap": {}}},
    ):
        with pytest.raises(InputError, match=f"answers of account {ACCOUNT}: those of account 444455556666"):
            saved(files, account_id="444455556666")


def test_no_call_leaves_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "of-no-account")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    snapshot = saved({"get-account-summary.json": {"SummaryMap": {"Users": 1}}})
    assert {gap.kind.value for gap in snapshot.gaps} == {"not_requested", "failed"}
