"""One request to AWS: botocore's clients, how often they try, and what every answer and exception of theirs means."""

from __future__ import annotations

import json
from functools import cached_property
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore import handlers, xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from sec02_policies.collect._outcome import Answer, Failure, Record, classify, is_throttled
from sec02_policies.collect._values import GLOBAL
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    import boto3
    from botocore.model import OperationModel

    from sec02_policies.collect._operations.operation import Operation

# How many requests may be on their way at once.
THREADS = 8
# How often a request is sent at the most; the eight times of `_CONFIG`, with growing pauses, are for AWS's throttling.
_TRIES_AT_A_STRANGER = 2
_TRIES_IN_SILENCE = 3
_TRIES_AT_AN_ERROR = 4
_CONFIG = Config(
    retries={"mode": "adaptive", "max_attempts": 8},
    max_pool_connections=2 * THREADS,
    connect_timeout=10,
    read_timeout=30,
    user_agent_extra="sec02-policies",
)


class Transport:
    """Sends requests through one client per service and region, from any thread; never raises what AWS answers."""

    def __init__(self, session: boto3.Session, *, home: str) -> None:
        """`home` is the region of the endpoints of services without regions."""
        self._session = session
        self._home = home
        self._lock = Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    @cached_property
    def partition(self) -> str:
        """The partition of the regions, such as `aws`."""
        return self._session.get_partition_for_region(self._home)

    def regions(self, service: str) -> frozenset[str]:
        """The regions of the partition where botocore knows of the service; a partition may lack it altogether."""
        return frozenset(self._session.get_available_regions(service, partition_name=self.partition))

    def inability(self, operation: Operation, region: str) -> Failure | None:
        """Why botocore could not even send it: no such service there, or a botocore older than the operation."""
        if region != GLOBAL and region not in self.regions(operation.service):
            return Failure(api=operation.api, code="ServiceNotInRegion", kind=GapKind.UNSUPPORTED_REGION)
        if not hasattr(self.client(operation.service, region), xform_name(operation.name)):
            return Failure(api=operation.api, code="NotInBotocore", kind=GapKind.FAILED)
        return None

    def send(self, operation: Operation, region: str, parameters: Record) -> tuple[Answer, bool]:
        """The answer to one request, and whether nothing at all came back."""
        call = getattr(self.client(operation.service, region), xform_name(operation.name))
        try:
            answer = dict(call(**parameters))
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            return (code if code in operation.none else classify(operation.api, error)), False
        except ParamValidationError:
            # Our own defect, not an answer of AWS.
            raise
        except _NoAnswerOfAwsError as error:
            return Failure(api=operation.api, code=error.code, kind=GapKind.FAILED, status=int(error.code)), False
        except (BotoCoreError, ResponseParserError) as error:
            silent = isinstance(error, (HTTPClientError, NoConnectionError))
            return Failure(api=operation.api, code=type(error).__name__, kind=GapKind.FAILED), silent
        except (AttributeError, LookupError, TypeError, ValueError, NotImplementedError) as error:
            # What botocore's parsers raise over an answer of another shape than the model's, such as a web page; and
            # what an AWS of this process, such as moto's, raises over an operation that it does not know.
            code = "NotImplemented" if isinstance(error, NotImplementedError) else "UnreadableAnswer"
            return Failure(api=operation.api, code=code, kind=GapKind.FAILED), False
        answer.pop("ResponseMetadata", None)
        if operation.keys and all(answer.get(key) is None for key in operation.keys):
            return Failure(api=operation.api, code="IncompleteAnswer", kind=GapKind.FAILED), False
        return answer, False

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
        """The one client for a service and a region."""
        place = self._home if region == GLOBAL else region
        with self._lock:
            if (service, place) not in self._clients:
                client = self._session.client(service, region_name=place, config=_CONFIG)  # type: ignore[call-overload]  # the name is data
                client.meta.events.register_first("needs-retry", _give_up)
                client.meta.events.register("before-parse", _demand_json)
                if service == "iam":
                    # It would decode policy documents and lose duplicate keys and the exact text on the way.
                    client.meta.events.unregister("after-call.iam", handlers.json_decode_policies)
                self._clients[service, place] = client
            return self._clients[service, place]


class _NoAnswerOfAwsError(BotoCoreError):
    """An endpoint that failed without an error code of AWS: a proxy, or an emulator that lacks the operation."""

    fmt = "HTTP {code}"

    def __init__(self, code: str) -> None:
        """`code` is the HTTP status."""
        super().__init__(code=code)
        self.code = code


def _give_up(
    operation: OperationModel,
    response: tuple[Any, Record] | None = None,
    caught_exception: Exception | None = None,
    attempts: int = 1,
    **_: Any,  # noqa: ANN401 - botocore's events carry anything
) -> None:
    """Send a request no more where nothing comes back, or a server error that is not even AWS's own."""
    if caught_exception is not None and attempts >= _TRIES_IN_SILENCE:
        raise caught_exception
    if response is None or response[0].status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    status, code = response[0].status_code, str(response[1].get("Error", {}).get("Code", ""))
    if is_throttled(code, status):
        return
    if code == str(status) and attempts >= _TRIES_AT_A_STRANGER:
        raise _NoAnswerOfAwsError(code)
    if attempts >= _TRIES_AT_AN_ERROR:
        raise ClientError(response[1], operation.name)  # type: ignore[arg-type]  # botocore makes it of the same


def _demand_json(operation_model: OperationModel, response_dict: Record, **_: Any) -> None:  # noqa: ANN401 - as above
    """Raise where an answer in JSON is none: botocore takes it for one that says nothing."""
    if "json" not in operation_model.service_model.resolved_protocol:
        return
    if response_dict["status_code"] >= HTTPStatus.MULTIPLE_CHOICES:
        return
    try:
        answer = json.loads(response_dict["body"])
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ResponseParserError("no JSON object")
