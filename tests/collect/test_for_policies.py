"""A collection for chosen policies: it calls what they read and no more, and they are judged as after a whole one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from documents import gaps_of, moment

from sec02_policies import PolicySet, evaluate
from sec02_policies.collect import SERVICES, all_fields, collect, operations_for
from sec02_policies.evaluate import fields_read
from sec02_policies.snapshot import Snapshot

if TYPE_CHECKING:
    from documents import Aws, Record

    from sec02_policies.collect import Fields

REGION = "us-east-1"


def collected_for(aws: Aws, *select: str) -> Record:
    """The document of a collection for those policies."""
    return collected(aws, fields_read(PolicySet.packaged().select(select)))


def collected(aws: Aws, fields: Fields) -> Record:
    document = collect(aws.session, regions=[REGION], fields=fields, now=moment, sleep=lambda _: None)
    Snapshot(json.loads(json.dumps(document)))
    return document


def seed(aws: Aws) -> None:
    """Users with and without keys, a role, a policy, a secret and a user pool."""
    iam = aws.client("iam")
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
    arn = iam.create_policy(PolicyName="all", PolicyDocument=json.dumps(allow))["Policy"]["Arn"]
    iam.create_role(RoleName="open", AssumeRolePolicyDocument=json.dumps(trust))
    iam.attach_role_policy(RoleName="open", PolicyArn=arn)
    for name in ("alice", "bob"):
        iam.create_user(UserName=name)
    iam.create_login_profile(UserName="alice", Password="Canary-0-canary")
    iam.create_access_key(UserName="bob")
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    aws.client("secretsmanager", REGION).create_secret(Name="db", SecretString="CANARY")
    pool = aws.client("cognito-idp", REGION).create_user_pool(PoolName="people")["UserPool"]["Id"]
    aws.client("cognito-idp", REGION).create_user_pool_client(UserPoolId=pool, ClientName="app")


def test_only_the_operations_of_the_plan_are_called(aws: Aws) -> None:
    seed(aws)
    aws.asked.clear()
    collected_for(aws, "iam-access-key-rotated")
    assert {api for api, _ in aws.asked} == {
        "sts:GetCallerIdentity",
        "iam:GetAccountAuthorizationDetails",
        "iam:GenerateCredentialReport",
        "iam:GetCredentialReport",
        "iam:GetAccountSummary",
        "iam:ListAccessKeys",
        "iam:GetAccessKeyLastUsed",
    }


def test_what_nobody_asked_for_is_one_gap_per_field_and_no_call(aws: Aws) -> None:
    seed(aws)
    document = collected_for(aws, "iam-access-key-rotated")
    users = gaps_of(document, "iam_user")
    assert users["ssh_public_keys"] == ("not_requested", "iam:ListSSHPublicKeys", "NotRequested")
    assert users["signing_certificates"] == ("not_requested", "iam:ListSigningCertificates", "NotRequested")
    assert {gap["resource_id"] for gap in document["gaps"] if gap["kind"] == "not_requested"} == {None}
    assert {call["status"] for call in document["calls"]} == {"ok"}
    assert document["scope"]["services"] == ["iam"]
    ((_, gap),) = Snapshot(document).unread("secretsmanager_secret")
    assert gap.kind == "not_requested"


def test_a_collection_of_which_nothing_is_read_is_a_gap(aws: Aws) -> None:
    seed(aws)
    document = collected_for(aws, "iam-root-no-access-keys")
    assert "iam_user" not in document["resources"]
    said = ("not_requested", "iam:GetAccountAuthorizationDetails", "NotRequested")
    assert gaps_of(document, "iam_user")[None] == said
    assert gaps_of(document, "iam_role") == {None: said}


@pytest.mark.parametrize("select", ["SEC02-BP01", "SEC02-BP02", "SEC02-BP03", "SEC02-BP04", "SEC02-BP05", "SEC02-BP06"])
def test_the_policies_are_judged_as_after_a_whole_collection(aws: Aws, select: str) -> None:
    seed(aws)
    policies = PolicySet.packaged().select([select])
    whole = evaluate(Snapshot(collected(aws, all_fields(SERVICES, on_request=True))), policies).results
    fewer = evaluate(Snapshot(collected_for(aws, select)), policies).results
    # This one judges the collection itself: what failed in it, of what was asked.
    itself = "evidence-snapshot-complete"
    assert [
        (each.policy_id, each.resource_id, each.status, each.message) for each in fewer if each.policy_id != itself
    ] == [(each.policy_id, each.resource_id, each.status, each.message) for each in whole if each.policy_id != itself]


def test_all_policies_call_what_their_plan_says(aws: Aws) -> None:
    seed(aws)
    aws.asked.clear()
    collected_for(aws)
    planned = {each.api for each in operations_for(fields_read(PolicySet.packaged()), regions_known=True)}
    assert {api for api, _ in aws.asked} <= planned
