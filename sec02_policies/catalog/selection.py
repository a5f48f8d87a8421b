"""Which policies of a set are chosen: by id, and by what they say of themselves (set, level, framework)."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sec02_policies.errors import InputError
from sec02_policies.model import BEST_PRACTICES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sec02_policies.model import Policy

SETS = ("core", "extended", "tier2")
DEFAULT_SETS = ("core", "extended")
"""What judges an account unless a user says otherwise; tier 2 reads services that are collected only on demand."""
ALL = "all"
LEVELS = (1, 2, 3, 4)
_PREFIX = "SEC02-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was asked for; a policy is chosen where each of these holds (an empty one always does).

    `sets` None: those of `default_sets`, and whatever a pattern names by its id, whichever set that is in. A framework
    is its name or name:control, and both may hold wildcards.
    """

    patterns: Sequence[str] = ()
    ignore: Sequence[str] = ()
    sets: Sequence[str] | None = None
    levels: Sequence[int] = ()
    frameworks: Sequence[str] = ()
    best_practices: Sequence[str] = ()

    def __post_init__(self) -> None:
        # A text is a sequence of texts to Python, and to mypy.
        for name in ("patterns", "ignore", "sets", "frameworks", "best_practices"):
            if isinstance(getattr(self, name), str):
                raise InputError(name, f"the text {getattr(self, name)!a}", f"a list, [{getattr(self, name)!a}]")

    def of(self, policies: Collection[Policy], default_sets: Collection[str]) -> tuple[Policy, ...]:
        """The chosen ones of `policies`; raises `InputError` for what names none of them."""
        self._demand_known(policies)
        return tuple(policy for policy in policies if self._holds(policy, default_sets))

    def _holds(self, policy: Policy, default_sets: Collection[str]) -> bool:
        return (
            (not self.patterns or _any(policy, self.patterns))
            and not _any(policy, self.ignore)
            and self._in_sets(policy, default_sets)
            and (not self.levels or policy.maturity in self.levels)
            and (not self.frameworks or any(_maps(policy, each) for each in self.frameworks))
            and (not self.best_practices or policy.best_practice in map(_full, self.best_practices))
        )

    def _in_sets(self, policy: Policy, default_sets: Collection[str]) -> bool:
        if self.sets is not None:
            return not self.sets or ALL in self.sets or policy.set in self.sets
        return policy.set in default_sets or any(fnmatchcase(policy.id, each) for each in self.patterns)

    def _demand_known(self, policies: Collection[Policy]) -> None:
        """Refuse what could never choose anything: it is a slip of the pen, not an empty answer."""
        for pattern in (*self.patterns, *self.ignore):
            if not any(_matches(policy, pattern) for policy in policies):
                near = get_close_matches(pattern, [policy.id for policy in policies])
                known = f"perhaps {', '.join(near)}" if near else "an id or SEC02-BPnn, * allowed"
                raise InputError(pattern, "matches no policy", f"{known} (see `sec02 policies list`)")
        for given in self.sets or ():
            _demand(given, (*SETS, ALL), "no set")
        for level in self.levels:
            _demand(level, LEVELS, "no level")
        for given in self.best_practices:
            _demand(_full(given), BEST_PRACTICES, "no best practice")
        for given in self.frameworks:
            _demand_mapped(policies, given)

    def __str__(self) -> str:
        """What was asked for, as options of the command line."""
        given: tuple[tuple[str, Iterable[object]], ...] = (
            ("--select", self.patterns),
            ("--ignore", self.ignore),
            ("--set", self.sets or ()),
            ("--level", self.levels),
            ("--framework", self.frameworks),
            ("--best-practice", self.best_practices),
        )
        return " ".join(f"{option} {value}" for option, values in given for value in values)


def _demand(given: object, known: Iterable[object], what: str) -> None:
    allowed = tuple(known)
    if given not in allowed:
        raise InputError(str(given), what, f"one of {', '.join(map(str, allowed))}")


def _demand_mapped(policies: Collection[Policy], framework: str) -> None:
    if any(_maps(policy, framework) for policy in policies):
        return
    name, _, control = framework.partition(":")
    ids = sorted({each for policy in policies for each in _controls(policy, name)})
    if control and ids:
        raise InputError(framework, "maps to no policy", f"one of {', '.join(ids)}")
    names = sorted({each for policy in policies for each in policy.frameworks})
    raise InputError(framework, "no framework of these policies", f"one of {', '.join(names)}" if names else "none")


def _maps(policy: Policy, framework: str) -> bool:
    name, colon, control = framework.partition(":")
    return any(not colon or fnmatchcase(each, control) for each in _controls(policy, name))


def _controls(policy: Policy, framework: str) -> Iterable[str]:
    """The controls of a framework that the policy maps to."""
    return (each for name, ids in policy.frameworks.items() if fnmatchcase(name, framework) for each in ids)


def _full(best_practice: str) -> str:
    """SEC02-BP03 for bp03 too."""
    given = best_practice.upper()
    return given if given.startswith(_PREFIX) else f"{_PREFIX}{given}"


def _any(policy: Policy, patterns: Sequence[str]) -> bool:
    return any(_matches(policy, each) for each in patterns)


def _matches(policy: Policy, pattern: str) -> bool:
    return fnmatchcase(policy.id, pattern) or fnmatchcase(policy.best_practice, pattern)
