"""Evaluation -> bytes: one file per format, each a pure function of the results document and its background."""

from sec02_policies.report.background import Background
from sec02_policies.report.formats import Format, Renderer, format_names, render
from sec02_policies.report.text import printable

__all__ = ["Background", "Format", "Renderer", "format_names", "printable", "render"]
