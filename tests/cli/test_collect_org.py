"""`sec02 collect --org` against an organization of its own: a snapshot of each account, and what became of the rest."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from organization_server import CANARY, MANAGEMENT, NAMES, REGION, ROLE, Running, running

from sec02_policies.cli.snapshot_folder import held
from sec02_policies.snapshot import Snapshot
from sec02_policies.snapshot.index import SnapshotIndex

Sec02 = Callable[..., Any]
# What moto can answer without holes, by far the quickest to read.
POLICY = Path(__file__).parents[2] / "policies" / "bp05-audit-and-rotate" / "iam-user-single-active-key.yaml"
QUICK = ("--region", REGION, "--for-policies", "--policies", str(POLICY))


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as found:
        yield found


@pytest.fixture
def org(server: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """The organization, as it is at the start, and this process pointed at it."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in server.environment().items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    server.control("set", external_id=None, valid=None, once=None, slow={}, keys={})
    return server


@pytest.fixture
def collect(sec02: Sec02, org: Running, tmp_path: Path) -> Callable[..., Any]:
    """Runs `sec02 collect --org` for what is quick to read, into the folder `out`."""
    assert org.accounts

    def run(*options: str | Path, role: str = ROLE) -> Any:
        return sec02("collect", "--org", "--role-name", role, *QUICK, "--output", tmp_path / "out", *options)

    return run


def index_of(folder: Path) -> SnapshotIndex:
    return SnapshotIndex.loads((folder / "index.json").read_bytes(), "index.json")


def statuses(folder: Path, org: Running) -> dict[str, str]:
    names = {account_id: name for name, account_id in org.accounts.items()}
    return {names[key]: entry.status.value for key, entry in index_of(folder).accounts.items()}


READABLE = ("management", "workloads", "security", "sandbox")


def only(org: Running, *names: str) -> tuple[str, str]:
    return "--accounts", ",".join(org.accounts[each] for each in names)


# ------------------------------------------------------------ what is read


def test_every_active_account_is_read_and_the_others_are_named(collect: Sec02, org: Running, tmp_path: Path) -> None:
    outcome = collect()
    assert outcome.code == 3
    out = tmp_path / "out"
    assert statuses(out, org) == {**dict.fromkeys(READABLE, "complete"), "locked": "failed", "closed": "skipped"}
    index = index_of(out)
    assert index.organization_id == org.organization
    for name in READABLE:
        entry = index.accounts[org.accounts[name]]
        snapshot = Snapshot.loads((out / str(entry.file)).read_bytes())
        assert (snapshot.account_id, snapshot.sha256) == (org.accounts[name], entry.sha256)
        assert [user["name"] for user in snapshot.known("iam_user")] == [f"{name}-user"]
        assert sum(entry.gaps.values()) == len(snapshot.gaps)
    error = index.accounts[org.accounts["locked"]].error
    assert error is not None
    assert (error.api, error.code) == ("sts:AssumeRole", "AccessDenied")
    assert f"failed: {org.accounts['locked']} locked: sts:AssumeRole: AccessDenied\n" in outcome.err
    assert f"skipped: {org.accounts['closed']} closed: SUSPENDED\n" in outcome.err
    assert "the same command with --resume" in outcome.err
    assert outcome.out == ""


def test_the_folder_is_for_its_owner_alone_and_nothing_else_is_in_it(
    collect: Sec02, org: Running, tmp_path: Path
) -> None:
    collect(*only(org, "management", "security"))
    out = tmp_path / "out"
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {each.name: oct(stat.S_IMODE(each.stat().st_mode)) for each in out.iterdir()} == dict.fromkeys(
        ("index.json", f"{MANAGEMENT}.json", f"{org.accounts['security']}.json"), "0o600"
    )


def test_an_empty_folder_that_others_could_look_into_is_closed(collect: Sec02, org: Running, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o755)
    assert collect(*only(org, "security")).code == 0
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


def test_the_role_is_assumed_everywhere_but_in_the_callers_own_account(collect: Sec02, org: Running) -> None:
    collect(*only(org, "management", "security"), "--external-id", "sec02/1")
    [asked] = org.control("log")["assumed"]
    assert asked["RoleArn"] == f"arn:aws:iam::{org.accounts['security']}:role/{ROLE}"
    assert asked["RoleSessionName"] == "sec02-policies"
    assert asked["DurationSeconds"] == "3600"
    assert asked["ExternalId"] == "sec02/1"
    # Signed for the region: a token of the global endpoint does not hold where an account has to opt in.
    assert f"/{REGION}/sts/aws4_request" in asked["auth"]


def test_a_role_that_asks_for_an_external_id_gets_it_or_the_account_fails(
    collect: Sec02, org: Running, tmp_path: Path
) -> None:
    org.control("set", external_id="sec02/1")
    assert collect(*only(org, "security")).code == 3
    assert statuses(tmp_path / "out", org) == {"security": "failed"}
    assert collect(*only(org, "security"), "--external-id", "sec02/1", "--resume").code == 0
    assert statuses(tmp_path / "out", org) == {"security": "complete"}


def test_a_unit_stands_for_all_accounts_below_it(collect: Sec02, org: Running, tmp_path: Path) -> None:
    assert collect("--ou", org.units["apps"]).code == 0
    assert statuses(tmp_path / "out", org).keys() == {"workloads", "sandbox"}
    path = index_of(tmp_path / "out").accounts[org.accounts["workloads"]].ou_path
    assert path == (org.units["root"], org.units["apps"], org.units["prod"])


def test_a_member_is_not_asked_for_what_is_the_organizations(sec02: Sec02, org: Running, tmp_path: Path) -> None:
    options = ("--region", REGION, "--service", "organizations", "--output", tmp_path / "out")
    outcome = sec02("collect", "--org", "--role-name", ROLE, *options, *only(org, "security", "management"))
    assert outcome.code == 0
    document = json.loads((tmp_path / "out" / f"{org.accounts['security']}.json").read_bytes())
    assert {each["operation"] for each in document["calls"]} == {"GetCallerIdentity", "DescribeOrganization"}
    assert document["scope"]["organization_id"] == org.organization
    assert {gap["kind"] for gap in document["gaps"]} == {"not_requested"}
    whole = json.loads((tmp_path / "out" / f"{MANAGEMENT}.json").read_bytes())
    assert len(whole["resources"]["org_account"]) == len(NAMES) + 1


# ------------------------------------------------------------ what the caller hands on


KNOWN_ACCOUNTS = ("--for-policies", "--select", "iam-role-trust-known-accounts", "--region", REGION)


def read_by(path: Path) -> dict[str, Any]:
    """Who listed the accounts that the snapshot has, and when."""
    (found,) = (each for each in json.loads(path.read_bytes())["sections"] if each["name"] == "org_account")
    return dict(found["read_by"])


def test_a_member_is_judged_by_the_accounts_that_the_caller_listed(sec02: Sec02, org: Running, tmp_path: Path) -> None:
    out, member = tmp_path / "out", f"{org.accounts['workloads']}.json"
    run = ("collect", "--org", "--role-name", ROLE, *KNOWN_ACCOUNTS, *only(org, "workloads"), "--output", out)
    assert sec02(*run).code == 0
    first = read_by(out / member)
    assert first["principal_arn"] == f"arn:aws:sts::{MANAGEMENT}:user/moto"
    handed_on = f"handed on: organizations:ListAccounts, read by {first['principal_arn']} at {first['at']}\n"
    assert handed_on in sec02("snapshot", "stats", out / member).out
    select = ("--select", "iam-role-trust-known-accounts")
    assert sec02("evaluate", out, *select, "--output", tmp_path / "results").code == 1
    results = json.loads((tmp_path / "results" / member).read_bytes())["results"]
    assert {each["resource_name"]: each["status"] for each in results} == {
        # It trusts the management account, as in every member that AWS made.
        "OrganizationAccountAccessRole": "pass",
        "for-sibling": "pass",
        "for-stranger": "fail",
        ROLE: "not_applicable",
    }
    # Who is on the list is evidence like the rest: it is archived, and judged again to the same bytes.
    assert sec02("archive", out / member, *select, "--output", tmp_path / "evidence").code == 0
    (bundle,) = (tmp_path / "evidence").iterdir()
    assert sec02("verify", bundle, "--replay", "--allow-unsigned").code == 0


def test_an_account_that_is_read_again_has_the_list_of_that_run(sec02: Sec02, org: Running, tmp_path: Path) -> None:
    out, names = tmp_path / "out", ("workloads", "security")
    run = ("collect", "--org", "--role-name", ROLE, *KNOWN_ACCOUNTS, *only(org, *names), "--output", out)
    files = [out / f"{org.accounts[each]}.json" for each in names]
    assert sec02(*run).code == 0
    kept = files[1].read_bytes()
    before = read_by(files[0])["at"]
    files[0].unlink()
    sleep(1.1)
    assert sec02(*run, "--resume").code == 0
    assert read_by(files[0])["at"] > before
    assert files[1].read_bytes() == kept


# ------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--accounts", "999999999999"), "--accounts 999999999999: not in organization"),
        (("--ou", "ou-ab12-cd34ef56"), "--ou ou-ab12-cd34ef56: no account below it"),
    ],
)
def test_an_account_or_a_unit_that_is_not_there_is_refused(
    collect: Sec02, tmp_path: Path, options: tuple[str, str], said: str
) -> None:
    outcome = collect(*options)
    assert outcome.code == 5
    assert outcome.err.startswith(said)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--role-name", "arn:aws:iam::123456789012:role/x"),
        ("--accounts", "12345"),
        ("--accounts", "123456789012,x"),
        ("--ou", "prod"),
        ("--external-id", "a"),
        ("--workers", "0"),
    ],
)
def test_options_that_cannot_be_right_are_refused_before_a_call(
    collect: Sec02, org: Running, options: tuple[str, str]
) -> None:
    assert collect(*options).code == 2
    assert org.control("log")["calls"] == 0


@pytest.mark.parametrize("option", [("--role-name", ROLE), ("--accounts", MANAGEMENT), ("--resume",)])
def test_options_of_an_organization_without_org_are_refused(sec02: Sec02, option: tuple[str, ...]) -> None:
    outcome = sec02("collect", *option)
    assert outcome.code == 2
    assert "are for --org: give it too." in outcome.err


def test_a_folder_with_something_in_it_is_refused(collect: Sec02, org: Running, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    for options, said in (((), "not empty: an empty folder; or --resume"), (("--resume",), "no index.json in it")):
        outcome = collect(*options)
        assert (outcome.code, len(outcome.err.splitlines())) == (5, 1)
        assert said in outcome.err
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["notes.txt"]
    assert org.control("log")["calls"] == 0


# ------------------------------------------------------------ resuming


def test_resume_reads_what_is_missing_failed_or_changed_and_nothing_else(
    collect: Sec02, org: Running, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    collect()
    security = out / f"{org.accounts['security']}.json"
    kept = (security.stat().st_ino, security.stat().st_mtime_ns)
    (out / f"{org.accounts['workloads']}.json").unlink()
    (out / f"{org.accounts['sandbox']}.json").write_text("{}")
    left = out / f".{org.accounts['sandbox']}.json.abcdef"
    left.write_text('{"half')
    org.control("set")
    outcome = collect("--resume")
    assert outcome.code == 3
    asked = {each["RoleArn"].split(":")[4] for each in org.control("log")["assumed"]}
    assert asked == {org.accounts[each] for each in ("workloads", "sandbox", "locked")}
    assert (security.stat().st_ino, security.stat().st_mtime_ns) == kept
    assert not left.exists()
    assert statuses(out, org)["workloads"] == statuses(out, org)["sandbox"] == "complete"
    Snapshot.loads((out / f"{org.accounts['sandbox']}.json").read_bytes())


def test_a_folder_of_another_organization_or_of_other_options_is_not_resumed(
    collect: Sec02, org: Running, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    collect(*only(org, "security"))
    before = (out / "index.json").read_bytes()
    outcome = collect(*only(org, "security"), "--resume", role="another")
    assert (outcome.code, len(outcome.err.splitlines())) == (5, 1)
    assert "collected with another choice of role name: the options of the first run" in outcome.err
    (out / "index.json").write_bytes(before.replace(org.organization.encode(), b"o-another0000"))
    outcome = collect(*only(org, "security"), "--resume")
    assert (outcome.code, len(outcome.err.splitlines())) == (5, 1)
    assert f"of organization o-another0000, not {org.organization}: " in outcome.err


def test_an_index_that_is_none_is_refused_in_one_line(collect: Sec02, org: Running, tmp_path: Path) -> None:
    out = tmp_path / "out"
    collect(*only(org, "security"))
    (out / "index.json").write_text('{"schema_version": "1"}')
    outcome = collect("--resume")
    assert (outcome.code, len(outcome.err.splitlines())) == (5, 1)


def test_two_collections_do_not_write_to_one_folder(collect: Sec02, org: Running, tmp_path: Path) -> None:
    with held(tmp_path / "out"):
        outcome = collect(*only(org, "security"))
        assert (outcome.code, len(outcome.err.splitlines())) == (5, 1)
        assert "another collection writes to it" in outcome.err
    assert collect(*only(org, "security")).code == 0


# ------------------------------------------------------------ long runs


def test_keys_that_end_during_the_run_are_renewed(collect: Sec02, org: Running, tmp_path: Path) -> None:
    org.control("set", valid=4, slow={"GetAccountAuthorizationDetails": 5})
    assert collect(*only(org, "security")).code == 0
    assert statuses(tmp_path / "out", org) == {"security": "complete"}
    assert len(org.control("log")["assumed"]) > 1


def test_a_role_that_is_lost_during_the_run_fails_the_account_and_no_other(
    collect: Sec02, org: Running, tmp_path: Path
) -> None:
    org.control("set", valid=4, once=org.accounts["security"])
    assert collect(*only(org, "security", "sandbox")).code == 3
    assert statuses(tmp_path / "out", org) == {"security": "failed", "sandbox": "complete"}
    assert not (tmp_path / "out" / f"{org.accounts['security']}.json").exists()


# ------------------------------------------------------------ redaction, gaps, the plan


def test_a_redacted_folder_betrays_no_account_and_is_resumed_under_its_key(
    collect: Sec02, org: Running, tmp_path: Path
) -> None:
    (tmp_path / "key").write_bytes(b"0123456789abcdef")
    out, redact = tmp_path / "out", ("--redact", "all", "--redact-key", tmp_path / "key")
    assert collect(*redact).code == 3
    names = {each.name for each in out.iterdir()}
    written = "".join([*names, *(each.read_text() for each in out.iterdir())])
    for secret in (*org.accounts.values(), *NAMES, org.organization, *org.units.values(), ROLE, CANARY):
        assert secret not in written
    for entry in index_of(out).accounts.values():
        if entry.file:
            snapshot = Snapshot.loads((out / entry.file).read_bytes())
            assert (snapshot.account_id, snapshot.sha256) == (entry.account_id, entry.sha256)
    org.control("set")
    assert collect(*redact, "--resume").code == 3
    assert {each["RoleArn"].split(":")[4] for each in org.control("log")["assumed"]} == {org.accounts["locked"]}
    assert {each.name for each in out.iterdir()} == names
    (tmp_path / "key").write_bytes(b"another-key-of-16")
    assert "another choice of redaction" in collect(*redact, "--resume").err
    assert "another choice of redaction" in collect("--resume").err


def test_gaps_of_the_kinds_that_matter_set_the_exit_code(collect: Sec02, org: Running) -> None:
    outcome = collect(*only(org, "security"), "--fail-on-gap", "not_requested")
    assert outcome.code == 3
    assert "\n--fail-on-gap: " in outcome.err


def test_the_plan_tells_the_role_its_trust_and_who_assumes_it_without_a_call(collect: Sec02, org: Running) -> None:
    outcome = collect("--plan", "--external-id", "sec02/1")
    assert (outcome.code, outcome.err, org.control("log")["calls"]) == (0, "", 0)
    parts = outcome.out.split("\n\n")
    caller, role, trust = (json.loads(each.partition("\n")[2]) for each in parts[-3:])
    allowed = {each["Sid"]: each for each in caller["Statement"]}
    assert allowed["Sec02AssumeRole"]["Action"] == ["sts:AssumeRole"]
    assert allowed["Sec02AssumeRole"]["Resource"] == f"arn:aws:iam::*:role/{ROLE}"
    assert "organizations:ListAccounts" in allowed["Sec02Read"]["Action"]
    assert "sts:AssumeRole" not in json.dumps(role)
    assert trust["Statement"][0]["Condition"] == {"StringEquals": {"sts:ExternalId": "sec02/1"}}
