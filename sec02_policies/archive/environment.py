"""What judged: the versions of the packages, and digests of our own code and schemas."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sec02_policies.snapshot import digest, schemas
from sec02_policies.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

_PACKAGES = ("cel-python", "google-re2", "jsonschema", "orjson", "pyyaml")
"""The packages whose version may change a result."""
_LAYERS = ("catalog", "cel", "evaluate", "iam", "snapshot")


def environment() -> dict[str, Any]:
    """What evaluates on this machine, as the manifest keeps it; `code.iam` are the facts, `code.cel` the engine."""
    return {
        "versions": {"sec02-policies": VERSION, **{name: _version(name) for name in _PACKAGES}},
        "code": {name: _code(name) for name in _LAYERS},
        "schemas_sha256": digest(dict(schemas().documents)),
    }


def requirements(described: Mapping[str, Any]) -> list[str]:
    """The arguments of `pip install` that bring back the environment that a manifest describes."""
    return [f"{name}=={found}" for name, found in sorted(described["versions"].items()) if found]


def differences(described: Mapping[str, Any]) -> list[str]:
    """In what this machine differs from the environment that a manifest describes, one phrase each."""
    here = environment()
    found = [
        f"{name} {here['versions'].get(name) or 'missing'} instead of {wanted or 'none'}"
        for name, wanted in sorted(described["versions"].items())
        if here["versions"].get(name) != wanted
    ]
    found += [
        f"other code in {name}"
        for name, wanted in sorted(described["code"].items())
        if here["code"].get(name) != wanted
    ]
    if here["schemas_sha256"] != described["schemas_sha256"]:
        found.append("other schemas")
    return found


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache
def _code(layer: str) -> str:
    """A digest of the sources of one of our packages: also of a checkout that has no version of its own."""
    total = hashlib.sha256()
    for path, data in _sources(files("sec02_policies").joinpath(layer), layer):
        total.update(f"{path} {len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _sources(entry, f"{path}/{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{path}/{entry.name}", entry.read_bytes()
