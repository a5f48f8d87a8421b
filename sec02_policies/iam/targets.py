"""Which resources an action is about: the type of ARN that "at large" means for it."""

from __future__ import annotations

from dataclasses import replace

from sec02_policies.iam.escalation_paths import PATHS
from sec02_policies.iam.reach import Target

USER, ROLE = "iam:user/", "iam:role/"

_KNOWN = {
    **{need.action: replace(need, context={}) for path in PATHS for need in path.needs},
    "sts:assumerole": Target(action="sts:assumerole", types=(ROLE,), anywhere=True),
    "secretsmanager:getsecretvalue": Target(
        action="secretsmanager:getsecretvalue", types=("secretsmanager:secret:",), anywhere=True
    ),
    # No alias takes part in these (service-authorization, AWS Key Management Service).
    "kms:decrypt": Target(action="kms:decrypt", types=("kms:key/",)),
    "kms:reencryptfrom": Target(action="kms:reencryptfrom", types=("kms:key/",)),
    "iam:createuser": Target(action="iam:createuser", types=(USER,)),
    "iam:createrole": Target(action="iam:createrole", types=(ROLE,)),
}


def target_of(action: str) -> Target:
    """Return the target that the action means; an action that we do not know takes its types from the patterns."""
    name = action.lower()
    return _KNOWN.get(name) or Target(action=name)
