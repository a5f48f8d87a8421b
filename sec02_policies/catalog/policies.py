"""The PolicySet: which policies are chosen, and with which parameters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sec02_policies.catalog.folder import content, yaml_files
from sec02_policies.catalog.load import load_policy, value_problem
from sec02_policies.catalog.selection import DEFAULT_SETS, SETS, Selection
from sec02_policies.errors import InputError, PolicyError
from sec02_policies.resources import packaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from sec02_policies.catalog.yaml import YamlFile
    from sec02_policies.model import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """Policies in the order of their ids, and the values of their parameters where a user gave some."""

    policies: tuple[Policy, ...]
    files: Mapping[str, YamlFile] = field(repr=False, compare=False)
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    default_sets: tuple[str, ...] = SETS
    """The sets that `select` chooses from unless told otherwise: core and extended of the packaged, all of others."""

    def __iter__(self) -> Iterator[Policy]:
        return iter(self.policies)

    def __len__(self) -> int:
        return len(self.policies)

    @classmethod
    def packaged(cls) -> Self:
        """The policies that ship with the product, of every set; `select()` leaves those that judge by default."""
        return replace(cls._of(policy_files()), default_sets=DEFAULT_SETS)

    @classmethod
    def load(cls, *paths: str | Path) -> Self:
        """The policies in files or folders; raises `PolicyError` for a bad one, `InputError` where there is none."""
        if not paths:
            raise InputError("policies", "no path given", "a policy, or a folder of policies")
        return cls._of(policy_files(*paths))

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> Self:
        """The policies in `files`, bytes by path: for callers that keep them elsewhere than on disk.

        Raises `PolicyError` for a bad one, and `InputError` for none at all, which would fail nothing.
        """
        if not files:
            raise InputError("policies", "no files given", "at least one policy")
        return cls._of(iter(files.items()))

    @classmethod
    def _of(cls, entries: Iterator[tuple[str, bytes]]) -> Self:
        policies: dict[str, Policy] = {}
        files: dict[str, YamlFile] = {}
        for path, data in entries:
            policy, file = load_policy(data, path)
            if policy.id in policies:
                raise PolicyError(path, "id", f"{policy.id!r} is also in {policies[policy.id].path}", "each id once")
            policies[policy.id] = policy
            files[policy.id] = file
        return cls(policies=tuple(policies[each] for each in sorted(policies)), files=files)

    def select(  # noqa: PLR0913 - one for each thing that policies say of themselves
        self,
        patterns: Sequence[str] = (),
        *,
        ignore: Sequence[str] = (),
        sets: Sequence[str] | None = None,
        levels: Sequence[int] = (),
        frameworks: Sequence[str] = (),
        best_practices: Sequence[str] = (),
    ) -> Self:
        """The policies for which each given argument holds; raises `InputError` for one that could choose nothing.

        A pattern is an id, a best practice such as SEC02-BP01, or a shell-style wildcard over either. `sets` None:
        those of `default_sets`, and whatever a pattern names by id. A framework is its name, or name:control.
        """
        return self.chosen(
            Selection(
                patterns=patterns,
                ignore=ignore,
                sets=sets,
                levels=levels,
                frameworks=frameworks,
                best_practices=best_practices,
            )
        )

    def chosen(self, selection: Selection) -> Self:
        """The policies that the selection asks for, as `select`."""
        return replace(self, policies=selection.of(self.policies, self.default_sets))

    def get(self, policy_id: str) -> Policy:
        """The policy with that id; raises `InputError`, with the nearest ids, where there is none."""
        for policy in self.policies:
            if policy.id == policy_id:
                return policy
        from difflib import get_close_matches

        near = get_close_matches(policy_id, [policy.id for policy in self.policies])
        raise InputError(
            policy_id, "no such policy", f"perhaps {', '.join(near)}" if near else "see `sec02 policies list`"
        )

    def with_params(self, overrides: Mapping[str, Mapping[str, Any]], *, where: str = "params") -> Self:
        """The set with other values of parameters, by policy id and name; each is judged by the parameter's schema.

        Raises `InputError`, at `where`, for a policy or parameter that is not there, and for a value that is refused.
        """
        merged = {each: dict(values) for each, values in self.overrides.items()}
        for policy_id, values in overrides.items():
            policy = self.get(policy_id)
            for name, value in values.items():
                param = policy.params.get(name)
                if param is None:
                    known = ", ".join(policy.params) or "it has none"
                    raise InputError(f"{where} {policy_id}.{name}", "no such parameter", known)
                problem = value_problem(param.schema, value)
                if problem:
                    raise InputError(f"{where} {policy_id}.{name}", "a value that the policy refuses", problem)
                merged.setdefault(policy_id, {})[name] = value
        return replace(self, overrides=merged)

    def about(self) -> dict[str, dict[str, Any]]:
        """What a report says of each policy besides its results, plain JSON by id; `line` is its condition's."""
        return {
            policy.id: {
                "title": policy.title,
                "maturity": policy.maturity,
                "control": policy.control.value,
                "identity": policy.identity.value,
                "frameworks": {name: list(ids) for name, ids in policy.frameworks.items()},
                "rationale": " ".join(policy.rationale.split()),
                "remediation": {
                    "text": " ".join(policy.remediation.text.split()),
                    "cli": policy.remediation.cli,
                    "terraform": policy.remediation.terraform,
                    "cloudformation": policy.remediation.cloudformation,
                    "before": policy.remediation.before,
                    "after": policy.remediation.after,
                    "rollback": policy.remediation.rollback,
                    "phase": policy.remediation.phase,
                    "warning": policy.remediation.warning,
                },
                "references": list(policy.references),
                "when": policy.when,
                "condition": policy.condition,
                "path": policy.path,
                "line": self.files[policy.id].place(("condition",)).line,
            }
            for policy in self.policies
        }

    def params_of(self, policy: Policy) -> dict[str, Any]:
        """The values of the policy's parameters: the user's, else the defaults."""
        return {name: param.default for name, param in policy.params.items()} | dict(self.overrides.get(policy.id, {}))


def policy_files(*paths: str | Path) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of the policies in files or folders, of the packaged ones without `paths`; suites are left out.

    Raises `InputError` for a path that is not there or has no policies.
    """
    if not paths:
        yield from _policies(packaged("policies"), "policies")
    for path in map(Path, paths):
        if not path.exists():
            raise InputError(str(path), "no such file or folder", "a policy, or a folder of policies")
        here = list(_policies(path, str(path))) if path.is_dir() else [(str(path), content(path, str(path)))]
        if not here:
            raise InputError(str(path), "no policies in it", "files named <id>.yaml")
        yield from here


def _policies(folder: Traversable | Path, shown: str) -> Iterator[tuple[str, bytes]]:
    return ((path, data) for path, data in yaml_files(folder, shown) if not path.endswith(".test.yaml"))
