"""Results as one page for people: self-contained, from what was judged to each result with its evidence.

The page loads nothing: its style and its script are the only ones that its content security policy allows, the table's
data is JSON that is not executed, and names from AWS are only ever text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from sec02_policies.posture import ladder
from sec02_policies.report.page.ages import ages
from sec02_policies.report.page.assets import constants, page_template
from sec02_policies.report.page.drift import drift
from sec02_policies.report.page.heat import heat
from sec02_policies.report.page.judged import scope, unread
from sec02_policies.report.page.people import people
from sec02_policies.report.page.risks import risks, worst
from sec02_policies.report.page.rows import table_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.report.background import Background


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """The page, in UTF-8; without an inventory or a baseline it says what it lacks and how to get it."""
    found = risks(document, background)
    inventory = background.inventory
    data = table_data(document, background, [None if each is None else each.score for each in found])
    page = page_template().render(
        **{name: Markup(text) for name, text in constants().items()},  # noqa: S704 - the product's own files
        data=Markup(data),  # noqa: S704 - JSON in ASCII with <, > and & escaped
        scope=scope(document, inventory),
        unread=unread(document),
        rungs=ladder(document["results"], background.policies),
        heat=heat(document["results"]),
        worst=worst(document, background, found),
        ages=None if inventory is None else ages(inventory, document["run"]),
        people=None if inventory is None else people(inventory),
        drift=drift(document, background.baseline),
    )
    return f"{page}\n".encode()
