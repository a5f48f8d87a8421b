"""Several bundles: whether each follows the one before it, and whether the last is the one that was expected."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from sec02_policies.archive.manifest import Chain
from sec02_policies.archive.verify import Finding, Level, State, Verification
from sec02_policies.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def following(bundles: Iterable[tuple[Mapping[str, Any], str]], stream: str) -> Chain:
    """The place after the last of `bundles` (manifest and id) of that stream; raises `BundleError` where it forks."""
    heads: dict[int, set[str]] = defaultdict(set)
    for manifest, identifier in bundles:
        if manifest["chain"]["stream"] == stream:
            heads[manifest["chain"]["sequence"]].add(identifier)
    if not heads:
        return Chain(stream=stream)
    last = max(heads)
    if len(heads[last]) > 1:
        raise BundleError("chain.fork", f"two bundles are number {last} of {stream}")
    return Chain(stream=stream, sequence=last + 1, previous=heads[last].pop())


class _Link(NamedTuple):
    """A bundle that could be read, by what matters to its place."""

    sequence: int
    id: str
    chain: Mapping[str, Any]
    collected_at: str
    found: Verification


def chained(found: Sequence[Verification], *, expect_head: str | None = None) -> list[Verification]:
    """The verifications, each with what the others show of its place; in the order in which they were given.

    `expect_head` is the id (or the beginning of it) that the last of the chain must have.
    """
    streams: dict[str, list[_Link]] = defaultdict(list)
    for each in found:
        if each.manifest is not None and each.bundle_id is not None:
            chain = each.manifest["chain"]
            link = _Link(chain["sequence"], each.bundle_id, chain, each.manifest["run"]["collected_at"], each)
            streams[chain["stream"]].append(link)
    placed: dict[int, Finding] = {}
    heads: list[_Link] = []
    for links in streams.values():
        ordered = sorted(links, key=lambda link: link.sequence)
        heads.append(ordered[-1])
        for before, here in zip([None, *ordered], ordered, strict=False):
            placed[id(here.found)] = _first(here) if before is None else _after(before, here)
    result = [each.including(placed[id(each)]) if id(each) in placed else each for each in found]
    return result if expect_head is None else _with_head(result, heads, expect_head)


def _first(here: _Link) -> Finding:
    stream = here.chain["stream"]
    if here.sequence == 1:
        return _finding(State.PROVED, "chained", f"the first of {stream}")
    what = f"number {here.sequence} of {stream}: what came before was not given"
    return _finding(State.NOT_CHECKED, "chain.start", what)


def _after(before: _Link, here: _Link) -> Finding:
    refusal = _refusal(before, here)
    if refusal is not None:
        return _finding(State.REFUSED, *refusal)
    return _finding(
        State.PROVED, "chained", f"number {here.sequence} of {here.chain['stream']}, after {before.id[:12]}"
    )


def _refusal(before: _Link, here: _Link) -> tuple[str, str] | None:
    """The code and the sentence of what is wrong with `here` coming right after `before`."""
    number, last = here.sequence, before.sequence
    if number == last:
        code = "chain.replay" if before.id == here.id else "chain.fork"
        return code, f"number {number} of {here.chain['stream']} is there twice"
    if number > last + 1:
        return "chain.gap", f"number {number} comes after number {last}: one is missing"
    if here.chain["previous"] != before.id:
        return "chain.previous", f"number {number} was made after another number {last}"
    if here.collected_at < before.collected_at:
        return "chain.time", f"number {number} was collected before number {last}"
    return None


def _with_head(found: list[Verification], heads: Sequence[_Link], expected: str) -> list[Verification]:
    """A refusal on the last of each stream, unless one of them is the expected head."""
    if any(head.id.startswith(expected) for head in heads):
        return found
    what = f"the last of the chain is not {expected[:12]}: a newer one is missing, or the history is another"
    refusal = _finding(State.REFUSED, "chain.head", what)
    last = {head.found.name for head in heads}
    return [each.including(refusal) if not heads or each.name in last else each for each in found]


def _finding(state: State, code: str, what: str) -> Finding:
    return Finding(level=Level.CHAINED, state=state, code=code, what=what)
