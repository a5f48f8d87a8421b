"""A remediation plan: steps in an order in which nobody is locked out. Values only; nothing here runs a command."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


class Phase(StrEnum):
    """When a step is due; the order of the members is the order of the work.

    Nothing is enforced before people have what they need for it, and nothing is removed that was not restricted first.
    """

    PREPARE = "prepare"
    ENABLE = "enable"
    ENFORCE = "enforce"
    RESTRICT = "restrict"
    REMOVE = "remove"

    @property
    def rank(self) -> int:
        """0 for what is done first."""
        return list(Phase).index(self)

    @property
    def words(self) -> str:
        """What the phase is for."""
        return _PHASES[self]


_PHASES = {
    Phase.PREPARE: "look, and make sure that a way in remains: break-glass first",
    Phase.ENABLE: "add what people and programs will need: MFA, new keys, central sign-in",
    Phase.ENFORCE: "change settings, once what they demand is there",
    Phase.RESTRICT: "take permissions away and deactivate; each step can be undone",
    Phase.REMOVE: "delete what has been inactive without anybody missing it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A value that a person must give before a command can run: its name, and an example where there is one."""

    name: str
    example: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that a person must write before a command can run, such as a corrected trust policy."""

    scheme: str
    name: str


Part = str | Missing | Document
Word = tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command as its words; each word is text, or text around what is still missing."""

    words: tuple[Word, ...]

    @classmethod
    def of(cls, *words: str) -> Self:
        """The command of these words, of which nothing is missing."""
        return cls(words=tuple((each,) for each in words))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What a person must still give, each once."""
        return tuple(dict.fromkeys(part for word in self.words for part in word if isinstance(part, Missing)))

    @property
    def documents(self) -> tuple[Document, ...]:
        """The files that a person must still write, each once."""
        return tuple(dict.fromkeys(part for word in self.words for part in word if isinstance(part, Document)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do. `warning` is None unless it can break somebody's access or replaces what it does not name.

    `commands` is empty where only a person can do it: `text` says what. `risk` (0..100) is that of what it mends.
    A failing result asks for it, which `policy_id` and `fingerprint` name, or a row of an access review: `review_row`.
    `resource_name` None: the account as a whole. `message` is the result's, or who decided what.
    """

    phase: Phase
    policy_id: str | None = None
    resource_name: str | None
    account_id: str
    region: str = "global"
    risk: int
    message: str
    text: str
    commands: tuple[Command, ...] = ()
    rollback: tuple[Command, ...] = ()
    warning: str | None = None
    fingerprint: str | None = None
    review_row: str | None = None

    @property
    def source(self) -> str:
        """What asked for the step, for people."""
        return self.policy_id or "access-review"

    @property
    def target(self) -> str:
        """What the step changes, for people."""
        return self.resource_name or self.account_id

    def document(self) -> dict[str, Any]:
        """The step as plain JSON; a command is a list of words, and what is missing is written <NAME>."""
        return {
            "phase": self.phase.value,
            "policy_id": self.policy_id,
            "resource_name": self.resource_name,
            "account_id": self.account_id,
            "region": self.region,
            "risk": self.risk,
            "message": self.message,
            "text": self.text,
            "commands": [_plain(each) for each in self.commands],
            "rollback": [_plain(each) for each in self.rollback],
            "missing": sorted({each.name for command in self.commands for each in command.missing}),
            "documents": sorted({each.name for command in self.commands for each in command.documents}),
            "warning": self.warning,
            "fingerprint": self.fingerprint,
            "review_row": self.review_row,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The steps in their order, and of when and what they are; `snippets` are of policies, in the order of risk."""

    evaluated_at: str
    steps: tuple[Step, ...]
    snippets: tuple[Snippet, ...] = field(default=())

    @classmethod
    def ordered(cls, steps: Iterable[Step], *, evaluated_at: str, snippets: Iterable[Snippet] = ()) -> Self:
        """The plan of those steps: by phase, then the greatest risk first, then by account and target."""
        return cls(evaluated_at=evaluated_at, steps=tuple(sorted(steps, key=_order)), snippets=tuple(snippets))

    def document(self) -> dict[str, Any]:
        """The plan as plain JSON (schemas/plan.schema.json)."""
        return {
            "schema_version": "1",
            "evaluated_at": self.evaluated_at,
            "steps": [{"number": number, **each.document()} for number, each in enumerate(self.steps, 1)],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """What declares the compliant state for one policy, and the names of what fails it."""

    source: str
    title: str
    targets: tuple[str, ...]
    risk: int
    terraform: str | None
    cloudformation: str | None


_WAY_IN = "iam-breakglass-ready"
"""The policy whose steps come first in their phase: with it there is a way back, whatever goes wrong."""


def band(risk: int) -> str:
    """The group of a risk, for headings (docs/risk.md)."""
    return next(name for least, name in _BANDS if risk >= least)


_BANDS = ((70, "very high risk"), (45, "high risk"), (20, "medium risk"), (0, "low risk"))


def shown(word: Word) -> str:
    """A word for people, with what is missing in angle brackets."""
    return "".join(_shown(each) for each in word)


def _shown(part: Part) -> str:
    if isinstance(part, Missing):
        return f"<{part.name}>"
    return f"{part.scheme}{part.name}" if isinstance(part, Document) else part


def _plain(command: Command) -> list[str]:
    return [shown(each) for each in command.words]


def _order(step: Step) -> tuple[int, bool, int, str, str, str, str]:
    later, reference = step.policy_id != _WAY_IN, step.fingerprint or step.review_row or ""
    return step.phase.rank, later, -step.risk, step.account_id, step.source, step.target, reference
