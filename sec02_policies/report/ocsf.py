"""Results as OCSF 1.5.0 Compliance Findings (class 2003), one per line, for security lakes and SIEMs."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sec02_policies.model import BEST_PRACTICES, Severity, Status
from sec02_policies.report.template import JsonTemplate, hole, quoted
from sec02_policies.report.text import ascii_json, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.report.background import Background

_VERSION = "1.5.0"
_STANDARD = "AWS Well-Architected SEC02"
_SEVERITIES = {
    Severity.CRITICAL: (5, "Critical"),
    Severity.HIGH: (4, "High"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.LOW: (2, "Low"),
    Severity.INFO: (1, "Informational"),
}
_OUTCOMES = {
    Status.PASS: (1, "Pass"),
    Status.UNKNOWN: (2, "Warning"),
    Status.FAIL: (3, "Fail"),
    Status.NOT_APPLICABLE: (99, "Not applicable"),
    Status.ERROR: (99, "Error"),
}
_FIXED = itemgetter("policy_id", "best_practice", "severity", "status", "resource_type", "account_id", "region")
"""The members of a row that its template is made for."""
_NEW, _SUPPRESSED, _RESOLVED = (1, "New"), (3, "Suppressed"), (4, "Resolved")


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """Each result as an event on a line of JSON in ASCII."""
    shared = _shared(document["run"])
    templates: dict[tuple[Any, ...], JsonTemplate] = {}
    lines = []
    for row in document["results"]:
        key = (*_FIXED(row), row["waived_by"] is None)
        if key not in templates:
            templates[key] = JsonTemplate(shared | _event(row, shared, background))
        lines.append(templates[key].fill(_values(row)))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _values(row: Mapping[str, Any]) -> dict[str, str]:
    """What differs among events that share a template."""
    return {
        "message": quoted(printable(row["message"])),
        "fingerprint": quoted(row["fingerprint"]),
        "uid": quoted(printable(row["resource_arn"] or row["resource_id"] or row["account_id"])),
        "name": quoted(printable(row["resource_name"] or row["account_id"])),
        "evidence": ascii_json(row["evidence"]) if row["evidence"] else "{}",
        "gaps": ascii_json(row["gaps"]) if row["gaps"] else "[]",
        "waived_by": ascii_json(row["waived_by"]) if row["waived_by"] else "null",
    }


def _shared(run: Mapping[str, Any]) -> dict[str, Any]:
    """What all events of the run have."""
    product = {
        "name": run["tool"]["name"],
        "uid": run["tool"]["name"],
        "version": run["tool"]["version"],
        "vendor_name": run["tool"]["name"],
    }
    return {
        "activity_id": 1,
        "activity_name": "Create",
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": "Compliance Finding",
        "class_uid": 2003,
        "metadata": {"version": _VERSION, "product": product, "profiles": ["cloud"]},
        "time": _milliseconds(run["evaluated_at"]),
        "type_name": "Compliance Finding: Create",
        "type_uid": 200301,
        "unmapped": {"partition": run["partition"], "snapshot_sha256": run["snapshot_sha256"]},
        "cloud": _cloud(run),
        "start_time": _milliseconds(run["collected_at"]),
    }


def _cloud(run: Mapping[str, Any]) -> dict[str, Any]:
    cloud: dict[str, Any] = {"provider": "AWS"}
    if run["organization_id"]:
        cloud["org"] = {"uid": run["organization_id"]}
    return cloud


def _event(row: Mapping[str, Any], shared: Mapping[str, Any], background: Background) -> dict[str, Any]:
    """The event of a row, with holes for what `_values` gives."""
    policy = background.policy(row["policy_id"])
    severity_id, severity = _SEVERITIES[Severity(row["severity"])]
    status_id, status = _state(row)
    outcome_id, outcome = _OUTCOMES[Status(row["status"])]
    message = hole("message")
    account = {"uid": row["account_id"], "type": "AWS Account", "type_id": 10, "name": row["account_id"]}
    event = {
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": message,
        "cloud": {**shared["cloud"], "account": account, "region": row["region"]},
        "compliance": {
            "control": row["policy_id"],
            "desc": policy["title"],
            "requirements": [row["best_practice"], *_requirements(policy)],
            "standards": [_STANDARD, *policy["frameworks"]],
            "status": outcome,
            "status_id": outcome_id,
        },
        "finding_info": {
            "uid": hole("fingerprint"),
            "title": policy["title"],
            "desc": policy["rationale"] or message,
            "types": [BEST_PRACTICES.get(row["best_practice"], row["best_practice"])],
        },
        "resources": [_resource(row, shared["unmapped"]["partition"])],
        "unmapped": {
            **shared["unmapped"],
            "evidence": hole("evidence"),
            "gaps": hole("gaps"),
            "waived_by": hole("waived_by"),
        },
    }
    if policy["remediation"]["text"]:
        event["remediation"] = {"desc": policy["remediation"]["text"], "references": policy["references"]}
    return event


def _requirements(policy: Mapping[str, Any]) -> list[str]:
    return [f"{framework} {control}" for framework, ids in policy["frameworks"].items() for control in ids]


def _state(row: Mapping[str, Any]) -> tuple[int, str]:
    """What is to be done about it: nothing where it is waived, or complies, or does not apply."""
    if row["waived_by"]:
        return _SUPPRESSED
    return _RESOLVED if row["status"] in (Status.PASS, Status.NOT_APPLICABLE) else _NEW


def _resource(row: Mapping[str, Any], partition: str) -> dict[str, Any]:
    return {
        "uid": hole("uid"),
        "name": hole("name"),
        "type": row["resource_type"],
        "region": row["region"],
        "cloud_partition": partition,
    }


def _milliseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp()) * 1000
