from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.archive import Bundle, Chain, build
from sec02_policies.archive.keys import FileSigner
from sec02_policies.testing import build_document, example

POLICIES = ["iam-user-console-mfa", "iam-access-key-rotated"]


@cache
def _policies() -> PolicySet:
    return PolicySet.packaged().select(POLICIES)


@pytest.fixture(scope="session")
def signer() -> Callable[..., FileSigner]:
    """A signing key by name; the same name is the same key in all tests of a run."""
    keys: dict[str, FileSigner] = defaultdict(FileSigner.generate)
    return lambda name="ours": keys[name]


@pytest.fixture
def program() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program; the test skips where it is not installed."""

    def run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [str(each) for each in arguments]
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # noqa: S603 - our own

    return run


@pytest.fixture
def make() -> Callable[..., Bundle]:
    """Makes the unsigned bundle of an account with one user of that name, who has no MFA."""

    def bundle(
        *, user: str = "alice", now: str = "2026-01-31T00:00:00Z", chain: Chain | None = None, **parts: Any
    ) -> Bundle:
        users = [example("iam_user", {"name": user, "mfa_devices": []})]
        document = build_document({"iam_account": [example("iam_account")], "iam_user": users}, now=now)
        snapshot = Snapshot(document)
        results = evaluate(snapshot, _policies()).document()
        return build(snapshot, _policies(), results, chain=chain, reports={"report.txt": b"one failing\n"}, **parts)

    return bundle


@pytest.fixture
def history(make: Callable[..., Bundle], signer: Callable[..., FileSigner]) -> Callable[[int], list[Bundle]]:
    """Makes a signed chain of that many bundles, a day apart."""

    def bundles(count: int, *, user: str = "alice") -> list[Bundle]:
        made: list[Bundle] = []
        for number in range(1, count + 1):
            chain = Chain(stream="prod", sequence=number, previous=made[-1].id if made else None)
            made.append(make(user=user, now=f"2026-01-{number:02d}T00:00:00Z", chain=chain).signed(signer()))
        return made

    return bundles
