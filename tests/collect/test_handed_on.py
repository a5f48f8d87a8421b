"""What the caller of `collect --org` hands on to the snapshots of members: whose account is ours, and who said so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from documents import Aws, calls_of, gaps_of, moment, status_of

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.collect import (
    HandedOn,
    Organization,
    Request,
    Role,
    all_fields,
    collect,
    organization_of,
    read_members,
)
from sec02_policies.collect._outcome import Failure
from sec02_policies.errors import SnapshotError
from sec02_policies.model import GapKind
from sec02_policies.snapshot import canonical
from sec02_policies.snapshot.redact import Profile, redact
from sec02_policies.snapshot.schema import first_fault
from sec02_policies.snapshot.stats import stats

Record = dict[str, Any]
REGION = "us-east-1"
STRANGER = "999988887777"
LISTED = "organizations:ListAccounts"
KNOWN_ACCOUNTS = "iam-role-trust-known-accounts"
# The trust policies of roles, and all of the organization: what is quick to read.
REQUEST = Request(
    regions=(REGION,),
    fields={**all_fields(["organizations"]), "iam_role": frozenset({"name", "trust_policy", "account_id"})},
)
ORGANIZATION_ALONE = Request(regions=(REGION,), services=("organizations",))
LATER = timedelta(hours=5)


def denied(kind: GapKind = GapKind.DENIED) -> Failure:
    return Failure(api=LISTED, code="AccessDeniedException", kind=kind)


@pytest.fixture
def grown(aws: Aws) -> Organization:
    """An organization in moto; its member `apps` has a role for a sibling, and one for a stranger."""
    client = aws.client("organizations")
    client.create_organization(FeatureSet="ALL")
    for name in ("apps", "data"):
        client.create_account(AccountName=name, Email=f"CANARY-{name}@example.invalid")
    found = organization_of(aws.session, now=moment)
    iam = member_session(account(found, "apps")).client("iam")
    for name, trusted in (("for-sibling", account(found, "data")), ("for-stranger", STRANGER)):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_in(trusted))
    return found


def trust_in(account_id: str) -> str:
    principal = {"AWS": f"arn:aws:iam::{account_id}:role/deploy"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def account(organization: Organization, name: str) -> str:
    return next(each.id for each in organization.members if each.name == name)


def member_session(account_id: str) -> boto3.Session:
    role = f"arn:aws:iam::{account_id}:role/sec02-collector"
    sts = boto3.client("sts", region_name=REGION)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=REGION)


def read(aws: Aws, organization: Organization, name: str, request: Request = REQUEST) -> Record:
    """The document of that account, as a run of five hours later reads it; valid by the loader's judgement."""
    member = next(each for each in organization.members if each.name == name)
    role = Role(name="sec02-collector")
    ((_, document),) = read_members(
        aws.session,
        organization,
        [member],
        role=role,
        request=request,
        keep=lambda _, document: document,
        now=lambda: moment() + LATER,
    )
    assert isinstance(document, dict)
    Snapshot(json.loads(json.dumps(document)))
    return document


def handed(organization: Organization, **changes: Any) -> Organization:
    """The organization with another list of accounts."""
    assert organization.handed_on is not None
    return replace(organization, handed_on=replace(organization.handed_on, **changes))


def verdicts(document: Record) -> dict[str, str]:
    """What is said of the roles that trust somebody."""
    found = evaluate(Snapshot(json.loads(json.dumps(document))), PolicySet.packaged().select([KNOWN_ACCOUNTS]))
    return {
        str(each.resource_name): each.status.value
        for each in found.results
        if str(each.resource_name).startswith("for-")
    }


def section(document: Record) -> Record:
    (found,) = (each for each in document["sections"] if each["collections"] == ["org_account"])
    return dict(found)


# ------------------------------------------------------------ what is handed on, and who read it


def test_a_member_tells_its_own_organization_from_a_stranger(aws: Aws, grown: Organization) -> None:
    assert verdicts(read(aws, grown, "apps")) == {"for-sibling": "pass", "for-stranger": "fail"}


def test_a_member_that_is_read_alone_does_not_know(aws: Aws, grown: Organization) -> None:
    found = read(aws, replace(grown, handed_on=None), "apps")
    assert verdicts(found) == {"for-sibling": "unknown", "for-stranger": "unknown"}
    assert "read_by" not in section(found)


def test_the_section_says_who_read_it_when_and_by_which_operation(aws: Aws, grown: Organization) -> None:
    found = read(aws, grown, "apps", ORGANIZATION_ALONE)
    assert section(found) == {
        "name": "org_account",
        "account_id": account(grown, "apps"),
        "region": "global",
        "collections": ["org_account"],
        "status": "complete",
        "api": LISTED,
        "code": None,
        "read_by": {"principal_arn": "arn:aws:sts::123456789012:user/moto", "at": "2026-01-31T00:00:00Z"},
    }
    assert found["collector"]["principal_arn"] != "arn:aws:sts::123456789012:user/moto"
    assert found["collector"]["started_at"] == "2026-01-31T05:00:00Z"
    assert canonical(found) == canonical(read(aws, grown, "apps", ORGANIZATION_ALONE))


def test_the_calls_are_those_of_the_members_own_session(aws: Aws, grown: Organization) -> None:
    aws.asked.clear()
    calls = calls_of(read(aws, grown, "apps", ORGANIZATION_ALONE))
    assert "ListAccounts" not in calls
    assert "ListParents" not in calls
    assert LISTED not in [api for api, _ in aws.asked]


def test_only_ids_are_handed_on_and_the_rest_was_not_requested(aws: Aws, grown: Organization) -> None:
    found = read(aws, grown, "apps", ORGANIZATION_ALONE)
    own = account(grown, "apps")
    assert found["resources"]["org_account"] == [
        {"id": each.id, "account_id": own, "region": "global"} for each in grown.members
    ]
    assert gaps_of(found, "org_account") == {
        **dict.fromkeys(
            ("name", "arn", "state", "joined_method", "joined_date"), ("not_requested", LISTED, "NotRequested")
        ),
        "tags": ("not_requested", "organizations:ListTagsForResource", "NotRequested"),
        "parent_ids": ("not_requested", "organizations:ListParents", "NotRequested"),
    }
    assert "CANARY" not in json.dumps(found)
    assert '"data"' not in json.dumps(found)


@pytest.mark.parametrize("name", ["management", "caller"])
def test_who_may_list_the_accounts_is_asked_for_them(aws: Aws, grown: Organization, name: str) -> None:
    role = {"management": "management_account_id", "caller": "caller_account_id"}[name]
    member = account(grown, "apps")
    elsewhere = account(grown, "data")
    organization = replace(grown, **{"management_account_id": elsewhere, "caller_account_id": elsewhere, role: member})
    document = collect_as_caller(organization, member) if name == "caller" else read(aws, organization, "apps")
    assert "read_by" not in section(document)
    assert "ListAccounts" in calls_of(document)


def collect_as_caller(organization: Organization, account_id: str) -> Record:
    session = member_session(account_id)
    member = next(each for each in organization.members if each.id == account_id)
    ((_, document),) = read_members(
        session,
        organization,
        [member],
        role=Role(name="sec02-collector"),
        request=REQUEST,
        keep=lambda _, document: document,
        now=moment,
    )
    assert isinstance(document, dict)
    return document


# ------------------------------------------------------------ where the list is not whole, or not of this account


def test_where_the_callers_list_was_denied_nothing_is_known(aws: Aws, grown: Organization) -> None:
    own = frozenset({account(grown, "apps")})
    found = read(aws, handed(grown, account_ids=own, failure=denied()), "apps")
    assert status_of(found, "org_account") == {"global": "denied"}
    assert gaps_of(found, "org_account")[None] == ("denied", LISTED, "AccessDeniedException")
    assert verdicts(found) == {"for-sibling": "unknown", "for-stranger": "unknown"}


def test_where_the_callers_list_broke_off_only_what_is_on_it_is_known(aws: Aws, grown: Organization) -> None:
    found = read(aws, handed(grown, failure=denied(GapKind.TRUNCATED)), "apps")
    assert status_of(found, "org_account") == {"global": "truncated"}
    assert verdicts(found) == {"for-sibling": "pass", "for-stranger": "unknown"}


def test_a_list_without_a_sibling_is_no_proof_where_it_broke_off(aws: Aws, grown: Organization) -> None:
    own = frozenset({account(grown, "apps")})
    found = read(aws, handed(grown, account_ids=own, failure=denied(GapKind.TRUNCATED)), "apps")
    assert verdicts(found) == {"for-sibling": "unknown", "for-stranger": "unknown"}


def test_an_account_without_an_id_leaves_the_list_open(aws: Aws, grown: Organization) -> None:
    ids = [account(grown, "apps"), account(grown, "data")]
    listed = [{"Id": each, "Status": "ACTIVE", "Name": "n"} for each in ids]
    aws.give(LISTED, {"Accounts": [*listed, {"Name": "nameless", "Status": "ACTIVE"}]})
    found = organization_of(aws.session, now=moment)
    assert found.handed_on is not None
    assert found.handed_on.failure == Failure(api=LISTED, code="NoIdentifier", kind=GapKind.TRUNCATED)


def test_the_list_of_another_organization_is_not_taken(aws: Aws, grown: Organization) -> None:
    found = read(aws, handed(grown, organization_id="o-another0000"), "apps")
    assert "read_by" not in section(found)
    assert verdicts(found) == {"for-sibling": "unknown", "for-stranger": "unknown"}


def test_a_list_that_does_not_have_the_account_is_not_taken(aws: Aws, grown: Organization) -> None:
    found = read(aws, handed(grown, account_ids=frozenset({account(grown, "data")})), "apps")
    assert "read_by" not in section(found)
    assert verdicts(found) == {"for-sibling": "unknown", "for-stranger": "unknown"}


def test_an_account_that_has_left_since_has_no_siblings(aws: Aws, grown: Organization) -> None:
    aws.refuse("organizations:DescribeOrganization", "AWSOrganizationsNotInUseException", status=400)
    document = collect(
        aws.session, regions=(REGION,), services=("organizations",), handed_on=grown.handed_on, now=moment
    )
    assert status_of(document, "org_account") == {"global": "complete"}
    assert document["resources"] == {}
    assert "read_by" not in section(document)


# ------------------------------------------------------------ central root access


FEATURES = "iam:ListOrganizationsFeatures"


def features_section(document: Record) -> Record | None:
    return next((each for each in document["sections"] if each["name"] == "organization.root_features"), None)


def test_the_features_of_central_root_access_are_handed_on(aws: Aws, grown: Organization) -> None:
    aws.give(FEATURES, {"OrganizationId": grown.id, "EnabledFeatures": ["RootSessions", "RootCredentialsManagement"]})
    found = read(aws, organization_of(aws.session, now=moment), "apps", ORGANIZATION_ALONE)
    (organization,) = found["resources"]["organization"]
    assert organization["root_features"] == ["RootCredentialsManagement", "RootSessions"]
    assert "root_features" not in gaps_of(found, "organization")
    assert "ListOrganizationsFeatures" not in calls_of(found)
    assert features_section(found) == {
        **section(found),
        "name": "organization.root_features",
        "collections": ["organization"],
        "api": FEATURES,
    }
    assert [each["name"] for each in found["sections"]] == sorted(each["name"] for each in found["sections"])


def test_features_that_the_caller_may_not_read_stay_a_gap(aws: Aws, grown: Organization) -> None:
    aws.refuse(FEATURES)
    found = read(aws, organization_of(aws.session, now=moment), "apps", ORGANIZATION_ALONE)
    assert gaps_of(found, "organization")["root_features"] == ("not_requested", FEATURES, "NotRequested")
    assert features_section(found) is None
    assert len(found["resources"]["org_account"]) == len(grown.members)


def test_features_of_another_organization_are_not_taken(aws: Aws, grown: Organization) -> None:
    foreign = handed(grown, organization_id="o-another0000", root_features=("RootSessions",))
    assert gaps_of(read(aws, foreign, "apps"), "organization")["root_features"][0] == "not_requested"


def test_features_that_nobody_asks_for_are_not_read(aws: Aws, grown: Organization) -> None:
    aws.asked.clear()
    found = organization_of(aws.session, request=Request(fields={"org_account": frozenset({"id"})}), now=moment)
    assert found.id == grown.id
    assert FEATURES not in [api for api, _ in aws.asked]


# ------------------------------------------------------------ what was asked for


def test_policies_that_ask_for_the_accounts_alone_get_them_without_a_call(aws: Aws, grown: Organization) -> None:
    fields = {"org_account": frozenset({"id"}), "iam_role": frozenset({"name", "trust_policy", "account_id"})}
    found = read(aws, grown, "apps", Request(regions=(REGION,), fields=fields))
    assert set(calls_of(found)) == {"GetAccountAuthorizationDetails", "GetCallerIdentity"}
    assert verdicts(found) == {"for-sibling": "pass", "for-stranger": "fail"}


def test_what_nobody_asked_for_is_not_handed_on(aws: Aws, grown: Organization) -> None:
    fields = {"iam_role": frozenset({"name", "trust_policy", "account_id"})}
    found = read(aws, grown, "apps", Request(regions=(REGION,), fields=fields))
    assert "org_account" not in found["resources"]
    assert verdicts(found) == {"for-sibling": "unknown", "for-stranger": "unknown"}


# ------------------------------------------------------------ what others make of it


@pytest.mark.parametrize("profile", list(Profile))
def test_a_redacted_member_is_judged_as_before_and_names_nobody(
    aws: Aws, grown: Organization, profile: Profile
) -> None:
    document = redact(read(aws, grown, "apps"), b"k" * 16, profile=profile, keep=("for-sibling", "for-stranger"))
    said = section(document)["read_by"]
    assert verdicts(document) == {"for-sibling": "pass", "for-stranger": "fail"}
    assert said["at"] == "2026-01-31T00:00:00Z"
    assert said["principal_arn"].startswith("arn:aws:sts::")
    assert "user/moto" not in said["principal_arn"]
    assert ("123456789012" in json.dumps(document)) == (profile is Profile.NAMES)


def test_a_section_that_does_not_say_who_read_it_is_refused(aws: Aws, grown: Organization) -> None:
    document = read(aws, grown, "apps", ORGANIZATION_ALONE)
    (said,) = (each for each in document["sections"] if each["name"] == "org_account")
    whole = said["read_by"]
    for spoiled in (None, {"at": whole["at"]}, {**whole, "at": "yesterday"}, {**whole, "why": "x"}):
        said["read_by"] = spoiled
        with pytest.raises(SnapshotError, match="sections"):
            Snapshot(document)


def test_the_list_knows_whose_it_is() -> None:
    found = HandedOn(organization_id="o-1", account_ids=frozenset({"1"}), principal_arn=None, at=moment())
    assert found.is_of("1", "o-1")
    assert found.is_of("1", None)
    assert not found.is_of("1", "o-2")
    assert not found.is_of("2", "o-1")


def test_the_numbers_of_a_member_say_who_read_what_it_could_not(aws: Aws, grown: Organization) -> None:
    found = stats(Snapshot(read(aws, grown, "apps", ORGANIZATION_ALONE)))
    assert found["handed_on"] == [{"section": "org_account", "api": LISTED, **section_read_by(grown)}]
    assert first_fault("urn:sec02:schema:snapshot_stats", found) is None


def section_read_by(organization: Organization) -> Record:
    assert organization.handed_on is not None
    return organization.handed_on.read_by()
