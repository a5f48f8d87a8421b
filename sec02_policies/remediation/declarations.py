"""A plan's snippets as Terraform, or as one CloudFormation template: the compliant state, to be adapted by a person."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from sec02_policies.report import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.remediation.plan import Plan, Snippet


def render_terraform(plan: Plan) -> bytes:
    """The Terraform of each policy that fails, the greatest risk first, in UTF-8; names of resources are comments."""
    return "".join(f"{line}\n" for line in _terraform(plan)).encode("utf-8")


def _terraform(plan: Plan) -> Iterator[str]:
    yield "# Declarations of the compliant state, to be adapted: nothing of this has been applied."
    yield "# Import what exists (terraform import) before the first plan, or Terraform makes a second one beside it."
    for snippet in plan.snippets:
        yield ""
        yield from _comments(snippet)
        yield (snippet.terraform or "# No resource of Terraform sets this.").rstrip()


def render_cloudformation(plan: Plan) -> bytes:
    """One template with the resources of each policy that fails and has them, in UTF-8."""
    return "".join(f"{line}\n" for line in _cloudformation(plan)).encode("utf-8")


def _cloudformation(plan: Plan) -> Iterator[str]:
    yield "# Declarations of the compliant state, to be adapted: nothing of this has been deployed."
    yield "AWSTemplateFormatVersion: '2010-09-09'"
    yield "Description: Compliant state for what fails"
    declared = [each for each in plan.snippets if each.cloudformation]
    yield "Resources:" if declared else "Resources: {}"
    for snippet in declared:
        yield from (f"  {line}" for line in _comments(snippet))
        yield indent((snippet.cloudformation or "").rstrip(), "  ")
    for snippet in plan.snippets:
        if not snippet.cloudformation:
            yield f"# {printable(snippet.source)}: no resource of CloudFormation sets this."


def _comments(snippet: Snippet) -> Iterator[str]:
    yield f"# {printable(snippet.source)}: {printable(snippet.title)} (risk {snippet.risk})"
    yield from (f"#   fails: {printable(each)}" for each in snippet.targets)
