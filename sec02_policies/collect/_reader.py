"""What a collection asks of AWS: single answers, lists, jobs; an outcome for every call, never a raise, and a count."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar

from sec02_policies.collect._operations import OPERATIONS
from sec02_policies.collect._outcome import CALL_STATUS, Answer, Failure, Listing, Record, not_requested
from sec02_policies.collect._patience import Patience
from sec02_policies.collect._transport import THREADS, Transport
from sec02_policies.collect._values import GLOBAL
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    import boto3

    from sec02_policies.collect._operations.operation import Operation

_MORE = ("IsTruncated", "NextToken", "nextToken", "Marker", "PaginationToken")

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One call was made: the service's name in the snapshot, the operation, its region, and all calls so far."""

    service: str
    api: str
    region: str
    calls: int

    def __str__(self) -> str:
        return f"{self.api}, {self.region}: {self.calls} calls"


def _sized(operation: Operation) -> Record:
    """The parameter that asks for the longest pages, where the operation takes one."""
    paging = operation.paging
    return {paging.size_name: paging.size} if paging and paging.size_name else {}


class Reader:
    """Reads AWS and keeps count of every call.

    `read` for one answer, `pages` for a list, `poll` for a job, `each` to do so for many things at once. The operation
    is named `service:Operation` and must be in `_operations.OPERATIONS`. `region` is `GLOBAL` for services without
    regions.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the outside world, and all but two have a default
        self,
        session: boto3.Session,
        *,
        regions: Sequence[str],
        wanted: Container[str] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        sleep: Callable[[float], None] = sleep,
        tireless: bool = False,
    ) -> None:
        """`regions` are those to read, `home`, the first, also for services without regions; `sleep` waits in `poll`.

        An operation that is not among the `wanted` is not called: the failure `NotRequested` stands for its answer.
        `tireless`: whatever failed is asked again for the next thing; see `_patience`.
        """
        self.regions = tuple(regions)
        self.home = self.regions[0]
        self._wanted = wanted
        self.service = ""
        self._transport = Transport(session, home=self.home)
        self._on_progress = on_progress
        self._sleep = sleep
        self.patience = Patience(home=self.home, signed_in=self._signed_in)
        self._tireless = tireless
        self._lock = Lock()
        self._calls: dict[tuple[str, str, str, str, str], list[int]] = {}
        self._made = 0

    @property
    def partition(self) -> str:
        """The partition of the regions, such as `aws`."""
        return self._transport.partition

    def every_region(self) -> tuple[str, ...]:
        """All regions of the partition that botocore knows."""
        return tuple(sorted(self._transport.regions("ec2")))

    # ------------------------------------------------------------ asking

    def read(self, api: str, region: str = GLOBAL, /, **parameters: Any) -> Record | Failure | None:  # noqa: ANN401 - AWS's parameters
        """The answer, None where the service says that there is none, or why it could not be read."""
        operation = OPERATIONS[api]
        answer = self._ask(operation, region, parameters)
        if isinstance(answer, dict) and any(answer.get(name) for name in _MORE):
            # An answer in pages, from an operation that our table says has none.
            answer = Failure(api=api, code="MorePages", kind=GapKind.TRUNCATED)
        self._note(operation, region, answer, pages=1, items=int(isinstance(answer, dict)))
        return None if isinstance(answer, str) else answer

    def pages(self, api: str, region: str = GLOBAL, /, **parameters: Any) -> Listing:  # noqa: ANN401 - AWS's parameters
        """All pages of a list; a failure on the way keeps what was read and says that the rest is missing."""
        pages: list[Record] = []
        failure = self.stream(pages.append, api, region, **parameters)
        return Listing(key=OPERATIONS[api].keys[0], pages=pages, failure=failure)

    def stream(
        self,
        take: Callable[[Record], object],
        api: str,
        region: str = GLOBAL,
        /,
        **parameters: Any,  # noqa: ANN401 - AWS's parameters
    ) -> Failure | None:
        """Hand each page of a list to `take` as it comes, so that it need not be kept; what ended it too early."""
        operation = OPERATIONS[api]
        pages = items = 0
        token: object = None
        answer: Answer | None = self._ask(operation, region, {**_sized(operation), **parameters})
        while isinstance(answer, dict):
            take(answer)
            pages += 1
            items += sum(len(answer.get(key) or ()) for key in operation.keys)
            token, answer = self._next_page(operation, region, parameters, answer, token)
        self._note(operation, region, answer, pages=pages, items=items)
        failure = answer if isinstance(answer, Failure) else None
        return failure.truncated() if failure is not None and pages else failure

    def in_regions(self, api: str, /, **parameters: Any) -> dict[str, Listing]:  # noqa: ANN401 - AWS's parameters
        """All pages of a list in every region, by region."""
        listings = self.each(lambda region: self.pages(api, region, **parameters), self.regions)
        return dict(zip(self.regions, listings, strict=True))

    def poll(
        self,
        api: str,
        region: str = GLOBAL,
        /,
        *,
        until: Callable[[Record], bool],
        waits: Iterable[float],
        **parameters: Any,  # noqa: ANN401 - AWS's parameters
    ) -> Record | Failure | None:
        """The first answer for which `until` holds, asked again after each of `waits`; then the failure `Deadline`.

        Counts as one call: how often one must ask is chance, and the same state shall give the same snapshot.
        """
        operation = OPERATIONS[api]
        refused = self._refused(operation, region)
        answer, silent = (refused, False) if refused else self._transport.send(operation, region, parameters)
        for seconds in waits:
            waiting = isinstance(answer, dict) and not until(answer)
            if not waiting and not (isinstance(answer, Failure) and answer.kind is GapKind.THROTTLED and answer.asked):
                break
            self._sleep(seconds)
            answer, silent = self._transport.send(operation, region, parameters)
        answer = self._judged(operation, region, answer, silent=silent)
        if isinstance(answer, dict) and not until(answer):
            answer = Failure(api=api, code="Deadline", kind=GapKind.FAILED)
        self._note(operation, region, answer, pages=1, items=int(isinstance(answer, dict)))
        return None if isinstance(answer, str) else answer

    def each(self, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
        """The results of `function` for all items, in their order, on a bounded number of threads. Do not nest."""
        with ThreadPoolExecutor(max_workers=THREADS) as pool:
            return list(pool.map(function, items))

    def calls(self) -> list[Record]:
        """All calls, those of the same operation, region and outcome together, in a fixed order."""
        return [
            {
                "service": service,
                "operation": name,
                "region": region,
                "pages": pages,
                "items": items,
                "status": status,
                "error_code": code or None,
            }
            for (service, name, region, status, code), (pages, items) in sorted(self._calls.items())
        ]

    # ------------------------------------------------------------ one request

    def _next_page(
        self, operation: Operation, region: str, parameters: Record, page: Record, last: object
    ) -> tuple[object, Answer | None]:
        """The token that `page` gives, and the answer to it, None where nothing follows; `last` led to `page`."""
        paging = operation.paging
        token = page.get(paging.answer) if paging else None
        if token and paging:
            if token == last:
                return token, Failure(api=operation.api, code="RepeatedToken", kind=GapKind.FAILED)
            return token, self._ask(operation, region, {**_sized(operation), **parameters, paging.request: token})
        if page.get("IsTruncated"):
            return None, Failure(api=operation.api, code="NoToken", kind=GapKind.FAILED)
        return None, None

    def _ask(self, operation: Operation, region: str, parameters: Record) -> Answer:
        """One request: the answer without its metadata, the failure, or the error code that means "none"."""
        refused = self._refused(operation, region)
        if refused is not None:
            return refused
        answer, silent = self._transport.send(operation, region, parameters)
        return self._judged(operation, region, answer, silent=silent)

    def _judged(self, operation: Operation, region: str, answer: Answer, *, silent: bool) -> Answer:
        if self._tireless or (isinstance(answer, Failure) and not answer.asked):
            return answer
        return self.patience.judged(operation, region, answer, silent=silent)

    def _signed_in(self) -> bool:
        """Whether the credentials still work in the region where they did."""
        operation = OPERATIONS["sts:GetCallerIdentity"]
        answer, _ = self._transport.send(operation, GLOBAL, {})
        self._note(operation, GLOBAL, answer, pages=1, items=int(isinstance(answer, dict)))
        return isinstance(answer, dict)

    def _refused(self, operation: Operation, region: str) -> Failure | None:
        """Why the operation is not called at all."""
        if self._wanted is not None and operation.api not in self._wanted:
            return not_requested(operation.api)
        return self._transport.inability(operation, region) or self.patience.refusal(operation, region)

    def _note(self, operation: Operation, region: str, outcome: object, *, pages: int, items: int) -> None:
        status, code = "ok", outcome if isinstance(outcome, str) else ""
        if isinstance(outcome, Failure):
            if outcome.kind is GapKind.NOT_REQUESTED or not outcome.asked:
                return
            status, code = CALL_STATUS.get(outcome.kind, "failed"), outcome.code
        with self._lock:
            count = self._calls.setdefault((operation.service, operation.name, region, status, code), [0, 0])
            count[0] += pages
            count[1] += items
            self._made += 1
            if self._on_progress is not None:
                self._on_progress(Progress(service=self.service, api=operation.api, region=region, calls=self._made))
