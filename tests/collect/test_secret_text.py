"""Secrets in text: what is found, what is not, and that nothing of the text is told."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from sec02_policies.collect._outcome import Failure, Partial
from sec02_policies.collect._secret_text import SecretFinder, _detector
from sec02_policies.model import GapKind

API = "lambda:ListFunctions"
KEY = b"0123456789abcdef"
AWS_KEY = "AKIA" + "QWERTYUIOPASDFGH"
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYZZQ9pLmN42"
GITHUB = "ghp_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"
STRIPE = "sk_" + "live_aBcDeFgHiJkLmNoPqRsTuVwX"
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"

# What stands in real environments: settings, references, ids, hashes.
BENIGN_VALUES = {
    "LOG_LEVEL": "INFO",
    "TABLE_NAME": "orders",
    "DB_HOST": "orders.abc123.eu-west-1.rds.amazonaws.com",
    "DB_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf",
    "DB_PASSWORD_SECRET_NAME": "app/orders/database",
    "SECRET_NAME": "orders-database-credentials",
    "SECRET_ID": "orders-database-credentials",
    "DB_PASSWORD": "{{resolve:secretsmanager:app/db:SecretString:password}}",
    "API_KEY": "{{resolve:ssm-secure:/app/api-key:1}}",
    "API_TOKEN": "ssm:/app/prod/api-token",
    "STRIPE_SECRET": "/app/prod/stripe",
    "CLIENT_SECRET": "${CLIENT_SECRET}",
    "JWT_SECRET": "<set in the console>",
    "TOKEN_URL": "https://login.example.org/oauth2/token",
    "TOKEN_ISSUER": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123",
    "TOKEN_TTL_SECONDS": "3600",
    "TOKEN_VALIDITY": "thirty-days",
    "MAX_TOKENS": "4096",
    "TOKENIZERS_PARALLELISM": "false",
    "TOKENIZER_MODEL": "bert-base-uncased",
    "PASSWORD_MIN_LENGTH": "14",
    "PASSWORD_POLICY": "strong-2024",
    "REQUIRE_PASSWORD": "required",
    "ENABLE_PASSWORD_AUTH": "disabled",
    "SECRET_ROTATION": "enabled",
    "SECRETS_MANAGER_ENDPOINT": "https://secretsmanager.eu-west-1.amazonaws.com",
    "KMS_KEY_ID": "1234abcd-12ab-34cd-56ef-1234567890ab",
    "PUBLIC_KEY": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
    "GIT_COMMIT": "9fceb02d0ae598e95dc970b74767f19372d61af8",
    "IMAGE_DIGEST": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "TRACE_ID": "1-5759e988-bd862e3fe1be46a994272793",
    "CONFIG": '{"logLevel": "info", "passwordPolicy": {"minLength": 14}, "secretName": "orders-db"}',
    "DATABASE_URL": "postgres://orders.internal:5432/orders",
    "PROXY": "http://proxy.internal:3128",
    "HEALTH_CHECK": "curl -s http://localhost:8080/health",
    "AWS_ACCESS_KEY_SECRET": "arn:aws:ssm:eu-west-1:111122223333:parameter/ci/key",
    "COGNITO_TOKEN_SCOPES": "openid profile email",
    "PASSWORD_FIELD": "user_password",
    "AUTH_TOKEN_HEADER": "x-auth-token",
    "SECRET_PROVIDER": "aws-secretsmanager",
}
SECRET_VALUES = {
    "DB_PASSWORD": "hunter2-Staging",
    "DB_PASS": "S3cret!",
    "MYSQL_PWD": "postgres",
    "API_KEY": "a8f5f167f44f4964e6c998dee827110c",
    "CLIENT_SECRET": "1qaz2wsx3edc4rfv",
    "SLACK_BOT_TOKEN": "token-abc-123456",
    "JWT_SECRET": "correct horse battery staple",
    "HEROKU_API_KEY": "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0",
    "DATABASE_URL": "postgres://app:Tr0ub4dor@orders.internal:5432/orders",
    "REPO": "https://deploy:" + GITHUB + "@git.internal/app.git",
    "SOMETHING": GITHUB,
    "PAYMENTS": STRIPE,
    "SESSION": JWT,
    "AWS_ACCESS_KEY_ID": AWS_KEY,
    "AWS_SECRET_ACCESS_KEY": AWS_SECRET,
    "CONFIG": '{"host": "db", "password": "Tr0ub4dor-3"}',
    "PRIVATE": "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
}

BENIGN_TEXT = """#!/bin/bash
# The password: see the runbook of the team, it is kept in Secrets Manager.
set -euo pipefail
yum update -y && yum install -y jq awscli
export AWS_REGION=eu-west-1
export DB_SECRET_ARN=arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf
TOKEN=$(curl -s -X PUT http://169.254.169.254/latest/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60")
curl -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/instance-id
DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id app/db --query SecretString --output text)
DB_PASSWORD="${DB_PASSWORD}"
password: !Ref DatabasePassword
MasterUserPassword: '{{resolve:secretsmanager:app/db:SecretString:password}}'
"PasswordPolicy": "strong-2024"
read -s -p "Password: " password
password = client.get_secret_value(SecretId="app/db")["SecretString"]
sed -i 's/^PasswordAuthentication yes/PasswordAuthentication no/' /etc/ssh/sshd_config
sha256sum -c <<< "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  agent.tar.gz"
passwd --lock root
secret_name: orders-database
token_url: https://login.example.org/oauth2/token
"""
SECRET_LINES = [
    "export DB_PASSWORD=hunter2-Staging",
    "mysql -u root --password=S3cret99 orders",
    "password: Tr0ub4dor-3",
    '  "MasterUserPassword": "Tr0ub4dor-3",',
    "api_key = 'a8f5f167f44f4964e6c998dee827110c'",
    f"aws configure set aws_secret_access_key {AWS_SECRET}",
    f"export AWS_ACCESS_KEY_ID={AWS_KEY}",
    "git clone https://deploy:Tr0ub4dor@git.internal/app.git",
    f"echo {GITHUB} | gh auth login --with-token",
]


def values(found: Any) -> set[str]:
    return {each["location"] for each in found}


def test_settings_references_ids_and_hashes_are_no_secrets() -> None:
    assert values(SecretFinder(KEY).in_values(BENIGN_VALUES, API)) == set()


def test_passwords_tokens_and_keys_are() -> None:
    assert values(SecretFinder(KEY).in_values(SECRET_VALUES, API)) == set(SECRET_VALUES)


def test_a_script_that_fetches_its_secrets_holds_none() -> None:
    assert SecretFinder(KEY).in_texts([("", BENIGN_TEXT)], API) == []


@pytest.mark.parametrize("line", SECRET_LINES)
def test_a_line_with_a_secret_is_found_where_it_is(line: str) -> None:
    found = SecretFinder(KEY).in_texts([("", f"#!/bin/sh\n\n{line}\n")], API)
    assert values(found) == {"line 3"}


def test_a_private_key_is_found_where_it_begins_and_two_keys_are_told_apart() -> None:
    texts = [
        (name, f"write_files:\n  - content: |\n      -----BEGIN {kind}PRIVATE KEY-----\n      {body}\n      -----END")
        for name, kind, body in [("a", "RSA ", "MIIEowIBAAKCAQEA"), ("b", "", "MIIEvQIBADANBgkq")]
    ]
    found: Any = SecretFinder(KEY).in_texts(texts, API)
    assert [(each["rule"], each["location"]) for each in found] == [
        ("private-key", "a, line 3"),
        ("private-key", "b, line 3"),
    ]
    assert found[0]["hash"] != found[1]["hash"]


def test_a_finding_tells_the_rule_the_place_and_a_hash_and_nothing_of_the_text() -> None:
    found = SecretFinder(KEY).in_values(SECRET_VALUES, API, owner="app/")
    told = json.dumps(found)
    for name, value in SECRET_VALUES.items():
        assert f"app/{name}" in told
        assert value not in told
    assert all(set(each) == {"rule", "location", "hash"} for each in found)  # type: ignore[union-attr]


def test_the_hash_is_the_same_for_one_secret_under_one_key_and_says_nothing_under_another() -> None:
    two = {"DB_PASSWORD": "Tr0ub4dor-3", "OLD_DB_PASSWORD": "Tr0ub4dor-3", "OTHER_PASSWORD": "Tr0ub4dor-4"}
    first: Any = SecretFinder(KEY).in_values(two, API)
    hashes = {each["location"]: each["hash"] for each in first}
    assert hashes["DB_PASSWORD"] == hashes["OLD_DB_PASSWORD"] != hashes["OTHER_PASSWORD"]
    assert first == SecretFinder(KEY).in_values(dict(reversed(two.items())), API)
    other: Any = SecretFinder().in_values(two, API)
    assert {each["hash"] for each in other}.isdisjoint(hashes.values())


def test_lines_are_in_their_order() -> None:
    text = "\n".join(f"password: Tr0ub4dor-{number}" for number in range(12))
    found: Any = SecretFinder(KEY).in_texts([("", text)], API)
    assert [each["location"] for each in found] == [f"line {number}" for number in range(1, 13)]


def test_a_text_that_is_too_long_is_searched_as_far_as_it_goes_and_the_rest_is_open() -> None:
    text = "password: Tr0ub4dor-3\n" + "# nothing\n" * 200_000
    found = SecretFinder(KEY).in_texts([("", text)], API)
    assert isinstance(found, Partial)
    assert values(found.items) == {"line 1"}
    assert found.failure == Failure(api=API, code="TextTooLong", kind=GapKind.TRUNCATED)


def test_without_the_detector_nothing_is_said_to_be_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    _detector.cache_clear()
    monkeypatch.setitem(sys.modules, "detect_secrets.plugins.aws", None)
    missing = Failure(api=API, code="NoSecretsExtra", kind=GapKind.FAILED)
    try:
        assert SecretFinder().in_values({"LOG_LEVEL": "INFO"}, API) == missing
        assert SecretFinder().in_texts([("", "echo")], API) == missing
        assert SecretFinder().in_values({}, API) == SecretFinder().in_texts([("", "")], API) == []
    finally:
        _detector.cache_clear()
