"""The manifest: what a bundle says of itself, and the schemas that it is held to."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.archive.container import ENVELOPE, MANIFEST, TIMESTAMP
from sec02_policies.errors import BundleError, InputError, SnapshotError
from sec02_policies.model import Status
from sec02_policies.snapshot import canonical, loads
from sec02_policies.snapshot.schema import describe, first_fault

if TYPE_CHECKING:
    from collections.abc import Mapping

Document = dict[str, Any]
UNLISTED = frozenset({MANIFEST, ENVELOPE, TIMESTAMP})
"""Members that the manifest cannot list: itself, and what is made of it."""
_STREAM = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The place of a bundle in its stream: `previous` is the id of the bundle before it, None for the first."""

    stream: str
    sequence: int = 1
    previous: str | None = None

    def __post_init__(self) -> None:
        if not _STREAM.fullmatch(self.stream):
            raise InputError("--stream", f"{self.stream!a} cannot name a stream", "lower-case letters, digits and -")


def bundle_id(manifest: bytes) -> str:
    """The id of a bundle: SHA-256 of its manifest's bytes."""
    return hashlib.sha256(manifest).hexdigest()


def file_name(document: Mapping[str, Any], identifier: str) -> str:
    """The name under which a bundle is kept."""
    chain = document["chain"]
    return f"{chain['stream']}-{chain['sequence']:06d}-{identifier[:12]}.zip"


def listed(members: Mapping[str, bytes]) -> list[Document]:
    """The manifest's list of files, with size and digest of each."""
    return [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(members.items())
        if name not in UNLISTED
    ]


def run_of(run: Mapping[str, Any], results_sha256: str) -> Document:
    """What was judged, by what and when, as the `run` of the results says it."""
    names = ("tool", "engine", "evaluated_at", "collected_at", "account_id", "organization_id", "partition")
    return {
        **{name: run[name] for name in names},
        "snapshot_sha256": run["snapshot_sha256"],
        "results_sha256": results_sha256,
        "policies": [{"id": each["id"], "sha256": each["sha256"]} for each in run["policies"]],
    }


def population(snapshot: Mapping[str, Any]) -> Document:
    """What was asked of AWS and what came back, in numbers: an auditor's question of completeness."""
    calls = snapshot["calls"]
    causes = Counter((gap["api"], gap["code"], gap["kind"]) for gap in snapshot["gaps"])
    return {
        "scope": snapshot["scope"],
        "collector": snapshot["collector"],
        "calls": {
            "operations": len(calls),
            "requests": sum(call["pages"] for call in calls),
            "items": sum(call["items"] for call in calls),
            "by_status": dict(sorted(Counter(call["status"] for call in calls).items())),
        },
        "counts": snapshot["counts"],
        "resources": {kind: len(items) for kind, items in sorted(snapshot["resources"].items())},
        "gaps": [
            {"api": api, "code": code, "kind": kind, "count": count}
            for (api, code, kind), count in sorted(causes.items())
        ],
    }


def collection(snapshot: Mapping[str, Any]) -> Document:
    """All that the snapshot says of its own collection, without the resources and without what people attested."""
    names = ("tool", "collected_at", "scope", "collector", "calls", "counts", "sections", "gaps")
    return {name: snapshot[name] for name in names}


def attested(snapshot: Mapping[str, Any]) -> Document:
    """What people said that no API tells, with who, when and where the evidence is."""
    return {"attestations": snapshot["attestations"]}


def outcome(statuses: Mapping[str, int], *, waived: int) -> Document:
    """The results in one word, as in-toto's test results have it, and in numbers; what is waived are fails."""
    if statuses[Status.ERROR] or statuses[Status.FAIL] > waived:
        word = "FAILED"
    else:
        word = "WARNED" if waived or statuses[Status.UNKNOWN] else "PASSED"
    return {"result": word, "statuses": statuses, "waived": waived}


def demand(reference: str, document: object, code: str, name: str) -> None:
    """Raise `BundleError` unless the document obeys the schema of that URN."""
    fault = first_fault(reference, document)
    if fault is not None:
        what, expected = describe(fault)
        raise BundleError(code, f"{name}: {fault.json_path}: {what}, expected {expected}")


def read_json(data: bytes, name: str, code: str) -> Document:
    """The JSON object in a member, which must be in canonical form; raises `BundleError`."""
    try:
        document = loads(data, name)
    except SnapshotError as fault:
        raise BundleError(code, str(fault)) from None
    if not isinstance(document, dict) or not _is_canonical(document, data):
        raise BundleError(code, f"{name} is not in canonical form")
    return document


def _is_canonical(document: Document, data: bytes) -> bool:
    try:
        return canonical(document) == data
    except ValueError:
        return False


def read_manifest(data: bytes) -> Document:
    """The manifest in those bytes, canonical and by its schema; raises `BundleError`."""
    document = read_json(data, MANIFEST, "manifest.json")
    demand("urn:sec02:schema:manifest", document, "manifest.schema", MANIFEST)
    return document
