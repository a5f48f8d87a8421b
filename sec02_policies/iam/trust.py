"""Facts about whom a role's trust policy lets in, and on what terms.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.iam.conditions import NEGATED
from sec02_policies.iam.entrants import Entrant, entrants, positive
from sec02_policies.iam.exposure import demands_mfa, exposure, service
from sec02_policies.iam.federation import federation, roles_anywhere
from sec02_policies.iam.holdings import declares
from sec02_policies.iam.reach import applies_to_action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sec02_policies.iam.document import Statement

_ASSUME = "sts:assumerole"
_SAML = "sts:assumerolewithsaml"
_WEB = "sts:assumerolewithwebidentity"
# Which call lets which kind of principal in; the empty kind stands for all others.
ENTRY_ACTIONS = {"": (_ASSUME,), "any": (_ASSUME, _SAML, _WEB), "saml": (_SAML,), "oidc": (_WEB,), "cognito": (_WEB,)}
_HUMAN = frozenset({"account", "user", "any"})
_ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"
_TAG = "aws:requesttag/"


def trust(resource: Mapping[str, Any], account_id: str | None = None) -> dict[str, Any]:
    """Return the facts of a trust policy; `resource` is an IAM role, or its trust policy with the owner's account.

    Lists are sorted or in the order of the document; `statement` is the index of the Allow that proves the entry.

    - `public`: anybody may enter: Principal `*` or NotPrincipal, and nothing closed binds it; `public_via`:
      `[{statement, sid}]`.
    - `accounts`, `external_accounts`: ids of the accounts that may enter as a whole, through a user, role or session.
    - `external`: `[{account_id, kind, value, external_id, mfa, org_ids, statement, sid}]`, one per way in.
    - `unnamed`: `[{org_ids, statement, sid}]`, the ways in for anybody of accounts that no condition names.
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
    found = entrants(document, ENTRY_ACTIONS)
    return {
        **exposure(found, account),
        **_humans(found),
        **federation(found),
        "services": [service(each) for each in found if each.principal["kind"] == "service"],
        "rolesanywhere": [roles_anywhere(each) for each in found if each.principal["value"] == _ROLES_ANYWHERE],
        "orphans": sorted({each.principal["value"] for each in found if each.principal["kind"] == "orphan"}),
        **_session(document, found),
    }


# ---------------------------------------------------------------- people


def _humans(found: Iterable[Entrant]) -> dict[str, Any]:
    entries = [
        {
            "kind": each.principal["kind"],
            "value": each.principal["value"],
            "account_id": each.principal["account_id"],
            "mfa": demands_mfa(each),
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
        "limited": any(all(value.strip("*") for value in each["values"]) for each in listed),
        "keys": sorted(keys),
        "statement": statement["index"],
        "sid": statement["sid"],
    }


def _is_source_identity(condition: Mapping[str, Any]) -> bool:
    if condition["key"] != "sts:sourceidentity":
        return False
    return positive(condition) or (condition["operator"] == "null" and condition["values"] == ["false"])
