"""App clients of Cognito user pools: what they may do, how long their tokens live, how old their secrets are.

The secrets themselves never leave the answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.collect._builder import unread
from sec02_policies.collect._outcome import Failure, Record
from sec02_policies.collect._values import timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._reader import Reader

_CLIENT = "cognito-idp:DescribeUserPoolClient"
_SECRETS = "cognito-idp:ListUserPoolClientSecrets"

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_HOUR = _SECONDS["hours"]
_THIRTY_DAYS = 30 * _SECONDS["days"]
# What a client without a choice of its own supports, and what it does: CreateUserPoolClient in the API reference.
_DEFAULT_FLOWS = ("ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH")


def user_pool_client(reader: Reader, pool: Record, listed: Record) -> Record:
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
    if isinstance(answer, Failure):
        return unread("cognito_user_pool_client", answer, known)
    settings = _client_settings((answer or {})["UserPoolClient"])
    return {**known, **settings, "secrets": _secrets(reader, pool, client_id) if settings["has_secret"] else []}


def _secrets(reader: Reader, pool: Record, client_id: str | None) -> Any:  # noqa: ANN401 - a list or what stands in its place
    """When each secret of the client was made, the oldest first; never a secret, whatever the answer holds."""
    listing = reader.pages(_SECRETS, pool["region"], UserPoolId=pool["user_pool_id"], ClientId=client_id)
    if listing.failure is None and not list(listing.items()):
        # The client has a secret: an empty list tells nothing of its age.
        return Failure(api=_SECRETS, code="NotInAnswer", kind=GapKind.FAILED)
    return listing.value(
        lambda raw: {"id": raw.get("ClientSecretId"), "create_date": timestamp(raw.get("ClientSecretCreateDate"))},
        by=lambda each: f"{each['create_date']} {each['id']}",
    )


def _client_settings(raw: Record) -> Record:
    """The fields that `DescribeUserPoolClient` gives, with AWS's defaults where the client says nothing."""
    units = raw.get("TokenValidityUnits") or {}
    rotation = raw.get("RefreshTokenRotation") or {}
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
        "refresh_token_rotation": {
            "enabled": rotation.get("Feature") == "ENABLED",
            "retry_grace_period_seconds": rotation.get("RetryGracePeriodSeconds") or 0,
        },
    }


def _seconds(value: int | None, unit: str, *, default: int) -> int | Failure:
    """How long a token lives; an unset value or 0 means AWS's default."""
    if not value:
        return default
    if unit not in _SECONDS:
        return Failure(api=_CLIENT, code="UnexpectedValue", kind=GapKind.UNPARSED)
    return value * _SECONDS[unit]
