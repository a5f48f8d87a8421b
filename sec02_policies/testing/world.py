"""From a case to a whole, valid snapshot: nothing in the account but what the case and the types' examples say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sec02_policies.errors import InputError
from sec02_policies.iam import parse_document
from sec02_policies.snapshot import Snapshot, schemas
from sec02_policies.testing.suite import DEFAULT_NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.model import Policy
    from sec02_policies.snapshot import TypeInfo
    from sec02_policies.snapshot.schema import Schema
    from sec02_policies.testing.suite import Case, Suite

Record = dict[str, Any]
ACCOUNT = "111122223333"
_DOCUMENT = "urn:sec02:schema:common#/$defs/policy_document"
_KEPT = ("id", "account_id", "region")


def snapshot_of(suite: Suite, case: Case, policy: Policy) -> tuple[Snapshot, str, str | None]:
    """The snapshot of the case, the type that is judged and the id of the judged resource (None: there is none).

    Each type's example in the schemas is complete and healthy; the case replaces members of it, at the top level.
    The account's own resource (`iam_account`) is always there.
    """
    where = f"{suite.path}:{case.line}"
    kind = case.type or policy.resource[0]
    if kind not in policy.resource:
        raise InputError(where, f"type {kind!r} is not judged by this policy", f"one of {', '.join(policy.resource)}")
    resources: dict[str, list[Record]] = {"iam_account": [_example("iam_account")]}
    for other, items in case.others.items():
        info = schemas().type(other, where)
        if info.view_of:
            raise InputError(where, f"{other} among others", f"put it into its parent, {info.view_of[0][0]}")
        resources[other] = [_over(other, item) for item in items]
    judged: str | None = None
    if case.resource is not None:
        resource = _over(kind, case.resource)
        judged = str(resource["id"])
        _put(schemas().types[kind], resource, resources)
    elif kind == "iam_account":
        resources["iam_account"] = []
    document = _document(suite.now, resources)
    document["attestations"] = [
        {"by": "somebody", "at": suite.now, "evidence_ref": "suite", **each} for each in case.attestations
    ]
    _add_gaps(document, case, kind, judged)
    _sort(document)
    return Snapshot(document, where=where), kind, judged


def _example(kind: str) -> Record:
    copy: Record = json.loads(json.dumps(schemas().types[kind].example))
    return copy


def example(kind: str, members: Mapping[str, Any] | None = None) -> Record:
    """A complete, healthy resource of that type; `members` replace those of the example in the schema.

    Children may be partial (they are laid over their own type's example), and IAM documents may be written as AWS does.
    """
    return _over(kind, members or {})


def build_document(resources: Mapping[str, list[Record]], *, now: str = DEFAULT_NOW) -> Record:
    """A valid snapshot document of one account that holds exactly these resources, and gaps nowhere."""
    document = _document(now, {kind: list(items) for kind, items in resources.items()})
    _sort(document)
    return document


def _over(kind: str, members: Mapping[str, Any]) -> Record:
    """The type's example with the members of the case; a new name also renames the id and the ARN that end in it."""
    record = _example(kind)
    if "name" in members and isinstance(members["name"], str):
        for member in ("id", "arn"):
            if member not in members and str(record[member]).endswith(f"/{record['name']}"):
                record[member] = str(record[member]).removesuffix(record["name"]) + members["name"]
    fields = schemas().types[kind].fields
    given: Record = json.loads(json.dumps(members))
    return record | {
        name: _completed(fields[name].schema, value) if name in fields else value for name, value in given.items()
    }


def _completed(schema: Schema, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The value with children laid over their types' examples, and IAM documents, written as AWS does, normalized."""
    for option in schema.get("oneOf", ()):
        if option.get("$ref") == _DOCUMENT:
            return _completed(option, value)
    reference = schema.get("$ref", "")
    if reference == _DOCUMENT and isinstance(value, dict) and "text" not in value:
        return parse_document(json.dumps(value))
    if isinstance(value, list) and "items" in schema:
        child = schema["items"].get("$ref", "").rpartition("/")[2]
        if child in schemas().types:
            return [_over(child, item) if isinstance(item, dict) else item for item in value]
        return [_completed(schema["items"], item) for item in value]
    if isinstance(value, dict) and "properties" in schema:
        return {name: _completed(schema["properties"].get(name, {}), each) for name, each in value.items()}
    return value


def _put(info: TypeInfo, resource: Record, resources: dict[str, list[Record]]) -> None:
    """Add the judged resource: to its collection, or to its parent, the one among the others or the example."""
    if not info.view_of:
        same = [each for each in resources.get(info.name, []) if each["id"] == resource["id"]]
        resources[info.name] = [each for each in resources.get(info.name, []) if each not in same] + [resource]
        return
    parent, member = next((place for place in info.view_of if place[0] == resource.get("owner_type")), info.view_of[0])
    healthy = _example(parent)
    owner = next((each for each in resources.get(parent, []) if each["id"] == healthy["id"]), healthy)
    siblings = owner[member] if owner is not healthy else []
    owner[member] = [*(each for each in siblings if each["id"] != resource["id"]), resource]
    resources[parent] = [*(each for each in resources.get(parent, []) if each["id"] != owner["id"]), owner]


def _sort(document: Record) -> None:
    for items in document["resources"].values():
        items.sort(key=lambda each: str(each["id"]))


def _document(now: str, resources: dict[str, list[Record]]) -> Record:
    stored = sorted(name for name, info in schemas().types.items() if not info.view_of)
    section = {"name": "suite", "account_id": ACCOUNT, "region": "global", "collections": stored}
    return {
        "schema_version": "1",
        "tool": {"name": "sec02-policies", "version": "suite"},
        "collected_at": now,
        "scope": {
            "partition": "aws",
            "account_id": ACCOUNT,
            "organization_id": None,
            "regions": ["eu-west-1"],
            "services": [],
        },
        "collector": {"principal_arn": None, "started_at": now, "finished_at": now},
        "calls": [],
        "counts": {},
        "resources": resources,
        "attestations": [],
        "sections": [{**section, "status": "complete", "api": "suite:Case", "code": None}],
        "gaps": [],
    }


def _add_gaps(document: Record, case: Case, kind: str, judged: str | None) -> None:
    """Add the gaps of the case, and take away what they say could not be read."""
    for number, raw in enumerate(case.gaps, start=1):
        own = "collection" not in raw
        gap = {
            "id": f"g{number:05}",
            "collection": raw.get("collection", kind),
            "account_id": ACCOUNT,
            "region": _region(document, raw.get("collection", kind)),
            "resource_id": raw.get("resource_id", judged if own else None),
            "field": raw.get("field"),
            "api": raw["api"],
            "code": raw["code"],
            "kind": raw.get("kind", "denied"),
        }
        document["gaps"].append(gap)
        if gap["kind"] != "truncated":
            for record in _records(document["resources"], gap["collection"]):
                if gap["resource_id"] in (None, record["id"]):
                    _take_away(record, gap["field"], whole=gap["resource_id"] is not None)


def _region(document: Record, kind: str) -> str:
    """The region of the resources of a type, for a gap over a field of all of them."""
    for record in _records(document["resources"], kind):
        return str(record["region"])
    return "global"


def _records(resources: Mapping[str, list[Record]], kind: str) -> list[Record]:
    info = schemas().types.get(kind)
    if info is None or not info.view_of:
        return resources.get(kind, [])
    return [
        child
        for parent, member in info.view_of
        for owner in resources.get(parent, [])
        for child in owner.get(member, [])
    ]


def _take_away(record: Record, field: str | None, *, whole: bool) -> None:
    if field is None:
        for member in [each for each in record if whole and each not in _KEPT]:
            del record[member]
        return
    parts = field.split(".")
    inner: Any = record
    for part in parts[:-1]:
        inner = inner.get(part) if isinstance(inner, dict) else None
    if isinstance(inner, dict):
        inner.pop(parts[-1], None)
