from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.archive import Bundle, Chain, build
from sec02_policies.archive.keys import FileSigner
from sec02_policies.testing import build_document, example

TSA_CONFIG = """
[tsa]
default_tsa = local
[local]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[purpose]
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = name
[name]
"""
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


class Authority(NamedTuple):
    """A time-stamping authority on this machine, made of openssl."""

    folder: Path
    root: bytes
    reply: Callable[[bytes], bytes]


@pytest.fixture
def authority(tmp_path: Path, program: Callable[..., Any]) -> Authority:
    folder = tmp_path / "tsa"
    folder.mkdir()
    config = folder / "tsa.cnf"
    config.write_text(TSA_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")

    def openssl(*arguments: str | Path) -> None:
        done = program("openssl", *arguments)
        assert done.returncode == 0, done.stderr

    def path(name: str) -> Path:
        return folder / name

    new = ("req", "-config", config, "-newkey", "rsa:2048", "-nodes")
    openssl(*new, "-x509", "-subj", "/CN=root", "-days", "3650", "-keyout", path("root.key"), "-out", path("root.pem"))
    openssl(*new, "-subj", "/CN=tsa", "-keyout", path("tsa.key"), "-out", path("tsa.csr"))
    openssl(
        *("x509", "-req", "-in", path("tsa.csr"), "-CA", path("root.pem"), "-CAkey", path("root.key"), "-days", "3650"),
        *("-set_serial", "7", "-extfile", config, "-extensions", "purpose", "-out", path("tsa.pem")),
    )

    def reply(query: bytes) -> bytes:
        path("query").write_bytes(query)
        openssl("ts", "-reply", "-config", config, "-queryfile", path("query"), "-out", path("answer"))
        return path("answer").read_bytes()

    return Authority(folder, path("root.pem").read_bytes(), reply)
