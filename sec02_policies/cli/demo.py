"""`sec02 demo`: the whole job on an embedded AWS."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sec02_policies.cli.collected import progress, save, tell
from sec02_policies.cli.files import emit, write
from sec02_policies.cli.options import policies_from, terminal
from sec02_policies.report import Background, Format, render

_NEXT = """
The same on a real account:
  sec02 collect --profile PROFILE --region REGION --output snapshot.json
  sec02 evaluate snapshot.json
"""


def demo(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder for what the demo writes.")] = Path(
        "sec02-demo"
    ),
) -> None:
    """Seed a small company in an embedded AWS, collect it, judge it, and show the results, all on this machine."""
    from sec02_policies.demo import company_snapshot
    from sec02_policies.evaluate import evaluate

    with progress() as report:
        document = company_snapshot(now=lambda: datetime.now(UTC), on_progress=report)
    snapshot = save(document, output / "snapshot.json")
    tell(snapshot, output / "snapshot.json")
    evaluation = evaluate(snapshot, policies_from(None))
    results = evaluation.document()
    write(output / "results.json", render(results, Format.JSON))
    width, color = terminal()
    emit(render(results, Format.TABLE, Background(width=width, color=color)), None)
    sys.stdout.write(f"\nWritten: {output / 'snapshot.json'}, {output / 'results.json'}\n{_NEXT}")
