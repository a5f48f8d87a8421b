"""Bytes -> Bundle, or a `BundleError` with the code of what is wrong: all that needs neither a key nor a clock."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sec02_policies.archive import compressed, container, dsse
from sec02_policies.archive.bundle import Bundle
from sec02_policies.archive.manifest import demand, listed, read_json, read_manifest
from sec02_policies.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUIRED = (
    container.SNAPSHOT,
    container.RESULTS,
    container.SCHEMAS,
    container.PARAMS,
    container.COLLECTION,
    container.ATTESTATIONS,
    container.README,
)


def read(data: bytes) -> Bundle:
    """The bundle in `data`, intact; raises `BundleError`. Whoever made it is not looked at."""
    members = container.unpack(data)
    if container.MANIFEST not in members:
        raise BundleError("manifest.missing", "there is no manifest.json")
    manifest = read_manifest(members[container.MANIFEST])
    bundle = Bundle(manifest=manifest, members=members)
    _demand_files(manifest, members)
    _demand_policies(manifest, members)
    _demand_chain(manifest)
    _demand_contents(manifest, members)
    _demand_envelope(bundle)
    return bundle


def _demand_files(manifest: Mapping[str, Any], members: Mapping[str, bytes]) -> None:
    wanted = {each["name"]: each for each in manifest["files"]}
    if [each["name"] for each in manifest["files"]] != sorted(wanted):
        raise BundleError("manifest.order", "manifest.json does not list each file once, in the order of names")
    found = {each["name"]: each for each in listed(members)}
    for name in _REQUIRED:
        if name not in found:
            raise BundleError("files.missing", f"there is no {name}")
    for name in sorted(wanted.keys() - found.keys()):
        raise BundleError("files.missing", f"{name} is listed and not there")
    for name in sorted(found.keys() - wanted.keys()):
        raise BundleError("files.extra", f"{name} is there and not listed")
    for name, each in found.items():
        if each["size"] != wanted[name]["size"]:
            raise BundleError("files.size", f"{name} does not have the size that manifest.json says")
        if each["sha256"] != wanted[name]["sha256"]:
            raise BundleError("files.digest", f"{name} does not have the SHA-256 that manifest.json says")


def _demand_policies(manifest: Mapping[str, Any], members: Mapping[str, bytes]) -> None:
    named = {f"policies/{each['id']}.yaml": each["sha256"] for each in manifest["run"]["policies"]}
    there = {name: hashlib.sha256(data).hexdigest() for name, data in members.items() if name.startswith("policies/")}
    if named != there:
        raise BundleError("policies.mismatch", "the policies are not those of the run")


def _demand_chain(manifest: Mapping[str, Any]) -> None:
    run, chain = manifest["run"], manifest["chain"]
    if run["evaluated_at"] < run["collected_at"]:
        raise BundleError("run.clock", "evaluated before it was collected")
    if (chain["sequence"] == 1) != (chain["previous"] is None):
        raise BundleError("chain.genesis", "the first of a stream, and only the first, has nothing before it")


def _demand_contents(manifest: Mapping[str, Any], members: Mapping[str, bytes]) -> None:
    """The digests of what is compressed, without keeping it, and the form of the small documents."""
    run = manifest["run"]
    if _digest(members, container.SNAPSHOT) != run["snapshot_sha256"]:
        raise BundleError("snapshot.digest", "the snapshot is not that of the run")
    if _digest(members, container.SCHEMAS) != manifest["environment"]["schemas_sha256"]:
        raise BundleError("schemas.digest", "the schemas are not those of the run")
    if _digest(members, container.RESULTS) != run["results_sha256"]:
        raise BundleError("results.digest", "the results are not those of the run")
    read_json(members[container.PARAMS], container.PARAMS, "params.json")
    read_json(members[container.COLLECTION], container.COLLECTION, "collection.json")
    read_json(members[container.ATTESTATIONS], container.ATTESTATIONS, "attestations.json")


def _digest(members: Mapping[str, bytes], name: str) -> str:
    total = hashlib.sha256()
    for piece in compressed.chunks(members[name], name):
        total.update(piece)
    return total.hexdigest()


def _demand_envelope(bundle: Bundle) -> None:
    """The envelope must be the one canonical envelope around this bundle's statement, whoever signed it."""
    envelope = bundle.envelope
    if envelope is None:
        if container.TIMESTAMP in bundle.members:
            raise BundleError("timestamp.alone", "a timestamp without the signature that it is over")
        return
    document = read_json(envelope, container.ENVELOPE, "envelope.json")
    demand("urn:sec02:schema:envelope", document, "envelope.schema", container.ENVELOPE)
    if document["payloadType"] != dsse.PAYLOAD_TYPE:
        raise BundleError("envelope.type", f"the payload is not {dsse.PAYLOAD_TYPE}")
    if len(document["signatures"]) != 1:
        raise BundleError("envelope.signatures", "not exactly one signature")
    if dsse.payload_of(envelope) != bundle.statement:
        raise BundleError("statement.mismatch", "the signed statement is about another manifest")
    if not dsse.is_plain(envelope):
        raise BundleError("envelope.base64", "the envelope's base64 is not in the standard form")
