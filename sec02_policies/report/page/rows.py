"""The table's data: results in columns, each distinct text stored once, so that 20,000 results stay a small page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sec02_policies.model import BEST_PRACTICES, IAM_PREFIXES, Severity, Status
from sec02_policies.posture import service_of
from sec02_policies.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from sec02_policies.report.background import Background

Row = dict[str, Any]
_STATUS = {each.value: each.value[0] for each in Status}
_SEVERITY = {each.value: str(each.rank) for each in Severity}
_SUBJECT = "\x01"
"""Stands in a message for the name of its resource, so that results of one policy share their text."""


class Column:
    """Distinct values in the order in which they first came, and the number of each."""

    __slots__ = ("_numbers", "values")

    def __init__(self) -> None:
        """Start empty."""
        self._numbers: dict[Hashable, int] = {}
        self.values: list[Any] = []

    def __contains__(self, key: Hashable) -> bool:
        return key in self._numbers

    def number(self, key: Hashable, value: Any = None) -> int:  # noqa: ANN401 - any JSON value
        """The number of the value that the key stands for; the key itself without one."""
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.values)
            self.values.append(key if value is None else value)
        return found


def table_data(document: Mapping[str, Any], background: Background, scores: Sequence[int | None]) -> str:
    """The data as JSON in ASCII that is safe inside a `<script>` element; `scores` are the risks, row by row."""
    policies, resources, messages = Column(), Column(), Column()
    prefixes, shapes, evidence, gaps, waivers = Column(), Column(), Column(), Column(), Column()
    numbers: dict[str, list[Any]] = {name: [] for name in ("p", "r", "m", "e")}
    more: dict[int, list[int]] = {}
    waived: dict[int, int] = {}
    for number, row in enumerate(document["results"]):
        name = row["resource_name"] or ""
        numbers["p"].append(policies.number(row["policy_id"], row))
        numbers["r"].append(_resource(row, resources, prefixes))
        numbers["m"].append(messages.number(_message(row["message"], name)))
        numbers["e"].append(_evidence(row["evidence"], evidence, shapes) if row["evidence"] else -1)
        if row["gaps"]:
            more[number] = [gaps.number(_cause(gap)) for gap in row["gaps"]]
        if row["waived_by"]:
            waived[number] = waivers.number(printable(row["waived_by"]))
    params = {each["id"]: each["params"] for each in document["run"]["policies"]}
    data = {
        "policies": [_policy(first, params.get(first["policy_id"], {}), background) for first in policies.values],
        "resources": resources.values,
        "prefixes": prefixes.values,
        "messages": messages.values,
        "shapes": shapes.values,
        "evidence": evidence.values,
        "gaps": gaps.values,
        "waivers": _waivers(waivers.values, document["run"]["waivers"]),
        "practices": BEST_PRACTICES,
        "rows": {
            "fingerprints": "".join(row["fingerprint"] for row in document["results"]),
            "statuses": "".join(_STATUS[row["status"]] for row in document["results"]),
            "severities": "".join(_SEVERITY[row["severity"]] for row in document["results"]),
            "scores": scores,
            "waived": waived,
            "gaps": more,
            **numbers,
        },
    }
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


class Lines(str):
    """Text of several lines that is printable: its line ends are meant."""

    __slots__ = ()


def lines(text: str | None) -> Lines | None:
    """Text of several lines, each printable."""
    return None if text is None else Lines("\n".join(printable(line) for line in text.strip().splitlines()))


def _resource(row: Row, resources: Column, prefixes: Column) -> int:
    """The number of the resource: name, prefix of its ARN (or -1) and the rest of it, its id where that is another."""
    name, identifier, arn = row["resource_name"], row["resource_id"], row["resource_arn"]
    key = (row["resource_type"], identifier, name, arn, row["account_id"], row["region"])
    if key in resources:
        return resources.number(key)
    where = prefixes.number((row["resource_type"], printable(row["account_id"]), printable(row["region"])))
    shown = printable(name or "")
    whole = printable(arn or "")
    if shown and whole.endswith(shown):
        value = [where, shown, prefixes.number(("", whole[: -len(shown)]))]
    else:
        value = [where, shown, -1, whole]
    if identifier is not None and identifier != arn:
        value = [*value, *[""] * (4 - len(value)), printable(identifier)]
    return resources.number(key, value)


def _message(text: str, name: str) -> str:
    shown = printable(text)
    subject = printable(name)
    return shown.replace(subject, _SUBJECT) if len(subject) > 2 else shown  # noqa: PLR2004 - shorter saves nothing


def _evidence(found: Mapping[str, Any], evidence: Column, shapes: Column) -> int:
    """The number of the evidence: the number of its names, and its values."""
    key = json.dumps(found)
    if key in evidence:
        return evidence.number(key)
    number = shapes.number(tuple(found), [printable(name) for name in found])
    return evidence.number(key, [number, *map(_printable, found.values())])


def _printable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON value with every text in it printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_printable(each) for each in value]
    if isinstance(value, dict):
        return {printable(name): _printable(each) for name, each in value.items()}
    return value


def _cause(gap: Mapping[str, Any]) -> tuple[str, ...]:
    """What the detail of a result says of one gap."""
    place = gap["resource_id"] or gap["region"]
    return tuple(
        printable(each) for each in (gap["api"], gap["code"] or gap["kind"], gap["field"] or "", place, permission(gap))
    )


def permission(gap: Mapping[str, Any]) -> str:
    """The IAM action that would close the gap; empty where none would."""
    service, _, operation = gap["api"].partition(":")
    if gap["kind"] != "denied" or not operation or service == "attestation":
        return ""
    return f"{IAM_PREFIXES.get(service, service)}:{operation}"


def _policy(first: Row, params: Mapping[str, Any], background: Background) -> dict[str, Any]:
    """What the table and the detail say of the policy of a row."""
    about = background.policy(first["policy_id"])
    remediation = about["remediation"]
    return {
        "id": printable(first["policy_id"]),
        "title": printable(about["title"]),
        "practice": printable(first["best_practice"]),
        "service": service_of(first["resource_type"]),
        "maturity": about["maturity"],
        "control": about["control"],
        "identity": about["identity"],
        "frameworks": {printable(name): [printable(each) for each in ids] for name, ids in about["frameworks"].items()},
        "rationale": printable(about["rationale"]),
        "text": printable(remediation["text"]),
        "cli": lines(remediation["cli"]),
        "undo": lines(remediation.get("rollback")),
        "terraform": lines(remediation["terraform"]),
        "cloudformation": lines(remediation.get("cloudformation")),
        "warning": printable(remediation.get("warning") or ""),
        "references": [printable(each) for each in about["references"] if each.startswith("https://")],
        "when": lines(about.get("when")),
        "condition": lines(about.get("condition")),
        "params": _printable(params),
        "place": f"{printable(about['path'])}:{about['line']}",
    }


def _waivers(used: Sequence[str], known: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What the detail says of each waiver that covers a result."""
    by_id = {printable(each["id"]): each for each in known if each["id"]}
    names = ("reason", "owner", "approved_by", "ticket", "expires")
    return [
        {"id": each} | {name: printable(str(by_id[each][name] or "")) for name in names if each in by_id}
        for each in used
    ]
