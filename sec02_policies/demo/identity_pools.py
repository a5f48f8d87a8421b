"""The identity pools of Example Corp: what customers, and guests of the app, may do in AWS."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.demo.site import Example, trust

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

EXAMPLES = (
    Example(
        practice="SEC02-BP02",
        good=False,
        type="cognito_identity_pool",
        name="shop-app",
        why="gives credentials to guests, through the classic flow",
    ),
)


def build_identity_pools(site: Site, *, provider: str, client_id: str) -> None:
    """Create the pools with their roles; the customers of one app client of one user pool sign in to them."""
    identity = site.client("cognito-identity")
    sign_in = [{"ProviderName": provider, "ClientId": client_id, "ServerSideTokenCheck": True}]

    def pool(name: str, *, guests: bool) -> str:
        pool_id: str = identity.create_identity_pool(
            IdentityPoolName=name, AllowUnauthenticatedIdentities=guests, CognitoIdentityProviders=sign_in
        )["IdentityPoolId"]
        return pool_id

    app, portal = pool("shop-app", guests=True), pool("shop-portal", guests=False)
    _pin_role(site, "shop-customer", portal, "authenticated")
    role = f"arn:aws:iam::{site.account_id}:role"
    signed_in = {"authenticated": f"{role}/shop-customer"}
    roles = {app: signed_in | {"unauthenticated": f"{role}/shop-guest"}, portal: signed_in}
    tags = {app: {"tier": "custom:tier"}, portal: {}}
    # moto does not know the roles and session tags of identity pools, and drops the choice of the classic flow.
    for pool_id, given in roles.items():
        output = {"IdentityPoolId": pool_id, "Roles": given}
        site.replay.answer("cognito-identity", "GetIdentityPoolRoles", output, when={"IdentityPoolId": pool_id})
        told = {"IdentityPoolId": pool_id, "IdentityProviderName": provider, "PrincipalTags": tags[pool_id]}
        own = {"IdentityPoolId": pool_id}
        site.replay.answer("cognito-identity", "GetPrincipalTagAttributeMap", told | {"UseDefaults": False}, when=own)
    site.replay.amend("cognito-identity", "DescribeIdentityPool", partial(_with_classic_flow, app))


def _with_classic_flow(classic: str, _: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    return {**output, "AllowClassicFlow": output["IdentityPoolId"] == classic}


def _pin_role(site: Site, role: str, pool_id: str, amr: str) -> None:
    """Let a role be assumed from one identity pool only, by its guests or by its signed-in users."""
    condition = {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": pool_id},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
    }
    text = trust({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity", **condition)
    site.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=text)
