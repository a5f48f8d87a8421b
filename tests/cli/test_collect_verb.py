"""`sec02 collect`: the plan without a call, only what policies read, regions, and the exit code of gaps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from sec02_policies.snapshot import Snapshot

Sec02 = Callable[..., Any]
REGION = ("--region", "us-east-1")
# What moto's own STS and IAM can answer without holes, by far the quickest to read.
ONE_POLICY = ("--for-policies", "--select", "iam-access-key-rotated")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account in moto with a user and a key."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "example")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        iam = boto3.client("iam")
        iam.create_user(UserName="bob")
        iam.create_access_key(UserName="bob")
        yield


# ------------------------------------------------------------ the plan


def test_the_plan_calls_nothing_and_writes_nothing(sec02: Sec02, tmp_path: Path) -> None:
    output = tmp_path / "snapshot.json"
    outcome = sec02("collect", "--plan", "--output", output)
    assert (outcome.code, outcome.err) == (0, "")
    assert not output.exists()
    assert "\niam:GetAccountAuthorizationDetails " in outcome.out
    assert "1 for each user\n" in outcome.out
    assert " in each region of the account.\n" in outcome.out


def test_the_plan_for_policies_of_one_service_passes_over_those_that_read_nothing_of_it(sec02: Sec02) -> None:
    choice = ("--select", "iam-principal-stale-services", "--select", "secrets-rotation-enabled")
    outcome = sec02("collect", "--plan", *REGION, "--for-policies", *choice, "--service", "iam")
    assert outcome.code == 0
    assert "1 for each user and role, for iam-principal-stale-services\n" in outcome.out
    assert "secretsmanager:" not in outcome.out.partition("{")[0]


def test_the_plan_for_policies_is_the_least(sec02: Sec02) -> None:
    outcome = sec02("collect", "--plan", *REGION, "--for-policies", "--select", "iam-root-no-access-keys")
    table, _, policy = outcome.out.partition("\n\n")
    least, _, document = policy.partition("\n\n")
    assert table.split("\n") == [
        "operation                     calls",
        "iam:GenerateCredentialReport  1",
        "iam:GetAccountSummary         1",
        "iam:GetCredentialReport       1",
        "sts:GetCallerIdentity         1",
    ]
    assert least == "At least 4 calls."
    assert len(json.loads(document)["Statement"][0]["Action"]) == 3


def test_the_plan_says_for_which_policies_it_calls_once_for_each(sec02: Sec02) -> None:
    outcome = sec02("collect", "--plan", *REGION, "--for-policies", "--select", "iam-access-key-rotated")
    assert "1 for each user, for iam-access-key-rotated\n" in outcome.out


def test_the_plan_counts_regions_that_are_named(sec02: Sec02) -> None:
    outcome = sec02("collect", "--plan", *REGION, "--region", "eu-west-1", "--service", "secretsmanager")
    [line] = [each for each in outcome.out.split("\n") if each.startswith("secretsmanager:ListSecrets")]
    assert line.split("  ")[-1].strip() == "2, 100 to a page"
    assert "account:ListRegions" not in outcome.out
    assert "At least 3 calls.\n" in outcome.out


# ------------------------------------------------------------ only what is needed


@pytest.mark.usefixtures("account")
def test_for_policies_reads_what_they_read(sec02: Sec02, tmp_path: Path) -> None:
    output = tmp_path / "snapshot.json"
    assert sec02("collect", *REGION, *ONE_POLICY, "--output", output).code == 0
    snapshot = Snapshot.loads(output.read_bytes())
    assert "iam:ListSSHPublicKeys" not in {
        f"{each['service']}:{each['operation']}" for each in snapshot.document["calls"]
    }
    assert len(snapshot.known("iam_access_key")) == 1
    outcome = sec02("evaluate", output, "--select", "iam-access-key-rotated")
    assert outcome.code == 0


@pytest.mark.usefixtures("account")
def test_a_choice_of_policies_without_for_policies_is_refused(sec02: Sec02) -> None:
    outcome = sec02("collect", *REGION, "--select", "iam-*")
    assert outcome.code == 2
    assert "chooses what --for-policies reads: give it too." in outcome.err


@pytest.mark.parametrize("plan", [(), ("--plan",)])
@pytest.mark.usefixtures("account")
def test_a_service_that_no_chosen_policy_reads_is_refused(sec02: Sec02, plan: tuple[str, ...]) -> None:
    outcome = sec02("collect", *REGION, *ONE_POLICY, "--service", "cognito", *plan)
    assert (outcome.code, outcome.out) == (5, "")
    assert outcome.err.startswith("--service: nothing that the chosen policies read")


@pytest.mark.usefixtures("account")
def test_all_regions_and_some_regions_are_not_both_possible(sec02: Sec02) -> None:
    assert sec02("collect", *REGION, "--all-regions").code == 2


# ------------------------------------------------------------ gaps


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("kinds", "code"),
    [((), 0), (("denied", "throttled"), 0), (("denied", "failed"), 3), (("not_requested",), 3), (("any",), 3)],
)
def test_gaps_of_the_kinds_that_matter_set_the_exit_code(
    sec02: Sec02, tmp_path: Path, kinds: tuple[str, ...], code: int
) -> None:
    options = [each for kind in kinds for each in ("--fail-on-gap", kind)]
    outcome = sec02("collect", *REGION, *ONE_POLICY, *options, "--output", tmp_path / "snapshot.json")
    assert outcome.code == code
    assert ("\n--fail-on-gap: " in outcome.err) == (code == 3)
    # moto's credential report lacks the root user: what else is not there, nobody asked for.
    assert ("not_requested" in outcome.err) == (kinds == ("not_requested",))


# ------------------------------------------------------------ redaction


@pytest.mark.usefixtures("account")
def test_a_redacted_snapshot_is_never_written_with_names_and_equals_one_redacted_later(
    sec02: Sec02, tmp_path: Path
) -> None:
    key, plain, redacted, later = (tmp_path / each for each in ("key", "plain", "redacted", "later"))
    key.write_bytes(b"0123456789abcdef")
    options = ("--redact", "names", "--redact-key", key)
    assert sec02("collect", *REGION, *ONE_POLICY, "--output", plain).code == 0
    assert sec02("collect", *REGION, *ONE_POLICY, *options, "--output", redacted).code == 0
    assert sec02("snapshot", "redact", plain, "--key", key, "--output", later).code == 0
    assert b"bob" in plain.read_bytes()
    assert b"bob" not in redacted.read_bytes()
    names = [
        {each["name"] for each in Snapshot.loads(path.read_bytes()).known("iam_user")} for path in (redacted, later)
    ]
    assert names[0] == names[1]
    document = json.loads(redacted.read_bytes())
    assert document["redaction"]["profile"] == "names"


@pytest.mark.usefixtures("account")
def test_redacted_texts_are_no_gap_that_matters(sec02: Sec02, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"0123456789abcdef")
    options = ("--redact", "all", "--redact-key", tmp_path / "key", "--fail-on-gap", "redacted")
    outcome = sec02("collect", *REGION, *ONE_POLICY, *options, "--output", tmp_path / "snapshot.json")
    assert outcome.code == 0
    assert "sec02:Redact" not in outcome.err


@pytest.mark.parametrize(
    ("options", "code"),
    [(("--redact", "names"), 2), (("--redact-key", "key"), 2), (("--redact", "names", "--redact-key", "short"), 5)],
)
def test_redaction_needs_a_key_and_a_key_redaction(
    sec02: Sec02, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short").write_bytes(b"too short")
    assert sec02("collect", *REGION, *options).code == code
    assert {each.name for each in tmp_path.iterdir()} == {"short"}


def test_a_plan_of_a_service_that_there_is_none_of_is_refused(sec02: Sec02) -> None:
    outcome = sec02("collect", "--plan", "--service", "lamda")
    assert (outcome.code, outcome.err) == (5, "--service lamda: no service that is read: perhaps lambda\n")
