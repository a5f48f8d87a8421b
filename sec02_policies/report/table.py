"""Results for a person at a terminal: what failed by best practice and severity, and what could not be judged."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sec02_policies.evaluate import Change, compare
from sec02_policies.model import BEST_PRACTICES, Severity, Status
from sec02_policies.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sec02_policies.report.background import Background

_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
Row = dict[str, Any]


def render(document: Mapping[str, Any], background: Background) -> bytes:
    """The results document as text for a terminal of the background's width, in UTF-8."""
    text = StringIO()
    console = Console(
        file=text,
        width=max(background.width, 40),
        force_terminal=background.color,
        color_system="standard" if background.color else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    rows: list[Row] = document["results"]
    for best_practice in sorted({row["best_practice"] for row in rows}):
        chosen = [row for row in rows if row["best_practice"] == best_practice]
        _print_findings(console, best_practice, chosen, details=background.details)
    _print_unread(console, rows)
    _print_errors(console, rows)
    _print_waivers(console, document)
    if background.baseline is not None:
        _print_changes(console, compare(background.baseline, document))
    _print_matrix(console, document)
    _print_scores(console, document)
    return "\n".join(line.rstrip() for line in text.getvalue().split("\n")).encode("utf-8")


def _print_findings(console: Console, best_practice: str, rows: Sequence[Row], *, details: bool) -> None:
    """The failing results of one best practice by policy, the worst first."""
    failing: dict[str, list[Row]] = {}
    for row in rows:
        if row["status"] == Status.FAIL:
            failing.setdefault(row["policy_id"], []).append(row)
    if not failing:
        return
    console.print(Text(f"{best_practice}  {BEST_PRACTICES.get(best_practice, '')}", style="bold"))
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    table.add_column(no_wrap=True, width=9)
    table.add_column(no_wrap=True, justify="right", min_width=3)
    table.add_column(ratio=1, overflow="fold")
    for policy_id, group in sorted(failing.items(), key=lambda each: Severity(each[1][0]["severity"]).rank):
        severity = Severity(group[0]["severity"])
        what = Text(policy_id, style="bold")
        what.append("\n")
        if details or len(group) == 1:
            what.append("\n".join(f"{_name(row)}: {printable(row['message'])}" for row in group), style="not bold")
        else:
            what.append(", ".join(_name(row) for row in group), style="not bold")
        table.add_row(Text(f" {severity.value}", style=_STYLES[severity]), str(len(group)), what)
    console.print(table)
    console.print()


def _name(row: Row) -> str:
    waived = f" (waived by {row['waived_by']})" if row["waived_by"] else ""
    return printable(f"{row['resource_name'] or row['account_id']}{waived}")


def _print_unread(console: Console, rows: Sequence[Row]) -> None:
    """Unknown results by their cause, since one denied call hides many of them."""
    causes: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row["status"] == Status.UNKNOWN:
            causes.update({(gap["api"], gap["code"] or gap["kind"]) for gap in row["gaps"]})
    if not causes:
        return
    console.print(Text("Not judged, because it could not be read", style="bold"))
    for (api, code), count in sorted(causes.items(), key=lambda each: (-each[1], each[0])):
        results = "1 result" if count == 1 else f"{count} results"
        console.print(Text(f" {printable(api)}  {printable(code)}  {results} unknown"), soft_wrap=True)
    console.print()


def _print_errors(console: Console, rows: Sequence[Row]) -> None:
    broken = [row for row in rows if row["status"] == Status.ERROR]
    for row in broken:
        name = printable(row["resource_name"] or row["account_id"])
        console.print(Text(f"error  {row['policy_id']}  {name}: {printable(row['message'])}", style="bold red"))
    if broken:
        console.print()


def _print_waivers(console: Console, document: Mapping[str, Any]) -> None:
    """The waivers that do not hold: what they were meant for counts as failing."""
    lapsed = [each for each in document["run"]["waivers"] if each["problem"]]
    for each in lapsed:
        line = f"waiver {each['id'] or '(without id)'} is not applied: {each['problem']}"
        console.print(Text(printable(line), style="yellow"), soft_wrap=True)
    if lapsed:
        console.print()


def _print_changes(console: Console, difference: Mapping[str, Any]) -> None:
    """What became of the results since the baseline, name by name for what needs attention."""
    counts = difference["counts"]
    numbers = ", ".join(f"{counts[each]} {each.replace('_', ' ')}" for each in Change)
    console.print(Text(f"Since {difference['before']['collected_at']}: {numbers}", style="bold"), soft_wrap=True)
    for change in (Change.NEW, Change.LOST):
        for row in difference[change]:
            line = f" {change.value:5} {row['severity']:8} {row['policy_id']}  {_name(row)}"
            console.print(Text(line), soft_wrap=True)
    console.print()


def _print_matrix(console: Console, document: Mapping[str, Any]) -> None:
    """Failing results by best practice and severity, beside the other statuses."""
    rows: Sequence[Row] = document["results"]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("failing by")
    for severity in Severity:
        table.add_column(severity.value, justify="right", style=_STYLES[severity])
    for status in ("unknown", "pass", "n/a"):
        table.add_column(status, justify="right")
    for best_practice, counts in document["summary"]["by_best_practice"].items():
        failing = Counter(
            row["severity"] for row in rows if row["best_practice"] == best_practice and row["status"] == Status.FAIL
        )
        numbers = [*(failing[severity.value] for severity in Severity)]
        numbers += [counts["unknown"] + counts["error"], counts["pass"], counts["not_applicable"]]
        table.add_row(best_practice, *(str(number) if number else "." for number in numbers))
    console.print(table)


def _print_scores(console: Console, document: Mapping[str, Any]) -> None:
    compliance, assurance = document["summary"]["compliance"], document["summary"]["assurance"]
    console.print()
    console.print(
        Text(
            f"Compliance {_share(compliance['met'], compliance['judged'])} of what was judged;"
            f" assurance {_share(assurance['judged'], assurance['applicable'])} of what applies was judged."
        ),
        soft_wrap=True,
    )


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({100 * part // whole} %)" if whole else "0/0"
