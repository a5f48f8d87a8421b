"""What came of asking AWS: data, or why there is none, as a value that stands in place of the data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.exceptions import ClientError

Record = dict[str, Any]

# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the codes of each service's model.
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedOperation",
    }
)
_THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceeded",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_GONE = frozenset(
    {
        "AccountNotFoundException",
        "ChildNotFoundException",
        "DBClusterNotFoundFault",
        "DBInstanceNotFound",
        "DirectoryDoesNotExistException",
        "EntityDoesNotExistException",
        "NoSuchEntity",
        "NoSuchEntityException",
        "NotFoundException",
        "PolicyNotFoundException",
        "ResourceNotFoundException",
        "TrailNotFoundException",
        "WAFNonexistentItemException",
    }
)
# The service is there, and does not have the operation: not in this region, or not in this partition.
_UNSUPPORTED = frozenset({"InvalidAction", "UnknownOperationException"})
_HTTP_TOO_MANY = 429
# The answer of `saved`, where no file holds that of AWS.
NOT_SAVED = "NotSaved"
# What a gap's kind is called in the list of calls.
CALL_STATUS = {
    GapKind.DENIED: "denied",
    GapKind.THROTTLED: "throttled",
    GapKind.UNSUPPORTED_REGION: "unsupported",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a value could not be read. Put it into a resource in place of the value: the builder makes it a gap.

    `status` is that of HTTP, 0 if there is none. Not `asked`: nobody called the operation for this value, and one gap
    says so of all values that it would have told.
    """

    api: str
    code: str
    kind: GapKind
    status: int = field(default=0, compare=False)
    asked: bool = field(default=True, compare=False)

    def truncated(self) -> Failure:
        """The same for the rest of a list of which a part was read."""
        return replace(self, kind=GapKind.TRUNCATED, asked=True)


Answer = Record | Failure | str
"""What AWS said, without its metadata; why it could not be read; or the error code that means "there is none"."""


def not_requested(api: str) -> Failure:
    """The failure for what nobody asked for, and `api` would have told."""
    return Failure(api=api, code="NotRequested", kind=GapKind.NOT_REQUESTED, asked=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """A list of which the rest could not be read. Put it into a resource in place of the list."""

    items: list[Any]
    failure: Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The pages that an operation gave, their items in the member `key`, and the failure that ended them too early."""

    key: str
    pages: list[Record] = field(default_factory=list)
    failure: Failure | None = None

    def items(self) -> Iterator[Any]:
        """The items that were read."""
        for page in self.pages:
            yield from page.get(self.key) or ()

    def value(
        self,
        shape: Callable[[Any], Any],
        *,
        where: Callable[[Any], bool] = lambda _: True,
        by: Callable[[Any], str] | None = None,
    ) -> list[Any] | Partial | Failure:
        """The list as the value of a field, the items for which `where` holds through `shape`; or why there is none.

        The order is AWS's, or with `by` that of what it tells of each shaped item.
        """
        if self.failure is not None and not self.pages:
            return self.failure
        shaped = [shape(each) for each in self.items() if where(each)]
        if by is not None:
            shaped.sort(key=by)
        return shaped if self.failure is None else Partial(items=shaped, failure=self.failure)


def items_read(value: list[Any] | Partial | Failure) -> list[Any]:
    """What was read of a list."""
    if isinstance(value, Failure):
        return []
    return value.items if isinstance(value, Partial) else value


def classify(api: str, error: ClientError) -> Failure:
    """The failure that an error answer of AWS is: the one place that reads error codes."""
    details = error.response.get("Error", {})
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0
    code = details.get("Code") or f"HTTP {status}"
    return Failure(api=api, code=code, kind=_kind(code, status), status=status)


def is_throttled(code: str, status: int) -> bool:
    """Whether AWS says: not so fast."""
    return code in _THROTTLED or status == _HTTP_TOO_MANY


def _kind(code: str, status: int) -> GapKind:
    if code == NOT_SAVED:
        return GapKind.NOT_REQUESTED
    if code in _DENIED:
        return GapKind.DENIED
    if is_throttled(code, status):
        return GapKind.THROTTLED
    if code in _UNSUPPORTED:
        return GapKind.UNSUPPORTED_REGION
    if code in _GONE:
        # It was listed a moment ago: removed between two calls.
        return GapKind.STALE
    return GapKind.FAILED
