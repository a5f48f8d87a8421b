"""Results -> plan: for each failing row what its policy says, with the row's values in the commands."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sec02_policies.model import Status
from sec02_policies.posture import ranked
from sec02_policies.remediation.operations import phase_of, resets, secrets_printed
from sec02_policies.remediation.plan import Phase, Plan, Snippet, Step
from sec02_policies.remediation.template import commands
from sec02_policies.remediation.values import parents_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sec02_policies.posture import Risk
    from sec02_policies.remediation.plan import Command

    Row = Mapping[str, Any]
    Policies = Mapping[str, Mapping[str, Any]]

_TYPE_WORDS = {"iam_user": "USER", "iam_group": "GROUP", "iam_role": "ROLE"}
_MANAGED_ONLY = re.compile(r"--policy-arn (POLICY|ARN)\b")
_BREAKING = (Phase.RESTRICT, Phase.REMOVE)
_AHEAD = "This comes before the step that mends it, which is further down."
_AFTERWARDS = "This comes when the step before has been done for a while and nobody has missed anything."
_CAN_BREAK = "Whoever relies on this loses it: look at the last use first, and tell the owner."


def remedies(
    document: Mapping[str, Any],
    policies: Policies,
    *,
    identities: Mapping[str, Mapping[str, Any]] | None = None,
    resources: Mapping[str, Any] | None = None,
) -> Plan:
    """The plan for the failing results that no waiver covers; pure, and the same bytes for the same results.

    `policies` is `PolicySet.about()`; `identities` (of an inventory) order by risk; `resources` (a snapshot's) fill
    what a row alone does not tell, such as the user pool of an app client.
    """
    now = document["run"]["evaluated_at"]
    failing = [row for row in document["results"] if row["status"] == Status.FAIL and row["waived_by"] is None]
    strange = {row["policy_id"] for row in failing} - policies.keys()
    policies = {**policies, **{each: _not_given(each) for each in strange}}
    found = ranked(failing, policies, identities, now=now)
    parents = parents_of(resources or {})
    steps = [step for risk, row in found for step in _steps(row, risk, policies[row["policy_id"]], parents)]
    return Plan.ordered(steps, evaluated_at=now, snippets=_snippets(found, policies))


def _not_given(policy_id: str) -> Mapping[str, Any]:
    """A policy of which the results tell only the id: its failing rows stay in the plan, for a person."""
    text = "The policy is not among those that were given (--policies), so that no remedy is known."
    return {
        "title": policy_id,
        "identity": None,
        "remediation": {"text": text, "cli": None, "terraform": None},
    }


def _steps(row: Row, risk: Risk, about: Mapping[str, Any], parents: Mapping[str, str]) -> Iterator[Step]:
    """What to do first, the remedy itself, and what to do when it has proved harmless."""
    remediation = about["remediation"]
    values = values_of(row, parents)

    def filled(template: str | None) -> tuple[Command, ...]:
        return commands(template, values, region=row["region"], step=row["fingerprint"][:8])

    def fitting(name: str) -> tuple[Command, ...]:
        return filled(_for_type(remediation.get(name), row["resource_type"]))

    said = remediation.get("phase")
    phase = Phase(said) if said else phase_of(filled(remediation["cli"]))
    base = _base(row, risk, remediation["text"])
    before, after = fitting("before"), fitting("after")
    if before:
        early = min(phase_of(before), Phase.ENABLE, phase, key=lambda each: each.rank)
        yield replace(base, phase=early, commands=before, warning=resets(before), text=_ahead(before))
    main = replace(base, phase=phase, commands=fitting("cli"), rollback=fitting("rollback"))
    yield replace(main, warning=_warning(main, remediation.get("warning")))
    if after:
        late = max(phase_of(after), phase, key=lambda each: each.rank)
        last = replace(base, phase=late, commands=after, text=_AFTERWARDS)
        yield replace(last, warning=_warning(last, None))


def _base(row: Row, risk: Risk, text: str) -> Step:
    return Step(
        phase=Phase.PREPARE,
        policy_id=row["policy_id"],
        resource_name=row["resource_name"],
        account_id=row["account_id"],
        region=row["region"],
        risk=risk.score,
        message=row["message"],
        text=text,
        fingerprint=row["fingerprint"],
    )


def _ahead(commands: Sequence[Command]) -> str:
    return " ".join(filter(None, (_AHEAD, secrets_printed(commands))))


def _warning(step: Step, said: str | None) -> str | None:
    """What the policy warns of, and what its calls reset; what takes away without a warning gets the common one."""
    words = " ".join(filter(None, (said, resets(step.commands))))
    return words or (_CAN_BREAK if step.phase in _BREAKING else None)


def _for_type(template: str | None, resource_type: str) -> str | None:
    """The lines that fit the type: where users and roles have lines, its own; for an inline policy, no managed one."""
    if template is None:
        return None
    lines = template.splitlines()
    if resource_type == "iam_inline_policy":
        return "\n".join(each for each in lines if _MANAGED_ONLY.search(each) is None)
    own = _TYPE_WORDS.get(resource_type)
    named = [{word for word in _TYPE_WORDS.values() if word in each.split()} for each in lines]
    if own is None:
        return template
    return "\n".join(each for each, words in zip(lines, named, strict=True) if own in words or not words)


def _snippets(found: Sequence[tuple[Risk, Row]], policies: Policies) -> Iterator[Snippet]:
    """The declarations of each policy that fails, the greatest risk first, with what fails it."""
    groups: dict[str, list[tuple[Risk, Row]]] = {}
    for risk, row in found:
        groups.setdefault(row["policy_id"], []).append((risk, row))
    for policy_id, group in groups.items():
        about = policies[policy_id]
        yield Snippet(
            source=policy_id,
            title=about["title"],
            targets=tuple(row["resource_name"] or row["account_id"] for _, row in group),
            risk=group[0][0].score,
            terraform=about["remediation"]["terraform"],
            cloudformation=about["remediation"].get("cloudformation"),
        )
