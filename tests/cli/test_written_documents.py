"""Each JSON document that a verb writes obeys a schema of schemas/, and docs/formats.md names it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from shutil import copy
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator
from typer.main import get_command

from sec02_policies.cli import app, run
from sec02_policies.snapshot import canonical, schemas
from sec02_policies.snapshot.index import AccountError, SnapshotIndex
from sec02_policies.snapshot.schema import first_fault
from sec02_policies.testing import build_document, example

Sec02 = Callable[..., Any]
WORLDS = ("demo", "partial", "strong", "empty", "unread")
TIME = "2026-01-31T00:00:00Z"


class Judged(NamedTuple):
    """A snapshot, a folder of a few policies, and two results, the later by more of them."""

    snapshot: Path
    policies: Path
    results: Path
    later: Path


def demand(name: str, document: Any) -> Any:
    """The document, which must obey the schema of that name."""
    fault = first_fault(f"urn:sec02:schema:{name}", document)
    assert fault is None, (name, fault.json_path, fault.message[:300])
    return document


def world(name: str, root: Path) -> dict[str, Any]:
    """A packaged snapshot; `empty`: all was read and there is nothing; `unread`: nothing could be read."""
    if name in ("demo", "partial", "strong"):
        return dict(json.loads((root / "snapshots" / f"{name}.json").read_bytes()))
    document = build_document({})
    if name == "unread":
        why = {"api": "iam:GetAccountAuthorizationDetails", "code": "AccessDenied"}
        for section in document["sections"]:
            section.update(status="denied", **why)
            for kind in section["collections"]:
                place = {"account_id": section["account_id"], "region": section["region"], "kind": "denied"}
                gap = {"id": f"g{len(document['gaps']):05}", "collection": kind, "resource_id": None, "field": None}
                document["gaps"].append({**gap, **place, **why})
    return document


@pytest.fixture(scope="module", params=WORLDS)
def judged(request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Each world, judged by some policies as it is, and a year later by more."""
    folder = tmp_path_factory.mktemp(request.param)
    places = Judged(*(folder / each for each in ("snapshot.json", "own", "results.json", "later.json")))
    places.snapshot.write_bytes(canonical(world(request.param, root)))
    places.policies.mkdir()
    for name in ("bp01-strong-sign-in/iam-user-console-mfa", "bp05-audit-and-rotate/iam-access-key-rotated"):
        copy(root / "policies" / f"{name}.yaml", places.policies)
    asked = ["evaluate", str(places.snapshot), "-p", str(places.policies), "--allow-unknown", "--fail-on", "none"]
    later = ["--now", "2027-01-01T00:00:00Z"]
    for path, more in ((places.results, ["--select", "iam-user-*"]), (places.later, later)):
        assert run([*asked, *more, "-f", "json", "-o", str(path)]) == 0
    return places


def test_every_verb_writes_what_its_schema_says(sec02: Sec02, judged: Judged) -> None:
    snapshot, policies, results, later = judged

    def written(name: str, *arguments: str | Path) -> Any:
        return demand(name, json.loads(sec02(*arguments, "--format", "json").out))

    demand("snapshot", json.loads(snapshot.read_bytes()))
    demand("results", json.loads(results.read_bytes()))
    for line in sec02("report", results, "--format", "jsonl").out.splitlines():
        demand("result_line", json.loads(line))
    written("results_diff", "diff", results, later)
    written("results_diff", "diff", later, results)
    written("trend", "trend", results)
    written("trend", "trend", later, results)
    for by in (
        "best-practice",
        "service",
        "framework",
        "requirement",
        "account",
        "ou",
        "owner",
        "severity",
        "maturity",
    ):
        document = written("rollup", "rollup", results, "--by", by, "--snapshot", snapshot, "-p", policies)
        assert document["group_by"] == by.replace("-", "_")
    written("plan", "remediate", later, "-p", policies)
    written("plan", "remediate", later, "--snapshot", snapshot, "-p", policies)
    written("inventory", "inventory", snapshot)
    written("snapshot_stats", "snapshot", "stats", snapshot)


def test_snapshots_differ_as_their_schema_says(sec02: Sec02, judged: Judged, tmp_path: Path) -> None:
    other = json.loads(judged.snapshot.read_bytes())
    if other["resources"].get("iam_user"):
        gone, changed = other["resources"]["iam_user"][0], other["resources"]["iam_user"][-1]
        changed["password_enabled"] = not changed.get("password_enabled")
        other["resources"]["iam_user"].remove(gone)
        other["gaps"] = [each for each in other["gaps"] if not str(each["resource_id"]).startswith(gone["id"])]
    (tmp_path / "other.json").write_bytes(canonical(other))
    for pair in ((judged.snapshot, tmp_path / "other.json"), (tmp_path / "other.json", judged.snapshot)):
        found = json.loads(sec02("snapshot", "diff", *pair, "-f", "json").out)
        demand("snapshot_diff", found)
        assert bool(found["changed"]) == bool(other["resources"].get("iam_user"))


def test_a_field_that_one_snapshot_could_not_read_is_left_out(
    sec02: Sec02, snapshot_file: Sec02, tmp_path: Path
) -> None:
    user = example("iam_user")
    del user["mfa_devices"]
    why = {"api": "iam:ListMFADevices", "code": "AccessDenied", "kind": "denied", "account_id": "111122223333"}
    place = {
        "id": "g1",
        "collection": "iam_user",
        "region": "global",
        "resource_id": user["id"],
        "field": "mfa_devices",
    }
    old = snapshot_file(place | why, iam_user=[user]).rename(tmp_path / "old.json")
    new = snapshot_file(iam_user=[example("iam_user")])
    found = demand("snapshot_diff", json.loads(sec02("snapshot", "diff", old, new, "-f", "json").out))
    assert [(each["field"], each["unread"], "before" in each) for each in found["changed"]] == [
        ("mfa_devices", ["before"], False)
    ]


def test_redacted_snapshots_are_counted_as_the_schema_says(sec02: Sec02, snapshot_file: Sec02, tmp_path: Path) -> None:
    key, path = tmp_path / "key", tmp_path / "redacted.json"
    key.write_bytes(b"a key for nothing but tests")
    assert sec02("snapshot", "redact", snapshot_file(), "--key", key, "-o", path).code == 0
    found = demand("snapshot_stats", json.loads(sec02("snapshot", "stats", path, "-f", "json").out))
    assert found["redaction"]["profile"] == "names"


def test_a_folder_is_counted_as_the_schema_says(sec02: Sec02, tmp_path: Path) -> None:
    """An organization of which no account could be read, which is the emptiest of all."""
    found = deepcopy(schemas().documents["urn:sec02:schema:index"]["examples"][0])
    index = SnapshotIndex.loads(canonical(found), "index.json")
    (entry,) = index.accounts.values()
    lost = entry.failed(AccountError(api="sts:AssumeRole", code="AccessDenied"))
    (tmp_path / "index.json").write_bytes(index.with_entry(lost, updated_at=TIME).dumps())
    demand("index", json.loads((tmp_path / "index.json").read_bytes()))
    counted = demand("organization_stats", json.loads(sec02("snapshot", "stats", tmp_path, "-f", "json").out))
    assert (counted["accounts"], counted["resources"]) == ({"failed": 1}, {})


def test_the_catalogue_is_as_its_schemas_say(sec02: Sec02, policy_folder: Path) -> None:
    groupings = ["best-practice", "service", "maturity", "control", "framework", "set"]
    for given, by_all in ((["--best-practice", "BP04"], ["framework"]), (["--policies", policy_folder], groupings)):
        found = demand("policy_list", json.loads(sec02("policies", "list", *given, "-f", "json").out))
        for by in by_all:
            grouped = sec02("policies", "list", *given, "--group-by", by, "-f", "json").out
            assert demand("policy_groups", json.loads(grouped))["count"] == len(found["policies"])


def test_a_review_is_as_its_schemas_say(sec02: Sec02, root: Path, tmp_path: Path) -> None:
    snapshot = root / "snapshots" / "weak.json"
    assert sec02("review", snapshot, "-o", tmp_path / "review").code == 0
    demand("campaign", json.loads((tmp_path / "review" / "campaign.json").read_bytes()))
    for sheet in (tmp_path / "review").glob("*.csv"):
        answer = b'"revoke","Ann","2026-11-25",""\r\n'
        sheet.write_bytes(sheet.read_bytes().replace(b'"","","",""\r\n', answer))
    assert sec02("review", "apply", tmp_path / "review", "--snapshot", snapshot, "-o", tmp_path / "out").code == 0
    plan = demand("plan", json.loads((tmp_path / "out" / "plan.json").read_bytes()))
    assert {(each["policy_id"], each["fingerprint"]) for each in plan["steps"]} == {(None, None)}
    assert all(each["review_row"] for each in plan["steps"])


def test_evidence_is_as_its_schemas_say(sec02: Sec02, judged: Judged, tmp_path: Path) -> None:
    assert sec02("keygen", tmp_path / "key").code == 0
    made = ("archive", judged.snapshot, "-p", judged.policies, "-o", tmp_path / "evidence")
    path = sec02(*made, "--sign-key", tmp_path / "key").out.strip()
    shown = demand("bundle", json.loads(sec02("archive", "show", path).out))
    assert shown["signed"] is True
    for name, schema in [
        ("manifest.json", "manifest"),
        ("attestation.dsse.json", "envelope"),
        ("collection.json", "collection"),
        ("params.json", "params"),
        ("results.json.gz", "results"),
        ("snapshot.json.gz", "snapshot"),
    ]:
        demand(schema, json.loads(sec02("archive", "show", path, "--file", name).out))
    attested = json.loads(sec02("archive", "show", path, "--file", "attestations.json").out)
    demand("snapshot#/properties/attestations", attested["attestations"])
    none = tmp_path / "none.zip"
    none.write_bytes(b"none")
    for given in ((path, "--trusted-key", tmp_path / "key.pub", "--replay"), (path,), (path, none)):
        demand("verification", json.loads(sec02("verify", *given, "--format", "json").out))


def verbs(command: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each verb with what typer knows of it."""
    if hasattr(command, "commands"):
        for word, each in command.commands.items():
            yield from verbs(each, (*name, word))
    else:
        yield " ".join(name), command


def test_the_page_of_formats_has_a_row_for_every_verb_that_writes_json(root: Path) -> None:
    page = (root / "docs" / "formats.md").read_text(encoding="utf-8")
    section = page.partition("\n## Each JSON document")[2].partition("\n## ")[0]
    for verb, command in verbs(get_command(app)):
        (fmt,) = [each for each in command.params if "--format" in each.opts] or (None,)
        if fmt is not None and "json" in (getattr(fmt.type, "choices", None) or fmt.help):
            assert f"`{verb} " in section or f"`{verb}`" in section, verb


def written_schemas() -> dict[str, Mapping[str, Any]]:
    """The schemas of documents, which are all that define no type of resource."""
    named = {urn.rpartition(":")[2]: each for urn, each in schemas().documents.items()}
    return {
        name: each for name, each in named.items() if not any("x-type" in x for x in each.get("$defs", {}).values())
    }


def objects(schema: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each schema of an object with named members, and where it stands."""
    if isinstance(schema, dict):
        if "properties" in schema and "if" not in path.split("/") and "then" not in path.split("/"):
            yield path, schema
        for name, each in schema.items():
            if name not in ("examples", "if", "then", "else"):
                yield from objects(each, f"{path}/{name}")
    elif isinstance(schema, list):
        for number, each in enumerate(schema):
            yield from objects(each, f"{path}/{number}")


def test_schemas_of_documents_are_schemas_and_their_examples_hold() -> None:
    for name, schema in written_schemas().items():
        Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", name
        for each in schema.get("examples", ()):
            demand(name, each)


def test_schemas_of_documents_are_closed() -> None:
    for name, schema in written_schemas().items():
        for path, each in objects(schema):
            assert each.get("additionalProperties") is False, f"{name}{path}"


def test_the_page_of_formats_names_every_schema_of_a_document(root: Path) -> None:
    page = (root / "docs" / "formats.md").read_text(encoding="utf-8")
    missing = sorted(name for name in written_schemas() if name != "common" and f"`{name}`" not in page)
    assert missing == []
