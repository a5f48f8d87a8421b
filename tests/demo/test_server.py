"""The embedded AWS: nothing of the environment gets in, nothing gets out, nothing stays."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from botocore.awsrequest import AWSPreparedRequest

from sec02_policies.demo.server import ACCOUNT_ID, REGION, embedded_aws
from sec02_policies.errors import CollectError

if TYPE_CHECKING:
    from pathlib import Path

    import boto3

CANARIES = {
    "AWS_ACCESS_KEY_ID": "AKIACANARYCANARY0000",
    "AWS_SECRET_ACCESS_KEY": "canary-secret",
    "AWS_SESSION_TOKEN": "canary-token",
    "AWS_PROFILE": "canary-profile",
    "AWS_DEFAULT_PROFILE": "canary-profile",
    "AWS_REGION": "canary-region-1",
    "AWS_DEFAULT_REGION": "canary-region-1",
    "AWS_ENDPOINT_URL": "http://canary.invalid",
    "AWS_ENDPOINT_URL_IAM": "http://canary.invalid",
    "AWS_ENDPOINT_URL_STS": "http://canary.invalid",
    "AWS_CA_BUNDLE": "/canary/ca.pem",
    "AWS_DATA_PATH": "/canary/models",
    "AWS_MAX_ATTEMPTS": "0",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "HTTP_PROXY": "http://canary.invalid:3128",
    "HTTPS_PROXY": "http://canary.invalid:3128",
    "MOTO_ACCOUNT_ID": "999999999999",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "false",
}


def planted(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    config = folder / "config"
    config.write_text("[profile canary-profile]\nregion = canary-region-1\nendpoint_url = http://canary.invalid\n")
    credentials = folder / "credentials"
    credentials.write_text("[canary-profile]\naws_access_key_id = AKIACANARYFILE\naws_secret_access_key = canary\n")
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))


def requests_of(session: boto3.Session) -> list[AWSPreparedRequest]:
    sent: list[AWSPreparedRequest] = []
    session.events.register("before-send", lambda request, **_: sent.append(request))
    return sent


def test_the_environment_cannot_leak_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    planted(monkeypatch, tmp_path)
    with embedded_aws() as aws:
        sent = requests_of(aws.session)
        assert aws.session.client("sts").get_caller_identity()["Account"] == ACCOUNT_ID
        assert aws.session.client("iam").list_users()["Users"] == []
        assert aws.session.client("sso-admin", region_name="eu-central-1").list_instances()["Instances"]
        assert aws.session.region_name == aws.region == REGION
    assert len(sent) == 3
    for request in sent:
        assert request.url.startswith(aws.endpoint_url)
        assert not any("canary" in f"{key}{value}".lower() for key, value in request.headers.items())


def test_the_environment_comes_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    planted(monkeypatch, tmp_path)
    before = dict(os.environ)
    with embedded_aws():
        assert "AWS_PROFILE" not in os.environ
    assert dict(os.environ) == before


def test_the_environment_comes_back_after_an_error() -> None:
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), embedded_aws():
        _ = 1 // 0
    assert dict(os.environ) == before


def test_explicit_endpoints_and_credentials_are_ignored() -> None:
    with embedded_aws() as aws:
        sent = requests_of(aws.session)
        client = aws.session.client(
            "iam", endpoint_url="http://canary.invalid", aws_access_key_id="CANARY", aws_secret_access_key="canary"
        )
        client.list_users()
    assert sent[0].url.startswith(aws.endpoint_url)
    assert b"CANARY" not in sent[0].headers["Authorization"]


def test_a_call_to_anywhere_else_is_refused() -> None:
    with embedded_aws() as aws:
        elsewhere = AWSPreparedRequest("GET", "https://iam.amazonaws.com/", {}, b"", stream_output=False)
        with pytest.raises(CollectError, match=r"iam\.amazonaws\.com: only http://127"):
            aws.session.events.emit("before-send.iam.ListUsers", request=elsewhere)


def test_it_starts_empty_knows_the_managed_policies_and_forgets() -> None:
    for _ in range(2):
        with embedded_aws() as aws:
            iam = aws.session.client("iam")
            assert iam.list_users()["Users"] == []
            iam.create_user(UserName="alice")
            assert iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")["Policy"]["Arn"]


def test_the_same_calls_give_the_same_ids() -> None:
    def key() -> str:
        with embedded_aws() as aws:
            iam = aws.session.client("iam")
            iam.create_user(UserName="alice")
            key_id: str = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
            return key_id

    assert key() == key()


def test_the_server_is_gone_afterwards() -> None:
    with embedded_aws() as aws:
        endpoint = aws.endpoint_url
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=2)  # noqa: S310 - our own loopback address


def test_a_second_one_at_a_time_is_refused() -> None:
    with embedded_aws(), pytest.raises(CollectError, match="one at a time"), embedded_aws():
        pass
    with embedded_aws():
        pass


def test_it_says_nothing(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), embedded_aws() as aws:
        aws.session.client("iam").list_users()
    assert capfd.readouterr() == ("", "")
    assert not [record for record in caplog.records if record.name.startswith(("werkzeug", "moto"))]


@pytest.mark.parametrize("missing", ["moto", "flask", "flask_cors", "joserfc"])
def test_a_missing_package_is_one_line(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with (
        pytest.raises(CollectError, match=rf"^demo: .*{missing}.*pip install 'sec02-policies\[demo\]'$"),
        embedded_aws(),
    ):
        pass


def test_importing_the_demo_does_not_import_moto() -> None:
    code = "import sys, sec02_policies.demo; sys.exit('moto' in sys.modules or 'flask' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own interpreter
