"""The IAM policy language: what documents say, what they reach, and whom they trust. Pure functions, no AWS."""

from __future__ import annotations

from sec02_policies.iam.document import Document, DocumentError, Statement, action_covers, covers, glob, parse_document

__all__ = [
    "Document",
    "DocumentError",
    "Statement",
    "action_covers",
    "covers",
    "glob",
    "parse_document",
]
