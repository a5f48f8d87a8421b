"""A plan as a script of the AWS CLI: it shows what it would do, and does it only when it is told to, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.remediation.plan import Document, Missing, band
from sec02_policies.remediation.quoting import quoted
from sec02_policies.report import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sec02_policies.remediation.plan import Command, Part, Plan, Step

    Names = Mapping[Missing, str]

_HEAD = """\
#!/usr/bin/env bash
# A remediation plan to be read first: nothing of it has been run. State of {evaluated_at}, {count} steps.
#
#   bash plan.sh                        show what each step would do; changes nothing
#   APPLY=1 ONLY="3 4" bash plan.sh     do steps 3 and 4
#   APPLY=1 BREAKING=1 bash plan.sh     do all, also what can break somebody's access
#
# A step that needs a value or a file says so and is skipped until it has them. Before the first step of
# "restrict", sign in once as the break-glass user in another browser, and keep that session until the end.
set -euo pipefail

APPLY="${{APPLY:-0}}"
DOCUMENTS="${{DOCUMENTS:-.}}"
CALLER=""
if [[ $APPLY == 1 ]]; then
  CALLER="$(aws sts get-caller-identity --query Account --output text)"
fi

# begin NUMBER KIND ACCOUNT TITLE [VARIABLE or file:DOCUMENT]...: whether the step is to be done, or to be shown
begin() {{
  local number="$1" kind="$2" account="$3" title="$4" each lacking=""
  shift 4
  if [[ -n "${{ONLY:-}}" && " $ONLY " != *" $number "* ]]; then return 1; fi
  printf '\\n%s. %s\\n' "$number" "$title"
  if [[ $APPLY != 1 ]]; then return 0; fi
  if [[ $CALLER != "$account" ]]; then
    printf '   skipped: it belongs to account %s, and the caller is of %s\\n' "$account" "$CALLER"
    return 1
  fi
  if [[ $kind == breaking && "${{BREAKING:-0}}" != 1 ]]; then
    printf '   skipped: it can break access; set BREAKING=1 to do it\\n'
    return 1
  fi
  for each in "$@"; do
    case "$each" in
      file:*) if [[ ! -r "$DOCUMENTS/${{each#file:}}" ]]; then lacking="$lacking $DOCUMENTS/${{each#file:}}"; fi ;;
      *) if [[ -z "${{!each:-}}" ]]; then lacking="$lacking $each"; fi ;;
    esac
  done
  if [[ -n $lacking ]]; then
    printf '   skipped: it needs%s\\n' "$lacking"
    return 1
  fi
}}

show() {{ (LC_ALL=C; printf '   %s' "$1"; shift; printf ' %q' "$@"; printf '\\n'); }}

run() {{
  if [[ $APPLY == 1 ]]; then
    show 'run:' "$@"
    "$@"
  else
    show 'would run:' "$@"
  fi
}}

by_hand() {{ printf '   no command does this: a person must\\n'; }}

undo() {{ show 'to undo:' "$@"; }}
"""


def render_script(plan: Plan) -> bytes:
    """The plan as a bash script, in UTF-8."""
    return "".join(f"{line}\n" for line in _lines(plan)).encode("utf-8")


def _lines(plan: Plan) -> Iterator[str]:
    yield _HEAD.format(evaluated_at=printable(plan.evaluated_at), count=len(plan.steps))
    heading = ""
    for number, step in enumerate(plan.steps, 1):
        now = f"# ==== {step.phase.value}: {step.phase.words}\n# ---- {band(step.risk)}"
        if now != heading:
            yield now
            yield ""
            heading = now
        yield from _step(number, step)
        yield ""
    yield "printf '\\nend of the plan\\n'"


def _step(number: int, step: Step) -> Iterator[str]:
    names = _names(number, step)
    yield f"# {number}. {printable(step.source)}: {printable(step.target)} (risk {step.risk})"
    yield f"# {printable(step.message)}"
    yield f"# To comply: {printable(step.text)}"
    if step.warning:
        yield f"# WARNING: {printable(step.warning)}"
    for each, name in names.items():
        yield f"# {name}: {each.name}{f', such as {printable(each.example)}' if each.example else ''}"
    needs = [*names.values(), *(f"file:{each.name}" for each in _documents(step))]
    title = f"{step.phase.value}: {printable(step.source)}: {printable(step.target)}"
    kind = "breaking" if step.warning else "harmless"
    words = " ".join(quoted(each) for each in (str(number), kind, step.account_id, title, *needs))
    yield f"if begin {words}; then"
    if not step.commands:
        yield "  by_hand"
    yield from (f"  run {_command(each, names)}" for each in step.commands)
    yield from (f"  undo {_command(each, names)}" for each in step.rollback)
    yield "fi"


def _names(number: int, step: Step) -> dict[Missing, str]:
    """The variable of each missing value: STEP_3_POLICY, and STEP_3_VALUE_2 where a name comes twice."""
    found: dict[Missing, str] = {}
    for missing in dict.fromkeys(each for command in (*step.commands, *step.rollback) for each in command.missing):
        name = f"STEP_{number}_{missing.name}"
        same = sum(each.name == missing.name for each in found)
        found[missing] = f"{name}_{same + 1}" if same else name
    return found


def _documents(step: Step) -> dict[Document, None]:
    return dict.fromkeys(each for command in step.commands for each in command.documents)


def _command(command: Command, names: Names) -> str:
    return " ".join("".join(_part(part, names) for part in word) for word in command.words)


def _part(part: Part, names: Names) -> str:
    if isinstance(part, Missing):
        return f'"${{{names[part]}:-<{part.name}>}}"'
    if isinstance(part, Document):
        return f'{part.scheme}"$DOCUMENTS"/{quoted(part.name)}'
    return quoted(part)
