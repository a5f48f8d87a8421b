"""`sec02 snapshot`: look into a snapshot, compare two, and make one that can be shown to others."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.collected import attested, save, tell
from sec02_policies.cli.files import read, write
from sec02_policies.cli.options import moment
from sec02_policies.cli.redaction import Redacted, asked_for
from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.snapshot import Snapshot
    from sec02_policies.snapshot.diff import Difference

app = typer.Typer(no_args_is_help=True, help="Validate, count, compare, redact and import snapshots.")

File = Annotated[Path, typer.Argument(help="A snapshot; - for standard input.")]
FileOrFolder = Annotated[
    Path, typer.Argument(help="A snapshot, - for standard input; or the folder of `sec02 collect --org`.")
]
_MOST = 60
_ACCOUNT_DIGITS = 12


class PrintFormat(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


Print = Annotated[PrintFormat, typer.Option("--format", "-f", help="What to print.")]


@app.command()
def validate(snapshot: FileOrFolder) -> None:
    """Validate a snapshot: its schema, and that nothing in it is silently absent."""
    from sec02_policies.report import printable

    if snapshot.is_dir():
        from sec02_policies.cli.folder_views import validated

        for line in validated(snapshot):
            typer.echo(printable(line))
        return
    data = read(snapshot, "a snapshot")
    loaded = _load(data, snapshot)
    resources = sum(len(items) for items in loaded.document["resources"].values())
    form = "canonical" if loaded.dumps() == data else "not in canonical form, the digest is of that form"
    about = f"account {loaded.account_id}, {resources} resources, {len(loaded.gaps)} gaps"
    typer.echo(printable(f"{snapshot}: valid, {form}: {about}"))
    typer.echo(f"sha256 {loaded.sha256}")


@app.command()
def stats(snapshot: FileOrFolder, *, fmt: Print = PrintFormat.TEXT) -> None:
    """Count a snapshot's resources by type and its gaps by cause; in a folder, all accounts together."""
    from sec02_policies.snapshot.stats import stats as count

    if snapshot.is_dir():
        from sec02_policies.cli.folder_views import folder_stats, folder_stats_lines

        together = folder_stats(snapshot)
        _print(together, folder_stats_lines(together), fmt)
        return
    numbers = count(_load(read(snapshot, "a snapshot"), snapshot))
    _print(numbers, _stats_lines(numbers), fmt)


def _stats_lines(numbers: dict[str, Any]) -> Iterator[str]:
    yield f"account {numbers['account_id']}, collected at {numbers['collected_at']}"
    if numbers["redaction"]:
        yield f"redacted: {numbers['redaction']['profile']}, key {numbers['redaction']['key_id']}"
    yield f"{numbers['requests']} requests for {numbers['calls']} calls, {numbers['attestations']} attestations"
    yield "sections: " + ", ".join(f"{count} {status}" for status, count in numbers["sections"].items())
    for each in numbers["handed_on"]:
        yield f"handed on: {each['api']}, read by {each['principal_arn'] or 'not known'} at {each['at']}"
    yield ""
    yield from (f"{count:>7}  {kind}" for kind, count in numbers["resources"].items())
    if numbers["gaps"]:
        yield ""
        yield "   gaps  cause"
    for cause in numbers["gaps"]:
        types = ", ".join(cause["collections"])
        yield f"{cause['count']:>7}  {cause['kind']}: {cause['api']} {cause['code']} ({types})"


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The earlier snapshot.")],
    new: Annotated[Path, typer.Argument(help="The later snapshot of the same account.")],
    *,
    volatile: Annotated[bool, typer.Option("--volatile", help="Show last-used dates and the like too.")] = False,
    fmt: Print = PrintFormat.TEXT,
) -> None:
    """Compare two snapshots of an account: resources that are new or gone, fields that changed."""
    from sec02_policies.snapshot.diff import difference

    found = difference(_load(read(old, "a snapshot"), old), _load(read(new, "a snapshot"), new))
    _print(found.document(), _diff_lines(found, volatile=volatile), fmt)


def _diff_lines(found: Difference, *, volatile: bool) -> Iterator[str]:
    for sign, resources, unread in (("+", found.added, "not read before"), ("-", found.removed, "not read now")):
        for each in resources:
            yield f"{sign} {each.type} {each.name or each.id}" + (f" ({unread})" if each.unread else "")
    shown = [each for each in found.changed if volatile or not each.volatile]
    for change in shown:
        values = f"{_shown(change.before)} -> {_shown(change.after)}"
        yield f"~ {change.type} {change.name or change.id}: {change.field}: {values}"
    hidden = len(found.changed) - len(shown)
    more = f", {hidden} of volatile fields (--volatile shows them)" if hidden else ""
    yield f"{len(found.added)} new, {len(found.removed)} gone, {len(shown)} fields changed{more}"


def _shown(value: object) -> str:
    from sec02_policies.snapshot.diff import UNREAD

    if value is UNREAD:
        return "not read"
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."


@app.command()
def redact(
    snapshot: File,
    *,
    key: Annotated[Path, typer.Option(help="A file of at least 16 random bytes; the same key, the same pseudonyms.")],
    profile: Annotated[Redacted, typer.Option(help="names; or all: account ids too.")] = Redacted.NAMES,
    keep: Annotated[list[str] | None, typer.Option(help="A word, or a tag key=value, that stays. Repeatable.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the redacted snapshot.")],
) -> None:
    """Replace names by keyed pseudonyms: the snapshot can be shown to others, and is judged as before."""
    from sec02_policies.snapshot import Snapshot
    from sec02_policies.snapshot.redact import Profile
    from sec02_policies.snapshot.redact import redact as redacted

    loaded = _load(read(snapshot, "a snapshot"), snapshot)
    kept = {*(keep or ()), *asked_for()}
    document = redacted(loaded.document, read(key, "a key").rstrip(b"\r\n"), profile=Profile(profile.value), keep=kept)
    write(output, Snapshot(document, where="redacted snapshot").pieces())


@app.command("import")
def import_saved(  # noqa: PLR0913 - the options of the command
    folder: Annotated[Path, typer.Argument(help="A folder of saved output of the AWS CLI (docs/snapshot.md).")],
    *,
    account: Annotated[str, typer.Option(help="The account whose answers these are, 12 digits.")],
    region: Annotated[str | None, typer.Option(help="The region of files that are in no region's folder.")] = None,
    at: Annotated[
        str | None, typer.Option(help="When it was saved (RFC 3339); the time of the newest file if not given.")
    ] = None,
    attest: Annotated[
        list[Path] | None, typer.Option(help="A YAML file that says what no API tells. Repeatable.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the snapshot.")] = Path(
        "snapshot.json"
    ),
) -> None:
    """Make a snapshot of saved output of the AWS CLI; what was not saved becomes a gap."""
    from sec02_policies.collect import SavedAnswers, collect_saved

    if len(account) != _ACCOUNT_DIGITS or not (account.isascii() and account.isdigit()):
        raise InputError("--account", "not an account id", "12 digits")
    paths = _saved_files(folder)
    answers = SavedAnswers({path.relative_to(folder).as_posix(): read(path, "a file") for path in paths})
    newest = max((path.stat().st_mtime for path in paths), default=0)
    saved_at = moment(at, "--at") or datetime.fromtimestamp(newest, UTC)
    document = collect_saved(answers, account_id=account, region=region, now=saved_at)
    document["attestations"] = attested(attest or [])
    tell(save(document, output), output)
    for path in answers.unused:
        typer.echo(f"  not used: {path}", err=True)


def _saved_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(str(folder), "no folder", "a folder of saved output of the AWS CLI")
    return sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".csv") and path.is_file())


def _load(data: bytes, path: Path) -> Snapshot:
    from sec02_policies.snapshot import Snapshot

    return Snapshot.loads(data, where=str(path))


def _print(document: dict[str, Any], lines: Iterator[str], fmt: PrintFormat) -> None:
    from sec02_policies.report import printable

    if fmt is PrintFormat.JSON:
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(printable(line) for line in lines))
