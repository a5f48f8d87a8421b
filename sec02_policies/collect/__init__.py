"""AWS -> snapshot document: reads an account once, and says of everything that it could not read why.

The only place that imports boto3. One file per service; each reads through `_reader.Reader` and hands what it read to
`_builder.Builder`. A service is a function here and a schema of the same name.
"""

from __future__ import annotations

from datetime import UTC, datetime
from time import sleep
from typing import TYPE_CHECKING

from sec02_policies.collect import (
    access_analyzer,
    account,
    autoscaling,
    cloudformation,
    cloudwatch,
    codebuild,
    cognito,
    directory_service,
    ec2,
    ecs,
    eventbridge,
    guardduty,
    iam,
    identity_center,
    kms,
    lambda_functions,
    opensearch,
    organizations,
    rds,
    roles_anywhere,
    sagemaker,
    secretsmanager,
    ssm,
    wafv2,
)
from sec02_policies.collect._assumed_role import Role
from sec02_policies.collect._builder import Builder
from sec02_policies.collect._handed_on import HandedOn
from sec02_policies.collect._operations.operation import Operation
from sec02_policies.collect._outcome import Failure, Record
from sec02_policies.collect._plan import CALLER, Fields, all_fields, for_each, is_global, operations_for, services_of
from sec02_policies.collect._reader import Progress, Reader
from sec02_policies.collect._regions import ACCOUNT, EC2, named_regions, partition_of, regions_of_account
from sec02_policies.collect._secret_text import SecretFinder
from sec02_policies.collect._session import ForbiddenOperationError, guarded, open_session
from sec02_policies.collect._values import GLOBAL, timestamp
from sec02_policies.collect.attestations import load_attestations
from sec02_policies.collect.members import (
    ORGANIZATION_APIS,
    Member,
    MemberFailure,
    Organization,
    Request,
    organization_of,
    read_members,
)
from sec02_policies.collect.permissions import policy_document, terraform, trust_policy, workloads_document
from sec02_policies.collect.saved import SavedAnswers, saved_session
from sec02_policies.errors import CollectError, InputError
from sec02_policies.snapshot import schemas
from sec02_policies.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import boto3

__all__ = [
    "ORGANIZATION_APIS",
    "SERVICES",
    "WORKLOAD_SERVICES",
    "Fields",
    "ForbiddenOperationError",
    "HandedOn",
    "Member",
    "MemberFailure",
    "Operation",
    "Organization",
    "Progress",
    "Request",
    "Role",
    "SavedAnswers",
    "all_fields",
    "collect",
    "collect_saved",
    "for_each",
    "load_attestations",
    "open_session",
    "operations_for",
    "organization_of",
    "partition_of",
    "policy_document",
    "read_members",
    "terraform",
    "trust_policy",
    "workloads_document",
]

# Organizations and Account are first: they tell of accounts and regions. IAM is last: the others may ask for managed
# policies to be read.
_COLLECTORS: dict[str, Callable[[Reader, Builder], None]] = {
    "organizations": organizations.collect,
    "account": account.collect,
    "identity_center": identity_center.collect,
    "cognito": cognito.collect,
    "secretsmanager": secretsmanager.collect,
    "directory_service": directory_service.collect,
    "roles_anywhere": roles_anywhere.collect,
    "access_analyzer": access_analyzer.collect,
    "iam": iam.collect,
}

# Read only where somebody asks for them, by name or for a policy. Lambda comes after Secrets Manager, which tells of
# the functions that rotate secrets.
_WORKLOADS: dict[str, Callable[[Reader, Builder], None]] = {
    "autoscaling": autoscaling.collect,
    "cloudformation": cloudformation.collect,
    "cloudwatch": cloudwatch.collect,
    "codebuild": codebuild.collect,
    "ec2": ec2.collect,
    "ecs": ecs.collect,
    "eventbridge": eventbridge.collect,
    "guardduty": guardduty.collect,
    "kms": kms.collect,
    "lambda": lambda_functions.collect,
    "opensearch": opensearch.collect,
    "rds": rds.collect,
    "sagemaker": sagemaker.collect,
    "ssm": ssm.collect,
    "wafv2": wafv2.collect,
}

# IAM is asked in any region; this one tells the partition.
_SOME_REGION = "us-east-1"

SERVICES: tuple[str, ...] = tuple(sorted(_COLLECTORS))
WORKLOAD_SERVICES: tuple[str, ...] = tuple(sorted(_WORKLOADS))


def _clock() -> datetime:
    return datetime.now(UTC)


def collect(  # noqa: PLR0913 - each is a part of the outside world, and all but one have a default
    session: boto3.Session,
    *,
    regions: Sequence[str] = (),
    services: Sequence[str] | None = None,
    fields: Fields | None = None,
    attestations: Sequence[Record] = (),
    finding_key: bytes | None = None,
    handed_on: HandedOn | None = None,
    now: Callable[[], datetime] = _clock,
    on_progress: Callable[[Progress], None] | None = None,
    sleep: Callable[[float], None] = sleep,
    tireless: bool = False,
) -> Record:
    """Read the account of `session` and return the snapshot document, plain JSON.

    `regions` default to all that the account may use, `services` to all of `SERVICES`; those of `WORKLOAD_SERVICES`
    are read where they are named. With `fields`, by type, only what tells them is called, of whatever service, and the
    rest is not requested. `attestations` say what no API tells. With the same `finding_key`, a secret found in a text
    has the same hash in every snapshot. `handed_on` is what another principal has read of the organization, and is
    taken in place of the session's own answers. `now` is the clock, in UTC where it names no zone; `sleep` waits
    seconds while AWS makes a report. What failed three times in a row is asked no more, unless `tireless`.
    What cannot be read becomes a gap; only what keeps the collection from starting (no credentials, an unknown region
    or service) raises `CollectError`.
    """
    chosen = _chosen_services(services, fields)
    places = named_regions(session, regions)
    asked = all_fields(chosen) if fields is None else fields
    wanted = {ACCOUNT, EC2, *(each.api for each in operations_for(asked))}
    started = now()
    with guarded(session):
        reader = Reader(session, regions=places, wanted=wanted, on_progress=on_progress, sleep=sleep, tireless=tireless)
        caller = _caller(reader)
        builder = Builder(
            partition=reader.partition,
            account_id=caller["Account"],
            finder=SecretFinder(finding_key),
            handed_on=handed_on,
        )
        if not regions and not all(map(is_global, chosen)):
            _find_regions(reader, builder, chosen)
        for service, read in {**_COLLECTORS, **_WORKLOADS}.items():
            if service in chosen:
                reader.service = service
                read(reader, builder)
    return {
        "schema_version": "1",
        "tool": {"name": "sec02-policies", "version": VERSION},
        "collected_at": timestamp(started),
        "scope": {
            "partition": builder.partition,
            "account_id": builder.account_id,
            "organization_id": builder.organization_id,
            "regions": sorted(reader.regions),
            "services": sorted(chosen),
        },
        "collector": {
            "principal_arn": caller.get("Arn"),
            "started_at": timestamp(started),
            "finished_at": timestamp(now()),
        },
        "calls": reader.calls(),
        "attestations": list(attestations),
        **builder.document(),
    }


def collect_saved(answers: SavedAnswers, *, account_id: str, region: str | None, now: datetime) -> Record:
    """The snapshot document of an account from saved output of the AWS CLI; what was not saved is not requested.

    `region` is that of the files in no region's folder. Raises `InputError` for files that cannot be used, or that are
    of another account.
    """
    if answers.unplaced and region is None:
        raise InputError(answers.unplaced[0], "of no region", "a folder named after the region, or --region")
    regions = sorted({*answers.regions, *([region] if region else [])}) or [_SOME_REGION]
    chosen = {
        info.service
        for info in schemas().types.values()
        if answers.apis & {each.collected_by for each in info.fields.values()} - {CALLER}
    }
    if not chosen:
        raise InputError("the folder", "no file answers an operation", "such as get-account-authorization-details.json")
    home = region or regions[0]
    document = collect(
        saved_session(answers, account_id=account_id, home=home),
        regions=[home, *(each for each in regions if each != home)],
        services=sorted(chosen & {*SERVICES, *WORKLOAD_SERVICES}),
        now=lambda: now,
        sleep=lambda _: None,
        tireless=True,
    )
    _demand_account(document, account_id)
    return document


def _demand_account(document: Record, account_id: str) -> None:
    """Refuse the answers of another account."""
    kinds = ("iam_user", "iam_group", "iam_role")
    own = (each["arn"] for kind in kinds for each in document["resources"].get(kind, ()))
    for found in (document["scope"]["account_id"], *(arn.split(":")[4] for arn in own)):
        if found != account_id:
            raise InputError("the folder", f"answers of account {found}", f"those of account {account_id}")


def _chosen_services(services: Sequence[str] | None, fields: Fields | None) -> frozenset[str]:
    known = (*SERVICES, *WORKLOAD_SERVICES)
    if isinstance(services, str):
        raise CollectError(f"collect: services {services!a}: a list of services")
    unknown = sorted(set(services or ()) - set(known))
    if unknown:
        raise CollectError(f"collect: unknown service {unknown[0]!a}: one of {', '.join(known)}")
    if fields is None:
        return frozenset(SERVICES if services is None else services)
    return services_of(fields) & frozenset(known if services is None else services)


def _find_regions(reader: Reader, builder: Builder, chosen: frozenset[str]) -> None:
    """Read all regions of the account; where they are not known, more may hide than those that are tried."""
    reader.service = "account"
    reader.regions, failure = regions_of_account(reader)
    builder.enabled_regions = failure or frozenset(reader.regions)
    reader.patience.enabled = frozenset() if failure else frozenset(reader.regions)
    if failure is not None:
        for info in schemas().types.values():
            if info.service in chosen and not is_global(info.service) and not info.view_of:
                builder.section(info.name, GLOBAL, ACCOUNT, failure)


def _caller(reader: Reader) -> Record:
    reader.service = "sts"
    caller = reader.read("sts:GetCallerIdentity")
    if isinstance(caller, dict):
        return caller
    code = caller.code if isinstance(caller, Failure) else "no answer"
    raise CollectError(f"collect: sts:GetCallerIdentity: {code}: valid credentials, and an endpoint that answers")
