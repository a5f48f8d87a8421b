"""On which terms a trust policy lets federated identities in: OIDC, SAML, Cognito, Roles Anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sec02_policies.iam.entrants import Entrant, positive

if TYPE_CHECKING:
    from collections.abc import Sequence

_AUDIENCE_CLAIMS = frozenset({"aud", "oaud", "app_id"})
_OWNER = re.compile(r"[^:*?]+:[^/:*?]+[/:]")
_REPOSITORY = re.compile(r"[^:*?]+:[^/:*?]+[/:][^:*?]+(:|$)")


def federation(found: Sequence[Entrant]) -> dict[str, Any]:
    """Return the identity providers that get in, and what their tokens must say."""
    by_kind = {kind: [each for each in found if each.principal["kind"] == kind] for kind in ("oidc", "saml", "cognito")}
    providers = {each.principal["value"] for kind in ("oidc", "saml") for each in by_kind[kind]}
    return {
        "federated": sorted(value for value in providers if value.startswith("arn:")),
        "oidc": [_oidc(each) for each in by_kind["oidc"]],
        "saml": [
            {"provider_arn": each.principal["value"], "aud": each.values("saml:aud"), **each.place}
            for each in by_kind["saml"]
        ],
        "cognito": [_cognito(each) for each in by_kind["cognito"]],
    }


def _oidc(entrant: Entrant) -> dict[str, Any]:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
    value = entrant.principal["value"]
    is_arn = value.startswith("arn:")
    issuer = (value.partition("oidc-provider/")[2] if is_arn else value).lower()
    claims = [
        (each["key"].removeprefix(f"{issuer}:"), each)
        for each in entrant.conditions
        if each["key"].startswith(f"{issuer}:") and positive(each)
    ]
    return {
        "issuer": issuer,
        "provider_arn": value if is_arn else None,
        "aud": [value for claim, each in claims if claim in _AUDIENCE_CLAIMS for value in each["values"]],
        "sub": [
            _subject(each["operator"], value) for claim, each in claims if claim == "sub" for value in each["values"]
        ],
        "claims": [
            {"claim": claim, "operator": each["operator"], "values": each["values"]}
            for claim, each in claims
            if claim != "sub" and claim not in _AUDIENCE_CLAIMS
        ],
        **entrant.place,
    }


def _subject(operator: str, pattern: str) -> dict[str, Any]:
    exact = operator in ("stringequals", "stringequalsignorecase") or not set(pattern) & set("*?")
    return {
        "operator": operator,
        "pattern": pattern,
        "exact": exact,
        "owner_fixed": exact or _OWNER.match(pattern) is not None,
        "repo_fixed": exact or _REPOSITORY.match(pattern) is not None,
        "ref_fixed": exact,
    }


def _cognito(entrant: Entrant) -> dict[str, Any]:
    # https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html
    issuer = entrant.principal["value"]
    return {
        "issuer": issuer,
        "aud": entrant.values(f"{issuer}:aud"),
        "amr": entrant.values(f"{issuer}:amr"),
        **entrant.place,
    }


def roles_anywhere(entrant: Entrant) -> dict[str, Any]:
    """Return the trust anchors and the certificate attributes to which Roles Anywhere is bound."""
    # https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
    keys = {each["key"] for each in entrant.conditions if positive(each) and all(v.strip("*") for v in each["values"])}
    return {
        "anchor_arns": entrant.values("aws:sourcearn"),
        "x509_keys": sorted(key for key in keys if key.startswith("aws:principaltag/x509")),
        **entrant.place,
    }
