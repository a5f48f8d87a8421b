"""Secrets Manager: every secret, how it rotates and who may read it, and never its value."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from documents import Aws, apis_in_gaps, calls_of, gaps_of, only, status_of

Record = dict[str, Any]
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-AbCdEf"
DAY = datetime(2026, 1, 15, tzinfo=UTC)
V1, V2 = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*",'
    ' "Resource": "*"}]}'
)


def listed(**members: Any) -> Record:
    return {
        "ARN": ARN,
        "Name": "app/db",
        "CreatedDate": datetime(2025, 1, 1, tzinfo=UTC),
        "LastChangedDate": datetime(2026, 1, 15, 12, 30, 59, 999999, tzinfo=UTC),
        "SecretVersionsToStages": {V2: ["AWSPENDING", "AWSCURRENT"], V1: ["AWSPREVIOUS"]},
        **members,
    }


def give(aws: Aws, *secrets: Record, **described: Any) -> None:
    aws.give("secretsmanager:ListSecrets", {"SecretList": list(secrets)})
    aws.give("secretsmanager:DescribeSecret", {"ARN": ARN, **described})
    aws.give("secretsmanager:GetResourcePolicy", {"ARN": ARN, "Name": "app/db"})
    made = {V1: datetime(2025, 12, 15, tzinfo=UTC), V2: datetime(2026, 1, 15, 12, 30, tzinfo=UTC)}
    versions = [{"VersionId": each, "CreatedDate": date, "LastAccessedDate": date} for each, date in made.items()]
    aws.give("secretsmanager:ListSecretVersionIds", {"ARN": ARN, "Versions": versions})


def test_a_bare_secret_has_no_rotation_and_no_dates(aws: Aws) -> None:
    give(aws, listed())
    assert only(aws.collect("secretsmanager"), "secretsmanager_secret") == {
        "id": ARN,
        "name": "app/db",
        "arn": ARN,
        "account_id": "123456789012",
        "region": "us-east-1",
        "tags": [],
        "kms_key_id": None,
        "rotation_enabled": False,
        "rotation_lambda_arn": None,
        "rotation_interval_days": None,
        "rotation_schedule": None,
        "created_date": "2025-01-01T00:00:00Z",
        "last_rotated_date": None,
        "last_changed_date": "2026-01-15T12:30:59Z",
        "last_accessed_date": None,
        "next_rotation_date": None,
        "deleted_date": None,
        "owning_service": None,
        "primary_region": None,
        "versions": [{"id": V1, "stages": ["AWSPREVIOUS"]}, {"id": V2, "stages": ["AWSCURRENT", "AWSPENDING"]}],
        "version_dates": [
            {"id": V1, "created_date": "2025-12-15T00:00:00Z"},
            {"id": V2, "created_date": "2026-01-15T12:30:00Z"},
        ],
        "replicas": [],
        "cross_account_replicas": [],
        "cross_account_primary_arn": None,
        "resource_policy": None,
        "other_resource_policies": [],
    }


def test_a_full_secret_shows_all_that_aws_says(aws: Aws) -> None:
    day = datetime(2026, 1, 15, tzinfo=UTC)
    function = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
    give(
        aws,
        listed(
            Description="CANARY: the old password was hunter2",
            KmsKeyId="alias/app",
            RotationEnabled=True,
            RotationLambdaARN=function,
            RotationRules={"AutomaticallyAfterDays": 29, "ScheduleExpression": "cron(0 8 1 * ? *)", "Duration": "3h"},
            LastRotatedDate=day,
            LastAccessedDate=day,
            NextRotationDate=day,
            DeletedDate=day,
            OwningService="rds",
            PrimaryRegion="eu-west-1",
            Tags=[{"Key": "team", "Value": "web"}, {"Key": "env", "Value": "prod"}],
        ),
        Description="CANARY: the old password was hunter2",
        ReplicationStatus=[
            {"Region": "us-west-2", "Status": "Failed", "StatusMessage": "CANARY"},
            {"Region": "eu-west-1", "KmsKeyId": "alias/app", "Status": "InSync"},
        ],
    )
    aws.give("secretsmanager:GetResourcePolicy", {"ARN": ARN, "Name": "app/db", "ResourcePolicy": POLICY})
    document = aws.collect("secretsmanager")
    secret = only(document, "secretsmanager_secret")
    assert {name: secret[name] for name in ("kms_key_id", "owning_service", "primary_region", "deleted_date")} == {
        "kms_key_id": "alias/app",
        "owning_service": "rds",
        "primary_region": "eu-west-1",
        "deleted_date": "2026-01-15T00:00:00Z",
    }
    assert {name: value for name, value in secret.items() if name.startswith("rotation")} == {
        "rotation_enabled": True,
        "rotation_lambda_arn": function,
        "rotation_interval_days": 31,
        "rotation_schedule": "cron(0 8 1 * ? *)",
    }
    assert secret["tags"] == [{"key": "env", "value": "prod"}, {"key": "team", "value": "web"}]
    assert secret["replicas"] == [
        {"region": "eu-west-1", "kms_key_id": "alias/app", "status": "InSync"},
        {"region": "us-west-2", "kms_key_id": None, "status": "Failed"},
    ]
    assert secret["resource_policy"]["text"] == POLICY
    assert secret["resource_policy"]["statements"][0]["effect"] == "Deny"
    assert "CANARY" not in json.dumps(document)


def test_copies_in_other_accounts_are_named(aws: Aws) -> None:
    there = "arn:aws:secretsmanager:us-east-1:999999999999:secret:app/db-XyZxYz"
    give(
        aws,
        listed(),
        CrossAccountReplicas=[{"ReplicaSecretARN": there, "ReplicationStatus": "InSync", "StatusMessage": "CANARY"}],
    )
    secret = only(aws.collect("secretsmanager"), "secretsmanager_secret")
    assert secret["cross_account_replicas"] == [{"arn": there, "status": "InSync"}]
    assert secret["cross_account_primary_arn"] is None


def test_a_copy_of_another_account_names_its_original(aws: Aws) -> None:
    there = "arn:aws:secretsmanager:us-east-1:999999999999:secret:app/db-XyZxYz"
    give(aws, listed(), CrossAccountPrimary={"PrimarySecretARN": there, "ReplicationStatus": "InSync"})
    secret = only(aws.collect("secretsmanager"), "secretsmanager_secret")
    assert (secret["cross_account_primary_arn"], secret["cross_account_replicas"]) == (there, [])


def test_a_copy_that_does_not_name_its_original_is_not_taken_for_none(aws: Aws) -> None:
    give(aws, listed(), CrossAccountPrimary={"ReplicationStatus": "Failed"})
    assert gaps_of(aws.collect("secretsmanager"), "secretsmanager_secret", ARN) == {
        "cross_account_primary_arn": ("failed", "secretsmanager:DescribeSecret", "NotInAnswer")
    }


def test_days_without_a_schedule_are_the_interval(aws: Aws) -> None:
    give(aws, listed(RotationEnabled=True, RotationRules={"AutomaticallyAfterDays": 45}))
    secret = only(aws.collect("secretsmanager"), "secretsmanager_secret")
    assert (secret["rotation_interval_days"], secret["rotation_schedule"]) == (45, None)


def test_a_schedule_that_we_cannot_read_is_a_gap_and_not_an_interval(aws: Aws) -> None:
    rules = {"AutomaticallyAfterDays": 1, "ScheduleExpression": "cron(0 8 1W * ? *)"}
    give(aws, listed(RotationEnabled=True, RotationRules=rules))
    document = aws.collect("secretsmanager")
    assert gaps_of(document, "secretsmanager_secret", ARN) == {
        "rotation_interval_days": ("unparsed", "secretsmanager:ListSecrets", "UnknownSchedule")
    }
    assert only(document, "secretsmanager_secret")["rotation_schedule"] == "cron(0 8 1W * ? *)"


def test_a_status_of_a_replica_that_the_schema_does_not_know_is_a_gap(aws: Aws) -> None:
    give(aws, listed())
    lost = {"ARN": ARN, "ReplicationStatus": [{"Region": "eu-west-1", "Status": "Lost"}]}
    event = "before-call.secrets-manager.DescribeSecret"
    aws.session.events.register_first(event, lambda **_: (SimpleNamespace(status_code=200), lost))
    assert gaps_of(aws.collect("secretsmanager"), "secretsmanager_secret", ARN) == {
        "replicas": ("unparsed", "secretsmanager:DescribeSecret", "UnexpectedValue")
    }


def test_a_resource_policy_outside_the_grammar_keeps_its_text_and_hides_its_statements(aws: Aws) -> None:
    give(aws, listed())
    broken = '{"Statement": [{"Effect": "Allow", "Effect": "Deny"}]}'
    aws.give("secretsmanager:GetResourcePolicy", {"ARN": ARN, "Name": "app/db", "ResourcePolicy": broken})
    document = aws.collect("secretsmanager")
    assert only(document, "secretsmanager_secret")["resource_policy"] == {"text": broken}
    malformed = ("unparsed", "secretsmanager:GetResourcePolicy", "MalformedPolicyDocument")
    assert gaps_of(document, "secretsmanager_secret", ARN) == {
        "resource_policy.statements": malformed,
        "resource_policy.version": malformed,
    }


def test_all_policies_of_a_secret_are_read_and_the_default_one_only_where_there_is_one(aws: Aws) -> None:
    give(aws, listed())
    names = [[{"PolicyName": "aws-backup"}], [{"PolicyName": "aws-rds"}]]
    aws.give(
        "secretsmanager:ListResourcePolicies",
        lambda asked: (
            {"ResourcePolicies": names[1]}
            if "NextToken" in asked
            else {"ResourcePolicies": names[0], "NextToken": "more"}
        ),
    )
    aws.give(
        "secretsmanager:GetResourcePolicy",
        lambda asked: {"ARN": ARN, "PolicyName": asked["PolicyName"], "ResourcePolicy": POLICY},
    )
    document = aws.collect("secretsmanager")
    secret = only(document, "secretsmanager_secret")
    assert secret["resource_policy"] is None
    assert [each["name"] for each in secret["other_resource_policies"]] == ["aws-backup", "aws-rds"]
    assert {each["document"]["text"] for each in secret["other_resource_policies"]} == {POLICY}
    assert gaps_of(document, "secretsmanager_secret", ARN) == {}


def test_a_policy_that_went_between_two_calls_leaves_the_others_open(aws: Aws) -> None:
    give(aws, listed())
    aws.give("secretsmanager:ListResourcePolicies", {"ResourcePolicies": [{"PolicyName": "aws-rds"}]})
    aws.refuse("secretsmanager:GetResourcePolicy", "ResourceNotFoundException", status=400)
    assert gaps_of(aws.collect("secretsmanager"), "secretsmanager_secret", ARN) == {
        "other_resource_policies": ("stale", "secretsmanager:GetResourcePolicy", "ResourceNotFoundException")
    }


@pytest.mark.parametrize(
    ("api", "resource_id", "fields"),
    [
        ("secretsmanager:ListSecrets", None, [None]),
        ("secretsmanager:DescribeSecret", ARN, ["replicas", "cross_account_replicas", "cross_account_primary_arn"]),
        ("secretsmanager:GetResourcePolicy", ARN, ["resource_policy"]),
        ("secretsmanager:ListResourcePolicies", ARN, ["other_resource_policies"]),
        ("secretsmanager:ListSecretVersionIds", ARN, ["version_dates"]),
    ],
)
def test_a_denied_operation_costs_what_only_it_tells(
    aws: Aws, api: str, resource_id: str | None, fields: list[str | None]
) -> None:
    give(aws, listed())
    aws.refuse(api, "AccessDeniedException")
    document = aws.collect("secretsmanager")
    found = gaps_of(document, "secretsmanager_secret", resource_id)
    assert found == dict.fromkeys(fields, ("denied", api, "AccessDeniedException"))
    assert {each for each in apis_in_gaps(document) if each.startswith("secretsmanager:")} <= {api}


def test_a_version_without_a_date_leaves_the_dates_open(aws: Aws) -> None:
    give(aws, listed())
    aws.give("secretsmanager:ListSecretVersionIds", {"Versions": [{"VersionId": V2, "CreatedDate": DAY}]})
    document = aws.collect("secretsmanager")
    assert only(document, "secretsmanager_secret")["version_dates"] == [
        {"id": V2, "created_date": "2026-01-15T00:00:00Z"}
    ]
    assert gaps_of(document, "secretsmanager_secret", ARN) == {
        "version_dates": ("truncated", "secretsmanager:ListSecretVersionIds", "NotInAnswer")
    }


def test_dates_that_tell_nothing_are_a_gap(aws: Aws) -> None:
    give(aws, listed())
    aws.give("secretsmanager:ListSecretVersionIds", {"Versions": []})
    document = aws.collect("secretsmanager")
    assert gaps_of(document, "secretsmanager_secret", ARN) == {
        "version_dates": ("stale", "secretsmanager:ListSecretVersionIds", "NotInAnswer")
    }


def test_a_secret_without_a_value_is_not_asked_for_dates(aws: Aws) -> None:
    give(aws, listed(SecretVersionsToStages={}))
    document = aws.collect("secretsmanager")
    assert only(document, "secretsmanager_secret")["version_dates"] == []
    assert "ListSecretVersionIds" not in calls_of(document)


def test_one_refused_secret_does_not_cost_the_others(aws: Aws) -> None:
    client = aws.client("secretsmanager")
    arns = [client.create_secret(Name=name, SecretString="CANARY-secret")["ARN"] for name in ("a", "b")]
    aws.refuse("secretsmanager:GetResourcePolicy", when=lambda asked: asked["SecretId"] == arns[0])
    document = aws.collect("secretsmanager")
    assert set(gaps_of(document, "secretsmanager_secret", arns[0])) == {"resource_policy"}
    assert gaps_of(document, "secretsmanager_secret", arns[1]) == {}


def test_secrets_in_deletion_replicas_and_all_pages_are_read_without_a_value(aws: Aws) -> None:
    client = aws.client("secretsmanager")
    for number in range(101):
        client.create_secret(Name=f"s{number:03}", SecretString="CANARY-secret")
    client.delete_secret(SecretId="s000")
    client.replicate_secret_to_regions(SecretId="s001", AddReplicaRegions=[{"Region": "eu-west-1"}])
    client.put_resource_policy(SecretId="s002", ResourcePolicy=POLICY)
    document = aws.collect("secretsmanager", regions=("us-east-1", "eu-west-1"))
    found = {(each["region"], each["name"]): each for each in document["resources"]["secretsmanager_secret"]}
    assert len(found) == 102
    assert found["us-east-1", "s000"]["deleted_date"] is not None
    assert [each["region"] for each in found["us-east-1", "s001"]["replicas"]] == ["eu-west-1"]
    assert found["eu-west-1", "s001"]["primary_region"] == "us-east-1"
    assert found["us-east-1", "s002"]["resource_policy"]["text"] == POLICY
    assert status_of(document, "secretsmanager_secret") == {"us-east-1": "complete", "eu-west-1": "complete"}
    assert calls_of(document) == {
        "GetCallerIdentity": 1,
        "ListSecrets": 3,
        "DescribeSecret": 102,
        "ListResourcePolicies": 102,
        "GetResourcePolicy": 102,
        "ListSecretVersionIds": 102,
    }
    assert "CANARY" not in json.dumps(document)


def test_a_list_that_breaks_off_keeps_what_was_read_and_says_so(aws: Aws) -> None:
    pages = {None: {"SecretList": [listed()], "NextToken": "more"}}
    give(aws)
    aws.give("secretsmanager:ListSecrets", lambda asked: pages.get(asked.get("NextToken")))
    aws.refuse("secretsmanager:ListSecrets", "ThrottlingException", when=lambda asked: "NextToken" in asked)
    document = aws.collect("secretsmanager")
    assert only(document, "secretsmanager_secret")["name"] == "app/db"
    assert gaps_of(document, "secretsmanager_secret")[None] == (
        "truncated",
        "secretsmanager:ListSecrets",
        "ThrottlingException",
    )
    assert status_of(document, "secretsmanager_secret") == {"us-east-1": "truncated"}


def test_a_secret_without_an_id_leaves_the_list_open(aws: Aws) -> None:
    nameless = {name: value for name, value in listed().items() if name != "ARN"}
    give(aws, listed(), nameless)
    document = aws.collect("secretsmanager")
    assert only(document, "secretsmanager_secret")["id"] == ARN
    assert gaps_of(document, "secretsmanager_secret") == {
        None: ("truncated", "secretsmanager:ListSecrets", "NoIdentifier")
    }


def test_two_runs_over_the_same_secrets_say_the_same(aws: Aws) -> None:
    client = aws.client("secretsmanager")
    for number in range(20):
        client.create_secret(Name=f"s{number}", SecretString="CANARY-secret")
    # moto dates each version anew whenever it is asked.
    aws.give("secretsmanager:ListSecretVersionIds", {"Versions": []})
    assert aws.collect("secretsmanager") == aws.collect("secretsmanager")


def test_the_value_of_a_secret_is_never_asked_for(aws: Aws) -> None:
    aws.client("secretsmanager").create_secret(Name="s", SecretString="CANARY-secret")
    aws.asked.clear()
    aws.collect("secretsmanager")
    assert {api for api, _ in aws.asked} == {
        "sts:GetCallerIdentity",
        "secretsmanager:ListSecrets",
        "secretsmanager:DescribeSecret",
        "secretsmanager:ListResourcePolicies",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:ListSecretVersionIds",
    }
