"""`sec02 archive` of an organization's folder: a bundle for each account, and no silence on those without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_org_folder_verbs import LOST, ONE, TWO, folder  # noqa: F401 - a fixture

Sec02 = Callable[..., Any]


@pytest.fixture
def archive(sec02: Sec02, folder: Path, policy_folder: Path, tmp_path: Path) -> Sec02:  # noqa: F811 - the fixture
    """Archives the organization's folder with one policy, into the folder `evidence`."""

    def run(*options: str | Path) -> Any:
        return sec02("archive", folder, "--policies", policy_folder, "--output", tmp_path / "evidence", *options)

    return run


def test_each_account_has_a_bundle_in_a_chain_of_its_own(archive: Sec02, sec02: Sec02, tmp_path: Path) -> None:
    first, second = archive(), archive()
    names = [Path(each).name[:19] for each in first.out.split() + second.out.split()]
    assert names == [f"{account}-00000{number}" for number in (1, 2) for account in (ONE, TWO)]
    assert first.code == second.code == 3
    assert f"{LOST} lost: no bundle, failed: sts:AssumeRole: AccessDenied\n" in first.err
    checked = sec02("verify", tmp_path / "evidence", "--replay", "--allow-unsigned")
    assert checked.code == 0
    assert checked.out.count("reproduced   yes") == 4


def test_a_bundle_is_that_of_the_snapshot_alone(
    archive: Sec02,
    sec02: Sec02,
    folder: Path,  # noqa: F811 - the fixture
    policy_folder: Path,
    tmp_path: Path,
) -> None:
    bundle = Path(archive().out.split()[0])
    sec02("archive", folder / f"{ONE}.json", "--policies", policy_folder, "--output", tmp_path / "alone")
    assert (tmp_path / "alone" / bundle.name).read_bytes() == bundle.read_bytes()


def test_stored_results_of_each_account_are_archived(
    archive: Sec02,
    sec02: Sec02,
    folder: Path,  # noqa: F811 - the fixture
    policy_folder: Path,
    tmp_path: Path,
) -> None:
    results = tmp_path / "results"
    sec02("evaluate", folder, "--policies", policy_folder, "--output", results, "--param", "own-user-mfa.least=9")
    bundle = archive("--results", results).out.split()[1]
    assert b'"fail":1' in sec02("archive", "show", bundle, "--file", "manifest.json").out.encode()
    (results / f"{TWO}.json").unlink()
    missing = archive("--results", results)
    assert (missing.code, missing.out) == (5, "")
    assert f"no results of account {TWO}" in missing.err


def test_options_of_one_account_are_refused(archive: Sec02, tmp_path: Path) -> None:
    assert archive("--stream", "all").code == 2
    assert archive("--results", tmp_path / "results.json").code == 2
