"""An AWS of our own and the small company that lives in it, collected as a real account is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.collect import SERVICES, all_fields, collect
from sec02_policies.demo.server import EmbeddedAws, embedded_aws

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sec02_policies.collect import Progress

__all__ = ["EmbeddedAws", "company_snapshot", "embedded_aws"]


def company_snapshot(
    *, now: Callable[[], datetime], on_progress: Callable[[Progress], None] | None = None
) -> dict[str, Any]:
    """Build Example Corp as it stands at `now()` on an embedded AWS, collect it, and return the snapshot document.

    The same `now` gives the same document. Raises `CollectError` where the packages of the extra `demo` are missing.
    """
    with embedded_aws() as aws:
        # moto is an optional extra: `embedded_aws` says so where it is missing.
        from sec02_policies.demo.company import build_company

        build_company(aws, now=now())
        everything = all_fields(SERVICES, on_request=True)
        return collect(aws.session, regions=[aws.region], fields=everything, now=now, on_progress=on_progress)
