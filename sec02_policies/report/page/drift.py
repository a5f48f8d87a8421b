"""What became of the results since an earlier run: new, fixed, lost to unknown, the worst of each by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.evaluate import Change, compare

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 8
_WORDS = {
    Change.NEW: ("New", "fail now and did not"),
    Change.FIXED: ("Fixed", "failed, and pass, do not apply or are gone"),
    Change.LOST: ("Lost to unknown", "had a verdict, and have none now"),
    Change.CHANGED: ("Changed otherwise", "have another status than before"),
    Change.STILL_FAILING: ("Still failing", "failed then and fail now"),
}


def drift(document: Mapping[str, Any], baseline: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The changes since the baseline; None without one."""
    if baseline is None:
        return None
    found = compare(baseline, document)
    here = {row["fingerprint"] for row in document["results"]}
    lists = [
        {
            "change": change.value,
            "title": _WORDS[change][0],
            "rows": [row | {"linked": row["fingerprint"] in here} for row in found[change.value][:_MOST]],
            "more": max(found["counts"][change.value] - _MOST, 0),
        }
        for change in (Change.NEW, Change.LOST, Change.FIXED)
    ]
    return {
        "since": found["before"]["collected_at"],
        "counts": [
            {"change": change.value, "title": title, "words": words, "count": found["counts"][change.value]}
            for change, (title, words) in _WORDS.items()
        ],
        "lists": [each for each in lists if each["rows"]],
        "policies": found["policies"],
    }
