"""How the customers of Example Corp sign in: a well kept user pool and a forgotten one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.demo.identity_pools import build_identity_pools
from sec02_policies.demo.site import Example

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_BLOCK = {"EventAction": "BLOCK"}

EXAMPLES = (
    Example(
        practice="SEC02-BP01",
        good=True,
        type="cognito_user_pool",
        name="shop-customers",
        why="MFA for everybody, long passwords, and threat protection that blocks",
    ),
    Example(
        practice="SEC02-BP01",
        good=False,
        type="cognito_user_pool",
        name="forum",
        why="no MFA, six characters are enough, and anybody may sign up",
    ),
    Example(
        practice="SEC02-BP02",
        good=True,
        type="cognito_user_pool_client",
        name="shop-customers/web",
        why="code grant, short tokens that can be revoked, no password sent in the clear",
    ),
    Example(
        practice="SEC02-BP02",
        good=False,
        type="cognito_user_pool_client",
        name="forum/forum-spa",
        why="implicit grant, a callback on localhost, refresh tokens that live for a year",
    ),
    Example(
        practice="SEC02-BP04",
        good=True,
        type="cognito_user_pool",
        name="shop-customers",
        why="cannot be deleted by mistake",
    ),
)


def build_customers(site: Site) -> None:
    """Create user pools with their clients, and the identity pools behind them."""
    idp = site.client("cognito-idp")
    shop = _shop_pool(site, idp)
    forum = _forum_pool(site, idp)
    web = _shop_clients(site, idp, shop)
    _forum_clients(idp, forum)
    _groups(site, idp, shop=shop, forum=forum)
    _threat_protection(site, idp, shop=shop, forum=forum)
    _exported_logs(site, shop=shop, forum=forum)
    build_identity_pools(site, provider=f"cognito-idp.{site.aws.region}.amazonaws.com/{shop}", client_id=web)


def _shop_pool(site: Site, idp: Any) -> str:  # noqa: ANN401 - a boto3 client
    pool: str = idp.create_user_pool(
        PoolName="shop-customers",
        UserPoolTier="PLUS",
        MfaConfiguration="ON",
        DeletionProtection="ACTIVE",
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        UserPoolTags={"owner": "shop"},
        UsernameAttributes=["email"],
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
        AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 14,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
                "PasswordHistorySize": 12,
                "TemporaryPasswordValidityDays": 1,
            },
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]},
        },
    )["UserPool"]["Id"]
    idp.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="ON"
    )
    idp.create_user_pool_domain(Domain="example-corp-shop", UserPoolId=pool)
    idp.create_identity_provider(
        UserPoolId=pool,
        ProviderName="Google",
        ProviderType="Google",
        ProviderDetails={
            "client_id": "example.apps.googleusercontent.com",
            "client_secret": "Canary-secret-of-google",
            "authorize_scopes": "openid email",
            "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
            "token_url": "https://www.googleapis.com/oauth2/v4/token",
        },
        AttributeMapping={"email": "email", "email_verified": "email_verified", "username": "sub"},
    )
    site.replay.amend("cognito-idp", "GetUserPoolMfaConfig", partial(_with_passkeys, pool))
    return pool


def _with_passkeys(pool: str, params: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    """Add the demand for user verification, which moto drops."""
    passkeys = {"RelyingPartyId": "shop.example.com", "UserVerification": "required"}
    return output | ({"WebAuthnConfiguration": passkeys} if params["UserPoolId"] == pool else {})


def _forum_pool(site: Site, idp: Any) -> str:  # noqa: ANN401 - a boto3 client
    migrate = f"arn:aws:lambda:{site.aws.region}:{site.account_id}:function:forum-migrate"
    pool: str = idp.create_user_pool(
        PoolName="forum",
        UserPoolTier="LITE",
        MfaConfiguration="OFF",
        DeletionProtection="INACTIVE",
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": False},
        AliasAttributes=["email"],
        DeviceConfiguration={"ChallengeRequiredOnNewDevice": False, "DeviceOnlyRememberedOnUserPrompt": False},
        LambdaConfig={"UserMigration": migrate},
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 6,
                "RequireUppercase": False,
                "RequireLowercase": True,
                "RequireNumbers": False,
                "RequireSymbols": False,
                "TemporaryPasswordValidityDays": 90,
            }
        },
    )["UserPool"]["Id"]
    idp.create_identity_provider(
        UserPoolId=pool,
        ProviderName="adfs-legacy",
        ProviderType="SAML",
        ProviderDetails={
            "MetadataURL": "http://adfs-legacy.example.com/federationmetadata.xml",
            "SSORedirectBindingURI": "https://adfs-legacy.example.com/adfs/ls",
            "IDPSignout": "false",
        },
        AttributeMapping={"email": "mail"},
    )
    site.replay.amend("cognito-idp", "DescribeUserPool", partial(_with_open_registration, pool))
    return pool


def _with_open_registration(pool: str, params: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    """Let anybody register an app, a setting that moto does not know; drop names that AWS could not say."""
    described = {name: value for name, value in output["UserPool"].items() if name != "SchemaAttributes"}
    if params["UserPoolId"] == pool:
        described["DcrConfiguration"] = {
            "EnableStatus": "Enabled",
            "OpenDcrEnabled": True,
            "OpenDcrGrantTypes": ["code"],
        }
    return {**output, "UserPool": described}


def _shop_clients(site: Site, idp: Any, pool: str) -> str:  # noqa: ANN401 - a boto3 client
    web: str = idp.create_user_pool_client(
        UserPoolId=pool,
        ClientName="web",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"],
        RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
        AccessTokenValidity=15,
        IdTokenValidity=15,
        RefreshTokenValidity=7,
        TokenValidityUnits={"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
        EnableTokenRevocation=True,
        PreventUserExistenceErrors="ENABLED",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        CallbackURLs=["https://shop.example.com/signed-in"],
        LogoutURLs=["https://shop.example.com/"],
        SupportedIdentityProviders=["COGNITO", "Google"],
        ReadAttributes=["email"],
        WriteAttributes=["email"],
    )["UserPoolClient"]["ClientId"]
    back_office: str = idp.create_user_pool_client(
        UserPoolId=pool,
        ClientName="back-office",
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        EnableTokenRevocation=True,
        PreventUserExistenceErrors="ENABLED",
        ReadAttributes=["email", "custom:tier"],
        WriteAttributes=["custom:tier"],
    )["UserPoolClient"]["ClientId"]
    secret = {"ClientSecretId": f"{back_office}--1", "ClientSecretCreateDate": site.ago(500)}
    own = {"UserPoolId": pool, "ClientId": back_office}
    site.replay.answer("cognito-idp", "ListUserPoolClientSecrets", {"ClientSecrets": [secret]}, when=own)
    return web


def _forum_clients(idp: Any, pool: str) -> None:  # noqa: ANN401 - a boto3 client
    idp.create_user_pool_client(
        UserPoolId=pool,
        ClientName="forum-spa",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        AccessTokenValidity=24,
        IdTokenValidity=24,
        RefreshTokenValidity=365,
        TokenValidityUnits={"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "days"},
        EnableTokenRevocation=False,
        PreventUserExistenceErrors="LEGACY",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["implicit"],
        AllowedOAuthScopes=["aws.cognito.signin.user.admin", "openid", "profile"],
        CallbackURLs=["http://localhost:3000/callback", "https://forum.example.com/callback"],
        SupportedIdentityProviders=["COGNITO"],
    )


def _groups(site: Site, idp: Any, *, shop: str, forum: str) -> None:  # noqa: ANN401 - a boto3 client
    role = f"arn:aws:iam::{site.account_id}:role"
    idp.create_group(UserPoolId=shop, GroupName="members", RoleArn=f"{role}/shop-customer", Precedence=10)
    idp.create_group(UserPoolId=shop, GroupName="newsletter")
    idp.create_group(UserPoolId=forum, GroupName="moderators", RoleArn=f"{role}/power-user", Precedence=1)


def _exported_logs(site: Site, *, shop: str, forum: str) -> None:
    """Answer for the export of sign-in events, which moto does not know."""
    group = f"arn:aws:logs:{site.aws.region}:{site.account_id}:log-group:/aws/vendedlogs/shop-customers"
    sign_ins = {
        "LogLevel": "INFO",
        "EventSource": "userAuthEvents",
        "CloudWatchLogsConfiguration": {"LogGroupArn": group},
    }
    for pool, configurations in ((shop, [sign_ins]), (forum, [])):
        output = {"LogDeliveryConfiguration": {"UserPoolId": pool, "LogConfigurations": configurations}}
        site.replay.answer("cognito-idp", "GetLogDeliveryConfiguration", output, when={"UserPoolId": pool})


def _threat_protection(site: Site, idp: Any, *, shop: str, forum: str) -> None:  # noqa: ANN401 - a boto3 client
    """Answer for the risk configuration, which moto does not know."""
    levels = {level: _BLOCK | {"Notify": True} for level in ("MediumAction", "HighAction")}
    low = {"LowAction": {"EventAction": "MFA_IF_CONFIGURED", "Notify": False}}
    risk = {
        "UserPoolId": shop,
        "CompromisedCredentialsRiskConfiguration": {
            "EventFilter": ["SIGN_IN", "SIGN_UP", "PASSWORD_CHANGE"],
            "Actions": _BLOCK,
        },
        "AccountTakeoverRiskConfiguration": {"Actions": low | levels},
        "RiskExceptionConfiguration": {"SkippedIPRangeList": ["198.51.100.0/24"]},
    }
    call = ("cognito-idp", "DescribeRiskConfiguration")
    site.replay.answer(*call, {"RiskConfiguration": risk}, when={"UserPoolId": shop})
    site.replay.refuse(*call, "UserPoolAddOnNotEnabledException", when={"UserPoolId": forum})
    for client in idp.list_user_pool_clients(UserPoolId=shop, MaxResults=60)["UserPoolClients"]:
        own = {"UserPoolId": shop, "ClientId": client["ClientId"]}
        site.replay.refuse(*call, "ResourceNotFoundException", when=own)
