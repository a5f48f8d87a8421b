"""The page's own files: template, style and script, with the hashes by which the page allows them and nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from sec02_policies.report.page.rows import Lines
from sec02_policies.report.text import printable


def asset(name: str) -> str:
    """The text of one of the page's files."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def page_template() -> Template:
    """The template of the report."""
    return template("page.html")


@cache
def template(name: str) -> Template:
    """The template of a page: every value is escaped, none may be missing, and what no screen should obey is shown."""
    environment = Environment(
        loader=DictLoader({name: asset(name)}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["words"] = lambda number, one, many: f"{number:,} {one if number == 1 else many}"
    environment.filters["moment"] = lambda text: f"{text[:10]} {text[11:16]} UTC"
    return environment.get_template(name)


@cache
def constants() -> dict[str, str]:
    """Style and script as they stand in the page, and its content security policy."""
    style, script = asset("page.css"), asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return {"style": style, "script": script, "csp": policy}


@cache
def still_constants() -> dict[str, str]:
    """The style of a page of lists that has no script, and its content security policy."""
    style = asset("page.css") + asset("listing.css")
    return {
        "style": style,
        "csp": f"default-src 'none'; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'",
    }


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shown(value: Any) -> Any:  # noqa: ANN401 - any value of the template
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup | Lines) else value
