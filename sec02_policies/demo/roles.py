"""The roles of Example Corp: who may become what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.demo.site import Example, allow, document, tags, trust

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_AWS = "arn:aws:iam::aws:policy"
_VENDOR = "998877665544"
_BACKUP_VENDOR = "998877665533"
_GITHUB = "token.actions.githubusercontent.com"
_WEB = "sts:AssumeRoleWithWebIdentity"
_SAML = "sts:AssumeRoleWithSAML"
_ANYWHERE = {"Service": "rolesanywhere.amazonaws.com"}
_SUBJECT = "aws:PrincipalTag/x509Subject/CN"
_ANYWHERE_ACTIONS = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
_SIGN_IN = "https://signin.aws.amazon.com/saml"
_WITH_MFA = {"aws:MultiFactorAuthPresent": "true"}
_HOUR = 3600

EXAMPLES = (
    Example(
        practice="SEC02-BP01",
        good=False,
        type="iam_role",
        name="power-user",
        why="any user of the account may assume it, with or without MFA",
    ),
    Example(
        practice="SEC02-BP02",
        good=True,
        type="iam_role",
        name="github-deploy-orders",
        why="GitHub Actions gets it for one branch of one repository only, for an hour",
    ),
    Example(
        practice="SEC02-BP02",
        good=False,
        type="iam_role",
        name="github-deploy-all",
        why="trusts any repository on GitHub: nothing limits the subject",
    ),
    Example(
        practice="SEC02-BP02",
        good=False,
        type="iam_role",
        name="vendor-monitoring",
        why="a vendor's account may assume it without an external id",
    ),
    Example(
        practice="SEC02-BP02",
        good=False,
        type="iam_role",
        name="public-reports",
        why="every AWS account in the world may assume it",
    ),
    Example(
        practice="SEC02-BP02",
        good=True,
        type="iam_role",
        name="plant-sensors",
        why="machines outside AWS sign in with a certificate, and the role names the anchor and the machine",
    ),
    Example(
        practice="SEC02-BP02",
        good=False,
        type="iam_role",
        name="label-printers",
        why="any certificate of any trust anchor opens it",
    ),
    Example(
        practice="SEC02-BP04",
        good=True,
        type="iam_role",
        name="okta-engineers",
        why="people come from the identity provider, with the audience pinned",
    ),
    Example(
        practice="SEC02-BP05",
        good=True,
        type="iam_role",
        name="support-cases",
        why="somebody can open cases with AWS Support",
    ),
    Example(
        practice="SEC02-BP05",
        good=False,
        type="iam_role",
        name="migration-runner",
        why="not used for 300 days, and it still trusts a role that was deleted",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An IAM role. `used` is in days ago; None: never."""

    name: str
    trust: str
    created: float = 500
    used: float | None = 1
    hours: int = 1
    attached: tuple[str, ...] = ()
    inline: str | None = None
    owner: str | None = "platform"


def build_roles(site: Site) -> None:
    """Create the roles and an instance profile."""
    iam = site.client("iam")
    roles = [*_service_roles(site), *_people_roles(site), *_account_roles(site), *_web_roles(site), *_plant_roles(site)]
    for role in roles:
        _role(site, iam, role)
    iam.create_service_linked_role(AWSServiceName="organizations.amazonaws.com")
    iam.create_instance_profile(InstanceProfileName="app-orders")
    iam.add_role_to_instance_profile(InstanceProfileName="app-orders", RoleName="app-orders")


def _role(site: Site, iam: Any, role: Role) -> None:  # noqa: ANN401 - a boto3 client
    owner = {} if role.owner is None else {"owner": role.owner}
    iam.create_role(
        RoleName=role.name,
        AssumeRolePolicyDocument=role.trust,
        MaxSessionDuration=role.hours * _HOUR,
        Tags=tags(**owner),
    )
    for policy in role.attached:
        iam.attach_role_policy(RoleName=role.name, PolicyArn=site.policy_arn(policy))
    if role.inline is not None:
        iam.put_role_policy(RoleName=role.name, PolicyName="inline", PolicyDocument=role.inline)
    site.date(site.state.date_role, role.name, created=role.created, used=role.used)


def _service_roles(site: Site) -> list[Role]:
    def service(name: str, **condition: Any) -> str:  # noqa: ANN401 - JSON
        return trust({"Service": f"{name}.amazonaws.com"}, **condition)

    own_account = {"aws:SourceAccount": site.account_id}
    return [
        Role(name="app-orders", trust=service("ec2"), attached=("read-orders",)),
        Role(name="function-reports", trust=service("lambda"), attached=("deploy-functions",), owner=None),
        Role(name="audit-delivery", trust=service("config", StringEquals=own_account), attached=("write-backups",)),
        Role(name="trail-delivery", trust=service("cloudtrail"), attached=("write-backups",)),
        Role(name="batch-keys", trust=service("ecs-tasks"), attached=("key-keepers", "read-every-secret")),
    ]


def _people_roles(site: Site) -> list[Role]:
    account = {"AWS": f"arn:aws:iam::{site.account_id}:root"}
    with_mfa = trust(account, Bool=_WITH_MFA)
    okta = {"Federated": f"arn:aws:iam::{site.account_id}:saml-provider/okta"}
    adfs = {"Federated": f"arn:aws:iam::{site.account_id}:saml-provider/adfs-legacy"}
    audience = {"SAML:aud": _SIGN_IN}
    support = f"{_AWS}/AWSSupportAccess"
    return [
        Role(name="power-user", trust=trust(account), hours=12, attached=("everything-but-billing", "hop-anywhere")),
        Role(name="support-cases", trust=with_mfa, used=40, attached=(support,)),
        Role(name="okta-engineers", trust=trust(okta, _SAML, StringEquals=audience), attached=("deploy-orders",)),
        Role(name="adfs-operators", trust=trust(adfs, _SAML), used=150, attached=(f"{_AWS}/ReadOnlyAccess",)),
    ]


def _account_roles(site: Site) -> list[Role]:
    def account(account_id: str, **condition: Any) -> str:  # noqa: ANN401 - JSON
        return trust({"AWS": f"arn:aws:iam::{account_id}:root"}, **condition)

    security = account(site.members["security"], Bool=_WITH_MFA)
    external_id = {"sts:ExternalId": "example-corp-7c1f"}
    # What AWS shows once the trusted role is deleted.
    orphan = trust({"AWS": "AROAEXAMPLEDELETED0000"})
    public = document(allow("s3:GetObject", "arn:aws:s3:::example-corp-reports/*"))
    migration = (f"{_AWS}/job-function/DatabaseAdministrator",)
    return [
        Role(name="security-audit", trust=security, attached=(f"{_AWS}/SecurityAudit",)),
        Role(name="vendor-monitoring", trust=account(_VENDOR), attached=(f"{_AWS}/ReadOnlyAccess",)),
        Role(
            name="vendor-backup",
            trust=account(_BACKUP_VENDOR, StringEquals=external_id),
            attached=("write-backups",),
        ),
        Role(name="public-reports", trust=trust("*"), inline=public),
        Role(name="migration-runner", trust=orphan, created=700, used=300, hours=12, attached=migration),
    ]


def _web_roles(site: Site) -> list[Role]:
    github = {"Federated": f"arn:aws:iam::{site.account_id}:oidc-provider/{_GITHUB}"}
    audience = {f"{_GITHUB}:aud": "sts.amazonaws.com"}
    one_branch = {f"{_GITHUB}:sub": "repo:example-corp/orders:ref:refs/heads/main"}
    any_repository = {f"{_GITHUB}:sub": "repo:example-corp*:*"}
    cognito = {"Federated": "cognito-identity.amazonaws.com"}
    return [
        Role(
            name="github-deploy-orders",
            trust=trust(github, _WEB, StringEquals=audience | one_branch),
            attached=("deploy-orders",),
        ),
        Role(
            name="github-release",
            trust=trust(github, _WEB, StringEquals=audience, StringLike=any_repository),
            attached=("write-backups",),
        ),
        Role(
            name="github-deploy-all",
            trust=trust(github, _WEB, StringEquals=audience),
            attached=(f"{_AWS}/AdministratorAccess",),
        ),
        Role(name="shop-guest", trust=trust(cognito, _WEB), attached=("guest-carts",)),
        Role(name="shop-customer", trust=trust(cognito, _WEB), attached=("read-catalogue",)),
    ]


def _plant_roles(site: Site) -> list[Role]:
    """Return the roles of machines outside AWS, which sign in with certificates (IAM Roles Anywhere)."""
    anchor = (
        f"arn:aws:rolesanywhere:{site.aws.region}:{site.account_id}:trust-anchor/7d0b3c1e-0000-4000-8000-000000000001"
    )
    bound = {
        "ArnEquals": {"aws:SourceArn": anchor},
        "StringEquals": {_SUBJECT: "plant-sensors"},
    }
    return [
        Role(name="plant-sensors", trust=trust(_ANYWHERE, _ANYWHERE_ACTIONS, **bound), attached=("write-backups",)),
        Role(name="label-printers", trust=trust(_ANYWHERE, _ANYWHERE_ACTIONS), attached=("write-backups",)),
        Role(
            name="plant-maintenance",
            trust=trust(_ANYWHERE, _ANYWHERE_ACTIONS, **(bound | {"StringEquals": {_SUBJECT: "maintenance"}})),
            attached=(f"{_AWS}/AdministratorAccess",),
        ),
    ]
