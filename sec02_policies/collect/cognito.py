"""Cognito user pools: how people sign in, and what the app clients may do; identity pools are read beside them.

Client secrets and the settings of identity providers never leave the answers.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._builder import unread
from sec02_policies.collect._cognito_clients import user_pool_client
from sec02_policies.collect._cognito_identity_pools import collect_identity_pools
from sec02_policies.collect._cognito_providers import identity_providers
from sec02_policies.collect._cognito_risks import risks
from sec02_policies.collect._outcome import Failure, Listing, Record
from sec02_policies.collect._values import tags_of_map, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_POOLS = "cognito-idp:ListUserPools"
_POOL = "cognito-idp:DescribeUserPool"
_MFA = "cognito-idp:GetUserPoolMfaConfig"
_DOMAIN = "cognito-idp:DescribeUserPoolDomain"
_LOGS = "cognito-idp:GetLogDeliveryConfiguration"
_GROUPS = "cognito-idp:ListGroups"
_CLIENTS = "cognito-idp:ListUserPoolClients"

_MFA_FIELDS = (
    "mfa_configuration",
    "software_token_mfa_enabled",
    "sms_mfa_configured",
    "email_mfa_configured",
    "passkey_user_verification",
    "passkey_factor",
)
_LOG_DESTINATIONS = {
    "CloudWatchLogsConfiguration": "LogGroupArn",
    "S3Configuration": "BucketArn",
    "FirehoseConfiguration": "StreamArn",
}
# The members of LambdaConfig that name a function; KMSKeyID is there too.
_NOT_TRIGGERS = frozenset({"KMSKeyID"})
# The days that a temporary password lives where the pool says nothing or 0: PasswordPolicyType in the API reference.
_TEMPORARY_PASSWORD_DAYS = 7


def collect(reader: Reader, builder: Builder) -> None:
    """Read the user pools and the identity pools of every region."""
    listings = reader.in_regions(_POOLS)
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
    pool = {**unread("cognito_user_pool", answer, known)} if isinstance(answer, Failure) else {**known, **settings}
    pool |= _mfa(reader.read(_MFA, region, UserPoolId=pool_id))
    pool["custom_domain_security_policy"] = _domain_policy(reader, pool)
    pool["log_configurations"] = _log_configurations(reader.read(_LOGS, region, UserPoolId=pool_id))
    pool["identity_providers"] = identity_providers(reader, pool)
    groups = reader.pages(_GROUPS, region, UserPoolId=pool_id)
    pool["groups"] = groups.value(partial(_group, pool), by=lambda each: str(each["id"]))
    clients = reader.pages(_CLIENTS, region, UserPoolId=pool_id)
    pool["clients"] = clients.value(partial(user_pool_client, reader, pool), by=lambda each: str(each["id"]))
    pool |= risks(reader, pool, clients.failure, clients.items())
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
        "password_policy": _password_policy(policies.get("PasswordPolicy"), raw.get("AdminCreateUserConfig") or {}),
        "allowed_first_auth_factors": sorted(sign_in.get("AllowedFirstAuthFactors") or ["PASSWORD"]),
        **_attribute_settings(raw),
        "device_configuration": _device_configuration(raw.get("DeviceConfiguration")),
        "dynamic_client_registration": _client_registration(raw.get("DcrConfiguration")),
        "admin_create_user_only": bool((raw.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly")),
        "advanced_security_mode": add_ons.get("AdvancedSecurityMode") or "OFF",
        "custom_auth_mode": (add_ons.get("AdvancedSecurityAdditionalFlows") or {}).get("CustomAuthMode"),
        "lambda_triggers": sorted(
            name for name, function in (raw.get("LambdaConfig") or {}).items() if function and name not in _NOT_TRIGGERS
        ),
        "domain": raw.get("Domain"),
        "custom_domain": raw.get("CustomDomain"),
    }


def _attribute_settings(raw: Record) -> Record:
    """Which attributes sign in, wait for verification and lead back into an account."""
    updates = raw.get("UserAttributeUpdateSettings") or {}
    mechanisms = (raw.get("AccountRecoverySetting") or {}).get("RecoveryMechanisms") or ()
    recovery = [{"name": each.get("Name"), "priority": each.get("Priority")} for each in mechanisms]
    return {
        "username_attributes": sorted(raw.get("UsernameAttributes") or ()),
        "alias_attributes": sorted(raw.get("AliasAttributes") or ()),
        "attributes_verified_before_update": sorted(updates.get("AttributesRequireVerificationBeforeUpdate") or ()),
        "recovery_mechanisms": sorted(recovery, key=lambda each: (each["priority"] or 0, str(each["name"]))),
    }


def _device_configuration(raw: Record | None) -> Record | None:
    """How devices are remembered; None where they are not."""
    if not raw:
        return None
    return {
        "challenge_required_on_new_device": bool(raw.get("ChallengeRequiredOnNewDevice")),
        "device_only_remembered_on_user_prompt": bool(raw.get("DeviceOnlyRememberedOnUserPrompt")),
    }


def _client_registration(raw: Record | None) -> Record | None:
    """Whether apps may register themselves as clients; without a word on it a configuration switches it on."""
    if not raw:
        return None
    kinds = raw.get("OpenDcrGrantTypes")
    return {
        "enabled": raw.get("EnableStatus") != "Disabled",
        "open": bool(raw.get("OpenDcrEnabled")),
        # "If you don't set this value, open registration permits only the code grant type": DcrConfigurationType.
        "open_grant_types": ["code"] if kinds is None else sorted(kinds),
    }


def _password_policy(raw: Record | None, creation: Record) -> Record | Failure:
    """The rules for passwords. What a rule leaves out it does not demand; the length is always there."""
    if raw is None:
        return Failure(api=_POOL, code="NotInAnswer", kind=GapKind.FAILED)
    # "For older user pools that have a UnusedAccountValidityDays configuration, that value is effective until you set
    # a value for TemporaryPasswordValidityDays": AdminCreateUserConfigType in the API reference.
    temporary = raw.get("TemporaryPasswordValidityDays") or creation.get("UnusedAccountValidityDays")
    return {
        "minimum_length": raw.get("MinimumLength"),
        "require_uppercase": bool(raw.get("RequireUppercase")),
        "require_lowercase": bool(raw.get("RequireLowercase")),
        "require_numbers": bool(raw.get("RequireNumbers")),
        "require_symbols": bool(raw.get("RequireSymbols")),
        "password_history_size": raw.get("PasswordHistorySize") or 0,
        "temporary_password_validity_days": temporary or _TEMPORARY_PASSWORD_DAYS,
    }


def _mfa(answer: Record | Failure | None) -> Record:
    """The fields that `GetUserPoolMfaConfig` gives; its `MfaConfiguration` rules, not that of `DescribeUserPool`."""
    if isinstance(answer, Failure):
        return dict.fromkeys(_MFA_FIELDS, answer)
    found = answer or {}
    passkeys = found.get("WebAuthnConfiguration") or {}
    return {
        "mfa_configuration": found.get("MfaConfiguration"),
        "software_token_mfa_enabled": bool((found.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled")),
        "sms_mfa_configured": bool((found.get("SmsMfaConfiguration") or {}).get("SmsConfiguration")),
        "email_mfa_configured": "EmailMfaConfiguration" in found,
        "passkey_user_verification": passkeys.get("UserVerification") or "preferred",
        "passkey_factor": passkeys.get("FactorConfiguration") or "SINGLE_FACTOR",
    }


def _domain_policy(reader: Reader, pool: Record) -> str | Failure | None:
    """The TLS policy of the pool's own domain; None where it has none."""
    domain = pool["custom_domain"]
    if domain is None or isinstance(domain, Failure):
        return domain
    answer = reader.read(_DOMAIN, pool["region"], Domain=domain)
    if not isinstance(answer, dict):
        return answer
    chosen = (answer["DomainDescription"].get("CustomDomainConfig") or {}).get("SecurityPolicy")
    # A domain that is not there is answered with an empty description.
    return chosen or Failure(api=_DOMAIN, code="NotInAnswer", kind=GapKind.FAILED)


def _log_configurations(answer: Record | Failure | None) -> list[Record] | Failure:
    """Which events the pool exports, and where to."""
    if isinstance(answer, Failure):
        return answer
    found = ((answer or {}).get("LogDeliveryConfiguration") or {}).get("LogConfigurations") or ()
    configurations = [
        {
            "event_source": each.get("EventSource"),
            "log_level": each.get("LogLevel"),
            "destination_arns": sorted(
                arn
                for kind, member in _LOG_DESTINATIONS.items()
                if (arn := (each.get(kind) or {}).get(member)) is not None
            ),
        }
        for each in found
    ]
    return sorted(configurations, key=lambda each: (str(each["event_source"]), each["destination_arns"]))


def _group(pool: Record, raw: Record) -> Record:
    """One group of the pool."""
    name = raw.get("GroupName")
    return {
        "id": f"{pool['arn']}#group/{name}",
        "name": f"{pool['name']}/{name}",
        "arn": None,
        "region": pool["region"],
        "tags": [],
        "user_pool_arn": pool["arn"],
        "user_pool_id": pool["user_pool_id"],
        "group_name": name,
        "role_arn": raw.get("RoleArn"),
        "precedence": raw.get("Precedence"),
        "creation_date": timestamp(raw.get("CreationDate")),
    }
