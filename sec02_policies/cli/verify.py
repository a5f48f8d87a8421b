"""`sec02 verify`: how far bundles of evidence can be trusted, level by level."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.bundle_says import says
from sec02_policies.cli.bundles import bundles_in, fetch, trusted_keys
from sec02_policies.cli.exits import Exit
from sec02_policies.cli.files import read
from sec02_policies.cli.streams import say
from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sec02_policies.archive import Verification

_HEAD_LENGTH = 12
_WORDS = {"proved": "yes", "not_checked": "not shown", "inconclusive": "inconclusive", "refused": "REFUSED"}


class VerifyFormat(StrEnum):
    """How the findings are printed."""

    TABLE = "table"
    JSON = "json"


def verify(  # noqa: PLR0913 - the options of the command
    bundles: Annotated[
        list[str],
        typer.Argument(
            metavar="BUNDLE...", help="Bundles: files, folders, or s3://bucket/key. All of a chain, if any."
        ),
    ],
    *,
    trusted_key: Annotated[
        list[Path] | None, typer.Option(help="A public key that you trust, in PEM. Repeatable.")
    ] = None,
    expect_head: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The id that the newest bundle must have, at least 12 digits of it."),
    ] = None,
    replay: Annotated[bool, typer.Option("--replay", help="Evaluate again, and compare the bytes.")] = False,
    replay_env: Annotated[
        bool, typer.Option("--replay-env", help="Print the pip install that brings back the versions that evaluated.")
    ] = False,
    allow_unsigned: Annotated[
        bool, typer.Option("--allow-unsigned", help="That nobody vouches for a bundle does not set exit code 6.")
    ] = False,
    tsa_root: Annotated[
        list[Path] | None, typer.Option(help="A root of a time-stamping authority that you trust, in PEM. Repeatable.")
    ] = None,
    fmt: Annotated[VerifyFormat, typer.Option("--format", "-f", help="What to print.")] = VerifyFormat.TABLE,
) -> None:
    """Check bundles of evidence: intact, signed, chained, timestamped, reproduced."""
    from sec02_policies.archive import Level, State, chained

    if expect_head is not None and len(expect_head) < _HEAD_LENGTH:
        raise InputError(
            "--expect-head", "too short to tell bundles apart", f"at least {_HEAD_LENGTH} digits of the id"
        )
    keys = trusted_keys(trusted_key or ())
    roots = [read(path, "certificates in PEM") for path in tsa_root or ()]
    places = [each for given in bundles for each in bundles_in(given)]
    found = [_verified(each, keys, roots, replay=replay) for each in places]
    found = chained(found, expect_head=expect_head)
    if fmt is VerifyFormat.JSON:
        typer.echo(json.dumps({"schema_version": "1", "bundles": [_plain(each) for each in found]}, indent=2))
    else:
        for each in found:
            _show(each)
        if len(found) > 1:
            typer.echo(_counted(found))
    if replay_env:
        for line in dict.fromkeys(_pip(each) for each in found if each.manifest is not None):
            typer.echo(line)
    authentic = all(each.state(Level.SIGNED) is State.PROVED for each in found)
    if not authentic:
        say("NOT AUTHENTICATED: no key that you trust vouches for all of these bundles; see --trusted-key")
    if any(each.refused for each in found) or not (authentic or allow_unsigned):
        raise typer.Exit(Exit.MISMATCH)
    if any(each.state(level) is State.INCONCLUSIVE for each in found for level in Level):
        raise typer.Exit(Exit.UNKNOWN)


def _verified(location: str, keys: Sequence[Any], roots: Sequence[bytes], *, replay: bool) -> Verification:
    from sec02_policies import archive

    data = fetch(location)
    found = archive.verify(data, name=location, trusted=keys, tsa_roots=roots)
    if replay and found.manifest is not None:
        found = found.including(archive.replay(archive.read(data)))
    return found


def _show(found: Verification) -> None:
    from sec02_policies.archive import Level
    from sec02_policies.report import printable

    typer.echo(printable(f"{found.name}  {found.bundle_id or 'not a bundle of ours'}"))
    for level in Level:
        findings = [each for each in found.findings if each.level is level]
        if not findings:
            typer.echo(f"  {level.value:<12} {_WORDS['not_checked']}")
        for each in findings:
            code = "" if each.state.value == "proved" else f" [{each.code}]"
            typer.echo(printable(f"  {level.value:<12} {_WORDS[each.state.value]:<13} {each.what}{code}"))
            for line in each.details:
                typer.echo(printable(f"{'':<29}{line}"))
    if found.manifest is not None:
        for number, line in enumerate(says(found.manifest, now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))):
            typer.echo(printable(f"  {'' if number else 'it says':<12} {line}"))


def _counted(found: Sequence[Verification]) -> str:
    """How many of the bundles reach each level, and how many are refused: not all lines of many are read."""
    from sec02_policies.archive import Level, State

    reached = [f"{sum(each.state(level) is State.PROVED for each in found)} {level.value}" for level in Level]
    return f"{len(found)} bundles: {', '.join(reached)}; {sum(each.refused for each in found)} REFUSED"


def _plain(found: Verification) -> dict[str, Any]:
    from sec02_policies.archive import Level

    return {
        "name": found.name,
        "bundle_id": found.bundle_id,
        "levels": {level.value: found.state(level).value for level in Level},
        "findings": [
            {
                "level": each.level.value,
                "state": each.state.value,
                "code": each.code,
                "message": each.what,
                "details": list(each.details),
            }
            for each in found.findings
        ],
    }


def _pip(found: Verification) -> str:
    from sec02_policies.archive import requirements

    environment = found.manifest["environment"] if found.manifest is not None else {"versions": {}}
    return shlex.join(["pip", "install", *requirements(environment)])
