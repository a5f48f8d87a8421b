from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

from sec02_policies.archive import Level, State, verify
from sec02_policies.archive.dsse import PAYLOAD_TYPE, open_envelope, pae, seal
from sec02_policies.archive.keys import FileSigner, PublicKey
from sec02_policies.archive.kms import KmsSigner
from sec02_policies.cli import run
from sec02_policies.errors import BundleError, InputError

Make = Callable[..., Any]
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class FakeKms:
    """AWS KMS as its documentation has it: moto does not sign digests (getmoto/moto#10202)."""

    def __init__(self, *, high: bool = False, answer: bytes | None = None, **description: Any) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self._high, self._answer, self._description = high, answer, description

    def get_public_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {
            "KeyId": f"arn:aws:kms:eu-west-1:111122223333:key/{KeyId}",
            "PublicKey": public,
            "KeySpec": "ECC_NIST_P256",
            "KeyUsage": "SIGN_VERIFY",
            "SigningAlgorithms": ["ECDSA_SHA_256"],
            **self._description,
        }

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert KeyId.startswith("arn:")
        assert (MessageType, SigningAlgorithm, len(Message)) == ("DIGEST", "ECDSA_SHA_256", 32)
        r, s = decode_dss_signature(self.key.sign(Message, ec.ECDSA(Prehashed(hashes.SHA256()))))
        lower = min(s, ORDER - s)
        signature = encode_dss_signature(r, ORDER - lower if self._high else lower)
        return {"Signature": self._answer or signature}


@given(st.text(max_size=40), st.binary(max_size=200))
def test_pae_is_as_the_specification_says(kind: str, payload: bytes) -> None:
    encoded = kind.encode()
    parts = [b"DSSEv1", str(len(encoded)).encode(), encoded, str(len(payload)).encode(), payload]
    assert pae(kind, payload) == b" ".join(parts)


def test_pae_of_the_specification_s_example() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_with_the_key_and_with_no_other(payload: bytes) -> None:
    ours, theirs = FileSigner.generate(), FileSigner.generate()
    envelope = seal(payload, ours)
    assert open_envelope(envelope, [theirs.public, ours.public]) == (payload, ours.public)
    with pytest.raises(BundleError, match=r"signature\.untrusted"):
        open_envelope(envelope, [theirs.public])


def test_securesystemslib_verifies_our_envelope(make: Make, signer: Make) -> None:
    bundle, key = make().signed(signer()), signer().public
    envelope = Envelope.from_dict(json.loads(bundle.envelope))
    public = SSlibKey(key.keyid, "ed25519", "ed25519", {"public": key.key.public_bytes_raw().hex()})
    assert list(envelope.verify([public], 1)) == [key.keyid]


def test_we_verify_an_envelope_that_securesystemslib_made() -> None:
    theirs = CryptoSigner.generate_ed25519()
    envelope = Envelope(b'{"made":"elsewhere"}', PAYLOAD_TYPE, {})
    envelope.sign(theirs)
    data = json.dumps(envelope.to_dict()).encode()
    pem = theirs.private_bytes
    key = FileSigner.from_pem(pem, "theirs").public
    assert open_envelope(data, [key]) == (b'{"made":"elsewhere"}', key)


def test_the_key_id_is_a_hint_and_the_url_safe_alphabet_is_read() -> None:
    ours = FileSigner.generate()
    document = json.loads(seal(b"\xff\xfe\xfd?", ours))
    document["signatures"] = [{"keyid": "nobody", "sig": "AAAA"}, {"sig": document["signatures"][0]["sig"]}]
    document["payload"] = base64.urlsafe_b64encode(b"\xff\xfe\xfd?").decode()
    assert open_envelope(json.dumps(document).encode(), [ours.public]) == (b"\xff\xfe\xfd?", ours.public)


@pytest.mark.parametrize("high", [False, True])
def test_a_kms_key_signs_a_bundle(make: Make, *, high: bool) -> None:
    kms = KmsSigner.open(FakeKms(high=high), "alias")
    found = verify(make().signed(kms).pack(), trusted=[PublicKey.from_pem(kms.public.pem(), "key")])
    assert found.state(Level.SIGNED) is State.PROVED


def test_the_other_form_of_an_ecdsa_signature_is_refused() -> None:
    fake = FakeKms()
    kms = KmsSigner.open(fake, "alias")
    r, s = decode_dss_signature(kms.sign(b"message"))
    assert not kms.public.verifies(encode_dss_signature(r, ORDER - s), b"message")
    assert not kms.public.verifies(b"no signature", b"message")
    assert kms.public.verifies(encode_dss_signature(r, s), b"message")


@pytest.mark.parametrize(
    "description",
    [
        {"KeyUsage": "ENCRYPT_DECRYPT", "SigningAlgorithms": []},
        {"KeySpec": "RSA_2048", "SigningAlgorithms": ["RSASSA_PSS_SHA_256"]},
        {"KeyUsage": None},
    ],
)
def test_a_kms_key_that_cannot_sign_as_we_need_is_refused(description: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="ECC_NIST_P256"):
        KmsSigner.open(FakeKms(**description), "alias")


@pytest.mark.parametrize("answer", [b"nonsense", encode_dss_signature(7, 7)])
def test_what_kms_signs_is_checked_before_it_is_believed(answer: bytes) -> None:
    with pytest.raises(InputError, match="signature"):
        KmsSigner.open(FakeKms(answer=answer), "alias").sign(b"message")


def test_the_key_id_is_the_digest_of_the_public_key(signer: Make) -> None:
    spki = signer().public.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert signer().keyid == hashlib.sha256(spki).hexdigest()


def test_keys_come_back_from_their_files(signer: Make) -> None:
    assert FileSigner.from_pem(signer().pem(), "key").keyid == signer().keyid
    assert PublicKey.from_pem(signer().public.pem(), "key").keyid == signer().keyid


def test_keys_of_other_kinds_are_refused() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    curve = ec.generate_private_key(ec.SECP384R1()).public_key()
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(InputError, match="another kind"):
        FileSigner.from_pem(private, "key")
    for key in (other.public_key(), curve):
        with pytest.raises(InputError, match="another kind"):
            PublicKey.from_pem(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "key")
    with pytest.raises(InputError, match="can be read"):
        PublicKey.from_der(b"nonsense", "key")


def test_the_command_line_signs_by_kms_and_writes_its_public_key(
    monkeypatch: pytest.MonkeyPatch, root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kms, asked = FakeKms(), []
    monkeypatch.setattr(boto3.Session, "client", lambda _, service: asked.append(service) or kms)
    arn = "arn:aws:kms:eu-west-1:111122223333:key/evidence"
    assert run(["keygen", str(tmp_path / "kms"), "--kms-key", arn]) == 0
    assert not (tmp_path / "kms").exists()
    policy = root / "policies" / "bp01-strong-sign-in" / "iam-root-mfa-enabled.yaml"
    options = ["--policies", str(policy), "--output", str(tmp_path), "--kms-key", arn]
    assert run(["archive", str(root / "snapshots" / "minimal.json"), *options]) == 0
    path = capfd.readouterr().out.strip()
    assert run(["verify", path, "--trusted-key", str(tmp_path / "kms.pub"), "--replay"]) == 0
    assert asked == ["kms", "kms"]


def test_one_key_signs(tmp_path: Path, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    policy = root / "policies" / "bp01-strong-sign-in" / "iam-root-mfa-enabled.yaml"
    options = ["--policies", str(policy), "--output", str(tmp_path), "--kms-key", "alias/x", "--sign-key", "key"]
    assert run(["archive", str(root / "snapshots" / "minimal.json"), *options]) == 5
    assert "--kms-key" in capfd.readouterr().err
