"""The secrets of Example Corp: rotated and forgotten ones, shared ones, and one that belongs to a service."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from sec02_policies.demo.site import Example, allow, deny, document

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_OWN_KEY = "1c2d3e4f-0000-4000-8000-000000000001"
_STUCK_VERSION = "5ec0de00-0000-4000-8000-00000000dead"
_STUCK_SINCE = 12

EXAMPLES = (
    Example(
        practice="SEC02-BP03",
        good=True,
        type="secretsmanager_secret",
        name="prod/orders/db",
        why="rotates every 30 days, under a key of our own, with an owner and a purpose",
    ),
    Example(
        practice="SEC02-BP03",
        good=False,
        type="secretsmanager_secret",
        name="prod/payments/api-key",
        why="never rotated in 500 days, though it is read daily",
    ),
    Example(
        practice="SEC02-BP03",
        good=False,
        type="secretsmanager_secret",
        name="shared/partner-feed",
        why="its policy lets everybody read it",
    ),
    Example(
        practice="SEC02-BP03",
        good=False,
        type="secretsmanager_secret",
        name="prod/reports/warehouse",
        why="rotation began 12 days ago and never ended",
    ),
    Example(
        practice="SEC02-BP05",
        good=False,
        type="secretsmanager_secret",
        name="legacy/ftp",
        why="nobody has read it since it was made 700 days ago",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret. `rotated` and `used` are in days ago; None: never. `every` is the interval of rotation in days."""

    name: str
    created: float
    rotated: float | None = None
    every: int | None = None
    function: str | None = None
    used: float | None = 1
    own_key: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    replicas: tuple[str, ...] = ()
    owning_service: str | None = None
    schedule: str | None = None


SECRETS = (
    Secret(
        name="prod/orders/db",
        created=400,
        rotated=12,
        every=30,
        function="rotate-postgres",
        own_key=True,
        tags={"owner": "orders", "purpose": "database", "sensitivity": "high"},
    ),
    Secret(
        name="prod/checkout/token",
        created=300,
        rotated=3,
        every=7,
        function="rotate-token",
        own_key=True,
        tags={"owner": "checkout", "purpose": "signing"},
        replicas=("eu-central-1",),
    ),
    Secret(name="prod/payments/api-key", created=500, tags={"owner": "payments"}),
    Secret(
        name="prod/reports/warehouse",
        created=350,
        rotated=102,
        schedule="rate(90 days)",
        function="rotate-warehouse",
        tags={"owner": "reports", "purpose": "database"},
    ),
    Secret(name="shared/partner-feed", created=250, tags={"owner": "sales", "purpose": "feed"}),
    Secret(
        name="shared/analytics",
        created=90,
        rotated=20,
        every=60,
        function="rotate-token",
        own_key=True,
        tags={"owner": "analytics", "purpose": "export"},
    ),
    Secret(name="legacy/ftp", created=700, used=None),
    Secret(name="poc/chatbot", created=150, used=140, tags={"owner": "labs", "purpose": "trial"}),
    Secret(
        name="rds!cluster-7f3a2b1c-orders",
        created=380,
        rotated=5,
        every=7,
        owning_service="rds",
        own_key=True,
    ),
)


def build_vault(site: Site) -> None:
    """Create secrets with values that must never be seen again, their rotation and their policies."""
    client = site.client("secretsmanager")
    for secret in SECRETS:
        _secret(site, client, secret)
    client.put_secret_value(
        SecretId="prod/reports/warehouse",
        ClientRequestToken=_STUCK_VERSION,
        SecretString="Canary-value-of-a-stuck-rotation",
        VersionStages=["AWSPENDING"],
    )
    for name, text in _policies(site).items():
        client.put_resource_policy(SecretId=name, ResourcePolicy=text)
    client.delete_secret(SecretId="poc/chatbot", RecoveryWindowInDays=30)
    site.date(site.state.delete_secret_at, "poc/chatbot", days=-20)
    # moto tells no last access, and knows rotation by functions that it can run only.
    site.replay.amend("secretsmanager", "ListSecrets", partial(_with_rotation, site))
    site.replay.amend("secretsmanager", "DescribeSecret", lambda _, output: _rotated(site, output))
    site.replay.amend("secretsmanager", "ListSecretVersionIds", lambda _, output: _dated(site, output))
    # moto knows the default policy only, and not the list.
    site.replay.answer("secretsmanager", "ListResourcePolicies", {"ResourcePolicies": [{"PolicyName": "default"}]})


def _secret(site: Site, client: Any, secret: Secret) -> None:  # noqa: ANN401 - a boto3 client
    own_key = {"KmsKeyId": f"arn:aws:kms:{site.aws.region}:{site.account_id}:key/{_OWN_KEY}"}
    client.create_secret(
        Name=secret.name,
        # botocore would make up another one each time, and it becomes the id of the version.
        ClientRequestToken=str(uuid5(NAMESPACE_URL, secret.name)),
        SecretString=f"Canary-value-of-{secret.name}",
        Tags=[{"Key": key, "Value": value} for key, value in secret.tags.items()],
        **(own_key if secret.own_key else {}),
        **({"AddReplicaRegions": [{"Region": region} for region in secret.replicas]} if secret.replicas else {}),
    )
    changed = secret.created if secret.rotated is None else secret.rotated
    site.date(site.state.date_secret, secret.name, created=secret.created, changed=changed, rotated=secret.rotated)


def _policies(site: Site) -> dict[str, str]:
    def everybody_but(names: list[str]) -> dict[str, Any]:
        return {"ArnNotLike": {"aws:PrincipalArn": [f"arn:aws:iam::{site.account_id}:role/{name}" for name in names]}}

    read = "secretsmanager:GetSecretValue"
    member = {"AWS": f"arn:aws:iam::{site.members['workloads']}:role/analytics"}
    return {
        "prod/orders/db": document(deny(read, Principal="*", Condition=everybody_but(["app-orders"]))),
        "shared/partner-feed": document(allow(read, Principal={"AWS": "*"})),
        "shared/analytics": document(allow(read, Principal=member)),
    }


def _with_rotation(site: Site, _: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    return {**output, "SecretList": [_rotated(site, each) for each in output["SecretList"]]}


def _rotated(site: Site, shown: dict[str, Any]) -> dict[str, Any]:
    secret = next(each for each in SECRETS if each.name == shown["Name"])
    more: dict[str, Any] = {}
    if secret.used is not None:
        more["LastAccessedDate"] = site.ago(secret.used).replace(hour=0, minute=0, second=0)
    if secret.owning_service is not None:
        more["OwningService"] = secret.owning_service
    if secret.rotated is None:
        return shown | more
    rules = (
        {"AutomaticallyAfterDays": secret.every} if secret.schedule is None else {"ScheduleExpression": secret.schedule}
    )
    more |= {"RotationEnabled": True, "RotationRules": rules, "LastRotatedDate": site.ago(secret.rotated)}
    if secret.every is not None:
        more["NextRotationDate"] = site.ago(secret.rotated - secret.every)
    if secret.function is not None:
        function = f"arn:aws:lambda:{site.aws.region}:{site.account_id}:function:{secret.function}"
        more["RotationLambdaARN"] = function
    return shown | more


def _dated(site: Site, output: dict[str, Any]) -> dict[str, Any]:
    """Date the versions of a secret: moto says of each that it was made just now."""
    secret = next(each for each in SECRETS if each.name == output["Name"])
    made = secret.created if secret.rotated is None else secret.rotated
    versions = [
        {
            "VersionId": each["VersionId"],
            "VersionStages": each["VersionStages"],
            "CreatedDate": site.ago(_STUCK_SINCE if each["VersionId"] == _STUCK_VERSION else made),
        }
        for each in output["Versions"]
    ]
    return {"Name": secret.name, "Versions": versions}
