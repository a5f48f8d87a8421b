"""The accounts of an organization in the library: who is chosen, and what one account's failure does to the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from documents import Aws, moment

from sec02_policies.collect import (
    ForbiddenOperationError,
    Member,
    MemberFailure,
    Organization,
    Request,
    Role,
    organization_of,
    read_members,
)
from sec02_policies.collect._assumed_role import ASSUME_ROLE
from sec02_policies.collect._operations import AUTHENTICATION, OPERATIONS
from sec02_policies.collect._session import guarded
from sec02_policies.errors import CollectError, InputError

ROLE = Role(name="OrganizationAccountAccessRole")
REQUEST = Request(regions=("us-east-1",), services=("organizations",))


def member(number: int, *path: str, state: str = "ACTIVE") -> Member:
    return Member(id=f"{number:012}", name=f"m{number}", state=state, ou_path=path)


def organization(*members: Member) -> Organization:
    first = members[0].id
    return Organization(id="o-abcdefghij", management_account_id=first, caller_account_id=first, members=members)


@pytest.fixture
def grown(aws: Aws) -> Organization:
    """An organization in moto with two members."""
    client = aws.client("organizations")
    client.create_organization(FeatureSet="ALL")
    for name in ("apps", "data"):
        client.create_account(AccountName=name, Email=f"{name}@example.invalid")
    return organization_of(aws.session, now=moment)


def read(aws: Aws, found: Organization, keep: Callable[[Member, dict[str, Any]], Any]) -> dict[str, Any]:
    outcomes = read_members(aws.session, found, found.members, role=ROLE, request=REQUEST, keep=keep, now=moment)
    return {each.name or each.id: outcome for each, outcome in outcomes}


def test_a_secret_in_two_accounts_has_one_hash(aws: Aws, grown: Organization) -> None:
    request = Request(regions=("us-east-1",), services=("ecs",), finding_key=b"k" * 32)
    sts = boto3.client("sts", region_name="us-east-1")
    members = [each for each in grown.members if each.id != grown.management_account_id]
    for each in members:
        keys = sts.assume_role(RoleArn=f"arn:aws:iam::{each.id}:role/seed", RoleSessionName="seed")["Credentials"]
        boto3.client(
            "ecs",
            region_name="us-east-1",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        ).register_task_definition(
            family="web",
            containerDefinitions=[
                {
                    "name": "web",
                    "image": "web",
                    "memory": 128,
                    "environment": [{"name": "DB_PASSWORD", "value": "kJ8#fQ2!xWz9pL4v"}],
                }
            ],
        )
    found = read_members(
        aws.session, grown, members, role=ROLE, request=request, keep=lambda _, document: document, now=moment
    )
    hashes = [
        finding["hash"]
        for _, document in found
        for task in document["resources"]["ecs_task_definition"]
        for finding in task["env_findings"]
    ]
    assert len(hashes) >= 2
    assert len(set(hashes)) == 1


# ------------------------------------------------------------ which accounts


def test_without_a_choice_every_account_is_chosen() -> None:
    found = organization(member(1, "r-1"), member(2, "r-1", "ou-1", "ou-2"))
    assert found.choose() == found.members


def test_accounts_and_units_are_chosen_together_and_once() -> None:
    one, two, three = member(1, "r-1"), member(2, "r-1", "ou-1", "ou-2"), member(3, "r-1", "ou-1")
    found = organization(one, two, three)
    assert found.choose(units=["ou-1"]) == (two, three)
    assert found.choose([two.id, one.id], ["ou-2"]) == (one, two)
    assert found.choose(units=["r-1"]) == found.members


def test_a_unit_cannot_be_chosen_where_an_accounts_place_is_not_known() -> None:
    lost = Member(id="000000000002", name=None, state="ACTIVE", ou_path=None)
    with pytest.raises(CollectError, match="--ou: the units could not be read"):
        organization(member(1, "r-1"), lost).choose(units=["r-1"])
    assert organization(member(1, "r-1"), lost).choose([lost.id]) == (lost,)


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE", "PENDING_ACTIVATION", None])
def test_only_an_active_account_is_to_be_read(state: str | None) -> None:
    assert not Member(id="000000000001", name=None, state=state, ou_path=()).active
    assert member(1).active


@pytest.mark.parametrize("api", ["organizations:DescribeOrganization", "organizations:ListAccounts"])
def test_accounts_that_cannot_all_be_listed_stop_the_run(aws: Aws, api: str) -> None:
    aws.client("organizations").create_organization(FeatureSet="ALL")
    aws.refuse(api, "AccessDeniedException")
    with pytest.raises(CollectError, match=f"{api}: AccessDeniedException: credentials of the management account"):
        organization_of(aws.session, now=moment)


def test_a_list_of_accounts_that_breaks_off_stops_the_run(aws: Aws) -> None:
    aws.client("organizations").create_organization(FeatureSet="ALL")
    account = {"Id": "111122223333", "Arn": "arn:aws:organizations::1:account/o-1/1", "Status": "ACTIVE"}
    aws.give("organizations:ListAccounts", {"Accounts": [account], "NextToken": "again"})
    with pytest.raises(CollectError, match="organizations:ListAccounts: RepeatedToken"):
        organization_of(aws.session, now=moment)


def test_an_account_in_no_organization_is_told_so(aws: Aws) -> None:
    with pytest.raises(CollectError, match="the account is in no organization"):
        organization_of(aws.session, now=moment)


# ------------------------------------------------------------ one account's failure


def test_each_account_is_read_with_its_own_session(aws: Aws, grown: Organization) -> None:
    found = read(aws, grown, lambda each, document: (each.id, document["scope"]["account_id"]))
    assert len(found) == 3
    assert all(wanted == got for wanted, got in found.values())


def test_a_defect_that_one_account_brings_out_is_told_and_costs_no_other(aws: Aws, grown: Organization) -> None:
    def keep(each: Member, document: dict[str, Any]) -> str:
        if each.name == "apps":
            raise KeyError(document["scope"]["account_id"])
        return "kept"

    assert read(aws, grown, keep) == {
        "master": "kept",
        "apps": MemberFailure(api="sec02:Collect", code="KeyError", defect=True),
        "data": "kept",
    }


def test_an_error_of_ours_is_no_defect(aws: Aws, grown: Organization) -> None:
    def keep(_: Member, __: dict[str, Any]) -> str:
        raise InputError("disk", "full", "room")

    assert set(read(aws, grown, keep).values()) == {MemberFailure(api="sec02:Collect", code="InputError")}


def test_a_session_of_another_account_is_refused(aws: Aws, grown: Organization) -> None:
    other = Organization(
        id=grown.id,
        management_account_id=grown.management_account_id,
        caller_account_id=grown.members[-1].id,
        members=grown.members[-1:],
    )
    assert list(read(aws, other, lambda *_: "kept").values()) == [
        MemberFailure(api="sec02:Collect", code="CollectError")
    ]


def test_an_operation_outside_the_list_stops_everything(aws: Aws, grown: Organization) -> None:
    def keep(_: Member, __: dict[str, Any]) -> None:
        raise ForbiddenOperationError("iam:CreateUser")

    with pytest.raises(ForbiddenOperationError):
        read(aws, grown, keep)


def test_a_run_that_is_closed_reads_no_further(aws: Aws, grown: Organization) -> None:
    seen: list[str] = []
    outcomes = read_members(
        aws.session,
        grown,
        grown.members,
        role=ROLE,
        request=REQUEST,
        keep=lambda each, _: seen.append(each.id),
        now=moment,
        workers=1,
    )
    next(outcomes)
    outcomes.close()
    assert len(seen) < len(grown.members)


# ------------------------------------------------------------ the one operation that is not a read


def test_assume_role_is_the_one_operation_of_ours_that_is_not_a_read() -> None:
    assert ASSUME_ROLE not in OPERATIONS
    assert ASSUME_ROLE in AUTHENTICATION


def test_the_guard_of_the_run_outlasts_that_of_the_callers_own_account(aws: Aws) -> None:
    with guarded(aws.session):
        with guarded(aws.session):
            pass
        with pytest.raises(ForbiddenOperationError):
            aws.client("iam").create_user(UserName="a")


def test_a_role_with_a_path_has_its_path_in_its_arn() -> None:
    assert Role(name="audit/sec02").arn("aws-cn", "111122223333") == "arn:aws-cn:iam::111122223333:role/audit/sec02"
    assert Role(name="/audit/sec02").arn("aws", "*") == "arn:aws:iam::*:role/audit/sec02"


@pytest.mark.parametrize(
    ("region", "host"),
    [("eu-south-2", "sts.eu-south-2.amazonaws.com"), ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn")],
)
def test_the_role_is_asked_for_in_the_region_whatever_the_environment_says(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, region: str, host: str
) -> None:
    from sec02_policies.collect._assumed_role import assume

    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
    session = boto3.Session("AKIAEXAMPLE", "example", region_name=region)
    found = assume(session, "111122223333", ROLE, region=region)
    assert found.client("sts").meta.endpoint_url == f"https://{host}"
    assert found.client("sts").get_caller_identity()["Account"] == "111122223333"
    assert aws.session
