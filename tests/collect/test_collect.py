"""`collect()`: where it starts, what it refuses, and the document as a whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from documents import gaps_of, moment

from sec02_policies.collect import SERVICES, WORKLOAD_SERVICES, Progress, collect, open_session
from sec02_policies.errors import CollectError
from sec02_policies.snapshot import Snapshot, canonical, schemas

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from documents import Aws


def test_the_services_are_those_of_the_schemas() -> None:
    assert {*SERVICES, *WORKLOAD_SERVICES} == {info.service for info in schemas().types.values()}
    assert not set(SERVICES) & set(WORKLOAD_SERVICES)


def test_an_empty_account_is_a_complete_snapshot(aws: Aws) -> None:
    aws.give("sso-admin:ListApplications", {"Applications": []})
    aws.give("sso-admin:ListTrustedTokenIssuers", {"TrustedTokenIssuers": []})
    document = aws.collect()
    assert document["scope"] == {
        "partition": "aws",
        "account_id": "123456789012",
        "organization_id": None,
        "regions": ["us-east-1"],
        "services": list(SERVICES),
    }
    # moto has an instance of Identity Center in every account.
    assert sorted(document["resources"]) == [
        "account_contacts",
        "account_region",
        "analyzer_region",
        "iam_account",
        "iam_root",
        "idc_instance",
    ]
    assert {each["status"] for each in document["sections"]} == {"complete"}
    snapshot = Snapshot(document)
    unread = [info for info in schemas().types.values() if snapshot.unread(info.name)]
    assert {info.service for info in unread} == set(WORKLOAD_SERVICES)


def test_the_clock_is_the_beginning_and_the_end_is_told(aws: Aws) -> None:
    ticks = iter(datetime(2026, 1, 31, 12, tzinfo=UTC) + timedelta(minutes=each) for each in range(9))
    document = collect(aws.session, services=["secretsmanager"], now=lambda: next(ticks))
    assert document["collected_at"] == document["collector"]["started_at"] == "2026-01-31T12:00:00Z"
    assert document["collector"]["finished_at"] == "2026-01-31T12:01:00Z"
    assert document["collector"]["principal_arn"] == "arn:aws:sts::123456789012:user/moto"


def test_services_that_nobody_asked_for_are_gaps_and_not_called(aws: Aws) -> None:
    document = aws.collect("secretsmanager", regions=("us-east-1", "eu-west-1"))
    assert document["scope"]["services"] == ["secretsmanager"]
    assert {api.partition(":")[0] for api, _ in aws.asked} == {"sts", "secretsmanager"}
    # The scope says it all: no word of each type and region.
    assert document["gaps"] == []
    assert {each["region"] for each in document["sections"]} == {"us-east-1", "eu-west-1"}
    snapshot = Snapshot(document)
    (gap,) = (gap for _, gap in snapshot.unread("cognito_user_pool"))
    assert (gap.kind, gap.api, gap.code, gap.region) == (
        "not_requested",
        "cognito-idp:DescribeUserPool",
        "NotRequested",
        "global",
    )
    assert not snapshot.unread("secretsmanager_secret")


@pytest.mark.parametrize("service", WORKLOAD_SERVICES)
def test_a_service_of_workloads_is_read_where_it_is_named_and_only_there(aws: Aws, service: str) -> None:
    aws.give("ec2:GetInstanceMetadataDefaults", {})
    aws.give("wafv2:ListWebACLs", {"WebACLs": []})
    aws.give("cloudformation:DescribeStacks", {"Stacks": []})
    document = aws.collect(service)
    assert document["scope"]["services"] == [service]
    # Where the account's regions were not asked for, more of them may hide.
    regional = {"ec2": "ec2_region", "guardduty": "guardduty_region"}.get(service)
    told = {each["name"]: each["status"] for each in document["sections"] if each["region"] != "global"}
    assert set(told.values()) == {"complete"}
    assert [each["name"] for each in document["sections"] if each["region"] == "global"] == (
        [regional] * bool(regional)
    )
    assert not {gap["code"] for gap in document["gaps"]} - {"NotRequested"}


def test_the_order_and_repetition_of_regions_changes_nothing(aws: Aws) -> None:
    for region in ("us-east-1", "eu-west-1"):
        aws.client("secretsmanager", region).create_secret(Name="db", SecretString="CANARY")
    # moto dates each version anew whenever it is asked.
    aws.give("secretsmanager:ListSecretVersionIds", {"Versions": []})
    first = canonical(aws.collect(regions=("us-east-1", "eu-west-1")))
    second = canonical(aws.collect(regions=("eu-west-1", "us-east-1", "eu-west-1")))
    assert first == second
    assert b"CANARY" not in first


def test_other_partitions_are_read_with_their_own_names(aws: Aws) -> None:
    answer = {"Account": "123456789012", "Arn": "arn:aws-cn:iam::123456789012:user/a", "UserId": "A"}
    aws.give("sts:GetCallerIdentity", answer)
    document = aws.collect(regions=("cn-north-1",))
    assert document["scope"]["partition"] == "aws-cn"
    assert document["resources"]["iam_root"][0]["id"] == "arn:aws-cn:iam::123456789012:root"
    assert gaps_of(document, "cognito_user_pool")[None][0] == "unsupported_region"


def test_progress_names_the_service_and_counts(aws: Aws) -> None:
    seen: list[Progress] = []
    collect(aws.session, regions=["us-east-1"], services=["secretsmanager"], now=moment, on_progress=seen.append)
    assert [(each.service, each.api, each.region, each.calls) for each in seen] == [
        ("sts", "sts:GetCallerIdentity", "global", 1),
        ("secretsmanager", "secretsmanager:ListSecrets", "us-east-1", 2),
    ]
    assert str(seen[1]) == "secretsmanager:ListSecrets, us-east-1: 2 calls"


# ------------------------------------------------------------ what keeps it from starting


def test_an_unknown_service_is_refused_before_any_call(aws: Aws) -> None:
    with pytest.raises(CollectError, match="unknown service 's3': one of access_analyzer, account, cognito"):
        collect(aws.session, services=["iam", "s3"], now=moment)
    assert aws.asked == []


@pytest.mark.parametrize(
    ("regions", "said"),
    [
        (["mars"], "unknown region 'mars'"),
        (["us-east-1", "cn-north-1"], "regions of 2 partitions"),
    ],
)
def test_regions_that_cannot_be_are_refused_before_any_call(aws: Aws, regions: list[str], said: str) -> None:
    with pytest.raises(CollectError, match=said):
        collect(aws.session, regions=regions, now=moment)
    assert aws.asked == []


@pytest.mark.usefixtures("aws")
def test_a_session_without_a_region_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CollectError, match="no region: give one, or set AWS_REGION"):
        collect(boto3.Session("a", "b"), now=moment)


def test_credentials_that_are_not_valid_are_refused_with_the_code_of_aws(aws: Aws) -> None:
    aws.refuse("sts:GetCallerIdentity", "InvalidClientTokenId")
    with pytest.raises(CollectError, match=r"^collect: sts:GetCallerIdentity: InvalidClientTokenId: valid credentials"):
        aws.collect()


@pytest.mark.usefixtures("aws")
def test_a_session_is_opened_from_the_environment_and_an_unknown_profile_is_refused() -> None:
    assert open_session(region="eu-west-1").region_name == "eu-west-1"
    with pytest.raises(CollectError, match=r"--profile nobody: .*: a profile of the AWS config file"):
        open_session(profile="nobody")


@pytest.mark.usefixtures("aws")
def test_no_credentials_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            without.delenv(name, raising=False)
        with pytest.raises(CollectError, match="NoCredentialsError"):
            collect(boto3.Session(region_name="us-east-1"), now=moment)


def test_the_endpoint_of_the_environment_is_used(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:1")
    urls: list[str] = []

    def refuse(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        urls.append(request.url)
        body = b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
        return AWSResponse(request.url, 403, {}, SimpleNamespace(stream=lambda **_: iter([body])))

    aws.session.events.register_first("before-send.sts", refuse)
    with pytest.raises(CollectError, match="AccessDenied"):
        aws.collect()
    assert urls == ["http://localhost:1/"]


# ------------------------------------------------------------ the document


def test_gaps_are_numbered_in_their_order_and_name_known_operations(aws: Aws) -> None:
    aws.client("iam").create_user(UserName="alice")
    for api in ("iam:ListSSHPublicKeys", "secretsmanager:ListSecrets", "organizations:DescribeOrganization"):
        aws.refuse(api)
    document = aws.collect()
    assert [gap["id"] for gap in document["gaps"]] == [f"g{each + 1:05d}" for each in range(len(document["gaps"]))]
    assert gaps_of(document, "secretsmanager_secret") == {
        None: ("denied", "secretsmanager:ListSecrets", "AccessDenied")
    }
    assert document["scope"]["organization_id"] is None
    assert json.loads(canonical(document)) == document
