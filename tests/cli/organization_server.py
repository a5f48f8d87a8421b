"""An organization on moto in a process of its own: several accounts, and an STS that says no as AWS does.

A role of `workloads` trusts `security`, another one a stranger.

    python organization_server.py '{"role": "sec02-collector", ...}'

prints one line of JSON (port, account ids by name, ids of the units) and answers until it is ended. `POST /test/log`
gives the calls of AssumeRole and how many calls there were in all.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

MANAGEMENT, REGION = "123456789012", "us-east-1"
ROLE = "sec02-collector"
CANARY = "canary-of-an-answer"
STRANGER = "999988887777"
# In the organization's order; "closed" is suspended, "locked" has no role.
NAMES = ("workloads", "security", "sandbox", "locked", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The server: where it is, which accounts it has by name, and which units."""

    endpoint: str
    accounts: dict[str, str]
    units: dict[str, str]
    organization: str

    def control(self, what: str, **settings: Any) -> Any:
        data = json.dumps(settings).encode()
        with urllib.request.urlopen(f"{self.endpoint}/test/{what}", data=data, timeout=30) as answer:  # noqa: S310 - loopback
            return json.loads(answer.read())

    def environment(self) -> dict[str, str]:
        """The environment of a process that is to see this AWS and no other."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@contextmanager
def running(**settings: Any) -> Iterator[Running]:
    """The server while the block lasts."""
    command = [sys.executable, str(Path(__file__)), json.dumps(settings)]
    with subprocess.Popen(  # noqa: S603 - this file
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            said = json.loads(server.stdout.readline())
            yield Running(endpoint=f"http://127.0.0.1:{said.pop('port')}", **said)
        finally:
            server.kill()


# ------------------------------------------------------------ in the process of its own


@dataclass(slots=True)
class Sts:
    """What AssumeRole answers: no to a role that is not there, or without its external id; keys that end."""

    role: str = ROLE
    external_id: str | None = None
    # Seconds that a key works for; None: an hour, as moto says.
    valid: float | None = None
    # An account whose key is not renewed.
    once: str | None = None
    # Seconds that one operation takes, so that a run outlives its keys.
    slow: dict[str, float] = field(default_factory=dict)
    calls: int = 0
    assumed: list[dict[str, str]] = field(default_factory=list)
    keys: dict[str, float] = field(default_factory=dict)


def build() -> tuple[dict[str, str], dict[str, str], str]:
    """Fill moto with the organization: each account has a user with a key, and a role but one."""
    from moto.iam.models import iam_backends
    from moto.moto_api._internal import mock_random
    from moto.organizations.models import organizations_backends

    mock_random.seed(7)
    backend = organizations_backends[MANAGEMENT]["aws"]
    made = backend.create_organization(region=REGION, FeatureSet="ALL")["Organization"]
    root = backend.roots[0].id if hasattr(backend, "roots") else backend.list_roots()["Roots"][0]["Id"]
    units = {"root": root}
    for name, parent in (("apps", "root"), ("prod", "apps")):
        unit = backend.create_organizational_unit(Name=name, ParentId=units[parent])["OrganizationalUnit"]
        units[name] = unit["Id"]
    accounts = {"management": MANAGEMENT}
    for name in NAMES:
        account = backend.create_account(AccountName=name, Email=f"{name}@example.invalid")["CreateAccountStatus"]
        accounts[name] = account["AccountId"]
    for name, unit in (("workloads", "prod"), ("sandbox", "apps")):
        backend.move_account(AccountId=accounts[name], SourceParentId=root, DestinationParentId=units[unit])
    backend.close_account(AccountId=accounts["closed"])
    for role, trusted in (("for-sibling", accounts["security"]), ("for-stranger", STRANGER)):
        iam_backends[accounts["workloads"]]["aws"].create_role(role, trust_in(trusted), "/", None, "", [], "3600")
    trust = {"Version": "2012-10-17", "Statement": []}
    for name, account_id in accounts.items():
        iam = iam_backends[account_id]["aws"]
        iam.create_user(REGION, f"{name}-user", tags=[{"Key": "purpose", "Value": CANARY}])
        iam.create_access_key(f"{name}-user")
        if name not in ("management", "locked"):
            iam.create_role(ROLE, json.dumps(trust), "/", None, "", [], "3600")
    return accounts, units, made["Id"]


def trust_in(account_id: str) -> str:
    """The trust policy of a role that a role of that account may assume."""
    principal = {"AWS": f"arn:aws:iam::{account_id}:role/deploy"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


Answer = tuple[int, bytes]


def refusal(code: str) -> Answer:
    """An error answer of a query service."""
    return 403, f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>".encode()


def answered(sts: Sts, environ: dict[str, Any], body: bytes) -> Answer | None:
    """The answer that stands in place of moto's, if any."""
    path = environ["PATH_INFO"]
    if path == "/test/log":
        return 200, json.dumps({"assumed": sts.assumed, "calls": sts.calls}).encode()
    if path == "/test/set":
        for name, value in json.loads(body).items():
            setattr(sts, name, value)
        sts.assumed, sts.calls = [], 0
        return 200, b"{}"
    sts.calls += 1
    form = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
    action = form.get("Action", "")
    key = re.search(r"Credential=([A-Z0-9]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    if key is not None and sts.keys.get(key[1], float("inf")) < time.time():
        return refusal("ExpiredToken")
    time.sleep(sts.slow.get(action, 0))
    return assumption(sts, form, environ) if action == "AssumeRole" else None


def assumption(sts: Sts, form: dict[str, str], environ: dict[str, Any]) -> Answer | None:
    """The answer to AssumeRole, where it is no."""
    from moto.iam.models import iam_backends

    account_id, name = form["RoleArn"].split(":")[4], form["RoleArn"].split("/")[-1]
    before = [each for each in sts.assumed if each["RoleArn"] == form["RoleArn"]]
    sts.assumed.append({**form, "host": environ.get("HTTP_HOST", ""), "auth": environ.get("HTTP_AUTHORIZATION", "")})
    if name not in {each.name for each in iam_backends[account_id]["aws"].roles.values()}:
        return refusal("AccessDenied")
    if sts.external_id is not None and form.get("ExternalId") != sts.external_id:
        return refusal("AccessDenied")
    return refusal("AccessDenied") if account_id == sts.once and before else None


def ending(sts: Sts, data: bytes) -> bytes:
    """The answer of AssumeRole with an end of its key that is near."""
    if sts.valid is None:
        return data
    end = datetime.now(UTC) + timedelta(seconds=sts.valid)
    key = re.search(rb"<AccessKeyId>([A-Z0-9]+)<", data)
    if key is not None:
        sts.keys[key[1].decode()] = end.timestamp()
    return re.sub(rb"<Expiration>[^<]+<", f"<Expiration>{end.isoformat()}<".encode(), data)


def application(inner: Callable[..., Iterable[bytes]], sts: Sts) -> Callable[..., Iterable[bytes]]:
    """Moto behind our own STS."""
    import io

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        ours = answered(sts, environ, body)
        if ours is not None:
            start(f"{ours[0]} said", [("Content-Type", "text/xml"), ("Content-Length", str(len(ours[1])))])
            return [ours[1]]
        if b"Action=AssumeRole" not in body:
            return inner(environ, start)
        kept: list[Any] = []
        data = ending(sts, b"".join(inner(environ, lambda *said, **_: kept.append(said))))
        status, headers = kept[0][:2]
        sized = [each for each in headers if each[0].lower() != "content-length"]
        start(status, [*sized, ("Content-Length", str(len(data)))])
        return [data]

    return answer


def serve(settings: dict[str, Any]) -> None:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    class Quiet(MotoRequestHandler):
        def log(self, *_: object) -> None:
            """Say nothing."""

    accounts, units, organization = build()
    inner = application(DomainDispatcherApplication(create_backend_app), Sts(**settings))
    server = make_server("127.0.0.1", 0, inner, threaded=True, request_handler=Quiet)  # type: ignore[arg-type]  # WSGI
    said = {"port": server.server_port, "accounts": accounts, "units": units, "organization": organization}
    print(json.dumps(said), flush=True)  # noqa: T201 - its parent reads it
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    thread.join()


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
