"""Directory Service: how directories let people sign in, from moto and from answers of our own; never a secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from documents import Aws, calls_of, gaps_of, only, status_of

Record = dict[str, Any]
DAY = datetime(2026, 1, 15, tzinfo=UTC)
ID, OTHER = "d-1234567890", "d-0987654321"
MANY = {
    "ds:DescribeTrusts": "trusts",
    "ds:DescribeEventTopics": "event_topics",
    "ds:DescribeSnapshots": "snapshots",
    "ds:ListLogSubscriptions": "log_subscriptions",
    "ds:DescribeLDAPSSettings": "ldaps_status",
    "ds:DescribeClientAuthenticationSettings": "client_authentication",
    "ds:ListCertificates": "certificates",
    "ds:DescribeSettings": "settings",
    "ds:DescribeSharedDirectories": "shares",
    "ds:GetSnapshotLimits": "snapshot_limits",
}


def directory(kind: str = "MicrosoftAD", directory_id: str = ID, **members: Any) -> Record:
    return {
        "DirectoryId": directory_id,
        "Name": "corp.example.com",
        "Stage": "Active",
        "Type": kind,
        "SsoEnabled": False,
        "LaunchTime": DAY,
        **members,
    }


def give(aws: Aws, *directories: Record, **answers: Record) -> None:
    nothing: dict[str, Record] = {
        "DescribeTrusts": {"Trusts": []},
        "DescribeEventTopics": {"EventTopics": []},
        "DescribeSnapshots": {"Snapshots": []},
        "ListLogSubscriptions": {"LogSubscriptions": []},
        "DescribeLDAPSSettings": {"LDAPSSettingsInfo": []},
        "DescribeClientAuthenticationSettings": {"ClientAuthenticationSettingsInfo": []},
        "ListCertificates": {"CertificatesInfo": []},
        "DescribeSettings": {"SettingEntries": []},
        "DescribeSharedDirectories": {"SharedDirectories": []},
        "GetSnapshotLimits": {
            "SnapshotLimits": {
                "ManualSnapshotsLimit": 5,
                "ManualSnapshotsCurrentCount": 1,
                "ManualSnapshotsLimitReached": False,
            }
        },
    }
    aws.give("ds:DescribeDirectories", {"DirectoryDescriptions": list(directories)})
    for operation, answer in (nothing | answers).items():
        aws.give(f"ds:{operation}", answer)


def test_a_region_without_directories_is_read_with_one_call(aws: Aws) -> None:
    document = aws.collect("directory_service")
    assert status_of(document, "ds_directory") == {"us-east-1": "complete"}
    assert gaps_of(document, "ds_directory") == {}
    assert calls_of(document) == {"GetCallerIdentity": 1, "DescribeDirectories": 1}


def test_a_bare_directory_has_nothing_set_up(aws: Aws) -> None:
    give(aws, directory())
    document = aws.collect("directory_service")
    assert only(document, "ds_directory") == {
        "id": ID,
        "name": "corp.example.com",
        "arn": f"arn:aws:ds:us-east-1:123456789012:directory/{ID}",
        "account_id": "123456789012",
        "region": "us-east-1",
        "type": "MicrosoftAD",
        "edition": None,
        "stage": "Active",
        "stage_reason": None,
        "owner_account_id": None,
        "share_status": None,
        "sso_enabled": False,
        "os_version": None,
        "launch_date": "2026-01-15T00:00:00Z",
        "radius": None,
        "ldaps_status": None,
        "client_authentication": [],
        "certificates": [],
        "settings": [],
        "trusts": [],
        "shares": [],
        "snapshots": [],
        "snapshot_limits": {"manual_limit": 5, "manual_count": 1, "limit_reached": False},
        "event_topics": [],
        "log_subscriptions": [],
    }
    said = ("not_requested", "ds:ListTagsForResource", "NotRequested")
    assert gaps_of(document, "ds_directory") == {"tags": said}


def test_a_full_directory_shows_what_aws_says_of_it_alone(aws: Aws) -> None:
    topic = {"TopicName": "status", "TopicArn": "arn:aws:sns:us-east-1:123456789012:status", "Status": "Failed"}
    trust = {"TrustId": "t-1234567890", "RemoteDomainName": "hq.example.com", "TrustType": "Forest"}
    trust |= {"TrustDirection": "Two-Way", "TrustState": "Verified", "SelectiveAuth": "Enabled"}
    trust |= {"CreatedDateTime": DAY, "TrustStateReason": "CANARY"}
    certificate = {"CertificateId": "c-1234567890", "CommonName": "Example CA", "State": "Registered"}
    certificate |= {"ExpiryDateTime": DAY, "Type": "ClientLDAPS"}
    snapshot = {"SnapshotId": "s-1234567890", "Type": "Manual", "Status": "Completed", "StartTime": DAY}
    share = {"SharedAccountId": "222233334444", "ShareStatus": "Shared", "ShareMethod": "ORGANIZATIONS"}
    setting = {"Name": "TLS_1_0", "AppliedValue": "Enable", "RequestedValue": "Disable", "RequestStatus": "Updating"}
    radius = {"RadiusServers": ["10.0.0.9"], "SharedSecret": "CANARY-secret", "AuthenticationProtocol": "PAP"}

    def of_both(record: Record) -> list[Record]:
        return [{"DirectoryId": OTHER, **record}, {"DirectoryId": ID, **record}]

    give(
        aws,
        directory(RadiusSettings=radius, RadiusStatus="Failed", ShareNotes="CANARY", Edition="Standard"),
        DescribeTrusts={"Trusts": of_both(trust)},
        DescribeEventTopics={"EventTopics": of_both(topic)},
        DescribeSnapshots={"Snapshots": of_both(snapshot)},
        ListLogSubscriptions={
            "LogSubscriptions": of_both({"LogGroupName": "/aws/ds", "SubscriptionCreatedDateTime": DAY})
        },
        DescribeLDAPSSettings={"LDAPSSettingsInfo": [{"LDAPSStatus": "EnableFailed", "LDAPSStatusReason": "CANARY"}]},
        DescribeClientAuthenticationSettings={
            "ClientAuthenticationSettingsInfo": [{"Type": "SmartCard", "Status": "Enabled"}]
        },
        ListCertificates={"CertificatesInfo": [certificate]},
        DescribeSettings={"SettingEntries": [setting]},
        DescribeSharedDirectories={"SharedDirectories": [{**share, "ShareNotes": "CANARY"}]},
    )
    document = aws.collect("directory_service")
    found = only(document, "ds_directory")
    base = {"arn": None, "account_id": "123456789012", "region": "us-east-1", "tags": [], "directory_id": ID}
    assert found["radius"] == {"status": "Failed", "protocol": "PAP", "server_count": 1}
    assert found["trusts"] == [
        {
            **base,
            "id": "t-1234567890",
            "name": "corp.example.com/hq.example.com",
            "remote_domain_name": "hq.example.com",
            "trust_type": "Forest",
            "direction": "Two-Way",
            "state": "Verified",
            "selective_auth": "Enabled",
            "created_date": "2026-01-15T00:00:00Z",
        }
    ]
    assert found["certificates"] == [
        {
            **base,
            "id": "c-1234567890",
            "name": "corp.example.com/Example CA",
            "common_name": "Example CA",
            "state": "Registered",
            "expiry_date": "2026-01-15T00:00:00Z",
            "use": "ClientLDAPS",
        }
    ]
    assert found["event_topics"] == [
        {"name": "status", "arn": "arn:aws:sns:us-east-1:123456789012:status", "status": "Failed"}
    ]
    assert found["snapshots"] == [
        {"id": "s-1234567890", "type": "Manual", "status": "Completed", "start_date": "2026-01-15T00:00:00Z"}
    ]
    assert found["log_subscriptions"] == [{"log_group_name": "/aws/ds", "created_date": "2026-01-15T00:00:00Z"}]
    assert found["ldaps_status"] == "EnableFailed"
    assert found["client_authentication"] == [{"type": "SmartCard", "status": "Enabled"}]
    assert found["shares"] == [{"account_id": "222233334444", "status": "Shared", "method": "ORGANIZATIONS"}]
    assert found["settings"] == [
        {
            "name": "TLS_1_0",
            "applied_value": "Enable",
            "requested_value": "Disable",
            "request_status": "Updating",
        }
    ]
    assert "CANARY" not in json.dumps(document)


@pytest.mark.parametrize(
    ("kind", "operations"),
    [
        ("SimpleAD", {"GetSnapshotLimits"}),
        ("SharedMicrosoftAD", set()),
        ("ADConnector", {"DescribeLDAPSSettings", "DescribeClientAuthenticationSettings", "ListCertificates"}),
    ],
)
def test_a_type_is_not_asked_for_what_it_does_not_have(aws: Aws, kind: str, operations: set[str]) -> None:
    give(aws, directory(kind))
    document = aws.collect("directory_service")
    of_the_region = {api.partition(":")[2] for api in list(MANY)[:4]}
    assert set(calls_of(document)) == {"GetCallerIdentity", "DescribeDirectories", *of_the_region, *operations}
    assert gaps_of(document, "ds_directory", ID) == {}


def test_the_settings_of_a_shared_directory_are_those_of_its_owner(aws: Aws) -> None:
    radius = {"RadiusServers": ["10.0.0.9"], "SharedSecret": "CANARY-secret", "AuthenticationProtocol": "MS-CHAPv2"}
    owner = {"DirectoryId": OTHER, "AccountId": "222233334444", "RadiusSettings": radius, "RadiusStatus": "Completed"}
    give(aws, directory("SharedMicrosoftAD", ShareStatus="Shared", OwnerDirectoryDescription=owner))
    document = aws.collect("directory_service")
    found = only(document, "ds_directory")
    assert (found["owner_account_id"], found["share_status"]) == ("222233334444", "Shared")
    assert found["radius"] == {"status": "Completed", "protocol": "MS-CHAPv2", "server_count": 1}
    assert "CANARY" not in json.dumps(document)


@pytest.mark.parametrize(("api", "field"), MANY.items())
def test_a_denied_operation_costs_what_only_it_tells(aws: Aws, api: str, field: str) -> None:
    give(aws, directory())
    aws.refuse(api, "AccessDeniedException")
    document = aws.collect("directory_service")
    assert gaps_of(document, "ds_directory", ID) == {field: ("denied", api, "AccessDeniedException")}


def test_directories_that_may_not_be_listed_are_a_gap(aws: Aws) -> None:
    aws.refuse("ds:DescribeDirectories", "AccessDeniedException")
    denied = ("denied", "ds:DescribeDirectories", "AccessDeniedException")
    assert gaps_of(aws.collect("directory_service"), "ds_directory") == {None: denied}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("UnsupportedOperationException", {}),
        (
            "DirectoryDoesNotExistException",
            {"settings": ("stale", "ds:DescribeSettings", "DirectoryDoesNotExistException")},
        ),
    ],
)
def test_what_a_directory_cannot_have_is_none_and_what_is_gone_is_stale(aws: Aws, code: str, expected: Record) -> None:
    give(aws, directory())
    aws.refuse("ds:DescribeSettings", code, status=400)
    assert gaps_of(aws.collect("directory_service"), "ds_directory", ID) == expected


def test_a_list_that_breaks_off_keeps_what_was_read(aws: Aws) -> None:
    give(aws, directory())
    page = {"SettingEntries": [{"Name": "TLS_1_0", "AppliedValue": "Disable", "RequestStatus": "Updated"}]}
    pages: dict[Any, Record] = {None: {**page, "NextToken": "more"}}
    answer: Callable[[Record], Record | None] = lambda asked: pages.get(asked.get("NextToken"))  # noqa: E731 - a case
    aws.give("ds:DescribeSettings", answer)
    aws.refuse("ds:DescribeSettings", "ThrottlingException", when=lambda asked: "NextToken" in asked)
    document = aws.collect("directory_service")
    assert [each["name"] for each in only(document, "ds_directory")["settings"]] == ["TLS_1_0"]
    assert gaps_of(document, "ds_directory", ID) == {
        "settings": ("truncated", "ds:DescribeSettings", "ThrottlingException")
    }


def test_directories_of_moto_are_read_without_their_passwords(aws: Aws) -> None:
    network = aws.client("ec2")
    vpc = network.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        network.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for number, zone in enumerate(("us-east-1a", "us-east-1b"))
    ]
    place = {"VpcId": vpc, "SubnetIds": subnets}
    client = aws.client("ds")
    managed = client.create_microsoft_ad(
        Name="corp.example.com", Password="CANARY-Pass1", VpcSettings=place, Edition="Standard"
    )["DirectoryId"]
    client.create_directory(Name="simple.example.com", Password="CANARY-Pass1", Size="Small", VpcSettings=place)
    client.enable_ldaps(DirectoryId=managed, Type="Client")
    client.create_log_subscription(DirectoryId=managed, LogGroupName="/aws/ds")
    client.create_trust(
        DirectoryId=managed,
        RemoteDomainName="hq.example.com",
        TrustPassword="CANARY-Pass1",
        TrustDirection="Two-Way",
        SelectiveAuth="Enabled",
        TrustType="Forest",
    )
    radius = {"RadiusServers": ["10.0.0.9"], "RadiusPort": 1812, "RadiusTimeout": 5, "RadiusRetries": 3}
    radius |= {"SharedSecret": "CANARY-secret", "AuthenticationProtocol": "MS-CHAPv2", "DisplayLabel": "radius"}
    client.enable_radius(DirectoryId=managed, RadiusSettings=radius)
    document = aws.collect("directory_service")
    corp, simple = sorted(document["resources"]["ds_directory"], key=lambda each: str(each["name"]))
    assert (corp["type"], corp["ldaps_status"], corp["radius"]["protocol"]) == ("MicrosoftAD", "Enabled", "MS-CHAPv2")
    assert [each["log_group_name"] for each in corp["log_subscriptions"]] == ["/aws/ds"]
    assert [each["selective_auth"] for each in corp["trusts"]] == ["Enabled"]
    assert {"name": "TLS_1_0", "applied_value": "Enable", "requested_value": None, "request_status": "Default"} in (
        corp["settings"]
    )
    assert (simple["type"], simple["ldaps_status"], simple["radius"], simple["trusts"]) == ("SimpleAD", None, None, [])
    assert "CANARY" not in json.dumps(document)
