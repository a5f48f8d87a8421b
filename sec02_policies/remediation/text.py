"""A plan for people: as text for a terminal, and as Markdown for a ticket."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING

from sec02_policies.remediation.plan import Missing, Phase, band, shown
from sec02_policies.remediation.quoting import quoted
from sec02_policies.report import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.remediation.plan import Command, Plan, Step, Word

_KEEP_A_WAY_IN = "Before the first step that restricts: sign in once as break-glass, and keep that session."


def render_text(plan: Plan, *, width: int = 80) -> bytes:
    """The plan as text, in UTF-8; commands are never broken over lines."""
    return "".join(f"{line}\n" for line in _text(plan, width)).encode("utf-8")


def _text(plan: Plan, width: int) -> Iterator[str]:
    yield f"Plan of {len(plan.steps)} steps for the state of {printable(plan.evaluated_at)}. Nothing has been run."
    if any(step.phase.rank >= Phase.RESTRICT.rank for step in plan.steps):
        yield from wrap(_KEEP_A_WAY_IN, width)
    phase: Phase | None = None
    group = ""
    for number, step in enumerate(plan.steps, 1):
        if step.phase is not phase:
            phase, group = step.phase, ""
            yield ""
            yield from wrap(f"{phase.value.upper()}: {phase.words}", width)
        if band(step.risk) != group:
            group = band(step.risk)
            yield ""
            yield f"  {group}"
        yield from _step(number, step, width)


def _step(number: int, step: Step, width: int) -> Iterator[str]:
    place = step.account_id if step.region == "global" else f"{step.account_id} {step.region}"
    head = f"{number:4}. {printable(step.source)}  {printable(step.target)}"
    tail = f"({place}, risk {step.risk})"
    yield from (f"{head}  {tail}",) if len(head) + len(tail) + 2 <= width else (head, f"      {tail}")
    yield from _wrapped(step.message, width)
    yield from _wrapped(f"To comply: {step.text}", width)
    if step.warning:
        yield from _wrapped(f"WARNING: {step.warning}", width)
    for command in step.commands:
        yield f"      {command_line(command)}"
    for command in step.rollback:
        yield f"      undo: {command_line(command)}"
    if not step.commands:
        yield "      No command does this: a person must."


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(printable(text), max(width, 40), initial_indent=" " * 6, subsequent_indent=" " * 6)


def command_line(command: Command) -> str:
    """The command as it would be typed, with <NAME> for what is missing."""
    return " ".join(_typed(each) for each in command.words)


def _typed(word: Word) -> str:
    return shown(word) if any(isinstance(part, Missing) for part in word) else quoted(shown(word))


def render_markdown(plan: Plan) -> bytes:
    """The plan as a list of tasks in Markdown, in UTF-8; names and messages are code, which nothing in them ends."""
    return "".join(f"{line}\n" for line in _markdown(plan)).encode("utf-8")


def _markdown(plan: Plan) -> Iterator[str]:
    yield "# Remediation plan"
    yield ""
    yield f"{len(plan.steps)} steps for the state of {_code(plan.evaluated_at)}. Nothing has been run. {_KEEP_A_WAY_IN}"
    phase: Phase | None = None
    for number, step in enumerate(plan.steps, 1):
        if step.phase is not phase:
            phase = step.phase
            yield from ("", f"## {phase.value.capitalize()}: {phase.words}", "")
        yield f"- [ ] **{number}.** {_code(step.source)} on {_code(step.target)}, account {_code(step.account_id)}"
        yield f"  - {band(step.risk)} ({step.risk}): {_code(step.message)}"
        yield f"  - to comply: {_code(step.text)}"
        if step.warning:
            yield f"  - **warning:** {_code(step.warning)}"
        yield from (f"  - run {_code(command_line(each))}" for each in step.commands)
        yield from (f"  - undo {_code(command_line(each))}" for each in step.rollback)


def _code(text: str) -> str:
    """The text as inline code, in a fence of more backticks than it has in a row."""
    line = printable(text)
    longest = max((len(each) for each in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or line != line.strip() else ""
    return f"{fence}{pad}{line}{pad}{fence}"
