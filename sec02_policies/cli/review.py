"""`sec02 review`: sheets for owners to answer, and what their answers mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from sec02_policies.cli.exits import Exit
from sec02_policies.cli.files import read, write
from sec02_policies.cli.streams import say
from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sec02_policies.review import Answers, Campaign
    from sec02_policies.snapshot import Snapshot


class _NewUnlessNamed(TyperGroup):
    """`sec02 review SNAPSHOT` means `sec02 review new SNAPSHOT`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's context
        """Put the verb before what names none."""
        named = not args or args[0] in self.commands or args[0] in ("--help", "-h")
        return super().parse_args(ctx, args if named else ["new", *args])


app = typer.Typer(
    cls=_NewUnlessNamed, no_args_is_help=True, help="Access reviews: make sheets for owners, apply their answers."
)


@app.command("new")
def new_review(
    snapshot: Annotated[Path, typer.Argument(help="A snapshot that `sec02 collect` wrote; - for standard input.")],
    *,
    owner_tag: Annotated[str, typer.Option(help="The key of the tag that names an owner.")] = "owner",
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write; it must be new or empty.")],
) -> None:
    """Write a sheet for each owner: what their identities have, with columns to keep or revoke it."""
    from sec02_policies.review import campaign, overview, render_sheet, sheet_csv
    from sec02_policies.snapshot import canonical

    _demand_empty(output)
    found = campaign(_snapshot(snapshot), owner_tag)
    if not found.rows:
        raise InputError(str(snapshot), "nothing to review", "a snapshot that holds identities with grants")
    files = {f"{sheet.name}.csv": sheet_csv(sheet) for sheet in found.sheets}
    files |= {f"{sheet.name}.html": render_sheet(found, sheet) for sheet in found.sheets}
    files["campaign.json"] = canonical(overview(found)) + b"\n"
    for name, data in files.items():
        write(output / name, data)
    _tell_campaign(found, output)


@app.command("apply")
def apply_review(
    sheets: Annotated[list[Path], typer.Argument(help="The folder of the answered sheets, or CSV sheets.")],
    *,
    snapshot: Annotated[Path, typer.Option("--snapshot", help="The snapshot that the sheets were made of.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write; it must be new or empty.")],
    at: Annotated[
        str | None, typer.Option(help="When it was decided, for rows that do not tell: 2026-01-31, or RFC 3339 in Z.")
    ] = None,
    allow_unanswered: Annotated[
        bool, typer.Option("--allow-unanswered", help="Rows without an answer do not set exit code 3.")
    ] = False,
) -> None:
    """Turn answered sheets into attestations and a remediation plan; a row without an answer is never kept."""
    from sec02_policies.remediation import PlanFormat, render_plan
    from sec02_policies.review import attestations, attestations_yaml, plan, read_answers, unanswered_csv

    _demand_empty(output)
    answers = read_answers(_read_sheets(sheets), _snapshot(snapshot), at=at)
    steps = plan(answers.decisions, evaluated_at=answers.campaign.collected_at)
    files: dict[str, bytes] = {}
    if answers.decisions:
        files["attestations.yaml"] = attestations_yaml(attestations(answers))
    if steps.steps:
        files |= {
            "plan.sh": render_plan(steps, PlanFormat.SH),
            "plan.json": render_plan(steps, PlanFormat.JSON),
            "plan.md": render_plan(steps, PlanFormat.MARKDOWN),
        }
    if answers.unanswered:
        files["unanswered.csv"] = unanswered_csv(answers.unanswered)
    for name, data in files.items():
        write(output / name, data)
    _tell_answers(answers, output, files)
    raise typer.Exit(Exit.UNKNOWN if answers.unanswered and not allow_unanswered else Exit.OK)


def _snapshot(path: Path) -> Snapshot:
    from sec02_policies.snapshot import Snapshot

    return Snapshot.loads(read(path, "a snapshot"), where=str(path))


def _demand_empty(folder: Path) -> None:
    """Refuse a folder that holds something: sheets of two campaigns must not lie side by side."""
    try:
        occupied = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as fault:
        raise InputError(str(folder), fault.strerror or "cannot be read", "a new or empty folder") from None
    if occupied:
        raise InputError(str(folder), "is not empty", "a new or empty folder")


def _read_sheets(paths: Sequence[Path]) -> dict[str, bytes]:
    """The sheets by their file names, which are kept as evidence; paths only where two have one name."""
    files = _files(paths)
    names = [each.name for each in files]
    return {each.name if names.count(each.name) == 1 else str(each): read(each, "a sheet") for each in files}


def _files(paths: Sequence[Path]) -> list[Path]:
    """The sheets that are named, and those in the folders that are named."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.csv")) if path.is_dir() else [path]
        if not inside:
            raise InputError(str(path), "no CSV sheet in it", "the folder that sec02 review wrote")
        found += inside
    return list(dict.fromkeys(found))


def _tell_campaign(found: Campaign, folder: Path) -> None:
    owners = sum(sheet.owner is not None for sheet in found.sheets)
    lines = [f"{folder}: {len(found.rows)} rows to decide, {owners} owners"]
    lines += [f"  {sheet.name}: {len(sheet.rows)}" for sheet in found.sheets]
    lines += [f"  may have more: {each}" for sheet in found.sheets for each in sheet.incomplete]
    lines += [f"  could not be listed: {each}" for each in found.unread]
    for line in lines:
        say(line)


def _tell_answers(answers: Answers, folder: Path, files: Iterable[str]) -> None:
    kept = sum(each.keep for each in answers.decisions)
    revoked = len(answers.decisions) - kept
    lines = [f"{folder}: {kept} kept, {revoked} to revoke, {len(answers.unanswered)} not answered"]
    lines += [f"  not answered: {row.id} {row.facts['identity']}: {row.facts['has']}" for row in answers.unanswered]
    lines += [f"  wrote {', '.join(sorted(files))}"]
    for line in lines:
        say(line)
