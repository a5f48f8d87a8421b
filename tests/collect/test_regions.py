"""Which regions are read where none is named: those that the account may use, and an honest gap where no one tells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
import pytest
from documents import gaps_of, moment

from sec02_policies.collect import collect
from sec02_policies.snapshot import Snapshot

if TYPE_CHECKING:
    from documents import Aws, Record

LIST, EC2 = "account:ListRegions", "ec2:DescribeRegions"


def everywhere(aws: Aws, *services: str) -> Record:
    """The document of a collection for which no region was named."""
    document = collect(aws.session, services=services or ["secretsmanager"], now=moment, sleep=lambda _: None)
    Snapshot(json.loads(json.dumps(document)))
    return document


def boto3_in(aws: Aws, region: str) -> boto3.Session:
    """The session of the test, at home in another region."""
    return boto3.Session("AKIAEXAMPLE", "example", region_name=region, botocore_session=aws.session._session)  # noqa: SLF001 - shown nowhere else


def opted(**regions: str) -> Record:
    return {
        "Regions": [{"RegionName": name.replace("_", "-"), "RegionOptStatus": said} for name, said in regions.items()]
    }


def test_the_account_tells_its_regions_and_those_that_are_off_are_not_asked(aws: Aws) -> None:
    aws.give(LIST, opted(us_east_1="ENABLED_BY_DEFAULT", eu_south_1="ENABLED", af_south_1="DISABLED"))
    aws.client("secretsmanager", "eu-south-1").create_secret(Name="db", SecretString="CANARY")
    document = everywhere(aws)
    assert document["scope"]["regions"] == ["eu-south-1", "us-east-1"]
    assert [each["region"] for each in document["resources"]["secretsmanager_secret"]] == ["eu-south-1"]
    assert gaps_of(document, "secretsmanager_secret") == {}


def test_a_region_on_its_way_out_still_has_resources(aws: Aws) -> None:
    aws.give(LIST, opted(us_east_1="ENABLED_BY_DEFAULT", me_south_1="DISABLING", eu_south_2="ENABLING"))
    assert everywhere(aws)["scope"]["regions"] == ["eu-south-2", "me-south-1", "us-east-1"]


def test_the_regions_come_in_pages(aws: Aws) -> None:
    first = {**opted(us_east_1="ENABLED_BY_DEFAULT"), "NextToken": "more"}
    second = opted(eu_west_1="ENABLED_BY_DEFAULT")
    aws.give(LIST, lambda asked: second if asked.get("NextToken") else first)
    assert everywhere(aws)["scope"]["regions"] == ["eu-west-1", "us-east-1"]


def test_ec2_tells_where_the_account_may_not(aws: Aws) -> None:
    aws.refuse(LIST)
    aws.give(EC2, {"Regions": [{"RegionName": "us-east-1"}, {"RegionName": "eu-west-1"}]})
    document = everywhere(aws)
    assert document["scope"]["regions"] == ["eu-west-1", "us-east-1"]
    assert gaps_of(document, "secretsmanager_secret") == {}


def test_where_no_one_tells_all_regions_are_tried_and_more_may_hide(aws: Aws) -> None:
    aws.refuse(LIST)
    aws.refuse(EC2, "UnauthorizedOperation")
    document = everywhere(aws)
    assert {"us-east-1", "eu-west-1", "af-south-1"} < set(document["scope"]["regions"])
    assert gaps_of(document, "secretsmanager_secret") == {None: ("denied", LIST, "AccessDenied")}
    places = [each["region"] for each in document["gaps"] if each["collection"] == "secretsmanager_secret"]
    assert places == ["global"]
    assert Snapshot(document).unread("secretsmanager_secret") != []


def test_a_list_that_broke_off_is_not_taken_for_the_whole(aws: Aws) -> None:
    first = {**opted(us_east_1="ENABLED_BY_DEFAULT"), "NextToken": "more"}
    aws.give(LIST, lambda asked: None if asked.get("NextToken") else first)
    aws.refuse(LIST, "ThrottlingException", status=400, when=lambda asked: "NextToken" in asked)
    aws.give(EC2, {"Regions": [{"RegionName": "us-east-1"}, {"RegionName": "eu-west-1"}]})
    assert everywhere(aws)["scope"]["regions"] == ["eu-west-1", "us-east-1"]


def test_services_without_regions_ask_for_none(aws: Aws) -> None:
    document = everywhere(aws, "organizations")
    assert document["scope"]["regions"] == ["us-east-1"]
    assert {api for api, _ in aws.asked}.isdisjoint({LIST, EC2})


def test_a_service_that_the_partition_lacks_costs_no_call(aws: Aws) -> None:
    answer = {"Account": "123456789012", "Arn": "arn:aws-cn:iam::123456789012:user/a", "UserId": "A"}
    aws.give("sts:GetCallerIdentity", answer)
    aws.give(LIST, opted(cn_north_1="ENABLED_BY_DEFAULT", cn_northwest_1="ENABLED_BY_DEFAULT"))
    document = collect(boto3_in(aws, "cn-north-1"), services=["cognito"], now=moment)
    assert document["scope"]["regions"] == ["cn-north-1", "cn-northwest-1"]
    assert {api for api, _ in aws.asked if api.startswith("cognito-idp")} == set()
    places = {(each["region"], each["kind"]) for each in document["gaps"] if each["collection"] == "cognito_user_pool"}
    assert places == {("cn-north-1", "unsupported_region"), ("cn-northwest-1", "unsupported_region")}


@pytest.mark.parametrize("status", [500, 400])
def test_the_regions_are_found_however_the_list_fails(aws: Aws, status: int) -> None:
    aws.refuse(LIST, "InternalServerException" if status == 500 else "ValidationException", status=status)
    aws.give(EC2, {"Regions": [{"RegionName": "us-east-1"}]})
    assert everywhere(aws)["scope"]["regions"] == ["us-east-1"]
