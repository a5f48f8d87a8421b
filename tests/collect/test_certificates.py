"""X.509: what is kept of certificates and revocation lists, checked against what cryptography wrote."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies.collect._certificates import CertificateError, certificate, decoded, next_update, pem_blocks

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey | Ed448PrivateKey
EARLY = datetime(2020, 1, 1, tzinfo=UTC)


def made(key: Key, *, ends: datetime = datetime(2030, 1, 1, tzinfo=UTC)) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial_number=1)
    hashed = SHA256() if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) else None
    return builder.not_valid_before(EARLY).not_valid_after(ends).sign(key, hashed).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("rsa", "RSA_2048"),
        ("prime256v1", "EC_prime256v1"),
        ("secp384r1", "EC_secp384r1"),
        ("secp521r1", "EC_secp521r1"),
        ("secp256k1", "OID 1.3.132.0.10"),
        ("ed25519", "Ed25519"),
        ("ed448", "Ed448"),
    ],
)
def test_the_kind_of_key_is_told(kind: str, name: str) -> None:
    makers = {
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "prime256v1": lambda: ec.generate_private_key(ec.SECP256R1()),
        "secp384r1": lambda: ec.generate_private_key(ec.SECP384R1()),
        "secp521r1": lambda: ec.generate_private_key(ec.SECP521R1()),
        "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
        "ed25519": Ed25519PrivateKey.generate,
        "ed448": Ed448PrivateKey.generate,
    }
    assert certificate(made(makers[kind]())).key_algorithm == name


@pytest.mark.parametrize("level", [44, 65, 87])
def test_post_quantum_keys_have_the_names_of_private_ca(level: int) -> None:
    mldsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.mldsa")
    try:
        key = getattr(mldsa, f"MLDSA{level}PrivateKey").generate()
    except UnsupportedAlgorithm:
        pytest.skip("the library that cryptography was built with has no ML-DSA")
    assert certificate(made(key)).key_algorithm == f"ML_DSA_{level}"


@pytest.mark.parametrize("year", [2049, 2050, 2120])
def test_the_end_is_read_in_both_forms_of_time(year: int) -> None:
    found = certificate(made(Ed25519PrivateKey.generate(), ends=datetime(year, 3, 4, 5, 6, 7, tzinfo=UTC)))
    assert found.not_after == f"{year}-03-04T05:06:07Z"


def test_a_revocation_list_tells_when_the_next_one_is_due() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    builder = x509.CertificateRevocationListBuilder(name, EARLY, datetime(2031, 2, 3, tzinfo=UTC))
    assert next_update(builder.sign(Ed25519PrivateKey.generate(), None).public_bytes(Encoding.DER)) == (
        "2031-02-03T00:00:00Z"
    )


def test_a_revocation_list_of_the_first_version_may_leave_the_next_update_out() -> None:
    signature, issuer, this_update = sequence(b"\x06\x03\x2b\x65\x70"), sequence(b""), b"\x17\x0d200101000000Z"
    assert next_update(sequence(sequence(signature + issuer + this_update))) is None


def sequence(content: bytes) -> bytes:
    return bytes([0x30, len(content)]) + content


def test_blocks_of_another_kind_are_passed_over() -> None:
    one, other = "-----BEGIN A-----\nAQI=\n-----END A-----\n", "-----BEGIN B-----\nAw==\n-----END B-----\n"
    assert pem_blocks(one + other + one, "A") == [b"\x01\x02", b"\x01\x02"]
    with pytest.raises(CertificateError, match="no block"):
        pem_blocks(other, "A")


@given(st.binary(max_size=64))
def test_other_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    for read in (certificate, next_update):
        with pytest.raises(CertificateError):
            read(data)


@given(st.data())
def test_a_certificate_that_is_cut_off_or_changed_is_read_or_refused(data: st.DataObject) -> None:
    der = bytearray(made(Ed25519PrivateKey.from_private_bytes(bytes(32))))
    place = data.draw(st.integers(0, len(der) - 1))
    der[place] = data.draw(st.integers(0, 255))
    whole = bytes(der[: data.draw(st.integers(1, len(der)))])
    try:
        found = certificate(whole)
    except CertificateError as fault:
        assert str(fault)
        return
    assert datetime.fromisoformat(str(found.not_after)).tzinfo is not None


def test_what_is_no_base64_is_refused() -> None:
    with pytest.raises(CertificateError, match="base64"):
        decoded("not base64!")
