"""IAM Access Analyzer: analyzers by region, their active findings, and the regions that nobody looked into."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from documents import Aws, calls_of, gaps_of, only, status_of

Record = dict[str, Any]
LIST, GET = "accessanalyzer:ListAnalyzers", "accessanalyzer:GetAnalyzer"
RULES, FINDINGS = "accessanalyzer:ListArchiveRules", "accessanalyzer:ListFindingsV2"
DAY = datetime(2026, 1, 15, tzinfo=UTC)
EXTERNAL = "arn:aws:access-analyzer:us-east-1:123456789012:analyzer/external"
UNUSED = "arn:aws:access-analyzer:us-east-1:123456789012:analyzer/unused"
ID = "a1b2c3d4-5678-4000-8000-000000000001"


def analyzer(arn: str = EXTERNAL, kind: str = "ACCOUNT", **members: Any) -> Record:
    return {
        "arn": arn,
        "name": arn.rpartition("/")[2],
        "type": kind,
        "createdAt": DAY,
        "status": "ACTIVE",
        **members,
    }


def finding(number: int = 1, **members: Any) -> Record:
    return {
        "id": f"{ID[:-1]}{number}",
        "analyzedAt": DAY,
        "createdAt": DAY,
        "updatedAt": DAY,
        "resource": "arn:aws:iam::123456789012:role/app",
        "resourceType": "AWS::IAM::Role",
        "resourceOwnerAccount": "123456789012",
        "status": "ACTIVE",
        "findingType": "ExternalAccess",
        **members,
    }


def give(aws: Aws, *analyzers: Record, findings: tuple[Record, ...] = ()) -> None:
    aws.give(LIST, {"analyzers": list(analyzers)})
    aws.give(RULES, {"archiveRules": []})
    aws.give(FINDINGS, {"findings": list(findings)})
    configuration = {"unusedAccess": {"unusedAccessAge": 60}}
    aws.give(GET, {"analyzer": analyzer(UNUSED, "ACCOUNT_UNUSED_ACCESS", configuration=configuration)})


def test_a_region_without_analyzers_is_there_and_has_none(aws: Aws) -> None:
    document = aws.collect("account", "access_analyzer")
    assert only(document, "analyzer_region") == {
        "id": "us-east-1",
        "name": "us-east-1",
        "arn": None,
        "account_id": "123456789012",
        "region": "us-east-1",
        "tags": [],
        "analyzers": [],
    }
    assert status_of(document, "analyzer_finding") == {"us-east-1": "complete"}
    assert calls_of(document)["ListAnalyzers"] == 1


def test_an_analyzer_shows_all_that_aws_says_of_it(aws: Aws) -> None:
    give(
        aws,
        analyzer(
            UNUSED,
            "ACCOUNT_UNUSED_ACCESS",
            status="DISABLED",
            statusReason={"code": "ORGANIZATION_DELETED"},
            lastResourceAnalyzedAt=DAY,
            managedBy="securityhubv2.amazonaws.com",
            tags={"team": "security", "env": "prod"},
        ),
    )
    rule = {
        "ruleName": "known",
        "createdAt": DAY,
        "updatedAt": DAY,
        "filter": {"resourceType": {"neq": ["b", "a"]}, "isPublic": {"exists": True}},
    }
    aws.give(RULES, {"archiveRules": [rule]})
    (found,) = only(aws.collect("account", "access_analyzer"), "analyzer_region")["analyzers"]
    nothing: Record = {"eq": [], "neq": [], "contains": [], "exists": None}
    assert found == {
        "id": UNUSED,
        "name": "unused",
        "arn": UNUSED,
        "account_id": "123456789012",
        "region": "us-east-1",
        "tags": [{"key": "env", "value": "prod"}, {"key": "team", "value": "security"}],
        "type": "ACCOUNT_UNUSED_ACCESS",
        "status": "DISABLED",
        "status_reason": "ORGANIZATION_DELETED",
        "created_date": "2026-01-15T00:00:00Z",
        "last_analyzed_date": "2026-01-15T00:00:00Z",
        "managed_by": "securityhubv2.amazonaws.com",
        "unused_access_age_days": 60,
        "archive_rules": [
            {
                "name": "known",
                "created_date": "2026-01-15T00:00:00Z",
                "updated_date": "2026-01-15T00:00:00Z",
                "filter": [
                    {"property": "isPublic", **nothing, "exists": True},
                    {"property": "resourceType", **nothing, "neq": ["a", "b"]},
                ],
            }
        ],
    }


def test_the_age_of_unused_access_is_asked_for_where_there_is_one(aws: Aws) -> None:
    give(aws, analyzer(), analyzer(UNUSED, "ACCOUNT_UNUSED_ACCESS"))
    document = aws.collect("account", "access_analyzer")
    found = only(document, "analyzer_region")["analyzers"]
    assert {each["name"]: each["unused_access_age_days"] for each in found} == {"external": None, "unused": 60}
    assert [asked["analyzerName"] for api, asked in aws.asked if api == GET] == ["unused"]


def test_an_unused_access_analyzer_without_an_age_is_a_gap(aws: Aws) -> None:
    give(aws, analyzer(UNUSED, "ACCOUNT_UNUSED_ACCESS"))
    aws.give(GET, {"analyzer": analyzer(UNUSED, "ACCOUNT_UNUSED_ACCESS")})
    document = aws.collect("account", "access_analyzer")
    assert gaps_of(document, "analyzer", UNUSED) == {"unused_access_age_days": ("failed", GET, "NotInAnswer")}


def test_only_active_findings_of_active_analyzers_are_asked_for(aws: Aws) -> None:
    give(aws, analyzer(), analyzer(UNUSED, "ACCOUNT_UNUSED_ACCESS", status="DISABLED"), findings=(finding(),))
    document = aws.collect("account", "access_analyzer")
    assert [asked for api, asked in aws.asked if api == FINDINGS] == [
        {"analyzerArn": EXTERNAL, "filter": {"status": {"eq": ["ACTIVE"]}}}
    ]
    assert only(document, "analyzer_finding") == {
        "id": ID,
        "name": f"external/{ID}",
        "arn": None,
        "account_id": "123456789012",
        "region": "us-east-1",
        "tags": [],
        "analyzer_arn": EXTERNAL,
        "finding_type": "ExternalAccess",
        "resource_arn": "arn:aws:iam::123456789012:role/app",
        "resource_type": "AWS::IAM::Role",
        "resource_owner_account": "123456789012",
        "status": "ACTIVE",
        "error": None,
        "created_date": "2026-01-15T00:00:00Z",
        "updated_date": "2026-01-15T00:00:00Z",
        "analyzed_date": "2026-01-15T00:00:00Z",
    }


def test_all_pages_of_findings_are_read(aws: Aws) -> None:
    give(aws, analyzer())
    pages = {None: {"findings": [finding(1)], "nextToken": "more"}, "more": {"findings": [finding(2)]}}
    aws.give(FINDINGS, lambda asked: pages[asked.get("nextToken")])
    document = aws.collect("account", "access_analyzer")
    assert len(document["resources"]["analyzer_finding"]) == 2


def test_findings_that_break_off_are_kept_and_the_rest_is_a_gap(aws: Aws) -> None:
    give(aws, analyzer(), analyzer(UNUSED, "ACCOUNT_UNUSED_ACCESS"), findings=(finding(),))
    aws.refuse(FINDINGS, "ThrottlingException", when=lambda asked: asked["analyzerArn"] == UNUSED)
    document = aws.collect("account", "access_analyzer")
    assert only(document, "analyzer_finding")["id"] == ID
    assert gaps_of(document, "analyzer_finding") == {None: ("truncated", FINDINGS, "ThrottlingException")}


@pytest.mark.parametrize(
    ("api", "collection", "resource_id", "field"),
    [
        (LIST, "analyzer_region", "us-east-1", "analyzers"),
        (LIST, "analyzer_finding", None, None),
        (GET, "analyzer", UNUSED, "unused_access_age_days"),
        (RULES, "analyzer", EXTERNAL, "archive_rules"),
        (FINDINGS, "analyzer_finding", None, None),
    ],
)
def test_a_denied_operation_costs_what_only_it_tells(
    aws: Aws, api: str, collection: str, resource_id: str | None, field: str | None
) -> None:
    give(aws, analyzer(), analyzer(UNUSED, "ACCOUNT_UNUSED_ACCESS"), findings=(finding(),))
    aws.refuse(api, "AccessDeniedException")
    document = aws.collect("account", "access_analyzer")
    kind = "truncated" if api == FINDINGS else "denied"
    assert gaps_of(document, collection, resource_id)[field] == (kind, api, "AccessDeniedException")


def test_enabled_regions_that_were_not_collected_are_there_with_a_gap(aws: Aws) -> None:
    statuses = {"us-east-1": "ENABLED_BY_DEFAULT", "eu-west-1": "ENABLED_BY_DEFAULT", "af-south-1": "DISABLED"}
    regions = [{"RegionName": name, "RegionOptStatus": status} for name, status in statuses.items()]
    aws.give("account:ListRegions", {"Regions": regions})
    document = aws.collect("account", "access_analyzer")
    assert [each["name"] for each in document["resources"]["analyzer_region"]] == ["eu-west-1", "us-east-1"]
    assert gaps_of(document, "analyzer_region") == {"analyzers": ("not_requested", LIST, "NotRequested")}
    assert {gap["region"] for gap in document["gaps"] if gap["collection"] == "analyzer_region"} == {"eu-west-1"}
    assert {api for api, _ in aws.asked} == {
        "sts:GetCallerIdentity",
        "account:GetAlternateContact",
        "account:ListRegions",
        LIST,
    }


@pytest.mark.parametrize("denied", [True, False])
def test_where_the_enabled_regions_are_not_known_there_may_be_more(aws: Aws, denied: bool) -> None:  # noqa: FBT001 - a case
    aws.refuse("account:ListRegions", "AccessDeniedException")
    document = aws.collect("access_analyzer", *(["account"] if denied else []))
    said = ("denied", "AccessDeniedException") if denied else ("not_requested", "NotRequested")
    assert gaps_of(document, "analyzer_region") == {None: (said[0], "account:ListRegions", said[1])}
    assert status_of(document, "analyzer_region") == {"us-east-1": "complete", "global": said[0]}


def test_an_analyzer_without_an_arn_leaves_the_list_open(aws: Aws) -> None:
    give(aws, analyzer())
    aws.give(LIST, lambda _: {"analyzers": [{**analyzer(), "arn": ""}]})
    document = aws.collect("account", "access_analyzer")
    assert gaps_of(document, "analyzer_region", "us-east-1")["analyzers"] == ("truncated", LIST, "NoIdentifier")
