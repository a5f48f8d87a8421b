"""The IAM users and groups of Example Corp: people, machines, and what is left of people who went."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.demo.certificates import certificate, pem
from sec02_policies.demo.site import Example, allow, deny, document, tags

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_AWS = "arn:aws:iam::aws:policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An access key: its age in days, when it was last used (None: never) and for what."""

    created: float
    used: float | None = None
    service: str = "s3"
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An IAM user. `password_used` is in days ago; None: never."""

    name: str
    created: float
    path: str = "/"
    owner: str | None = "people-ops"
    more_tags: tuple[tuple[str, str], ...] = ()
    groups: tuple[str, ...] = ()
    password: bool = False
    password_used: float | None = None
    password_reset: bool = False
    mfa: str | None = None
    keys: tuple[Key, ...] = ()
    attached: tuple[str, ...] = ()


_BREAK_GLASS = (("purpose", "break-glass"),)
_MACHINE = (("identity-type", "machine"),)

USERS = (
    User(name="alice", created=900, groups=("engineers",), password=True, password_used=1, mfa="fido"),
    User(name="bob", created=410, groups=("developers",), password=True, password_used=3),
    User(name="carol", created=200, groups=("finance",), password=True),
    User(
        name="dave",
        created=800,
        groups=("developers",),
        password=True,
        password_used=2,
        mfa="virtual",
        keys=(Key(created=700, used=1), Key(created=120, used=60, service="ec2")),
    ),
    User(name="erin", created=1100, owner=None, keys=(Key(created=800, used=240),)),
    User(name="frank", created=950, groups=("administrators",), password=True, password_used=0.2),
    User(name="grace", created=60, password=True, password_used=5, mfa="virtual", attached=("contractor-desk",)),
    User(name="heidi", created=2, groups=("finance",), password=True, password_reset=True),
    User(
        name="break-glass-1",
        created=700,
        more_tags=_BREAK_GLASS,
        groups=("administrators",),
        password=True,
        password_used=30,
        mfa="fido",
    ),
    User(name="break-glass-2", created=700, more_tags=_BREAK_GLASS, groups=("administrators",), password=True),
    User(
        name="ci-deployer",
        created=420,
        path="/machine/",
        more_tags=_MACHINE,
        keys=(Key(created=420, used=0.1, service="cloudformation"),),
    ),
    User(
        name="backup-agent",
        created=300,
        path="/machine/",
        more_tags=_MACHINE,
        groups=("backup-agents",),
        keys=(Key(created=30, used=1), Key(created=120, used=31, active=False)),
    ),
    User(name="mailer", created=320, path="/machine/", more_tags=_MACHINE, keys=(Key(created=320),)),
    User(
        name="legacy-erp",
        created=1200,
        path="/machine/",
        owner=None,
        more_tags=_MACHINE,
        password=True,
        password_used=400,
    ),
    User(
        name="old-scanner",
        created=500,
        path="/machine/",
        more_tags=_MACHINE,
        keys=(Key(created=500, used=90),),
        attached=(f"{_AWS}/AWSCompromisedKeyQuarantineV3",),
    ),
    User(name="git-sync", created=365, path="/machine/", more_tags=_MACHINE, groups=("backup-agents",)),
)

GROUPS: dict[str, tuple[str, ...]] = {
    "administrators": (f"{_AWS}/AdministratorAccess",),
    "developers": ("developer-desk", f"{_AWS}/AWSCloudShellFullAccess"),
    "engineers": ("require-mfa", f"{_AWS}/job-function/ViewOnlyAccess"),
    "finance": (f"{_AWS}/job-function/Billing",),
    "backup-agents": ("write-backups",),
    "interns": (),
}

EXAMPLES = (
    Example(
        practice="SEC02-BP01",
        good=True,
        type="iam_user",
        name="alice",
        why="signs in with a security key, under a policy that denies everything without MFA",
    ),
    Example(practice="SEC02-BP01", good=False, type="iam_user", name="bob", why="signs in with a password alone"),
    Example(practice="SEC02-BP01", good=False, type="iam_user", name="frank", why="an administrator without MFA"),
    Example(
        practice="SEC02-BP01",
        good=False,
        type="iam_account",
        name="example-corp",
        why="the password policy asks for 8 characters and remembers 3 passwords",
    ),
    Example(
        practice="SEC02-BP02",
        good=False,
        type="iam_user",
        name="dave",
        why="a person with two long-term access keys, one of them 700 days old",
    ),
    Example(
        practice="SEC02-BP02",
        good=False,
        type="iam_user",
        name="ci-deployer",
        why="a pipeline with a long-term key and administrator rights, where OIDC would do",
    ),
    Example(
        practice="SEC02-BP05",
        good=True,
        type="iam_user",
        name="backup-agent",
        why="its key is 30 days old and used daily, the one before it is switched off",
    ),
    Example(
        practice="SEC02-BP05",
        good=False,
        type="iam_user",
        name="erin",
        why="left the company 8 months ago, but the access key is still active",
    ),
    Example(
        practice="SEC02-BP05",
        good=False,
        type="iam_user",
        name="carol",
        why="got a password 200 days ago and never used it",
    ),
    Example(
        practice="SEC02-BP06",
        good=True,
        type="iam_group",
        name="engineers",
        why="its members get their rights through the group, and read-only ones",
    ),
    Example(
        practice="SEC02-BP06",
        good=False,
        type="iam_user",
        name="grace",
        why="a contractor in no group, with a policy attached to the user",
    ),
    Example(practice="SEC02-BP06", good=False, type="iam_group", name="interns", why="a group without members"),
)


def build_people(site: Site) -> None:
    """Create groups and users with their credentials, and the password policy."""
    iam = site.client("iam")
    _password_policy(iam)
    for name, policies in GROUPS.items():
        iam.create_group(GroupName=name)
        for policy in policies:
            iam.attach_group_policy(GroupName=name, PolicyArn=site.policy_arn(policy))
    iam.put_group_policy(GroupName="finance", PolicyName="pay-bills", PolicyDocument=_pay_bills(site))
    for user in USERS:
        _user(site, iam, user)
    _odd_credentials(site, iam)
    site.replay.amend("iam", "GetAccountAuthorizationDetails", partial(_with_lost_members, site))


def _password_policy(iam: Any) -> None:  # noqa: ANN401 - a boto3 client
    iam.create_account_alias(AccountAlias="example-corp")
    iam.update_account_password_policy(
        MinimumPasswordLength=8,
        RequireSymbols=False,
        RequireNumbers=True,
        RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True,
        AllowUsersToChangePassword=True,
        PasswordReusePrevention=3,
    )


def _user(site: Site, iam: Any, user: User) -> None:  # noqa: ANN401 - a boto3 client
    owner = {} if user.owner is None else {"owner": user.owner}
    iam.create_user(
        UserName=user.name,
        Path=user.path,
        Tags=tags(**owner) + [{"Key": key, "Value": value} for key, value in user.more_tags],
    )
    for group in user.groups:
        iam.add_user_to_group(GroupName=group, UserName=user.name)
    for policy in user.attached:
        iam.attach_user_policy(UserName=user.name, PolicyArn=site.policy_arn(policy))
    if user.password:
        password = f"Canary-password-of-{user.name}-1"
        iam.create_login_profile(UserName=user.name, Password=password)
        # moto forgets PasswordResetRequired of CreateLoginProfile.
        iam.update_login_profile(UserName=user.name, Password=password, PasswordResetRequired=user.password_reset)
    _mfa_device(site, iam, user)
    site.date(site.state.date_user, user.name, created=user.created, password_used=user.password_used)
    for key in user.keys:
        key_id = iam.create_access_key(UserName=user.name)["AccessKey"]["AccessKeyId"]
        if not key.active:
            iam.update_access_key(UserName=user.name, AccessKeyId=key_id, Status="Inactive")
        site.date(site.state.date_access_key, key_id, created=key.created, used=key.used, service=key.service)


def _mfa_device(site: Site, iam: Any, user: User) -> None:  # noqa: ANN401 - a boto3 client
    if user.mfa is None:
        return
    if user.mfa == "virtual":
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user.name)
        serial = device["VirtualMFADevice"]["SerialNumber"]
    else:
        # AWS registers security keys in the console only; this is what its API then shows.
        serial = f"arn:aws:iam::{site.account_id}:u2f/user/{user.name}/key-{len(user.name):012d}"
    iam.enable_mfa_device(
        UserName=user.name, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )


def _pay_bills(site: Site) -> str:
    # IAM cannot name a group as a resource of actions on users: this Deny protects nobody.
    group = f"arn:aws:iam::{site.account_id}:group/administrators"
    return document(allow("aws-portal:ViewBilling"), deny("iam:DeleteLoginProfile", group))


def _odd_credentials(site: Site, iam: Any) -> None:  # noqa: ANN401 - a boto3 client
    iam.put_user_policy(
        UserName="ci-deployer", PolicyName="deploy", PolicyDocument=document(allow("*"), deny("organizations:*"))
    )
    body = pem(certificate("legacy-erp", begins=site.ago(1200), ends=site.ago(-400)))
    iam.upload_signing_certificate(UserName="legacy-erp", CertificateBody=body)
    public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE git-sync"
    iam.upload_ssh_public_key(UserName="git-sync", SSHPublicKeyBody=public_key)
    site.date(site.state.date_ssh_key, "git-sync", uploaded=365)
    credentials = [
        ("git-sync", "codecommit.amazonaws.com", "ACCAEXAMPLEGITSYNC01", 365, None),
        ("mailer", "bedrock.amazonaws.com", "ACCAEXAMPLEBEDROCK01", 20, -60),
    ]
    # moto does not know these credentials at all.
    site.replay.answer(
        "iam",
        "ListServiceSpecificCredentials",
        {
            "ServiceSpecificCredentials": [
                {
                    "UserName": user,
                    "Status": "Active",
                    "ServiceUserName": f"{user}-at-{site.account_id}",
                    "CreateDate": site.ago(created),
                    "ServiceSpecificCredentialId": credential_id,
                    "ServiceName": service,
                }
                | ({} if expires is None else {"ExpirationDate": site.ago(expires)})
                for user, service, credential_id, created, expires in credentials
            ],
            "IsTruncated": False,
        },
    )


def _with_lost_members(site: Site, _: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    """Put back what moto drops: the boundary of a user, the names of policies, the use of policies as boundaries.

    Of AWS's own 1,500 policies only the attached ones are kept: they are what an account's owner would look at.
    """
    boundary = site.policy_arn("contractor-boundary")
    users = [
        user | ({"PermissionsBoundary": _boundary(boundary)} if user["UserName"] == "grace" else {})
        for user in output.get("UserDetailList", [])
    ]
    policies = [
        policy
        | {"PolicyName": policy["Arn"].rpartition("/")[2]}
        | {"PermissionsBoundaryUsageCount": 1 if policy["Arn"] == boundary else 0}
        for policy in output.get("Policies", [])
        if policy["AttachmentCount"] or not policy["Arn"].startswith(_AWS)
    ]
    return {**output, "UserDetailList": users, "Policies": policies}


def _boundary(arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}
