"""What moto cannot be told through AWS's API: dates in the past, last uses, and ids in AWS's own form.

This is the only place that reaches into moto's objects; it may, since the server runs in this process. moto stamps
everything with the time at which it is made, but most of what the policies look for is a matter of age.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from moto.cognitoidp.models import cognitoidp_backends
from moto.iam.models import AccessKeyLastUsed, IAMBackend, iam_backends
from moto.organizations.models import OrganizationsBackend, organizations_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssoadmin.models import SSOAdminBackend, ssoadmin_backends

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class MotoState:
    """moto's records of one account and region, seen from the moment `now`."""

    account_id: str
    region: str
    now: datetime

    def ago(self, days: float) -> datetime:
        """The time so many days before now, in whole seconds; negative days lie ahead."""
        return self.now.astimezone(UTC).replace(microsecond=0) - timedelta(days=days)

    def date_everything(self, days: float) -> None:
        """Make everything that there is `days` old, and enabled then; what is older or younger is dated after this."""
        stamp = self._stamp(days)
        self._date_iam(stamp)
        pools = cognitoidp_backends[self.account_id][self.region].user_pools.values()
        _set([*pools, *(group for pool in pools for group in pool.groups.values())], "creation_date", stamp)
        identity_center = self._identity_center()
        made = [*identity_center.instances, *identity_center.permission_sets]
        _set(made, "created_date", self._seconds(days))
        _set(self._organization().accounts, "create_time", stamp)
        for secret in self._secrets().values():
            secret.created_date = secret.last_changed_date = int(self._seconds(days))

    def _date_iam(self, stamp: datetime) -> None:
        iam = self._iam()
        users = iam.users.values()
        own = [policy for policy in iam.managed_policies.values() if not policy.arn.startswith("arn:aws:iam::aws:")]
        keys = [key for user in users for key in user.access_keys]
        providers = [*iam.saml_providers.values(), *iam.open_id_providers.values()]
        made = [*users, *iam.groups.values(), *iam.roles.values(), *keys, *providers, *own]
        _set(made, "create_date", stamp)
        _set(own, "update_date", stamp)
        uploaded = [each for user in users for each in (*user.ssh_public_keys, *user.signing_certificates.values())]
        _set(uploaded, "upload_date", stamp)
        devices = [device for user in users for device in user.mfa_devices.values()]
        _set([*devices, *iam.virtual_mfa_devices.values()], "enable_date", stamp)

    def date_user(self, name: str, *, created: float, password_used: float | None = None) -> None:
        """Make a user, and its MFA devices, `created` days old, and its password used `password_used` days ago."""
        user = self._iam().users[name]
        user.create_date = self._stamp(created)
        for device in user.mfa_devices.values():
            device.enable_date = self._stamp(created)
        _set([user], "password_last_used", None if password_used is None else self._stamp(password_used))

    def date_access_key(self, key_id: str, *, created: float, used: float | None = None, service: str = "s3") -> None:
        """Make an access key `created` days old, and used for `service` `used` days ago; None: never used."""
        key = self._iam().access_keys[key_id]
        key.create_date = self._stamp(created)
        key.last_used = None if used is None else AccessKeyLastUsed(self._stamp(used), service, self.region)

    def date_ssh_key(self, user: str, *, uploaded: float) -> None:
        """Make the SSH public keys of a user `uploaded` days old."""
        for key in self._iam().users[user].ssh_public_keys:
            key.upload_date = self._stamp(uploaded)

    def date_role(self, name: str, *, created: float, used: float | None = None) -> None:
        """Make a role `created` days old, and assumed `used` days ago; None: never."""
        role = next(role for role in self._iam().roles.values() if role.name == name)
        role.create_date = self._stamp(created)
        role.last_used = None if used is None else self._stamp(used)
        _set([role], "last_used_region", None if used is None else self.region)

    def date_secret(self, name: str, *, created: float, changed: float, rotated: float | None = None) -> None:
        """Make a secret `created` days old, its value set `changed` and rotated `rotated` days ago."""
        secret = self._secrets()[name]
        secret.created_date = int(self._seconds(created))
        secret.last_changed_date = int(self._seconds(changed))
        secret.last_rotation_date = None if rotated is None else int(self._seconds(rotated))

    def delete_secret_at(self, name: str, *, days: float) -> None:
        """Let the deletion of a secret fall `days` days ago; negative days: it waits for its deletion."""
        self._secrets()[name].deleted_date = self._seconds(days)

    def name_identity_center(self, *, instance: str, store: str) -> None:
        """Give the instance of Identity Center ids as AWS makes them; moto's do not fit AWS's own patterns."""
        (record,) = self._identity_center().instances
        record.instance_arn = f"arn:aws:sso:::instance/{instance}"
        record.identity_store_id = store

    def name_permission_set(self, arn: str) -> str:
        """Give a permission set the ARN that AWS would give it, and return it."""
        records = self._identity_center().permission_sets
        record = next(record for record in records if record.permission_set_arn == arn)
        renamed = arn.replace(":::instance/", ":::permissionSet/")
        record.permission_set_arn = renamed
        return renamed

    def name_management_account(self, name: str) -> None:
        """Give the management account a name; moto calls it `master`."""
        accounts = self._organization().accounts
        next(account for account in accounts if account.id == self.account_id).name = name

    def _stamp(self, days: float) -> datetime:
        # moto's own times are in UTC and say nothing of it.
        return self.ago(days).replace(tzinfo=None)

    def _seconds(self, days: float) -> float:
        return self.ago(days).timestamp()

    def _iam(self) -> IAMBackend:
        return iam_backends[self.account_id]["aws"]

    def _identity_center(self) -> SSOAdminBackend:
        return ssoadmin_backends[self.account_id][self.region]

    def _organization(self) -> OrganizationsBackend:
        return organizations_backends[self.account_id]["aws"]

    def _secrets(self) -> Any:  # noqa: ANN401 - secrets and their replicas, which have no common type
        return secretsmanager_backends[self.account_id][self.region].secrets


def _set(records: Iterable[object], field: str, value: object) -> None:
    for record in records:
        setattr(record, field, value)
