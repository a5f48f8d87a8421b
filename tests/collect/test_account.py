"""The account: that contacts are set and differ, never who they are; and which regions are enabled."""

from __future__ import annotations

import json
from typing import Any

import pytest
from documents import Aws, gaps_of, only, status_of

Record = dict[str, Any]
ACCOUNT = "123456789012"
CONTACT = "account:GetAlternateContact"
REGIONS = "account:ListRegions"


def contact(aws: Aws, kind: str, address: str) -> None:
    aws.client("account").put_alternate_contact(
        AlternateContactType=kind, EmailAddress=address, Name="CANARY name", PhoneNumber="+1 555 0100", Title="CANARY"
    )


def test_an_account_without_contacts_has_none(aws: Aws) -> None:
    assert only(aws.collect("account"), "account_contacts") == {
        "id": ACCOUNT,
        "name": ACCOUNT,
        "arn": None,
        "account_id": ACCOUNT,
        "region": "global",
        "tags": [],
        "security_contact": None,
        "operations_contact": None,
        "billing_contact": None,
    }


def test_contacts_are_told_apart_and_nothing_of_them_is_kept(aws: Aws) -> None:
    contact(aws, "SECURITY", "canary-one@example.invalid")
    contact(aws, "OPERATIONS", "canary-two@example.invalid")
    contact(aws, "BILLING", " Canary-One@example.invalid")
    document = aws.collect("account")
    found = only(document, "account_contacts")
    assert [found[f"{kind}_contact"] for kind in ("security", "operations", "billing")] == [
        {"pseudonym": "contact-1"},
        {"pseudonym": "contact-2"},
        {"pseudonym": "contact-1"},
    ]
    text = json.dumps(document).lower()
    assert "canary" not in text
    assert "555" not in text


def test_one_denied_contact_does_not_cost_the_others(aws: Aws) -> None:
    contact(aws, "SECURITY", "canary@example.invalid")
    aws.refuse(CONTACT, "AccessDeniedException", when=lambda asked: asked["AlternateContactType"] == "BILLING")
    document = aws.collect("account")
    assert gaps_of(document, "account_contacts", ACCOUNT) == {
        "billing_contact": ("denied", CONTACT, "AccessDeniedException")
    }
    found = only(document, "account_contacts")
    assert (found["security_contact"], found["operations_contact"]) == ({"pseudonym": "contact-1"}, None)


def test_a_contact_without_an_address_is_there_and_has_no_pseudonym(aws: Aws) -> None:
    aws.give(CONTACT, {"AlternateContact": {"AlternateContactType": "SECURITY"}})
    document = aws.collect("account")
    assert only(document, "account_contacts")["security_contact"] == {}
    assert gaps_of(document, "account_contacts", ACCOUNT)["security_contact.pseudonym"] == (
        "failed",
        CONTACT,
        "NotInAnswer",
    )


def test_regions_have_their_opt_in_status(aws: Aws) -> None:
    statuses = {
        "af-south-1": "DISABLED",
        "ap-east-1": "ENABLING",
        "eu-south-1": "ENABLED",
        "eu-west-1": "ENABLED_BY_DEFAULT",
        "me-south-1": "DISABLING",
    }
    regions = [{"RegionName": name, "RegionOptStatus": status} for name, status in statuses.items()]
    aws.give(REGIONS, {"Regions": regions})
    document = aws.collect("account")
    found = document["resources"]["account_region"]
    assert {each["name"]: each["opt_status"] for each in found} == statuses
    assert [each["name"] for each in found if each["enabled"]] == ["eu-south-1", "eu-west-1", "me-south-1"]
    assert status_of(document, "account_region") == {"global": "complete"}


def test_a_status_that_we_do_not_know_is_a_gap(aws: Aws) -> None:
    aws.give(REGIONS, lambda _: {"Regions": [{"RegionName": "eu-west-1"}]})
    missing = ("failed", REGIONS, "NotInAnswer")
    assert gaps_of(aws.collect("account"), "account_region", "eu-west-1") == {
        "opt_status": missing,
        "enabled": missing,
    }


@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException"])
def test_regions_that_may_not_be_listed_are_a_gap(aws: Aws, code: str) -> None:
    aws.refuse(REGIONS, code)
    document = aws.collect("account")
    kind = "denied" if code == "AccessDeniedException" else "throttled"
    assert gaps_of(document, "account_region") == {None: (kind, REGIONS, code)}
    assert "account_region" not in document["resources"]
