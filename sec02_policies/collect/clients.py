"""Clients for what is not a collection: the key that signs evidence, the bucket that keeps it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from sec02_policies.collect._session import open_session
from sec02_policies.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def client(service: Literal["kms", "s3"], *, region: str | None = None) -> Iterator[Any]:
    """A client from the usual AWS environment; what AWS refuses while the block lasts is a `CollectError`."""
    try:
        yield open_session(region=region).client(service)
    except ClientError as fault:
        code = fault.response.get("Error", {}).get("Code", "an error")
        raise CollectError(f"{service}:{fault.operation_name}: answered {code}: see its permissions and name") from None
    except BotoCoreError as fault:
        raise CollectError(f"{service}: {fault}: credentials, a region and a way to AWS") from None
