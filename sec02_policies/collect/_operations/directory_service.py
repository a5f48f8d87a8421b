"""The operations of Directory Service."""

from __future__ import annotations

from sec02_policies.collect._operations.operation import UNSIZED, Operation, next_token, operation

_UNSUPPORTED = ("UnsupportedOperationException",)
_DIRECTORIES = "ds:DescribeDirectories"

OPERATIONS: tuple[Operation, ...] = (
    operation("ds", "DescribeDirectories", "region", "DirectoryDescriptions", paging=UNSIZED),
    operation("ds", "DescribeTrusts", "region", "Trusts", paging=UNSIZED, none=_UNSUPPORTED, after=_DIRECTORIES),
    operation("ds", "DescribeEventTopics", "region", "EventTopics", after=_DIRECTORIES),
    operation("ds", "DescribeSnapshots", "region", "Snapshots", paging=UNSIZED, after=_DIRECTORIES),
    operation("ds", "ListLogSubscriptions", "region", "LogSubscriptions", paging=UNSIZED, after=_DIRECTORIES),
    operation(
        "ds",
        "DescribeLDAPSSettings",
        "directory",
        "LDAPSSettingsInfo",
        paging=next_token(50, "Limit"),
        none=_UNSUPPORTED,
        after=_DIRECTORIES,
    ),
    operation(
        "ds",
        "DescribeClientAuthenticationSettings",
        "directory",
        "ClientAuthenticationSettingsInfo",
        paging=next_token(50, "Limit"),
        none=_UNSUPPORTED,
        after=_DIRECTORIES,
    ),
    operation(
        "ds",
        "ListCertificates",
        "directory",
        "CertificatesInfo",
        paging=next_token(50, "Limit"),
        none=_UNSUPPORTED,
        after=_DIRECTORIES,
    ),
    operation(
        "ds", "DescribeSettings", "directory", "SettingEntries", paging=UNSIZED, none=_UNSUPPORTED, after=_DIRECTORIES
    ),
    operation(
        "ds",
        "DescribeSharedDirectories",
        "directory",
        "SharedDirectories",
        paging=UNSIZED,
        none=_UNSUPPORTED,
        after=_DIRECTORIES,
    ),
    operation("ds", "GetSnapshotLimits", "directory", "SnapshotLimits", after=_DIRECTORIES),
)
