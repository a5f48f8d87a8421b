"""Results as JSON Lines: one result per line, with the run's clock and account, for log pipelines and jq."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.report.text import ascii_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.report.background import Background


def render(document: Mapping[str, Any], _: Background) -> bytes:
    """Each row of results, and when it was collected and judged, as a line of JSON in ASCII."""
    run = document["run"]
    moment = {name: run[name] for name in ("collected_at", "evaluated_at")}
    return "".join(f"{ascii_json({**moment, **row})}\n" for row in document["results"]).encode("ascii")
