"""The operations for who asks, and for the account's regions and contacts."""

from __future__ import annotations

from sec02_policies.collect._operations.operation import Operation, next_token, operation

_GONE = ("ResourceNotFoundException",)

OPERATIONS: tuple[Operation, ...] = (
    operation("sts", "GetCallerIdentity", "account", "Account"),
    operation("account", "ListRegions", "account", "Regions", paging=next_token(50)),
    operation("account", "GetAlternateContact", "account", "AlternateContact", none=_GONE),
    operation("ec2", "DescribeRegions", "account", "Regions"),
)
