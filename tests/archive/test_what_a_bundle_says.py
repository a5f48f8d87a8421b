"""What `sec02 verify` tells an auditor beside its verdicts: whose bundle it is, as of when, and what was not read."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_archive_cli import archived, chosen, snapshot  # noqa: F401 - fixtures

from sec02_policies.cli.bundle_says import says

Make = Callable[..., Any]
LATER = "2099-01-01T00:00:00Z"


@pytest.fixture
def manifest(make: Make) -> dict[str, Any]:
    return copy.deepcopy(dict(make().manifest))


def test_it_says_whose_it_is_and_by_whose_clock(manifest: dict[str, Any]) -> None:
    manifest["run"] |= {"collected_at": "2026-11-24T09:00:00Z", "organization_id": "o-abcdefghij"}
    manifest["population"]["collector"]["principal_arn"] = "arn:aws:iam::111122223333:role/reader"
    lines = list(says(manifest, now=LATER))
    place = "account 111122223333 of o-abcdefghij"
    assert lines[0] == f"{place}, collected 2026-11-24T09:00:00Z by arn:aws:iam::111122223333:role/reader"
    assert lines[-1] == "these times are of the clock of whoever collected, and nobody else's"
    assert not any("WRONG CLOCK" in each for each in lines)


def test_a_collection_in_the_future_is_said(manifest: dict[str, Any]) -> None:
    manifest["run"]["collected_at"] = "2027-01-01T00:00:00Z"
    lines = list(says(manifest, now="2026-11-24T20:00:00Z"))
    assert "WRONG CLOCK: it was collected in the future; here it is 2026-11-24T20:00:00Z" in lines


def test_what_was_not_read_is_counted_apart_from_what_nobody_wanted(manifest: dict[str, Any]) -> None:
    calls = {"operations": 9, "requests": 9, "items": 0, "by_status": {"ok": 7, "denied": 2}}
    counted = {"denied": 2, "throttled": 1, "not_requested": 4, "redacted": 5}
    gaps = [{"api": "iam:Get", "code": "x", "kind": kind, "count": count} for kind, count in counted.items()]
    manifest["population"] |= {"calls": calls, "gaps": gaps}
    words = "9 operations (2 denied, 7 ok); gaps: 3 not readable, 4 not asked for, 5 redacted"
    assert words in list(says(manifest, now=LATER))
    manifest["population"]["gaps"] = []
    assert "9 operations (2 denied, 7 ok); gaps: none" in list(says(manifest, now=LATER))


def test_the_outcome_is_told_with_what_was_waived(manifest: dict[str, Any]) -> None:
    statuses = {"pass": 3, "fail": 2, "unknown": 0}
    manifest["outcome"] = {"result": "FAILED", "statuses": statuses, "waived": 1}
    policies, clock = len(manifest["run"]["policies"]), manifest["run"]["evaluated_at"]
    line = f"{policies} policies as of {clock}: FAILED, 2 fail, 3 pass, 1 of them waived"
    assert line in list(says(manifest, now=LATER))


def test_a_folder_stands_for_its_bundles(
    sec02: Make,
    archived: Make,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    folder = Path(archived()).parent
    alone = sec02("verify", *sorted(folder.glob("*.zip")), "--trusted-key", tmp_path / "key.pub")
    done = sec02("verify", folder, "--trusted-key", tmp_path / "key.pub")
    assert (done.code, done.out) == (0, alone.out)
    assert "  it says      account 111122223333" in done.out
    (tmp_path / "none").mkdir()
    refused = sec02("verify", tmp_path / "none")
    assert refused.code == 5
    assert "no ZIP file in it" in refused.err


def test_a_slip_in_a_file_s_name_is_answered_with_the_like(sec02: Make, archived: Make) -> None:  # noqa: F811 - the fixtures
    bundle = archived()
    slip = sec02("archive", "show", bundle, "--file", "README.md")
    assert slip.code == 5
    assert "README.txt" in slip.err
    assert len(slip.err) < 200
    assert "a file that manifest.json lists" in sec02("archive", "show", bundle, "--file", "zzz").err


def test_many_bundles_are_counted(
    sec02: Make,
    archived: Make,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    folder = Path(archived()).parent
    archived()
    key = ("--trusted-key", tmp_path / "key.pub")
    counted = "2 bundles: 2 intact, 2 signed, 2 chained, 0 timestamped, 0 reproduced; 0 REFUSED"
    assert sec02("verify", folder, *key).out.splitlines()[-1] == counted
    first, second = sorted(folder.glob("*.zip"))
    second.write_bytes(second.read_bytes()[:-1])
    assert sec02("verify", folder, *key).out.splitlines()[-1].endswith("; 1 REFUSED")
    assert "bundles:" not in sec02("verify", first, *key).out
