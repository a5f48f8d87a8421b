"""Making bundles that lie: the parts of a real one, changed, listed again and perhaps signed again."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from sec02_policies.archive import Bundle
from sec02_policies.archive.compressed import compress
from sec02_policies.archive.container import pack
from sec02_policies.archive.dsse import Signer
from sec02_policies.archive.manifest import UNLISTED, listed
from sec02_policies.snapshot import canonical

Document = dict[str, Any]


def forged(
    bundle: Bundle,
    signer: Signer | None,
    *,
    members: Mapping[str, bytes] | None = None,
    manifest: Callable[[Document], None] | None = None,
) -> bytes:
    """The bundle with other members and another manifest, all digests right again, signed by `signer`."""
    content = {name: data for name, data in bundle.members.items() if name not in UNLISTED} | dict(members or {})
    document = copy.deepcopy(dict(bundle.manifest))
    document["files"] = listed(content)
    lie = Bundle(manifest=document, members=content)
    document["run"]["snapshot_sha256"] = _sha256(lie, "snapshot.json.gz")
    document["run"]["results_sha256"] = _sha256(lie, "results.json.gz")
    for policy in document["run"]["policies"]:
        policy["sha256"] = hashlib.sha256(content[f"policies/{policy['id']}.yaml"]).hexdigest()
    if manifest is not None:
        manifest(document)
    lie = Bundle(manifest=document, members={**content, "manifest.json": canonical(document)})
    return (lie if signer is None else lie.signed(signer)).pack()


def _sha256(bundle: Bundle, name: str) -> str:
    try:
        return hashlib.sha256(bundle.content(name)).hexdigest()
    except Exception:  # noqa: BLE001 - a member that is broken on purpose has no content
        return "0" * 64


def repacked(bundle: Bundle, **members: bytes | None) -> bytes:
    """The bundle with members replaced, added or (None) removed, and nothing listed or signed again."""
    changed = {**bundle.members, **{_NAMES.get(name, name): data for name, data in members.items()}}
    return pack({name: data for name, data in changed.items() if data is not None})


_NAMES = {
    "envelope": "attestation.dsse.json",
    "manifest": "manifest.json",
    "readme": "README.txt",
    "report": "report.txt",
    "html": "report.html",
    "timestamp": "timestamp.tsr",
    "policy": "policies/iam-user-console-mfa.yaml",
    "snapshot": "snapshot.json.gz",
}


def edited_json(bundle: Bundle, name: str, edit: Callable[[Document], None]) -> bytes:
    """The member's JSON after the edit, compressed if the member is, with the newline that results have."""
    document = json.loads(bundle.content(name))
    edit(document)
    data = canonical(document) + (b"\n" if name.startswith("results") else b"")
    return compress(data) if name.endswith(".gz") else data


def zipped(bundle: Bundle, change: Callable[[zipfile.ZipInfo], None], *, reverse: bool = False) -> bytes:
    """The bundle as Python's zipfile would write it in our form, but for what `change` does to each header."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in sorted(bundle.members.items(), reverse=reverse):
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            change(info)
            archive.writestr(info, data)
    return out.getvalue()


def renamed(old: str, new: str) -> Callable[[zipfile.ZipInfo], None]:
    """A change that gives one member another name."""

    def change(info: zipfile.ZipInfo) -> None:
        if info.filename == old:
            info.filename = new

    return change
