"""The root user of Example Corp, whom moto does not have: added to what IAM answers about everybody."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.demo.site import Example

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_REPORT_TIME = "%Y-%m-%dT%H:%M:%S+00:00"

EXAMPLES = (
    Example(
        practice="SEC02-BP01",
        good=False,
        type="iam_root",
        name="root",
        why="has a virtual MFA device only, an access key, and was used this month",
    ),
)


def build_root_user(site: Site) -> None:
    """Add the root user's row to the credential report, its numbers to the summary, its device to the list."""
    site.replay.amend("iam", "GetCredentialReport", partial(_with_root_row, site))
    site.replay.amend("iam", "GetAccountSummary", _with_root_numbers)
    site.replay.amend("iam", "ListVirtualMFADevices", partial(_with_root_device, site))


def _with_root_row(site: Site, _: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    header, _, rows = output["Content"].decode().partition("\n")
    columns = header.split(",")
    row = dict.fromkeys(columns, "N/A") | {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{site.account_id}:root",
        "user_creation_time": site.ago(1500).strftime(_REPORT_TIME),
        "password_enabled": "true",
        "password_last_used": site.ago(20).strftime(_REPORT_TIME),
        "password_last_changed": site.ago(900).strftime(_REPORT_TIME),
        "mfa_active": "true",
        "access_key_1_active": "true",
        "access_key_1_last_rotated": site.ago(1450).strftime(_REPORT_TIME),
        "access_key_1_last_used_date": site.ago(310).strftime(_REPORT_TIME),
        "access_key_1_last_used_region": site.aws.region,
        "access_key_1_last_used_service": "s3",
        "access_key_2_active": "false",
        "cert_1_active": "false",
        "cert_2_active": "false",
    }
    line = io.StringIO()
    csv.DictWriter(line, columns, lineterminator="\n").writerow(row)
    content = f"{header}\n{line.getvalue()}{rows}"
    return {**output, "Content": content.encode(), "GeneratedTime": site.ago(0.01)}


def _with_root_numbers(_: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    known = {key: value for key, value in output["SummaryMap"].items() if value is not None}
    root = {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 1, "AccountSigningCertificatesPresent": 0}
    devices = {"MFADevices": known["MFADevices"] + 1, "MFADevicesInUse": known["MFADevicesInUse"] + 1}
    return {**output, "SummaryMap": known | root | devices | {"AccountPasswordPresent": 1}}


def _with_root_device(site: Site, _: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    # botocore's model wants a name and an id of 16 characters; AWS itself gives the root user's account number.
    root = {
        "Path": "/",
        "UserName": "root",
        "UserId": f"{site.account_id}ROOT",
        "Arn": f"arn:aws:iam::{site.account_id}:root",
        "CreateDate": site.ago(1500),
    }
    device = {
        "SerialNumber": f"arn:aws:iam::{site.account_id}:mfa/root-account-mfa-device",
        "EnableDate": site.ago(1400),
        "User": root,
    }
    return {**output, "VirtualMFADevices": [*output["VirtualMFADevices"], device]}
