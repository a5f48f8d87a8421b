"""How much of what was asked for the snapshot holds, as CEL's `snapshot.complete()` and `snapshot.not_requested()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.model import Gap, GapKind, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.evaluate.context import Context

# What somebody chose not to have is no failure of the collection.
_CHOSEN = frozenset({GapKind.NOT_REQUESTED, GapKind.REDACTED})


def complete(context: Context) -> bool:
    """True where all that was asked for was read, and each independent count agrees; raises `Unknown` otherwise.

    Never false: what is missing may hold anything, and a gap makes a result unknown and nothing else.
    """
    gaps = [gap for gap in context.snapshot.gaps if gap.kind not in _CHOSEN]
    gaps += _miscounted(context, {gap.collection for gap in gaps})
    if gaps:
        raise Unknown(gaps)
    return True


def not_requested(context: Context) -> list[str]:
    """The collections, and fields of others, that nobody asked for, sorted."""
    left_out = {
        gap.collection if gap.field is None else f"{gap.collection}.{gap.field}"
        for gap in context.snapshot.gaps
        if gap.kind is GapKind.NOT_REQUESTED
    }
    return sorted(left_out)


def _miscounted(context: Context, known: set[str]) -> Iterator[Gap]:
    """A gap for each collection of which more or fewer were listed than counted, and of which no gap tells yet."""
    for collection, count in sorted(context.snapshot.document["counts"].items()):
        if count["listed"] != count["independent"] and collection not in known:
            yield Gap(
                id=f"count:{collection}",
                collection=collection,
                account_id=context.snapshot.account_id,
                region="global",
                resource_id=None,
                field=None,
                api=count["source"],
                code="CountMismatch",
                kind=GapKind.STALE,
            )
