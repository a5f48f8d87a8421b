"""Results -> a plan that a person reviews and runs, in an order that locks nobody out. Nothing here runs anything."""

from sec02_policies.remediation.formats import PlanFormat, render_plan
from sec02_policies.remediation.plan import Command, Document, Missing, Phase, Plan, Snippet, Step
from sec02_policies.remediation.remedies import remedies

__all__ = [
    "Command",
    "Document",
    "Missing",
    "Phase",
    "Plan",
    "PlanFormat",
    "Snippet",
    "Step",
    "remedies",
    "render_plan",
]
