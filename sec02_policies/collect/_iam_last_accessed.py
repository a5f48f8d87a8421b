"""When each user and role last asked which service for something: a job of IAM per principal, started many at a time.

Two calls for each principal at the least, so that only who asks for the field gets it (docs/adr/0008). IAM lists the
services that the principal's policies grant; one that it did not ask within the tracking period, at least 400 days, has
no time. Only the identity that started a job may read its answer.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.collect._outcome import Failure, Partial, Record, not_requested
from sec02_policies.collect._values import timestamp
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sec02_policies.collect._reader import Reader

_START = "iam:GenerateServiceLastAccessedDetails"
API = "iam:GetServiceLastAccessedDetails"

# So many jobs are under way at once: while the last of them are started, the first come to an end.
_BATCH = 200
# One second, then longer, 54 seconds in all for a job.
_WAITS = (1, 2, 4, 7, *[10] * 4)
_PAGE = 1000

Accessed = list[Record] | Partial | Failure


def of_principals(reader: Reader, arns: Sequence[Any]) -> dict[Any, Accessed]:
    """By ARN, the services that each principal may ask, in the order of their namespaces, with the last time."""
    found: dict[Any, Accessed] = {}
    for first in range(0, len(arns), _BATCH):
        batch = arns[first : first + _BATCH]
        jobs = reader.each(lambda arn: _job(reader, arn), batch)
        found |= zip(batch, reader.each(lambda job: _services(reader, job), jobs), strict=True)
    return found


def _job(reader: Reader, arn: str) -> str | Failure:
    answer = reader.read(_START, Arn=arn, Granularity="SERVICE_LEVEL")
    if isinstance(answer, dict):
        return str(answer["JobId"])
    if answer is not None and answer.kind is GapKind.NOT_REQUESTED:
        return not_requested(API)
    return answer or Failure(api=_START, code="IncompleteAnswer", kind=GapKind.FAILED)


def _services(reader: Reader, job: str | Failure) -> Accessed:
    """What the job found out, its further pages too; or why nothing, or not all, is known."""
    if isinstance(job, Failure):
        return job
    answer = reader.poll(API, until=_is_over, waits=_WAITS, JobId=job, MaxItems=_PAGE)
    if not isinstance(answer, dict):
        return answer or Failure(api=API, code="IncompleteAnswer", kind=GapKind.FAILED)
    if answer["JobStatus"] != "COMPLETED":
        return Failure(api=API, code=answer.get("Error", {}).get("Code") or "JobFailed", kind=GapKind.FAILED)
    raw, failure = list(answer.get("ServicesLastAccessed") or ()), None
    if answer.get("Marker"):
        rest = reader.pages(API, JobId=job, Marker=answer["Marker"])
        raw += rest.items()
        failure = rest.failure
    elif answer.get("IsTruncated"):
        failure = Failure(api=API, code="NoToken", kind=GapKind.FAILED)
    items = sorted(map(_service, raw), key=lambda each: str(each["service"]))
    return items if failure is None else Partial(items=items, failure=failure.truncated())


def _is_over(answer: Record) -> bool:
    return answer.get("JobStatus") != "IN_PROGRESS"


def _service(raw: Record) -> Record:
    return {
        "service": raw.get("ServiceNamespace"),
        "last_authenticated_date": timestamp(raw.get("LastAuthenticated")),
        "last_authenticated_region": raw.get("LastAuthenticatedRegion"),
    }
