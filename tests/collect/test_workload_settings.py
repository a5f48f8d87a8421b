"""Workloads by their settings: databases, notebooks, web ACLs, domains, keys, and who watches over identities."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from documents import Aws, gaps_of, only

Record = dict[str, Any]
ACCOUNT = "123456789012"
DAY = datetime(2026, 1, 15, tzinfo=UTC)
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/r"


def test_databases_tell_how_one_signs_in(aws: Aws) -> None:
    rds = aws.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="root",
        MasterUserPassword="CANARY-password",
        AllocatedStorage=20,
        EnableIAMDatabaseAuthentication=True,
        Tags=[{"Key": "team", "Value": "web"}],
    )
    rds.create_db_cluster(
        DBClusterIdentifier="billing",
        Engine="aurora-mysql",
        MasterUsername="root",
        MasterUserPassword="CANARY-password",
    )
    document = aws.collect("rds")
    instance = only(document, "rds_instance")
    assert (instance["name"], instance["engine"], instance["iam_authentication"]) == ("orders", "postgres", True)
    assert (instance["master_secret"], instance["cluster_id"], instance["replica_of"]) == (None, None, None)
    assert instance["tags"] == [{"key": "team", "value": "web"}]
    assert only(document, "rds_cluster")["iam_authentication"] is False
    assert "CANARY" not in json.dumps(document)


def test_a_managed_master_password_is_told_by_its_secret(aws: Aws) -> None:
    secret = {"SecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1", "SecretStatus": "active"}
    listed = {
        "DBInstanceIdentifier": "a",
        "DBInstanceArn": "arn:aws:rds:us-east-1:123456789012:db:a",
        "Engine": "mysql",
    }
    aws.give("rds:DescribeDBInstances", {"DBInstances": [{**listed, "MasterUserSecret": secret}]})
    found = only(aws.collect("rds"), "rds_instance")
    assert found["master_secret"] == {"arn": secret["SecretArn"], "status": "active"}


def test_a_notebook_tells_whether_its_users_are_root(aws: Aws) -> None:
    aws.client("sagemaker").create_notebook_instance(
        NotebookInstanceName="forecast",
        InstanceType="ml.t3.medium",
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/a",
        RootAccess="Disabled",
    )
    found = only(aws.collect("sagemaker"), "sagemaker_notebook")
    assert (found["name"], found["root_access"]) == ("forecast", "Disabled")


def test_web_acls_tell_the_user_pools_that_they_protect(aws: Aws) -> None:
    arn, pool = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/webacl/a/1", "arn:aws:cognito-idp:us-east-1:1:userpool/a"
    aws.give("wafv2:ListWebACLs", {"WebACLs": [{"ARN": arn, "Name": "a", "Id": "1"}]})
    aws.give("wafv2:ListResourcesForWebACL", {"ResourceArns": [pool]})
    assert only(aws.collect("wafv2"), "wafv2_web_acl")["user_pool_arns"] == [pool]
    asked = [parameters for api, parameters in aws.asked if api == "wafv2:ListResourcesForWebACL"]
    assert asked == [{"WebACLArn": arn, "ResourceType": "COGNITO_USER_POOL"}]


def domain(name: str, **members: Any) -> Record:
    arn = f"arn:aws:es:us-east-1:{ACCOUNT}:domain/{name}"
    return {"DomainId": name, "DomainName": name, "ARN": arn, "ClusterConfig": {}, **members}


def test_domains_are_described_five_at_a_time(aws: Aws) -> None:
    names = [f"domain{number}" for number in range(7)]
    aws.give("opensearch:ListDomainNames", {"DomainNames": [{"DomainName": name} for name in names]})
    secured = {"AdvancedSecurityOptions": {"SAMLOptions": {"Enabled": True}, "InternalUserDatabaseEnabled": True}}
    aws.give(
        "opensearch:DescribeDomains",
        lambda asked: {
            "DomainStatusList": [
                domain(name, **(secured if name == "domain0" else {"CognitoOptions": {"Enabled": True}}))
                for name in asked["DomainNames"]
            ]
        },
    )
    found = aws.collect("opensearch")["resources"]["opensearch_domain"]
    assert [each["name"] for each in found] == names
    assert (found[0]["saml_enabled"], found[0]["cognito_enabled"], found[0]["internal_users_enabled"]) == (
        True,
        False,
        True,
    )
    assert (found[1]["saml_enabled"], found[1]["cognito_enabled"]) == (False, True)
    assert [len(asked["DomainNames"]) for api, asked in aws.asked if api == "opensearch:DescribeDomains"] == [5, 2]


def test_only_keys_that_can_rotate_are_asked_whether_they_do(aws: Aws) -> None:
    kms = aws.client("kms")
    rotating = kms.create_key()["KeyMetadata"]
    kms.enable_key_rotation(KeyId=rotating["KeyId"], RotationPeriodInDays=180)
    # moto keeps no period.
    aws.give(
        "kms:GetKeyRotationStatus",
        lambda asked: (
            {"KeyRotationEnabled": True, "RotationPeriodInDays": 180} if asked["KeyId"] == rotating["Arn"] else None
        ),
    )
    still = kms.create_key()["KeyMetadata"]
    signing = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    document = aws.collect("kms")
    found = {each["id"]: each for each in document["resources"]["kms_key"]}
    assert (found[rotating["Arn"]]["rotation_enabled"], found[rotating["Arn"]]["rotation_period_days"]) == (True, 180)
    assert (found[still["Arn"]]["rotation_enabled"], found[still["Arn"]]["rotation_period_days"]) == (False, None)
    assert (found[signing["Arn"]]["spec"], found[signing["Arn"]]["rotation_enabled"]) == ("RSA_2048", None)
    assert len([api for api, _ in aws.asked if api == "kms:GetKeyRotationStatus"]) == 2


def test_a_key_whose_own_policy_refuses_is_there_without_the_rest(aws: Aws) -> None:
    aws.give("kms:ListKeys", {"Keys": [{"KeyArn": KEY, "KeyId": KEY.rpartition("/")[2]}]})
    aws.refuse("kms:DescribeKey", "AccessDeniedException")
    document = aws.collect("kms")
    assert only(document, "kms_key")["id"] == KEY
    assert gaps_of(document, "kms_key", KEY)["rotation_enabled"] == (
        "denied",
        "kms:DescribeKey",
        "AccessDeniedException",
    )


def test_a_region_tells_whether_guardduty_watches_it(aws: Aws) -> None:
    aws.client("guardduty").create_detector(Enable=True)
    document = aws.collect("account", "guardduty", regions=("us-east-1", "eu-west-1"))
    found = {each["id"]: each for each in document["resources"]["guardduty_region"]}
    assert [each["status"] for each in found["us-east-1"]["detectors"]] == ["ENABLED"]
    assert found["eu-west-1"]["detectors"] == []


def test_rules_of_the_default_bus_tell_what_they_take_and_call(aws: Aws) -> None:
    events = aws.client("events")
    events.put_rule(
        Name="findings",
        EventPattern=json.dumps(
            {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"], "detail": {"a": [1]}}
        ),
    )
    events.put_targets(Rule="findings", Targets=[{"Id": "1", "Arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:security"}])
    events.put_rule(Name="odd", EventPattern=json.dumps({"source": [{"prefix": "aws."}]}))
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)", State="DISABLED")
    document = aws.collect("eventbridge")
    findings, nightly, odd = only(document, "eventbridge_region")["rules"]
    assert (findings["sources"], findings["detail_types"]) == (["aws.guardduty"], ["GuardDuty Finding"])
    assert findings["other_conditions"] is True
    assert findings["target_arns"] == [f"arn:aws:sns:us-east-1:{ACCOUNT}:security"]
    assert (nightly["state"], nightly["sources"], nightly["target_arns"]) == ("DISABLED", [], [])
    assert "sources" not in odd
    assert gaps_of(document, "eventbridge_rule", odd["id"])["sources"] == (
        "unparsed",
        "events:ListRules",
        "UnknownPattern",
    )


@pytest.mark.parametrize(
    ("more", "passes_over"),
    [
        ({}, False),
        ({"detail": {}}, False),
        ({"detail": {"status": ["ACTIVE"]}}, False),
        ({"detail": {"severity": [{"numeric": [">=", 4]}]}}, False),
        ({"detail": {"severity": [{"numeric": [">", 3.9]}], "status": ["ACTIVE", "RESOLVED"]}}, False),
        ({"detail": {"severity": [4, 4.5, 5, 6, 7, 8, 8.9, 9, 10]}}, False),
        ({"detail": {"severity": [{"numeric": [">", 4]}]}}, True),
        ({"detail": {"severity": [{"numeric": [">=", 7]}]}}, True),
        ({"detail": {"severity": [{"numeric": [">=", 4, "<", 7]}]}}, True),
        ({"detail": {"severity": [4, 5, 6]}}, True),
        ({"detail": {"status": ["ARCHIVED"]}}, True),
        ({"detail": {"status": ["ACTIVE"], "type": ["Recon:EC2/PortProbe"]}}, True),
        ({"detail": {"service": {"archived": [False]}}}, True),
        ({"account": ["999999999999"]}, True),
        ({"detail": {"$or": [{"status": ["ACTIVE"]}]}}, True),
    ],
)
def test_a_rule_that_passes_over_findings_says_so(aws: Aws, more: Record, *, passes_over: bool) -> None:
    pattern = json.dumps({"source": ["aws.guardduty"], **more})
    aws.give("events:ListRules", {"Rules": [{"Arn": RULE, "Name": "r", "State": "ENABLED", "EventPattern": pattern}]})
    aws.give("events:ListTargetsByRule", {"Targets": [{"Id": "1", "Arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:s"}]})
    (rule,) = only(aws.collect("eventbridge"), "eventbridge_region")["rules"]
    assert rule["other_conditions"] is passes_over


def test_trails_filters_and_alarms_are_read_where_they_are(aws: Aws) -> None:
    trail = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main"
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:trail:*"
    listed = {"Name": "main", "TrailARN": trail, "IsMultiRegionTrail": True, "CloudWatchLogsLogGroupArn": group}
    aws.give("cloudtrail:DescribeTrails", {"trailList": [listed]})
    aws.give("cloudtrail:GetTrailStatus", {"IsLogging": True})
    basic = [{"ReadWriteType": "All", "IncludeManagementEvents": True}]
    aws.give("cloudtrail:GetEventSelectors", {"TrailARN": trail, "EventSelectors": basic})
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="trail")
    logs.put_metric_filter(
        logGroupName="trail",
        filterName="root",
        filterPattern='{ ($.userIdentity.type = "Root") }',
        metricTransformations=[{"metricName": "root", "metricNamespace": "security", "metricValue": "1"}],
    )
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="root",
        MetricName="root",
        Namespace="security",
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[f"arn:aws:sns:us-east-1:{ACCOUNT}:security"],
    )
    document = aws.collect("cloudwatch")
    found = only(document, "cloudtrail_trail")
    assert (found["multi_region"], found["logging"], found["management_events"]) == (True, True, True)
    counted = only(document, "logs_metric_filter")
    assert counted["folded_pattern"] == "{$.userIdentity.type=Root}"
    assert counted["metrics"] == [{"namespace": "security", "name": "root"}]
    alarm = only(document, "cloudwatch_alarm")
    assert (alarm["metric_name"], alarm["actions_enabled"]) == ("root", True)
    assert alarm["alarm_action_arns"] == [f"arn:aws:sns:us-east-1:{ACCOUNT}:security"]


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ({"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]}, False),
        ({"AdvancedEventSelectors": [[("eventCategory", "Equals", "Management")]]}, True),
        ({"AdvancedEventSelectors": [[("eventCategory", "Equals", "Data")]]}, False),
        (
            {"AdvancedEventSelectors": [[("eventCategory", "Equals", "Management"), ("readOnly", "Equals", "false")]]},
            False,
        ),
        (
            {
                "AdvancedEventSelectors": [
                    [("eventCategory", "Equals", "Management"), ("eventSource", "NotEquals", "kms.amazonaws.com")]
                ]
            },
            True,
        ),
        (
            {
                "AdvancedEventSelectors": [
                    [("eventCategory", "Equals", "Management"), ("eventSource", "NotEquals", "iam.amazonaws.com")]
                ]
            },
            False,
        ),
    ],
)
def test_a_trail_logs_management_events_where_a_selector_takes_them_all(
    aws: Aws, selectors: dict[str, Any], *, expected: bool
) -> None:
    trail = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main"
    aws.give("cloudtrail:DescribeTrails", {"trailList": [{"Name": "main", "TrailARN": trail}]})
    aws.give("cloudtrail:GetTrailStatus", {"IsLogging": True})
    advanced = [
        {"FieldSelectors": [{"Field": field, operator: [value]} for field, operator, value in each]}
        for each in selectors.get("AdvancedEventSelectors", [])
    ]
    given = {"AdvancedEventSelectors": advanced} if advanced else selectors
    aws.give("cloudtrail:GetEventSelectors", {"TrailARN": trail, **given})
    assert only(aws.collect("cloudwatch"), "cloudtrail_trail")["management_events"] is expected


@pytest.mark.parametrize(
    ("service", "api", "kind"),
    [
        ("rds", "rds:DescribeDBInstances", "rds_instance"),
        ("rds", "rds:DescribeDBClusters", "rds_cluster"),
        ("sagemaker", "sagemaker:ListNotebookInstances", "sagemaker_notebook"),
        ("wafv2", "wafv2:ListWebACLs", "wafv2_web_acl"),
        ("opensearch", "opensearch:ListDomainNames", "opensearch_domain"),
        ("kms", "kms:ListKeys", "kms_key"),
        ("cloudwatch", "cloudtrail:DescribeTrails", "cloudtrail_trail"),
        ("cloudwatch", "logs:DescribeMetricFilters", "logs_metric_filter"),
        ("cloudwatch", "cloudwatch:DescribeAlarms", "cloudwatch_alarm"),
    ],
)
def test_a_list_of_settings_that_is_denied_is_a_gap_over_the_collection(
    aws: Aws, service: str, api: str, kind: str
) -> None:
    aws.refuse(api, "AccessDenied")
    assert gaps_of(aws.collect(service), kind)[None] == ("denied", api, "AccessDenied")


@pytest.mark.parametrize(
    ("service", "api", "kind", "field"),
    [
        ("guardduty", "guardduty:ListDetectors", "guardduty_region", "detectors"),
        ("eventbridge", "events:ListRules", "eventbridge_region", "rules"),
    ],
)
def test_what_is_denied_in_a_region_is_a_gap_of_the_region(
    aws: Aws, service: str, api: str, kind: str, field: str
) -> None:
    aws.refuse(api, "AccessDenied")
    assert gaps_of(aws.collect(service), kind, "us-east-1") == {field: ("denied", api, "AccessDenied")}
