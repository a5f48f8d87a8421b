"""What signs in through Example Corp's Identity Center: two applications, and a token issuer. moto has none of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.demo.site import Example, tags

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_CUSTOM = "arn:aws:sso::aws:applicationProvider/custom"
_ISSUER = "tti-5d1c0e2a-0001-4000-8000-000000000001"

EXAMPLES = (
    Example(
        practice="SEC02-BP04",
        good=True,
        type="idc_application",
        name="wiki",
        why="only people who are assigned to it may sign in, and its answers go to an https address",
    ),
    Example(
        practice="SEC02-BP04",
        good=False,
        type="idc_application",
        name="old-dashboard",
        why="everybody may sign in, and the codes travel over plain http",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application that the company made itself."""

    name: str
    key: str
    assigned_only: bool
    redirect_uri: str


APPLICATIONS = (
    Application(
        name="wiki", key="apl-0a1b2c3d4e5f6071", assigned_only=True, redirect_uri="https://wiki.example.com/callback"
    ),
    Application(
        name="old-dashboard",
        key="apl-0a1b2c3d4e5f6072",
        assigned_only=False,
        redirect_uri="http://dashboard.example.com/login",
    ),
)


def build_applications(site: Site, *, instance: str, store: str) -> None:
    """Answer for the applications and issuers of the instance, its key and the network of its identity store."""
    instance_arn = f"arn:aws:sso:::instance/{instance}"
    encryption = {"KeyType": "AWS_OWNED_KMS_KEY", "EncryptionStatus": "ENABLED"}
    store_arn = f"arn:aws:identitystore::{site.account_id}:identitystore/{store}"
    replay = site.replay
    replay.answer(
        "sso-admin", "DescribeInstance", {"InstanceArn": instance_arn, "EncryptionConfigurationDetails": encryption}
    )
    replay.answer("identitystore", "DescribeIdentityStore", {"IdentityStoreId": store, "IdentityStoreArn": store_arn})
    listed = [_application(site, instance, each) for each in APPLICATIONS]
    replay.answer("sso-admin", "ListApplications", {"Applications": listed})
    _issuer(site, instance)


def _application(site: Site, instance: str, made: Application) -> dict[str, Any]:
    """Answer for an application, and return what the list says of it."""
    arn = f"arn:aws:sso::{site.account_id}:application/{instance}/{made.key}"
    named = {"ApplicationArn": arn}
    code = {"AuthorizationCode": {"RedirectUris": [made.redirect_uri]}}
    grants = [{"GrantType": "authorization_code", "Grant": code}]
    replay = site.replay
    replay.answer(
        "sso-admin",
        "GetApplicationAssignmentConfiguration",
        {"AssignmentRequired": made.assigned_only},
        when=named,
    )
    replay.answer("sso-admin", "ListApplicationGrants", {"Grants": grants}, when=named)
    replay.answer("sso-admin", "ListTagsForResource", {"Tags": tags(owner="platform")}, when={"ResourceArn": arn})
    return {
        **named,
        "Name": made.name,
        "ApplicationProviderArn": _CUSTOM,
        "ApplicationAccount": site.account_id,
        "InstanceArn": f"arn:aws:sso:::instance/{instance}",
        "Status": "ENABLED",
        "CreatedDate": site.ago(200),
    }


def _issuer(site: Site, instance: str) -> None:
    arn = f"arn:aws:sso::{site.account_id}:trustedTokenIssuer/{instance}/{_ISSUER}"
    named = {"TrustedTokenIssuerArn": arn, "Name": "okta", "TrustedTokenIssuerType": "OIDC_JWT"}
    settings = {
        "IssuerUrl": "https://okta.example.com/oauth2/default",
        "ClaimAttributePath": "email",
        "IdentityStoreAttributePath": "emails.value",
        "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
    }
    described = {**named, "TrustedTokenIssuerConfiguration": {"OidcJwtConfiguration": settings}}
    replay = site.replay
    replay.answer("sso-admin", "ListTrustedTokenIssuers", {"TrustedTokenIssuers": [named]})
    replay.answer("sso-admin", "DescribeTrustedTokenIssuer", described)
    replay.answer("sso-admin", "ListTagsForResource", {"Tags": tags(owner="platform")}, when={"ResourceArn": arn})
