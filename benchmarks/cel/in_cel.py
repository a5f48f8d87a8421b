"""The policies in CEL: those of the catalogue, each as one expression that every engine of CEL can read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sec02_policies.catalog.load import load_policy

if TYPE_CHECKING:
    from documents import Document

POLICIES = Path(__file__).resolve().parents[2] / "policies"


def source(name: str) -> tuple[str, Document]:
    """One expression for a policy of the catalogue, and the defaults of its parameters."""
    (path,) = POLICIES.rglob(f"{name}.yaml")
    policy, _ = load_policy(path.read_bytes(), str(path))
    params = {param: each.default for param, each in policy.params.items()}
    if "enabled" in params:
        params["enabled"] = True
    variables: dict[str, str] = {}

    def written(text: str) -> str:
        text = re.sub(r"\bvariables\.(\w+)", lambda match: f"({variables[match[1]]})", text)
        return re.sub(r"\bdays\(params\.(\w+)\)", lambda match: f"duration('{24 * params[match[1]]}h')", text)

    for variable, text in policy.variables.items():
        variables[variable] = written(text)
    condition = written(policy.condition)
    return (f"!({written(policy.when)}) || ({condition})" if policy.when else condition), params
