"""Where the company is built: an embedded AWS, the replay in front of it, a clock, and the dates to set at the end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.demo.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sec02_policies.demo.moto_state import MotoState
    from sec02_policies.demo.server import EmbeddedAws


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One thing of the company that a best practice has something to say about, and why it is there."""

    practice: str
    good: bool
    type: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What every part of the company is built with."""

    aws: EmbeddedAws
    state: MotoState
    replay: Replay = field(default_factory=Replay)
    dates: list[Callable[[], None]] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)
    """Ids of the organization's accounts, by name."""

    @property
    def account_id(self) -> str:
        """The account that the company is built in."""
        return self.aws.account_id

    def client(self, service: str) -> Any:  # noqa: ANN401 - one type per service
        """Return a boto3 client of the embedded AWS."""
        return self.aws.session.client(service)  # type: ignore[call-overload]  # the overloads want literals

    def policy_arn(self, name: str) -> str:
        """The ARN of a policy of the company by its name; an ARN stays as it is."""
        return name if name.startswith("arn:") else f"arn:aws:iam::{self.account_id}:policy/{name}"

    def ago(self, days: float) -> datetime:
        """The time so many days before the company's now."""
        return self.state.ago(days)

    def date(self, change: Callable[..., None], *args: str, **days: Any) -> None:  # noqa: ANN401 - of `MotoState`
        """Call a `date_` method of the state once everything is built: until then all is dated alike."""
        self.dates.append(partial(change, *args, **days))


def document(*statements: dict[str, Any]) -> str:
    """Return an IAM policy document of the statements, as its author would have typed it."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: str | list[str], resources: str | list[str] = "*", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a statement that allows actions on resources."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions: str | list[str], resources: str | list[str] = "*", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a statement that denies actions on resources."""
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **more}


def trust(principal: str | dict[str, Any], action: str | list[str] = "sts:AssumeRole", **condition: Any) -> str:  # noqa: ANN401 - JSON
    """Return a trust policy that lets a principal assume the role under the condition."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": action}
    return document(statement | ({"Condition": condition} if condition else {}))


def tags(**values: str) -> list[dict[str, str]]:
    """Return tags as AWS takes them; an underscore in a name stands for a hyphen."""
    return [{"Key": key.replace("_", "-"), "Value": value} for key, value in values.items()]
