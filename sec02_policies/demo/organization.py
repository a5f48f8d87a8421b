"""The organization of Example Corp: its accounts, what its control policies forbid, and who administers what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.demo.site import Example, deny, document

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_MEMBERS = ("workloads", "security", "sandbox", "old-poc")
_UNITS = {"Workloads": ("workloads", "sandbox"), "Security": ("security",)}

EXAMPLES = (
    Example(
        practice="SEC02-BP01",
        good=True,
        type="org_policy",
        name="deny-root-user",
        why="nobody can act as the root user of a member account",
    ),
    Example(
        practice="SEC02-BP04",
        good=False,
        type="org_policy",
        name="deny-new-iam-users",
        why="keeps people from making IAM users, but is attached to one of the two units only",
    ),
    Example(
        practice="SEC02-BP04",
        good=True,
        type="org_policy",
        name="protect-identity-providers",
        why="nobody but the identity team changes whom an account trusts; attached to the units, it holds below them",
    ),
)


def build_organization(site: Site) -> None:
    """Create the organization with members, control policies and a delegated administrator."""
    client = site.client("organizations")
    client.create_organization(FeatureSet="ALL")
    site.state.name_management_account("example-corp")
    for name in _MEMBERS:
        # Addresses under .invalid can never exist (RFC 6761).
        status = client.create_account(AccountName=name, Email=f"aws-{name}@example.invalid")["CreateAccountStatus"]
        site.members[name] = status["AccountId"]
    client.close_account(AccountId=site.members["old-poc"])
    root = client.list_roots()["Roots"][0]["Id"]
    for policy_type in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        client.enable_policy_type(RootId=root, PolicyType=policy_type)
    units = _units(site, client, root)
    targets = {
        "deny-root-user": [root],
        "deny-new-iam-users": [units["Workloads"]],
        "protect-identity-providers": list(units.values()),
        "only-our-organization": [site.members["workloads"]],
    }
    for name, (policy_type, text) in _policies(client).items():
        made = client.create_policy(Name=name, Description=name, Type=policy_type, Content=text)["Policy"]
        for target in targets[name]:
            client.attach_policy(PolicyId=made["PolicySummary"]["Id"], TargetId=target)
    _administration(site, client)


def _units(site: Site, client: Any, root: str) -> dict[str, str]:  # noqa: ANN401 - a boto3 client
    """Make the units, move the accounts below them, and return the units' ids by name."""
    units = {}
    for unit, members in _UNITS.items():
        made = client.create_organizational_unit(ParentId=root, Name=unit)["OrganizationalUnit"]["Id"]
        for name in members:
            client.move_account(AccountId=site.members[name], SourceParentId=root, DestinationParentId=made)
        units[unit] = made
    return units


def _policies(client: Any) -> dict[str, tuple[str, str]]:  # noqa: ANN401 - a boto3 client
    organization = client.describe_organization()["Organization"]["Id"]
    outsiders = {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": organization},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    scp, rcp = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
    as_root = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
    but_the_identity_team = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/identity-admin"}}
    providers = [
        "iam:CreateSAMLProvider",
        "iam:UpdateSAMLProvider",
        "iam:CreateOpenIDConnectProvider",
        "iam:AddClientIDToOpenIDConnectProvider",
    ]
    new_users = ["iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile"]
    return {
        "deny-root-user": (scp, document(deny("*", Condition=as_root))),
        "deny-new-iam-users": (scp, document(deny(new_users))),
        "protect-identity-providers": (scp, document(deny(providers, Condition=but_the_identity_team))),
        "only-our-organization": (
            rcp,
            document(deny(["sts:AssumeRole", "secretsmanager:*"], Principal="*", Condition=outsiders)),
        ),
    }


def _administration(site: Site, client: Any) -> None:  # noqa: ANN401 - a boto3 client
    for service in ("sso", "guardduty", "access-analyzer"):
        client.enable_aws_service_access(ServicePrincipal=f"{service}.amazonaws.com")
    for service in ("guardduty", "access-analyzer"):
        client.register_delegated_administrator(
            AccountId=site.members["security"], ServicePrincipal=f"{service}.amazonaws.com"
        )
    organization = client.describe_organization()["Organization"]["Id"]
    # moto knows neither central root access nor the trusted access of IAM that it needs.
    site.replay.answer(
        "iam",
        "ListOrganizationsFeatures",
        {"OrganizationId": organization, "EnabledFeatures": ["RootCredentialsManagement"]},
    )
    trusted = {"ServicePrincipal": "iam.amazonaws.com", "DateEnabled": site.ago(300)}
    site.replay.amend(
        "organizations",
        "ListAWSServiceAccessForOrganization",
        lambda _, output: {**output, "EnabledServicePrincipals": [*output["EnabledServicePrincipals"], trusted]},
    )
