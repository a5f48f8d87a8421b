"""Cognito user pools: how people sign in, and what the app clients may do; identity pools are read beside them.

Client secrets and the settings of identity providers never leave the answers.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._builder import unread
from sec02_policies.collect._cognito_identity_pools import collect_identity_pools
from sec02_policies.collect._outcome import Failure, Listing, Record
from sec02_policies.collect._values import tags_of_map, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_POOLS = "cognito-idp:ListUserPools"
_POOL = "cognito-idp:DescribeUserPool"
_MFA = "cognito-idp:GetUserPoolMfaConfig"
_RISK = "cognito-idp:DescribeRiskConfiguration"
_PROVIDERS = "cognito-idp:ListIdentityProviders"
_CLIENTS = "cognito-idp:ListUserPoolClients"
_CLIENT = "cognito-idp:DescribeUserPoolClient"

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_HOUR = _SECONDS["hours"]
_THIRTY_DAYS = 30 * _SECONDS["days"]
# What a client without a choice of its own supports, and what it does: CreateUserPoolClient in the API reference.
_DEFAULT_FLOWS = ("ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH")
# The members of LambdaConfig that name a function; KMSKeyID is there too.
_NOT_TRIGGERS = frozenset({"KMSKeyID"})
# The days that a temporary password lives where the pool says nothing or 0: PasswordPolicyType in the API reference.
_TEMPORARY_PASSWORD_DAYS = 7


def collect(reader: Reader, builder: Builder) -> None:
    """Read the user pools and the identity pools of every region."""
    listings = {region: reader.pages(_POOLS, region) for region in reader.regions}
    for region, listing in listings.items():
        builder.section("cognito_user_pool", region, _POOLS, listing.failure)
    for resource in reader.each(partial(_user_pool, reader, builder), _pools(listings)):
        builder.add("cognito_user_pool", resource)
    collect_identity_pools(reader, builder)


def _pools(listings: Mapping[str, Listing]) -> list[tuple[str, Record]]:
    """Each user pool once, with its region: a replica shares the id of its primary, which begins with its region."""
    found: dict[str, tuple[str, Record]] = {}
    for region, listing in listings.items():
        for raw in listing.items():
            pool_id = raw["Id"]
            if pool_id not in found or pool_id.startswith(f"{region}_"):
                found[pool_id] = (region, raw)
    return list(found.values())


def _known(kind: str, known: Record, answer: Record | Failure | None) -> Record:
    """What the list told of a resource, and the failure in place of the rest if the resource could not be described."""
    return unread(kind, answer, known) if isinstance(answer, Failure) else known


# ------------------------------------------------------------ user pools


def _user_pool(reader: Reader, builder: Builder, found: tuple[str, Record]) -> Record:
    """The whole pool. A pool that may be listed but not described still shows its clients and its MFA settings."""
    region, listed = found
    pool_id = listed["Id"]
    answer = reader.read(_POOL, region, UserPoolId=pool_id)
    # The list gives no ARN, and the pool needs its id even where it may not be described.
    arn = f"arn:{builder.partition}:cognito-idp:{region}:{builder.account_id}:userpool/{pool_id}"
    known = {
        "id": arn,
        "name": listed.get("Name"),
        "arn": arn,
        "region": region,
        "user_pool_id": pool_id,
        "creation_date": timestamp(listed.get("CreationDate")),
    }
    settings = _pool_settings(answer["UserPool"]) if isinstance(answer, dict) else {}
    pool = {**_known("cognito_user_pool", known, answer), **settings}
    pool |= _mfa(reader.read(_MFA, region, UserPoolId=pool_id))
    pool["identity_providers"] = _identity_providers(reader, region, pool_id)
    clients = reader.pages(_CLIENTS, region, UserPoolId=pool_id)
    pool["clients"] = clients.value(partial(_client, reader, pool), by=lambda each: str(each["id"]))
    pool["risk_configurations"] = _risks(reader, pool, clients.failure, clients.items())
    return pool


def _pool_settings(raw: Record) -> Record:
    """The fields that `DescribeUserPool` gives, with AWS's defaults where the pool says nothing."""
    policies = raw.get("Policies") or {}
    add_ons = raw.get("UserPoolAddOns") or {}
    sign_in = policies.get("SignInPolicy") or {}
    return {
        "name": raw.get("Name"),
        "tags": tags_of_map(raw.get("UserPoolTags")),
        "creation_date": timestamp(raw.get("CreationDate")),
        "deletion_protection": raw.get("DeletionProtection") or "INACTIVE",
        "user_pool_tier": raw.get("UserPoolTier"),
        "password_policy": _password_policy(policies.get("PasswordPolicy")),
        "allowed_first_auth_factors": sorted(sign_in.get("AllowedFirstAuthFactors") or ["PASSWORD"]),
        "admin_create_user_only": bool((raw.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly")),
        "advanced_security_mode": add_ons.get("AdvancedSecurityMode") or "OFF",
        "custom_auth_mode": (add_ons.get("AdvancedSecurityAdditionalFlows") or {}).get("CustomAuthMode"),
        "lambda_triggers": sorted(
            name for name, function in (raw.get("LambdaConfig") or {}).items() if function and name not in _NOT_TRIGGERS
        ),
        "domain": raw.get("Domain"),
        "custom_domain": raw.get("CustomDomain"),
    }


def _password_policy(raw: Record | None) -> Record | Failure:
    """The rules for passwords. What a rule leaves out it does not demand; the length is always there."""
    if raw is None:
        return Failure(api=_POOL, code="NotInAnswer", kind=GapKind.FAILED)
    return {
        "minimum_length": raw.get("MinimumLength"),
        "require_uppercase": bool(raw.get("RequireUppercase")),
        "require_lowercase": bool(raw.get("RequireLowercase")),
        "require_numbers": bool(raw.get("RequireNumbers")),
        "require_symbols": bool(raw.get("RequireSymbols")),
        "password_history_size": raw.get("PasswordHistorySize") or 0,
        "temporary_password_validity_days": raw.get("TemporaryPasswordValidityDays") or _TEMPORARY_PASSWORD_DAYS,
    }


def _mfa(answer: Record | Failure | None) -> Record:
    """The fields that `GetUserPoolMfaConfig` gives; its `MfaConfiguration` rules, not that of `DescribeUserPool`."""
    if isinstance(answer, Failure):
        names = ("mfa_configuration", "software_token_mfa_enabled", "sms_mfa_configured", "email_mfa_configured")
        return dict.fromkeys(names, answer)
    found = answer or {}
    return {
        "mfa_configuration": found.get("MfaConfiguration"),
        "software_token_mfa_enabled": bool((found.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled")),
        "sms_mfa_configured": bool((found.get("SmsMfaConfiguration") or {}).get("SmsConfiguration")),
        "email_mfa_configured": "EmailMfaConfiguration" in found,
    }


def _identity_providers(reader: Reader, region: str, pool_id: str) -> Any:  # noqa: ANN401 - a list or what stands in its place
    listing = reader.pages(_PROVIDERS, region, UserPoolId=pool_id)
    return listing.value(
        lambda raw: {"name": raw.get("ProviderName"), "type": raw.get("ProviderType")},
        by=lambda each: str(each["name"]),
    )


def _risks(reader: Reader, pool: Record, unlisted: Failure | None, clients: Iterable[Record]) -> list[Record] | Failure:
    """The pool's own answer to risks, and that of each client that has one; there is none without threat protection."""
    if pool.get("advanced_security_mode") == "OFF":
        # The operation answers UserPoolAddOnNotEnabledException, and what was set before is not in force.
        return []
    found = [_risk(reader, pool, None)]
    found += [_risk(reader, pool, each.get("ClientId")) for each in clients]
    failure = next((each for each in found if isinstance(each, Failure)), unlisted)
    if failure is not None:
        return failure
    own = [each for each in found if isinstance(each, dict)]
    return sorted(own, key=lambda each: (each["client_id"] is not None, each["client_id"] or ""))


def _risk(reader: Reader, pool: Record, client_id: str | None) -> Record | Failure | None:
    """The risk configuration of the pool or of one client; None where it has none of its own."""
    chosen = {} if client_id is None else {"ClientId": client_id}
    answer = reader.read(_RISK, pool["region"], UserPoolId=pool["user_pool_id"], **chosen)
    if not isinstance(answer, dict):
        return answer
    raw = answer["RiskConfiguration"]
    compromised = raw.get("CompromisedCredentialsRiskConfiguration")
    takeover = raw.get("AccountTakeoverRiskConfiguration")
    # A client without settings of its own may be answered with those of its pool, or with an empty shell.
    if raw.get("ClientId") != client_id or not (compromised or takeover or raw.get("RiskExceptionConfiguration")):
        return None
    return {
        "client_id": client_id,
        "compromised_credentials": _compromised_credentials(compromised) if compromised else None,
        "account_takeover": _account_takeover(takeover) if takeover else None,
    }


def _compromised_credentials(raw: Record) -> Record:
    every = ["PASSWORD_CHANGE", "SIGN_IN", "SIGN_UP"]
    return {
        # "Defaults to all events."
        "events": sorted(raw.get("EventFilter") or every),
        "action": (raw.get("Actions") or {}).get("EventAction"),
    }


def _account_takeover(raw: Record) -> Record:
    actions = raw.get("Actions") or {}
    return {
        level: (actions.get(f"{level.capitalize()}Action") or {}).get("EventAction")
        for level in ("low", "medium", "high")
    }


# ------------------------------------------------------------ app clients


def _client(reader: Reader, pool: Record, listed: Record) -> Record:
    """One app client; the rest of one that may be listed but not described is a gap of its own."""
    client_id, name = listed.get("ClientId"), listed.get("ClientName")
    known = {
        "id": client_id,
        "name": f"{pool['name']}/{name}",
        "arn": None,
        "region": pool["region"],
        "tags": [],
        "user_pool_arn": pool["arn"],
        "user_pool_id": pool["user_pool_id"],
        "client_name": name,
    }
    answer = reader.read(_CLIENT, pool["region"], UserPoolId=pool["user_pool_id"], ClientId=client_id)
    settings = _client_settings(answer["UserPoolClient"]) if isinstance(answer, dict) else {}
    return {**_known("cognito_user_pool_client", known, answer), **settings}


def _client_settings(raw: Record) -> Record:
    """The fields that `DescribeUserPoolClient` gives, with AWS's defaults where the client says nothing."""
    units = raw.get("TokenValidityUnits") or {}
    return {
        # Where Cognito keeps the secret in Secrets Manager, it gives the ARN in place of it.
        "has_secret": bool(raw.get("ClientSecret") or raw.get("ClientSecretArn")),
        "explicit_auth_flows": sorted(raw.get("ExplicitAuthFlows") or _DEFAULT_FLOWS),
        "access_token_validity_seconds": _seconds(
            raw.get("AccessTokenValidity"), units.get("AccessToken") or "hours", default=_HOUR
        ),
        "id_token_validity_seconds": _seconds(
            raw.get("IdTokenValidity"), units.get("IdToken") or "hours", default=_HOUR
        ),
        "refresh_token_validity_seconds": _seconds(
            raw.get("RefreshTokenValidity"), units.get("RefreshToken") or "days", default=_THIRTY_DAYS
        ),
        "enable_token_revocation": bool(raw.get("EnableTokenRevocation")),
        "prevent_user_existence_errors": raw.get("PreventUserExistenceErrors") or "LEGACY",
        "allowed_oauth_flows": sorted(raw.get("AllowedOAuthFlows") or ()),
        "allowed_oauth_flows_user_pool_client": bool(raw.get("AllowedOAuthFlowsUserPoolClient")),
        "allowed_oauth_scopes": sorted(raw.get("AllowedOAuthScopes") or ()),
        "callback_urls": sorted(raw.get("CallbackURLs") or ()),
        "logout_urls": sorted(raw.get("LogoutURLs") or ()),
        "default_redirect_uri": raw.get("DefaultRedirectURI"),
        "supported_identity_providers": sorted(raw.get("SupportedIdentityProviders") or ()),
        "read_attributes": sorted(raw.get("ReadAttributes") or ()),
        "write_attributes": sorted(raw.get("WriteAttributes") or ()),
    }


def _seconds(value: int | None, unit: str, *, default: int) -> int | Failure:
    """How long a token lives; an unset value or 0 means AWS's default."""
    if not value:
        return default
    if unit not in _SECONDS:
        return Failure(api=_CLIENT, code="UnexpectedValue", kind=GapKind.UNPARSED)
    return value * _SECONDS[unit]
