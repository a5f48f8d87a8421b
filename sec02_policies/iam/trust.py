"""Facts about whom a role's trust policy, or a secret's resource policy, lets in and on what terms.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sec02_policies.iam.conditions import NEGATED
from sec02_policies.iam.entrants import Entrant, closed, entrants, is_account, positive
from sec02_policies.iam.holdings import declares
from sec02_policies.iam.reach import applies_to_action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sec02_policies.iam.document import Statement

_ASSUME = "sts:assumerole"
_SAML = "sts:assumerolewithsaml"
_WEB = "sts:assumerolewithwebidentity"
# Which call lets which kind of principal in; the empty kind stands for all others.
_ENTRY_ACTIONS = {"": (_ASSUME,), "any": (_ASSUME, _SAML, _WEB), "saml": (_SAML,), "oidc": (_WEB,), "cognito": (_WEB,)}
_WITH_ACCOUNT = frozenset({"account", "user", "role", "session"})
_HUMAN = frozenset({"account", "user", "any"})
_ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"
_AUDIENCE_CLAIMS = frozenset({"aud", "oaud", "app_id"})
_LESS_THAN = frozenset({"numericlessthan", "numericlessthanequals", "numericequals"})
_OWNER = re.compile(r"[^:*?]+:[^/:*?]+[/:]")
_REPOSITORY = re.compile(r"[^:*?]+:[^/:*?]+[/:][^:*?]+(:|$)")
_READ_SECRET = "secretsmanager:getsecretvalue"  # noqa: S105 - the name of an API action
_NAMED_KEYS = frozenset({"aws:principalarn", "aws:userid", "aws:username"})
_TAG = "aws:requesttag/"
_SOURCE_KEYS = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})
_SERVICE_KEYS = frozenset({"aws:principalisawsservice", "aws:viaawsservice"})


def trust(resource: Mapping[str, Any], account_id: str | None = None) -> dict[str, Any]:
    """Return the facts of a trust policy; `resource` is an IAM role, or its trust policy with the owner's account.

    Lists are sorted or in the order of the document; `statement` is the index of the Allow that proves the entry.

    - `public`: anybody may enter: Principal `*` or NotPrincipal, and nothing closed binds it; `public_via`:
      `[{statement, sid}]`.
    - `accounts`, `external_accounts`: ids of the accounts that may enter as a whole, through a user, role or session.
    - `external`: `[{account_id, kind, value, external_id, mfa, org_ids, statement, sid}]`, one per way in.
    - `external_accounts_without_external_id`, `external_ids`: the values of sts:ExternalId.
    - `human_entry`: whether users or whole accounts may enter; `human_entries`: `[{kind, value, account_id, mfa,
      statement, sid}]`; `requires_mfa`: whether every one of these demands MFA (False if there is none).
    - `org_ids`: the organizations to which some way in is bound.
    - `services`: `[{name, bound, source_account: [str], source_arn: [str], source_org: [str], statement, sid}]`;
      `bound` where one of the three keeps the resources of other customers out.
    - `federated`: ARNs of the providers that are trusted.
    - `oidc`: `[{issuer, provider_arn or null, aud: [str], sub: [{operator, pattern, exact, owner_fixed, repo_fixed,
      ref_fixed}], claims: [{claim, operator, values}], statement, sid}]`; conditions that do not bind are left out.
    - `saml`: `[{provider_arn, aud: [str], statement, sid}]`; `cognito`: `[{issuer, aud: [str], amr: [str], ...}]`.
    - `rolesanywhere`: `[{anchor_arns: [str], x509_keys: [str], statement, sid}]`.
    - `orphans`: unique ids of deleted principals.
    - `tag_session`: `[{limited, keys: [str], statement, sid}]` of the Allows of sts:TagSession; `source_identity`:
      whether the trust allows sts:SetSourceIdentity; `requires_source_identity`: whether every entry demands one.
    """
    if declares(resource, "trust_policy"):
        document, account = resource["trust_policy"], account_id or str(resource["account_id"])
    else:
        document, account = resource, account_id or ""
    found = entrants(document, _ENTRY_ACTIONS)
    return {
        **_public_and_accounts(found, account),
        **_humans(found),
        **_federation(found),
        "services": [_service(each) for each in found if each.principal["kind"] == "service"],
        "rolesanywhere": [_roles_anywhere(each) for each in found if each.principal["value"] == _ROLES_ANYWHERE],
        "orphans": sorted({each.principal["value"] for each in found if each.principal["kind"] == "orphan"}),
        **_session(document, found),
    }


def secret_policy(document: Mapping[str, Any] | None, account_id: str) -> dict[str, Any]:
    """Return the facts of a secret's resource policy; null is the policy of a secret that has none.

    `public`, `public_via`, `accounts`, `external_accounts`, `external`, `external_accounts_without_external_id`,
    `external_ids`, `org_ids` and `services` as in `trust`; `deny_by_default`: reading is denied to all but named
    principals; `deny_by_default_via`: `[{statement, sid}]`.
    """
    statements = [] if document is None else document["statements"]
    found = entrants({"statements": statements}, None)
    denies = [{"statement": each["index"], "sid": each["sid"]} for each in statements if _denies_all_but_named(each)]
    return {
        **_public_and_accounts(found, account_id),
        "services": [_service(each) for each in found if each.principal["kind"] == "service"],
        "deny_by_default": bool(denies),
        "deny_by_default_via": denies,
    }


# ---------------------------------------------------------------- the public and accounts


def _public_and_accounts(found: Sequence[Entrant], own: str) -> dict[str, Any]:
    public = [each for each in found if each.principal["kind"] == "any" and not any(map(closed, each.conditions))]
    ways = [(account, each) for each in found for account in _accounts(each)]
    external = [_external(account, each) for account, each in ways if account != own]
    return {
        "public": bool(public),
        "public_via": _unique([each.place for each in public]),
        "accounts": sorted({account for account, _ in ways}),
        "external_accounts": sorted({each["account_id"] for each in external}),
        "external": external,
        "external_accounts_without_external_id": sorted(
            {each["account_id"] for each in external if not each["external_id"]}
        ),
        "external_ids": sorted({value for each in found for value in each.values("sts:externalid")}),
        "org_ids": sorted({value for each in found for value in _organizations(each)}),
    }


def _accounts(entrant: Entrant) -> Iterator[str]:
    """Yield the accounts that an entrant stands for; anybody is narrowed by the conditions on its account or ARN."""
    principal = entrant.principal
    if principal["kind"] in _WITH_ACCOUNT:
        yield principal["account_id"]
    elif principal["kind"] == "any":
        yield from filter(is_account, dict.fromkeys(_named_accounts(entrant)))


def _named_accounts(entrant: Entrant) -> Iterator[str]:
    yield from entrant.values("aws:principalaccount")
    for value in entrant.values("aws:principalarn"):
        yield (value.split(":") + [""] * 5)[4]


def _external(account: str, entrant: Entrant) -> dict[str, Any]:
    external_ids = entrant.values("sts:externalid")
    return {
        "account_id": account,
        "kind": entrant.principal["kind"],
        "value": entrant.principal["value"],
        "external_id": bool(external_ids) and all(value.strip("*?") for value in external_ids),
        "mfa": _demands_mfa(entrant),
        "org_ids": _organizations(entrant),
        **entrant.place,
    }


def _organizations(entrant: Entrant) -> list[str]:
    paths = [value.partition("/")[0] for value in entrant.values("aws:principalorgpaths")]
    return sorted({value for value in [*entrant.values("aws:principalorgid"), *paths] if value.startswith("o-")})


# ---------------------------------------------------------------- people


def _humans(found: Iterable[Entrant]) -> dict[str, Any]:
    entries = [
        {
            "kind": each.principal["kind"],
            "value": each.principal["value"],
            "account_id": each.principal["account_id"],
            "mfa": _demands_mfa(each),
            **each.place,
        }
        for each in found
        if each.principal["kind"] in _HUMAN
    ]
    return {
        "human_entry": bool(entries),
        "human_entries": entries,
        "requires_mfa": bool(entries) and all(each["mfa"] for each in entries),
    }


def _demands_mfa(entrant: Entrant) -> bool:
    return any(_is_mfa(each) for each in entrant.conditions)


def _is_mfa(condition: Mapping[str, Any]) -> bool:
    """Return whether only calls with MFA meet the condition; `...IfExists` also lets calls without the key pass.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
    """
    if condition["if_exists"] or condition["set"] == "forallvalues":
        return False
    values = [value.lower() for value in condition["values"]]
    if condition["key"] == "aws:multifactorauthpresent":
        return condition["operator"] in ("bool", "stringequals", "stringequalsignorecase") and values == ["true"]
    if condition["key"] == "aws:multifactorauthage":
        return condition["operator"] in _LESS_THAN or (condition["operator"] == "null" and values == ["false"])
    return False


# ---------------------------------------------------------------- services


def _service(entrant: Entrant) -> dict[str, Any]:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    sources = {
        "source_account": entrant.values("aws:sourceaccount"),
        "source_arn": entrant.values("aws:sourcearn"),
        "source_org": [*entrant.values("aws:sourceorgid"), *entrant.values("aws:sourceorgpaths")],
    }
    bound = any(each["key"] in _SOURCE_KEYS and closed(each) for each in entrant.conditions)
    return {"name": entrant.principal["value"], "bound": bound, **sources, **entrant.place}


def _roles_anywhere(entrant: Entrant) -> dict[str, Any]:
    # https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
    keys = {each["key"] for each in entrant.conditions if positive(each) and any(v.strip("*") for v in each["values"])}
    return {
        "anchor_arns": entrant.values("aws:sourcearn"),
        "x509_keys": sorted(key for key in keys if key.startswith("aws:principaltag/x509")),
        **entrant.place,
    }


# ---------------------------------------------------------------- federation


def _federation(found: Sequence[Entrant]) -> dict[str, Any]:
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


# ---------------------------------------------------------------- sessions


def _session(document: Mapping[str, Any], found: Sequence[Entrant]) -> dict[str, Any]:
    allows = [each for each in document["statements"] if each["effect"] == "Allow"]
    return {
        "tag_session": [_tagging(each) for each in allows if applies_to_action(each, "sts:tagsession")],
        "source_identity": any(applies_to_action(each, "sts:setsourceidentity") for each in allows),
        "requires_source_identity": bool(found)
        and all(any(_is_source_identity(condition) for condition in each.conditions) for each in found),
    }


def _tagging(statement: Statement) -> dict[str, Any]:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    limits = [
        each for each in statement["conditions"] if each["operator"] not in NEGATED and each["operator"] != "null"
    ]
    listed = [each for each in limits if each["key"] == "aws:tagkeys" and each["set"] == "forallvalues"]
    keys = {value for each in listed for value in each["values"]}
    keys |= {each["key"].removeprefix(_TAG) for each in limits if each["key"].startswith(_TAG)}
    return {
        "limited": any("*" not in each["values"] for each in listed),
        "keys": sorted(keys),
        "statement": statement["index"],
        "sid": statement["sid"],
    }


def _is_source_identity(condition: Mapping[str, Any]) -> bool:
    if condition["key"] != "sts:sourceidentity":
        return False
    return positive(condition) or (condition["operator"] == "null" and condition["values"] == ["false"])


# ---------------------------------------------------------------- secrets


def _denies_all_but_named(statement: Statement) -> bool:
    """Return whether the Deny keeps all but named principals from reading the secret."""
    if statement["effect"] != "Deny" or statement["not_resources"] or not applies_to_action(statement, _READ_SECRET):
        return False
    conditions = statement["conditions"]
    if statement["not_principals"]:
        return not conditions
    named = [each for each in conditions if _leaves_out_named(each)]
    return (
        any(each["kind"] == "any" for each in statement["principals"])
        and len(named) == 1
        and all(each in named or each["key"] in _SERVICE_KEYS for each in conditions)
    )


def _leaves_out_named(condition: Mapping[str, Any]) -> bool:
    return (
        condition["key"] in _NAMED_KEYS
        and condition["operator"] in NEGATED
        and condition["set"] is None
        and all(value.strip("*?") for value in condition["values"])
    )


def _unique(places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [place for number, place in enumerate(places) if place not in places[:number]]
