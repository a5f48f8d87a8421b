"""When a key's last use is taken from the credential report, and when the key is asked for."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from documents import Aws, Record

MADE = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 12, tzinfo=UTC)
GENERATED = datetime(2026, 1, 30, 23, tzinfo=UTC)
FIRST, SECOND = "AKIAFIRSTFIRSTFIRST0", "AKIASECONDSECONDSECO"
ASKED = {"LastUsedDate": datetime(2026, 1, 31, tzinfo=UTC), "ServiceName": "ec2", "Region": "us-east-1"}
BY_REPORT = ("2026-01-30T20:00:00Z", "s3", "eu-west-1")
BY_CALL = ("2026-01-31T00:00:00Z", "ec2", "us-east-1")


def used(number: int = 1, **changes: str) -> Record:
    """The columns of a key in use."""
    columns = {
        "active": "true",
        "last_rotated": MADE.isoformat(),
        "last_used_date": "2026-01-30T20:00:00+00:00",
        "last_used_region": "eu-west-1",
        "last_used_service": "s3",
        **changes,
    }
    return {f"access_key_{number}_{name}": value for name, value in columns.items()}


def key(name: str, made: datetime = MADE, status: str = "Active") -> Record:
    return {"UserName": "robot", "AccessKeyId": name, "Status": status, "CreateDate": made}


def uses(aws: Aws, keys: list[Record], row: Record, *, without: str = "") -> tuple[Record, list[str]]:
    """What is known of each key's last use by its id, and the keys that were asked for."""
    user = aws.client("iam").create_user(UserName="robot")["User"]
    known = {**used(1), **used(2)}
    columns = ["user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"]
    columns += ["mfa_active", *(name for name in known if not without or not name.endswith(without))]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="N/A", extrasaction="ignore")
    writer.writeheader()
    made = user["CreateDate"].replace(microsecond=0).isoformat()
    flags = {"password_enabled": "false", "mfa_active": "false"}
    flags |= {f"access_key_{number}_active": "false" for number in (1, 2)}
    writer.writerow({"user": "robot", "arn": user["Arn"], "user_creation_time": made, **flags, **row})
    aws.give("iam:GetCredentialReport", {"Content": text.getvalue().encode(), "GeneratedTime": GENERATED})
    aws.give("iam:ListAccessKeys", {"AccessKeyMetadata": keys, "IsTruncated": False})
    aws.give("iam:GetAccessKeyLastUsed", {"UserName": "robot", "AccessKeyLastUsed": ASKED})
    aws.asked.clear()
    (robot,) = aws.collect("iam")["resources"]["iam_user"]
    found = {
        each["id"]: (each["last_used_date"], each["last_used_service"], each["last_used_region"])
        for each in robot["access_keys"]
    }
    asked = [parameters["AccessKeyId"] for api, parameters in aws.asked if api == "iam:GetAccessKeyLastUsed"]
    return found, sorted(asked)


def test_a_key_in_use_is_told_by_the_report(aws: Aws) -> None:
    assert uses(aws, [key(FIRST)], used()) == ({FIRST: BY_REPORT}, [])


def test_each_of_two_keys_is_told_by_its_own_columns(aws: Aws) -> None:
    row = {**used(1, last_rotated=LATER.isoformat(), last_used_service="sts"), **used(2)}
    found, asked = uses(aws, [key(FIRST), key(SECOND, LATER)], row)
    assert found == {FIRST: BY_REPORT, SECOND: ("2026-01-30T20:00:00Z", "sts", "eu-west-1")}
    assert asked == []


def test_two_keys_made_in_the_same_second_are_asked_for(aws: Aws) -> None:
    found, asked = uses(aws, [key(FIRST), key(SECOND)], {**used(1), **used(2, last_used_service="sts")})
    assert found == {FIRST: BY_CALL, SECOND: BY_CALL}
    assert asked == [FIRST, SECOND]


def test_an_inactive_key_is_asked_for_whatever_the_report_says_of_the_other(aws: Aws) -> None:
    found, asked = uses(aws, [key(FIRST), key(SECOND, LATER, "Inactive")], used())
    assert found == {FIRST: BY_REPORT, SECOND: BY_CALL}
    assert asked == [SECOND]


@pytest.mark.parametrize(
    "row",
    [
        {},
        used(active="false"),
        used(last_rotated=LATER.isoformat()),
        used(last_used_date="N/A"),
        used(last_used_date="2026-01-29T22:59:59+00:00"),
        used(last_used_date="yesterday"),
        used(last_used_service="N/A"),
        used(last_used_region="N/A"),
        {**used(1), **used(2)},
    ],
    ids=["no row", "inactive", "changed since", "never", "long ago", "garbled", "no service", "no region", "two alike"],
)
def test_where_the_report_cannot_tell_the_key_is_asked_for(aws: Aws, row: Record) -> None:
    assert uses(aws, [key(FIRST)], row) == ({FIRST: BY_CALL}, [FIRST])


def test_a_report_without_the_columns_tells_nothing(aws: Aws) -> None:
    assert uses(aws, [key(FIRST)], used(), without="_last_used_service") == ({FIRST: BY_CALL}, [FIRST])


def test_a_use_a_day_before_the_report_is_still_told(aws: Aws) -> None:
    row = used(last_used_date="2026-01-29T23:00:00+00:00")
    assert uses(aws, [key(FIRST)], row)[1] == []
