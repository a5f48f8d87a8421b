"""Policy YAML -> Policy: strict keys, the schema of policies, the id that is the file's name."""

from __future__ import annotations

import hashlib
import shlex
from typing import TYPE_CHECKING, Any, cast

from jsonschema import Draft202012Validator, SchemaError

from sec02_policies.catalog.yaml import YamlFile
from sec02_policies.errors import PolicyError
from sec02_policies.model import Control, Identity, Param, Policy, Remediation, Severity
from sec02_policies.snapshot.schema import describe, first_fault, perhaps, schemas

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEMA = "urn:sec02:schema:policy"
_COMMANDS = ("before", "cli", "after", "rollback")
"""The members of a remediation that hold commands, one a line."""


def read_yaml(data: bytes, path: str, schema: str) -> YamlFile:
    """The file in `data`, valid against the schema of that URN; raises `PolicyError` at the first defect."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise PolicyError(path, "", f"byte {fault.start} is not UTF-8", "YAML in UTF-8") from None
    file = YamlFile(text, path)
    violation = first_fault(schema, file.value)
    if violation is not None:
        what, expected = describe(violation)
        place = tuple(violation.absolute_path)
        if violation.validator == "additionalProperties":
            unknown = sorted(set(cast("dict[str, Any]", violation.instance)) - set(_properties(violation.schema)))
            place = (*place, unknown[0])
        file.refuse(place, what, expected)
    return file


def load_policy(data: bytes, path: str) -> tuple[Policy, YamlFile]:
    """The policy in `data` and the file it was read from (for positions); raises `PolicyError`."""
    file = read_yaml(data, path, _SCHEMA)
    raw: dict[str, Any] = file.value
    name = path.replace("\\", "/").rpartition("/")[2].removesuffix(".yaml")
    if raw["id"] != name:
        file.refuse(("id",), f"{raw['id']!r} in a file named {name!r}", "the id is the file's name")
    kinds = tuple(raw["resource"]) if isinstance(raw["resource"], list) else (raw["resource"],)
    types = schemas().types
    for kind in kinds:
        if kind not in types:
            file.refuse(("resource",), f"unknown resource type {kind!r}", perhaps(kind, types))
    for param, schema in raw.get("params", {}).items():
        _demand_default(file, param, schema)
    for name in _COMMANDS:
        _demand_quotes(file, name)
    return _policy(raw, kinds, path, hashlib.sha256(data).hexdigest()), file


def _demand_default(file: YamlFile, param: str, schema: Mapping[str, Any]) -> None:
    """Refuse a parameter whose schema is none, or refuses its own default."""
    rules = _rules(schema)
    try:
        Draft202012Validator.check_schema(rules, format_checker=Draft202012Validator.FORMAT_CHECKER)
    except SchemaError as fault:
        what = f"not a JSON Schema ({fault.validator})"
        file.refuse(("params", param, *fault.absolute_path), what, "a schema of JSON Schema 2020-12")
    problem = value_problem(schema, schema["default"])
    if problem:
        file.refuse(("params", param, "default"), "a default that its own schema refuses", problem)


def _rules(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in schema.items() if key not in {"default", "description"}}


def _demand_quotes(file: YamlFile, name: str) -> None:
    """Refuse a command of the remediation that a shell could not split into words."""
    for line in (file.value["remediation"].get(name) or "").splitlines():
        try:
            shlex.split(line)
        except ValueError:
            file.refuse(("remediation", name), "a line with a quote that does not end", "a line for a shell")


def value_problem(schema: Mapping[str, Any], value: object) -> str | None:
    """What the parameter's schema wants instead of `value`, or None where it is right."""
    fault = next(iter(Draft202012Validator(_rules(schema)).iter_errors(value)), None)
    return f"{fault.validator} {fault.validator_value}" if fault else None


def _policy(raw: dict[str, Any], kinds: tuple[str, ...], path: str, sha256: str) -> Policy:
    return Policy(
        id=raw["id"],
        title=raw["title"],
        best_practice=raw["best_practice"],
        severity=Severity(raw["severity"]),
        maturity=raw["maturity"],
        control=Control(raw["control"]),
        identity=Identity(raw["identity"]),
        set=raw["set"],
        frameworks={name: tuple(ids) for name, ids in raw.get("frameworks", {}).items()},
        peers={name: tuple(ids) for name, ids in raw.get("peers", {}).items()},
        params={
            name: Param(name=name, schema=schema, default=schema["default"])
            for name, schema in raw.get("params", {}).items()
        },
        resource=kinds,
        when=raw.get("when"),
        variables=raw.get("variables", {}),
        condition=raw["condition"],
        message=raw.get("message"),
        evidence=raw.get("evidence", {}),
        rationale=raw["rationale"],
        remediation=Remediation(**raw["remediation"]),
        references=tuple(raw["references"]),
        path=path,
        sha256=sha256,
    )


def _properties(schema: Any) -> Mapping[str, Any]:  # noqa: ANN401 - as jsonschema types it
    return schema.get("properties", {}) if isinstance(schema, dict) else {}
