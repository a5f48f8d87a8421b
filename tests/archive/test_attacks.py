from __future__ import annotations

import base64
import gzip
import io
import json
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from forgery import edited_json, forged, renamed, repacked, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from sec02_policies.archive import Bundle, Level, State, build, chained, read, replay, verify
from sec02_policies.archive.compressed import compress
from sec02_policies.archive.container import pack
from sec02_policies.archive.keys import FileSigner
from sec02_policies.errors import BundleError
from sec02_policies.snapshot import canonical

Make = Callable[..., Any]
Attack = Callable[[Bundle, FileSigner, FileSigner], bytes]
END = 22


def refusal(data: bytes, key: FileSigner) -> str | None:
    """The code of the first refusal of a bundle by whoever trusts that key, evaluating it again if it comes to that."""
    found = verify(data, trusted=[key.public])
    if not found.refused:
        found = chained([found.including(replay(read(data)))])[0]
    return next((each.code for each in found.findings if each.state is State.REFUSED), None)


def test_an_honest_bundle_is_not_refused(make: Make, signer: Make) -> None:
    assert refusal(make().signed(signer()).pack(), signer()) is None


def test_zipfile_writes_our_form_when_told_to(make: Make, signer: Make) -> None:
    bundle = make().signed(signer())
    assert zipped(bundle, lambda _: None) == bundle.pack()


def _flip(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def _duplicate(bundle: Bundle) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        for name, data in [*sorted(bundle.members.items()), ("manifest.json", b"{}")]:
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def _deflated(info: zipfile.ZipInfo) -> None:
    info.compress_type = zipfile.ZIP_DEFLATED


def _encrypted(data: bytes) -> bytes:
    central = data.index(b"PK\x01\x02")
    return _flip(data, central + 8)


def _symlink(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def _later(info: zipfile.ZipInfo) -> None:
    info.date_time = (2026, 1, 1, 0, 0, 0)


def _extra(info: zipfile.ZipInfo) -> None:
    info.extra = struct.pack("<2H4s", 0xCAFE, 4, b"more")


def _commented(info: zipfile.ZipInfo) -> None:
    info.comment = b"seen by nobody"


def _lying_size(data: bytes) -> bytes:
    central = data.index(b"PK\x01\x02")
    size = struct.pack("<2I", 1 << 29, 1 << 29)
    return data[: central + 20] + size + data[central + 28 :]


def _other_local_name(data: bytes) -> bytes:
    return data.replace(b"PK\x03\x04" + data[4:30] + b"README.txt", b"PK\x03\x04" + data[4:30] + b"readme.txt", 1)


def _many(data: bytes) -> bytes:
    return data[:-END] + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 60000, 60000, *_directory(data), 0)


def _directory(data: bytes) -> tuple[int, int]:
    fields = struct.unpack("<4s4H2IH", data[-END:])
    return fields[5], fields[6]


FILE_ATTACKS: dict[str, tuple[str, Attack]] = {
    "empty file": ("zip.none", lambda *_: b""),
    "another file": ("zip.none", lambda *_: b"%PDF-1.7 ..."),
    "flipped bit": ("zip.crc", lambda b, *_: _flip(b.pack(), 200)),
    "truncated": ("zip.truncated", lambda b, *_: b.pack()[:-30]),
    "truncated in its end": ("zip.truncated", lambda b, *_: b.pack()[:-3]),
    "trailing bytes": ("zip.trailing", lambda b, *_: b.pack() + b"<script>"),
    "prefixed polyglot": ("zip.prefix", lambda b, *_: b"#!/bin/sh\n" + b.pack()),
    "comment of the file": ("zip.comment", lambda b, *_: b.pack()[:-2] + b"\x04\x00note"),
    "comment of a member": ("zip.header", lambda b, *_: zipped(b, _commented)),
    "extra field": ("zip.crc", lambda b, *_: zipped(b, _extra)),
    "zip-slip": ("zip.name", lambda b, *_: zipped(b, renamed("README.txt", "../README.txt"))),
    "absolute name": ("zip.name", lambda b, *_: zipped(b, renamed("README.txt", "/etc/README.txt"))),
    "backslash": ("zip.name", lambda b, *_: zipped(b, renamed("README.txt", "policies\\a-b.yaml"))),
    "device name": ("zip.name", lambda b, *_: zipped(b, renamed("README.txt", "policies/nul.yaml"))),
    "bidi name": ("zip.name", lambda b, *_: zipped(b, renamed("README.txt", "policies/\u202elmay.yaml"))),
    "case variant": ("zip.name", lambda b, *_: zipped(b, renamed("manifest.json", "Manifest.json"))),
    "symbolic link": ("zip.header", lambda b, *_: zipped(b, _symlink)),
    "time": ("zip.header", lambda b, *_: zipped(b, _later)),
    "order": ("zip.order", lambda b, *_: zipped(b, lambda _: None, reverse=True)),
    "duplicate": ("zip.duplicate", lambda b, *_: _duplicate(b)),
    "deflated member": ("zip.method", lambda b, *_: zipped(b, _deflated)),
    "encrypted member": ("zip.method", lambda b, *_: _encrypted(b.pack())),
    "lying size": ("zip.directory", lambda b, *_: _lying_size(b.pack())),
    "local and central names differ": ("zip.header", lambda b, *_: _other_local_name(b.pack())),
    "too many members": ("zip.size", lambda b, *_: _many(b.pack())),
}

SWAPPED = {"report": b"all is well\n"}
MEMBER_ATTACKS: dict[str, tuple[str, Attack]] = {
    "swapped file": ("files.digest", lambda b, *_: repacked(b, **SWAPPED)),
    "longer file": ("files.size", lambda b, *_: repacked(b, report=b"all is well, and nothing more is to be said")),
    "extra file": ("files.extra", lambda b, *_: repacked(b, html=b"<p>")),
    "removed policy": ("files.missing", lambda b, *_: repacked(b, policy=None)),
    "removed readme": ("files.missing", lambda b, *_: repacked(b, readme=None)),
    "removed manifest": ("manifest.missing", lambda b, *_: repacked(b, manifest=None)),
    "recompressed": ("files.size", lambda b, *_: repacked(b, snapshot=gzip.compress(b.content("snapshot.json.gz"), 1))),
    "removed signature": ("signature.missing", lambda b, *_: repacked(b, envelope=None)),
    "timestamp alone": ("timestamp.alone", lambda b, *_: repacked(b, envelope=None, timestamp=b"x")),
    "duplicate key": ("manifest.json", lambda b, *_: repacked(b, manifest=_twice(b))),
    "not canonical": ("manifest.json", lambda b, *_: repacked(b, manifest=_manifest(b) + b"\n")),
    "not a number": ("manifest.json", lambda b, *_: repacked(b, manifest=_manifest(b).replace(b":1,", b":NaN,", 1))),
    "not UTF-8": ("manifest.json", lambda b, *_: repacked(b, manifest=b"\xff" + _manifest(b))),
    "deep manifest": ("manifest.json", lambda b, *_: repacked(b, manifest=b"[" * 100_000)),
    "manifest of another kind": ("manifest.schema", lambda b, *_: repacked(b, manifest=b"{}")),
}


def _manifest(bundle: Bundle) -> bytes:
    return bundle.members["manifest.json"]


def _twice(bundle: Bundle) -> bytes:
    return b'{"chain":{},' + _manifest(bundle)[1:]


def _envelope(bundle: Bundle, edit: Callable[[dict[str, Any]], Any]) -> bytes:
    document = json.loads(bundle.members["attestation.dsse.json"])
    edit(document)
    return repacked(bundle, envelope=canonical(document))


def _url_safe(envelope: dict[str, Any]) -> None:
    # Of the three forms of a payload only some have these letters; the signature has 64 random bytes.
    raw = base64.b64decode(envelope["signatures"][0]["sig"])
    envelope["signatures"][0]["sig"] = base64.urlsafe_b64encode(raw).decode().rstrip("=") + "=="


def _signature_of(other: Bundle) -> Callable[[dict[str, Any]], None]:
    theirs = json.loads(other.members["attestation.dsse.json"])["signatures"]
    return lambda envelope: envelope.update(signatures=theirs)


SIGNATURE_ATTACKS: dict[str, tuple[str, Attack]] = {
    "signed by another key": ("signature.untrusted", lambda b, _, other: b.signed(other).pack()),
    "payload type": ("envelope.type", lambda b, *_: _envelope(b, lambda e: e.update(payloadType="text/plain"))),
    "no signatures": ("envelope.schema", lambda b, *_: _envelope(b, lambda e: e.update(signatures=[]))),
    "two signatures": (
        "envelope.signatures",
        lambda b, *_: _envelope(b, lambda e: e.update(signatures=e["signatures"] * 2)),
    ),
    "unsigned words in the envelope": ("envelope.schema", lambda b, *_: _envelope(b, lambda e: e.update(note="ok"))),
    "key id": ("signature.keyid", lambda b, *_: _envelope(b, lambda e: e["signatures"][0].update(keyid="0" * 64))),
    "no key id": ("signature.keyid", lambda b, *_: _envelope(b, lambda e: e["signatures"][0].pop("keyid"))),
    "no base64": ("envelope.base64", lambda b, *_: _envelope(b, lambda e: e.update(payload="***"))),
    "free bits of base64": (
        "envelope.base64",
        lambda b, *_: _envelope(b, lambda e: e["signatures"][0].update(sig="AB==")),
    ),
    "signature cut": (
        "signature.untrusted",
        lambda b, *_: _envelope(b, lambda e: e["signatures"][0].update(sig="AAAA")),
    ),
    "another payload": ("statement.mismatch", lambda b, *_: _envelope(b, lambda e: e.update(payload="e30="))),
    "envelope is no JSON": ("envelope.json", lambda b, *_: repacked(b, envelope=b"-----BEGIN")),
    "manifest edited, signature kept": (
        "statement.mismatch",
        lambda b, *_: repacked(
            b, manifest=canonical({**b.manifest, "outcome": {**b.manifest["outcome"], "result": "PASSED"}})
        ),
    ),
}


def _pass(document: dict[str, Any]) -> None:
    for row in document["results"]:
        row["status"] = "pass"


def _mfa(document: dict[str, Any]) -> None:
    document["resources"]["iam_user"][0]["mfa_devices"] = [{"serial_number": "x", "enable_date": None}]


def _later_run(document: dict[str, Any]) -> None:
    document["run"]["evaluated_at"] = "2027-01-31T00:00:00Z"


def _earlier_run(document: dict[str, Any]) -> None:
    document["run"]["evaluated_at"] = "2025-01-31T00:00:00Z"


def _passed(document: dict[str, Any]) -> None:
    document["outcome"]["result"] = "PASSED"


def _all_read(document: dict[str, Any]) -> None:
    document["population"]["calls"]["requests"] += 1


def _no_calls(document: dict[str, Any]) -> None:
    document["calls"] = [{"operation": "none"}]


def _attested(document: dict[str, Any]) -> None:
    document["attestations"] = [{"key": "ok"}]


def _as_if_gap(document: dict[str, Any]) -> None:
    document["resources"]["iam_user"][0].pop("mfa_devices")


def _no_such_day(document: dict[str, Any]) -> None:
    document["run"]["evaluated_at"] = "2026-02-31T00:00:00Z"


def _one_policy_less(document: dict[str, Any]) -> None:
    document["run"]["policies"].pop()


def _genesis(document: dict[str, Any]) -> None:
    document["chain"].update(sequence=5, previous=None)


def _format(document: dict[str, Any]) -> None:
    document["schema_version"] = "2"


def _more(document: dict[str, Any]) -> None:
    document["approved"] = "yes"


def _listed_twice(document: dict[str, Any]) -> None:
    document["files"].append(document["files"][0])


def _weaker(bundle: Bundle) -> dict[str, bytes]:
    name = "policies/iam-user-console-mfa.yaml"
    return {name: bundle.members[name].replace(b"condition: ", b"condition: true || ", 1)}


def _with(name: str, edit: Callable[[dict[str, Any]], None]) -> Attack:
    return lambda b, key, _: forged(b, key, members={name: edited_json(b, name, edit)})


def _saying(edit: Callable[[dict[str, Any]], None]) -> Attack:
    return lambda b, key, _: forged(b, key, manifest=edit)


def _holding(name: str, data: Callable[[Bundle], bytes]) -> Attack:
    return lambda b, key, _: forged(b, key, members={name: data(b)})


def _bomb(_: Bundle) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = bytes(1 << 20)
    body = b"".join(packer.compress(zeros) for _ in range(300)) + packer.flush()
    return compress(b"")[:10] + body + bytes(8)


SNAPSHOT, RESULTS = "snapshot.json.gz", "results.json.gz"
INSIDER_ATTACKS: dict[str, tuple[str, Attack]] = {
    "edited results": ("replay.mismatch", _with(RESULTS, _pass)),
    "edited snapshot": ("replay.input", _with(SNAPSHOT, _mfa)),
    "snapshot of another day": (
        "replay.mismatch",
        _with(SNAPSHOT, lambda d: d.update(collected_at="2026-01-30T00:00:00Z")),
    ),
    "field removed without a gap": ("replay.input", _with(SNAPSHOT, _as_if_gap)),
    "weaker policy": ("replay.mismatch", lambda b, key, _: forged(b, key, members=_weaker(b))),
    "broken policy": ("replay.input", _holding("policies/iam-user-console-mfa.yaml", lambda _: b"id: [")),
    "other parameter": (
        "replay.mismatch",
        _with("params.json", lambda d: d["iam-access-key-rotated"].update(max_age_days=9000)),
    ),
    "parameters of no policy": ("replay.input", _with("params.json", lambda d: d.update(x={"y": 1}))),
    "parameters that are none": ("params.json", _holding("params.json", lambda _: b'{"x":[]}')),
    "parameters not canonical": ("params.json", _holding("params.json", lambda _: b"{ }")),
    "later clock": ("replay.mismatch", _saying(_later_run)),
    "clock before the collection": ("run.clock", _saying(_earlier_run)),
    "a day that is none": ("replay.input", _saying(_no_such_day)),
    "better outcome": ("replay.mismatch", _saying(_passed)),
    "larger population": ("replay.mismatch", _saying(_all_read)),
    "edited calls": ("replay.mismatch", _with("collection.json", _no_calls)),
    "edited attestations": ("replay.mismatch", _with("attestations.json", _attested)),
    "attestations that are none": ("attestations.json", _holding("attestations.json", lambda _: b"[]")),
    "policy not named": ("policies.mismatch", _saying(_one_policy_less)),
    "file listed twice": ("manifest.order", _saying(_listed_twice)),
    "a beginning in the middle": ("chain.genesis", _saying(_genesis)),
    "another format": ("manifest.schema", _saying(_format)),
    "unknown words in the manifest": ("manifest.schema", _saying(_more)),
    "snapshot with a duplicate key": (
        "replay.input",
        _holding(SNAPSHOT, lambda b: compress(b'{"gaps":[],' + b.content(SNAPSHOT)[1:])),
    ),
    "snapshot not canonical": ("replay.mismatch", _holding(SNAPSHOT, lambda b: compress(b.content(SNAPSHOT) + b" "))),
    "results that are none": ("results.json", _holding(RESULTS, lambda _: compress(b"[]"))),
    "results without fingerprints": ("results.json", _holding(RESULTS, lambda _: compress(b'{"results":[{}]}'))),
    "gzip bomb": ("gzip.bomb", _holding(SNAPSHOT, _bomb)),
    "gzip of another system": ("gzip.header", _holding(SNAPSHOT, lambda b: gzip.compress(b.content(SNAPSHOT)))),
    "something after the gzip": ("gzip.trailer", _holding(SNAPSHOT, lambda b: b.members[SNAPSHOT] + b"more")),
    "half a gzip": ("gzip.truncated", _holding(SNAPSHOT, lambda b: b.members[SNAPSHOT][:60])),
    "gzip of nothing": ("gzip.data", _holding(SNAPSHOT, lambda b: b.members[SNAPSHOT][:10] + b"\xff" * 20)),
    "gzip with another CRC": ("gzip.trailer", _holding(SNAPSHOT, lambda b: b.members[SNAPSHOT][:-8] + bytes(8))),
    "other schemas": ("schemas.digest", _holding("schemas.json.gz", lambda _: compress(b"{}"))),
}

ATTACKS = {**FILE_ATTACKS, **MEMBER_ATTACKS, **SIGNATURE_ATTACKS, **INSIDER_ATTACKS}


@pytest.mark.parametrize("name", ATTACKS)
def test_refused(name: str, make: Make, signer: Make) -> None:
    code, attack = ATTACKS[name]
    assert refusal(attack(make().signed(signer()), signer(), signer("mallory")), signer()) == code


def test_a_signature_of_another_bundle_is_refused(make: Make, signer: Make) -> None:
    ours, theirs = make().signed(signer()), make(user="bob").signed(signer())
    assert refusal(_envelope(ours, _signature_of(theirs)), signer()) == "signature.untrusted"
    assert refusal(repacked(ours, envelope=theirs.envelope), signer()) == "statement.mismatch"


def test_the_members_of_two_bundles_do_not_mix(make: Make, signer: Make) -> None:
    ours, theirs = make().signed(signer()), make(user="bob").signed(signer())
    assert refusal(repacked(ours, snapshot=theirs.members[SNAPSHOT]), signer()) in {"files.digest", "files.size"}


def test_edits_signed_by_another_key_are_refused_before_anything_is_evaluated(make: Make, signer: Make) -> None:
    bundle = make().signed(signer())
    data = forged(bundle, signer("mallory"), members={RESULTS: edited_json(bundle, RESULTS, _pass)})
    assert refusal(data, signer()) == "signature.untrusted"


def test_the_url_safe_alphabet_is_refused_where_it_differs(make: Make, signer: Make) -> None:
    for day in range(1, 28):
        bundle = make(now=f"2026-01-{day:02d}T00:00:00Z").signed(signer())
        signature = json.loads(bundle.members["attestation.dsse.json"])["signatures"][0]["sig"]
        if "+" in signature or "/" in signature:
            assert refusal(_envelope(bundle, _url_safe), signer()) == "envelope.base64"
            return
    pytest.fail("27 signatures without one letter of 26 and 27: not by chance")


@pytest.mark.parametrize(
    ("code", "attack"),
    [
        ("chain.gap", lambda chain, _: [chain[0], chain[2]]),
        ("chain.replay", lambda chain, _: [chain[0], chain[1], chain[1]]),
        ("chain.fork", lambda chain, other: [chain[0], chain[1], other[1]]),
        ("chain.previous", lambda chain, other: [other[0], chain[1]]),
        ("chain.previous", lambda chain, other: [chain[0], chain[1], other[2]]),
    ],
)
def test_a_broken_chain_is_refused(code: str, attack: Any, history: Make, signer: Make) -> None:
    shown = attack(history(3), history(3, user="bob"))
    found = chained([verify(each.pack(), trusted=[signer().public]) for each in shown])
    assert code in {finding.code for each in found for finding in each.findings if finding.state is State.REFUSED}


def test_a_bundle_collected_before_the_one_before_it_is_refused(history: Make, make: Make, signer: Make) -> None:
    from sec02_policies.archive import Chain

    first = history(2)
    late = make(now="2025-06-01T00:00:00Z", chain=Chain(stream="prod", sequence=3, previous=first[1].id)).signed(
        signer()
    )
    found = chained([verify(each.pack(), trusted=[signer().public]) for each in [*first, late]])
    assert [each.code for each in found[2].findings if each.level is Level.CHAINED] == ["chain.time"]


def test_a_removed_tail_shows_against_the_expected_head(history: Make) -> None:
    chain = history(3)
    shown = [verify(each.pack()) for each in chain]
    assert not any(each.refused for each in chained(shown, expect_head=chain[2].id))
    assert not any(each.refused for each in chained(shown, expect_head=chain[2].id[:12]))
    found = chained(shown[:2], expect_head=chain[2].id)
    assert [each.code for each in found[1].findings if each.state is State.REFUSED] == ["chain.head"]


def test_a_rewritten_history_shows_against_the_expected_head(history: Make) -> None:
    head = history(3)[-1].id
    found = chained([verify(each.pack()) for each in history(3, user="bob")], expect_head=head)
    assert found[-1].refused


def test_the_order_in_which_a_chain_is_given_does_not_matter(history: Make) -> None:
    chain = history(4)
    found = chained([verify(chain[index].pack()) for index in (2, 0, 3, 1)])
    assert {each.state(Level.CHAINED) for each in found} == {State.PROVED}


def test_a_chain_that_begins_in_the_middle_is_not_shown(history: Make) -> None:
    found = chained([verify(each.pack()) for each in history(3)[1:]])
    assert [each.state(Level.CHAINED) for each in found] == [State.NOT_CHECKED, State.PROVED]


@pytest.fixture(scope="module")
def sealed(signer: Make) -> Bundle:
    from sec02_policies import PolicySet, Snapshot, evaluate
    from sec02_policies.testing import build_document, example

    snapshot = Snapshot(build_document({"iam_account": [example("iam_account")]}))
    policies = PolicySet.packaged().select(["iam-root-mfa-enabled"])
    bundle = build(snapshot, policies, evaluate(snapshot, policies).document(), reports={"report.txt": b"one\n"})
    return bundle.signed(signer())


@given(data=st.data())
def test_a_flipped_bit_in_a_member_packed_again_is_refused(data: st.DataObject, sealed: Bundle, signer: Make) -> None:
    name = data.draw(st.sampled_from(sorted(sealed.members)))
    content = bytearray(sealed.members[name])
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    found = verify(pack({**sealed.members, name: bytes(content)}), trusted=[signer().public])
    assert found.refused


@given(data=st.data())
def test_a_flipped_bit_in_the_file_is_refused(data: st.DataObject, sealed: Bundle) -> None:
    content = bytearray(sealed.pack())
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BundleError):
        read(bytes(content))


@given(data=st.data())
@settings(max_examples=30)
def test_a_flipped_bit_in_signed_json_is_refused(data: st.DataObject, sealed: Bundle, signer: Make) -> None:
    envelope = json.loads(sealed.members["attestation.dsse.json"])
    payload = bytearray(base64.b64decode(envelope["payload"]))
    bit = data.draw(st.integers(0, len(payload) * 8 - 1))
    payload[bit // 8] ^= 1 << bit % 8
    envelope["payload"] = base64.b64encode(payload).decode()
    assert refusal(repacked(sealed, envelope=canonical(envelope)), signer()) == "statement.mismatch"


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_a_code(data: bytes) -> None:
    for each in (data, b"PK\x03\x04" + data, b"PK\x03\x04" + data + b"PK\x05\x06" + bytes(18)):
        with pytest.raises(BundleError):
            read(each)


def test_there_are_at_least_42_attacks() -> None:
    assert len(ATTACKS) >= 42
    assert len({code for code, _ in ATTACKS.values()}) >= 30
