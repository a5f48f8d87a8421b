"""Where the verbs of evidence read and write: bundles on disk or in S3, keys in files or in KMS, a timestamp's URL."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.files import read
from sec02_policies.errors import BundleError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sec02_policies.archive import Bundle
    from sec02_policies.archive.dsse import Signer
    from sec02_policies.archive.keys import PublicKey
    from sec02_policies.catalog import PolicySet
    from sec02_policies.snapshot import Snapshot

BundleArgument = Annotated[str, typer.Argument(metavar="BUNDLE", help="A bundle: a file, or s3://bucket/key.")]
_FILE = re.compile(r"(?P<stream>[a-z0-9][a-z0-9-]{0,60})-(?P<sequence>[0-9]{6})-[0-9a-f]{12}\.zip")
_ANSWER_SECONDS = 30
_PAGE_RESULTS = 20_000
"""Of more, the page would be larger than the rest of the bundle, and slow to open."""


def reports_of(document: Mapping[str, Any], policies: PolicySet, snapshot: Snapshot) -> dict[str, bytes]:
    """The results for reading, by the names that they have in a bundle; a page only of as many as it is made for."""
    from sec02_policies.inventory import inventory
    from sec02_policies.report import Background, Format, render

    found = {"report.txt": render(document, Format.TABLE)}
    if len(document["results"]) <= _PAGE_RESULTS:
        background = Background(policies=policies.about(), inventory=inventory(snapshot))
        found["report.html"] = render(document, Format.HTML, background)
    return found


def fetch(location: str) -> bytes:
    """The bytes of a bundle, from a file, from standard input (-) or from s3://bucket/key."""
    if not location.startswith("s3://"):
        return read(Path(location), "an evidence bundle")
    from sec02_policies.archive.store import Location, download
    from sec02_policies.collect.clients import client

    with client("s3") as s3:
        return download(s3, Location.parse(location))


def opened(location: str) -> Bundle:
    """The bundle, intact, from where `fetch` finds it."""
    from sec02_policies.archive import read as read_bundle

    data = fetch(location)
    with placed(location):
        return read_bundle(data)


def bundles_in(location: str) -> list[str]:
    """The bundle that is named, or all ZIP files of the folder; raises `InputError` where it has none."""
    if location.startswith("s3://") or not Path(location).is_dir():
        return [location]
    found = sorted(str(each) for each in Path(location).glob("*.zip"))
    if not found:
        raise InputError(location, "no ZIP file in it", "a folder of evidence bundles")
    return found


@contextmanager
def placed(location: str) -> Iterator[None]:
    """Say of a bundle that is refused within the block where it is."""
    try:
        yield
    except BundleError as fault:
        raise BundleError(fault.code, f"{location}: {fault.what}") from None


def stored(folder: Path) -> list[tuple[Path, str, int]]:
    """The bundles in a folder by their names: path, stream, sequence."""
    if not folder.is_dir():
        return []
    found = [(path, _FILE.fullmatch(path.name)) for path in sorted(folder.iterdir())]
    return [(path, match["stream"], int(match["sequence"])) for path, match in found if match]


def trusted_keys(paths: Sequence[Path]) -> list[PublicKey]:
    """The public keys in those files."""
    if not paths:
        return []
    from sec02_policies.archive.keys import PublicKey

    return [PublicKey.from_pem(read(path, "a public key in PEM"), str(path)) for path in paths]


@contextmanager
def signing(sign_key: Path | None, kms_key: str | None) -> Iterator[Signer | None]:
    """The signer that the options name, or None."""
    if sign_key is not None and kms_key is not None:
        raise InputError("--sign-key", "beside --kms-key", "one of them")
    if sign_key is not None:
        from sec02_policies.archive.keys import FileSigner

        yield FileSigner.from_pem(read(sign_key, "a private key in PEM"), str(sign_key))
    elif kms_key is not None:
        from sec02_policies.archive.kms import KmsSigner
        from sec02_policies.collect.clients import client

        with client("kms", region=_region(kms_key)) as kms:
            yield KmsSigner.open(kms, kms_key)
    else:
        yield None


def _region(key: str) -> str | None:
    """The region in a key's ARN; None for an id or an alias, where the environment's counts."""
    parts = key.split(":")
    return parts[3] if len(parts) >= 6 and parts[0] == "arn" else None  # noqa: PLR2004 - an ARN has six parts


def stamp(url: str, message: bytes) -> bytes:
    """The answer of a time-stamping authority over the message."""
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    from sec02_policies.archive.timestamp import MAX_BYTES, demand_answer, request

    if not url.startswith(("https://", "http://")):
        raise InputError("--timestamp-url", "not the URL of an authority", "https://...")
    query = Request(url, data=request(message), headers={"Content-Type": "application/timestamp-query"})  # noqa: S310 - http, seen above
    try:
        with urlopen(query, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - http, seen above
            token: bytes = answer.read(MAX_BYTES)
    except (URLError, OSError) as fault:
        reason = getattr(fault, "reason", fault)
        raise InputError(
            "--timestamp-url", f"no answer ({reason})", "an RFC 3161 authority that can be reached"
        ) from None
    demand_answer(token, message)
    return token
