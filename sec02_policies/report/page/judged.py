"""The head of the page: what was judged, and in words what could not be and what to do about it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sec02_policies.model import GapKind, Status
from sec02_policies.posture import service_of
from sec02_policies.report.page.rows import permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    Cause = tuple[str, str, str, str]

_MOST = 12
"""Causes that the page names; the rest are counted."""
_WORDS = {
    GapKind.DENIED: ("was refused", "Grant {permission} to the principal that collects."),
    GapKind.THROTTLED: (
        "was throttled by AWS",
        "Collect again at a quieter hour; AWS limits how often it may be asked.",
    ),
    GapKind.TRUNCATED: ("was read only in part", "Collect again; until then the rest counts as not seen."),
    GapKind.UNSUPPORTED_REGION: ("is not offered in that region", "Nothing to do where the region is not in use."),
    GapKind.NOT_REQUESTED: ("was not asked", "Collect again without limiting services, regions or policies."),
    GapKind.FAILED: ("failed", "Collect again; if it stays, the error code says what AWS did not like."),
    GapKind.REDACTED: ("was redacted from this snapshot", "Judge the snapshot before redaction."),
    GapKind.STALE: ("answered with data that is too old", "Collect again later."),
    GapKind.UNPARSED: ("returned a document that cannot be parsed", "Look at the document in the console."),
}


def scope(document: Mapping[str, Any], inventory: Mapping[str, Any] | None) -> dict[str, Any]:
    """The facts of the run, and the two scores that belong together."""
    run, summary = document["run"], document["summary"]
    compliance, assurance = summary["compliance"], summary["assurance"]
    failing = [row for row in document["results"] if row["status"] == Status.FAIL]
    names = {each["account_id"]: each["name"] for each in inventory["accounts"]} if inventory is not None else {}
    return {
        "run": run,
        "name": names.get(run["account_id"]),
        "results": summary["results"],
        "statuses": summary["statuses"],
        "policies": len(run["policies"]),
        "resources": len({row["resource_id"] for row in document["results"] if row["resource_id"] is not None}),
        "accounts": sorted({row["account_id"] for row in document["results"]} | {run["account_id"]}),
        "compliance": share(compliance["met"], compliance["judged"]),
        "assurance": share(assurance["judged"], assurance["applicable"]),
        "failing": sum(1 for row in failing if not row["waived_by"]),
        "waived": sum(1 for row in failing if row["waived_by"]),
        "critical": sum(1 for row in failing if row["severity"] == "critical" and not row["waived_by"]),
        "lapsed": [each for each in run["waivers"] if each["problem"]],
        "errors": [row for row in document["results"] if row["status"] == Status.ERROR],
    }


def share(part: int, whole: int) -> dict[str, Any]:
    """A score as the page says it; no percentage of nothing, and 100 only where nothing is missing."""
    return {"part": part, "whole": whole, "percent": 100 * part // whole if whole else None}


def unread(document: Mapping[str, Any]) -> dict[str, Any]:
    """Why results are unknown: each cause in words, the most costly first, with the way to close it."""
    results: Counter[Cause] = Counter()
    services: dict[Cause, set[str]] = {}
    for row in document["results"]:
        if row["status"] == Status.UNKNOWN:
            found = {(gap["api"], gap["code"], gap["kind"], permission(gap)) for gap in row["gaps"]}
            results.update(found)
            for cause in found:
                services.setdefault(cause, set()).add(service_of(row["resource_type"]))
    ranked = sorted(results.items(), key=lambda each: (-each[1], each[0]))
    causes = [_words(cause) | {"results": count, "services": sorted(services[cause])} for cause, count in ranked]
    grants = sorted({cause[3] for cause in results if cause[3]})
    return {"causes": causes[:_MOST], "more": len(causes[_MOST:]), "grants": grants}


def _words(cause: Cause) -> dict[str, Any]:
    """What happened to a call, and what to do."""
    api, code, kind, grant = cause
    what, remedy = _WORDS[GapKind(kind)]
    if code == "NotInSnapshot":
        what, remedy = (
            "was not read for something that others refer to",
            "It stays unknown where another account has it.",
        )
    if api.startswith("attestation:"):
        what, remedy = "is told by no API", "State it with evidence: sec02 collect --attest FILE."
        api = api.removeprefix("attestation:")
    return {"api": api, "code": code, "what": what, "remedy": remedy.format(permission=grant or api)}
