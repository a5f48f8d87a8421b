"""The inventory as one self-contained page without a script, in the style of the HTML report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from sec02_policies.report.identities import TITLES, by_type, credential_words, shown, unread_lines
from sec02_policies.report.page.assets import still_constants, template

if TYPE_CHECKING:
    from collections.abc import Mapping

_TONES = {"admin": "critical", "escalation": "high", "secrets": "medium", "?": "unknown"}
_SHOWN = ("kind", "privilege", "mfa", "exposed", "last_activity", "owner")


def render_page(document: Mapping[str, Any]) -> bytes:
    """The page, in UTF-8."""
    groups = [
        {
            "type": kind,
            "title": TITLES.get(kind, kind),
            "lines": [_line(each, document["collected_at"]) for each in group],
        }
        for kind, group in by_type(document).items()
    ]
    page = template("identities.html").render(
        **{name: Markup(text) for name, text in still_constants().items()},  # noqa: S704 - the product's own files
        document=document,
        groups=groups,
        unread=unread_lines(document),
    )
    return f"{page}\n".encode()


def _line(identity: Mapping[str, Any], as_of: str) -> dict[str, Any]:
    words = {member: shown(identity, member) for member in _SHOWN}
    exposed = {"yes": "fail", "?": "unknown"}.get(words["exposed"], "")
    return {
        **identity,
        **words,
        "privilege_tone": _TONES.get(words["privilege"], ""),
        "exposed_tone": exposed,
        "credentials": [credential_words(each, as_of) for each in identity["credentials"]],
        "no_credentials": "?" if "credentials" in identity["unknown"] else "-",
    }
