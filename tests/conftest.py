"""What all tests share: hypothesis profiles, folders, the command line in this process, an empty account of moto."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import boto3
    from botocore.loaders import Loader

settings.register_profile(
    "default",
    max_examples=60,
    deadline=None,
    derandomize="CI" in os.environ,  # new examples are found at desks and by `make fuzz`, not by a gate
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("fuzz", max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the project."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared(root: Path) -> Path:
    """The folder of reference data beside the project; the test skips where it is absent."""
    folder = root.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no shared/ folder beside the project")
    return folder


class Outcome(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def sec02(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Outcome]:
    """Runs the command line in this process and captures what it writes."""
    from sec02_policies.cli import run

    def command(*arguments: str | Path) -> Outcome:
        capfdbinary.readouterr()
        code = run([str(each) for each in arguments])
        out, err = capfdbinary.readouterr()
        return Outcome(int(code), out.decode(), err.decode())

    return command


@cache
def _models() -> Loader:
    """Botocore's models, read once for all tests."""
    from botocore.loaders import Loader

    return Loader()


@pytest.fixture
def moto_session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], boto3.Session]]:
    """Makes sessions with an empty moto account, by their region."""
    from boto3 import Session
    from botocore.session import get_session
    from moto import mock_aws

    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)

    def session(region: str) -> boto3.Session:
        core = get_session()
        core.register_component("data_loader", _models())
        return Session("AKIAEXAMPLE", "example", region_name=region, botocore_session=core)

    with mock_aws():
        yield session
