"""The pages of the inventory, a review and a trend in a real Chromium: no request, no complaint, nothing for axe-core.

Run by `make browser`, which finds Chromium and axe-core; elsewhere these tests are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM, AXE = (os.environ.get(name, "") for name in ("SEC02_CHROMIUM", "SEC02_AXE"))
pytestmark = pytest.mark.skipif(not CHROMIUM or not AXE, reason="needs Chromium and axe-core: make browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def pages(root: Path, folder: Path) -> list[Path]:
    """The inventory of a snapshot that could not be read in full, the longest sheet of a review of it, and a trend."""
    from sec02_policies import Snapshot
    from sec02_policies.inventory import inventory
    from sec02_policies.report.identities import InventoryFormat, render_inventory
    from sec02_policies.review import campaign, render_sheet

    snapshot = Snapshot.loads((root / "snapshots" / "partial.json").read_bytes())
    found = campaign(snapshot, "owner")
    longest = max(found.sheets, key=lambda each: len(each.rows))
    (folder / "inventory.html").write_bytes(render_inventory(inventory(snapshot), InventoryFormat.HTML))
    (folder / "sheet.html").write_bytes(render_sheet(found, longest))
    (folder / "trend.html").write_bytes(trend_page(snapshot))
    return [folder / "inventory.html", folder / "sheet.html", folder / "trend.html"]


def trend_page(snapshot: Any) -> bytes:
    """The trend of an account whose results were judged twice, the second time with policies more."""
    from sec02_policies import PolicySet, evaluate
    from sec02_policies.posture import trend
    from sec02_policies.report.trend import render_trend

    early, late = PolicySet.packaged().select(["SEC02-BP04"]), PolicySet.packaged().select(["SEC02-BP0[46]"])
    documents = [evaluate(snapshot, policies).document() for policies in (early, late)]
    return render_trend({snapshot.account_id: trend(documents)}, "html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_lists_ask_for_nothing_and_axe_finds_no_violation(
    chromium: Any, root: Path, tmp_path: Path, scheme: str, width: int
) -> None:
    for path in pages(root, tmp_path):
        complaints: list[str] = []
        # The content security policy allows no script, so that axe-core has to come from outside of it.
        context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True)
        page = context.new_page()
        page.on("console", lambda message, into=complaints: into.append(message.text))
        page.on("request", lambda request, into=complaints: into.append(request.url))
        page.goto(path.as_uri())
        assert complaints == [path.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.evaluate(Path(AXE).read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found["violations"]] == []
        context.close()
