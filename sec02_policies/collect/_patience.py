"""When to stop asking: what AWS will not answer the next time either is not asked again, so that every run ends.

Three failures in a row of an operation end it in that region, and three operations in a row without an answer end the
service there. Credentials that have expired end all. A gap says so of everything that was not asked.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Answer, Failure
from sec02_policies.collect._values import GLOBAL
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.collect._operations.operation import Operation

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
# Of credentials that are wrong, and of good ones in a region that the account has not enabled.
# https://github.com/boto/boto3/issues/2065 https://github.com/cloud-custodian/cloud-custodian/issues/6820
_NOT_KNOWN_THERE = frozenset({"AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"})
# "The AWS access key ID needs a subscription for the service."
_NOT_SUBSCRIBED = frozenset({"OptInRequired", "SubscriptionRequiredException"})
_IN_A_ROW = 3

_Place = tuple[str, ...]
_EVERYWHERE: _Place = ()


class Patience:
    """What has failed so far, and what is therefore asked no more; `refusal` before a call, `judged` after it."""

    def __init__(self, *, home: str, signed_in: Callable[[], bool]) -> None:
        """`home` is the region where the credentials are known to work; `signed_in` asks whether they still do."""
        self.enabled: frozenset[str] = frozenset()
        self._home = home
        self._signed_in = signed_in
        self._lock = Lock()
        self._closed: dict[_Place, Failure] = {}
        self._failed: dict[_Place, int] = {}
        self._silent: dict[_Place, set[str]] = {}

    def refusal(self, operation: Operation, region: str) -> Failure | None:
        """Why the operation is asked no more in that region."""
        api = operation.api
        for place in (_EVERYWHERE, (region,), (operation.service, region), (api, region)):
            if place in self._closed:
                return replace(self._closed[place], api=api, asked=False)
        return None

    def judged(self, operation: Operation, region: str, answer: Answer, *, silent: bool) -> Answer:
        """The answer, its failure seen in the light of the region, and remembered; `silent`: nothing came at all."""
        if not isinstance(answer, Failure):
            self._forgive(operation, region)
            return answer
        if answer.code in _NOT_KNOWN_THERE:
            return self._not_known(region, answer)
        if answer.code in _NOT_SUBSCRIBED:
            answer = replace(answer, kind=GapKind.FAILED if region == GLOBAL else GapKind.UNSUPPORTED_REGION)
            self._close((operation.service, region), answer)
        elif answer.code in _EXPIRED:
            self._close(_EVERYWHERE, answer)
        elif answer.kind is GapKind.UNSUPPORTED_REGION:
            self._close((operation.api, region), answer)
        elif silent or answer.kind is GapKind.THROTTLED or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._count(operation, region, answer, silent=silent)
        return answer

    def _not_known(self, region: str, answer: Failure) -> Failure:
        """Credentials that are refused: everywhere, or in a region that is off while they work at home."""
        if not self._signed_in():
            self._close(_EVERYWHERE, answer)
        elif region not in (GLOBAL, self._home):
            # A token of the global STS endpoint is refused in a region that is on: then the region is not to blame.
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
            answer = answer if region in self.enabled else replace(answer, kind=GapKind.UNSUPPORTED_REGION)
            self._close((region,), answer)
        return answer

    def _close(self, place: _Place, failure: Failure) -> None:
        with self._lock:
            self._closed.setdefault(place, failure)

    def _count(self, operation: Operation, region: str, failure: Failure, *, silent: bool) -> None:
        here, service = (operation.api, region), (operation.service, region)
        with self._lock:
            self._failed[here] = self._failed.get(here, 0) + 1
            if self._failed[here] >= _IN_A_ROW:
                self._closed.setdefault(here, failure)
            if not silent:
                return
            self._silent.setdefault(service, set()).add(operation.api)
            if len(self._silent[service]) >= _IN_A_ROW:
                self._closed.setdefault(service, failure)

    def _forgive(self, operation: Operation, region: str) -> None:
        with self._lock:
            self._failed.pop((operation.api, region), None)
            self._silent.pop((operation.service, region), None)
