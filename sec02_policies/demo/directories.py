"""The directories of Example Corp: one that is well kept, the one of a company that was bought, and a connector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.demo.site import Example

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_CORP, _BOUGHT, _BRANCH = "d-9367000001", "d-9367000002", "d-9367000003"
_WEAK = ("TLS_1_0", "TLS_1_1", "SSL_2_0", "SSL_3_0", "RC4_40_128", "RC4_56_128", "RC4_64_128", "RC4_128_128")

EXAMPLES = (
    Example(
        practice="SEC02-BP01",
        good=True,
        type="ds_directory",
        name="corp.example.com",
        why="RADIUS asks for a second factor, LDAP is encrypted, old protocols are off",
    ),
    Example(
        practice="SEC02-BP01",
        good=False,
        type="ds_directory",
        name="bought.example.com",
        why="passwords alone are enough, and travel over LDAP without encryption",
    ),
    Example(
        practice="SEC02-BP01",
        good=False,
        type="ds_directory",
        name="branch.example.com",
        why="asks its RADIUS servers by PAP, which hides passwords badly",
    ),
    Example(
        practice="SEC02-BP04",
        good=False,
        type="ds_trust",
        name="bought.example.com/partner.example.net",
        why="every user of the partner may sign in to everything",
    ),
    Example(
        practice="SEC02-BP05",
        good=False,
        type="ds_certificate",
        name="branch.example.com/Branch CA",
        why="ends in 20 days, and with it encrypted LDAP",
    ),
)


def build_directories(site: Site) -> None:
    """Let AWS tell of the directories: moto lacks half of the operations, and none of its directories would be old."""
    _describe(site)
    _describe_lists(site)
    for directory in (_CORP, _BOUGHT):
        _describe_managed(site, directory, good=directory == _CORP)
    for directory, status in ((_CORP, "Enabled"), (_BOUGHT, "Disabled"), (_BRANCH, "Enabled")):
        _answer(site, "DescribeLDAPSSettings", {"LDAPSSettingsInfo": [{"LDAPSStatus": status}]}, directory)
        clients = [{"Type": "SmartCard", "Status": "Disabled"}]
        _answer(site, "DescribeClientAuthenticationSettings", {"ClientAuthenticationSettingsInfo": clients}, directory)
    for directory, name, ends in ((_CORP, "Example Corp CA", 700), (_BOUGHT, None, 0), (_BRANCH, "Branch CA", 20)):
        certificate = {
            "CertificateId": f"c-{directory[2:]}",
            "CommonName": name,
            "State": "Registered",
            "ExpiryDateTime": site.ago(-ends),
            "Type": "ClientLDAPS",
        }
        _answer(site, "ListCertificates", {"CertificatesInfo": [certificate] if name else []}, directory)


def _answer(site: Site, operation: str, output: dict[str, Any], directory: str | None = None) -> None:
    site.replay.answer("ds", operation, output, when={"DirectoryId": directory} if directory else None)


def _describe(site: Site) -> None:
    radius = {"RadiusServers": ["10.0.0.9"], "RadiusPort": 1812, "SharedSecret": "canary-radius-secret"}
    strong = {"RadiusSettings": {**radius, "AuthenticationProtocol": "MS-CHAPv2"}, "RadiusStatus": "Completed"}
    plain = {"RadiusSettings": {**radius, "AuthenticationProtocol": "PAP"}, "RadiusStatus": "Completed"}
    managed = {"Type": "MicrosoftAD", "Edition": "Standard", "OsVersion": "SERVER_2019"}
    shape = {"Stage": "Active", "LaunchTime": site.ago(800), "SsoEnabled": False}
    directories = [
        {"DirectoryId": _CORP, "Name": "corp.example.com", **shape, **managed, **strong},
        {"DirectoryId": _BOUGHT, "Name": "bought.example.com", **shape, **managed},
        {"DirectoryId": _BRANCH, "Name": "branch.example.com", **shape, "Type": "ADConnector", **plain},
    ]
    _answer(site, "DescribeDirectories", {"DirectoryDescriptions": directories})


def _describe_lists(site: Site) -> None:
    """Tell what one call tells of all directories."""
    trusts = [
        _trust(site, _CORP, "factory.example.com", "Enabled"),
        _trust(site, _BOUGHT, "partner.example.net", "Disabled"),
    ]
    topic = f"arn:aws:sns:{site.aws.region}:{site.account_id}:directory-status"
    topics = [
        {"DirectoryId": each, "TopicName": "directory-status", "TopicArn": topic, "Status": status}
        for each, status in ((_CORP, "Registered"), (_BRANCH, "Topic not found"))
    ]
    snapshots = [
        {
            "DirectoryId": each,
            "SnapshotId": f"s-{each[2:]}",
            "Type": "Auto",
            "Status": "Completed",
            "StartTime": site.ago(1),
        }
        for each in (_CORP, _BOUGHT)
    ]
    logs = {"DirectoryId": _CORP, "LogGroupName": "/aws/directoryservice/corp"}
    _answer(site, "DescribeTrusts", {"Trusts": trusts})
    _answer(site, "DescribeEventTopics", {"EventTopics": topics})
    _answer(site, "DescribeSnapshots", {"Snapshots": snapshots})
    subscribed = {**logs, "SubscriptionCreatedDateTime": site.ago(700)}
    _answer(site, "ListLogSubscriptions", {"LogSubscriptions": [subscribed]})


def _trust(site: Site, directory: str, domain: str, selective: str) -> dict[str, Any]:
    return {
        "DirectoryId": directory,
        "TrustId": f"t-{directory[2:]}",
        "RemoteDomainName": domain,
        "TrustType": "Forest",
        "TrustDirection": "Two-Way",
        "TrustState": "Verified",
        "SelectiveAuth": selective,
        "CreatedDateTime": site.ago(500),
    }


def _describe_managed(site: Site, directory: str, *, good: bool) -> None:
    """Tell what only a directory of AWS Managed Microsoft AD has."""
    value = "Disable" if good else "Enable"
    settings = [
        {"Name": name, "AppliedValue": value, "RequestStatus": "Updated" if good else "Default"} for name in _WEAK
    ]
    _answer(site, "DescribeSettings", {"DirectoryId": directory, "SettingEntries": settings}, directory)
    site.replay.answer(
        "ds", "DescribeSharedDirectories", {"SharedDirectories": []}, when={"OwnerDirectoryId": directory}
    )
    taken = 1 if good else 4
    limits = {
        "ManualSnapshotsLimit": 5,
        "ManualSnapshotsCurrentCount": taken,
        "ManualSnapshotsLimitReached": False,
    }
    _answer(site, "GetSnapshotLimits", {"SnapshotLimits": limits}, directory)
