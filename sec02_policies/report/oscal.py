"""Results as OSCAL 1.2.1 assessment results: an observation per result, a finding per policy, for GRC tools."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from sec02_policies.model import BEST_PRACTICES, Status
from sec02_policies.report.text import ascii_json, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sec02_policies.report.background import Background

Row = dict[str, Any]
_VERSION = "1.2.1"
_NAMESPACE = UUID("6f2d7c0e-5a3b-5e41-9c55-5ec02a11ce00")
"""All ids are made from this and from what they name, so that the same run gives the same ids."""
_PROPERTY_NAMESPACE = "urn:sec02:oscal"
_WORST_FIRST = (Status.FAIL, Status.ERROR, Status.UNKNOWN, Status.PASS)


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """An assessment-results document with one result, in ASCII."""
    run = document["run"]
    # What was judged, by what and when: other runs get other ids for all that is only theirs.
    digest = ascii_json([run["snapshot_sha256"], run["evaluated_at"], run["policies"], run["waivers"]])
    plan = _id("plan", digest)
    results = {
        "uuid": _id("results", digest),
        "metadata": {
            "title": f"AWS Well-Architected SEC02, account {run['account_id']}",
            "last-modified": run["evaluated_at"],
            "version": run["evaluated_at"],
            "oscal-version": _VERSION,
        },
        "import-ap": {"href": f"#{plan}"},
        "results": [_result(document, background, digest)],
        "back-matter": {"resources": [_plan(plan, run)]},
    }
    return f"{ascii_json({'assessment-results': results})}\n".encode("ascii")


def _plan(plan: str, run: Mapping[str, Any]) -> dict[str, Any]:
    """What stands for the assessment plan: the policies and the snapshot, by their digests."""
    tool = run["tool"]
    digests = [_property("snapshot-sha256", run["snapshot_sha256"])]
    digests += [_property("policy-sha256", f"{each['id']} {each['sha256']}") for each in run["policies"]]
    return {
        "uuid": plan,
        "title": "The policies that judged",
        "description": f"{tool['name']} {tool['version']} judged one snapshot by {len(run['policies'])} policies.",
        "props": [each for found in digests for each in found],
    }


def _result(document: Mapping[str, Any], background: Background, digest: str) -> dict[str, Any]:
    run, rows = document["run"], document["results"]
    practices = sorted({row["best_practice"] for row in rows}) or sorted(BEST_PRACTICES)
    observations = [_observation(row, run, digest) for row in rows]
    result: dict[str, Any] = {
        "uuid": _id("result", digest),
        "title": "SEC02 policies on one snapshot",
        "description": "Each policy was judged on each resource of the snapshot; what could not be read is unknown.",
        "start": run["collected_at"],
        "end": run["evaluated_at"],
        "reviewed-controls": {"control-selections": [{"include-controls": [_control(each) for each in practices]}]},
    }
    items = _inventory(rows)
    if items:
        result["local-definitions"] = {"inventory-items": items}
    if observations:
        result["observations"] = observations
    findings = _findings(rows, observations, background, digest)
    if findings:
        result["findings"] = findings
    return result


def _control(best_practice: str) -> dict[str, str]:
    return {"control-id": best_practice.lower()}


def _observation(row: Row, run: Mapping[str, Any], digest: str) -> dict[str, Any]:
    props = [
        *_property("status", row["status"]),
        *_property("severity", row["severity"]),
        *_property("fingerprint", row["fingerprint"]),
        *_property("waived-by", row["waived_by"]),
        *(each for gap in row["gaps"] for each in _property("unread", f"{gap['api']} {gap['code'] or gap['kind']}")),
    ]
    observation: dict[str, Any] = {
        "uuid": _id("observation", digest, row["fingerprint"]),
        "title": row["policy_id"],
        "description": printable(row["message"]) or row["status"],
        "props": props,
        "methods": ["TEST"],
        "collected": run["collected_at"],
    }
    if row["resource_id"] is not None:
        subject = {"subject-uuid": _item_id(row), "type": "inventory-item"}
        title = printable(row["resource_name"] or row["resource_id"])
        observation["subjects"] = [subject | ({"title": title} if title else {})]
    return observation


def _inventory(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The resources that the observations are about, each once."""
    items: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["resource_id"] is not None:
            item = _item_id(row)
            if item not in items:
                named = printable(row["resource_name"] or row["resource_id"])
                items[item] = {
                    "uuid": item,
                    "description": f"{row['resource_type']} {named}",
                    "props": [
                        *_property("resource-id", row["resource_id"]),
                        *_property("account-id", row["account_id"]),
                        *_property("region", row["region"]),
                    ],
                }
    return list(items.values())


def _findings(
    rows: Sequence[Row], observations: Sequence[dict[str, Any]], background: Background, digest: str
) -> list[dict[str, Any]]:
    """One finding per policy that applies to something; satisfied only where everything it applies to passes."""
    findings = []
    both = zip(rows, observations, strict=True)
    for policy_id, group in groupby(both, key=lambda pair: str(pair[0]["policy_id"])):
        pairs = [(row, seen) for row, seen in group if row["status"] != Status.NOT_APPLICABLE]
        if not pairs:
            continue
        statuses = {row["status"] for row, _ in pairs}
        worst = next(each for each in _WORST_FIRST if each in statuses)
        policy = background.policy(policy_id)
        findings.append(
            {
                "uuid": _id("finding", digest, policy_id),
                "title": policy["title"],
                "description": policy["rationale"] or policy["title"],
                "props": _property("severity", pairs[0][0]["severity"]),
                "target": {"type": "objective-id", "target-id": policy_id, "status": _status(worst)},
                "related-observations": [{"observation-uuid": seen["uuid"]} for _, seen in pairs],
            }
        )
    return findings


def _status(worst: Status) -> dict[str, str]:
    if worst is Status.PASS:
        return {"state": "satisfied", "reason": "pass"}
    return {"state": "not-satisfied", "reason": "fail" if worst is Status.FAIL else "other"}


def _item_id(row: Row) -> str:
    return _id("item", row["account_id"], row["region"], row["resource_type"], row["resource_id"])


def _id(*parts: str) -> str:
    return str(uuid5(_NAMESPACE, ascii_json(parts)))


def _property(name: str, value: str | None) -> list[dict[str, str]]:
    """The property, or none where there is no value; a value begins and ends with no space."""
    text = printable(value or "").strip()
    return [{"name": name, "ns": _PROPERTY_NAMESPACE, "value": text}] if text else []
