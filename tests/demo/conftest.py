"""The company's snapshot, made once for all tests of the demo."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sec02_policies.demo import company_snapshot
from sec02_policies.snapshot import Snapshot


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """Return what the demo collects at the time of the stored snapshot."""
    return company_snapshot(now=lambda: datetime(2026, 11, 24, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def snapshot(document: dict[str, Any]) -> Snapshot:
    """Return the same as a snapshot."""
    return Snapshot(document)
