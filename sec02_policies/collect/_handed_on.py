"""What one principal of an organization has read, for the snapshots of accounts that may not ask.

Only what their policies need: the ids of the accounts that are ours, and whether root users are managed centrally.
docs/adr/0015-what-the-caller-hands-on.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Record
from sec02_policies.collect._values import GLOBAL, timestamp
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sec02_policies.collect._reader import Reader

ACCOUNTS = "organizations:ListAccounts"
ROOT_FEATURES = "iam:ListOrganizationsFeatures"
KIND = "org_account"
_TOLD = ("id", "account_id", "region")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn:
    """The accounts of an organization and its central root access, and who read them when.

    `failure` is why the list of accounts is not whole. `root_features` is None where nobody has read them.
    """

    organization_id: str
    account_ids: frozenset[str]
    principal_arn: str | None
    at: datetime
    failure: Failure | None = None
    root_features: tuple[str, ...] | None = None

    def is_of(self, account_id: str, organization_id: str | None) -> bool:
        """Whether it tells of that account's organization; None where the account does not know which one that is."""
        return account_id in self.account_ids and organization_id in (None, self.organization_id)

    def accounts(self) -> Iterator[Record]:
        """The accounts as resources of the snapshot, without what is not handed on."""
        return ({"id": each, "region": GLOBAL} for each in sorted(self.account_ids))

    def read_by(self) -> Record:
        """Who read it and when, as the section of a snapshot says it."""
        return {"principal_arn": self.principal_arn, "at": timestamp(self.at)}


def left_out() -> Iterator[tuple[str, str]]:
    """The fields of an account that are not handed on, each with the operation that tells it."""
    fields = schemas().types[KIND].fields.items()
    return ((name, about.collected_by) for name, about in fields if name not in _TOLD)


def root_features(reader: Reader) -> list[str] | Failure:
    """The features of central root access; no answer to read means that none could have been enabled."""
    answer = reader.read(ROOT_FEATURES)
    if isinstance(answer, Failure):
        return answer
    return sorted((answer or {}).get("EnabledFeatures") or ())
