"""Manifest -> in-toto Statement v1: a pure function, so that a verifier makes the same statement and compares bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.archive.container import MANIFEST
from sec02_policies.archive.manifest import bundle_id
from sec02_policies.snapshot import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

PREDICATE_TYPE = "urn:sec02:attestation:evaluation:v1"


def statement(manifest: Mapping[str, Any], data: bytes) -> bytes:
    """The statement over a manifest, of which `data` are the bytes.

    The predicate has the shape of in-toto's test result: a word, and the digest of each policy as configuration.
    """
    predicate = {
        "chain": manifest["chain"],
        "configuration": [
            {"name": each["name"], "digest": {"sha256": each["sha256"]}}
            for each in manifest["files"]
            if each["name"].startswith("policies/")
        ],
        "derived_from": manifest["derived_from"],
        "environment": manifest["environment"],
        "result": manifest["outcome"]["result"],
        "run": manifest["run"],
        "schema_version": manifest["schema_version"],
        "statuses": manifest["outcome"]["statuses"],
    }
    return canonical(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": MANIFEST, "digest": {"sha256": bundle_id(data)}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": predicate,
        }
    )
