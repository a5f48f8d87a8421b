"""IAM, read in bulk: GetAccountAuthorizationDetails and the credential report first, calls per user for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.collect import _iam_credentials, _iam_last_accessed, _iam_policies, _iam_providers
from sec02_policies.collect._credential_report import API as REPORT
from sec02_policies.collect._credential_report import (
    USER_FIELDS,
    CredentialReport,
    read_report,
    root_fields,
    user_fields,
)
from sec02_policies.collect._iam_details import BULK, Details, read_details
from sec02_policies.collect._outcome import Failure, Partial, Record
from sec02_policies.collect._values import GLOBAL, timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_SUMMARY = "iam:GetAccountSummary"
_CALLER = "sts:GetCallerIdentity"
_ROLES = "iam:ListRoles"


def collect(reader: Reader, builder: Builder) -> None:
    """Read IAM of the account."""
    details = read_details(reader)
    report = read_report(reader)
    summary = _summary(reader)
    _add_account(reader, builder, _report_moment(builder, details, report), summary)
    _add_root(reader, builder, report, summary)
    _add_users(reader, builder, details, report)
    _add_groups(builder, details)
    _add_roles(reader, builder, details)
    _iam_policies.add_policies(reader, builder, details)
    _iam_providers.collect(reader, builder)
    if isinstance(summary, dict) and details.failure is None:
        _count(builder, details, summary)


def _summary(reader: Reader) -> Record | Failure:
    answer = reader.read(_SUMMARY)
    if isinstance(answer, dict):
        return dict(answer["SummaryMap"])
    return answer or Failure(api=_SUMMARY, code="IncompleteAnswer", kind=GapKind.FAILED)


def _count(builder: Builder, details: Details, summary: Record) -> None:
    """Compare what was listed with what IAM counts; a list that broke off says so itself."""
    listed = {
        "iam_user": ("Users", details.users),
        "iam_group": ("Groups", details.groups),
        "iam_role": ("Roles", details.roles),
        "iam_policy": ("Policies", details.customer_policies),
    }
    for collection, (name, found) in listed.items():
        if isinstance(summary.get(name), int):
            builder.count(collection, listed=len(found), independent=summary[name], api=_SUMMARY)


# ------------------------------------------------------------ the account and its root user


def _report_moment(builder: Builder, details: Details, report: CredentialReport | Failure) -> str | Failure | None:
    """When the credential report was made; a failure where it tells of other users than were listed.

    AWS makes a report at most every four hours: users may have come and gone since.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
    """
    if isinstance(report, Failure) or details.failure is not None:
        return report if isinstance(report, Failure) else report.generated_at
    listed = {each["arn"] for each in details.users}
    reported = report.users()
    builder.compare("iam_credential_report", listed=len(listed), independent=len(reported), api=REPORT)
    return report.generated_at if listed == reported else Failure(api=REPORT, code="CountMismatch", kind=GapKind.STALE)


def _add_account(
    reader: Reader, builder: Builder, report_moment: str | Failure | None, summary: Record | Failure
) -> None:
    aliases = reader.pages("iam:ListAccountAliases")
    builder.section("iam_account", GLOBAL, _CALLER)
    builder.add(
        "iam_account",
        {
            "id": builder.account_id,
            "name": builder.account_id,
            "arn": _root_arn(builder),
            "region": GLOBAL,
            "tags": [],
            "partition": builder.partition,
            "alias": aliases.failure or next(aliases.items(), None),
            "password_policy": _password_policy(reader.read("iam:GetAccountPasswordPolicy")),
            "summary": summary if isinstance(summary, Failure) else _counts(summary),
            "credential_report_generated_at": report_moment,
        },
    )


def _root_arn(builder: Builder) -> str:
    return f"arn:{builder.partition}:iam::{builder.account_id}:root"


def _password_policy(answer: Record | Failure | None) -> Record | Failure | None:
    if not isinstance(answer, dict):
        return answer
    policy = answer["PasswordPolicy"]
    return {
        "minimum_password_length": policy.get("MinimumPasswordLength"),
        "require_symbols": policy.get("RequireSymbols"),
        "require_numbers": policy.get("RequireNumbers"),
        "require_uppercase_characters": policy.get("RequireUppercaseCharacters"),
        "require_lowercase_characters": policy.get("RequireLowercaseCharacters"),
        "allow_users_to_change_password": policy.get("AllowUsersToChangePassword"),
        "expire_passwords": policy.get("ExpirePasswords"),
        # AWS answers 0 or nothing where passwords do not expire.
        "max_password_age": policy.get("MaxPasswordAge") or None,
        "password_reuse_prevention": policy.get("PasswordReusePrevention") or None,
        "hard_expiry": policy.get("HardExpiry"),
    }


def _counts(summary: Record) -> Record:
    return {
        "users": summary.get("Users"),
        "groups": summary.get("Groups"),
        "roles": summary.get("Roles"),
        "policies": summary.get("Policies"),
        "mfa_devices": summary.get("MFADevices"),
        "mfa_devices_in_use": summary.get("MFADevicesInUse"),
    }


def _add_root(reader: Reader, builder: Builder, report: CredentialReport | Failure, summary: Record | Failure) -> None:
    arn = _root_arn(builder)
    reported = root_fields(report if isinstance(report, Failure) else report.root())
    summed = _root_flags(summary)
    password = summed.pop("password_enabled")
    if isinstance(reported["password_enabled"], bool) or not isinstance(password, bool):
        password = reported["password_enabled"]
    devices = reader.pages("iam:ListVirtualMFADevices").value(
        _virtual_device, where=lambda each: each.get("User", {}).get("Arn") == arn
    )
    builder.section("iam_root", GLOBAL, _CALLER)
    builder.add(
        "iam_root",
        {
            "id": arn,
            "name": "root",
            "arn": arn,
            "region": GLOBAL,
            "tags": [],
            **reported,
            **summed,
            "password_enabled": password,
            "access_keys": _root_keys(reported["access_keys"], summed["access_keys_present"]),
            "virtual_mfa_devices": devices,
        },
    )


def _root_flags(summary: Record | Failure) -> Record:
    """What the account summary tells of the root user, as counts of 0 or 1."""
    members = {
        "password_enabled": "AccountPasswordPresent",
        "mfa_active": "AccountMFAEnabled",
        "access_keys_present": "AccountAccessKeysPresent",
        "signing_certificates_present": "AccountSigningCertificatesPresent",
    }
    if isinstance(summary, Failure):
        return dict.fromkeys(members, summary)
    counts = {field: summary.get(name) for field, name in members.items()}
    return {field: None if count is None else bool(count) for field, count in counts.items()}


def _root_keys(reported: list[Record] | Failure, present: object) -> list[Record] | Failure:
    """The keys of the report, unless the summary, which is of this moment, says otherwise than the report."""
    if isinstance(reported, list) and isinstance(present, bool) and present != bool(reported):
        return Failure(api=REPORT, code="SummaryDisagrees", kind=GapKind.STALE)
    return reported


def _virtual_device(raw: Record) -> Record:
    return {"serial_number": raw.get("SerialNumber"), "enable_date": timestamp(raw.get("EnableDate"))}


# ------------------------------------------------------------ users, groups, roles


def _add_users(reader: Reader, builder: Builder, details: Details, report: CredentialReport | Failure) -> None:
    builder.section("iam_user", GLOBAL, BULK, details.failure)
    group_arns = {each["name"]: each["arn"] for each in details.groups}
    rows = {each["arn"]: _row(report, each) for each in details.users}
    if isinstance(report, Failure):
        for name in USER_FIELDS:
            builder.missing("iam_user", GLOBAL, name, report)
    generated_at = None if isinstance(report, Failure) else report.generated_at
    credentials = _iam_credentials.of_users(reader, builder, details.users, rows, generated_at=generated_at)
    accessed = _iam_last_accessed.of_principals(reader, [user["arn"] for user in details.users])
    for user in details.users:
        arn = user["arn"]
        builder.add(
            "iam_user",
            {
                **user,
                "groups": _groups_of(details, arn, group_arns),
                **({} if isinstance(report, Failure) else user_fields(rows[arn])),
                **credentials[arn],
                "last_accessed": accessed[arn],
            },
        )


def _row(report: CredentialReport | Failure, user: Record) -> dict[str, str] | Failure:
    return report if isinstance(report, Failure) else report.user(user["arn"] or "", user["create_date"])


def _groups_of(details: Details, arn: str, group_arns: Mapping[str, str | None]) -> list[str] | Partial:
    names = details.group_names[arn]
    known = sorted(found for name in names if (found := group_arns.get(name)))
    if len(known) == len(names):
        return known
    unknown = Failure(api=BULK, code="UnknownGroup", kind=GapKind.TRUNCATED)
    return Partial(items=known, failure=details.failure or unknown)


def _add_groups(builder: Builder, details: Details) -> None:
    builder.section("iam_group", GLOBAL, BULK, details.failure)
    members: dict[str, list[str]] = {}
    for arn, names in details.group_names.items():
        for name in names:
            members.setdefault(name, []).append(arn)
    for group in details.groups:
        found = sorted(filter(None, members.get(group["name"], ())))
        group["member_arns"] = Partial(items=found, failure=details.failure) if details.failure else found
        builder.add("iam_group", group)


def _add_roles(reader: Reader, builder: Builder, details: Details) -> None:
    builder.section("iam_role", GLOBAL, BULK, details.failure)
    durations: dict[str, int | None] = {}
    failure = reader.stream(
        lambda page: durations.update((each.get("Arn"), each.get("MaxSessionDuration")) for each in page["Roles"]),
        _ROLES,
    )
    unlisted = failure or Failure(api=_ROLES, code="NotListed", kind=GapKind.STALE)
    accessed = _iam_last_accessed.of_principals(reader, [role["arn"] for role in details.roles])
    for role in details.roles:
        arn = role["arn"]
        role |= {"max_session_duration": durations.get(arn, unlisted), "last_accessed": accessed[arn]}
        builder.add("iam_role", role)
