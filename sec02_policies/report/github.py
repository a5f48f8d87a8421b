"""Results as GitHub workflow commands: annotations at the line of the policy that failed, worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.model import Severity, Status
from sec02_policies.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.report.background import Background

_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}
_SHOWN = [Status.ERROR, Status.FAIL, Status.UNKNOWN]
"""In this order, since GitHub shows only the first ten of each kind of a step."""


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """One command per failing, unknown or broken result that nobody waived; nothing for the rest."""
    rows = [row for row in document["results"] if row["status"] in _SHOWN and row["waived_by"] is None]
    rows.sort(key=lambda row: (_SHOWN.index(row["status"]), Severity(row["severity"]).rank))
    return "".join(f"{_command(row, background)}\n" for row in rows).encode("utf-8")


def _command(row: Mapping[str, Any], background: Background) -> str:
    policy = background.policy(row["policy_id"])
    command = {Status.ERROR: "error", Status.UNKNOWN: "warning"}.get(row["status"])
    name = row["resource_name"] or row["account_id"]
    properties = {
        "file": policy["path"].replace("\\", "/"),
        "line": str(policy["line"]),
        "title": f"{row['severity']} {row['policy_id']}: {name}",
    }
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    status = "" if row["status"] == Status.FAIL else f"{row['status']}: "
    return f"::{command or _COMMANDS[Severity(row['severity'])]} {shown}::{_data(status + row['message'])}"


def _data(text: str) -> str:
    """As the runner decodes it: https://github.com/actions/toolkit, packages/core/src/command.ts."""
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
