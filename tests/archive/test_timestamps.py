from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from sec02_policies.archive import Level, State, verify
from sec02_policies.archive.timestamp import demand_answer, request, stamped_at
from sec02_policies.cli import run
from sec02_policies.errors import BundleError, InputError

Make = Callable[..., Any]


@pytest.fixture
def url(authority: Any) -> Iterator[str]:
    """The authority behind HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            answer = authority.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_stamped_bundle_is_timestamped(authority: Any, make: Make, signer: Make) -> None:
    bundle = make().signed(signer())
    stamped = bundle.timestamped(authority.reply(request(bundle.envelope)))
    assert stamped.id == bundle.id
    found = verify(stamped.pack(), trusted=[signer().public], tsa_roots=[authority.root])
    assert found.state(Level.TIMESTAMPED) is State.PROVED
    assert not found.refused
    unchecked = verify(stamped.pack(), trusted=[signer().public])
    assert unchecked.state(Level.TIMESTAMPED) is State.NOT_CHECKED


def test_openssl_verifies_the_answer_to_our_request(authority: Any, make: Make, signer: Make, program: Make) -> None:
    bundle = make().signed(signer())
    (authority.folder / "attestation.dsse.json").write_bytes(bundle.envelope)
    (authority.folder / "timestamp.tsr").write_bytes(authority.reply(request(bundle.envelope)))
    done = program(
        *("openssl", "ts", "-verify", "-data", authority.folder / "attestation.dsse.json"),
        *("-in", authority.folder / "timestamp.tsr", "-CAfile", authority.folder / "root.pem"),
    )
    assert "Verification: OK" in done.stdout + done.stderr


def test_a_timestamp_is_wanted_where_a_root_is_given(authority: Any, make: Make, signer: Make) -> None:
    found = verify(make().signed(signer()).pack(), trusted=[signer().public], tsa_roots=[authority.root])
    assert [each.code for each in found.findings if each.state is State.REFUSED] == ["timestamp.missing"]


def test_a_timestamp_of_another_bundle_is_refused(authority: Any, make: Make, signer: Make) -> None:
    ours, theirs = make().signed(signer()), make(user="bob").signed(signer())
    stamped = ours.timestamped(authority.reply(request(theirs.envelope)))
    found = verify(stamped.pack(), trusted=[signer().public], tsa_roots=[authority.root])
    assert [each.code for each in found.findings if each.state is State.REFUSED] == ["timestamp.untrusted"]


def test_a_timestamp_before_the_collection_is_refused(authority: Any, make: Make, signer: Make) -> None:
    bundle = make(now="2999-01-01T00:00:00Z").signed(signer())
    stamped = bundle.timestamped(authority.reply(request(bundle.envelope)))
    found = verify(stamped.pack(), trusted=[signer().public], tsa_roots=[authority.root])
    assert [each.code for each in found.findings if each.state is State.REFUSED] == ["timestamp.early"]


def test_signing_again_drops_the_timestamp_of_the_other_signature(authority: Any, make: Make, signer: Make) -> None:
    bundle = make().signed(signer())
    stamped = bundle.timestamped(authority.reply(request(bundle.envelope)))
    assert "timestamp.tsr" not in stamped.signed(signer("other")).members


def test_an_authority_that_nobody_trusts_is_refused(authority: Any, signer: Make, make: Make, program: Make) -> None:
    other = authority.folder / "other.pem"
    program(
        *("openssl", "req", "-config", authority.folder / "tsa.cnf", "-newkey", "rsa:2048", "-nodes", "-x509"),
        *("-subj", "/CN=root", "-keyout", authority.folder / "other.key", "-out", other),
    )
    bundle = make().signed(signer())
    token = authority.reply(request(bundle.envelope))
    with pytest.raises(BundleError, match=r"timestamp\.untrusted"):
        stamped_at(token, bundle.envelope, [other.read_bytes()])


def test_no_flipped_bit_gives_another_time(authority: Any) -> None:
    token = authority.reply(request(b"message"))
    moment = stamped_at(token, b"message", [authority.root])
    assert abs((datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()) < 600
    for position in range(0, len(token), 7):
        flipped = token[:position] + bytes([token[position] ^ (1 << position % 8)]) + token[position + 1 :]
        try:
            assert stamped_at(flipped, b"message", [authority.root]) == moment
        except BundleError as fault:
            assert fault.code.startswith("timestamp.")


@pytest.mark.parametrize("token", [b"", b"x", b"0\x00", bytes(1 << 17)])
def test_what_is_no_timestamp_is_refused(authority: Any, token: bytes) -> None:
    with pytest.raises(BundleError, match="timestamp"):
        stamped_at(token, b"message", [authority.root])
    with pytest.raises(InputError, match="--timestamp-url"):
        demand_answer(token, b"message")


def test_roots_that_are_none_are_invalid_input(authority: Any) -> None:
    with pytest.raises(InputError, match="--tsa-root"):
        stamped_at(authority.reply(request(b"message")), b"message", [b"nonsense"])


def test_the_command_line_stamps_and_verifies(
    authority: Any, url: str, root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    policy = root / "policies" / "bp01-strong-sign-in" / "iam-root-mfa-enabled.yaml"
    assert run(["keygen", str(tmp_path / "key")]) == 0
    snapshot = root / "snapshots" / "minimal.json"
    options = ["--policies", str(policy), "-o", str(tmp_path), "--sign-key", str(tmp_path / "key")]
    assert run(["archive", str(snapshot), *options, "--timestamp-url", url]) == 0
    path = capfd.readouterr().out.strip()
    trust = ["--trusted-key", str(tmp_path / "key.pub"), "--tsa-root", str(authority.folder / "root.pem")]
    assert run(["verify", path, *trust]) == 0
    assert "timestamped  yes" in capfd.readouterr().out


@pytest.mark.parametrize("url", ["ftp://x/", "file:///etc/passwd", "http://127.0.0.1:1/"])
def test_an_authority_that_cannot_be_asked_is_invalid_input(
    url: str, root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    policy = root / "policies" / "bp01-strong-sign-in" / "iam-root-mfa-enabled.yaml"
    run(["keygen", str(tmp_path / "key")])
    options = ["--policies", str(policy), "-o", str(tmp_path), "--sign-key", str(tmp_path / "key")]
    assert run(["archive", str(root / "snapshots" / "minimal.json"), *options, "--timestamp-url", url]) == 5
    assert "--timestamp-url" in capfd.readouterr().err
    assert list(tmp_path.glob("*.zip")) == []
