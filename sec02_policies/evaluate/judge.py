"""One policy on one resource: the five verdicts, with the message, the evidence and the gaps that explain them."""

from __future__ import annotations

import hashlib
from json import JSONEncoder
from typing import TYPE_CHECKING, Any

from sec02_policies import cel
from sec02_policies.errors import CelError
from sec02_policies.model import Gap, PartialMap, Result, Status, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sec02_policies.evaluate.context import Context
    from sec02_policies.evaluate.programs import CompiledPolicy
    from sec02_policies.model import Policy

Record = dict[str, Any]
# The canonical form of a list of texts, without the checks that only other values need: there is one for every result.
_encode = JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class _Variables(dict[str, Any]):
    """The policy's variables for one resource: each is evaluated when it is first read."""

    __slots__ = ("_bindings", "_programs")

    def __init__(self, programs: Mapping[str, cel.Program], bindings: Mapping[str, object]) -> None:
        super().__init__()
        self._programs = programs
        self._bindings = bindings

    def __missing__(self, name: str) -> object:
        value = self._programs[name].evaluate(self._bindings)
        self[name] = value
        return value


def judge(compiled: CompiledPolicy, params: Mapping[str, Any], context: Context) -> Iterator[Result]:
    """The results of one policy on the whole snapshot: each resource read, then what could not be read.

    `context` must be the current one (`context.evaluating`).
    """
    kinds = compiled.policy.resource
    found = False
    for kind in kinds:
        for resource in context.snapshot.known(kind):
            found = True
            yield judge_resource(compiled, kind, resource, params, context)
        for result in _unread(compiled.policy, kind, context):
            found = True
            yield result
    if not found:
        yield _result(
            compiled.policy,
            ",".join(kinds),
            Status.NOT_APPLICABLE,
            f"The account has no {' and no '.join(kinds)}.",
            place=(context.snapshot.account_id, "global"),
        )


def judge_resource(
    compiled: CompiledPolicy, kind: str, resource: Record, params: Mapping[str, Any], context: Context
) -> Result:
    """The verdict of one policy on one resource of type `kind`."""
    policy = compiled.policy
    bindings: dict[str, object] = {
        "resource": resource,
        "params": params,
        "account": context.account,
        "snapshot": context,
        "now": context.now,
    }
    bindings["variables"] = _Variables(compiled.variables, bindings)
    try:
        status, message = _verdict(compiled, bindings)
    except Unknown as unknown:
        return _result(policy, kind, Status.UNKNOWN, why_unknown(unknown.gaps), resource=resource, gaps=unknown.gaps)
    except CelError as fault:
        return _result(policy, kind, Status.ERROR, f"{policy.path}: {fault}", resource=resource)
    evidence = _evidence(compiled, bindings) if status in (Status.PASS, Status.FAIL) else {}
    return _result(policy, kind, status, message, resource=resource, evidence=evidence)


def _verdict(compiled: CompiledPolicy, bindings: Mapping[str, object]) -> tuple[Status, str]:
    """The status and the message; raises `Unknown` or `CelError` where there is neither pass nor fail."""
    policy = compiled.policy
    if compiled.when is not None:
        applies = compiled.when.evaluate(bindings)
        if applies is False:
            return Status.NOT_APPLICABLE, f"Does not apply: {' '.join((policy.when or '').split())} is false."
        if applies is not True:
            return Status.ERROR, f"{policy.path}: when: not a bool"
    complies = compiled.condition.evaluate(bindings)
    if complies is True:
        return Status.PASS, policy.title
    if complies is False:
        return Status.FAIL, _message(compiled, bindings)
    return Status.ERROR, f"{policy.path}: condition: not a bool"


def _message(compiled: CompiledPolicy, bindings: Mapping[str, object]) -> str:
    """What is wrong, in the policy's words; its title where the message itself cannot be evaluated."""
    if compiled.message is not None:
        try:
            text = compiled.message.evaluate(bindings)
        except (Unknown, CelError):
            return f"Not so: {compiled.policy.title}"
        if isinstance(text, str):
            return text
    return f"Not so: {compiled.policy.title}"


def _evidence(compiled: CompiledPolicy, bindings: Mapping[str, object]) -> dict[str, Any]:
    """The values that the policy keeps; one that could not be read names its gaps, one that failed its error."""
    kept: dict[str, Any] = {}
    for name, program in compiled.evidence.items():
        try:
            kept[name] = cel.to_json(program.evaluate(bindings))
        except Unknown as unknown:
            kept[name] = {"unknown": [gap.id for gap in unknown.gaps]}
        except CelError as fault:
            kept[name] = {"error": str(fault)}
    return kept


def why_unknown(gaps: Sequence[Gap]) -> str:
    """Why there is no verdict: each operation with its code, and the permissions to grant."""
    causes = dict.fromkeys(gap.sentence for gap in gaps)
    denied = dict.fromkeys(gap.permission for gap in gaps if gap.kind == "denied")
    grant = f"; grant {', '.join(denied)}" if denied else ""
    return f"Could not be read: {'; '.join(causes)}{grant}."


def _unread(policy: Policy, kind: str, context: Context) -> Iterator[Result]:
    """One unknown result for each scope, and for each parent, whose resources of type `kind` could not be read."""
    groups: dict[tuple[str, str, str | None], tuple[Record | None, list[Gap]]] = {}
    for parent, gap in context.snapshot.unread(kind):
        place = _place(parent) if parent is not None else (gap.account_id, gap.region)
        key = (*place, None if parent is None else parent["id"])
        groups.setdefault(key, (parent, []))[1].append(gap)
    for (account_id, region, _), (parent, gaps) in groups.items():
        yield _result(
            policy,
            kind,
            Status.UNKNOWN,
            why_unknown(gaps),
            resource=parent,
            place=(account_id, region),
            gaps=tuple(gaps),
        )


def _place(resource: Record) -> tuple[str, str]:
    return resource["account_id"], resource["region"]


def _result(  # noqa: PLR0913 - a result has these parts
    policy: Policy,
    kind: str,
    status: Status,
    message: str,
    *,
    resource: Record | None = None,
    place: tuple[str, str] | None = None,
    evidence: Mapping[str, Any] | None = None,
    gaps: Iterable[Gap] = (),
) -> Result:
    known = resource.known() if isinstance(resource, PartialMap) else resource or {}
    account_id, region = place or _place(known)
    return Result(
        policy_id=policy.id,
        best_practice=policy.best_practice,
        severity=policy.severity,
        status=status,
        resource_type=kind,
        resource_id=known.get("id"),
        resource_name=known.get("name"),
        resource_arn=known.get("arn"),
        account_id=account_id,
        region=region,
        message=message,
        evidence=evidence or {},
        gaps=tuple(gaps),
        waived_by=None,
        fingerprint=fingerprint(policy.id, account_id, region, kind, known.get("id")),
    )


def fingerprint(policy_id: str, account_id: str, region: str, kind: str, resource_id: str | None) -> str:
    """What stays the same from run to run for the same policy and resource: 20 hexadecimal digits.

    80 bits: two of a million results share one with a chance of 4 in 10^13, and no compression saves any of them.
    """
    return hashlib.sha256(_encode([policy_id, account_id, region, kind, resource_id]).encode("utf-8")).hexdigest()[:20]
