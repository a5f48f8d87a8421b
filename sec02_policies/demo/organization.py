"""The organization of Example Corp: its accounts, what its control policies forbid, and who administers what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.demo.site import Example, deny, document

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_MEMBERS = ("workloads", "security", "sandbox", "old-poc")

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
        why="keeps people from making IAM users, but is attached to the sandbox only",
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
    targets = {
        "deny-root-user": root,
        "deny-new-iam-users": site.members["sandbox"],
        "only-our-organization": site.members["workloads"],
    }
    for name, (policy_type, text) in _policies(client).items():
        made = client.create_policy(Name=name, Description=name, Type=policy_type, Content=text)["Policy"]
        client.attach_policy(PolicyId=made["PolicySummary"]["Id"], TargetId=targets[name])
    _administration(site, client)


def _policies(client: Any) -> dict[str, tuple[str, str]]:  # noqa: ANN401 - a boto3 client
    organization = client.describe_organization()["Organization"]["Id"]
    outsiders = {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": organization},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    scp, rcp = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
    as_root = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
    new_users = ["iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile"]
    return {
        "deny-root-user": (scp, document(deny("*", Condition=as_root))),
        "deny-new-iam-users": (scp, document(deny(new_users))),
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
