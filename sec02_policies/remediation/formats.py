"""The formats of a plan, and the one place that renders them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sec02_policies.remediation.declarations import render_cloudformation, render_terraform
from sec02_policies.remediation.script import render_script
from sec02_policies.remediation.text import render_markdown, render_text
from sec02_policies.report.text import ascii_json

if TYPE_CHECKING:
    from sec02_policies.remediation.plan import Plan


class PlanFormat(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    SH = "sh"
    TERRAFORM = "terraform"
    CLOUDFORMATION = "cloudformation"
    JSON = "json"
    MARKDOWN = "markdown"


def render_plan(plan: Plan, fmt: PlanFormat, *, width: int = 80) -> bytes:
    """The plan in that format; `width` matters to text only."""
    match fmt:
        case PlanFormat.TEXT:
            return render_text(plan, width=width)
        case PlanFormat.SH:
            return render_script(plan)
        case PlanFormat.TERRAFORM:
            return render_terraform(plan)
        case PlanFormat.CLOUDFORMATION:
            return render_cloudformation(plan)
        case PlanFormat.JSON:
            return f"{ascii_json(plan.document())}\n".encode("ascii")
        case PlanFormat.MARKDOWN:
            return render_markdown(plan)
