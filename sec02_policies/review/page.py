"""A sheet as a page to read or print, in the style of the HTML report; the answers come back in the CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from sec02_policies.report.page.assets import still_constants, template
from sec02_policies.review.sheets import UNOWNED

if TYPE_CHECKING:
    from sec02_policies.review.sheets import Campaign, Sheet


def render_sheet(campaign: Campaign, sheet: Sheet) -> bytes:
    """The page of one sheet, in UTF-8."""
    nobody = "What nobody owns" if sheet.name == UNOWNED else "What has an owner that could not be read"
    page = template("sheet.html").render(
        **{name: Markup(text) for name, text in still_constants().items()},  # noqa: S704 - the product's own files
        title=nobody if sheet.owner is None else f"What {sheet.owner} owns",
        account_id=campaign.account_id,
        collected_at=campaign.collected_at,
        digest=campaign.snapshot_sha256,
        owner_tag=campaign.owner_tag,
        file=f"{sheet.name}.csv",
        count=len(sheet.rows),
        incomplete=[*sheet.incomplete, *campaign.unread],
        rows=[{**row.facts, "name": row.identity["name"], "id": row.identity["id"]} for row in sheet.rows],
    )
    return f"{page}\n".encode()
