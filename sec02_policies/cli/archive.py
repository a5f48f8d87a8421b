"""`sec02 archive`: make a bundle of evidence, look into one, take it apart; storing it is beside."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from sec02_policies.cli.bundles import BundleArgument, opened, placed, reports_of, signing, stamp, stored
from sec02_policies.cli.files import emit, read, write
from sec02_policies.cli.options import (
    BestPractices,
    Engine,
    EngineOption,
    Frameworks,
    Ignore,
    Levels,
    Params,
    Policies,
    Select,
    Sets,
    policies_from,
    selection,
)
from sec02_policies.cli.streams import say
from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sec02_policies.archive import Bundle, Chain
    from sec02_policies.catalog import PolicySet
    from sec02_policies.evaluate import Waivers
    from sec02_policies.snapshot import Snapshot


class _ArchiveGroup(TyperGroup):
    """`sec02 archive SNAPSHOT` is `sec02 archive create SNAPSHOT`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer does not export its context
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["create", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_ArchiveGroup, no_args_is_help=True, help="Evidence that an auditor can replay.")


class Redacted(StrEnum):
    """What is replaced by pseudonyms."""

    NAMES = "names"
    ALL = "all"


@app.command()
def create(  # noqa: PLR0913 - the options of the command
    snapshot: Annotated[
        Path, typer.Argument(help="A snapshot that `sec02 collect` wrote; or the folder of `collect --org`.")
    ],
    *,
    results: Annotated[
        Path | None,
        typer.Option(help="The results (JSON) of this snapshot, for a folder a folder; evaluates if not given."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder of the bundles.")],
    policies: Policies = None,
    select: Select = None,
    ignore: Ignore = None,
    sets: Sets = None,
    level: Levels = None,
    framework: Frameworks = None,
    best_practice: BestPractices = None,
    param: Params = None,
    waivers: Annotated[
        list[Path] | None, typer.Option("--waivers", "-w", help="Waivers, or a folder of them. Repeatable.")
    ] = None,
    engine: EngineOption = Engine.NATIVE,
    sign_key: Annotated[Path | None, typer.Option(help="Sign with this key of `sec02 keygen`.")] = None,
    kms_key: Annotated[
        str | None, typer.Option(help="Sign with this KMS key (ECC_NIST_P256): ARN, id or alias.")
    ] = None,
    stream: Annotated[str | None, typer.Option(help="The chain to continue; the account's own if not given.")] = None,
    timestamp_url: Annotated[str | None, typer.Option(help="An RFC 3161 authority that stamps the signature.")] = None,
) -> None:
    """Make a bundle: the snapshot, the policies as used, the results, and a manifest over all of it.

    Prints the path of the new file; of a folder, a bundle for each account. `sec02 archive SNAPSHOT` is short for it.
    """
    from sec02_policies.archive import named_waivers
    from sec02_policies.evaluate import Waivers
    from sec02_policies.snapshot import Snapshot

    if timestamp_url is not None and sign_key is None and kms_key is None:
        raise InputError("--timestamp-url", "without a signature to stamp", "--sign-key or --kms-key beside it")
    asked = selection(select, ignore, sets, level, framework, best_practice)
    accepted = named_waivers(Waivers.load(*waivers)) if waivers else None
    chosen = policies_from(policies, asked, any_set=True) if results else policies_from(policies, asked, param)
    make = partial(_bundle, policies=chosen, waivers=accepted, engine=engine, output=output, stream=stream)
    keep = partial(_keep, folder=output, sign_key=sign_key, kms_key=kms_key, timestamp_url=timestamp_url)
    if snapshot.is_dir():
        from sec02_policies.cli.archive_folder import archive_folder

        if stream is not None:
            raise typer.BadParameter("a folder has a chain for each account.", param_hint="--stream")
        raise typer.Exit(archive_folder(snapshot, results, lambda one, stored: keep(make(one, stored))))
    keep(make(Snapshot.loads(read(snapshot, "a snapshot"), where=str(snapshot)), results))


def _bundle(  # noqa: PLR0913 - what a bundle is made of
    snapshot: Snapshot,
    results: Path | None,
    *,
    policies: PolicySet,
    waivers: Waivers | None,
    engine: Engine,
    output: Path,
    stream: str | None,
) -> Bundle:
    """The bundle of the snapshot with these results, or with those of an evaluation, at the next place of its chain."""
    from sec02_policies.archive import build
    from sec02_policies.evaluate import evaluate, read_results

    if results is None:
        document = evaluate(snapshot, policies, engine=engine.value, waivers=waivers).document()
    else:
        document = read_results(read(results, "results of `sec02 evaluate --format json`"), str(results))
        policies = _as_judged(policies, document)
    place = _next(output, stream or snapshot.account_id)
    reports = reports_of(document, policies, snapshot)
    return build(snapshot, policies, document, chain=place, reports=reports, waivers=waivers)


def _keep(
    bundle: Bundle, *, folder: Path, sign_key: Path | None, kms_key: str | None, timestamp_url: str | None
) -> None:
    """Sign the bundle, have the signature stamped, write the file and say where it is."""
    with signing(sign_key, kms_key) as signer:
        bundle = bundle if signer is None else bundle.signed(signer)
    if timestamp_url is not None and bundle.envelope is not None:
        bundle = bundle.timestamped(stamp(timestamp_url, bundle.envelope))
    path = folder / bundle.file_name
    write(path, bundle.pack())
    chain = bundle.manifest["chain"]
    say(f"{path}: bundle {bundle.id}, number {chain['sequence']} of {chain['stream']}, {_by(bundle)}")
    typer.echo(str(path))


def _as_judged(policies: PolicySet, results: dict[str, Any]) -> PolicySet:
    """The policies that gave the results, with the parameters that they had."""
    run = results["run"]["policies"]
    return policies.select([each["id"] for each in run]).with_params({each["id"]: each["params"] for each in run})


def _next(folder: Path, stream: str) -> Chain:
    """The place after the last bundle of the stream in the folder."""
    from sec02_policies.archive import Chain, following
    from sec02_policies.archive import read as read_bundle

    here = [(path, sequence) for path, name, sequence in stored(folder) if name == stream]
    last = max((sequence for _, sequence in here), default=0)
    found = []
    for path, sequence in here:
        if sequence == last:
            with placed(str(path)):
                bundle = read_bundle(read(path, "an evidence bundle"))
            found.append((bundle.manifest, bundle.id))
    return following(found, stream) if found else Chain(stream=stream)


def _by(bundle: Bundle) -> str:
    from sec02_policies.archive.dsse import signed_by

    if bundle.envelope is None:
        return "not signed"
    return f"signed by {signed_by(bundle.envelope)[0][:16]}"


@app.command()
def show(
    bundle: BundleArgument,
    *,
    member: Annotated[str | None, typer.Option("--file", help="Print this file of the bundle, uncompressed.")] = None,
) -> None:
    """Show what an intact bundle says of itself, or one of its files. Who made it is for `sec02 verify`."""
    found = opened(bundle)
    if member is not None:
        if member not in found.members:
            raise InputError(f"--file {member}", "not in the bundle", _files_like(member, found.members))
        emit(found.content(member), None)
        return
    signed = found.envelope is not None
    document = {"schema_version": "1", "bundle_id": found.id, "signed": signed, "manifest": found.manifest}
    typer.echo(json.dumps(document, indent=2))


def _files_like(name: str, members: Iterable[str]) -> str:
    """The files of like names; `manifest.json`, which lists all, where there are none."""
    from difflib import get_close_matches

    return ", ".join(get_close_matches(name, list(members), n=3)) or "a file that manifest.json lists"


@app.command()
def extract(
    bundle: BundleArgument,
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
) -> None:
    """Write the files of an intact bundle into a new folder."""
    found = opened(bundle)
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise InputError(str(folder), "not an empty folder", "a folder that is new or empty")
    for name, data in sorted(found.members.items()):
        write(folder / name, data)
    say(f"{folder}: {len(found.members)} files of bundle {found.id}")


@app.command()
def redact(  # noqa: PLR0913 - the options of the command
    bundle: BundleArgument,
    *,
    key: Annotated[Path, typer.Option(help="A file of at least 16 random bytes; the same key, the same pseudonyms.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder of the redacted bundles.")],
    profile: Annotated[Redacted, typer.Option(help="names; or all: account ids too.")] = Redacted.NAMES,
    keep: Annotated[list[str] | None, typer.Option(help="A word, or a tag key=value, that stays. Repeatable.")] = None,
    sign_key: Annotated[Path | None, typer.Option(help="Sign with this key of `sec02 keygen`.")] = None,
    kms_key: Annotated[
        str | None, typer.Option(help="Sign with this KMS key (ECC_NIST_P256): ARN, id or alias.")
    ] = None,
    stream: Annotated[str, typer.Option(help="The chain to continue.")] = "redacted",
) -> None:
    """Make a bundle with pseudonyms for names: it has the same statuses, and names the bundle that it is from.

    Waivers are left out. Prints the path of the new file.
    """
    from sec02_policies.archive.redact import redact as redacted
    from sec02_policies.snapshot.redact import Profile

    made = redacted(
        opened(bundle),
        read(key, "a key").rstrip(b"\r\n"),
        profile=Profile(profile.value),
        chain=_next(output, stream),
        keep=keep or (),
        reports=reports_of,
    )
    _keep(made, folder=output, sign_key=sign_key, kms_key=kms_key, timestamp_url=None)
