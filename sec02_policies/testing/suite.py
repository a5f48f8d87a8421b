"""The suite of a policy, `<id>.test.yaml`: cases that lay a resource over its type's example and expect a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sec02_policies.catalog import PolicySet, content, read_yaml, yaml_files
from sec02_policies.errors import InputError, PolicyError
from sec02_policies.resources import packaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from sec02_policies.catalog import YamlFile

# The clock of a case that names none, and of a document that is built without a suite.
DEFAULT_NOW = "2026-01-31T00:00:00Z"
_SCHEMA = "urn:sec02:schema:suite"
_SUFFIX = ".test.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case as its file says it; `line` is where it begins."""

    name: str
    line: int
    type: str | None
    resource: Mapping[str, Any] | None
    params: Mapping[str, Any]
    others: Mapping[str, Sequence[Mapping[str, Any]]]
    gaps: Sequence[Mapping[str, Any]]
    attestations: Sequence[Mapping[str, Any]]
    status: str
    message: str | None
    evidence: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The cases of one policy and the clock that they are judged at."""

    policy_id: str
    path: str
    now: str
    cases: tuple[Case, ...]


def load_suite(data: bytes, path: str) -> Suite:
    """The suite in `data`; raises `PolicyError` at the line and column of the first defect."""
    file = read_yaml(data, path, _SCHEMA)
    raw: dict[str, Any] = file.value
    name = path.replace("\\", "/").rpartition("/")[2].removesuffix(_SUFFIX)
    if raw["policy"] != name:
        file.refuse(("policy",), f"{raw['policy']!r} in a file named {name!r}", "the policy's id is the file's name")
    cases = tuple(_case(each, file, number) for number, each in enumerate(raw["cases"]))
    names = [case.name for case in cases]
    for number, each in enumerate(names):
        if names.index(each) != number:
            file.refuse(("cases", number, "name"), f"a second case named {each!r}", "a name of its own")
    return Suite(policy_id=raw["policy"], path=path, now=raw.get("now", DEFAULT_NOW), cases=cases)


def _case(raw: Mapping[str, Any], file: YamlFile, number: int) -> Case:
    expect = raw["expect"] if isinstance(raw["expect"], dict) else {"status": raw["expect"]}
    return Case(
        name=raw["name"],
        line=file.place(("cases", number)).line,
        type=raw.get("type"),
        resource=raw.get("resource", {}),
        params=raw.get("params", {}),
        others=raw.get("others", {}),
        gaps=raw.get("gaps", ()),
        attestations=raw.get("attestations", ()),
        status=expect["status"],
        message=expect.get("message"),
        evidence=expect.get("evidence"),
    )


def load_suites(path: str | Path | None = None) -> tuple[PolicySet, tuple[Suite, ...]]:
    """The policies and suites in a file or folder, or those that ship with the product."""
    if path is None:
        return PolicySet.packaged(), tuple(_read(packaged("policies"), "policies"))
    root = Path(path)
    if root.is_dir():
        return PolicySet.load(root), tuple(_read(root, str(root)))
    if root.name.endswith(_SUFFIX):
        policy = root.with_name(root.name.removesuffix(_SUFFIX) + ".yaml")
        return PolicySet.load(policy), (load_suite(_bytes(root), str(root)),)
    beside = root.with_name(root.name.removesuffix(".yaml") + _SUFFIX)
    suites = (load_suite(content(beside, str(beside)), str(beside)),) if beside.exists() else ()
    return PolicySet.load(root), suites


def _bytes(path: Path) -> bytes:
    if not path.exists():
        raise InputError(str(path), "no such file", "a suite, a policy, or a folder of them")
    return content(path, str(path))


def _read(folder: Traversable | Path, shown: str) -> Iterator[Suite]:
    return (load_suite(data, path) for path, data in yaml_files(folder, shown) if path.endswith(_SUFFIX))


def demand_policies(policies: PolicySet, suites: Sequence[Suite]) -> None:
    """Raise `PolicyError` for a suite whose policy is not among `policies`."""
    known = {policy.id for policy in policies}
    for suite in suites:
        if suite.policy_id not in known:
            raise PolicyError(
                suite.path, "policy", f"no policy {suite.policy_id!r} beside it", f"{suite.policy_id}.yaml"
            )
