"""What a set of policies allows: allow minus deny for an action on resources at large, under ceilings.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

"At large" means a resource that no policy had in mind: a probe ARN of the right type whose name nobody would write.
A pattern that matches the probe matches practically all; `role/app/*`, one ARN or `user/${aws:username}` do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sec02_policies.iam.conditions import Strength, certain, strength
from sec02_policies.iam.wildcards import glob
from sec02_policies.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sec02_policies.iam.document import Statement

PROBE_NAME = "~unnamed-Zq7Xw9"
_PROBE_ACCOUNT = "000000000000"
_PROBE_REGION = "us-east-1"
_ARN_PARTS = 6
_WILD = re.compile(r"[*?]|\$\{")
_ACCOUNT = re.compile(r"\d{12}")
# Their resources have no type in front of the name: `bucket/*` is one bucket, `prod*` are some pipelines.
_UNTYPED = frozenset({"s3", "sqs", "sns", "codecommit", "codepipeline", "execute-api"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One policy that takes part in a decision, and the way it came to its holder.

    `kind` is `inline`, `managed` or `document`; `through` is the group that brought it, if one did.
    """

    ref: str
    kind: str
    statements: Sequence[Statement]
    through: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """All that decides what a principal may do; `context` holds the condition keys known for its requests.

    Each ceiling (a boundary, an SCP level) must allow as well; a ceiling that could not be read is its Unknown.
    `unread` says which policies could not be read: they may allow more.
    """

    account_id: str | None = None
    partition: str = "aws"
    sources: tuple[Source, ...] = ()
    ceilings: tuple[tuple[Source, ...] | Unknown, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[Unknown, ...] = ()
    self_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An action, and the resources of which any unnamed one is meant.

    `types` are ARN ends such as `iam:role/`; without them the patterns themselves say the type. `itself`: the caller's
    own user or role counts as well. `anywhere`: resources of other accounts count as well.
    """

    action: str
    types: tuple[str, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)
    itself: bool = False
    anywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """An Allow statement that survives every Deny and ceiling, on that probe resource."""

    source: Source
    statement: Statement
    strength: Strength
    probe: str

    @property
    def evidence(self) -> dict[str, Any]:
        """Return where the grant stands: `{policy, kind, through, statement, sid, conditional}` and a note if any."""
        found = via(self.source, self.statement)
        found["conditional"] = self.strength is Strength.CONDITIONAL
        return found


def via(source: Source, statement: Statement) -> dict[str, Any]:
    """Return the place of a statement as plain JSON."""
    found = {
        "policy": source.ref,
        "kind": source.kind,
        "through": source.through,
        "statement": statement["index"],
        "sid": statement["sid"],
    }
    if source.note is not None:
        found["note"] = source.note
    return found


@lru_cache(maxsize=1 << 16)
def _pattern_covers_action(pattern: str, action: str) -> bool:
    return glob(pattern, action)


def applies_to_action(statement: Statement, action: str) -> bool:
    """Return whether the statement covers the action, which is in lower case."""
    if statement["not_actions"]:
        return not any(_pattern_covers_action(pattern, action) for pattern in statement["not_actions"])
    return any(_pattern_covers_action(pattern, action) for pattern in statement["actions"])


def applies_to_resource(statement: Statement, arn: str) -> bool:
    """Return whether the statement of an identity policy covers the resource."""
    if statement["not_resources"]:
        return not any(glob(pattern, arn) for pattern in statement["not_resources"])
    return any(glob(pattern, arn) for pattern in statement["resources"])


def grants(holdings: Holdings, target: Target) -> Iterator[Grant]:
    """Yield every grant of the action on an unnamed resource, each Allow statement at most once."""
    context = {**holdings.context, **target.context}
    if target.anywhere:
        context.pop("aws:resourceaccount", None)
    for source in holdings.sources:
        for statement in source.statements:
            if statement["effect"] != "Allow" or not applies_to_action(statement, target.action):
                continue
            allowed = strength(statement["conditions"], context)
            if allowed is Strength.NO:
                continue
            surviving = (
                (_left(holdings, target.action, probe, context), probe)
                for probe in openings(statement, holdings, target)
            )
            left, probe = max(surviving, default=(Strength.NO, ""))
            if left is not Strength.NO:
                yield Grant(source=source, statement=statement, strength=min(allowed, left), probe=probe)


def reach(holdings: Holdings, target: Target) -> Strength:
    """Return how far the known policies allow the action on an unnamed resource; unread policies are not asked."""
    best = Strength.NO
    for grant in grants(holdings, target):
        best = max(best, grant.strength)
        if best is Strength.YES:
            break
    return best


def denied(sources: Iterable[Source], action: str, arn: str, context: Mapping[str, str]) -> bool:
    """Return whether a Deny surely cancels the action there; a conditional one does not."""
    return any(
        statement["effect"] == "Deny"
        and applies_to_action(statement, action)
        and applies_to_resource(statement, arn)
        and certain(statement["conditions"], context)
        for source in sources
        for statement in source.statements
    )


def _left(holdings: Holdings, action: str, probe: str, context: Mapping[str, str]) -> Strength:
    """Return what denies and ceilings leave of an Allow."""
    if denied(holdings.sources, action, probe, context):
        return Strength.NO
    left = Strength.YES
    for ceiling in holdings.ceilings:
        if isinstance(ceiling, Unknown):
            raise ceiling
        left = min(left, _ceiling(ceiling, action, probe, context))
    return left


def _ceiling(sources: Sequence[Source], action: str, probe: str, context: Mapping[str, str]) -> Strength:
    if denied(sources, action, probe, context):
        return Strength.NO
    return max(
        (
            strength(statement["conditions"], context)
            for source in sources
            for statement in source.statements
            if statement["effect"] == "Allow"
            and applies_to_action(statement, action)
            and applies_to_resource(statement, probe)
        ),
        default=Strength.NO,
    )


def openings(statement: Statement, holdings: Holdings, target: Target) -> list[str]:
    """Return the probe ARNs that the statement reaches: none means that it names its resources."""
    probes = default_probes(holdings, target)
    for pattern in (*statement["resources"], *_spared(holdings)):
        probes += _fitted(pattern, holdings, target)
    return [probe for probe in dict.fromkeys(probes) if applies_to_resource(statement, probe)]


def _spared(holdings: Holdings) -> Iterator[str]:
    """Yield the resources to which denies and ceilings narrow what is allowed, such as those of one region."""
    ceilings = [source for each in holdings.ceilings if not isinstance(each, Unknown) for source in each]
    for _, statement in with_effect((*holdings.sources, *ceilings), "Deny"):
        yield from statement["not_resources"]
    for _, statement in with_effect(ceilings, "Allow"):
        yield from statement["resources"]


def default_probes(holdings: Holdings, target: Target) -> list[str]:
    """Return one probe for each type of the target, in the holder's own account."""
    account = holdings.account_id or _PROBE_ACCOUNT
    service = target.action.partition(":")[0]
    probes = []
    for each in target.types or (f"{service}:~any/",):
        owner, _, end = each.partition(":")
        region, owner_account = _home(owner, account)
        probes.append(f"arn:{holdings.partition}:{owner}:{region}:{owner_account}:{_unnamed(end)}")
    if target.itself and holdings.self_arn and any(_is_of(holdings.self_arn, each) for each in target.types):
        probes.append(holdings.self_arn)
    return probes


def _is_of(arn: str, resource_type: str) -> bool:
    return arn.split(":", 5)[5].startswith(resource_type.partition(":")[2])


def _home(service: str, account: str) -> tuple[str, str]:
    """Return the region and account parts of the ARNs of a service, where the service leaves them empty."""
    if service == "iam":
        return "", account
    return ("", "") if service in ("s3", "sso") else (_PROBE_REGION, account)


def _fitted(pattern: str, holdings: Holdings, target: Target) -> list[str]:
    """Return probes that keep the parts which the pattern fixes: its region, its account, its type of resource."""
    written = pattern.split(":", 5)
    if len(written) != _ARN_PARTS:
        return []
    if target.itself and "${aws:username}" in written[5]:
        return [pattern.replace("*", PROBE_NAME)]
    service, account = ("" if _WILD.search(part) else part for part in (written[2], written[4]))
    return [
        f"arn:{holdings.partition}:{owner}:{_region(written[3], home_region)}:{own_account}:{_unnamed(end)}"
        for owner, end in _ends(service, written[5], target)
        for home_region, home_account in (_home(owner, holdings.account_id or _PROBE_ACCOUNT),)
        for own_account in (_account(account, home_account, holdings, target),)
    ]


def _region(pattern: str, home: str) -> str:
    """Return the region that the pattern means, or one of those."""
    return home if pattern == "" or glob(pattern, home) else pattern.replace("*", "some").replace("?", "1")


def _unnamed(end: str) -> str:
    return end + PROBE_NAME if end[-1:] in ("/", ":", "-") else end


def _account(written: str, home: str, holdings: Holdings, target: Target) -> str:
    if _ACCOUNT.fullmatch(written) and (target.anywhere or holdings.account_id is None):
        return written
    return home


def _ends(service: str, resource: str, target: Target) -> list[tuple[str, str]]:
    if target.types:
        ends = [each.partition(":") for each in target.types]
        return [(owner, end) for owner, _, end in ends if service in ("", owner)]
    owner = service or target.action.partition(":")[0]
    prefix = _WILD.split(resource, maxsplit=1)[0]
    if prefix == resource:
        return []
    if prefix == "":
        return [(owner, "~any/")]
    if owner in _UNTYPED:
        return []
    # `key*` is every key, as `key/*` is: before the first separator there is no name.
    if prefix.replace("-", "").isalnum():
        return [(owner, f"{prefix}/")]
    return [(owner, prefix)] if prefix[:-1].replace("-", "").isalnum() and prefix[-1] in "/:" else []


def with_effect(sources: Iterable[Source], effect: str) -> Iterator[tuple[Source, Statement]]:
    """Yield the statements that have the effect, each with its source."""
    for source in sources:
        for statement in source.statements:
            if statement["effect"] == effect:
                yield source, statement


def settled(held: Holdings) -> Holdings:
    """Return the holdings, or raise `Unknown` where a part of them was not read.

    What is allowed follows from all policies together: one that was not read may allow more, or deny what others allow.
    """
    if held.unread:
        raise Unknown.merged(held.unread)
    return held
