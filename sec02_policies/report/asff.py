"""Results in the AWS Security Finding Format: a JSON array for Security Hub's BatchImportFindings, 100 at a time.

Limits: https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sec02_policies.model import Severity, Status
from sec02_policies.report.template import JsonTemplate, hole, quoted
from sec02_policies.report.text import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sec02_policies.report.background import Background

_LABELS = {
    Severity.CRITICAL: "CRITICAL",
    Severity.HIGH: "HIGH",
    Severity.MEDIUM: "MEDIUM",
    Severity.LOW: "LOW",
    Severity.INFO: "INFORMATIONAL",
}
_OUTCOMES = {
    Status.PASS: "PASSED",
    Status.FAIL: "FAILED",
    Status.NOT_APPLICABLE: "NOT_AVAILABLE",
    Status.UNKNOWN: "NOT_AVAILABLE",
    Status.ERROR: "NOT_AVAILABLE",
}
_TYPES = {
    "iam_access_key": "AwsIamAccessKey",
    "iam_group": "AwsIamGroup",
    "iam_policy": "AwsIamPolicy",
    "iam_role": "AwsIamRole",
    "iam_user": "AwsIamUser",
    "secretsmanager_secret": "AwsSecretsManagerSecret",
}
_FIXED = itemgetter("policy_id", "best_practice", "severity", "status", "resource_type", "account_id", "region")
"""The members of a row that its template is made for."""
_GLOBAL_REGIONS = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Where findings of global services go, by partition; us-east-1 in the others."""


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """All results as findings, one per line of the array, in ASCII."""
    run = document["run"]
    templates: dict[tuple[Any, ...], JsonTemplate] = {}
    lines = []
    for row in document["results"]:
        named = (row["resource_id"] is None, bool(_text(row["resource_name"] or "", 1024)), row["waived_by"])
        key = (*_FIXED(row), *named)
        if key not in templates:
            templates[key] = JsonTemplate(_finding(row, run, background))
        lines.append(templates[key].fill(_values(row, background)))
    findings = ",\n".join(lines)
    return f"[{findings}]\n".encode("ascii")


def _values(row: Mapping[str, Any], background: Background) -> dict[str, str]:
    """What differs among findings that share a template."""
    message = _text(row["message"], 1024)
    return {
        "id": quoted(f"sec02/{row['account_id']}/{row['region']}/{row['fingerprint']}"),
        "description": quoted(message or background.policy(row["policy_id"])["title"]),
        "why": quoted(message or row["status"]),
        "resource": quoted(_text(row["resource_arn"] or row["resource_id"] or "", 512) or row["resource_type"]),
        "name": quoted(_text(row["resource_name"] or "", 1024)),
    }


def _finding(row: Mapping[str, Any], run: Mapping[str, Any], background: Background) -> dict[str, Any]:
    """The finding of a row, with holes for what `_values` gives."""
    policy = background.policy(row["policy_id"])
    account, partition = row["account_id"], run["partition"]
    region = row["region"] if row["region"] != "global" else _GLOBAL_REGIONS.get(partition, "us-east-1")
    finding = {
        "SchemaVersion": "2018-10-08",
        "Id": hole("id"),
        "ProductArn": f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default",
        "ProductName": run["tool"]["name"],
        "GeneratorId": row["policy_id"],
        "AwsAccountId": account,
        "CreatedAt": run["evaluated_at"],
        "UpdatedAt": run["evaluated_at"],
        "LastObservedAt": run["collected_at"],
        "Title": shortened(policy["title"], 256),
        "Description": hole("description"),
        "FindingProviderFields": {
            "Severity": {"Label": _label(row), "Original": row["severity"]},
            "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        },
        "Compliance": _compliance(row, policy),
        "Workflow": {"Status": _workflow(row)},
        "RecordState": "ACTIVE",
        "Resources": [_resource(row, partition, region)],
        "ProductFields": _fields(row, run),
    }
    if policy["remediation"]["text"]:
        finding["Remediation"] = {"Recommendation": _recommendation(policy)}
    return finding


def _label(row: Mapping[str, Any]) -> str:
    """How bad it is; what passes or does not apply is no issue."""
    calm = row["status"] in (Status.PASS, Status.NOT_APPLICABLE)
    return "INFORMATIONAL" if calm else _LABELS[Severity(row["severity"])]


def _workflow(row: Mapping[str, Any]) -> str:
    if row["waived_by"]:
        return "SUPPRESSED"
    return "RESOLVED" if row["status"] in (Status.PASS, Status.NOT_APPLICABLE) else "NEW"


def _compliance(row: Mapping[str, Any], policy: Mapping[str, Any]) -> dict[str, Any]:
    related = [f"{framework} {control}" for framework, ids in policy["frameworks"].items() for control in ids]
    compliance: dict[str, Any] = {
        "Status": _OUTCOMES[Status(row["status"])],
        "RelatedRequirements": [f"AWS Well-Architected {row['best_practice']}", *related][:32],
    }
    if compliance["Status"] == "NOT_AVAILABLE":
        compliance["StatusReasons"] = [{"ReasonCode": row["status"].upper(), "Description": hole("why")}]
    return compliance


def _resource(row: Mapping[str, Any], partition: str, region: str) -> dict[str, Any]:
    """The resource as AWS names it, or the account where the result is of no single resource."""
    if row["resource_id"] is None:
        return {
            "Type": "AwsAccount",
            "Id": f"AWS::::Account:{row['account_id']}",
            "Partition": partition,
            "Region": region,
        }
    return {
        "Type": _TYPES.get(row["resource_type"], "Other"),
        "Id": hole("resource"),
        "Partition": partition,
        "Region": region,
    }


def _recommendation(policy: Mapping[str, Any]) -> dict[str, str]:
    found = {"Text": shortened(policy["remediation"]["text"], 512)}
    return found | ({"Url": policy["references"][0]} if policy["references"] else {})


def _fields(row: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, str]:
    fields = {
        "sec02/status": row["status"],
        "sec02/resource_type": row["resource_type"],
        "sec02/resource_name": row["resource_name"] or "",
        "sec02/waived_by": row["waived_by"] or "",
        "sec02/snapshot_sha256": run["snapshot_sha256"],
    }
    texts = {name: _text(value, 1024) for name, value in fields.items()}
    kept = {name: text for name, text in texts.items() if text}
    return kept | ({"sec02/resource_name": hole("name")} if "sec02/resource_name" in kept else {})


def _text(text: str, limit: int) -> str:
    """The text as Security Hub takes it: printable, cut to its limit, and empty where it is only spaces."""
    return shortened(printable(text).strip(), limit)
