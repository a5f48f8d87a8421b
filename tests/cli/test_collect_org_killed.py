"""A collection of an organization that is killed at any moment: no file is half there, and `--resume` completes it.

`make test` kills 3 times, `make chaos` 20 times (SEC02_KILLS); the moments are random, their seed is fixed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from organization_server import REGION, ROLE, Running, running

from sec02_policies.snapshot import Snapshot
from sec02_policies.snapshot.index import AccountStatus, SnapshotIndex

KILLS = int(os.environ.get("SEC02_KILLS", "3"))
POLICY = Path(__file__).parents[2] / "policies" / "bp05-audit-and-rotate" / "iam-user-single-active-key.yaml"
# A shell starts what runs in the background deaf to SIGINT, and so would be what that starts.
CODE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from sec02_policies.cli import run
sys.exit(run(sys.argv[1:]))
"""
# Every account takes so long to read that a kill often meets one that is being read or written.
SLOW = {"GetAccountAuthorizationDetails": 0.15, "ListAccessKeys": 0.15}


@pytest.fixture(scope="module")
def org() -> Iterator[Running]:
    with running(slow=SLOW) as found:
        yield found


def started(org: Running, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    choice = ("--region", REGION, "--for-policies", "--policies", str(POLICY), "--workers", "2")
    command = [sys.executable, "-c", CODE, "collect", "--org", "--role-name", ROLE, *choice, "--output", str(folder)]
    return subprocess.Popen([*command, *options], env=org.environment(), stderr=subprocess.DEVNULL)  # noqa: S603 - our own program


def demand_whole(folder: Path) -> int:
    """Every file that a reader could take for one of ours is whole, and the index says no more than is there."""
    files = [each for each in folder.iterdir() if not each.name.startswith(".")] if folder.exists() else []
    for path in files:
        if path.name == "index.json":
            for entry in SnapshotIndex.loads(path.read_bytes(), path.name).accounts.values():
                if entry.file is not None:
                    assert Snapshot.loads((folder / entry.file).read_bytes()).sha256 == entry.sha256
        else:
            Snapshot.loads(path.read_bytes())
    return len(files)


def unused(value: dict[str, Any]) -> dict[str, Any]:
    """The object without when something was last used: each run uses the role of the account."""
    return {name: each for name, each in value.items() if "last_used" not in name}


def without_times(folder: Path) -> dict[str, Any]:
    """What is in the folder, but for times and what is computed of them."""
    found = {each.name: json.loads(each.read_bytes(), object_hook=unused) for each in folder.iterdir()}
    for document in found.values():
        for name in ("collected_at", "started_at", "updated_at"):
            document.pop(name, None)
        document.get("collector", {}).update(started_at=None, finished_at=None)
    for entry in found["index.json"]["accounts"]:
        entry["sha256"] = None
    return found


def test_a_killed_collection_is_completed_and_equals_an_undisturbed_one(org: Running, tmp_path: Path) -> None:
    before = time.monotonic()
    assert started(org, tmp_path / "whole").wait() == 3
    lasts = time.monotonic() - before
    expected = without_times(tmp_path / "whole")
    moments = random.Random(2026)  # noqa: S311 - moments, the same in every run
    seen = set()
    for number in range(KILLS):
        folder = tmp_path / f"killed-{number}"
        process = started(org, folder)
        # The interpreter starts for the first part of it; every kill but one comes later.
        time.sleep(lasts * (moments.uniform(0.3, 1) if number else 0.1))
        process.kill()
        process.wait()
        seen.add(demand_whole(folder))
        assert started(org, folder, "--resume").wait() == 3
        assert without_times(folder) == expected
    # Some kills came early and some late, or they have shown little.
    assert len(seen) > min(KILLS, 9) // 3


def test_an_interrupted_collection_ends_soon_and_its_index_is_true(org: Running, tmp_path: Path) -> None:
    process = started(org, tmp_path / "out")
    while not (tmp_path / "out" / "index.json").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    demand_whole(tmp_path / "out")
    index = SnapshotIndex.loads((tmp_path / "out" / "index.json").read_bytes(), "index.json")
    assert index.with_status(AccountStatus.PENDING)
