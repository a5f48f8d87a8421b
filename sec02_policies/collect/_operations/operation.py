"""What the table of operations is made of: an operation, how it is paged, and a short way to write a row."""

from __future__ import annotations

from dataclasses import dataclass

from sec02_policies.model import IAM_PREFIXES


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How an operation continues: the token's name in the request and in the answer, and the largest page."""

    request: str
    answer: str
    size_name: str | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation that the collector may call.

    `keys` are members of which an answer has at least one, or it is no answer; the first holds the items of a page.
    `none` are the error codes that mean "there is none". `per` is what the operation is called for, once each, and
    `after` are the operations whose answers it is called with, or read with; `permission` is the IAM action that
    allows it.
    """

    service: str
    name: str
    per: str
    permission: str
    keys: tuple[str, ...] = ()
    paging: Paging | None = None
    none: frozenset[str] = frozenset()
    after: tuple[str, ...] = ()

    @property
    def api(self) -> str:
        """`service:Operation`, the name that gaps and schemas use."""
        return f"{self.service}:{self.name}"


MARKER = Paging(request="Marker", answer="Marker", size_name="MaxItems", size=1000)
UNSIZED = Paging(request="NextToken", answer="NextToken", size_name=None, size=0)
LOWER = Paging(request="nextToken", answer="nextToken", size_name=None, size=0)


def next_token(size: int, name: str = "MaxResults") -> Paging:
    """Paging by `NextToken` in pages of `size`, the member `name` of the request."""
    return Paging(request="NextToken", answer="NextToken", size_name=name, size=size)


def operation(  # noqa: PLR0913 - a row of the table has these parts
    service: str,
    name: str,
    per: str,
    *keys: str,
    paging: Paging | None = None,
    none: tuple[str, ...] = (),
    after: str = "",
    permission: str | None = None,
) -> Operation:
    """A row of the table; the permission is that of the operation's own name, unless another is given."""
    return Operation(
        service=service,
        name=name,
        per=per,
        permission=permission or f"{IAM_PREFIXES.get(service, service)}:{name}",
        keys=keys,
        paging=paging,
        none=frozenset(none),
        after=tuple(after.split()),
    )
