"""The collector when AWS fails: each run ends, says what it could not read, and nothing that was bad becomes good.

`make test` runs a sample: every fault with every service. `make chaos` runs every fault with every operation.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from botocore.retries.standard import ExponentialBackoff
from documents import moment
from fault_proxy import PAGES, Fault, FaultProxy, code_of, fault_proxy, impatient_session, service_model

from sec02_policies import PolicySet, Snapshot, Status, evaluate
from sec02_policies.collect import collect, for_each
from sec02_policies.collect._operations import OPERATIONS
from sec02_policies.demo import EmbeddedAws, embedded_aws
from sec02_policies.demo.company import build_company
from sec02_policies.evaluate import fields_read
from sec02_policies.resources import packaged
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.demo.site import Site

Record = dict[str, Any]
Verdicts = dict[tuple[str | None, ...], Status]

WHOLE = os.environ.get("SEC02_CHAOS") == "all"
# The longest that a run may take on a slow machine.
SECONDS = 20
# What is called elsewhere than in the service's own collection.
ELSEWHERE = {"acm-pca": "roles_anywhere"}
# Without it no snapshot begins; and who may not list the regions is a case of its own.
APART = frozenset({"sts:GetCallerIdentity", "ec2:DescribeRegions"})
# Called where a policy asks for it: see test_iam_last_accessed.py.
ON_REQUEST = frozenset({"iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"})
# What the code of a fault is where no answer of AWS's names one, and the kind of its gap.
UNREADABLE = {"IncompleteAnswer", "ResponseParserError", "UnreadableAnswer"}
NAMELESS = {
    Fault.HANGS: {"ReadTimeoutError"},
    Fault.CLOSED: {"ConnectionClosedError"},
    Fault.STRANGER: {"502"},
    **dict.fromkeys((Fault.BODY_CUT, Fault.MALFORMED, Fault.EMPTY, Fault.EMPTY_OBJECT, Fault.PORTAL), UNREADABLE),
}
KINDS = {
    Fault.DENIED: "denied",
    Fault.THROTTLED: "throttled",
    Fault.SLOW_DOWN: "throttled",
    Fault.NO_OPERATION: "unsupported_region",
    **dict.fromkeys(PAGES, "truncated"),
}


# ------------------------------------------------------------ which operations, which faults


def names() -> set[str]:
    """The services as botocore calls them."""
    return {each.service for each in OPERATIONS.values()}


@cache
def services() -> dict[str, str]:
    """The service of the snapshot whose collection calls the operation, for those that the company has something of."""
    types = schemas().types
    told = {field.collected_by: info.service for info in types.values() for field in info.fields.values()}
    owners = {name: Counter(told[api] for api in told if api.startswith(f"{name}:")) for name in names()}
    by_name = ELSEWHERE | {name: found.most_common(1)[0][0] for name, found in owners.items() if found}
    found = {api: told.get(api) or by_name.get(api.partition(":")[0]) for api in OPERATIONS.keys() - APART - ON_REQUEST}
    company = json.loads(packaged("snapshots").joinpath("demo.json").read_bytes())["resources"]
    played = {types[kind].service for kind in company}
    return {api: service for api, service in found.items() if service in played}


def faults_of(api: str) -> list[Fault]:
    """The faults that the operation can have."""
    return [each for each in Fault if OPERATIONS[api].paging or each not in PAGES]


def cases() -> list[tuple[str, Fault]]:
    """Every operation with every fault; or every service with every fault, on one of its operations after the other."""
    everything = [(api, fault) for api in sorted(services()) for fault in faults_of(api)]
    if WHOLE:
        return everything
    sample: list[tuple[str, Fault]] = []
    for service in sorted(set(services().values())):
        own = [case for case in everything if services()[case[0]] == service]
        for number, fault in enumerate(Fault):
            able = [case for case in own if case[1] is fault]
            sample += able[number % len(able) :][:1] if able else []
    return sample


# ------------------------------------------------------------ the world


@dataclass(kw_only=True)
class World:
    """The demo's AWS behind a proxy, and what an undisturbed collection of it says."""

    aws: EmbeddedAws
    proxy: FaultProxy
    calm: dict[tuple[str, ...], tuple[Record, Verdicts]] = field(default_factory=dict)

    def collect(
        self, *names: str, regions: tuple[str, ...] = (), attempts: int | None = 2, seconds: float = 30
    ) -> Record:
        """The document of a collection through the proxy."""
        self.proxy.defects.clear()
        opened = impatient_session(self.proxy.endpoint_url, self.aws.region, attempts=attempts, seconds=seconds)
        places = regions or (self.aws.region,)
        document = collect(opened, regions=places, services=names or None, now=moment, sleep=lambda _: None)
        assert self.proxy.defects == []
        return document

    def undisturbed(self, *names: str) -> tuple[Record, Verdicts]:
        """What the services are when nothing fails."""
        if names not in self.calm:
            document = self.collect(*names)
            self.calm[names] = document, verdicts(document)
        return self.calm[names]


def needed(api: str) -> tuple[str, ...]:
    """The services to collect for the operation to be called: its own, and those that tell it what to ask for."""
    return ("organizations", "iam") if services()[api] == "iam" else (services()[api],)


@cache
def packaged_policies() -> tuple[PolicySet, dict[str, frozenset[str]]]:
    """All of ours, and the services that each of them reads something of."""
    types, policies = schemas().types, PolicySet.packaged()
    return policies, {each.id: frozenset(types[kind].service for kind in fields_read([each])) for each in policies}


@cache
def policies_of(*names: str) -> PolicySet:
    """Those of ours that read something of these services."""
    policies, read = packaged_policies()
    return policies.select([each for each, services in read.items() if services & set(names)])


def verdicts(document: Record) -> Verdicts:
    """Every verdict by policy and resource; the document is as a file would hold it."""
    chosen = policies_of(*document["scope"]["services"])
    results = evaluate(Snapshot(json.loads(json.dumps(document))), chosen).results
    return {
        (each.policy_id, each.account_id, each.region, each.resource_type, each.resource_id): each.status
        for each in results
    }


def complete(site: Site) -> None:
    """Give the company what only some accounts have, so that every operation is called."""

    def with_domain(_: Record, output: Record) -> Record:
        return {"UserPool": {**output["UserPool"], "CustomDomain": "login"}}

    def with_authority(_: Record, output: Record) -> Record:
        arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/12345678-1234-1234-1234-123456789012"
        anchor_id = "99999999-1234-1234-1234-123456789012"
        anchor = {
            **output["trustAnchors"][0],
            "trustAnchorId": anchor_id,
            "trustAnchorArn": f"arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/{anchor_id}",
            "source": {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": arn}},
        }
        return {**output, "trustAnchors": [*output["trustAnchors"], anchor]}

    def without_managed_policies(_: Record, output: Record) -> Record:
        """As AWS answers where no user, group or role has them: the collector asks for each by itself."""
        own = [each for each in output["Policies"] if not each["Arn"].startswith("arn:aws:iam::aws:")]
        return {**output, "Policies": own}

    site.replay.amend("iam", "GetAccountAuthorizationDetails", without_managed_policies)
    site.replay.amend("cognito-idp", "DescribeUserPool", with_domain)
    site.replay.answer("cognito-idp", "DescribeUserPoolDomain", {"DomainDescription": {"Status": "ACTIVE"}})
    site.replay.amend("rolesanywhere", "ListTrustAnchors", with_authority)
    site.replay.answer("acm-pca", "DescribeCertificateAuthority", {"CertificateAuthority": {"Status": "ACTIVE"}})
    site.replay.install(site.aws.session)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        # Between two tries, botocore waits for seconds.
        patch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.0)
        with embedded_aws() as aws:
            complete(build_company(aws, now=moment()))
            with fault_proxy(aws) as proxy:
                yield World(aws=aws, proxy=proxy)


# ------------------------------------------------------------ the law


def demand_no_better(after: Verdicts, before: Verdicts, where: str) -> None:
    """Every verdict is what it was, or unknown."""
    worse = {
        key: (before.get(key), status)
        for key, status in after.items()
        if status is not Status.UNKNOWN and before.get(key) is not status
    }
    assert worse == {}, where


def demand_gap(document: Record, calm: Record, api: str, fault: Fault) -> None:
    """A gap names the operation with the fault's code and kind; or nothing is lost, as another operation told it."""
    codes = NAMELESS.get(fault) or {code_of(Fault.DENIED if fault in PAGES else fault, protocol(api))}
    if fault is Fault.PAGES_BROKEN:
        codes = NAMELESS[Fault.CLOSED]
    found = {
        (gap["code"], gap["kind"]) for gap in document["gaps"] if gap["api"] == api and gap["kind"] != "not_requested"
    }
    told_before = {(gap["code"], gap["kind"]) for gap in calm["gaps"] if gap["api"] == api}
    if not found - told_before:
        if fault is Fault.EXPIRED:
            assert codes & {gap["code"] for gap in document["gaps"]}
            return
        assert document["resources"] == calm["resources"]
        return
    # A list that several calls fill is cut short where one of them fails, and after three broken pages none is asked.
    kinds = {KINDS.get(fault, "failed"), *(["truncated"] if for_each(OPERATIONS[api]) else [])}
    kinds |= {"failed"} if fault is Fault.PAGES_BROKEN else set()
    allowed = {(code, kind) for code in codes for kind in kinds}
    assert found - told_before <= allowed, sorted((found - told_before) - allowed)


def protocol(api: str) -> str:
    return str(service_model(api.partition(":")[0]).resolved_protocol)


@pytest.mark.parametrize(("api", "fault"), cases(), ids=str)
def test_a_fault_is_told_and_makes_nothing_look_better(world: World, api: str, fault: Fault) -> None:
    calm, before = world.undisturbed(*needed(api))
    started = monotonic()
    with world.proxy.spoil(fault, api) as asked:
        patience = {"attempts": 1, "seconds": 1} if fault is Fault.HANGS else {}
        document = world.collect(*needed(api), **patience)
    took = monotonic() - started
    assert asked[api] > 0, f"{api} is not called in the company: see test_every_operation_is_called"
    assert took < SECONDS
    demand_no_better(verdicts(document), before, f"{api} {fault}")
    demand_gap(document, calm, api, fault)


def test_every_operation_is_called_by_a_collection_of_the_company(world: World) -> None:
    """So that every one of them is shown with an answer that botocore's model allows; see `Replay` and moto."""
    with world.proxy.spoil(Fault.DENIED, "account:ListRegions") as asked:
        opened = impatient_session(world.proxy.endpoint_url, world.aws.region, attempts=2, seconds=30)
        collect(opened, now=moment, sleep=lambda _: None)
    assert services().keys() | APART <= asked.keys()


def test_a_collection_through_the_wire_is_the_same_as_without(world: World) -> None:
    direct = collect(world.aws.session, regions=[world.aws.region], now=moment)
    through = world.collect()
    assert [name for name in ("resources", "gaps", "sections", "counts") if through[name] != direct[name]] == []


# ------------------------------------------------------------ how often AWS is asked


@pytest.mark.parametrize(
    ("fault", "requests"),
    [
        (Fault.DENIED, 1),
        (Fault.EXPIRED, 1),
        (Fault.MALFORMED, 1),
        (Fault.STRANGER, 2),
        (Fault.CLOSED, 3),
        (Fault.SERVER_ERROR, 4),
        (Fault.UNAVAILABLE, 4),
    ],
)
def test_a_request_is_sent_as_often_as_there_is_hope(world: World, fault: Fault, requests: int) -> None:
    with world.proxy.spoil(fault, "account:ListRegions") as asked:
        world.collect("account", attempts=None)
    assert asked["account:ListRegions"] == requests


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.SLOW_DOWN, Fault.CLOSED, Fault.SERVER_ERROR, Fault.STRANGER])
def test_a_fault_that_passes_costs_nothing(world: World, fault: Fault) -> None:
    calm, _ = world.undisturbed("account")
    with world.proxy.spoil(fault, "account:ListRegions", times=1):
        assert world.collect("account", attempts=None) == calm


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.SERVER_ERROR, Fault.CLOSED])
def test_what_fails_three_times_in_a_row_is_asked_no_more(world: World, fault: Fault) -> None:
    users = len(world.undisturbed("organizations", "iam")[0]["resources"]["iam_user"])
    with world.proxy.spoil(fault, "iam:ListSSHPublicKeys") as asked:
        document = world.collect("iam", attempts=1)
    # Eight threads ask at once.
    assert 3 <= asked["iam:ListSSHPublicKeys"] <= 3 + 8 < users
    (gap,) = [each for each in document["gaps"] if each["api"] == "iam:ListSSHPublicKeys"]
    assert (gap["collection"], gap["field"], gap["resource_id"]) == ("iam_user", "ssh_public_keys", None)


def test_credentials_that_expire_end_the_run_at_once_and_each_gap_says_why(world: World) -> None:
    with world.proxy.spoil(Fault.EXPIRED, "iam:ListAccessKeys") as asked:
        document = world.collect("account", "iam", "secretsmanager")
    assert asked["iam:ListAccessKeys"] <= 8
    after = [each for each in document["gaps"] if each["kind"] != "not_requested"]
    assert {(each["code"], each["kind"]) for each in after} == {("ExpiredToken", "failed")}
    # One gap for a field of all users, whoever was asked before.
    fields = [each["field"] for each in after if each["collection"] == "iam_user"]
    assert len(fields) == len(set(fields))
    assert "ssh_public_keys" in fields
    verdicts(document)


# ------------------------------------------------------------ regions

OFF = "me-south-1"


def test_a_region_that_is_off_is_told_as_such_and_asked_once(world: World) -> None:
    with world.proxy.spoil(Fault.NOT_KNOWN, region=OFF) as asked:
        document = world.collect("secretsmanager", "cognito", "directory_service", regions=(world.aws.region, OFF))
    found = [each for each in document["gaps"] if each["region"] == OFF and each["kind"] != "not_requested"]
    assert {(each["code"], each["kind"]) for each in found} == {("UnrecognizedClientException", "unsupported_region")}
    in_that_region = [each for each in document["calls"] if each["region"] == OFF]
    assert len(in_that_region) == 1
    # Whether the credentials still work is asked at home.
    assert asked["sts:GetCallerIdentity"] == 2
    assert {each["status"] for each in document["sections"] if each["region"] == OFF} <= {
        "unsupported_region",
        "not_requested",
    }


def test_credentials_that_are_refused_everywhere_are_no_region_that_is_off(world: World) -> None:
    with world.proxy.spoil(Fault.NOT_KNOWN, after=1):
        document = world.collect("secretsmanager", "cognito", regions=(OFF, world.aws.region))
    found = [each for each in document["gaps"] if each["kind"] != "not_requested"]
    assert {(each["code"], each["kind"]) for each in found} == {("UnrecognizedClientException", "failed")}


def test_a_token_of_the_global_endpoint_is_refused_in_a_region_that_is_on(world: World) -> None:
    """The account says that the region is enabled: then the region is not to blame."""
    opened = impatient_session(world.proxy.endpoint_url, world.aws.region, attempts=1, seconds=30)
    regions = world.undisturbed("account")[0]["resources"]["account_region"]
    on = next(each["id"] for each in regions if each["enabled"] and each["id"] != world.aws.region)
    with world.proxy.spoil(Fault.NOT_KNOWN, region=on):
        document = collect(opened, services=["secretsmanager"], now=moment, sleep=lambda _: None)
    found = [each for each in document["gaps"] if each["region"] == on and each["kind"] != "not_requested"]
    assert {(each["code"], each["kind"]) for each in found} == {("UnrecognizedClientException", "failed")}


def test_where_nobody_may_list_the_regions_all_are_tried(world: World) -> None:
    opened = impatient_session(world.proxy.endpoint_url, world.aws.region, attempts=1, seconds=30)
    with world.proxy.spoil(Fault.DENIED, "account:ListRegions", "ec2:DescribeRegions"):
        document = collect(opened, services=["secretsmanager"], now=moment, sleep=lambda _: None)
    assert len(document["scope"]["regions"]) > 20
    denied = [each for each in document["gaps"] if each["api"] == "account:ListRegions" and each["kind"] == "denied"]
    assert [each["collection"] for each in denied] == ["secretsmanager_secret"]
