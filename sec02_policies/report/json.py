"""Results as JSON: the results document itself, in canonical form with a newline at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.snapshot import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.report.background import Background


def render(document: Mapping[str, Any], _: Background) -> bytes:
    """The results document as canonical JSON in UTF-8."""
    return canonical(dict(document)) + b"\n"
