"""A proxy on loopback between the collector and the demo's AWS, which can spoil what one operation answers.

The collector's requests come in as AWS gets them. What they ask is asked of the demo: of moto, or of the replay where
moto lacks the operation. The answer goes back as AWS would have sent it, in the protocol of the service, or spoiled.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import botocore.session
from botocore import handlers, xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import get_serializer_class
from werkzeug.datastructures import MultiDict

from sec02_policies.collect._operations import OPERATIONS
from sec02_policies.collect._operations.operation import Paging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.client import BaseClient

    from sec02_policies.demo import EmbeddedAws

Record = dict[str, Any]

_LOADER = Loader()
_SCOPE = re.compile(r"Credential=[^/]+/[0-9]{8}/(?P<region>[^/]+)/(?P<name>[^/]+)/aws4_request")


class Fault(StrEnum):
    """What can happen to the answer of an operation."""

    DENIED = "denied"
    THROTTLED = "throttled"
    SLOW_DOWN = "slow_down"
    HANGS = "hangs"
    PAGES_DENIED = "pages_denied"
    PAGES_BROKEN = "pages_broken"
    BODY_CUT = "body_cut"
    CLOSED = "closed"
    SERVER_ERROR = "server_error"
    UNAVAILABLE = "unavailable"
    STRANGER = "stranger"
    MALFORMED = "malformed"
    EMPTY = "empty"
    EMPTY_OBJECT = "empty_object"
    PORTAL = "portal"
    NOT_KNOWN = "not_known"
    NO_OPERATION = "no_operation"
    EXPIRED = "expired"


PAGES = frozenset({Fault.PAGES_DENIED, Fault.PAGES_BROKEN})
# The token of a page that never comes.
MORE = "more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back over the wire; `cut`: only so many bytes of the body, then the connection ends."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of the collector."""

    api: str
    region: str
    model: OperationModel
    parameters: Record

    @property
    def protocol(self) -> str:
        """The protocol of AWS in which it came and is answered."""
        return str(self.model.service_model.resolved_protocol)


# ------------------------------------------------------------ how AWS says it


@cache
def service_model(service: str) -> ServiceModel:
    return ServiceModel(_LOADER.load_service_model(service, "service-2"), service)


@cache
def _services() -> dict[str, list[str]]:
    """The services of the collector by the name that their requests are signed with."""
    found: dict[str, list[str]] = {}
    for service in sorted({each.service for each in OPERATIONS.values()}):
        found.setdefault(service_model(service).signing_name, []).append(service)
    return found


# Code and HTTP status by protocol, as the common errors of each service's API reference have them.
_CODES: dict[Fault, dict[str, tuple[str, int]]] = {
    Fault.DENIED: {
        "query": ("AccessDenied", 403),
        "ec2": ("UnauthorizedOperation", 403),
        "json": ("AccessDeniedException", 400),
        "rest-json": ("AccessDeniedException", 403),
    },
    Fault.THROTTLED: {
        "query": ("Throttling", 400),
        "ec2": ("RequestLimitExceeded", 503),
        "json": ("ThrottlingException", 400),
        "rest-json": ("TooManyRequestsException", 429),
    },
    Fault.SLOW_DOWN: dict.fromkeys(("query", "ec2", "json", "rest-json"), ("SlowDown", 503)),
    Fault.SERVER_ERROR: {
        "query": ("ServiceFailure", 500),
        "ec2": ("InternalError", 500),
        "json": ("InternalFailure", 500),
        "rest-json": ("InternalServerException", 500),
    },
    Fault.UNAVAILABLE: {
        "query": ("ServiceUnavailable", 503),
        "ec2": ("Unavailable", 503),
        "json": ("ServiceUnavailable", 503),
        "rest-json": ("ServiceUnavailableException", 503),
    },
    Fault.NOT_KNOWN: {
        "query": ("InvalidClientTokenId", 403),
        "ec2": ("AuthFailure", 401),
        "json": ("UnrecognizedClientException", 400),
        "rest-json": ("UnrecognizedClientException", 403),
    },
    Fault.NO_OPERATION: {
        "query": ("InvalidAction", 400),
        "ec2": ("InvalidAction", 400),
        "json": ("UnknownOperationException", 400),
        "rest-json": ("UnknownOperationException", 404),
    },
    Fault.EXPIRED: {
        "query": ("ExpiredToken", 403),
        "ec2": ("RequestExpired", 400),
        "json": ("ExpiredTokenException", 400),
        "rest-json": ("ExpiredTokenException", 403),
    },
}


def code_of(fault: Fault, protocol: str) -> str:
    """The error code that the fault has in that protocol."""
    return _CODES[fault][protocol][0]


def error(code: str, status: int, protocol: str) -> Answer:
    """An error as AWS sends it in that protocol."""
    said = "said by the proxy"
    if protocol == "query":
        text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{said}</Message></Error>"
        return Answer(status=status, body=f"{text}<RequestId>0</RequestId></ErrorResponse>".encode())
    if protocol == "ec2":
        text = f"<Response><Errors><Error><Code>{code}</Code><Message>{said}</Message></Error></Errors>"
        return Answer(status=status, body=f"{text}<RequestID>0</RequestID></Response>".encode())
    if protocol == "json":
        body = json.dumps({"__type": f"com.amazonaws.example#{code}", "Message": said}).encode()
        return Answer(status=status, body=body, headers={"Content-Type": "application/x-amz-json-1.1"})
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": f"{code}:http://internal.amazon.com/"}
    return Answer(status=status, body=json.dumps({"message": said}).encode(), headers=headers)


def serialized(asked: Asked, output: Record) -> Answer:
    """An answer as AWS sends it."""
    serializer = get_serializer_class(asked.model.service_model.service_name, asked.protocol)
    raw = serializer(operation_model=asked.model).serialize(output)
    body = raw["body"]
    headers = {str(name): str(value) for name, value in raw["headers"].items() if name.lower() != "content-length"}
    return Answer(status=raw["status_code"], body=body if isinstance(body, bytes) else body.encode(), headers=headers)


def _paging(asked: Asked) -> Paging:
    paging = OPERATIONS[asked.api].paging
    assert paging is not None
    return paging


def _first_page(asked: Asked, output: Record) -> Answer:
    """The first half of a list, and the promise of another page."""
    page = {**output, _paging(asked).answer: MORE}
    for key in OPERATIONS[asked.api].keys:
        if isinstance(page.get(key), list):
            page[key] = page[key][: (len(page[key]) + 1) // 2]
    if "IsTruncated" in asked.model.output_shape.members:
        page["IsTruncated"] = True
    return serialized(asked, page)


# ------------------------------------------------------------ what was asked


def understood(method: str, target: str, headers: Any, body: bytes) -> Asked:
    """The operation, region and parameters of a signed request."""
    scope = _SCOPE.search(headers["Authorization"])
    assert scope is not None, headers
    (service,) = _services()[scope["name"]]
    model = service_model(service)
    parts = urlsplit(target)
    path = {}
    if model.resolved_protocol == "rest-json":
        operation, path = _by_path(model, method, parts.path)
    elif model.resolved_protocol == "json":
        operation = model.operation_model(headers["X-Amz-Target"].rpartition(".")[2])
    else:
        operation = model.operation_model(parse_qs(body.decode())["Action"][0])
    query = parse_qs(parts.query, keep_blank_values=True)
    form = parse_qs(body.decode(), keep_blank_values=True) if model.resolved_protocol in ("query", "ec2") else query
    request = {
        "body": body,
        "headers": headers,
        "method": method,
        "url_params": path,
        "url_path": parts.path,
        "values": MultiDict({name: values for name, values in form.items() if name not in ("Action", "Version")}),
    }
    parameters = PROTOCOL_PARSERS[model.resolved_protocol](operation).parse(request)
    present = {name: value for name, value in dict(parameters).items() if value is not None}
    return Asked(api=f"{service}:{operation.name}", region=scope["region"], model=operation, parameters=present)


def _by_path(model: ServiceModel, method: str, path: str) -> tuple[OperationModel, dict[str, str]]:
    """The operation of that method and path, and what stands in the path."""
    for name in sorted(each.name for each in OPERATIONS.values() if each.service == model.service_name):
        operation = model.operation_model(name)
        uri = operation.http["requestUri"].partition("?")[0]
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(uri))
        match = re.fullmatch(pattern, path)
        if match and operation.http["method"] == method:
            return operation, {key: unquote(value) for key, value in match.groupdict().items()}
    raise AssertionError(f"{model.service_name}: {method} {path}")


# ------------------------------------------------------------ the proxy


class FaultProxy:
    """A running proxy: `endpoint_url` is its place, `spoil` lets one operation fail, `asked` counts the requests."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.endpoint_url = ""
        self.asked: Counter[str] = Counter()
        self.defects: list[BaseException] = []
        self._aws = aws
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._answers: dict[tuple[str, str, str], tuple[Record | None, Answer]] = {}
        self._spoils: Callable[[Asked], Fault | None] = lambda _: None
        self._times: int | None = None
        self._over = threading.Event()

    @contextmanager
    def spoil(
        self, fault: Fault, *apis: str, region: str = "", times: int | None = None, after: int | None = None
    ) -> Iterator[Counter[str]]:
        """Let the operations, all in a region, or all `after` so many requests fail while the block lasts.

        With `times`, at most so many times. Gives the number of requests by operation.
        """

        def spoils(asked: Asked) -> Fault | None:
            hit = asked.api in apis or asked.region == region
            if fault is Fault.EXPIRED:
                # Once a token has expired, it has for all.
                hit = any(self.asked[api] for api in apis)
            if after is not None:
                hit = self.asked.total() > after
            return fault if hit else None

        self.asked = Counter()
        self._over = threading.Event()
        self._spoils, self._times = spoils, times
        try:
            yield self.asked
        finally:
            self._over.set()
            self._spoils, self._times = lambda _: None, None

    def answer(self, asked: Asked) -> Answer | None:
        """What goes back; None to close the connection without a word."""
        with self._lock:
            self.asked[asked.api] += 1
            fault = self._spoils(asked)
            if fault is not None and self._times is not None:
                fault, self._times = (fault, self._times - 1) if self._times else (None, 0)
        if fault in PAGES and asked.parameters.get(_paging(asked).request) == MORE:
            # The demo never promised that page.
            return error(*_CODES[Fault.DENIED][asked.protocol], asked.protocol) if fault is Fault.PAGES_DENIED else None
        output, healthy = self._upstream(asked)
        return healthy if fault is None else self._spoiled(asked, fault, output, healthy)

    def _spoiled(self, asked: Asked, fault: Fault, output: Record | None, healthy: Answer) -> Answer | None:
        if fault in _CODES:
            return error(*_CODES[fault][asked.protocol], asked.protocol)
        if fault in PAGES:
            return healthy if output is None else _first_page(asked, output)
        if fault is Fault.HANGS:
            self._over.wait(60)
            return None
        if fault is Fault.BODY_CUT:
            return Answer(status=200, body=healthy.body, headers=healthy.headers, cut=len(healthy.body) // 2)
        bodies = {
            Fault.MALFORMED: healthy.body[: len(healthy.body) // 2] + b"<{",
            Fault.EMPTY: b"",
            Fault.EMPTY_OBJECT: b"{}" if "json" in asked.protocol else b"<Response/>",
            Fault.PORTAL: b"<html><head/><body><p>Please sign in</p></body></html>",
            Fault.STRANGER: b"<html><head/><body><h1>502 Bad Gateway</h1></body></html>",
        }
        if fault is Fault.CLOSED:
            return None
        return Answer(status=502 if fault is Fault.STRANGER else 200, body=bodies[fault])

    def _upstream(self, asked: Asked) -> tuple[Record | None, Answer]:
        """The demo's own answer, asked for once: its output, None where that is an error, and the bytes."""
        key = (asked.api, asked.region, json.dumps(asked.parameters, sort_keys=True, default=str))
        with self._lock:
            known = self._answers.get(key)
        if known is None:
            known = self._ask(asked)
            with self._lock:
                self._answers[key] = known
        return known

    def _ask(self, asked: Asked) -> tuple[Record | None, Answer]:
        call = getattr(self._client(asked), xform_name(asked.model.name))
        try:
            output = dict(call(**asked.parameters))
        except ClientError as fault:
            code = fault.response["Error"]["Code"]
            status = fault.response["ResponseMetadata"]["HTTPStatusCode"]
            return None, error(code, status, asked.protocol)
        output.pop("ResponseMetadata")
        return output, serialized(asked, output)

    def _client(self, asked: Asked) -> Any:
        service = asked.api.partition(":")[0]
        with self._lock:
            if (service, asked.region) not in self._clients:
                config = Config(retries={"total_max_attempts": 1})
                client = self._aws.session.client(service, region_name=asked.region, config=config)  # type: ignore[call-overload]  # the name is data
                if service == "iam":
                    client.meta.events.unregister("after-call.iam", handlers.json_decode_policies)
                self._clients[service, asked.region] = client
            return self._clients[service, asked.region]


@contextmanager
def fault_proxy(aws: EmbeddedAws) -> Iterator[FaultProxy]:
    """Run a proxy in front of the demo's AWS on a free loopback port while the block lasts."""
    proxy = FaultProxy(aws)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Small answers shall not wait for the collector to acknowledge their headers.
        disable_nagle_algorithm = True

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = proxy.answer(understood(self.command, self.path, self.headers, body))
            if answer is None:
                self._hang_up()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body if answer.cut is None else answer.body[: answer.cut])
            if answer.cut is not None:
                self._hang_up()

        do_GET = do_POST = do_PUT = handle_one  # noqa: N815 - as http.server wants them

        def _hang_up(self) -> None:
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: object) -> None:
            """A collector that has hung up is no error of the proxy."""
            fault = sys.exception()
            if fault is not None and not isinstance(fault, OSError):
                proxy.defects.append(fault)

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="fault-proxy", daemon=True)
    thread.start()
    proxy.endpoint_url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# ------------------------------------------------------------ a session that goes there


class _Session(botocore.session.Session):
    """A botocore session of the proxy: no environment, no files, no long waits."""

    def __init__(self, endpoint_url: str, config: Config) -> None:
        nowhere = {name: (None, None, default, None) for name, (_, _, default, _) in self.SESSION_VARIABLES.items()}
        nowhere |= dict.fromkeys(("config_file", "credentials_file"), (None, None, "/dev/null", None))
        super().__init__(session_vars=nowhere)
        self.register_component("data_loader", _LOADER)
        self.set_credentials("AKIAEXAMPLE", "example")
        self._endpoint_url = endpoint_url
        self._client_config = config

    def create_client(self, service_name: str, region_name: str | None = None, **options: Any) -> BaseClient:  # type: ignore[override]  # one overload per service
        config = (options.pop("config", None) or Config()).merge(self._client_config)
        for name in ("endpoint_url", "aws_access_key_id", "aws_secret_access_key", "aws_session_token"):
            options.pop(name, None)
        client: BaseClient = super().create_client(
            service_name, region_name, endpoint_url=self._endpoint_url, config=config, **options
        )
        return client


def impatient_session(endpoint_url: str, region: str, *, attempts: int | None, seconds: float) -> boto3.Session:
    """A session whose calls go to the proxy, are sent at most `attempts` times and wait `seconds` for an answer."""
    retries = {} if attempts is None else {"retries": {"mode": "standard", "total_max_attempts": attempts}}
    config = Config(read_timeout=seconds, connect_timeout=5, proxies={}, **retries)
    return boto3.Session(botocore_session=_Session(endpoint_url, config), region_name=region)
