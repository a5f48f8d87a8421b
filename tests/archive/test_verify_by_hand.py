from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from forgery import edited_json, forged, repacked

from sec02_policies.archive import Bundle
from sec02_policies.archive.keys import FileSigner
from sec02_policies.archive.timestamp import request

Make = Callable[..., Any]


@pytest.fixture
def by_hand(root: Path, tmp_path: Path, program: Make) -> Make:
    """Runs every command of the page on a bundle, as one script."""
    page = (root / "docs" / "verify-by-hand.md").read_text()
    script = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))

    def run(data: bytes, key: bytes, **environment: str) -> Any:
        (tmp_path / "bundle.zip").write_bytes(data)
        (tmp_path / "key.pub").write_bytes(key)
        for tool in ("unzip", "openssl", "jq", "sha256sum"):
            program(tool, "--help" if tool in ("jq", "sha256sum") else "-h" if tool == "unzip" else "version")
        inputs = {"BUNDLE": str(tmp_path / "bundle.zip"), "KEY": str(tmp_path / "key.pub")}
        paths = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        return program("bash", "-c", script, cwd=tmp_path, env={**paths, **inputs, **environment})

    return run


def test_a_good_bundle_passes(by_hand: Make, make: Make, signer: Make) -> None:
    bundle: Bundle = make().signed(signer())
    done = by_hand(bundle.pack(), signer().public.pem())
    assert done.returncode == 0, done.stderr
    assert f"bundle id: {bundle.id}" in done.stdout
    assert "all checks passed" in done.stdout


def test_the_paths_may_be_relative(by_hand: Make, make: Make, signer: Make) -> None:
    done = by_hand(make().signed(signer()).pack(), signer().public.pem(), BUNDLE="bundle.zip", KEY="key.pub")
    assert done.returncode == 0, done.stderr


def test_a_timestamp_is_checked_too(by_hand: Make, make: Make, signer: Make, authority: Any) -> None:
    bundle = make().signed(signer())
    stamped = bundle.timestamped(authority.reply(request(bundle.envelope)))
    done = by_hand(stamped.pack(), signer().public.pem(), TSA_ROOT=str(authority.folder / "root.pem"))
    assert done.returncode == 0, done.stderr
    assert "Verification: OK" in done.stdout + done.stderr


def test_a_signature_of_kms_passes(by_hand: Make, make: Make) -> None:
    from test_archive_signatures import FakeKms

    from sec02_policies.archive.kms import KmsSigner

    kms = KmsSigner.open(FakeKms(), "alias")
    done = by_hand(make().signed(kms).pack(), kms.public.pem())
    assert done.returncode == 0, done.stderr
    assert isinstance(kms.public.key, ec.EllipticCurvePublicKey)


def _all_pass(document: dict[str, Any]) -> None:
    for row in document["results"]:
        row["status"] = "pass"


def _no_calls(document: dict[str, Any]) -> None:
    document["gaps"] = [{"id": "x"}]


def _with(bundle: Bundle, name: str, mode: int, data: bytes) -> bytes:
    """The bundle with one more entry, as any program for ZIP files adds it."""
    packed = io.BytesIO(bundle.pack())
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, mode << 16
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(packed, "a") as file:
        file.writestr(entry, data)
    return packed.getvalue()


FORGERIES: dict[str, Callable[[Bundle, FileSigner, FileSigner], bytes]] = {
    "swapped file": lambda b, *_: repacked(b, report=b"all is well\n"),
    "extra file": lambda b, *_: repacked(b, html=b"<p>"),
    "extra symbolic link": lambda b, *_: _with(b, "policies/more.yaml", 0o120777, b"/etc/hostname"),
    "a second file of one name": lambda b, *_: _with(b, "report.txt", 0o100644, b"all is well\n"),
    "a path that leads out": lambda b, *_: _with(b, "../report.txt", 0o100644, b"all is well\n"),
    "removed policy": lambda b, *_: repacked(b, policy=None),
    "removed signature": lambda b, *_: repacked(b, envelope=None),
    "another key": lambda b, _, other: b.signed(other).pack(),
    "edited, signed by another key": lambda b, _, other: forged(b, other, members={"report.txt": b"fine\n"}),
    "edited manifest": lambda b, *_: repacked(b, manifest=b.members["manifest.json"].replace(b"FAILED", b"PASSED")),
    "edited results, same key": lambda b, key, _: forged(
        b, key, members={"results.json.gz": edited_json(b, "results.json.gz", _all_pass)}
    ),
    "edited collection, same key": lambda b, key, _: forged(
        b, key, members={"collection.json": edited_json(b, "collection.json", _no_calls)}
    ),
    "truncated": lambda b, *_: b.pack()[:-30],
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_bundle_fails(name: str, by_hand: Make, make: Make, signer: Make) -> None:
    data = FORGERIES[name](make().signed(signer()), signer(), signer("mallory"))
    done = by_hand(data, signer().public.pem())
    assert done.returncode != 0
    assert "all checks passed" not in done.stdout
