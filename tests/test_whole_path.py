"""From an AWS on loopback to results, by the command line as a user runs it: nothing of ours is patched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from sec02_policies import PolicySet, Snapshot, Status, evaluate
from sec02_policies.collect import SERVICES, all_fields, collect
from sec02_policies.demo import EmbeddedAws, embedded_aws
from sec02_policies.demo.company import build_company
from sec02_policies.evaluate import fields_read
from sec02_policies.snapshot import schemas

CANARY = "CANARY-OF-A-SECRET-VALUE"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Walk:
    """What the commands wrote, and what they said."""

    snapshot: Document
    results: Document
    collected: subprocess.CompletedProcess[str]
    allowed: Document
    chosen: Document
    denied: Document
    written: bytes
    secrets: list[str]


def sec02(arguments: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", "from sec02_policies.cli import main; main()", *arguments],
        cwd=folder,
        env={**clean, "AWS_EC2_METADATA_DISABLED": "true", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def deny(aws: EmbeddedAws, *operations: str) -> None:
    """Let the endpoint refuse these operations, as AWS refuses a caller without permission."""

    def refuse(model: Any, **_: Any) -> tuple[Any, Document] | None:
        if f"{model.service_model.service_name}:{model.name}" not in operations:
            return None
        response = type("Response", (), {"status_code": 403, "headers": {}})()
        return response, {
            "Error": {"Code": "AccessDenied", "Message": "no"},
            "ResponseMetadata": {"HTTPStatusCode": 403, "RetryAttempts": 0},
        }

    aws.session.events.register("before-call", refuse)


def planted(aws: EmbeddedAws) -> list[str]:
    """Every secret value and client secret that the endpoint holds."""
    plain = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name=aws.region)
    vault = plain.client("secretsmanager", endpoint_url=aws.endpoint_url)
    pools = plain.client("cognito-idp", endpoint_url=aws.endpoint_url)
    vault.put_secret_value(SecretId=vault.list_secrets()["SecretList"][0]["ARN"], SecretString=CANARY)
    found = [
        str(vault.get_secret_value(SecretId=each["ARN"]).get("SecretString", ""))
        for each in vault.list_secrets()["SecretList"]
    ]
    for each in pools.list_user_pools(MaxResults=60)["UserPools"]:
        for client in pools.list_user_pool_clients(UserPoolId=each["Id"], MaxResults=60)["UserPoolClients"]:
            ids = {"UserPoolId": each["Id"], "ClientId": client["ClientId"]}
            found.append(pools.describe_user_pool_client(**ids)["UserPoolClient"].get("ClientSecret", ""))
    return [secret for secret in found if len(secret) >= 8]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    folder = tmp_path_factory.mktemp("walk")
    with embedded_aws() as aws:
        build_company(aws, now=NOW)
        secrets = planted(aws)
        collected = sec02(
            ["collect", "--region", aws.region, "--output", "snapshot.json"],
            folder,
            AWS_ENDPOINT_URL=aws.endpoint_url,
            AWS_ACCESS_KEY_ID="AKIAEXAMPLEWHOLEPATH",
            AWS_SECRET_ACCESS_KEY="example",
        )
        everything = all_fields(SERVICES, on_request=True)
        allowed = collect(aws.session, regions=[aws.region], fields=everything, now=lambda: NOW)
        wanted = fields_read(PolicySet.packaged().select())
        chosen = collect(aws.session, regions=[aws.region], fields=wanted, now=lambda: NOW)
        deny(aws, "iam:ListMFADevices", "iam:GetCredentialReport")
        denied = collect(aws.session, regions=[aws.region], now=lambda: NOW)
    assert collected.returncode == 0, collected.stderr
    judged = sec02(["evaluate", "snapshot.json", "--format", "json", "--output", "results.json"], folder)
    assert judged.returncode == 1, judged.stderr
    shown = sec02(["evaluate", "snapshot.json", "--details"], folder)
    said = [run.stdout + run.stderr for run in (collected, judged, shown)]
    return Walk(
        written=b"".join(file.read_bytes() for file in folder.iterdir()) + "".join(said).encode(),
        secrets=secrets,
        snapshot=json.loads((folder / "snapshot.json").read_bytes()),
        results=json.loads((folder / "results.json").read_bytes()),
        collected=collected,
        allowed=allowed,
        chosen=chosen,
        denied=denied,
    )


def statuses(results: Document, policy_id: str) -> dict[str, str]:
    return {row["resource_name"]: row["status"] for row in results["results"] if row["policy_id"] == policy_id}


def test_the_command_line_collects_what_lives_there(walk: Walk) -> None:
    resources = walk.snapshot["resources"]
    for kind in (
        "iam_user",
        "iam_role",
        "iam_policy",
        "cognito_user_pool",
        "secretsmanager_secret",
        "idc_permission_set",
    ):
        assert resources[kind], kind
    assert walk.snapshot["scope"]["account_id"] == "123456789012"
    assert "could not be read: " in walk.collected.stderr
    assert walk.collected.stdout == ""


def test_every_best_practice_has_failing_and_passing_results(walk: Walk) -> None:
    for best_practice, counts in walk.results["summary"]["by_best_practice"].items():
        assert counts["fail"], best_practice
        assert counts["pass"], best_practice
    assert len(walk.results["summary"]["by_best_practice"]) == 6


def test_no_result_is_an_error(walk: Walk) -> None:
    broken = [row for row in walk.results["results"] if row["status"] == "error"]
    assert broken == []


def test_what_the_endpoint_does_not_know_is_a_gap_with_its_code(walk: Walk) -> None:
    unread = {gap["api"]: gap["code"] for gap in walk.snapshot["gaps"] if gap["kind"] == "failed"}
    assert "iam:ListServiceSpecificCredentials" in unread
    assert all(unread.values())


def fields_of(*operations: str) -> set[tuple[str, str]]:
    """The (type, field) pairs that these operations fill."""
    return {
        (info.name, field.name)
        for info in schemas().types.values()
        for field in info.fields.values()
        if field.collected_by in operations
    }


def test_nothing_that_needs_a_denied_operation_passes(walk: Walk) -> None:
    """With ListMFADevices and GetCredentialReport denied: unknown, with the API and the code."""
    hidden = fields_of("iam:ListMFADevices", "iam:GetCredentialReport")
    names = {field for _, field in hidden}
    evaluation = evaluate(Snapshot(walk.denied), PolicySet.packaged())
    dependent = 0
    for policy in PolicySet.packaged():
        reads = " ".join([policy.when or "", policy.condition, *policy.variables.values()])
        if not any(f"resource.{name}" in reads for name in names):
            continue
        rows = [row for row in evaluation.results if row.policy_id == policy.id]
        for row in rows:
            hides = any((row.resource_type, name) in hidden and f"resource.{name}" in reads for name in names)
            if hides and row.resource_id is not None and row.status is Status.UNKNOWN:
                dependent += 1
                assert {gap.code for gap in row.gaps} & {"AccessDenied"}, row
                assert {gap.api for gap in row.gaps} & {"iam:ListMFADevices", "iam:GetCredentialReport"}, row
    assert dependent >= 16
    console = [row for row in evaluation.results if row.policy_id == "iam-user-console-mfa"]
    assert console
    assert {row.status for row in console} == {Status.UNKNOWN}
    for row in console:
        assert "AccessDenied" in row.message
        assert "grant iam:" in row.message


def test_a_denied_operation_never_turns_a_result_into_pass(walk: Walk) -> None:
    before = {row.fingerprint: row.status for row in evaluate(Snapshot(walk.allowed), PolicySet.packaged()).results}
    for row in evaluate(Snapshot(walk.denied), PolicySet.packaged()).results:
        if row.status is not Status.UNKNOWN:
            assert before.get(row.fingerprint) is row.status, row


def test_a_collection_for_the_policies_is_judged_as_a_whole_one(walk: Walk) -> None:
    whole, chosen = (
        evaluate(Snapshot(each), PolicySet.packaged().select()).results for each in (walk.allowed, walk.chosen)
    )
    assert len(walk.chosen["calls"]) < len(walk.allowed["calls"])
    for before, after in zip(whole, chosen, strict=True):
        assert (after.fingerprint, after.status, after.message) == (before.fingerprint, before.status, before.message)


def test_both_engines_agree_on_every_result(walk: Walk) -> None:
    for document in (walk.snapshot, walk.allowed, walk.denied):
        snapshot = Snapshot(document)
        native = evaluate(snapshot, PolicySet.packaged()).results
        celpy = evaluate(snapshot, PolicySet.packaged(), engine="celpy").results
        differing = [(one, other) for one, other in zip(native, celpy, strict=True) if one.status is not other.status]
        assert differing == []


def test_no_secret_that_the_endpoint_holds_is_written_or_said(walk: Walk) -> None:
    assert CANARY in walk.secrets
    assert len(walk.secrets) >= 3
    assert b"secretsmanager" in walk.written
    assert [secret for secret in walk.secrets if secret.encode() in walk.written] == []
