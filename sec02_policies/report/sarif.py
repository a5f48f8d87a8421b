"""Results as SARIF 2.1.0: what fails, is unknown or is broken, at the line of the policy that says so.

What passes or does not apply is only counted, since code-scanning services show every result as a problem
(https://github.com/microsoft/PSRule/issues/955). Waivers are suppressions; a baseline sets `baselineState`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sec02_policies.evaluate import Change, pairs
from sec02_policies.model import Severity, Status
from sec02_policies.report.text import ascii_json, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sec02_policies.report.background import Background

Row = dict[str, Any]
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_KINDS = {Status.FAIL: "fail", Status.UNKNOWN: "open", Status.ERROR: "review"}
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
    Severity.INFO: "0.1",
}


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """A SARIF log of one run, in ASCII."""
    run = document["run"]
    rules = _rules(document["results"], background)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    reasons = {each["id"]: each["reason"] for each in run["waivers"] if each["id"]}
    driver = {
        "name": run["tool"]["name"],
        "version": run["tool"]["version"],
        "semanticVersion": run["tool"]["version"],
        "rules": rules,
    }
    results = [
        _result(row, index, background, reasons) | ({"baselineState": state} if state else {})
        for row, state in _chosen(document, background)
    ]
    described = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"sec02/{run['account_id']}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(run)],
        "properties": {"summary": document["summary"]["statuses"], "snapshotSha256": run["snapshot_sha256"]},
        "results": results,
    }
    return f"{ascii_json({'$schema': _SCHEMA, 'version': '2.1.0', 'runs': [described]})}\n".encode("ascii")


def _chosen(document: Mapping[str, Any], background: Background) -> Iterator[tuple[Row, str | None]]:
    """The rows that are shown, with their baseline state; what was fixed is shown as absent."""
    if background.baseline is None:
        yield from ((row, None) for row in document["results"] if row["status"] in _KINDS)
        return
    for old, new, change in pairs(background.baseline, document):
        if new is None or new["status"] not in _KINDS:
            if old is not None and change is Change.FIXED:
                yield old, "absent"
        elif old is None or old["status"] not in _KINDS:
            yield new, "new"
        else:
            same = all(old[name] == new[name] for name in ("status", "severity", "message", "waived_by"))
            yield new, "unchanged" if same else "updated"


def _result(row: Row, index: Mapping[str, int], background: Background, reasons: Mapping[str, Any]) -> dict[str, Any]:
    kind = _KINDS[row["status"]]
    policy = background.policy(row["policy_id"])
    name = row["resource_name"] or row["account_id"]
    found = {
        "ruleId": row["policy_id"],
        "kind": kind,
        "level": _LEVELS[Severity(row["severity"])] if kind == "fail" else "none",
        "message": {"text": _message(f"{name}: {row['message']}")},
        "locations": [_location(row, policy, name)],
        "partialFingerprints": {"sec02/v1": row["fingerprint"]},
        "suppressions": [],
        "properties": {
            "account_id": row["account_id"],
            "region": row["region"],
            "resource_type": row["resource_type"],
            "evidence": row["evidence"],
            "gaps": row["gaps"],
        },
    }
    if row["policy_id"] in index:
        found["ruleIndex"] = index[row["policy_id"]]
    if row["waived_by"]:
        reason = reasons.get(row["waived_by"]) or ""
        text = printable(f"{row['waived_by']}: {reason}" if reason else row["waived_by"])
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": text}]
    return found


def _location(row: Row, policy: Mapping[str, Any], name: str) -> dict[str, Any]:
    logical = {
        "name": printable(name),
        "fullyQualifiedName": printable(row["resource_arn"] or row["resource_id"] or row["account_id"]),
        "kind": "resource",
    }
    physical = {"artifactLocation": {"uri": _uri(policy["path"])}, "region": {"startLine": policy["line"]}}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _rules(rows: Sequence[Row], background: Background) -> list[dict[str, Any]]:
    """A rule for each policy that has a result, in the order of their ids."""
    firsts = {row["policy_id"]: row for row in reversed(rows)}
    return [_rule(firsts[each], background.policy(each)) for each in sorted(firsts)]


def _rule(row: Row, policy: Mapping[str, Any]) -> dict[str, Any]:
    severity = Severity(row["severity"])
    remediation = policy["remediation"]
    rule = {
        "id": row["policy_id"],
        "shortDescription": {"text": _message(policy["title"])},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {
            "tags": ["security", row["best_practice"]],
            "precision": "very-high",
            "problem.severity": "error" if _LEVELS[severity] == "error" else "warning",
            "security-severity": _SCORES[severity],
        },
    }
    if policy["rationale"]:
        rule["fullDescription"] = {"text": _message(policy["rationale"])}
    if remediation["text"]:
        lines = [remediation["text"], *filter(None, [remediation["cli"], *policy["references"]])]
        rule["help"] = {"text": "\n".join(_message(line) for line in lines)}
    if policy["references"]:
        rule["helpUri"] = policy["references"][0]
    return rule


def _invocation(run: Mapping[str, Any]) -> dict[str, Any]:
    """When it was judged, and the waivers that did not hold."""
    notes = [
        {"level": "warning", "message": {"text": _message(f"waiver {each['id']} is not applied: {each['problem']}")}}
        for each in run["waivers"]
        if each["problem"]
    ]
    return {"executionSuccessful": True, "endTimeUtc": run["evaluated_at"], "toolExecutionNotifications": notes}


def _message(text: str) -> str:
    """Plain text as SARIF wants it: no link, no placeholder (sections 3.11.5 and 3.11.6)."""
    escaped = printable(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped.replace("{", "{{").replace("}", "}}")


def _uri(path: str) -> str:
    quoted = quote(path.replace("\\", "/"), safe="/")
    return f"file://{quoted}" if quoted.startswith("/") else quoted
