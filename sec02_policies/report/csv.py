"""Results as CSV for spreadsheets: RFC 4180, every cell quoted, no cell that a spreadsheet would compute."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sec02_policies.report.text import ascii_json, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sec02_policies.report.background import Background

_COLUMNS = (
    "policy_id",
    "title",
    "best_practice",
    "severity",
    "status",
    "resource_type",
    "resource_name",
    "resource_id",
    "resource_arn",
    "account_id",
    "region",
    "message",
    "evidence",
    "unread",
    "waived_by",
    "fingerprint",
)
# https://owasp.org/www-community/attacks/CSV_Injection; spreadsheets take the full-width forms for the same.
_COMPUTED = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """A header and one line per result, in UTF-8."""
    lines = [",".join(cell(name) for name in _COLUMNS), *_lines(document, background)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def _lines(document: Mapping[str, Any], background: Background) -> Iterator[str]:
    for row in document["results"]:
        causes = dict.fromkeys(f"{gap['api']} {gap['code'] or gap['kind']}" for gap in row["gaps"])
        values = {
            **row,
            "title": background.policy(row["policy_id"])["title"],
            "evidence": ascii_json(row["evidence"]) if row["evidence"] else "",
            "unread": "; ".join(causes),
        }
        yield ",".join([cell(values[name]) for name in _COLUMNS])


@lru_cache(maxsize=1 << 14)
def cell(value: str | None) -> str:
    """The value between quotes, as no spreadsheet computes it; remembered, since most come again and again."""
    text = printable(value or "").replace('"', '""')
    return f'"\'{text}"' if text.lstrip().startswith(_COMPUTED) else f'"{text}"'
