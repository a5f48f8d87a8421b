"""`sec02 inventory`: every human and machine identity of a snapshot, or of an organization's folder."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sec02_policies.cli.files import emit, read
from sec02_policies.cli.formats import keep
from sec02_policies.cli.options import moment, terminal
from sec02_policies.cli.streams import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sec02_policies.report.identities import InventoryFormat


class Kind(StrEnum):
    """Who is behind an identity."""

    HUMAN = "human"
    MACHINE = "machine"
    BOTH = "both"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


def inventory(  # noqa: PLR0913 - the options of the command
    snapshot: Annotated[
        Path,
        typer.Argument(
            help="A snapshot that `sec02 collect` wrote, - for standard input; or the folder of `collect --org`."
        ),
    ],
    *,
    kind: Annotated[list[Kind] | None, typer.Option(help="Only identities of this kind. Repeatable.")] = None,
    of_type: Annotated[
        list[str] | None, typer.Option("--type", help="Only identities of this type, such as iam_user. Repeatable.")
    ] = None,
    owner_tag: Annotated[str, typer.Option(help="The key of the tag that names an owner.")] = "owner",
    fmt: Annotated[
        list[str] | None,
        typer.Option(
            "--format", "-f", metavar="FORMAT[=FILE]", help="What to print: table, json, csv, html. Repeatable."
        ),
    ] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Table: reasons, and each credential with its age.")
    ] = False,
    now: Annotated[
        str | None, typer.Option(help="Attestations count up to this time (RFC 3339), not that of the collection.")
    ] = None,
) -> None:
    """List every human and machine identity: kind, credentials, MFA, privilege, exposure, owner."""
    from sec02_policies.cli.inventory_folder import joined, snapshots_in
    from sec02_policies.inventory import IDENTITY_TYPES, chosen
    from sec02_policies.inventory import inventory as identities
    from sec02_policies.report.identities import InventoryFormat, render_inventory, unread_lines
    from sec02_policies.snapshot import Snapshot

    for each in of_type or ():
        if each not in IDENTITY_TYPES:
            raise typer.BadParameter(f"{each!r} is not one of {', '.join(IDENTITY_TYPES)}.", param_hint="--type")
    targets = _targets(fmt or ["table"])
    keep([snapshot], [path for _, path in targets])
    if snapshot.is_dir() and any(each is InventoryFormat.HTML for each, _ in targets):
        raise typer.BadParameter("a page is of one account; a folder has table, json, csv.", param_hint="--format")
    folder = snapshot.is_dir()
    loaded = snapshots_in(snapshot) if folder else [Snapshot.loads(read(snapshot, "a snapshot"), where=str(snapshot))]
    kinds, as_of = [each.value for each in kind or ()], moment(now, "--now")
    width, color = terminal()
    parts: list[list[bytes]] = [[] for _ in targets]
    unread: Counter[str] = Counter()
    for one in loaded:
        document = chosen(identities(one, owner_tag=owner_tag, now=as_of), kinds=kinds, types=of_type or ())
        for part, (to, path) in zip(parts, targets, strict=True):
            part.append(render_inventory(document, to, width=width, color=color and path is None, details=details))
        unread.update(unread_lines(document))
    for part, (to, path) in zip(parts, targets, strict=True):
        emit(joined(part, to), path)
    if not any(to is InventoryFormat.TABLE for to, _ in targets):
        _tell_unread(unread, folder=folder)


def _targets(formats: Sequence[str]) -> list[tuple[InventoryFormat, Path | None]]:
    """What to write where; a usage error for an unknown format, or two for one place."""
    from sec02_policies.report.identities import InventoryFormat

    found: list[tuple[InventoryFormat, Path | None]] = []
    for each in formats:
        name, equals, path = each.partition("=")
        if name not in set(InventoryFormat):
            raise typer.BadParameter(f"{name!r} is not one of {', '.join(InventoryFormat)}.", param_hint="--format")
        if equals and not path:
            raise typer.BadParameter(f"{each!r} names no file.", param_hint="--format")
        found.append((InventoryFormat(name), Path(path) if equals else None))
    if len({path for _, path in found}) < len(found):
        raise typer.BadParameter("two formats go to the same place; give each its =FILE.", param_hint="--format")
    return found


def _tell_unread(unread: Counter[str], *, folder: bool) -> None:
    """Say on standard error of which identities there may be more, once for all accounts; the table says it itself."""
    for line, number in unread.items():
        place = f" in {number} account{'' if number == 1 else 's'}" if folder else ""
        say(f"not read{place}: {line}")
