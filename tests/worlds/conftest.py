"""An empty moto account for each world."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.loaders import Loader
from botocore.session import get_session
from moto import mock_aws
from moto_world import REGION, World

# Botocore's models, read once for all worlds.
_MODELS = Loader()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with mock_aws():
        core = get_session()
        core.register_component("data_loader", _MODELS)
        yield World(boto3.Session("AKIAEXAMPLE", "example", region_name=REGION, botocore_session=core))
