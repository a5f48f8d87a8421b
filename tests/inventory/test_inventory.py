"""The inventory: who is human, what each may do and how exposed it is, and that what is not known is never no."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sec02_policies import PolicySet, Snapshot
from sec02_policies.iam import MACHINE_PATHS, MACHINE_TAG
from sec02_policies.inventory import IDENTITY_TYPES, chosen, identity_of, inventory
from sec02_policies.resources import packaged
from sec02_policies.snapshot.schema import first_fault, schemas
from sec02_policies.testing import build_document, example

Record = dict[str, Any]
ACCOUNT = "111122223333"
STRANGER = "999988887777"
ADMIN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
KEY = {"id": "AKIAEXAMPLE000000001", "status": "Active"}
BARE = {
    "password_enabled": False,
    "mfa_devices": [],
    "access_keys": [],
    "signing_certificates": [],
    "ssh_public_keys": [],
    "service_specific_credentials": [],
    "attached_policies": [],
    "inline_policies": [],
    "groups": [],
    "tags": [],
}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
DEVICE = {"serial_number": "arn:aws:iam::111122223333:u2f/user/u/k", "kind": "fido", "enable_date": None}


def snapshot(*gaps: Record, attestations: list[Record] | None = None, **resources: list[Record]) -> Snapshot:
    document = build_document({"iam_account": [example("iam_account")], **resources})
    document["gaps"] += gaps
    document["attestations"] = attestations or []
    return Snapshot(document)


def listed(*gaps: Record, **resources: list[Record]) -> dict[str, Record]:
    """The identities by their names."""
    return {each["name"]: each for each in inventory(snapshot(*gaps, **resources))["identities"]}


def user(**members: Any) -> Record:
    return example("iam_user", {**BARE, "name": "u", **members})


def role(statement: Record, **members: Any) -> Record:
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **statement}]}
    return example(
        "iam_role", {"name": "r", "attached_policies": [], "inline_policies": [], **members, "trust_policy": trust}
    )


def hide(record: Record, field: str, kind: str = "iam_user") -> Record:
    """Take the field away and return the gap that says so."""
    del record[field]
    return {
        "id": f"g-{field}",
        "collection": kind,
        "account_id": ACCOUNT,
        "region": record["region"],
        "resource_id": record["id"],
        "field": field,
        "api": "iam:GetCredentialReport",
        "code": "AccessDenied",
        "kind": "denied",
    }


# Human or machine


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"password_enabled": True}, "human"),
        ({"password_enabled": True, "access_keys": [KEY]}, "both"),
        ({"password_enabled": True, "access_keys": [{**KEY, "status": "Inactive"}]}, "human"),
        ({"access_keys": [KEY]}, "machine"),
        ({"access_keys": [{**KEY, "status": "Inactive"}]}, "machine"),
        ({"access_keys": [KEY], "mfa_devices": [DEVICE]}, "human"),
        ({"tags": [{"key": "identity-type", "value": "machine"}]}, "machine"),
        ({"tags": [{"key": "identity-type", "value": "human"}]}, "unknown"),
        ({"tags": [{"key": "identity-type", "value": "machine"}], "password_enabled": True}, "both"),
        ({}, "unknown"),
    ],
)
def test_a_user_is_what_its_credentials_and_its_mark_say(members: Record, kind: str) -> None:
    found = listed(iam_user=[user(**members)])["u"]
    assert (found["kind"], "kind" in found["unknown"]) == (kind, False)


@pytest.mark.parametrize("path", MACHINE_PATHS)
def test_a_path_marks_a_machine_as_the_tag_does(path: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user{path}u"
    assert listed(iam_user=[user(id=arn, arn=arn, path=path, access_keys=[KEY])])["u"]["kind"] == "machine"


def test_the_mark_of_machines_is_that_of_the_policies() -> None:
    policies = PolicySet.packaged()
    password = policies.get("iam-user-machine-no-password").params
    assert password["machine_tag"].default == "=".join(MACHINE_TAG)
    assert tuple(password["machine_paths"].default) == MACHINE_PATHS
    assert policies.get("iam-user-any-credential-mfa").params["machine_tag"].default == "=".join(MACHINE_TAG)


@pytest.mark.parametrize(
    ("principal", "action", "kind"),
    [
        ({"Service": "ec2.amazonaws.com"}, "sts:AssumeRole", "machine"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "sts:AssumeRole", "human"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/alice"}, "sts:AssumeRole", "human"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}, "sts:AssumeRole", "machine"),
        ({"AWS": f"arn:aws:iam::{STRANGER}:root"}, "sts:AssumeRole", "external"),
        ({"AWS": "*"}, "sts:AssumeRole", "external"),
        ({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"}, "sts:AssumeRoleWithSAML", "human"),
        (
            {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
            "sts:AssumeRoleWithWebIdentity",
            "machine",
        ),
        ({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity", "human"),
        ({"Service": "ec2.amazonaws.com", "AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "sts:AssumeRole", "both"),
        ({"Service": "ec2.amazonaws.com", "AWS": f"arn:aws:iam::{STRANGER}:root"}, "sts:AssumeRole", "external"),
        ({"AWS": "AROAEXAMPLEDELETED0000"}, "sts:AssumeRole", "unknown"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/x/AWSReservedSSO_A_1"}, "sts:AssumeRole", "human"),
    ],
)
def test_a_role_is_what_it_lets_in(principal: Record, action: str, kind: str) -> None:
    found = listed(iam_role=[role({"Principal": principal, "Action": action})])["r"]
    assert (found["kind"], "kind" in found["unknown"]) == (kind, False)


def test_anybody_of_named_accounts_is_these_accounts() -> None:
    ours = role({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}})
    found = listed(iam_role=[ours])["r"]
    assert (found["kind"], found["exposed"]) == ("human", True)
    bound = {"StringEquals": {"aws:PrincipalAccount": STRANGER}, **MFA}
    assert listed(iam_role=[role({"Principal": "*", "Condition": bound})])["r"]["kind"] == "external"


def test_anybody_of_the_own_organization_is_no_stranger() -> None:
    organization = example("organization")
    bound = {"StringEquals": {"aws:PrincipalOrgID": organization["id"]}, **MFA}
    found = listed(iam_role=[role({"Principal": "*", "Condition": bound})], organization=[organization])["r"]
    assert (found["kind"], found["exposed"]) == ("external", False)
    bound = {"StringEquals": {"aws:PrincipalOrgID": "o-other00000"}, **MFA}
    found = listed(iam_role=[role({"Principal": "*", "Condition": bound})], organization=[organization])["r"]
    assert (found["exposed"], found["exposed_reason"]) == (True, "accounts that nobody named may use it")


@pytest.mark.parametrize(
    ("action", "privilege"),
    [
        ("iam:CreateAccessKey", "escalation"),
        ("secretsmanager:GetSecretValue", "secrets"),
        ("s3:ListBucket", "limited"),
    ],
)
def test_privilege_is_the_most_that_holds(action: str, privilege: str) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    inline = [{"policy_name": "p", "document": document, "owner_arn": "x"}]
    assert listed(iam_user=[user(inline_policies=inline)])["u"]["privilege"] == privilege


def test_roles_that_aws_and_identity_center_make_are_known_by_their_path() -> None:
    for path, kind in (("aws-service-role/x.amazonaws.com", "machine"), ("aws-reserved/sso.amazonaws.com", "human")):
        arn = f"arn:aws:iam::{ACCOUNT}:role/{path}/r"
        found = listed(iam_role=[role({"Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"}}, id=arn, arn=arn)])["r"]
        assert found["kind"] == kind


def test_a_hidden_sign_leaves_the_kind_where_it_cannot_matter() -> None:
    marked = user(tags=[{"key": "identity-type", "value": "machine"}], access_keys=[KEY])
    gap = hide(marked, "mfa_devices")
    assert listed(gap, iam_user=[marked])["u"]["kind"] == "machine"
    open_user = user(access_keys=[KEY])
    gap = hide(open_user, "mfa_devices")
    found = listed(gap, iam_user=[open_user])["u"]
    assert (found["kind"], found["kind_reason"]) == (
        "unknown",
        "not known: iam:GetCredentialReport answered AccessDenied",
    )
    assert "kind" in found["unknown"]


# Exposure, MFA, privilege


@pytest.mark.parametrize(
    ("members", "exposed"),
    [
        ({"password_enabled": True, "mfa_devices": []}, True),
        ({"password_enabled": True, "mfa_devices": [DEVICE]}, False),
        ({"password_enabled": True, "mfa_devices": [DEVICE], "access_keys": [KEY]}, True),
        ({"access_keys": [{**KEY, "status": "Inactive"}]}, False),
        ({}, False),
    ],
)
def test_a_user_is_exposed_by_a_credential_that_works_without_mfa(members: Record, *, exposed: bool) -> None:
    assert listed(iam_user=[user(**members)])["u"]["exposed"] is exposed


def test_hidden_devices_are_neither_mfa_nor_its_lack() -> None:
    hidden = user(password_enabled=True)
    found = listed(hide(hidden, "mfa_devices"), iam_user=[hidden])["u"]
    assert (found["mfa"], found["exposed"]) == (None, None)
    assert {"mfa", "exposed"} <= set(found["unknown"])


def test_privilege_is_by_the_facts_that_policies_use() -> None:
    inline = [{"policy_name": "p", "document": ADMIN, "owner_arn": "x"}]
    found = listed(iam_user=[user(inline_policies=inline)])["u"]
    assert found["privilege"] == "admin"
    assert found["privilege_reason"].startswith("may do everything, by ")
    assert listed(iam_user=[user()])["u"]["privilege"] == "none"
    hidden = user(inline_policies=inline)
    found = listed(hide(hidden, "attached_policies"), iam_user=[hidden])["u"]
    assert found["privilege"] == "unknown"
    assert "privilege" in found["unknown"]


def test_a_foreign_account_is_a_third_party_unless_it_is_of_the_organization() -> None:
    theirs = role({"Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"}})
    found = listed(iam_role=[theirs])
    assert found[STRANGER]["type"] == "external_account"
    assert (found[STRANGER]["exposed"], found["r"]["exposed"]) == (True, True)
    member = example("org_account", {"id": STRANGER, "name": "member"})
    found = listed(iam_role=[theirs], org_account=[member])
    assert STRANGER not in found
    assert (found["r"]["exposed"], found["r"]["exposed_reason"]) == (True, "people may assume it without MFA")
    with_mfa = role({"Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"}, "Condition": MFA})
    assert listed(iam_role=[with_mfa], org_account=[member])["r"]["exposed"] is False


def test_an_organization_that_could_not_be_read_makes_exposure_unknown() -> None:
    theirs = role({"Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"}, "Condition": MFA})
    gap = {**hide({**theirs}, "tags", "org_account"), "resource_id": None, "field": None}
    found = listed(gap, iam_role=[theirs])
    assert (found["r"]["exposed"], found[STRANGER]["exposed"]) == (None, None)


def test_identity_center_users_have_the_most_that_their_groups_give() -> None:
    instance, person = example("idc_instance"), example("idc_user")
    group = example("idc_group", {"member_user_ids": [person["id"]]})
    permission_set = example("idc_permission_set")
    found = {
        each["type"]: each
        for each in inventory(
            snapshot(idc_instance=[instance], idc_user=[person], idc_group=[group], idc_permission_set=[permission_set])
        )["identities"]
    }
    assert found["idc_user"]["privilege"] == found["idc_group"]["privilege"]
    assert found["idc_user"]["mfa"] is None
    assert "mfa" in found["idc_user"]["unknown"]


def test_a_secret_that_is_copied_into_an_account_of_others_is_exposed() -> None:
    def secret(account: str) -> Record:
        copy = {"arn": f"arn:aws:secretsmanager:eu-west-1:{account}:secret:app/db-XyZxYz", "status": "InSync"}
        return example("secretsmanager_secret", {"name": "s", "cross_account_replicas": [copy]})

    member = example("org_account", {"id": "444455556666"})
    found = listed(secretsmanager_secret=[secret(STRANGER)], org_account=[member])["s"]
    words = f"is copied into account {STRANGER}, outside the organization"
    assert (found["exposed"], found["exposed_reason"]) == (True, words)
    assert listed(secretsmanager_secret=[secret("444455556666")], org_account=[member])["s"]["exposed"] is False


@pytest.mark.parametrize(
    ("mode", "age", "mfa"),
    [("ALWAYS_ON", "2026-01-01", True), ("NEVER", "2026-01-01", False), ("ALWAYS_ON", "2025-01-01", None)],
)
def test_an_attestation_tells_of_mfa_until_it_is_old(mode: str, age: str, *, mfa: bool | None) -> None:
    told = {"key": "idc.mfa_mode", "value": mode, "by": "ann", "at": f"{age}T00:00:00Z", "evidence_ref": "t"}
    taken = snapshot(attestations=[told], idc_user=[example("idc_user")], idc_instance=[example("idc_instance")])
    found = next(each for each in inventory(taken)["identities"] if each["type"] == "idc_user")
    assert found["mfa"] is mfa


# The document


def fixtures() -> list[str]:
    return sorted(each.name for each in packaged("snapshots").iterdir() if each.name.endswith(".json"))


@pytest.mark.parametrize("name", fixtures())
def test_the_document_is_valid_and_names_every_type(name: str) -> None:
    document = inventory(Snapshot.loads(packaged("snapshots").joinpath(name).read_bytes()))
    assert first_fault("urn:sec02:schema:inventory", document) is None
    assert {each["type"] for each in document["identities"]} <= set(IDENTITY_TYPES)
    assert sum(document["summary"].values()) == len(document["identities"])
    assert set(IDENTITY_TYPES) - {"external_account"} <= set(schemas().types)
    for each in document["identities"]:
        assert each["kind_reason"]
        assert each["privilege_reason"]
        assert each["exposed_reason"], each


def test_what_could_not_be_listed_is_told() -> None:
    document = json.loads(packaged("snapshots").joinpath("partial.json").read_bytes())
    found = inventory(Snapshot(document))["unread"]
    assert {"type": "secretsmanager_secret", "code": "ThrottlingException"}.items() <= next(
        each for each in found if each["type"] == "secretsmanager_secret"
    ).items()


def test_identities_are_found_by_their_parts_and_credentials() -> None:
    held = user(access_keys=[KEY], inline_policies=[{"policy_name": "p", "document": ADMIN, "owner_arn": "x"}])
    document = inventory(snapshot(iam_user=[held]))
    index = identity_of(document)
    (expected,) = (each for each in document["identities"] if each["type"] == "iam_user")
    assert index[KEY["id"]] is index[held["inline_policies"][0]["id"]] is index[held["id"]] is expected


def test_a_choice_counts_only_what_it_shows() -> None:
    document = inventory(snapshot(iam_user=[user(access_keys=[KEY])], iam_role=[role({"Principal": {"AWS": "*"}})]))
    some = chosen(document, kinds=["machine"], types=["iam_user", "iam_role"])
    assert [each["name"] for each in some["identities"]] == ["u"]
    assert some["summary"] == {"human": 0, "machine": 1, "both": 0, "external": 0, "unknown": 0}
    assert first_fault("urn:sec02:schema:inventory", some) is None


def test_an_owner_is_the_tag_that_is_asked_for() -> None:
    tags = [{"key": "team", "value": "red"}, {"key": "owner", "value": ""}]
    taken = snapshot(iam_user=[user(tags=tags)])
    by_tag = {tag: inventory(taken, owner_tag=tag)["identities"][0]["owner"] for tag in ("team", "owner", "none")}
    assert by_tag == {"team": "red", "owner": None, "none": None}
    hidden = user()
    found = listed(hide(hidden, "tags"), iam_user=[hidden])["u"]
    assert (found["owner"], "owner" in found["unknown"]) == (None, True)
