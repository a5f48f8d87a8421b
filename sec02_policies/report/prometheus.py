"""Results as Prometheus text: gauges for node_exporter's textfile collector, without names of resources."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sec02_policies.model import Status
from sec02_policies.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sec02_policies.report.background import Background

Sample = tuple[dict[str, str], str]


def render(document: Mapping[str, Any], _: Background) -> bytes:
    """Counts by best practice, policy and cause of unknown, the two scores, and when the account was read."""
    run = document["run"]
    account = {"account_id": run["account_id"]}
    lines: list[str] = []
    for name, text, samples in _metrics(document):
        lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
        lines += [f"{name}{{{_labels(account | labels)}}} {value}" for labels, value in samples]
    return "\n".join([*lines, ""]).encode("utf-8")


def _metrics(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    rows: Sequence[Mapping[str, Any]] = document["results"]
    run, summary = document["run"], document["summary"]
    yield "sec02_results", "Results by best practice, severity and status.", _grouped(rows, "best_practice", "severity")
    yield "sec02_policy_results", "Results by policy and status.", _grouped(rows, "policy_id")
    waived = Counter(row["severity"] for row in rows if row["waived_by"])
    yield "sec02_waived_results", "Failing results that a waiver covers.", _counted(waived, "severity")
    causes = Counter(cause for row in rows if row["status"] == Status.UNKNOWN for cause in _causes(row))
    unread = [({"api": api, "code": code}, str(causes[api, code])) for api, code in sorted(causes)]
    yield "sec02_unread_results", "Unknown results by the call that was not answered.", unread
    waivers = Counter(each["state"] for each in run["waivers"])
    yield "sec02_waivers", "Waivers by state; only active ones are applied.", _counted(waivers, "state")
    compliance, assurance = summary["compliance"], summary["assurance"]
    yield "sec02_compliance_ratio", "Passing of judged results.", _ratio(compliance["met"], compliance["judged"])
    yield "sec02_assurance_ratio", "Judged of applicable results.", _ratio(assurance["judged"], assurance["applicable"])
    yield "sec02_collected_timestamp_seconds", "When the account was read.", [({}, _seconds(run["collected_at"]))]
    yield "sec02_evaluated_timestamp_seconds", "The clock of the judgement.", [({}, _seconds(run["evaluated_at"]))]


def _grouped(rows: Iterable[Mapping[str, Any]], *names: str) -> Iterator[Sample]:
    """Every status of every group, so that a series does not vanish when its count falls to nothing."""
    found = Counter((*(row[name] for name in names), row["status"]) for row in rows)
    for group in sorted({key[:-1] for key in found}):
        labels = dict(zip(names, group, strict=True))
        for status in Status:
            yield labels | {"status": status.value}, str(found[(*group, status.value)])


def _counted(found: Mapping[str, int], name: str) -> list[Sample]:
    return [({name: each}, str(found[each])) for each in sorted(found)]


def _causes(row: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(gap["api"], gap["code"] or gap["kind"]) for gap in row["gaps"]}


def _ratio(part: int, whole: int) -> list[Sample]:
    return [({}, f"{part / whole:.6f}")] if whole else []


def _seconds(moment: str) -> str:
    return str(int(datetime.fromisoformat(moment).timestamp()))


def _labels(values: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items())


def _escaped(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')
