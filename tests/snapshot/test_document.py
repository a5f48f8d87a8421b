from __future__ import annotations

import copy
from typing import Any

import pytest

from sec02_policies.errors import SnapshotError
from sec02_policies.model import PartialList, PartialMap, Unknown
from sec02_policies.snapshot import Snapshot, schemas
from sec02_policies.testing import build_document, example

ALICE = "arn:aws:iam::111122223333:user/alice"
Document = dict[str, Any]


def world(**resources: list[Document]) -> Document:
    return build_document({"iam_account": [example("iam_account")], **resources})


def gap(collection: str, resource_id: str | None = None, field: str | None = None, **more: str) -> Document:
    return {
        "id": "g00001",
        "collection": collection,
        "account_id": "111122223333",
        "region": "global",
        "resource_id": resource_id,
        "field": field,
        "api": "iam:ListMFADevices",
        "code": "AccessDenied",
        "kind": "denied",
        **more,
    }


def without(document: Document, kind: str, *members: str) -> Document:
    for member in members:
        for each in document["resources"][kind]:
            del each[member]
    return document


# ---------------------------------------------------------------- loading


def test_a_snapshot_survives_a_round_trip() -> None:
    snapshot = Snapshot(world(iam_user=[example("iam_user")]))
    again = Snapshot.loads(snapshot.dumps())
    assert again.document == snapshot.document
    assert again.sha256 == snapshot.sha256


def test_every_example_of_the_schemas_is_a_valid_resource() -> None:
    stored = {name: [example(name)] for name, info in schemas().types.items() if not info.view_of}
    snapshot = Snapshot(build_document(stored))
    for name in schemas().types:
        if name not in ("iam_access_key", "iam_inline_policy"):  # the examples' parents have none
            assert snapshot.known(name), name


@pytest.mark.parametrize("data", [b"[]", b"1", b"null", b'"x"'])
def test_json_that_is_no_object_is_no_snapshot(data: bytes) -> None:
    with pytest.raises(SnapshotError, match="not a JSON object: a snapshot"):
        Snapshot.loads(data, where="s.json")


def spoiled(path: list[str | int], value: object) -> Document:
    document = world(iam_user=[example("iam_user")])
    at: Any = document
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    return document


FAULTS: dict[str, tuple[list[str | int], object, str]] = {
    "unknown member": (["surprise"], 1, "s.json: unknown member 'surprise': only schema_version, tool"),
    "other version": (["schema_version"], "2", "s.json: schema_version: of another version of sec02: '1'"),
    "resources no object": (["resources"], [], "s.json: resources: an array: object"),
    "unknown type": (["resources", "iam_wizard"], [], "s.json: resources: 'iam_wizard' is no collection"),
    "a view as collection": (
        ["resources", "iam_access_key"],
        [],
        "s.json: resources: 'iam_access_key' is no collection",
    ),
    "collection no array": (["resources", "iam_user"], {}, "s.json: resources: 'iam_user' is no collection"),
    "resource no object": (["resources", "iam_user", 0], 3, "s.json: iam_user[0]: an integer: object"),
    "bad time": (
        ["resources", "iam_user", 0, "create_date"],
        "yesterday",
        f"s.json: iam_user '{ALICE}': create_date: breaks",
    ),
    "wrong type": (["resources", "iam_user", 0, "mfa_active"], "yes", "mfa_active: a string: boolean"),
    "unknown field": (["resources", "iam_user", 0, "mood"], "good", "unknown member 'mood'"),
    "id of no type": (["resources", "iam_user", 0, "id"], None, "s.json: iam_user[0]: id: null: string"),
    "bad enum": (
        ["resources", "iam_user", 0, "mfa_devices", 0, "kind"],
        "abacus",
        "mfa_devices[0].kind: a value that is not allowed: one of virtual, fido, hardware",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_says_where_what_and_what_would_be_right(name: str) -> None:
    path, value, line = FAULTS[name]
    with pytest.raises(SnapshotError) as caught:
        Snapshot(spoiled(path, value), where="s.json")
    assert line in str(caught.value)


def test_of_a_later_version_the_version_is_told_not_what_is_new_in_it() -> None:
    document = world() | {"schema_version": "2", "novelty": 1}
    with pytest.raises(SnapshotError, match=r"^s\.json: schema_version: of another version of sec02: '1'$"):
        Snapshot(document, where="s.json")


def test_no_value_of_the_snapshot_is_in_a_message() -> None:
    with pytest.raises(SnapshotError) as caught:
        Snapshot(spoiled(["resources", "iam_user", 0, "create_date"], "s3cr3t"), where="s.json")
    assert "s3cr3t" not in str(caught.value)


def test_ids_are_unique_in_a_type() -> None:
    with pytest.raises(SnapshotError, match="two resources of type iam_user have one id"):
        Snapshot(world(iam_user=[example("iam_user"), example("iam_user")]))


def test_resources_are_sorted() -> None:
    document = world(iam_user=[example("iam_user", {"name": "bob"}), example("iam_user")])
    document["resources"]["iam_user"].reverse()
    with pytest.raises(SnapshotError, match="resources of type iam_user are not sorted"):
        Snapshot(document)


# ---------------------------------------------------------------- completeness


def test_a_field_without_value_and_gap_is_refused() -> None:
    document = without(world(iam_user=[example("iam_user")]), "iam_user", "mfa_devices")
    with pytest.raises(SnapshotError, match=f"iam_user '{ALICE}': no mfa_devices, and no gap that covers it"):
        Snapshot(document, where="s.json")


def test_a_member_of_an_inner_object_without_gap_is_refused() -> None:
    document = world()
    del document["resources"]["iam_account"][0]["password_policy"]["require_symbols"]
    with pytest.raises(SnapshotError, match=r"no password_policy\.require_symbols"):
        Snapshot(document)


def test_a_child_without_a_field_is_refused() -> None:
    document = world(iam_user=[example("iam_user", {"access_keys": [{}]})])
    del document["resources"]["iam_user"][0]["access_keys"][0]["status"]
    with pytest.raises(SnapshotError, match="iam_access_key 'AKIAIOSFODNN7EXAMPLE': no status"):
        Snapshot(document)


def test_a_collection_without_section_and_gap_is_refused() -> None:
    document = world()
    document["scope"]["services"] = ["iam"]
    document["sections"][0]["collections"].remove("iam_role")
    with pytest.raises(SnapshotError, match="iam_role has neither a section nor a gap in eu-west-1"):
        Snapshot(document)


def test_a_collection_of_a_service_out_of_scope_is_a_gap_by_itself() -> None:
    document = world()
    document["scope"]["services"] = ["iam"]
    document["sections"][0]["collections"].remove("rds_instance")
    snapshot = Snapshot(document)
    ((parent, gap),) = snapshot.unread("rds_instance")
    assert parent is None
    assert (gap.kind, gap.api, gap.region) == ("not_requested", "rds:DescribeDBInstances", "global")
    assert gap in snapshot.gaps
    assert snapshot.document["gaps"] == []


def test_what_a_section_or_a_gap_says_of_a_service_out_of_scope_counts() -> None:
    document = world()
    document["scope"]["services"] = ["iam"]
    assert not Snapshot(document).unread("rds_instance")


def test_a_regional_collection_needs_every_region_in_scope() -> None:
    document = world()
    document["scope"]["services"] = ["secretsmanager"]
    document["sections"][0]["collections"].remove("secretsmanager_secret")
    section = {**document["sections"][0], "collections": ["secretsmanager_secret"], "region": "eu-west-1"}
    document["sections"].append(section)
    Snapshot(document)
    document["scope"]["regions"].append("us-east-1")
    with pytest.raises(SnapshotError, match="secretsmanager_secret has neither a section nor a gap in us-east-1"):
        Snapshot(document)


def test_a_section_that_failed_needs_a_gap() -> None:
    document = world()
    document["sections"][0]["collections"].remove("iam_role")
    section = {**document["sections"][0], "collections": ["iam_role"], "status": "denied", "code": "AccessDenied"}
    document["sections"].append(section)
    with pytest.raises(SnapshotError, match="iam_role is denied in global, without a gap"):
        Snapshot(document)
    document["gaps"].append(gap("iam_role"))
    assert Snapshot(document).unread("iam_role")


@pytest.mark.parametrize(
    ("each", "line"),
    [
        (gap("iam_wizard"), "gap g00001 names the unknown collection 'iam_wizard'"),
        (gap("iam_user", "arn:nobody", "path"), "gap g00001 names a iam_user that is not there"),
        (gap("iam_user", ALICE, "mood"), "gap g00001 names the unknown field 'mood'"),
        (gap("iam_user", None, "mood"), "gap g00001 names the unknown field 'mood'"),
        (gap("iam_user", ALICE, "path"), "path is there, and gap g00001 says it is not"),
        (gap("iam_user", ALICE, "path", kind="truncated"), "gap g00001 says that path is truncated, but it is no list"),
    ],
)
def test_a_gap_that_fits_nothing_is_refused(each: Document, line: str) -> None:
    document = world(iam_user=[example("iam_user")])
    document["gaps"].append(each)
    with pytest.raises(SnapshotError) as caught:
        Snapshot(document)
    assert line in str(caught.value)


def test_a_section_names_known_types_only() -> None:
    document = world()
    document["sections"][0]["collections"].append("iam_wizard")
    with pytest.raises(SnapshotError, match="a section names the unknown collection 'iam_wizard'"):
        Snapshot(document)


# ---------------------------------------------------------------- Unknown at gaps


def user_with(each: Document, *hidden: str) -> dict[str, Any]:
    document = without(world(iam_user=[example("iam_user")]), "iam_user", *hidden)
    document["gaps"].append(each)
    return Snapshot(document).known("iam_user")[0]


def test_a_gap_over_a_field_hides_that_field_alone() -> None:
    user = user_with(gap("iam_user", ALICE, "mfa_devices"), "mfa_devices")
    with pytest.raises(Unknown) as caught:
        user["mfa_devices"]
    assert [each.code for each in caught.value.gaps] == ["AccessDenied"]
    assert user["name"] == "alice"


def test_a_gap_over_a_resource_hides_what_is_absent() -> None:
    user = user_with(gap("iam_user", ALICE), "mfa_devices", "path", "name")
    for member in ("mfa_devices", "path", "name"):
        with pytest.raises(Unknown):
            user[member]
    assert user["id"] == ALICE


def test_a_gap_over_a_field_of_all_hides_it_where_it_is_absent() -> None:
    document = world(iam_user=[example("iam_user", {"name": "bob"}), example("iam_user")])
    del document["resources"]["iam_user"][0]["tags"]
    document["gaps"].append(gap("iam_user", None, "tags"))
    alice, bob = Snapshot(document).known("iam_user")
    assert bob["tags"] == []
    with pytest.raises(Unknown):
        alice["tags"]


def test_a_gap_in_another_region_covers_nothing_here() -> None:
    document = without(world(iam_user=[example("iam_user")]), "iam_user", "tags")
    document["gaps"].append(gap("iam_user", None, "tags", region="eu-west-1"))
    with pytest.raises(SnapshotError, match="no tags, and no gap"):
        Snapshot(document)


def test_a_path_hides_a_member_of_an_inner_object() -> None:
    document = world(iam_role=[example("iam_role")])
    del document["resources"]["iam_role"][0]["trust_policy"]["statements"]
    role_id = document["resources"]["iam_role"][0]["id"]
    document["gaps"].append(gap("iam_role", role_id, "trust_policy.statements", kind="unparsed"))
    trust = Snapshot(document).known("iam_role")[0]["trust_policy"]
    assert trust["version"] == "2012-10-17"
    with pytest.raises(Unknown):
        trust["statements"]


def test_a_truncated_list_keeps_what_was_read() -> None:
    user = user_with(gap("iam_user", ALICE, "groups", kind="truncated"))
    groups = user["groups"]
    assert isinstance(groups, PartialList)
    assert "arn:aws:iam::111122223333:group/developers" in groups
    with pytest.raises(Unknown):
        len(groups)
    with pytest.raises(Unknown):
        groups.count("nobody") if "nobody" in groups else None


def test_a_partial_child_is_partial_in_its_parent_too() -> None:
    document = world(iam_user=[example("iam_user", {"access_keys": [{}]})])
    del document["resources"]["iam_user"][0]["access_keys"][0]["last_used_date"]
    document["gaps"].append(gap("iam_access_key", "AKIAIOSFODNN7EXAMPLE", "last_used_date"))
    snapshot = Snapshot(document)
    for key in (snapshot.known("iam_access_key")[0], snapshot.known("iam_user")[0]["access_keys"][0]):
        assert isinstance(key, PartialMap)
        with pytest.raises(Unknown):
            key["last_used_date"]


def test_where_nothing_is_hidden_resources_are_the_stored_dicts() -> None:
    document = world(iam_user=[example("iam_user")])
    assert Snapshot(document).known("iam_user")[0] is document["resources"]["iam_user"][0]


def test_the_document_itself_stays_as_it_was() -> None:
    document = world(iam_user=[example("iam_user", {"access_keys": [{}]})])
    document["gaps"].append(gap("iam_user", ALICE, "groups", kind="truncated"))
    before = copy.deepcopy(document)
    Snapshot(document)
    assert document == before


# ---------------------------------------------------------------- look-ups


def test_find_and_where_look_up_by_id_and_by_field() -> None:
    bob = example("iam_user", {"name": "bob", "path": "/ops/"})
    snapshot = Snapshot(world(iam_user=[bob, example("iam_user")]))
    found = snapshot.find("iam_user", bob["id"])
    assert found is not None
    assert found["name"] == "bob"
    assert snapshot.find("iam_user", "arn:nobody") is None
    assert [each["name"] for each in snapshot.where("iam_user", "path", "/ops/")] == ["bob"]
    assert snapshot.where("iam_user", "path", "/none/") == []


def test_what_may_be_among_the_unread_is_unknown() -> None:
    document = world(iam_user=[example("iam_user")])
    document["gaps"].append(gap("iam_user", kind="truncated"))
    snapshot = Snapshot(document)
    assert snapshot.find("iam_user", ALICE) is not None
    with pytest.raises(Unknown):
        snapshot.find("iam_user", "arn:nobody")
    with pytest.raises(Unknown):
        len(snapshot.where("iam_user", "path", "/"))
    with pytest.raises(Unknown):
        len(snapshot.resources("iam_user"))


def test_where_is_unknown_when_a_hidden_field_may_match() -> None:
    document = without(world(iam_user=[example("iam_user")]), "iam_user", "path")
    document["gaps"].append(gap("iam_user", ALICE, "path"))
    with pytest.raises(Unknown):
        len(Snapshot(document).where("iam_user", "path", "/"))


def test_children_are_unread_where_their_parents_could_not_be_read() -> None:
    document = without(world(iam_user=[example("iam_user")]), "iam_user", "access_keys")
    document["gaps"].append(gap("iam_user", ALICE, "access_keys"))
    [(parent, each)] = Snapshot(document).unread("iam_access_key")
    assert parent is not None
    assert parent["name"] == "alice"
    assert each.code == "AccessDenied"


def test_children_are_unread_in_a_whole_scope() -> None:
    document = without(world(iam_user=[example("iam_user")]), "iam_user", "access_keys")
    document["gaps"].append(gap("iam_user", None, "access_keys"))
    assert [parent for parent, _ in Snapshot(document).unread("iam_access_key")] == [None]
    document = world()
    document["gaps"].append(gap("iam_user"))
    assert [parent for parent, _ in Snapshot(document).unread("iam_access_key")] == [None]


def test_where_compares_scalars_by_type_and_value() -> None:
    snapshot = Snapshot(world(iam_user=[example("iam_user")]))
    assert snapshot.where("iam_user", "mfa_active", True)
    assert snapshot.where("iam_user", "mfa_active", 1) == []
    assert snapshot.where("iam_user", "groups", ["x"]) == []
    assert snapshot.where("iam_user", "permissions_boundary_arn", None)


def test_every_member_of_an_object_may_be_hidden() -> None:
    """Presence is the loader's rule (a value or a gap), so that objects in fields demand nothing themselves."""

    def strict(schema: dict[str, Any]) -> bool:
        inner = [*schema.get("oneOf", ()), *schema.get("properties", {}).values()]
        return "required" in schema or any(strict(each) for each in inner)

    for info in schemas().types.values():
        assert [name for name, each in info.fields.items() if strict(each.schema)] == [], info.name
