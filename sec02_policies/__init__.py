"""Policy as code for how an AWS organization authenticates people and machines (AWS Well-Architected SEC02).

    from sec02_policies import PolicySet, Snapshot, evaluate

    snapshot = Snapshot.loads(Path("snapshot.json").read_bytes())
    for result in evaluate(snapshot, PolicySet.packaged().select()).failing():
        print(result.policy_id, result.resource_name, result.message)

Importing the package loads neither boto3 nor a CEL engine nor the command line.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sec02_policies.errors import BundleError, CollectError, InputError, PolicyError, Sec02Error, SnapshotError
from sec02_policies.evaluate import evaluate
from sec02_policies.model import Gap, GapKind, Policy, Result, Severity, Status, Unknown
from sec02_policies.version import VERSION as __version__  # noqa: N811 - the name that Python tools look for

if TYPE_CHECKING:
    from sec02_policies.catalog import PolicySet
    from sec02_policies.evaluate import Evaluation, Waivers
    from sec02_policies.snapshot import Snapshot

__all__ = [
    "BundleError",
    "CollectError",
    "Evaluation",
    "Gap",
    "GapKind",
    "InputError",
    "Policy",
    "PolicyError",
    "PolicySet",
    "Result",
    "Sec02Error",
    "Severity",
    "Snapshot",
    "SnapshotError",
    "Status",
    "Unknown",
    "Waivers",
    "__version__",
    "evaluate",
]

_LAZY = {
    "Evaluation": "sec02_policies.evaluate",
    "PolicySet": "sec02_policies.catalog",
    "Snapshot": "sec02_policies.snapshot",
    "Waivers": "sec02_policies.evaluate",
}


def __getattr__(name: str) -> object:
    """Load the heavier parts of the public API when they are first asked for (PEP 562)."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
