"""Evidence bundles: packing, signing, verifying, replaying an evaluation. Bytes in, findings out; no file, no network.

    bundle = build(snapshot, policies, evaluate(snapshot, policies).document()).signed(signer)
    found = verify(bundle.pack(), trusted=[key])

What needs `cryptography` or `rfc3161_client` is in `keys`, `kms` and `timestamp`, which are loaded when asked for.
"""

from sec02_policies.archive.bundle import Bundle, build, named_waivers
from sec02_policies.archive.chain import chained, following
from sec02_policies.archive.environment import environment, requirements
from sec02_policies.archive.manifest import Chain
from sec02_policies.archive.read import read
from sec02_policies.archive.replay import replay
from sec02_policies.archive.verify import Finding, Level, State, Verification, verify

__all__ = [
    "Bundle",
    "Chain",
    "Finding",
    "Level",
    "State",
    "Verification",
    "build",
    "chained",
    "environment",
    "following",
    "named_waivers",
    "read",
    "replay",
    "requirements",
    "verify",
]
