"""The builder: what was not read becomes a gap at the finest pointer that is true."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from documents import gaps_of
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies.collect._builder import Builder, unread
from sec02_policies.collect._outcome import Failure, Partial
from sec02_policies.collect._values import document, encoded_document, tags, tags_of_map, timestamp
from sec02_policies.model import GapKind
from sec02_policies.snapshot import Snapshot, schemas

if TYPE_CHECKING:
    from sec02_policies.collect._outcome import Record

ACCOUNT = "111122223333"
USER = "arn:aws:iam::111122223333:user/alice"
DENIED = Failure(api="iam:ListMFADevices", code="AccessDenied", kind=GapKind.DENIED)
SAID = ("denied", "iam:ListMFADevices", "AccessDenied")


def example(kind: str, **changes: object) -> Record:
    found = json.loads(json.dumps(schemas().types[kind].example))
    return {**found, **changes}


def built(**resources: Record) -> Record:
    builder = Builder(partition="aws", account_id=ACCOUNT)
    for kind, resource in resources.items():
        builder.section(kind, resource["region"], "iam:GetAccountAuthorizationDetails")
        builder.add(kind, resource)
    return finished(builder)


def finished(builder: Builder) -> Record:
    """The whole document, complete by the judgement of the loader: what was not added counts as not requested."""
    found = builder.document()
    told = {each["collections"][0] for each in found["sections"]}
    rest = Builder(partition="aws", account_id=ACCOUNT)
    for name, info in schemas().types.items():
        if name not in told and not info.view_of:
            failure = Failure(api="test:None", code="NotRequested", kind=GapKind.NOT_REQUESTED)
            rest.section(name, "global", "test:None", failure)
    untold = rest.document()
    whole = {
        "schema_version": "1",
        "tool": {"name": "sec02-policies", "version": "0"},
        "collected_at": "2026-01-31T00:00:00Z",
        "scope": {
            "partition": "aws",
            "account_id": ACCOUNT,
            "organization_id": None,
            "regions": ["eu-west-1"],
            "services": [],
        },
        "collector": {
            "principal_arn": None,
            "started_at": "2026-01-31T00:00:00Z",
            "finished_at": "2026-01-31T00:00:00Z",
        },
        "calls": [],
        "attestations": [],
        **found,
        "sections": found["sections"] + untold["sections"],
        "gaps": [
            {**each, "id": f"g{number:05d}"} for number, each in enumerate(found["gaps"] + untold["gaps"], start=1)
        ],
    }
    Snapshot(whole)
    return whole


def test_what_was_read_stays_as_it_is() -> None:
    whole = built(iam_user=example("iam_user"))
    assert whole["resources"] == {"iam_user": [example("iam_user")]}
    assert gaps_of(whole, "iam_user", USER) == {}


def test_the_account_is_filled_in() -> None:
    resource = example("iam_user")
    del resource["account_id"]
    whole = built(iam_user=resource)
    assert whole["resources"]["iam_user"] == [example("iam_user")]


def test_a_failure_becomes_a_gap_on_its_field() -> None:
    whole = built(iam_user=example("iam_user", mfa_devices=DENIED))
    assert "mfa_devices" not in whole["resources"]["iam_user"][0]
    assert gaps_of(whole, "iam_user", USER) == {"mfa_devices": SAID}


def test_a_failure_inside_an_object_becomes_a_gap_on_the_path_of_the_member() -> None:
    summary = {**example("iam_account")["summary"], "users": DENIED}
    whole = built(iam_account=example("iam_account", summary=summary))
    assert gaps_of(whole, "iam_account", ACCOUNT) == {"summary.users": SAID}
    assert whole["resources"]["iam_account"][0]["summary"]["groups"] == 1


def test_a_failure_inside_a_list_hides_the_list_as_gaps_name_no_index() -> None:
    for unread_date in (DENIED, Partial(items=[], failure=DENIED)):
        device = {"serial_number": "a", "kind": "fido", "enable_date": unread_date}
        whole = built(iam_user=example("iam_user", mfa_devices=[device]))
        assert gaps_of(whole, "iam_user", USER) == {"mfa_devices": SAID}


def test_a_partial_list_keeps_its_items_and_is_truncated() -> None:
    devices = [{"serial_number": "a", "kind": "fido", "enable_date": None}]
    whole = built(iam_user=example("iam_user", mfa_devices=Partial(items=devices, failure=DENIED)))
    assert whole["resources"]["iam_user"][0]["mfa_devices"] == devices
    assert gaps_of(whole, "iam_user", USER) == {"mfa_devices": ("truncated", *SAID[1:])}


def test_a_failure_in_a_child_is_a_gap_of_the_child() -> None:
    key = example("iam_access_key", last_used_date=DENIED)
    whole = built(iam_user=example("iam_user", access_keys=Partial(items=[key], failure=DENIED)))
    assert gaps_of(whole, "iam_access_key", key["id"]) == {"last_used_date": SAID}
    assert gaps_of(whole, "iam_user", USER) == {"access_keys": ("truncated", *SAID[1:])}


def test_a_null_where_the_schema_knows_none_is_a_value_that_the_answer_lacked() -> None:
    whole = built(iam_user=example("iam_user", create_date=None, permissions_boundary_arn=None))
    assert gaps_of(whole, "iam_user", USER) == {
        "create_date": ("failed", "iam:GetAccountAuthorizationDetails", "NotInAnswer")
    }
    assert whole["resources"]["iam_user"][0]["permissions_boundary_arn"] is None


def test_a_field_that_nobody_thought_of_is_a_gap_and_never_silence() -> None:
    resource = example("iam_user")
    del resource["mfa_devices"]
    whole = built(iam_user=resource)
    assert gaps_of(whole, "iam_user", USER) == {"mfa_devices": ("failed", "iam:ListMFADevices", "NotInAnswer")}


def test_a_value_that_the_schema_does_not_know_costs_its_field_and_no_more() -> None:
    key = example("iam_access_key", status="Suspended")
    devices = [{"serial_number": "a", "kind": "sms-mfa", "enable_date": None}]
    resource = example("iam_user", access_keys=[key], mfa_devices=devices, user_id=7, path=None)
    whole = built(iam_user=resource)
    assert gaps_of(whole, "iam_access_key", key["id"]) == {
        "status": ("unparsed", "iam:ListAccessKeys", "UnexpectedValue")
    }
    assert gaps_of(whole, "iam_user", USER) == {
        "mfa_devices": ("unparsed", "iam:ListMFADevices", "UnexpectedValue"),
        "path": ("failed", "iam:GetAccountAuthorizationDetails", "NotInAnswer"),
        "user_id": ("unparsed", "iam:GetAccountAuthorizationDetails", "UnexpectedValue"),
    }


def test_a_null_inside_an_optional_object_costs_that_member() -> None:
    policy = {**example("iam_account")["password_policy"], "require_symbols": None, "minimum_password_length": "8"}
    whole = built(iam_account=example("iam_account", password_policy=policy))
    assert gaps_of(whole, "iam_account", ACCOUNT) == {
        "password_policy.minimum_password_length": ("unparsed", "iam:GetAccountPasswordPolicy", "UnexpectedValue"),
        "password_policy.require_symbols": ("failed", "iam:GetAccountPasswordPolicy", "NotInAnswer"),
    }


def test_an_unread_resource_has_the_failure_in_every_other_field() -> None:
    known = {"id": "p", "name": "p", "region": "global"}
    whole = built(iam_policy=unread("iam_policy", DENIED, known))
    assert whole["resources"]["iam_policy"] == [{**known, "account_id": ACCOUNT}]
    assert set(gaps_of(whole, "iam_policy", "p")) == set(schemas().types["iam_policy"].fields) - {
        "id",
        "name",
        "region",
        "account_id",
    }


def test_one_gap_can_stand_for_a_field_of_the_whole_collection() -> None:
    builder = Builder(partition="aws", account_id=ACCOUNT)
    builder.section("iam_policy", "global", "iam:GetAccountAuthorizationDetails")
    for number in range(3):
        resource = example("iam_policy", id=f"policy-{number}")
        if number:
            del resource["tags"]
        builder.add("iam_policy", resource)
    builder.missing("iam_policy", "global", "tags", DENIED)
    whole = finished(builder)
    assert gaps_of(whole, "iam_policy") == {"tags": SAID}
    assert [gap["resource_id"] for gap in whole["gaps"] if gap["collection"] == "iam_policy"] == [None]


def test_a_section_that_failed_has_its_status_and_a_gap_over_the_collection() -> None:
    builder = Builder(partition="aws", account_id=ACCOUNT)
    builder.section("iam_user", "global", "iam:ListUsers", DENIED)
    whole = finished(builder)
    assert gaps_of(whole, "iam_user") == {None: SAID}
    section = next(each for each in whole["sections"] if each["name"] == "iam_user")
    assert (section["status"], section["api"], section["code"]) == ("denied", "iam:ListMFADevices", "AccessDenied")


def test_fewer_listed_than_counted_is_a_truncated_collection() -> None:
    builder = Builder(partition="aws", account_id=ACCOUNT)
    builder.section("iam_user", "global", "iam:GetAccountAuthorizationDetails")
    builder.count("iam_user", listed=3, independent=4, api="iam:GetAccountSummary")
    builder.count("iam_role", listed=4, independent=3, api="iam:GetAccountSummary")
    whole = finished(builder)
    assert gaps_of(whole, "iam_user") == {None: ("truncated", "iam:GetAccountSummary", "CountMismatch")}
    assert whole["counts"] == {
        "iam_role": {"listed": 4, "independent": 3, "source": "iam:GetAccountSummary"},
        "iam_user": {"listed": 3, "independent": 4, "source": "iam:GetAccountSummary"},
    }
    status = {each["name"]: each["status"] for each in whole["sections"]}
    assert status["iam_user"] == "truncated"


@pytest.mark.parametrize("identifier", [None, "", 7])
def test_a_resource_without_an_id_leaves_the_collection_incomplete(identifier: object) -> None:
    whole = built(iam_user=example("iam_user", id=identifier))
    assert "iam_user" in whole["resources"]
    assert whole["resources"]["iam_user"] == []
    assert gaps_of(whole, "iam_user") == {None: ("truncated", "iam:GetAccountAuthorizationDetails", "NoIdentifier")}


def test_a_child_without_an_id_leaves_the_list_incomplete_and_a_child_twice_is_there_once() -> None:
    key = example("iam_access_key")
    whole = built(iam_user=example("iam_user", access_keys=[key, {**key, "id": None}, key]))
    assert whole["resources"]["iam_user"][0]["access_keys"] == [key]
    assert gaps_of(whole, "iam_user", USER) == {"access_keys": ("truncated", "iam:ListAccessKeys", "NoIdentifier")}


def test_a_field_of_children_that_is_no_list_costs_the_field() -> None:
    whole = built(iam_user=example("iam_user", access_keys=None, inline_policies=DENIED))
    assert set(gaps_of(whole, "iam_user", USER)) == {"access_keys", "inline_policies"}


def test_a_resource_that_two_pages_hold_is_there_once() -> None:
    builder = Builder(partition="aws", account_id=ACCOUNT)
    builder.section("iam_user", "global", "iam:GetAccountAuthorizationDetails")
    builder.add("iam_user", example("iam_user"))
    builder.add("iam_user", example("iam_user"))
    assert finished(builder)["resources"]["iam_user"] == [example("iam_user")]


@given(st.permutations(range(6)))
def test_the_order_of_reading_changes_nothing(order: list[int]) -> None:
    builder = Builder(partition="aws", account_id=ACCOUNT)
    for number in order:
        builder.add("iam_group", example("iam_group", id=f"group-{number}", tags=DENIED))
        builder.section("iam_group", f"region-{number}", "a:B")
    found = builder.document()
    assert [each["id"] for each in found["resources"]["iam_group"]] == [f"group-{number}" for number in range(6)]
    assert [(each["id"], each["resource_id"]) for each in found["gaps"]] == [
        (f"g{number + 1:05d}", f"group-{number}") for number in range(6)
    ]
    assert [each["region"] for each in found["sections"]] == [f"region-{number}" for number in range(6)]


# ------------------------------------------------------------ values


def test_times_are_utc_in_whole_seconds() -> None:
    from datetime import UTC, datetime, timedelta, timezone

    there = timezone(timedelta(hours=2))
    assert timestamp(datetime(2026, 1, 31, 1, 2, 3, 999, tzinfo=there)) == "2026-01-30T23:02:03Z"
    assert timestamp(datetime(2026, 1, 31, tzinfo=UTC)) == "2026-01-31T00:00:00Z"
    assert timestamp(None) is None


def test_tags_are_pairs_in_the_order_of_their_keys() -> None:
    assert tags([{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}]) == [
        {"key": "a", "value": ""},
        {"key": "b", "value": "1"},
    ]
    assert tags(None) == []
    assert tags_of_map({"b": "1", "a": "2"}) == [{"key": "a", "value": "2"}, {"key": "b", "value": "1"}]


def test_a_document_keeps_the_exact_text_of_aws() -> None:
    text = '{ "Version":"2012-10-17",\n"Statement": {"Effect":"Allow","Action":"S3:*","Resource":"arn:aws:s3:::%41"} }'
    assert document(text, "a:B")["text"] == text
    encoded = text.replace("%", "%25").replace("{", "%7B").replace(" ", "%20").replace("\n", "%0A")
    assert encoded_document(encoded, "a:B") == document(text, "a:B")
    assert encoded_document(None, "a:B") is None


def test_a_text_that_was_not_encoded_is_not_decoded() -> None:
    text = ' {"Statement": {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a%2Fb"}}'
    assert encoded_document(text, "a:B") == document(text, "a:B")


def test_a_document_that_does_not_parse_keeps_its_text_and_has_gaps_for_the_rest() -> None:
    twice = '{"Statement": [], "Statement": [{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    inline = example("iam_inline_policy", document=document(twice, "iam:GetAccountAuthorizationDetails"))
    whole = built(iam_user=example("iam_user", inline_policies=[inline]))
    assert whole["resources"]["iam_user"][0]["inline_policies"][0]["document"] == {"text": twice}
    said = ("unparsed", "iam:GetAccountAuthorizationDetails", "MalformedPolicyDocument")
    assert gaps_of(whole, "iam_inline_policy", inline["id"]) == {
        "document.statements": said,
        "document.version": said,
    }


def test_a_failure_in_any_field_of_any_type_gives_a_valid_document_with_that_gap() -> None:
    for kind, info in schemas().types.items():
        if info.view_of:
            continue
        for field in info.fields.keys() - {"id", "account_id", "region"}:
            resource = example(kind, account_id=ACCOUNT, region="eu-west-1", **{field: DENIED})
            whole = built(**{kind: resource})
            assert gaps_of(whole, kind, resource["id"]) == {field: SAID}, f"{kind}.{field}"
            assert field not in whole["resources"][kind][0]
