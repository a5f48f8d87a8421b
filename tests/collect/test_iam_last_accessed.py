"""Service last accessed: jobs started many at a time, every page of each, and a gap for whatever went wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from documents import gaps_of, moment

from sec02_policies.collect import all_fields, collect, operations_for
from sec02_policies.snapshot import Snapshot

if TYPE_CHECKING:
    from documents import Aws, Record

START, ANSWER = "iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"
MADE = datetime(2026, 1, 31, tzinfo=UTC)
USED = datetime(2026, 1, 30, 12, 30, 5, tzinfo=UTC)
FIELDS = {
    kind: frozenset({"id", "name", "arn", "region", "tags", "last_accessed"}) for kind in ("iam_user", "iam_role")
}
ALICE = "arn:aws:iam::123456789012:user/alice"
APP = "arn:aws:iam::123456789012:role/app"


def service(namespace: str, used: datetime | None = None) -> Record:
    told: Record = {
        "ServiceName": f"Amazon {namespace}",
        "ServiceNamespace": namespace,
        "TotalAuthenticatedEntities": 0,
    }
    if used is not None:
        told |= {"LastAuthenticated": used, "LastAuthenticatedRegion": "eu-west-1", "TotalAuthenticatedEntities": 1}
    return told


def answer(*services: Record, status: str = "COMPLETED", **more: Any) -> Record:
    return {
        "JobStatus": status,
        "JobType": "SERVICE_LEVEL",
        "JobCreationDate": MADE,
        "JobCompletionDate": MADE,
        "ServicesLastAccessed": list(services),
        "IsTruncated": False,
        **more,
    }


def job_of(arn: str) -> str:
    return f"job-{arn.rpartition('/')[2]}".ljust(36, "0")


@pytest.fixture
def account(aws: Aws) -> Aws:
    iam = aws.client("iam")
    iam.create_user(UserName="alice")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(trust))
    aws.give(START, lambda asked: {"JobId": job_of(asked["Arn"])})
    aws.give(ANSWER, answer(service("s3", USED), service("iam")))
    aws.asked.clear()
    return aws


def read(aws: Aws, fields: Any = FIELDS) -> Record:
    document = collect(aws.session, regions=["us-east-1"], fields=fields, now=moment, sleep=lambda _: None)
    Snapshot(json.loads(json.dumps(document)))
    return document


def accessed(document: Record, kind: str = "iam_user") -> Any:
    return document["resources"][kind][0].get("last_accessed")


def counted(aws: Aws) -> dict[str, int]:
    asked = [api for api, _ in aws.asked]
    return {api: asked.count(api) for api in (START, ANSWER)}


def test_each_service_has_its_time_or_none_in_the_order_of_the_namespaces(account: Aws) -> None:
    document = read(account)
    found = [
        {"service": "iam", "last_authenticated_date": None, "last_authenticated_region": None},
        {"service": "s3", "last_authenticated_date": "2026-01-30T12:30:05Z", "last_authenticated_region": "eu-west-1"},
    ]
    assert (accessed(document), accessed(document, "iam_role")) == (found, found)
    assert counted(account) == {START: 2, ANSWER: 2}
    assert {each["Granularity"] for api, each in account.asked if api == START} == {"SERVICE_LEVEL"}
    assert {each["MaxItems"] for api, each in account.asked if api == ANSWER} == {1000}


def test_a_principal_without_permissions_has_an_empty_list(account: Aws) -> None:
    account.give(ANSWER, answer())
    assert accessed(read(account)) == []


def test_nobody_asked_nothing_is_called_and_one_gap_says_so(account: Aws) -> None:
    document = account.collect("iam")
    assert counted(account) == {START: 0, ANSWER: 0}
    assert gaps_of(document, "iam_user")["last_accessed"] == ("not_requested", ANSWER, "NotRequested")
    assert [gap["collection"] for gap in document["gaps"] if gap["field"] == "last_accessed"] == [
        "iam_role",
        "iam_user",
    ]


def test_the_standard_plan_spares_the_calls_and_names_them_where_the_field_is_asked_for() -> None:
    standard, whole = (
        {each.api for each in operations_for(all_fields(["iam"], on_request=on_request))}
        for on_request in (False, True)
    )
    assert whole - standard == {START, ANSWER}


def test_a_job_is_asked_again_until_it_is_over(account: Aws) -> None:
    asked: dict[str, int] = {}

    def slow(parameters: Record) -> Record:
        job = parameters["JobId"]
        asked[job] = asked.get(job, 0) + 1
        return answer(service("s3", USED)) if asked[job] == 3 else answer(status="IN_PROGRESS")

    account.give(ANSWER, slow)
    document = read(account)
    assert set(asked.values()) == {3}
    assert [each["service"] for each in accessed(document)] == ["s3"]
    # What chance decides is not counted.
    assert [call["pages"] for call in document["calls"] if call["operation"] == ANSWER.partition(":")[2]] == [2]


def test_a_job_that_is_never_over_is_a_gap(account: Aws) -> None:
    account.give(ANSWER, lambda asked: answer(status="IN_PROGRESS" if "alice" in asked["JobId"] else "COMPLETED"))
    document = read(account)
    assert gaps_of(document, "iam_user", ALICE)["last_accessed"] == ("failed", ANSWER, "Deadline")
    assert accessed(document, "iam_role") == []


def test_a_job_that_fails_is_a_gap_with_the_code_that_iam_gives(account: Aws) -> None:
    error = {"Code": "SERVICE_UNAVAILABLE", "Message": "canary"}
    account.give(ANSWER, answer(status="FAILED", Error=error))
    document = read(account)
    assert gaps_of(document, "iam_user", ALICE)["last_accessed"] == ("failed", ANSWER, "SERVICE_UNAVAILABLE")
    assert "canary" not in json.dumps(document)
    account.give(ANSWER, answer(status="FAILED"))
    assert gaps_of(read(account), "iam_user", ALICE)["last_accessed"] == ("failed", ANSWER, "JobFailed")


def test_further_pages_are_read_by_their_marker(account: Aws) -> None:
    pages = {
        None: answer(service("s3", USED), IsTruncated=True, Marker="second"),
        "second": answer(service("iam"), IsTruncated=True, Marker="third"),
        "third": answer(service("sts")),
    }
    account.give(ANSWER, lambda asked: pages[asked.get("Marker")])
    assert [each["service"] for each in accessed(read(account))] == ["iam", "s3", "sts"]


@pytest.mark.parametrize("more", [{"IsTruncated": True}, {"IsTruncated": True, "Marker": "second"}])
def test_a_page_that_cannot_be_read_keeps_the_others_and_says_so(account: Aws, more: Record) -> None:
    account.give(ANSWER, answer(service("s3", USED), **more))
    account.refuse(ANSWER, "Throttling", status=400, when=lambda asked: "Marker" in asked)
    document = read(account)
    assert [each["service"] for each in accessed(document)] == ["s3"]
    assert gaps_of(document, "iam_user", ALICE)["last_accessed"][0] == "truncated"


@pytest.mark.parametrize(("denied", "code"), [(START, "AccessDenied"), (ANSWER, "AccessDenied")])
def test_denied(account: Aws, denied: str, code: str) -> None:
    account.refuse(denied)
    document = read(account)
    assert gaps_of(document, "iam_user", ALICE)["last_accessed"] == ("denied", denied, code)
    assert gaps_of(document, "iam_role", APP)["last_accessed"] == ("denied", denied, code)


def test_a_principal_that_is_gone_by_now_is_stale(account: Aws) -> None:
    account.refuse(START, "NoSuchEntity", status=404, when=lambda asked: asked["Arn"].endswith("alice"))
    document = read(account)
    assert gaps_of(document, "iam_user", ALICE)["last_accessed"] == ("stale", START, "NoSuchEntity")
    assert accessed(document, "iam_role") != []


def test_jobs_are_started_before_they_are_asked_for(account: Aws) -> None:
    for number in range(3):
        account.client("iam").create_user(UserName=f"user-{number}")
    account.asked.clear()
    read(account)
    jobs = [api for api, _ in account.asked if api in (START, ANSWER)]
    assert jobs == [*[START] * 4, *[ANSWER] * 4, START, ANSWER]
