"""AWS as the collector's tests see it: moto in process, and answers of our own for what moto lacks or gets wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote_plus

import boto3
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator
from documents import moment

from sec02_policies.collect import collect
from sec02_policies.snapshot import Snapshot

Record = dict[str, Any]
Answer = Record | Callable[[Record], Record | None]

# What the demo calls "unknown to the endpoint": moto in process raises NotImplementedError, its server answers 501.
LACKING = (
    "iam:GenerateServiceLastAccessedDetails",
    "iam:ListServiceSpecificCredentials",
    "iam:ListOrganizationsFeatures",
    "cognito-idp:DescribeRiskConfiguration",
    "cognito-idp:GetLogDeliveryConfiguration",
    "cognito-idp:ListUserPoolClientSecrets",
    "cognito-identity:GetIdentityPoolRoles",
    "cognito-identity:GetPrincipalTagAttributeMap",
    "sso-admin:GetPermissionsBoundaryForPermissionSet",
    "sso-admin:ListTagsForResource",
    "sso-admin:DescribeInstanceAccessControlAttributeConfiguration",
    "sso-admin:DescribeInstance",
    "sso-admin:ListApplications",
    "sso-admin:ListTrustedTokenIssuers",
    "identitystore:DescribeIdentityStore",
    "ds:DescribeClientAuthenticationSettings",
    "ds:DescribeEventTopics",
    "ds:DescribeSharedDirectories",
    "ds:DescribeSnapshots",
    "ds:GetSnapshotLimits",
    "ds:ListCertificates",
)

# What moto does not know at all; the account of a test has none of it, unless the test gives some.
NOTHING: dict[str, Record] = {
    "account:ListRegions": {"Regions": [{"RegionName": "us-east-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]},
    "accessanalyzer:ListAnalyzers": {"analyzers": []},
    "rolesanywhere:ListTrustAnchors": {"trustAnchors": []},
    "secretsmanager:ListResourcePolicies": {"ResourcePolicies": [{"PolicyName": "default"}]},
    "rolesanywhere:ListProfiles": {"profiles": []},
    "rolesanywhere:ListCrls": {"crls": []},
}

# Shapes of which AWS's reference says that they may be empty, though the model gives them a least length:
# https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_GetInlinePolicyForPermissionSet.html
MAY_BE_EMPTY = {"PermissionSetPolicyDocument"}


class Aws:
    """A session whose calls end in moto, or in an answer that a test gives in its place."""

    def __init__(self, session: boto3.Session) -> None:
        self.session = session
        self.asked: list[tuple[str, Record]] = []
        self._answers: dict[str, Callable[[Record], tuple[int, Record] | None]] = {}
        session.events.register("provide-client-params", self._remember)
        session.events.register("before-call", self._answer)
        for api in LACKING:
            self.refuse(api, "501", status=501)
        for api, answer in NOTHING.items():
            self.give(api, answer)

    def client(self, service: str, region: str = "us-east-1") -> Any:
        return self.session.client(service, region_name=region)

    def give(self, api: str, answer: Answer) -> None:
        """Answer `api` with data, or with what a function of its parameters returns (None: let moto answer)."""

        def answered(parameters: Record) -> tuple[int, Record] | None:
            data = answer(parameters) if callable(answer) else answer
            if data is None:
                return None
            service, _, name = api.partition(":")
            shape = self.client(service).meta.service_model.operation_model(name).output_shape
            demand_shape(data, shape)
            return 200, {**data, "ResponseMetadata": {"HTTPStatusCode": 200}}

        self._answers[api] = answered

    def refuse(
        self,
        api: str,
        code: str = "AccessDenied",
        *,
        status: int = 403,
        when: Callable[[Record], bool] = lambda _: True,
    ) -> None:
        """Answer `api` with an error, for the parameters for which `when` holds."""
        before = self._answers.get(api)

        def refused(parameters: Record) -> tuple[int, Record] | None:
            if not when(parameters):
                return before(parameters) if before else None
            error = {"Code": code, "Message": "said by the test"}
            return status, {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}

        self._answers[api] = refused

    def through(self, api: str) -> None:
        """Let moto answer `api` again."""
        self._answers.pop(api, None)

    def collect(self, *services: str, regions: tuple[str, ...] = ("us-east-1",)) -> Record:
        """The document of those services, valid and complete by the judgement of the snapshot's loader."""
        document = collect(self.session, regions=regions, services=services or None, now=moment, sleep=lambda _: None)
        Snapshot(json.loads(json.dumps(document)))
        return document

    def _remember(self, params: Record, context: Record, **_: Any) -> None:
        context["asked"] = params

    def _answer(self, model: Any, params: Record, context: Record, **_: Any) -> tuple[Any, Record] | None:
        api = f"{model.service_model.service_name}:{model.name}"
        spelled = model.service_model.protocol in ("query", "json")
        parameters = _parameters(params) if spelled else dict(context["asked"])
        self.asked.append((api, parameters))
        answered = self._answers[api](parameters) if api in self._answers else None
        return answered and (SimpleNamespace(status_code=answered[0]), answered[1])


def _parameters(request: Record) -> Record:
    body = request["body"]
    if isinstance(body, dict):
        return {key: value for key, value in body.items() if key not in ("Action", "Version")}
    text = body.decode() if isinstance(body, bytes) else body
    if text.startswith("{"):
        return dict(json.loads(text))
    pairs = (each.partition("=") for each in text.split("&") if each)
    return {unquote_plus(key): unquote_plus(value) for key, _, value in pairs}


def demand_shape(data: Any, shape: Shape) -> None:
    """Raise where AWS could not have answered that: types, required and unknown members, enums, sizes."""
    members = shape.members if isinstance(shape, StructureShape) else {}
    empty = {
        name for name, value in data.items() if value == "" and getattr(members.get(name), "name", "") in MAY_BE_EMPTY
    }
    report = ParamValidator().validate({name: value for name, value in data.items() if name not in empty}, shape)
    faults = [report.generate_report()] if report.has_errors() else []
    faults += _faults(data, shape, "$")
    assert not faults, "\n".join(faults)


def _faults(data: Any, shape: Shape, path: str) -> Iterator[str]:
    """What botocore's own validator lets through on an output: members that are not in the shape, and enums."""
    if isinstance(shape, StructureShape):
        yield from (f"{path}.{name}: unknown" for name in data.keys() - shape.members.keys())
        for name, member in shape.members.items():
            if name in data:
                yield from _faults(data[name], member, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for item in data:
            yield from _faults(item, shape.member, f"{path}[]")
    elif isinstance(shape, MapShape):
        for key, value in data.items():
            yield from _faults(key, shape.key, f"{path} key")
            yield from _faults(value, shape.value, f"{path}.{key}")
    elif shape.type_name == "string" and shape.enum and data not in shape.enum:
        yield f"{path}: {data!r} is none of {shape.enum}"


@pytest.fixture
def aws(moto_session: Callable[[str], boto3.Session]) -> Aws:
    return Aws(moto_session("us-east-1"))
