"""How to answer AWS operations from data: answers, refusals and corrections, each checked against botocore's model.

A session that carries a `Replay` asks it first. What the replay does not hold goes on to the endpoint as usual, so that
it can stand in front of moto. Every answer is checked against the operation's output shape before it is served.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from sec02_policies.errors import Sec02Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import boto3

Params = dict[str, Any]
Output = dict[str, Any]

_PARAMS = "sec02_replay_params"


class ReplayError(Sec02Error):
    """An answer that AWS could not give; names the operation and the places, never a value."""

    def __init__(self, operation: str, faults: list[str]) -> None:
        """`operation` is `service:Operation`, `faults` are its places and what is wrong there."""
        super().__init__(operation, faults)
        self.operation = operation
        self.faults = faults

    def __str__(self) -> str:
        return f"{self.operation}: {'; '.join(self.faults)}: an answer as in botocore's output shape"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    when: Params
    status: int
    parsed: Output

    def fits(self, params: Params) -> bool:
        return all(params.get(name) == value for name, value in self.when.items())


class Replay:
    """Answers for a session by service (botocore's name, such as `sso-admin`), operation and parameters."""

    def __init__(self) -> None:
        """Start with no answer at all."""
        self._models: dict[str, ServiceModel] = {}
        self._loader = Loader()
        self._answers: dict[tuple[str, str], list[_Answer]] = {}
        self._changes: dict[tuple[str, str], list[Callable[[Params, Output], Output]]] = {}

    def answer(self, service: str, operation: str, output: Output, *, when: Params | None = None) -> None:
        """Answer with `output` where the call's parameters hold those of `when`; the most exact `when` wins."""
        self._check(service, operation, output)
        parsed = {**output, "ResponseMetadata": _metadata(200)}
        self._add(service, operation, _Answer(when=when or {}, status=200, parsed=parsed))

    def refuse(self, service: str, operation: str, code: str, *, status: int = 400, when: Params | None = None) -> None:
        """Answer with the error `code` where the call's parameters hold those of `when`."""
        self._operation(service, operation)
        parsed = {"Error": {"Code": code, "Message": "refused by a replay"}, "ResponseMetadata": _metadata(status)}
        self._add(service, operation, _Answer(when=when or {}, status=status, parsed=parsed))

    def amend(self, service: str, operation: str, change: Callable[[Params, Output], Output]) -> None:
        """Let `change(params, output)` give the output in place of the endpoint's own; checked when it is served."""
        self._operation(service, operation)
        self._changes.setdefault((service, operation), []).append(change)

    def install(self, session: boto3.Session) -> None:
        """Answer for every client that the session makes from now on; again after an `amend`, to add it.

        The answers come last among the handlers of `before-call`, so that a guard on the session still sees each call.
        """
        mine = f"sec02-replay-{id(self)}"
        session.events.register("provide-client-params", self._remember, unique_id=f"{mine}-params")
        # boto3's stubs say None, but botocore takes the first answer that is not None.
        session.events.register_last("before-call", self._serve, unique_id=mine)  # type: ignore[arg-type]
        for service, operation in self._changes:
            model = self._service(service)
            # First: botocore's own handlers decode policy documents in place.
            event = f"after-call.{model.service_id.hyphenize()}.{operation}"
            session.events.register_first(event, self._correct, unique_id=f"{mine}-{event}")

    def _remember(self, **event: Any) -> None:  # noqa: ANN401 - botocore gives what it likes
        event["context"][_PARAMS] = dict(event["params"])

    def _serve(self, **event: Any) -> tuple[AWSResponse, Output] | None:  # noqa: ANN401 - as above
        model: OperationModel = event["model"]
        key = (model.service_model.service_name, model.name)
        fitting = [each for each in self._answers.get(key, ()) if each.fits(event["context"][_PARAMS])]
        if not fitting:
            return None
        found = max(reversed(fitting), key=lambda each: len(each.when))
        return AWSResponse(event["params"]["url"], found.status, HTTPHeaders(), None), deepcopy(found.parsed)

    def _correct(self, **event: Any) -> None:  # noqa: ANN401 - as above
        model: OperationModel = event["model"]
        if event["http_response"].status_code != 200:  # noqa: PLR2004 - an error has no output to correct
            return
        parsed: Output = event["parsed"]
        metadata = parsed.pop("ResponseMetadata")
        output = dict(parsed)
        service = model.service_model.service_name
        for change in self._changes[service, model.name]:
            output = change(event["context"][_PARAMS], output)
        self._check(service, model.name, output)
        parsed.clear()
        parsed.update(output, ResponseMetadata=metadata)

    def _add(self, service: str, operation: str, answer: _Answer) -> None:
        self._answers.setdefault((service, operation), []).append(answer)

    def _check(self, service: str, operation: str, output: Output) -> None:
        if faults := violations(self._operation(service, operation).output_shape, output):
            raise ReplayError(f"{service}:{operation}", faults)

    def _service(self, service: str) -> ServiceModel:
        if service not in self._models:
            self._models[service] = ServiceModel(self._loader.load_service_model(service, "service-2"), service)
        return self._models[service]

    def _operation(self, service: str, operation: str) -> OperationModel:
        return self._service(service).operation_model(operation)


def violations(shape: Shape | None, output: Output) -> list[str]:
    """Return what botocore's model says against an output: places and reasons, no values; empty where it fits.

    botocore's own validator passes over wrong enum values, patterns and everything that is too long or too large.
    """
    if shape is None:
        return [f"{name}: no output expected" for name in output]
    report = ParamValidator().validate(output, shape)
    own = [f"{place}: {fault}" for place, fault in _faults(shape, output, "$")]
    return [line.partition(", value")[0] for line in report.generate_report().splitlines()] + own


def _faults(shape: Shape, value: Any, place: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for name, member in shape.members.items():
            if name in value:
                yield from _faults(member, value[name], f"{place}.{name}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        yield from _too_much(shape.metadata, len(value), place)
        for index, item in enumerate(value):
            yield from _faults(shape.member, item, f"{place}[{index}]")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key, item in value.items():
            yield from _faults(shape.key, key, f"{place}.key")
            yield from _faults(shape.value, item, f"{place}.{key}")
    elif isinstance(shape, StringShape) and isinstance(value, str):
        yield from _text_faults(shape, value, place)
    elif isinstance(value, int) and shape.type_name in ("integer", "long"):
        yield from _too_much(shape.metadata, value, place)


def _too_much(metadata: Mapping[str, Any], size: int, place: str) -> Iterator[tuple[str, str]]:
    if "max" in metadata and size > metadata["max"]:
        yield place, f"more than the maximum of {metadata['max']}"


def _text_faults(shape: StringShape, value: str, place: str) -> Iterator[tuple[str, str]]:
    if shape.enum and value not in shape.enum:
        yield place, f"not one of {', '.join(shape.enum)}"
    yield from _too_much(shape.metadata, len(value), place)
    pattern = shape.metadata.get("pattern")
    if pattern is not None and (compiled := _python_pattern(pattern)) is not None and not compiled.search(value):
        yield place, "does not match its pattern"


def _python_pattern(pattern: str) -> re.Pattern[str] | None:
    """Return AWS's pattern, which is in Java's dialect, for Python; None where Python cannot read it."""
    # AWS matches the whole value; some patterns anchor themselves, most do not.
    try:
        return re.compile(rf"\A(?:{pattern})\Z")
    except re.error:
        return None


def _metadata(status: int) -> Output:
    return {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
