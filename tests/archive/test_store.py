from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber
from moto import mock_aws

from sec02_policies.archive.retention import Kept, prunable
from sec02_policies.archive.store import Location, Lock, Retention, download, held, keys, upload
from sec02_policies.cli import run
from sec02_policies.collect.clients import client
from sec02_policies.errors import BundleError, CollectError, InputError

Make = Callable[..., Any]
TARGET = Location(bucket="evidence", key="prod/a.zip")
DATA = b"a bundle"
CHECKSUM = base64.b64encode(hashlib.sha256(DATA).digest()).decode()


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An S3 with one bucket that locks objects."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        made = boto3.client("s3")
        place = {"LocationConstraint": "eu-west-1"}
        made.create_bucket(Bucket="evidence", ObjectLockEnabledForBucket=True, CreateBucketConfiguration=place)
        made.create_bucket(Bucket="plain", CreateBucketConfiguration=place)
        yield made


def until(days: int = 30) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


@pytest.mark.parametrize("mode", Lock)
def test_what_is_uploaded_is_locked_and_comes_back(s3: Any, mode: Lock) -> None:
    end = until()
    assert upload(s3, TARGET, DATA, Retention(mode=mode, until=end, legal_hold=True))
    assert download(s3, TARGET) == DATA
    assert held(s3, TARGET) == (end.strftime("%Y-%m-%dT%H:%M:%SZ"), True)


def test_a_locked_bundle_cannot_be_deleted(s3: Any) -> None:
    version = upload(s3, TARGET, DATA, Retention(mode=Lock.COMPLIANCE, until=until()))
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=TARGET.bucket, Key=TARGET.key, VersionId=version, BypassGovernanceRetention=True)


def test_nothing_is_overwritten(s3: Any) -> None:
    upload(s3, TARGET, DATA, Retention(mode=Lock.COMPLIANCE, until=until()))
    with pytest.raises(ClientError, match="PreconditionFailed"):
        upload(s3, TARGET, b"another", Retention(mode=Lock.COMPLIANCE, until=until()))


def test_a_bucket_without_object_lock_is_refused(s3: Any) -> None:
    with pytest.raises(ClientError, match="InvalidRequest"):
        upload(s3, Location(bucket="plain", key="a.zip"), DATA, Retention(mode=Lock.COMPLIANCE, until=until()))


def test_bundles_are_listed_in_the_order_of_their_keys(s3: Any) -> None:
    for name in ("prod/b.zip", "prod/a.zip", "prod/notes.txt", "test/c.zip"):
        s3.put_object(Bucket="evidence", Key=name, Body=b"")
    found = [str(each) for each in keys(s3, Location(bucket="evidence", key="prod/"))]
    assert found == ["s3://evidence/prod/a.zip", "s3://evidence/prod/b.zip"]


ANSWER: dict[str, Any] = {
    "VersionId": "v1",
    "ChecksumSHA256": CHECKSUM,
    "ContentLength": len(DATA),
    "ObjectLockMode": "COMPLIANCE",
    "ObjectLockRetainUntilDate": datetime(2030, 1, 1, tzinfo=UTC),
    "ObjectLockLegalHoldStatus": "ON",
}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"VersionId": None}, "keeps no versions"),
        ({"ChecksumSHA256": "AAAA"}, "other bytes"),
        ({"ContentLength": 1}, "other bytes"),
        ({"ObjectLockMode": "GOVERNANCE"}, "the lock is GOVERNANCE"),
        ({"ObjectLockMode": None}, "the lock is None"),
        ({"ObjectLockRetainUntilDate": datetime(2029, 1, 1, tzinfo=UTC)}, "ends earlier"),
        ({"ObjectLockRetainUntilDate": None}, "ends earlier"),
        ({"ObjectLockLegalHoldStatus": "OFF"}, "no legal hold"),
        ({}, None),
    ],
)
def test_the_way_s3_keeps_it_is_read_back(s3: Any, wrong: dict[str, Any], words: str | None) -> None:
    retention = Retention(mode=Lock.COMPLIANCE, until=datetime(2030, 1, 1, tzinfo=UTC), legal_hold=True)
    answer = {name: value for name, value in {**ANSWER, **wrong}.items() if value is not None}
    with Stubber(s3) as stub:
        stub.add_response("put_object", {}, _expected())
        stub.add_response("head_object", answer, {"Bucket": "evidence", "Key": TARGET.key, "ChecksumMode": "ENABLED"})
        if words is None:
            assert upload(s3, TARGET, DATA, retention) == "v1"
            return
        with pytest.raises(BundleError, match=words) as caught:
            upload(s3, TARGET, DATA, retention)
    assert caught.value.code == "store.readback"


def _expected() -> dict[str, Any]:
    return {
        "Bucket": "evidence",
        "Key": TARGET.key,
        "Body": DATA,
        "ContentType": "application/zip",
        "ChecksumAlgorithm": "SHA256",
        "ChecksumSHA256": CHECKSUM,
        "IfNoneMatch": "*",
        "ObjectLockMode": "COMPLIANCE",
        "ObjectLockRetainUntilDate": ANY,
        "ObjectLockLegalHoldStatus": "ON",
    }


@pytest.mark.parametrize("code", ["BadDigest", "AccessDenied"])
def test_what_s3_refuses_is_one_line(s3: Any, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3.Session, "client", lambda *_, **__: s3)
    with Stubber(s3) as stub:
        stub.add_client_error("put_object", code)
        with pytest.raises(CollectError, match=f"s3:PutObject: answered {code}"), client("s3") as given:
            upload(given, TARGET, DATA, Retention(mode=Lock.COMPLIANCE, until=until()))


@pytest.mark.parametrize("text", ["", "s3://", "s3://bucket", "https://bucket/key", "bucket/key"])
def test_what_is_no_location_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="s3://bucket/key"):
        Location.parse(text)


@pytest.mark.usefixtures("s3")
def test_upload_verify_and_prune_from_the_command_line(
    history: Make, signer: Make, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key.pub").write_bytes(signer().public.pem())
    locations = []
    for bundle in history(2):
        (tmp_path / bundle.file_name).write_bytes(bundle.pack())
        options = ("--lock", "governance", "--retain-days", "1")
        assert run(["archive", "upload", str(tmp_path / bundle.file_name), "s3://evidence/prod", *options]) == 0
        locations.append(capfd.readouterr().out.strip())
    assert locations == [f"s3://evidence/prod/{bundle.file_name}" for bundle in history(2)]
    assert run(["verify", *locations, "--trusted-key", str(tmp_path / "key.pub")]) == 0
    assert run(["verify", "s3://evidence/nothing.zip"]) == 5
    assert "s3:GetObject: answered NoSuchKey" in capfd.readouterr().err
    assert run(["archive", "prune", "s3://evidence/prod/", "--keep-days", "5"]) == 0
    assert capfd.readouterr().out == ""


def kept(sequence: int, day: int, **more: Any) -> Kept:
    return Kept(
        location=f"{sequence}.zip",
        stream="prod",
        sequence=sequence,
        evaluated_at=f"2026-01-{day:02d}T00:00:00Z",
        **more,
    )


@pytest.mark.parametrize(
    ("bundles", "found"),
    [
        ([], []),
        ([kept(1, 1)], []),
        ([kept(1, 1), kept(2, 2)], ["1.zip"]),
        ([kept(3, 20), kept(2, 2), kept(1, 1)], ["1.zip", "2.zip"]),
        ([kept(1, 1), kept(2, 12), kept(3, 3), kept(4, 20)], ["1.zip"]),
        ([kept(1, 1, legal_hold=True), kept(2, 2), kept(3, 3)], []),
        ([kept(1, 1, locked_until="2026-03-01T00:00:00Z"), kept(2, 2), kept(3, 3)], []),
        ([kept(1, 1, locked_until="2026-01-05T00:00:00Z"), kept(2, 2), kept(3, 3)], ["1.zip", "2.zip"]),
    ],
)
def test_only_the_beginning_of_a_stream_may_go_and_never_its_end(bundles: list[Kept], found: list[str]) -> None:
    before, now = "2026-01-10T00:00:00Z", "2026-02-01T00:00:00Z"
    assert [each.location for each in prunable(bundles, before=before, now=now)] == found
