"""The guard around boto3: no operation outside the allow-list leaves the machine, no answer gets into a log."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

from sec02_policies.collect._operations import AUTHENTICATION, OPERATIONS
from sec02_policies.collect._silence import silence
from sec02_policies.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import boto3
    from botocore.model import OperationModel

_ALLOWED = AUTHENTICATION | OPERATIONS.keys()


class ForbiddenOperationError(BaseException):
    """An operation outside the allow-list was about to be called: a defect of ours that nothing may catch and go on."""

    def __init__(self, api: str) -> None:
        """`api` is the operation, `service:Operation`."""
        super().__init__(api)
        self.api = api

    def __str__(self) -> str:
        return f"collect: {self.api}: not in the collector's list of operations, and refused"


@contextmanager
def guarded(session: boto3.Session) -> Iterator[None]:
    """Refuse every operation outside the allow-list on all clients that `session` makes meanwhile; log no answer."""
    # First, so that the guard looks before an ordinary handler of the session can answer.
    session.events.register_first("before-call", _refuse)
    try:
        with silence():
            yield
    finally:
        session.events.unregister("before-call", _refuse)


def _refuse(model: OperationModel, **_: Any) -> None:  # noqa: ANN401 - botocore's events carry anything
    api = f"{model.service_model.service_name}:{model.name}"
    if api not in _ALLOWED:
        raise ForbiddenOperationError(api)


def open_session(*, profile: str | None = None, region: str | None = None) -> boto3.Session:
    """A session from the usual AWS environment; raises `CollectError` for an unknown profile or a broken config."""
    from boto3 import Session

    try:
        return Session(profile_name=profile, region_name=region)
    except BotoCoreError as fault:
        raise CollectError(f"--profile {profile}: {fault}: a profile of the AWS config file") from None
