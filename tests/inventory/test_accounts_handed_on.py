"""The inventory of a member that knows of the other accounts of its organization nothing but their ids."""

from __future__ import annotations

import json

from sec02_policies import Snapshot
from sec02_policies.inventory import inventory
from sec02_policies.testing import build_document, example

OWN, SIBLING = "111122223333", "444455556666"
NOT_TOLD = ("name", "arn", "state", "joined_method", "joined_date", "parent_ids", "tags")


def member() -> Snapshot:
    """A member's snapshot, as `collect --org` writes it."""
    accounts = [{"id": each, "account_id": OWN, "region": "global"} for each in (OWN, SIBLING)]
    document = build_document({"iam_account": [example("iam_account", {"alias": "shop"})], "org_account": accounts})
    document["gaps"] += [
        {
            "id": f"g{number}",
            "collection": "org_account",
            "account_id": OWN,
            "region": "global",
            "resource_id": None,
            "field": field,
            "api": "organizations:ListAccounts",
            "code": "NotRequested",
            "kind": "not_requested",
        }
        for number, field in enumerate(NOT_TOLD)
    ]
    return Snapshot(document)


def test_the_own_account_keeps_its_alias_and_the_others_are_no_rows() -> None:
    accounts = inventory(member())["accounts"]
    assert [each["name"] for each in accounts] == ["shop"]
    assert SIBLING not in json.dumps(accounts)
