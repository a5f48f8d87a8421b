"""`sec02 report`: stored results in other formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sec02_policies.cli.files import read
from sec02_policies.cli.formats import Details, Formats, Output, targets, write_all
from sec02_policies.cli.options import Policies, all_policies
from sec02_policies.report import Background


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
) -> None:
    """Render stored results; titles, remediation and lines come from the policies that are given."""
    from sec02_policies.evaluate import compare, read_results

    chosen = targets(fmt, output)
    document = read_results(read(results, "results"), str(results))
    earlier = read_results(read(baseline, "earlier results"), str(baseline)) if baseline else None
    if earlier is not None:
        compare(earlier, document)  # refuses results of another account, whatever the formats do with them
    about = all_policies(policies).about()
    write_all(document, chosen, Background(policies=about, baseline=earlier, details=details))
