"""The policies as a programmer would write them in Python: the yardstick of every ratio."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from documents import NOW, Document

Verdict = Callable[[Document, Document], bool]


def age(text: str) -> timedelta:
    return NOW - datetime.fromisoformat(text)


def in_group(user: Document, _: Document) -> bool:
    return len(user["groups"]) > 0


def no_direct_policies(user: Document, _: Document) -> bool:
    part = ":iam::aws:policy/AWSCompromisedKeyQuarantine"
    attached = [policy for policy in user["attached_policies"] if part not in policy["arn"]]
    return not attached and not user["inline_policies"]


def password_unused(user: Document, params: Document) -> bool:
    if not user["password_enabled"]:
        return True
    start, used = user["password_last_changed_date"] or user["create_date"], user["password_last_used_date"]
    since = start if used is None or datetime.fromisoformat(used) < datetime.fromisoformat(start) else used
    return age(since) < timedelta(days=params["max_days"])


def single_active_key(user: Document, params: Document) -> bool:
    active = [key for key in user["access_keys"] if key["status"] == "Active"]
    limit = timedelta(days=params["rotation_overlap_days"])
    return len(active) <= 1 or any(age(key["create_date"]) < limit for key in active)


def signing_cert_none(user: Document, _: Document) -> bool:
    return not any(certificate["status"] == "Active" for certificate in user["signing_certificates"])


def ssh_key_age(user: Document, params: Document) -> bool:
    limit = timedelta(days=params["max_age_days"])
    return not any(
        key["status"] == "Active" and (key["upload_date"] is None or age(key["upload_date"]) >= limit)
        for key in user["ssh_public_keys"]
    )


def not_quarantined(user: Document, _: Document) -> bool:
    part = ":iam::aws:policy/AWSCompromisedKeyQuarantine"
    if not any(part in policy["arn"] for policy in user["attached_policies"]):
        return True
    return not any(key["status"] == "Active" for key in user["access_keys"])


def password_rotated(user: Document, params: Document) -> bool:
    if not (params["enabled"] and user["password_enabled"]):
        return True
    changed = user["password_last_changed_date"]
    return changed is not None and age(changed) < timedelta(days=params["max_age_days"])


def console_mfa(user: Document, params: Document) -> bool:
    if not user["password_enabled"] or user["name"] in params["exempt_users"]:
        return True
    return len(user["mfa_devices"]) > 0


def initial_password_reset(user: Document, _: Document) -> bool:
    if not user["password_enabled"] or user["password_last_used_date"] is not None:
        return True
    return user["password_reset_required"] is True


def human_no_access_keys(user: Document, params: Document) -> bool:
    if not user["password_enabled"] or user["name"] in params["exempt_users"]:
        return True
    return not any(key["status"] == "Active" for key in user["access_keys"])


def service_credentials_expire(user: Document, params: Document) -> bool:
    limit = timedelta(days=params["max_days"])
    for each in user["service_specific_credentials"]:
        expires = each["expiration_date"]
        if each["status"] != "Active" or (expires is not None and datetime.fromisoformat(expires) <= NOW):
            continue
        if expires is None or datetime.fromisoformat(expires) - datetime.fromisoformat(each["create_date"]) > limit:
            return False
    return True


BY_HAND: dict[str, Verdict] = {
    "iam-user-in-group": in_group,
    "iam-user-no-direct-policies": no_direct_policies,
    "iam-user-password-unused": password_unused,
    "iam-user-single-active-key": single_active_key,
    "iam-user-signing-cert-none": signing_cert_none,
    "iam-user-ssh-key-age": ssh_key_age,
    "iam-user-not-quarantined": not_quarantined,
    "iam-user-password-rotated": password_rotated,
    "iam-user-console-mfa": console_mfa,
    "iam-user-initial-password-reset": initial_password_reset,
    "iam-user-human-no-access-keys": human_no_access_keys,
    "iam-service-credentials-expire": service_credentials_expire,
}
