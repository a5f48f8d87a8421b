"""What a bundle says of itself, for whoever verifies it: whose it is, as of when by whose clock, what was not read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Holes that somebody asked for.
_WORDS = {"not_requested": "not asked for", "redacted": "redacted"}


def says(manifest: Mapping[str, Any], now: str) -> Iterator[str]:
    """A few lines; `now` is the time here (RFC 3339 in Z), before which nothing can have been collected."""
    run, people = manifest["run"], manifest["population"]
    organization = f" of {run['organization_id']}" if run["organization_id"] else ""
    who = people["collector"]["principal_arn"] or "somebody who is not known"
    yield f"account {run['account_id']}{organization}, collected {run['collected_at']} by {who}"
    yield f"{len(run['policies'])} policies as of {run['evaluated_at']}: {_outcome(manifest['outcome'])}"
    yield _read(people)
    if manifest["derived_from"] is not None:
        origin = manifest["derived_from"]
        yield f"{origin['redacted']} redacted, of bundle {origin['bundle_id']}"
    if run["collected_at"] > now:
        yield f"WRONG CLOCK: it was collected in the future; here it is {now}"
    yield "these times are of the clock of whoever collected, and nobody else's"


def _outcome(outcome: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{number} {status}" for status, number in sorted(outcome["statuses"].items()) if number)
    waived = f", {outcome['waived']} of them waived" if outcome["waived"] else ""
    return f"{outcome['result']}, {counts or 'no results'}{waived}"


def _read(people: Mapping[str, Any]) -> str:
    calls, gaps = people["calls"], people["gaps"]
    asked = ", ".join(f"{number} {status}" for status, number in sorted(calls["by_status"].items()))
    kinds: Counter[str] = Counter()
    for each in gaps:
        kinds[_WORDS.get(each["kind"], "not readable")] += each["count"]
    unread = ", ".join(f"{kinds[word]} {word}" for word in ("not readable", *_WORDS.values()) if kinds[word])
    return f"{calls['operations']} operations ({asked or 'none'}); gaps: {unread or 'none'}"
