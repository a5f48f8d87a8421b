from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.cli.bundles import reports_of
from sec02_policies.snapshot import canonical
from sec02_policies.testing import build_document, example

Make = Callable[..., Any]


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    users = [example("iam_user", {"name": name, "mfa_devices": []}) for name in ("alice", "bob")]
    path = tmp_path / "snapshot.json"
    path.write_bytes(canonical(build_document({"iam_account": [example("iam_account")], "iam_user": users})))
    return path


@pytest.fixture
def chosen(root: Path) -> tuple[str, str]:
    """The options that choose one policy."""
    return "--policies", str(root / "policies" / "bp01-strong-sign-in" / "iam-user-console-mfa.yaml")


@pytest.fixture
def archived(sec02: Make, snapshot: Path, chosen: tuple[str, str], tmp_path: Path) -> Make:
    """Archives the snapshot by one policy, signed unless told otherwise, and returns the file."""

    def make(*options: str | Path, signed: bool = True) -> Path:
        key = tmp_path / "key"
        if signed and not key.exists():
            assert sec02("keygen", key).code == 0
        signing = ("--sign-key", key) if signed else ()
        selection = () if "--policies" in options else chosen
        done = sec02("archive", snapshot, "--output", tmp_path / "evidence", *selection, *signing, *options)
        assert done.code == 0, done.err
        return Path(done.out.strip())

    return make


def levels(outcome: Any) -> list[dict[str, str]]:
    return [each["levels"] for each in json.loads(outcome.out)["bundles"]]


def test_the_key_is_for_its_owner_alone(sec02: Make, tmp_path: Path) -> None:
    assert sec02("keygen", tmp_path / "key").code == 0
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert (tmp_path / "key.pub").read_text().startswith("-----BEGIN PUBLIC KEY-----")


@pytest.mark.parametrize("name", ["key", "key.pub"])
def test_a_key_is_never_overwritten(sec02: Make, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    assert sec02("keygen", tmp_path / "key").code == 5
    assert (tmp_path / name).read_text() == "mine"


def test_archive_then_verify_with_everything(sec02: Make, archived: Make, tmp_path: Path) -> None:
    path = archived()
    done = sec02("verify", path, "--trusted-key", tmp_path / "key.pub", "--replay", "--format", "json")
    assert done.code == 0
    assert levels(done) == [
        {
            "intact": "proved",
            "signed": "proved",
            "chained": "proved",
            "timestamped": "not_checked",
            "reproduced": "proved",
        }
    ]


def test_the_table_says_each_level(sec02: Make, archived: Make, tmp_path: Path) -> None:
    done = sec02("verify", archived(), "--trusted-key", tmp_path / "key.pub")
    words = [line.split()[:2] for line in done.out.split("\n")[1:6]]
    assert words == [
        ["intact", "yes"],
        ["signed", "yes"],
        ["chained", "yes"],
        ["timestamped", "not"],
        ["reproduced", "not"],
    ]


@pytest.mark.parametrize("signed", [True, False])
def test_without_a_trusted_key_nothing_is_authentic(sec02: Make, archived: Make, *, signed: bool) -> None:
    path = archived(signed=signed)
    done = sec02("verify", path)
    assert done.code == 6
    assert "NOT AUTHENTICATED" in done.err
    allowed = sec02("verify", path, "--allow-unsigned")
    assert allowed.code == 0
    assert "NOT AUTHENTICATED" in allowed.err


def test_unsigned_is_refused_where_a_key_is_given_whatever_is_allowed(
    sec02: Make, archived: Make, tmp_path: Path
) -> None:
    archived()
    path = archived("--stream", "other", signed=False)
    assert sec02("verify", path, "--trusted-key", tmp_path / "key.pub", "--allow-unsigned").code == 6


def test_a_changed_byte_is_exit_code_6_with_its_code(sec02: Make, archived: Make, tmp_path: Path) -> None:
    path = archived()
    path.write_bytes(path.read_bytes()[:-30])
    done = sec02("verify", path, "--trusted-key", tmp_path / "key.pub")
    assert done.code == 6
    assert "[zip.truncated]" in done.out


def test_the_second_bundle_continues_the_chain(sec02: Make, archived: Make, tmp_path: Path) -> None:
    first, second, other = archived(), archived(), archived("--stream", "other")
    assert [each.name.rsplit("-", 1)[0] for each in (first, second, other)] == [
        "111122223333-000001",
        "111122223333-000002",
        "other-000001",
    ]
    head = json.loads(sec02("archive", "show", second).out)["bundle_id"]
    trusted = ("--trusted-key", tmp_path / "key.pub", "--expect-head", head)
    assert sec02("verify", first, second, *trusted).code == 0
    assert sec02("verify", first, *trusted).code == 6


def test_a_broken_bundle_stops_the_chain(
    sec02: Make, archived: Make, chosen: tuple[str, str], snapshot: Path, tmp_path: Path
) -> None:
    path = archived()
    path.write_bytes(b"")
    done = sec02("archive", snapshot, *chosen, "-o", tmp_path / "evidence")
    assert done.code == 6
    assert done.err.startswith(str(path))


def test_stored_results_are_archived_with_their_parameters(
    sec02: Make, archived: Make, snapshot: Path, root: Path, tmp_path: Path
) -> None:
    results = tmp_path / "results.json"
    param = "iam-access-key-rotated.max_age_days=7"
    policies = ("--policies", root / "policies" / "bp05-audit-and-rotate" / "iam-access-key-rotated.yaml")
    sec02("evaluate", snapshot, *policies, "--param", param, "--format", "json", "-o", results)
    path = archived(*policies, "--results", results)
    shown = sec02("archive", "show", path, "--file", "results.json.gz")
    assert shown.out.encode() == results.read_bytes()
    assert sec02("verify", path, "--trusted-key", tmp_path / "key.pub", "--replay").code == 0


def test_results_that_are_none_are_invalid_input(sec02: Make, snapshot: Path, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('{"results":[]}')
    assert sec02("archive", snapshot, "--results", tmp_path / "results.json", "-o", tmp_path).code == 5


def test_extract_writes_every_file_for_the_owner_alone(sec02: Make, archived: Make, tmp_path: Path) -> None:
    assert sec02("archive", "extract", archived(), tmp_path / "out").code == 0
    files = sorted(str(each.relative_to(tmp_path / "out")) for each in (tmp_path / "out").rglob("*") if each.is_file())
    assert "policies/iam-user-console-mfa.yaml" in files
    assert "attestation.dsse.json" in files
    assert stat.S_IMODE((tmp_path / "out" / "manifest.json").stat().st_mode) == 0o600


def test_the_results_are_there_for_reading(sec02: Make, archived: Make) -> None:
    path = archived()
    assert "iam-user-console-mfa" in sec02("archive", "show", path, "--file", "report.txt").out
    page = sec02("archive", "show", path, "--file", "report.html").out
    assert page.startswith("<!doctype html>")
    assert "alice" in page


def test_a_page_is_only_of_as_many_results_as_a_browser_shows_well(snapshot: Path, chosen: tuple[str, str]) -> None:
    loaded, policies = Snapshot.loads(snapshot.read_bytes()), PolicySet.load(chosen[1])
    document = evaluate(loaded, policies).document()
    many = {**document, "results": document["results"] * 10_001}
    assert sorted(reports_of(document, policies, loaded)) == ["report.html", "report.txt"]
    assert list(reports_of(many, policies, loaded)) == ["report.txt"]


def test_extract_writes_into_an_empty_folder_only(sec02: Make, archived: Make, tmp_path: Path) -> None:
    path = archived()
    full, link = tmp_path / "full", tmp_path / "link"
    full.mkdir()
    (full / "README.txt").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    link.symlink_to(tmp_path / "elsewhere")
    assert sec02("archive", "extract", path, full).code == 5
    assert sec02("archive", "extract", path, link).code == 5
    assert (full / "README.txt").read_text() == "mine"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_prune_lists_and_deletes_nothing(sec02: Make, archived: Make, tmp_path: Path) -> None:
    first, _ = archived(), archived()
    done = sec02("archive", "prune", tmp_path / "evidence", "--keep-days", "30")
    assert done.out.split() == [str(first)]
    assert "nothing was deleted" in done.err
    assert len(list((tmp_path / "evidence").iterdir())) == 2


def test_replay_env_is_a_pip_install(sec02: Make, archived: Make) -> None:
    done = sec02("verify", archived(), "--allow-unsigned", "--replay-env")
    assert any(line.startswith("pip install cel-python==") for line in done.out.split("\n"))


def test_a_timestamp_needs_a_signature(sec02: Make, snapshot: Path, tmp_path: Path) -> None:
    done = sec02("archive", snapshot, "-o", tmp_path, "--timestamp-url", "https://tsa.invalid")
    assert done.code == 5
    assert "--sign-key" in done.err


@pytest.mark.parametrize("data", [b"", b"-----BEGIN PRIVATE KEY-----\n", b"\x00\xff"])
def test_a_file_that_is_no_key_is_invalid_input(sec02: Make, archived: Make, tmp_path: Path, data: bytes) -> None:
    path = archived()
    (tmp_path / "odd").write_bytes(data)
    assert sec02("verify", path, "--trusted-key", tmp_path / "odd").code == 5
    assert sec02("archive", path, "-o", tmp_path, "--sign-key", tmp_path / "odd").code == 5


def test_a_private_key_is_not_trusted(sec02: Make, archived: Make, tmp_path: Path) -> None:
    assert sec02("verify", archived(), "--trusted-key", tmp_path / "key").code == 5


def test_a_head_too_short_is_invalid_input(sec02: Make, archived: Make) -> None:
    assert sec02("verify", archived(), "--expect-head", "abc").code == 5


def test_the_bundle_of_the_demo_fixture_is_reproduced(sec02: Make, root: Path, tmp_path: Path) -> None:
    sec02("keygen", tmp_path / "key")
    done = sec02("archive", root / "snapshots" / "minimal.json", "-o", tmp_path / "out", "--sign-key", tmp_path / "key")
    assert done.code == 0, done.err
    assert sec02("verify", done.out.strip(), "--trusted-key", tmp_path / "key.pub", "--replay").code == 0


WAIVERS = """\
waivers:
  - id: w-1
    policy: iam-user-console-mfa
    match: {resource_name: bob}
    reason: Leaves at the end of the month.
    owner: ann@example.com
    approved_by: sue@example.com
    created: 2026-01-01
    expires: 2026-03-01
"""


@pytest.fixture
def waivers(tmp_path: Path) -> Path:
    path = tmp_path / "waivers.yaml"
    path.write_text(WAIVERS)
    return path


def test_waivers_are_archived_and_replayed(sec02: Make, archived: Make, waivers: Path, tmp_path: Path) -> None:
    path = archived("--waivers", waivers)
    assert sec02("archive", "show", path, "--file", "waivers/0001.yaml").out == WAIVERS
    assert json.loads(sec02("archive", "show", path).out)["manifest"]["outcome"]["waived"] == 1
    assert sec02("verify", path, "--trusted-key", tmp_path / "key.pub", "--replay").code == 0


def test_results_with_waivers_are_not_archived_without_them(
    sec02: Make, chosen: tuple[str, str], snapshot: Path, waivers: Path, tmp_path: Path
) -> None:
    results = tmp_path / "results.json"
    sec02("evaluate", snapshot, *chosen, "--waivers", waivers, "--format", "json", "-o", results)
    done = sec02("archive", snapshot, *chosen, "--results", results, "-o", tmp_path / "out")
    assert done.code == 5
    assert "--waivers" in done.err
    done = sec02("archive", snapshot, *chosen, "--results", results, "--waivers", waivers, "-o", tmp_path / "out")
    assert done.code == 0, done.err
    assert sec02("verify", done.out.strip(), "--allow-unsigned", "--replay").code == 0
