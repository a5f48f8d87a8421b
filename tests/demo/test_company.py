"""Example Corp, end to end: built, collected over loopback, valid, complete, the same each time, free of secrets."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sec02_policies.collect import SERVICES, collect
from sec02_policies.demo import embedded_aws
from sec02_policies.demo.company import EXAMPLES, build_company
from sec02_policies.snapshot import Snapshot, canonical, schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PRACTICES = {f"SEC02-BP0{number}" for number in range(1, 7)}


def named(snapshot: Snapshot, kind: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in snapshot.known(kind) if each["name"] == name]
    return found


def test_the_document_is_a_valid_and_complete_snapshot(document: dict[str, Any], snapshot: Snapshot) -> None:
    assert Snapshot.loads(canonical(document)).sha256 == snapshot.sha256
    assert {gap["kind"] for gap in document["gaps"]} == {"not_requested"}
    assert {call["status"] for call in document["calls"]} == {"ok"}


def test_every_type_of_resource_is_there(snapshot: Snapshot) -> None:
    kinds = [kind for kind, info in schemas().types.items() if info.service in SERVICES]
    assert [kind for kind in kinds if not snapshot.known(kind)] == []


def test_every_example_is_there(snapshot: Snapshot) -> None:
    members = {account["name"]: account["id"] for account in snapshot.known("org_account")}
    names = {(kind, each["name"]) for kind in schemas().types for each in snapshot.known(kind)}
    for example in EXAMPLES:
        if example.type == "iam_account":
            assert [each["alias"] for each in snapshot.known("iam_account")] == [example.name]
            continue
        # The name of an assignment ends with the number of its account.
        head, _, account = example.name.rpartition("/")
        name = f"{head}/{members[account]}" if example.type == "idc_assignment" else example.name
        assert (example.type, name) in names, example


def test_every_best_practice_has_good_and_bad_examples() -> None:
    assert {example.practice for example in EXAMPLES} == PRACTICES
    for practice in PRACTICES:
        assert {example.good for example in EXAMPLES if example.practice == practice} == {True, False}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def test_another_time_moves_all_dates_and_no_secret_or_personal_datum_is_in_the_document() -> None:
    then = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    with embedded_aws() as aws:
        site = build_company(aws, now=then)
        secrets = site.client("secretsmanager")
        values = [
            secrets.get_secret_value(SecretId=each["Name"])["SecretString"]
            for each in secrets.list_secrets()["SecretList"]
        ]
        idp = site.client("cognito-idp")
        pools = [pool["Id"] for pool in idp.list_user_pools(MaxResults=60)["UserPools"]]
        for pool in pools:
            for client in idp.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]:
                own = {"UserPoolId": pool, "ClientId": client["ClientId"]}
                described = idp.describe_user_pool_client(**own)["UserPoolClient"]
                values += [described["ClientSecret"]] if "ClientSecret" in described else []
        document = collect(aws.session, regions=[aws.region], now=lambda: then)
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    assert [text for text in texts(document) if text.startswith(today)] == []
    data = canonical(document).decode().lower()
    assert len(values) == 9
    assert [value for value in values if value.lower() in data] == []
    # Every password, secret, person's name and address of the company begins so.
    assert "canary-" not in data
    assert "@example" not in data
    assert "begin certificate" not in data


def test_the_root_user_and_its_mistakes_are_seen(snapshot: Snapshot) -> None:
    root = named(snapshot, "iam_root", "root")
    assert root["password_enabled"]
    assert root["mfa_active"]
    assert root["access_keys_present"]
    assert root["access_keys"][0]["active"]
    assert [device["serial_number"].rpartition("/")[2] for device in root["virtual_mfa_devices"]] == [
        "root-account-mfa-device"
    ]


def test_people_have_their_ages_and_devices(snapshot: Snapshot) -> None:
    alice, dave, carol = (named(snapshot, "iam_user", name) for name in ("alice", "dave", "carol"))
    assert [device["kind"] for device in alice["mfa_devices"]] == ["fido"]
    assert [device["kind"] for device in dave["mfa_devices"]] == ["virtual"]
    assert sorted(key["create_date"][:10] for key in dave["access_keys"]) == ["2024-12-24", "2026-07-27"]
    assert (carol["password_enabled"], carol["password_last_used_date"]) == (True, None)
    assert carol["create_date"] == "2026-05-08T09:00:00Z"
    heidi, grace = named(snapshot, "iam_user", "heidi"), named(snapshot, "iam_user", "grace")
    assert heidi["password_reset_required"]
    assert grace["permissions_boundary_arn"].endswith(":policy/contractor-boundary")
    assert grace["groups"] == []


def test_roles_have_their_trust_and_use(snapshot: Snapshot) -> None:
    public = named(snapshot, "iam_role", "public-reports")
    assert public["trust_policy"]["statements"][0]["principals"] == [{"kind": "any", "value": "*", "account_id": None}]
    runner = named(snapshot, "iam_role", "migration-runner")
    assert runner["last_used_date"] == "2026-01-28T09:00:00Z"
    assert runner["trust_policy"]["statements"][0]["principals"][0]["kind"] == "orphan"
    assert named(snapshot, "iam_role", "power-user")["max_session_duration"] == 12 * 3600
    assert named(snapshot, "iam_role", "app-orders")["instance_profile_arns"]


def test_certificates_have_their_ends(snapshot: Snapshot) -> None:
    ends = {each["name"]: each["certificates"][0]["not_after"][:10] for each in snapshot.known("iam_saml_provider")}
    assert ends == {"okta": "2028-10-24", "adfs-legacy": "2026-09-25"}
    ends = {each["name"]: each["expiration"][:10] for each in snapshot.known("iam_server_certificate")}
    assert ends == {"www-example-com": "2027-08-01", "old-shop-example-com": "2026-10-15"}


def test_secrets_have_their_rotation(snapshot: Snapshot) -> None:
    orders = named(snapshot, "secretsmanager_secret", "prod/orders/db")
    assert (orders["rotation_enabled"], orders["rotation_interval_days"]) == (True, 30)
    assert orders["next_rotation_date"] == "2026-12-12T09:00:00Z"
    stuck = named(snapshot, "secretsmanager_secret", "prod/reports/warehouse")
    assert sorted(stage for version in stuck["versions"] for stage in version["stages"]) == ["AWSCURRENT", "AWSPENDING"]
    assert stuck["rotation_interval_days"] == 90
    assert named(snapshot, "secretsmanager_secret", "legacy/ftp")["last_accessed_date"] is None
    assert named(snapshot, "secretsmanager_secret", "poc/chatbot")["deleted_date"] is not None
    assert named(snapshot, "secretsmanager_secret", "rds!cluster-7f3a2b1c-orders")["owning_service"] == "rds"
    assert [each["status"] for each in named(snapshot, "secretsmanager_secret", "prod/checkout/token")["replicas"]] == [
        "InSync"
    ]


def test_identity_center_has_its_assignments(snapshot: Snapshot) -> None:
    administrator = named(snapshot, "idc_permission_set", "Administrator")
    assert administrator["session_duration_seconds"] == 12 * 3600
    assert {each["principal_type"] for each in administrator["assignments"]} == {"USER", "GROUP"}
    assert len(administrator["assignments"]) == 4
    assert len(named(snapshot, "idc_permission_set", "Developer")["outdated_account_ids"]) == 1
    assert sorted(bool(each["external_issuers"]) for each in snapshot.known("idc_user")) == [False] * 2 + [True] * 4
    assert [each["user_status"] for each in snapshot.known("idc_user")].count("DISABLED") == 1


def test_customers_pools_are_told_apart(snapshot: Snapshot) -> None:
    shop, forum = (named(snapshot, "cognito_user_pool", name) for name in ("shop-customers", "forum"))
    assert (shop["mfa_configuration"], forum["mfa_configuration"]) == ("ON", "OFF")
    assert (shop["advanced_security_mode"], forum["advanced_security_mode"]) == ("ENFORCED", "OFF")
    assert len(shop["risk_configurations"]) == 1
    assert forum["risk_configurations"] == []
    app = named(snapshot, "cognito_identity_pool", "shop-app")
    assert (app["allow_unauthenticated_identities"], app["allow_classic_flow"]) == (True, True)
    assert app["unauthenticated_role_arn"].endswith("/shop-guest")
    back_office = named(snapshot, "cognito_user_pool_client", "shop-customers/back-office")
    assert back_office["has_secret"]


def test_the_document_can_be_written_as_json(document: dict[str, Any]) -> None:
    assert json.loads(canonical(document)) == document
