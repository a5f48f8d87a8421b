"""Access reviews: sheets for owners to answer, and what their answers mean. Bytes in, bytes out."""

from sec02_policies.review.answers import Answers, Decision, read_answers
from sec02_policies.review.attest import attestations, attestations_yaml
from sec02_policies.review.page import render_sheet
from sec02_policies.review.revoke import plan
from sec02_policies.review.sheets import Campaign, Row, Sheet, campaign, overview, sheet_csv, unanswered_csv

__all__ = [
    "Answers",
    "Campaign",
    "Decision",
    "Row",
    "Sheet",
    "attestations",
    "attestations_yaml",
    "campaign",
    "overview",
    "plan",
    "read_answers",
    "render_sheet",
    "sheet_csv",
    "unanswered_csv",
]
