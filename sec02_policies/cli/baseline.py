"""`--baseline`: earlier results of an account, to compare with, and what failed in them already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.cli.files import read
from sec02_policies.model import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def baseline_for(path: Path | None, document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The earlier results in the file; raises `InputError` where they are of another account than the document."""
    from sec02_policies.evaluate import compare, read_results

    if path is None:
        return None
    earlier = read_results(read(path, "earlier results"), str(path))
    compare(earlier, document)
    return earlier


def failing_in(earlier: Mapping[str, Any] | None) -> frozenset[str]:
    """The fingerprints of what failed and was not waived."""
    rows = earlier["results"] if earlier is not None else ()
    return frozenset(row["fingerprint"] for row in rows if row["status"] == Status.FAIL and not row["waived_by"])
