"""`sec02 report`: stored results in other formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.files import read
from sec02_policies.cli.formats import Details, Formats, Output, inventory_for, targets, write_all
from sec02_policies.cli.options import Policies, all_policies
from sec02_policies.errors import InputError
from sec02_policies.report import Background

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.snapshot import Snapshot


def report(  # noqa: PLR0913 - the options of the command
    results: Annotated[Path, typer.Argument(help="Results as JSON, of `sec02 evaluate`; - for standard input.")],
    *,
    policies: Policies = None,
    fmt: Formats = None,
    details: Details = False,
    output: Output = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Earlier results (JSON) of the account: shows what changed since.")
    ] = None,
    snapshot: Annotated[
        Path | None, typer.Option(help="The snapshot that was judged: html shows its identities and their keys.")
    ] = None,
) -> None:
    """Render stored results; titles, remediation and lines come from the policies that are given."""
    from sec02_policies.evaluate import compare, read_results

    chosen = targets(fmt, output, [results, baseline, snapshot])
    document = read_results(read(results, "results"), str(results))
    earlier = read_results(read(baseline, "earlier results"), str(baseline)) if baseline else None
    if earlier is not None:
        compare(earlier, document)  # refuses results of another account, whatever the formats do with them
    loaded = _judged(snapshot, document) if snapshot else None
    about = all_policies(policies).about()
    background = Background(policies=about, baseline=earlier, inventory=inventory_for(chosen, loaded), details=details)
    write_all(document, chosen, background)


def _judged(path: Path, document: Mapping[str, Any]) -> Snapshot:
    """The snapshot of the results; raises `InputError` for another one."""
    from sec02_policies.snapshot import Snapshot

    found = Snapshot.loads(read(path, "a snapshot"), where=str(path))
    if found.sha256 != document["run"]["snapshot_sha256"]:
        raise InputError(str(path), "not the snapshot that these results judge", "the one that was given to evaluate")
    return found
