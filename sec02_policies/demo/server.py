"""How to run moto as an AWS of our own: on a loopback port, in this process, out of reach of the real AWS."""

from __future__ import annotations

import http.client
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config

from sec02_policies.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest
    from botocore.client import BaseClient

ACCOUNT_ID = "123456789012"
"""The account that the embedded AWS belongs to; the number that AWS's documentation uses for examples."""

REGION = "eu-west-1"
"""The region of the session that `embedded_aws` gives."""

_SEED = 2
_LOAD_POLICIES = "MOTO_IAM_LOAD_MANAGED_POLICIES"
_FOREIGN = ("AWS_", "BOTO", "MOTO_")
_NEEDED = ("moto", "flask", "flask_cors", "joserfc")
# moto keeps its state in the process, so that two servers would share one state.
_only_one = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedAws:
    """A running AWS of our own: a session whose calls go there and nowhere else."""

    session: boto3.Session
    endpoint_url: str
    account_id: str
    region: str


@contextmanager
def embedded_aws() -> Iterator[EmbeddedAws]:
    """Run moto on a free loopback port while the block lasts; it starts empty and forgets everything at the end.

    The variables `AWS_*`, `BOTO*` and `MOTO_*` of the process are hidden meanwhile: moto makes sessions of its own.
    """
    if not _only_one.acquire(blocking=False):
        raise CollectError("demo: an embedded AWS runs in this process already: one at a time")
    try:
        with _environment(), _server() as (host, port):
            endpoint_url = f"http://{host}:{port}"
            yield EmbeddedAws(
                session=boto3.Session(botocore_session=_LoopbackSession(endpoint_url), region_name=REGION),
                endpoint_url=endpoint_url,
                account_id=ACCOUNT_ID,
                region=REGION,
            )
    finally:
        _only_one.release()


@contextmanager
def _environment() -> Iterator[None]:
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(_FOREIGN)}
    ours = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "MOTO_ACCOUNT_ID": ACCOUNT_ID,
        _LOAD_POLICIES: "true",
    }
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
        os.environ.update(hidden)


def _demand_packages() -> None:
    for module in _NEEDED:
        try:
            import_module(module)
        except ImportError:
            raise CollectError(f"demo: the package {module} is missing: pip install 'sec02-policies[demo]'") from None


@contextmanager
def _server() -> Iterator[tuple[str, int]]:
    _demand_packages()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    class Quiet(MotoRequestHandler):
        def log(self, *_: object) -> None:
            """Say nothing: a request's path may hold names."""

    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, name="embedded-aws", daemon=True)
    thread.start()
    address = ("127.0.0.1", server.server_port)
    try:
        _control(address, "reset")
        # Ids come from moto's own random numbers: the same seed and the same calls give the same ids.
        _control(address, f"seed?a={_SEED}")
        yield address
        # Or moto would read AWS's policies once more, for every account, only to forget them.
        os.environ[_LOAD_POLICIES] = "false"
        _control(address, "reset")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _control(address: tuple[str, int], what: str) -> None:
    """Ask moto itself for something; http.client, unlike botocore and requests, knows of no proxies."""
    connection = http.client.HTTPConnection(*address, timeout=60)
    try:
        connection.request("POST", f"/moto-api/{what}")
        response = connection.getresponse()
        response.read()
        if response.status != http.HTTPStatus.OK:
            raise CollectError(f"demo: moto answered {response.status} to {what}: 200 expected")
    finally:
        connection.close()


class _LoopbackSession(botocore.session.Session):
    """A botocore session that knows no environment, no files and no other endpoint than the one it is given."""

    def __init__(self, endpoint_url: str) -> None:
        nowhere = {name: (None, None, default, None) for name, (_, _, default, _) in self.SESSION_VARIABLES.items()}
        nowhere |= dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
        super().__init__(session_vars=nowhere)
        self._endpoint_url = endpoint_url
        self.set_credentials("AKIAEXAMPLEDEMOKEY00", "example-secret-of-the-embedded-aws")
        # Proxies are taken from the environment unless the configuration names them.
        self.set_default_client_config(Config(proxies={}))
        self.register("before-send", self._refuse_elsewhere)

    def create_client(self, service_name: str, region_name: str | None = None, **options: Any) -> BaseClient:  # type: ignore[override]  # noqa: ANN401 - one overload per service
        """Make a client for the loopback endpoint, whatever endpoint and credentials are asked for."""
        for name in ("endpoint_url", "aws_access_key_id", "aws_secret_access_key", "aws_session_token"):
            options.pop(name, None)
        client: BaseClient = super().create_client(
            service_name, region_name, endpoint_url=self._endpoint_url, **options
        )
        return client

    def _refuse_elsewhere(self, **event: Any) -> None:  # noqa: ANN401 - botocore gives what it likes
        request: AWSPreparedRequest = event["request"]
        if urlsplit(request.url).netloc != urlsplit(self._endpoint_url).netloc:
            raise CollectError(f"demo: a call to {urlsplit(request.url).netloc}: only {self._endpoint_url} is allowed")
