"""`sec02 archive upload` and `prune`: bundles under Object Lock in S3, and which of those that are kept could go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sec02_policies.cli.bundles import BundleArgument, opened, stored
from sec02_policies.cli.streams import say

if TYPE_CHECKING:
    from sec02_policies.archive.retention import Kept


class Lock(StrEnum):
    """S3's modes of Object Lock."""

    COMPLIANCE = "compliance"
    GOVERNANCE = "governance"


def upload(
    bundle: BundleArgument,
    location: Annotated[str, typer.Argument(metavar="S3", help="s3://bucket/prefix/ of a bucket with Object Lock.")],
    *,
    retain_days: Annotated[int, typer.Option(min=1, help="For how many days S3 keeps the bundle.")],
    lock: Annotated[Lock, typer.Option(help="compliance: nobody can delete it before; governance: few can.")],
    legal_hold: Annotated[bool, typer.Option("--legal-hold", help="Keep it until the hold is lifted.")] = False,
) -> None:
    """Put an intact bundle into S3 under Object Lock, where nothing is yet, and check how S3 keeps it."""
    from sec02_policies.archive.store import Location, Retention
    from sec02_policies.archive.store import Lock as Mode
    from sec02_policies.archive.store import upload as put
    from sec02_policies.collect.clients import client

    found = opened(bundle)
    prefix = Location.parse(location if location.endswith("/") else f"{location}/")
    target = Location(bucket=prefix.bucket, key=f"{prefix.key}{found.file_name}")
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=retain_days)
    with client("s3") as s3:
        version = put(s3, target, found.pack(), Retention(mode=Mode(lock.value), until=until, legal_hold=legal_hold))
    say(f"{target}: version {version}, {lock.value} lock until {_text(until)}{', legal hold' if legal_hold else ''}")
    typer.echo(str(target))


def prune(
    location: Annotated[str, typer.Argument(metavar="FOLDER", help="A folder of bundles, or s3://bucket/prefix/.")],
    *,
    keep_days: Annotated[int, typer.Option(min=1, help="How long bundles are kept.")],
) -> None:
    """List the bundles that are older than that and could go. Nothing is ever deleted."""
    from sec02_policies.archive.retention import prunable

    now = datetime.now(UTC)
    before = now - timedelta(days=keep_days)
    kept = (
        _kept_in_s3(location) if location.startswith("s3://") else [_kept(path) for path, *_ in stored(Path(location))]
    )
    found = prunable(kept, before=_text(before), now=_text(now))
    for each in found:
        typer.echo(each.location)
    say(f"bundles older than {keep_days} days that could go: {len(found)}; nothing was deleted")


def _kept_in_s3(location: str) -> list[Kept]:
    from sec02_policies.archive.store import Location, held, keys
    from sec02_policies.collect.clients import client

    found = []
    with client("s3") as s3:
        for each in keys(s3, Location.parse(location)):
            until, hold = held(s3, each)
            found.append(replace(_kept(each), locked_until=until, legal_hold=hold))
    return found


def _kept(location: object) -> Kept:
    from sec02_policies.archive.retention import Kept

    found = opened(str(location))
    chain = found.manifest["chain"]
    return Kept(
        location=str(location),
        stream=chain["stream"],
        sequence=chain["sequence"],
        evaluated_at=found.manifest["run"]["evaluated_at"],
    )


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
