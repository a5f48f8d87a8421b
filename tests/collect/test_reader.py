"""The reader, the guard and the allow-list: what may be asked, and what an answer can be."""

from __future__ import annotations

from functools import cache
from time import sleep
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import EndpointConnectionError, ParamValidationError
from botocore.parsers import ResponseParserError

from sec02_policies.collect import ForbiddenOperationError, Progress
from sec02_policies.collect._operations import AUTHENTICATION, OPERATIONS
from sec02_policies.collect._outcome import Failure, Partial
from sec02_policies.collect._reader import Reader
from sec02_policies.collect._session import guarded
from sec02_policies.model import Gap, GapKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.client import BaseClient
    from botocore.model import OperationModel
    from documents import Aws

    from sec02_policies.collect._outcome import Record

DENIED = GapKind.DENIED
_TOKENS = {"NextToken", "nextToken", "Marker", "NextMarker", "PaginationToken"}


def reader(
    aws: Aws, *, sleep: Callable[[float], None] = sleep, on_progress: Callable[[Progress], None] | None = None
) -> Reader:
    return Reader(aws.session, regions=("us-east-1",), sleep=sleep, on_progress=on_progress)


def failure(api: str, code: str, kind: GapKind) -> Failure:
    return Failure(api=api, code=code, kind=kind)


# ------------------------------------------------------------ the allow-list


@cache
def client(service: str) -> BaseClient:
    return boto3.Session("a", "b", region_name="us-east-1").client(service)


def operation_model(api: str) -> OperationModel:
    service, _, name = api.partition(":")
    return client(service).meta.service_model.operation_model(name)


def test_every_operation_only_reads_and_exists() -> None:
    for api, operation in OPERATIONS.items():
        assert operation.name.startswith(("Get", "List", "Describe", "Generate", "BatchGet")), api
        members = operation_model(api).output_shape.members
        assert set(operation.keys) <= set(members), api


def test_no_operation_reads_a_secret_value_or_mints_a_credential() -> None:
    """But one: only cognito-idp:ListUserPoolClientSecrets tells how old client secrets are; it drops their values."""
    forbidden = {
        "cognito-identity:GetCredentialsForIdentity",
        "cognito-identity:GetOpenIdToken",
        "cognito-idp:AdminGetUser",
        "cognito-idp:GetTokensFromRefreshToken",
        "cognito-idp:ListUsers",
        "secretsmanager:BatchGetSecretValue",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "sts:GetDelegatedAccessToken",
        "sts:GetFederationToken",
        "sts:GetSessionToken",
        "sts:GetWebIdentityToken",
    }
    assert not OPERATIONS.keys() & forbidden
    assert not AUTHENTICATION & OPERATIONS.keys()


def test_every_operation_that_pages_is_read_in_pages_of_the_largest_size() -> None:
    for api, operation in OPERATIONS.items():
        model = operation_model(api)
        asked = model.input_shape.members if model.input_shape else {}
        paging = operation.paging
        assert bool(_TOKENS & asked.keys()) == (paging is not None), api
        if paging is not None:
            assert paging.request in asked, api
            assert paging.answer in model.output_shape.members, api
        if paging is not None and paging.size_name:
            assert asked[paging.size_name].metadata.get("max", paging.size) == paging.size, api


def test_the_tokens_are_those_of_botocore() -> None:
    for api, operation in OPERATIONS.items():
        name = xform_name(operation.name)
        if not client(operation.service).can_paginate(name):
            continue
        known = client(operation.service).get_paginator(name)._pagination_cfg  # noqa: SLF001 - botocore has no public way to it
        assert operation.paging is not None, api
        assert operation.paging.request == known["input_token"], api
        assert known["output_token"].rpartition(".")[2] == operation.paging.answer, api
        first = known["result_key"] if isinstance(known["result_key"], str) else known["result_key"][0]
        assert operation.keys[0] == first, api


def test_every_field_of_the_schemas_names_an_operation_we_may_call_or_do_not_need() -> None:
    from sec02_policies.snapshot import schemas

    named = {field.collected_by for info in schemas().types.values() for field in info.fields.values()}
    not_requested = {
        "ds:ListTagsForResource",
        "iam:ListPolicyTags",
        "iam:ListServerCertificateTags",
        "organizations:ListTagsForResource",
        "rolesanywhere:ListTagsForResource",
    }
    # Of workloads nobody asks for tags that the list does not hold.
    not_requested |= {
        "cloudtrail:ListTags",
        "cloudwatch:ListTagsForResource",
        "events:ListTagsForResource",
        "kms:ListResourceTags",
        "lambda:ListTags",
        "opensearch:ListTags",
        "sagemaker:ListTags",
        "ssm:ListTagsForResource",
        "wafv2:ListTagsForResource",
    }
    assert named - OPERATIONS.keys() == not_requested


def test_a_gap_names_the_permission_that_the_policy_for_the_collector_grants() -> None:
    for api, operation in OPERATIONS.items():
        gap = Gap(
            id="g",
            collection="c",
            account_id="",
            region="",
            resource_id=None,
            field=None,
            api=api,
            code="",
            kind=DENIED,
        )
        assert gap.permission == operation.permission


# ------------------------------------------------------------ the guard


@pytest.mark.parametrize(
    ("service", "method", "parameters"),
    [
        ("secretsmanager", "get_secret_value", {"SecretId": "a"}),
        ("secretsmanager", "batch_get_secret_value", {"SecretIdList": ["a"]}),
        ("iam", "create_user", {"UserName": "a"}),
        ("iam", "list_users", {}),
        ("sts", "get_session_token", {}),
        ("cognito-idp", "list_users", {"UserPoolId": "us-east-1_a"}),
        ("ssm", "get_parameter", {"Name": "a", "WithDecryption": True}),
    ],
)
def test_the_guard_refuses_what_is_not_in_the_list(aws: Aws, service: str, method: str, parameters: Record) -> None:
    with guarded(aws.session), pytest.raises(ForbiddenOperationError, match="refused"):
        getattr(aws.client(service), method)(**parameters)


def test_the_guard_lets_what_is_in_the_list_and_signing_in_pass(aws: Aws) -> None:
    with guarded(aws.session):
        assert aws.client("iam").list_roles()["Roles"] == []
        aws.client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="session")


def test_the_guard_leaves_the_session_as_it_was(aws: Aws) -> None:
    with guarded(aws.session):
        pass
    assert aws.client("iam").create_user(UserName="a")["User"]["UserName"] == "a"


def test_no_answer_of_a_test_or_a_demo_comes_before_the_guard(aws: Aws) -> None:
    aws.session.events.register("before-call", lambda **_: (SimpleNamespace(status_code=200), {}))
    with guarded(aws.session), pytest.raises(ForbiddenOperationError):
        aws.client("iam").delete_user(UserName="a")


def test_the_guard_is_no_exception_that_a_collector_could_catch() -> None:
    assert not issubclass(ForbiddenOperationError, Exception)


def test_a_refusal_on_a_thread_reaches_the_caller(aws: Aws) -> None:
    with guarded(aws.session), pytest.raises(ForbiddenOperationError):
        reader(aws).each(lambda name: aws.client("iam").create_user(UserName=name), ["a", "b"])


# ------------------------------------------------------------ one answer


def test_an_answer_comes_without_its_metadata(aws: Aws) -> None:
    answer = reader(aws).read("sts:GetCallerIdentity")
    assert isinstance(answer, dict)
    assert sorted(answer) == ["Account", "Arn", "UserId"]


def test_a_code_that_means_none_is_none_and_no_failure(aws: Aws) -> None:
    asking = reader(aws)
    assert asking.read("iam:GetAccountPasswordPolicy") is None
    assert [(each["status"], each["error_code"], each["items"]) for each in asking.calls()] == [
        ("ok", "NoSuchEntity", 0)
    ]


@pytest.mark.parametrize(
    ("code", "status", "kind", "call_status"),
    [
        ("AccessDenied", 403, GapKind.DENIED, "denied"),
        ("AccessDeniedException", 400, GapKind.DENIED, "denied"),
        ("UnauthorizedOperation", 403, GapKind.DENIED, "denied"),
        ("Throttling", 400, GapKind.THROTTLED, "throttled"),
        ("TooManyRequestsException", 429, GapKind.THROTTLED, "throttled"),
        ("LimitExceeded", 409, GapKind.THROTTLED, "throttled"),
        ("SomethingNew", 429, GapKind.THROTTLED, "throttled"),
        ("NoSuchEntity", 404, GapKind.STALE, "failed"),
        ("InternalFailure", 500, GapKind.FAILED, "failed"),
        ("501", 501, GapKind.FAILED, "failed"),
        ("UnrecognizedClientException", 403, GapKind.FAILED, "failed"),
        ("ExpiredToken", 403, GapKind.FAILED, "failed"),
        ("OptInRequired", 403, GapKind.FAILED, "failed"),
        ("InvalidAction", 400, GapKind.UNSUPPORTED_REGION, "unsupported"),
    ],
)
def test_an_error_becomes_a_failure_with_its_code(
    aws: Aws, code: str, status: int, kind: GapKind, call_status: str
) -> None:
    aws.refuse("iam:GetAccountSummary", code, status=status)
    asking = reader(aws)
    assert asking.read("iam:GetAccountSummary") == failure("iam:GetAccountSummary", code, kind)
    said = [(each["status"], each["error_code"]) for each in asking.calls() if each["service"] == "iam"]
    assert said == [(call_status, code)]


def test_an_error_without_a_code_is_named_by_its_http_status(aws: Aws) -> None:
    aws.refuse("iam:GetAccountSummary", "", status=502)
    assert reader(aws).read("iam:GetAccountSummary") == failure("iam:GetAccountSummary", "HTTP 502", GapKind.FAILED)


@pytest.mark.parametrize("fault", [EndpointConnectionError(endpoint_url="http://aws"), ResponseParserError("no XML")])
def test_a_broken_connection_or_answer_is_a_failure_by_the_name_of_the_fault(aws: Aws, fault: Exception) -> None:
    def broken(_: Record) -> Record:
        raise fault

    aws.give("iam:GetAccountSummary", broken)
    answer = reader(aws).read("iam:GetAccountSummary")
    assert answer == failure("iam:GetAccountSummary", type(fault).__name__, GapKind.FAILED)


def test_an_answer_without_its_content_is_no_answer(aws: Aws) -> None:
    aws.session.events.register_first(
        "before-call.iam.ListRoles", lambda **_: (SimpleNamespace(status_code=200), {"IsTruncated": False})
    )
    listing = reader(aws).pages("iam:ListRoles")
    assert listing.failure == failure("iam:ListRoles", "IncompleteAnswer", GapKind.FAILED)
    assert listing.value(str) == listing.failure


def test_a_single_answer_that_says_there_is_more_is_not_taken_for_the_whole(aws: Aws) -> None:
    aws.session.events.register_first(
        "before-call.iam.ListSAMLProviders",
        lambda **_: (SimpleNamespace(status_code=200), {"SAMLProviderList": [], "Marker": "more"}),
    )
    answer = reader(aws).read("iam:ListSAMLProviders")
    assert answer == failure("iam:ListSAMLProviders", "MorePages", GapKind.TRUNCATED)


def test_our_own_wrong_parameters_are_a_defect_and_raise(aws: Aws) -> None:
    with pytest.raises(ParamValidationError):
        reader(aws).read("iam:GetLoginProfile", UserName=7)


def test_an_operation_outside_the_list_has_no_name(aws: Aws) -> None:
    with pytest.raises(KeyError):
        reader(aws).read("secretsmanager:GetSecretValue", "us-east-1", SecretId="a")


class Older:
    """A session, or a client, of a botocore that does not know an operation yet."""

    def __init__(self, whole: Any, missing: str) -> None:
        self._whole, self._missing = whole, missing

    def __getattr__(self, name: str) -> Any:
        if name == self._missing:
            raise AttributeError(name)
        return getattr(self._whole, name)

    def client(self, *arguments: Any, **options: Any) -> Any:
        return Older(self._whole.client(*arguments, **options), self._missing)


def test_an_operation_that_an_older_botocore_lacks_is_a_gap(aws: Aws) -> None:
    asking = Reader(Older(aws.session, "list_users"), regions=("us-east-1",))  # type: ignore[arg-type] # stands for one
    api = "secretsmanager:ListSecrets"
    assert asking.pages(api, "us-east-1").failure is None
    asking = Reader(Older(aws.session, "list_secrets"), regions=("us-east-1",))  # type: ignore[arg-type] # as above
    assert asking.pages(api, "us-east-1").failure == failure(api, "NotInBotocore", GapKind.FAILED)


def test_a_service_that_the_region_lacks_is_not_asked(aws: Aws) -> None:
    asking = Reader(aws.session, regions=("eu-north-7",))
    answer = asking.pages("cognito-idp:ListUserPools", "eu-north-7")
    assert answer.failure == failure("cognito-idp:ListUserPools", "ServiceNotInRegion", GapKind.UNSUPPORTED_REGION)
    assert [each["status"] for each in asking.calls()] == ["unsupported"]
    assert aws.asked == []


def test_a_service_that_needs_a_subscription_there_is_unsupported_there_and_asked_once(aws: Aws) -> None:
    aws.refuse("secretsmanager:ListSecrets", "OptInRequired")
    asking = reader(aws)
    listing = asking.pages("secretsmanager:ListSecrets", "us-east-1")
    assert listing.failure == failure("secretsmanager:ListSecrets", "OptInRequired", GapKind.UNSUPPORTED_REGION)
    answer = asking.read("secretsmanager:DescribeSecret", "us-east-1", SecretId="a")
    assert answer == failure("secretsmanager:DescribeSecret", "OptInRequired", GapKind.UNSUPPORTED_REGION)
    assert [api for api, _ in aws.asked] == ["secretsmanager:ListSecrets"]


# ------------------------------------------------------------ pages


def paged(aws: Aws, *pages: tuple[list[str], str | None]) -> None:
    """ListAccountAliases in pages of those aliases and the token of the next one."""
    by_token: dict[str | None, tuple[list[str], str | None]] = {}
    token: str | None = None
    for page in pages:
        by_token[token] = page
        token = page[1]

    def answer(parameters: Record) -> Record:
        aliases, following = by_token[parameters.get("Marker")]
        more = {"Marker": following} if following else {}
        return {"AccountAliases": aliases, "IsTruncated": bool(following), **more}

    aws.give("iam:ListAccountAliases", answer)


def test_all_pages_are_read_at_their_largest_size(aws: Aws) -> None:
    paged(aws, (["one", "two"], "A"), (["three"], "B"), ([], None))
    asking = reader(aws)
    listing = asking.pages("iam:ListAccountAliases")
    assert list(listing.items()) == ["one", "two", "three"]
    assert listing.failure is None
    assert listing.value(str.upper) == ["ONE", "TWO", "THREE"]
    assert [(each["pages"], each["items"]) for each in asking.calls()] == [(3, 3)]
    assert [each["MaxItems"] for _, each in aws.asked] == [1000, 1000, 1000]


def test_pages_that_break_off_keep_what_was_read(aws: Aws) -> None:
    paged(aws, (["one"], "A"), (["two"], None))
    aws.refuse("iam:ListAccountAliases", "Throttling", status=400, when=lambda each: "Marker" in each)
    asking = reader(aws)
    value = asking.pages("iam:ListAccountAliases").value(str)
    assert value == Partial(items=["one"], failure=failure("iam:ListAccountAliases", "Throttling", GapKind.TRUNCATED))
    assert [(each["status"], each["pages"], each["items"]) for each in asking.calls()] == [("throttled", 1, 1)]


def test_a_first_page_that_fails_leaves_the_failure_itself(aws: Aws) -> None:
    aws.refuse("iam:ListAccountAliases")
    value = reader(aws).pages("iam:ListAccountAliases").value(str)
    assert value == failure("iam:ListAccountAliases", "AccessDenied", GapKind.DENIED)


def test_a_token_that_comes_back_ends_the_list_and_says_so(aws: Aws) -> None:
    aws.give("iam:ListAccountAliases", {"AccountAliases": ["one"], "IsTruncated": True, "Marker": "A"})
    listing = reader(aws).pages("iam:ListAccountAliases")
    assert listing.failure == failure("iam:ListAccountAliases", "RepeatedToken", GapKind.TRUNCATED)


def test_a_list_cut_off_without_a_token_says_so(aws: Aws) -> None:
    aws.give("iam:ListAccountAliases", {"AccountAliases": ["one"], "IsTruncated": True})
    listing = reader(aws).pages("iam:ListAccountAliases")
    assert list(listing.items()) == ["one"]
    assert listing.failure == failure("iam:ListAccountAliases", "NoToken", GapKind.TRUNCATED)


# ------------------------------------------------------------ jobs


def complete(answer: Record) -> bool:
    return answer["State"] == "COMPLETE"


def test_a_job_is_asked_for_again_until_it_is_done(aws: Aws) -> None:
    states = iter(["STARTED", "INPROGRESS", "COMPLETE"])
    aws.give("iam:GenerateCredentialReport", lambda _: {"State": next(states)})
    slept: list[float] = []
    asking = reader(aws, sleep=slept.append)
    answer = asking.poll(
        "iam:GenerateCredentialReport", until=lambda each: each["State"] == "COMPLETE", waits=[1, 2, 4]
    )
    assert answer == {"State": "COMPLETE"}
    assert slept == [1, 2]
    assert [each["pages"] for each in asking.calls()] == [1]


def test_a_job_that_does_not_end_is_a_failure(aws: Aws) -> None:
    aws.give("iam:GenerateCredentialReport", {"State": "INPROGRESS"})
    asking = reader(aws, sleep=lambda _: None)
    answer = asking.poll("iam:GenerateCredentialReport", until=complete, waits=[1, 2])
    assert answer == failure("iam:GenerateCredentialReport", "Deadline", GapKind.FAILED)


def test_a_job_that_is_throttled_is_asked_for_again_one_that_is_denied_is_not(aws: Aws) -> None:
    slept: list[float] = []
    asking = reader(aws, sleep=slept.append)
    aws.refuse("iam:GenerateCredentialReport", "LimitExceeded", status=409)
    asking.poll("iam:GenerateCredentialReport", until=bool, waits=[1, 2])
    aws.refuse("iam:GenerateCredentialReport")
    asking.poll("iam:GenerateCredentialReport", until=bool, waits=[3, 4])
    assert slept == [1, 2]


# ------------------------------------------------------------ many at once


def test_results_keep_the_order_of_the_items_whatever_the_threads_do(aws: Aws) -> None:
    names = [f"user-{number:03d}" for number in range(40)]
    for name in names:
        aws.client("iam").create_user(UserName=name)
        aws.client("iam").create_login_profile(UserName=name, Password="Long-enough-1")
    asking = reader(aws)
    answers = asking.each(lambda name: asking.read("iam:GetLoginProfile", UserName=name), names)
    assert [each["LoginProfile"]["UserName"] for each in answers if isinstance(each, dict)] == names
    assert [(each["pages"], each["items"]) for each in asking.calls()] == [(40, 40)]


def test_the_client_of_a_service_in_a_region_is_made_once(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, object]] = []
    original = aws.session.client

    def counted(service: str, **options: object) -> BaseClient:
        made.append((service, options["region_name"]))
        return original(service, **options)

    monkeypatch.setattr(aws.session, "client", counted)
    asking = Reader(aws.session, regions=("eu-west-1", "us-east-1"))
    asking.each(lambda _: asking.read("iam:GetAccountSummary"), range(20))
    asking.pages("secretsmanager:ListSecrets", "eu-west-1")
    asking.pages("secretsmanager:ListSecrets", "us-east-1")
    assert made == [("iam", "eu-west-1"), ("secretsmanager", "eu-west-1"), ("secretsmanager", "us-east-1")]


def test_progress_tells_of_every_call(aws: Aws) -> None:
    seen: list[Progress] = []
    asking = reader(aws, on_progress=seen.append)
    asking.service = "iam"
    asking.read("iam:GetAccountSummary")
    asking.pages("iam:ListRoles")
    assert seen == [
        Progress(service="iam", api="iam:GetAccountSummary", region="global", calls=1),
        Progress(service="iam", api="iam:ListRoles", region="global", calls=2),
    ]
