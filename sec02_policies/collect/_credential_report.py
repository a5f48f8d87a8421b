"""IAM's credential report: waiting for it, and its CSV as values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure
from sec02_policies.collect._values import timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.collect._outcome import Record
    from sec02_policies.collect._reader import Reader

API = "iam:GetCredentialReport"
USER_FIELDS = ("password_enabled", "password_last_used_date", "password_last_changed_date", "mfa_active")

_KEY_COLUMNS = ("active", "last_rotated", "last_used_date")
_COLUMNS = frozenset(
    [
        "user",
        "arn",
        "user_creation_time",
        "password_enabled",
        "password_last_used",
        "password_last_changed",
        "mfa_active",
        *[f"access_key_{number}_{name}" for number in (1, 2) for name in _KEY_COLUMNS],
    ]
)
_ROOT = "<root_account>"
_NONE = frozenset({"N/A", "no_information", "not_supported"})
_FLAGS = {"true": True, "false": False}
# Every answer of these is "there is no report": then the reason is why it could not be made.
_NO_REPORT = frozenset({"ReportNotPresent", "ReportExpired", "ReportInProgress"})
# One second, then longer, 114 seconds in all.
_WAITS = (1, 2, 4, 7, *[10] * 10)

# A key that was in use so shortly before the report was made need not be asked for. The report may be four hours old:
# of any other key, a use since then would be news.
_IN_USE = timedelta(days=1)

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialReport:
    """The rows of the report by user ARN; it may be up to four hours old."""

    generated_at: str | None
    rows: Mapping[str, Row]

    def root(self) -> Row | Failure:
        """The row of the root user."""
        found = next((row for row in self.rows.values() if row["user"] == _ROOT), None)
        return found or Failure(api=API, code="NotInReport", kind=GapKind.FAILED)

    def users(self) -> set[str]:
        """The ARNs of the users that the report has a row for."""
        return {arn for arn, row in self.rows.items() if row["user"] != _ROOT}

    def user(self, arn: str, created: str | None) -> Row | Failure:
        """The row of a user; a failure where the report is older than the user."""
        row = self.rows.get(arn)
        if row is None or moment(row["user_creation_time"]) != created:
            return Failure(api=API, code="NotInReport", kind=GapKind.STALE)
        return row


def read_report(reader: Reader) -> CredentialReport | Failure:
    """Have the report made, wait for it, and read it."""
    made = reader.poll("iam:GenerateCredentialReport", until=lambda each: each["State"] == "COMPLETE", waits=_WAITS)
    answer = reader.read(API)
    if isinstance(answer, dict):
        return _parsed(answer)
    if isinstance(made, Failure) and answer is not None and answer.code in _NO_REPORT:
        return made
    return answer or Failure(api=API, code="IncompleteAnswer", kind=GapKind.FAILED)


def _parsed(answer: Record) -> CredentialReport | Failure:
    broken = Failure(api=API, code="UnreadableReport", kind=GapKind.UNPARSED)
    try:
        table = csv.DictReader(StringIO(answer["Content"].decode()), strict=True)
        rows = list(table)
    except (UnicodeDecodeError, csv.Error):
        return broken
    # A short row has None for its missing columns, a long one has a list under the key None.
    if not set(table.fieldnames or ()) >= _COLUMNS or any(None in row or None in row.values() for row in rows):
        return broken
    return CredentialReport(generated_at=timestamp(answer.get("GeneratedTime")), rows={row["arn"]: row for row in rows})


def user_fields(row: Row | Failure) -> Record:
    """The fields of a user that the report tells."""
    if isinstance(row, Failure):
        return dict.fromkeys(USER_FIELDS, row)
    return {
        "password_enabled": flag(row["password_enabled"]),
        "password_last_used_date": moment(row["password_last_used"]),
        "password_last_changed_date": moment(row["password_last_changed"]),
        "mfa_active": flag(row["mfa_active"]),
    }


def key_in_use(row: Row | Failure, created: str | None, generated_at: str | None) -> Record | None:
    """When, where and for what the active key made at `created` was last used; None where only a call can tell.

    The report does not name keys. It says of an active key when it was made or last changed: the row tells of this key
    where that is so for one of the two alone. Of inactive keys it tells nothing.
    """
    if isinstance(row, Failure) or created is None or generated_at is None:
        return None
    numbers = [
        number
        for number in (1, 2)
        if flag(row[f"access_key_{number}_active"]) and moment(row[f"access_key_{number}_last_rotated"]) == created
    ]
    if len(numbers) != 1:
        return None
    used, service, region = (
        row.get(f"access_key_{numbers[0]}_last_used_{part}", "N/A") for part in ("date", "service", "region")
    )
    if not _NONE.isdisjoint((used, service, region)) or not _shortly_before(moment(used), generated_at):
        return None
    return {"last_used_date": moment(used), "last_used_service": service, "last_used_region": region}


def _shortly_before(used: str | None, generated_at: str) -> bool:
    try:
        return used is not None and datetime.fromisoformat(generated_at) - datetime.fromisoformat(used) <= _IN_USE
    except ValueError:
        return False


def root_fields(row: Row | Failure) -> Record:
    """The fields of the root user that the report tells."""
    if isinstance(row, Failure):
        return dict.fromkeys(("password_enabled", "password_last_used_date", "access_keys"), row)
    keys = (
        {
            "active": flag(row[f"access_key_{number}_active"]),
            "last_rotated_date": moment(row[f"access_key_{number}_last_rotated"]),
            "last_used_date": moment(row[f"access_key_{number}_last_used_date"]),
        }
        for number in (1, 2)
    )
    return {
        "password_enabled": flag(row["password_enabled"]),
        "password_last_used_date": moment(row["password_last_used"]),
        "access_keys": [key for key in keys if any(key.values())],
    }


def flag(text: str) -> bool | None:
    """The truth value; None where the report does not tell."""
    return _FLAGS.get(text.lower())


def moment(text: str) -> str | None:
    """The time; None where the report says that there is none. Any other text stays, for the schema to refuse."""
    if text in _NONE:
        return None
    try:
        return timestamp(datetime.fromisoformat(text))
    except ValueError:
        return text
