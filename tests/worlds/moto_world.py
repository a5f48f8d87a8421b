"""Small worlds: a moto account that boto3 calls made, collected and judged whole; verdicts are those of AWS's pages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.collect import collect
from sec02_policies.demo.moto_state import MotoState
from sec02_policies.demo.replay import Replay

ACCOUNT = "123456789012"
REGION = "us-east-1"
_POLICIES = Path(__file__).resolve().parents[2] / "policies"
# What moto 5.2 does not know: the account of a world has none of it.
_NOTHING: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("iam", "ListServiceSpecificCredentials", {"ServiceSpecificCredentials": []}),
    ("cognito-idp", "GetLogDeliveryConfiguration", {}),
    ("cognito-idp", "ListUserPoolClientSecrets", {"ClientSecrets": []}),
    ("secretsmanager", "ListResourcePolicies", {"ResourcePolicies": [{"PolicyName": "default"}]}),
)
_LACKING = (
    ("cognito-idp", "DescribeRiskConfiguration"),
    ("cognito-identity", "GetIdentityPoolRoles"),
    ("cognito-identity", "GetPrincipalTagAttributeMap"),
    ("iam", "ListOrganizationsFeatures"),
    ("sso-admin", "ListTagsForResource"),
    ("sso-admin", "DescribeInstance"),
    ("sso-admin", "DescribeInstanceAccessControlAttributeConfiguration"),
    ("sso-admin", "GetPermissionsBoundaryForPermissionSet"),
    ("sso-admin", "ListApplications"),
    ("sso-admin", "ListTrustedTokenIssuers"),
    ("identitystore", "DescribeIdentityStore"),
)
Statement = dict[str, Any]


class World:
    """One account: clients to build it with, what moto cannot be told, and the verdicts on it."""

    def __init__(self, session: boto3.Session) -> None:
        self.session = session
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.state = MotoState(account_id=ACCOUNT, region=REGION, now=self.now)
        self.replay = Replay()
        for service, operation, output in _NOTHING:
            self.replay.answer(service, operation, output)
        for service, operation in _LACKING:
            self.replay.refuse(service, operation, "501", status=501)
        self.iam = session.client("iam")

    @property
    def account(self) -> str:
        return ACCOUNT

    @property
    def name(self) -> str:
        """What the account itself is called in results."""
        return ACCOUNT

    def client(self, service: str) -> Any:
        return self.session.client(service, region_name=REGION)

    def policy(self, name: str, *statements: Statement) -> str:
        """A customer managed policy; its ARN."""
        return self.iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))["Policy"]["Arn"]

    def role(self, name: str, *trust: Statement, **more: Any) -> None:
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(*trust), **more)

    def user(self, name: str, *, password: bool = False) -> None:
        self.iam.create_user(UserName=name)
        if password:
            self.iam.create_login_profile(UserName=name, Password="Correct-horse-1-battery")

    def key(self, user: str, *, created: float, used: float | None = None, active: bool = True) -> str:
        key = self.iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
        self.state.date_access_key(key, created=created, used=used)
        if not active:
            self.iam.update_access_key(UserName=user, AccessKeyId=key, Status="Inactive")
        return key

    def device(self, user: str) -> None:
        """An app that makes codes, enabled for the user."""
        arn = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=user)["VirtualMFADevice"]["SerialNumber"]
        self.iam.enable_mfa_device(
            UserName=user, SerialNumber=arn, AuthenticationCode1="123456", AuthenticationCode2="654321"
        )

    def boundaries(self, arns: Mapping[str, str]) -> None:
        """Permissions boundaries of users, which moto does not tell."""

        def bounded(_: object, output: dict[str, Any]) -> dict[str, Any]:
            users = [
                {**user, "PermissionsBoundary": {"PermissionsBoundaryArn": arns[user["UserName"]]}}
                if user["UserName"] in arns
                else user
                for user in output["UserDetailList"]
            ]
            return {**output, "UserDetailList": users}

        self.replay.amend("iam", "GetAccountAuthorizationDetails", bounded)

    def summary(self, **values: int) -> None:
        """Numbers of the account's summary that moto does not count."""
        self.replay.amend(
            "iam", "GetAccountSummary", lambda _, output: {**output, "SummaryMap": {**output["SummaryMap"], **values}}
        )

    def expect(self, services: Sequence[str], *wanted: tuple[str, Mapping[str, str]]) -> None:
        """Collect the services, judge, and compare the verdict of each policy on each named resource."""
        self.replay.install(self.session)
        read = collect(
            self.session,
            regions=[REGION],
            services=services,
            now=lambda: self.now + timedelta(minutes=1),
            sleep=lambda _: None,
        )
        policies = PolicySet.load(*(next(_POLICIES.glob(f"*/{policy}.yaml")) for policy, _ in wanted))
        found = {
            (row.policy_id, row.resource_name): (row.status.value, row.message)
            for row in evaluate(Snapshot(json.loads(json.dumps(read))), policies).results
        }
        for policy, verdicts in wanted:
            for name, status in verdicts.items():
                assert (policy, name) in found, [each for each in found.items() if each[0][0] == policy]
                got, message = found[policy, name]
                assert got == status, f"{policy} on {name}: {got}, {message}"


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: Any = "*", resources: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions: Any = "*", resources: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **more}


def trusting(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> Statement:
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}
