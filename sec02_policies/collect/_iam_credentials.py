"""The credentials of IAM users that no bulk answer holds: devices, keys, certificates, passwords.

The credential report spares the calls whose answer it implies. It does not imply more: it says FALSE and N/A both for
a user without a key or certificate and for one whose key or certificate is inactive, and nothing of SSH keys. So every
user is asked for those, but not every key for its last use.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._credential_report import flag, key_in_use
from sec02_policies.collect._outcome import Failure, Partial, Record, items_read
from sec02_policies.collect._values import GLOBAL, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._credential_report import Row
    from sec02_policies.collect._reader import Reader

_LAST_USED = "iam:GetAccessKeyLastUsed"
_PROFILE = "iam:GetLoginProfile"
_SERVICES = "iam:ListServiceSpecificCredentials"

# https://docs.aws.amazon.com/cli/latest/reference/iam/list-mfa-devices.html shows one of each kind.
_DEVICE = re.compile(r"arn:[^:]+:iam::\d{12}:([^/]+)/")
_DEVICE_KINDS = {"mfa": "virtual", "u2f": "fido"}


def of_users(
    reader: Reader,
    builder: Builder,
    users: Sequence[Record],
    rows: Mapping[Any, Row | Failure],
    *,
    generated_at: str | None,
) -> dict[Any, Record]:
    """The credential fields of each of `users` by ARN; `rows` are their rows of the report of `generated_at`."""
    found = reader.each(partial(_of_user, reader, rows), users)
    for user, fields in zip(users, found, strict=True):
        _add_reported_use(items_read(fields["access_keys"]), rows[user["arn"]], generated_at)
    _add_last_used(reader, found)
    _add_service_credentials(reader, builder, users, found)
    return {user["arn"]: fields for user, fields in zip(users, found, strict=True)}


def _of_user(reader: Reader, rows: Mapping[Any, Row | Failure], user: Record) -> Record:
    name, row = user["name"], rows[user["arn"]]
    has_password = isinstance(row, Failure) or flag(row["password_enabled"]) is not False
    has_device = has_password or (isinstance(row, dict) and flag(row["mfa_active"]) is not False)
    return {
        "mfa_devices": reader.pages("iam:ListMFADevices", UserName=name).value(_device) if has_device else [],
        "password_reset_required": _reset_required(reader.read(_PROFILE, UserName=name)) if has_password else None,
        "access_keys": reader.pages("iam:ListAccessKeys", UserName=name).value(partial(_key, user)),
        "signing_certificates": reader.pages("iam:ListSigningCertificates", UserName=name).value(_certificate),
        "ssh_public_keys": reader.pages("iam:ListSSHPublicKeys", UserName=name).value(_ssh_key),
    }


def _device(raw: Record) -> Record:
    serial = raw.get("SerialNumber")
    return {
        "serial_number": serial,
        "kind": device_kind(serial or ""),
        "enable_date": timestamp(raw.get("EnableDate")),
    }


def device_kind(serial: str) -> str:
    """What the serial number tells of an MFA device: only those of hardware tokens are no ARN."""
    match = _DEVICE.match(serial)
    return "hardware" if match is None else _DEVICE_KINDS.get(match[1], match[1])


def _reset_required(answer: Record | Failure | None) -> bool | Failure | None:
    if not isinstance(answer, dict):
        return answer
    required: bool | None = answer["LoginProfile"].get("PasswordResetRequired")
    # None would say that there is no password.
    return Failure(api=_PROFILE, code="NotInAnswer", kind=GapKind.FAILED) if required is None else required


def _key(user: Record, raw: Record) -> Record:
    return {
        "id": raw.get("AccessKeyId"),
        "name": f"{user['name']}/{raw.get('AccessKeyId')}",
        "arn": None,
        "region": GLOBAL,
        "tags": [],
        "user_arn": user["arn"],
        "user_name": user["name"],
        "status": raw.get("Status"),
        "create_date": timestamp(raw.get("CreateDate")),
    }


def _certificate(raw: Record) -> Record:
    return {
        "id": raw.get("CertificateId"),
        "status": raw.get("Status"),
        "upload_date": timestamp(raw.get("UploadDate")),
    }


def _ssh_key(raw: Record) -> Record:
    return {
        "id": raw.get("SSHPublicKeyId"),
        "status": raw.get("Status"),
        "upload_date": timestamp(raw.get("UploadDate")),
    }


def _add_reported_use(keys: Sequence[Record], row: Row | Failure, generated_at: str | None) -> None:
    """Add the last use of those keys of a user of which the report tells it."""
    for key in keys:
        alone = sum(each["create_date"] == key["create_date"] for each in keys) == 1
        use = key_in_use(row, key["create_date"], generated_at) if alone and key["status"] == "Active" else None
        key.update(use or {})


def _add_last_used(reader: Reader, found: Sequence[Record]) -> None:
    """Ask for each other key when, where and for what it was last used."""
    keys = [key for each in found for key in items_read(each["access_keys"]) if "last_used_date" not in key]
    used = reader.each(lambda key: reader.read(_LAST_USED, AccessKeyId=key["id"]), keys)
    for key, answer in zip(keys, used, strict=True):
        key.update(_last_used(answer))


def _last_used(answer: Record | Failure | None) -> Record:
    if not isinstance(answer, dict):
        return dict.fromkeys(("last_used_date", "last_used_service", "last_used_region"), answer)
    used = answer["AccessKeyLastUsed"]
    return {
        "last_used_date": timestamp(used.get("LastUsedDate")),
        "last_used_service": _named(used.get("ServiceName")),
        "last_used_region": _named(used.get("Region")),
    }


def _named(text: str | None) -> str | Failure | None:
    """None for a key that was never used; AWS says N/A, and always says something."""
    if text is None:
        return Failure(api=_LAST_USED, code="NotInAnswer", kind=GapKind.FAILED)
    return None if text == "N/A" else text


def _add_service_credentials(
    reader: Reader, builder: Builder, users: Sequence[Record], found: Sequence[Record]
) -> None:
    """Add the service-specific credentials of all users, from one list."""
    listing = reader.pages(_SERVICES, AllUsers=True)
    failure = listing.failure
    if failure is not None and not listing.pages:
        builder.missing("iam_user", GLOBAL, "service_specific_credentials", failure)
        return
    by_user: dict[str | None, list[Record]] = defaultdict(list)
    for raw in listing.items():
        by_user[raw.get("UserName")].append(_service_credential(raw))
    for user, fields in zip(users, found, strict=True):
        own = by_user[user["name"]]
        fields["service_specific_credentials"] = own if failure is None else Partial(items=own, failure=failure)


def _service_credential(raw: Record) -> Record:
    return {
        "id": raw.get("ServiceSpecificCredentialId"),
        "service_name": raw.get("ServiceName"),
        "status": raw.get("Status"),
        "create_date": timestamp(raw.get("CreateDate")),
        "expiration_date": timestamp(raw.get("ExpirationDate")),
    }
