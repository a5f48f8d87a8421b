"""A session in another account: the role that it takes, and how its credentials are renewed in a long run.

`sts:AssumeRole` is the one operation of the collector that is not a read; only this module calls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader
from botocore.session import Session

from sec02_policies.collect._session import guarded
from sec02_policies.errors import CollectError

if TYPE_CHECKING:
    from botocore.loaders import Loader

ASSUME_ROLE = "sts:AssumeRole"
SESSION_NAME = "sec02-policies"
# Every role allows an hour, and a role that is assumed by a role gets no more:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use.html
_SECONDS = 3600
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=10,
    read_timeout=60,
    user_agent_extra="sec02-policies",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """The role to assume in each account: its name, after its path if it has one, and the external id, if asked for."""

    name: str
    external_id: str | None = None

    def arn(self, partition: str, account_id: str) -> str:
        """The ARN of the role in that account; `*` is any."""
        return f"arn:{partition}:iam::{account_id}:role/{self.name.removeprefix('/')}"


class AssumeRoleError(CollectError):
    """The role of an account cannot be assumed, or not again; `code` is AWS's answer."""

    def __init__(self, account_id: str, code: str) -> None:
        """`code` is the error code of AWS, or the name of the error that kept it from answering."""
        super().__init__(account_id, code)
        self.account_id = account_id
        self.code = code

    def __str__(self) -> str:
        return f"collect: {self.account_id}: {ASSUME_ROLE}: {self.code}: a role there that trusts the caller"


class _OneRole(CredentialProvider):
    """The credentials of one role, and no others whatever the environment says."""

    METHOD = "assume-role"
    CANONICAL_NAME = None

    def __init__(self, credentials: DeferredRefreshableCredentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> DeferredRefreshableCredentials:
        return self._credentials


def assume(session: boto3.Session, account_id: str, role: Role, *, region: str) -> boto3.Session:
    """A session in that account with the role; asks for it once, and again whenever its credentials near their end.

    AWS is asked in `region`, where the endpoint's tokens hold in regions too that an account has to opt into. Raises
    `AssumeRoleError`, also out of a later call of the session.
    """
    profile = session.profile_name
    core = Session(profile=profile if profile in session.available_profiles else None)
    core.register_component("data_loader", _models(core.get_config_variable("data_path")))
    core.set_config_variable("sts_regional_endpoints", "regional")
    extra = {"ExternalId": role.external_id} if role.external_id is not None else {}
    fetcher = AssumeRoleCredentialFetcher(
        partial(core.create_client, region_name=region, config=_CONFIG),
        session.get_credentials(),
        role.arn(session.get_partition_for_region(region), account_id),
        extra_args={"RoleSessionName": SESSION_NAME, "DurationSeconds": _SECONDS, **extra},
    )

    def renewed() -> dict[str, Any]:
        try:
            return dict(fetcher.fetch_credentials())
        except ClientError as fault:
            code = fault.response.get("Error", {}).get("Code", "an error")
        except BotoCoreError as fault:
            code = type(fault).__name__
        raise AssumeRoleError(account_id, code)

    credentials = DeferredRefreshableCredentials(renewed, _OneRole.METHOD)
    core.register_component("credential_provider", CredentialResolver([_OneRole(credentials)]))
    assumed = boto3.Session(botocore_session=core, region_name=region)
    with guarded(assumed):
        credentials.get_frozen_credentials()
    return assumed


@cache
def _models(path: str | None) -> Loader:
    """Botocore's models, read once for all accounts."""
    return create_loader(path)
