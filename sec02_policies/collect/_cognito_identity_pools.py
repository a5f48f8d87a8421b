"""Cognito identity pools: who may trade a sign-in for AWS credentials, and which roles they get."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._builder import unread
from sec02_policies.collect._outcome import Failure, Record
from sec02_policies.collect._values import tags_of_map

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_POOLS = "cognito-identity:ListIdentityPools"
_POOL = "cognito-identity:DescribeIdentityPool"
_ROLES = "cognito-identity:GetIdentityPoolRoles"
_TAGS = "cognito-identity:GetPrincipalTagAttributeMap"


def collect_identity_pools(reader: Reader, builder: Builder) -> None:
    """Read the identity pools of every region."""
    for region, listing in reader.in_regions(_POOLS).items():
        builder.section("cognito_identity_pool", region, _POOLS, listing.failure)
        for resource in reader.each(partial(_identity_pool, reader, region), listing.items()):
            builder.add("cognito_identity_pool", resource)


def _identity_pool(reader: Reader, region: str, listed: Record) -> Record:
    """One identity pool and the roles that it hands out."""
    pool_id = listed["IdentityPoolId"]
    known = {"id": pool_id, "name": listed.get("IdentityPoolName"), "arn": None, "region": region}
    answer = reader.read(_POOL, region, IdentityPoolId=pool_id)
    settings = _identity_pool_settings(answer) if isinstance(answer, dict) else {}
    roles = _roles(reader.read(_ROLES, region, IdentityPoolId=pool_id))
    if isinstance(answer, Failure):
        return {**unread("cognito_identity_pool", answer, known), **roles}
    names = {each["provider_name"] for each in settings.get("cognito_identity_providers", ())}
    tags = _principal_tags(reader, region, pool_id, sorted(str(each) for each in names))
    return {**known, **settings, **roles, "principal_tags": tags}


def _principal_tags(reader: Reader, region: str, pool_id: str, providers: list[str]) -> list[Record] | Failure:
    """Which claims of each user pool become session tags; a user pool without a mapping is left out."""
    found = []
    for provider in providers:
        answer = reader.read(_TAGS, region, IdentityPoolId=pool_id, IdentityProviderName=provider)
        if isinstance(answer, Failure):
            return answer
        mapping = sorted(((answer or {}).get("PrincipalTags") or {}).items())
        by_default = bool((answer or {}).get("UseDefaults"))
        if mapping or by_default:
            tags = [{"tag": tag, "claim": claim} for tag, claim in mapping]
            found.append({"provider": provider, "use_defaults": by_default, "tags": tags})
    return found


def _identity_pool_settings(raw: Record) -> Record:
    """The fields that `DescribeIdentityPool` gives; the classic flow is off unless it was switched on."""
    providers = [
        {
            "client_id": each.get("ClientId"),
            "provider_name": each.get("ProviderName"),
            "server_side_token_check": bool(each.get("ServerSideTokenCheck")),
        }
        for each in raw.get("CognitoIdentityProviders") or ()
    ]
    return {
        "tags": tags_of_map(raw.get("IdentityPoolTags")),
        "allow_unauthenticated_identities": raw.get("AllowUnauthenticatedIdentities"),
        "allow_classic_flow": bool(raw.get("AllowClassicFlow")),
        "developer_provider_name": raw.get("DeveloperProviderName"),
        "cognito_identity_providers": sorted(
            providers, key=lambda each: (str(each["provider_name"]), str(each["client_id"]))
        ),
        "open_id_connect_provider_arns": sorted(raw.get("OpenIdConnectProviderARNs") or ()),
        "saml_provider_arns": sorted(raw.get("SamlProviderARNs") or ()),
    }


def _roles(answer: Record | Failure | None) -> Record:
    """The fields that `GetIdentityPoolRoles` gives; the rules of a mapping keep their order, the first match wins."""
    if isinstance(answer, Failure):
        return dict.fromkeys(("authenticated_role_arn", "unauthenticated_role_arn", "role_mappings"), answer)
    found = answer or {}
    roles = found.get("Roles") or {}
    return {
        "authenticated_role_arn": roles.get("authenticated"),
        "unauthenticated_role_arn": roles.get("unauthenticated"),
        "role_mappings": [
            _role_mapping(provider, mapping) for provider, mapping in sorted((found.get("RoleMappings") or {}).items())
        ],
    }


def _role_mapping(provider: str, raw: Record) -> Record:
    rules = (raw.get("RulesConfiguration") or {}).get("Rules") or ()
    return {
        "provider": provider,
        "type": raw.get("Type"),
        "ambiguous_role_resolution": raw.get("AmbiguousRoleResolution"),
        "rules": [
            {
                "claim": rule.get("Claim"),
                "match_type": rule.get("MatchType"),
                "value": rule.get("Value"),
                "role_arn": rule.get("RoleARN"),
            }
            for rule in rules
        ],
    }
