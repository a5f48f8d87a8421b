"""Results as OSCAL 1.2.1 assessment results: an observation per result, a finding per policy, for GRC tools."""

from __future__ import annotations

from hashlib import sha1, sha256
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sec02_policies.model import BEST_PRACTICES, Status
from sec02_policies.report.template import JsonTemplate, hole, quoted
from sec02_policies.report.text import ascii_json, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sec02_policies.report.background import Background

Row = dict[str, Any]
_VERSION = "1.2.1"
_NAMESPACE = bytes.fromhex("6f2d7c0e5a3b5e419c555ec02a11ce00")
"""All ids are made from this and from what they name, so that the same run gives the same ids."""
_PROPERTY_NAMESPACE = "urn:sec02:oscal"
_FIXED = itemgetter("policy_id", "severity", "status", "waived_by")
"""The members of a row that its template is made for."""
_RELATED = ascii_json({"observation-uuid": "%s"})
_WORST_FIRST = (Status.FAIL, Status.ERROR, Status.UNKNOWN, Status.PASS)


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """An assessment-results document with one result, in ASCII."""
    run = document["run"]
    # What was judged, by what and when: other runs get other ids for all that is only theirs.
    facts = ascii_json([run["snapshot_sha256"], run["evaluated_at"], run["policies"], run["waivers"]])
    digest = sha256(facts.encode("ascii")).hexdigest()
    plan = _id("plan", digest)
    seen = _observation_ids(digest, document["results"])
    findings = _findings(document["results"], seen, background, digest)
    results = {
        "uuid": _id("results", digest),
        "metadata": {
            "title": f"AWS Well-Architected SEC02, account {run['account_id']}",
            "last-modified": run["evaluated_at"],
            "version": run["evaluated_at"],
            "oscal-version": _VERSION,
        },
        "import-ap": {"href": f"#{plan}"},
        "results": [_result(document, digest, found=bool(findings))],
        "back-matter": {"resources": [_plan(plan, run)]},
    }
    items, observations = _encoded(document, seen)
    lists = {
        name: f"[{','.join(each)}]"
        for name, each in (("items", items), ("observations", observations), ("findings", findings))
    }
    return f"{JsonTemplate({'assessment-results': results}).fill(lists)}\n".encode("ascii")


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


def _result(document: Mapping[str, Any], digest: str, *, found: bool) -> dict[str, Any]:
    """The one result, with holes for its inventory, its observations and, where any are found, its findings."""
    run, rows = document["run"], document["results"]
    practices = sorted({row["best_practice"] for row in rows}) or sorted(BEST_PRACTICES)
    result: dict[str, Any] = {
        "uuid": _id("result", digest),
        "title": "SEC02 policies on one snapshot",
        "description": "Each policy was judged on each resource of the snapshot; what could not be read is unknown.",
        "start": run["collected_at"],
        "end": run["evaluated_at"],
        "reviewed-controls": {"control-selections": [{"include-controls": [_control(each) for each in practices]}]},
    }
    if any(row["resource_id"] is not None for row in rows):
        result["local-definitions"] = {"inventory-items": hole("items")}
    if rows:
        result["observations"] = hole("observations")
    if found:
        result["findings"] = hole("findings")
    return result


def _control(best_practice: str) -> dict[str, str]:
    return {"control-id": best_practice.lower()}


def _encoded(document: Mapping[str, Any], seen: Sequence[str]) -> tuple[list[str], list[str]]:
    """The resources that the observations are about, each once, and the observations, as JSON."""
    collected = document["run"]["collected_at"]
    templates: dict[tuple[Any, ...], JsonTemplate] = {}
    items = _Items()
    observations = []
    for row, uuid in zip(document["results"], seen, strict=True):
        item = "" if row["resource_id"] is None else items.uuid(row)
        causes = tuple([f"{gap['api']} {gap['code'] or gap['kind']}" for gap in row["gaps"]]) if row["gaps"] else ()
        key = (*_FIXED(row), causes, bool(item))
        if key not in templates:
            templates[key] = JsonTemplate(_observation(row, causes, collected))
        values = {
            "uuid": f'"{uuid}"',
            "fingerprint": quoted(row["fingerprint"]),
            "description": quoted(printable(row["message"]) or row["status"]),
            "item": f'"{item}"',
        }
        observations.append(templates[key].fill(values))
    return items.encoded, observations


class _Items:
    """The inventory as it grows: the id of each resource, and its item as JSON."""

    def __init__(self) -> None:
        self.encoded: list[str] = []
        self._ids: dict[tuple[str, ...], str] = {}
        self._templates: dict[tuple[Any, ...], JsonTemplate] = {}

    def uuid(self, row: Row) -> str:
        """The id of the row's resource, which is in the inventory then."""
        kind = (row["resource_type"], row["account_id"], row["region"])
        place = (*kind, row["resource_id"])
        found = self._ids.get(place)
        if found is None:
            found = self._ids[place] = _id("item", *place)
            properties = _property("resource-id", row["resource_id"])
            key = (*kind, bool(properties))
            if key not in self._templates:
                self._templates[key] = JsonTemplate(_item(row))
            named = printable(row["resource_name"] or row["resource_id"])
            values = {
                "uuid": f'"{found}"',
                "description": quoted(f"{row['resource_type']} {named}"),
                "resource": quoted(properties[0]["value"]) if properties else "",
            }
            self.encoded.append(self._templates[key].fill(values))
        return found


def _observation(row: Row, causes: Iterable[str], collected: str) -> dict[str, Any]:
    """The observation of a row, with holes for what differs among those that share a template."""
    observation: dict[str, Any] = {
        "uuid": hole("uuid"),
        "title": row["policy_id"],
        "description": hole("description"),
        "props": [
            *_property("status", row["status"]),
            *_property("severity", row["severity"]),
            {"name": "fingerprint", "ns": _PROPERTY_NAMESPACE, "value": hole("fingerprint")},
            *_property("waived-by", row["waived_by"]),
            *(each for cause in causes for each in _property("unread", cause)),
        ],
        "methods": ["TEST"],
        "collected": collected,
    }
    if row["resource_id"] is not None:
        observation["subjects"] = [{"subject-uuid": hole("item"), "type": "inventory-item"}]
    return observation


def _item(row: Row) -> dict[str, Any]:
    """The item of a row's resource, with holes for what differs among those that share a template."""
    resource = [each | {"value": hole("resource")} for each in _property("resource-id", row["resource_id"])]
    return {
        "uuid": hole("uuid"),
        "description": hole("description"),
        "props": [*resource, *_property("account-id", row["account_id"]), *_property("region", row["region"])],
    }


def _findings(rows: Sequence[Row], seen: Sequence[str], background: Background, digest: str) -> list[str]:
    """One finding per policy that applies to something, as JSON; satisfied only where all that it applies to passes."""
    findings = []
    both = zip(rows, seen, strict=True)
    for policy_id, group in groupby(both, key=lambda pair: str(pair[0]["policy_id"])):
        pairs = [(row, uuid) for row, uuid in group if row["status"] != Status.NOT_APPLICABLE]
        if not pairs:
            continue
        statuses = {row["status"] for row, _ in pairs}
        worst = next(each for each in _WORST_FIRST if each in statuses)
        policy = background.policy(policy_id)
        finding = {
            "uuid": _id("finding", digest, policy_id),
            "title": policy["title"],
            "description": policy["rationale"] or policy["title"],
            "props": _property("severity", pairs[0][0]["severity"]),
            "target": {"type": "objective-id", "target-id": policy_id, "status": _status(worst)},
            "related-observations": hole("related"),
        }
        related = ",".join([_RELATED % uuid for _, uuid in pairs])
        findings.append(JsonTemplate(finding).fill({"related": f"[{related}]"}))
    return findings


def _status(worst: Status) -> dict[str, str]:
    if worst is Status.PASS:
        return {"state": "satisfied", "reason": "pass"}
    return {"state": "not-satisfied", "reason": "fail" if worst is Status.FAIL else "other"}


def _id(*parts: str) -> str:
    """A UUID of version 5 (RFC 9562, 5.5) for what the parts name; uuid.uuid5 does the same in four times the time."""
    return _uuid(sha1(_NAMESPACE + ascii(parts).encode("ascii"), usedforsecurity=False).hexdigest())


def _observation_ids(digest: str, rows: Iterable[Row]) -> list[str]:
    """For each row `_id("observation", digest, fingerprint)`; what they begin with is hashed once."""
    begun = sha1(_NAMESPACE + f"('observation', {digest!a}, ".encode("ascii"), usedforsecurity=False)
    found = []
    for row in rows:
        name = begun.copy()
        name.update(f"{row['fingerprint']!a})".encode("ascii"))
        found.append(_uuid(name.hexdigest()))
    return found


def _uuid(digest: str) -> str:
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def _property(name: str, value: str | None) -> list[dict[str, str]]:
    """The property, or none where there is no value; a value begins and ends with no space."""
    text = printable(value or "").strip()
    return [{"name": name, "ns": _PROPERTY_NAMESPACE, "value": text}] if text else []
