"""`sec02 evaluate FOLDER`: judge each snapshot of an organization's folder, one file of results for each account."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from sec02_policies.cli.baseline import baseline_for, failing_in
from sec02_policies.cli.exits import Exit, exit_for, worst
from sec02_policies.cli.formats import Target, inventory_for, targets, write_all
from sec02_policies.cli.results_files import account_files
from sec02_policies.cli.snapshot_folder import read_index, snapshot_in
from sec02_policies.cli.streams import say
from sec02_policies.report import Background, Format
from sec02_policies.snapshot import Snapshot
from sec02_policies.snapshot.index import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sec02_policies.catalog import PolicySet
    from sec02_policies.evaluate import Evaluation
    from sec02_policies.model import Severity
    from sec02_policies.snapshot.index import AccountEntry

_NOT_READ = (AccountStatus.FAILED, AccountStatus.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderChoice:
    """How the folder is judged: by which policies, and what sets the exit code."""

    policies: PolicySet
    judge: Callable[[Snapshot], Evaluation]
    fail_on: Severity | None
    allow_unknown: bool
    details: bool
    baseline: Path | None
    """A folder with earlier results; an account without any has nothing but new ones."""
    new_only: bool


def evaluate_folder(folder: Path, output: Path | None, formats: Sequence[str] | None, choice: FolderChoice) -> Exit:
    """Write the results of each account into the output folder, and return the worst exit code of them.

    An account that could not be read is as unknown as what could not be read in one.
    """
    if output is None:
        raise typer.BadParameter("a folder of snapshots is judged into a folder: give --output FOLDER.")
    if any("=" in each for each in formats or ()):
        raise typer.BadParameter(
            "a folder of snapshots has a file for each account: give it without =FILE.", param_hint="--format"
        )
    wanted = [each for given in formats or [Format.JSON.value] for each in targets([given], None)]
    index = read_index(folder)
    earlier = account_files(choice.baseline) if choice.baseline is not None else {}
    judged = [
        _judged(folder, entry, _places(output, entry, wanted), earlier.get(entry.account_id), choice)
        for entry in index.with_status(AccountStatus.COMPLETE, AccountStatus.PARTIAL)
    ]
    missing = list(index.with_status(*_NOT_READ))
    for entry in missing:
        why = f": {entry.error.api}: {entry.error.code}" if entry.error else ""
        say(f"{_called(entry)}: not judged, {entry.status}{why}")
    for entry in (*missing, *index.with_status(AccountStatus.SKIPPED)):
        for path in (place.path for place in _places(output, entry, wanted)):
            if path is not None and path.exists():
                say(f"{path}: of an earlier run, not of this folder")
    for line in sorted(set.intersection(*(each.problems for each in judged)) if judged else ()):
        say(line)
    total = sum((each.statuses for each in judged), Counter[str]())
    unread = f", {len(missing)} not" if missing else ""
    say(f"{output}: {len(judged)} accounts judged{unread}: {_counted(total)}")
    return worst([each.code for each in judged] + [Exit.UNKNOWN] * bool(missing and not choice.allow_unknown))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What stays in memory of an account that was judged."""

    code: Exit
    problems: set[str]
    statuses: Counter[str]


def _judged(
    folder: Path, entry: AccountEntry, places: Sequence[Target], earlier: Path | None, choice: FolderChoice
) -> _Judged:
    """Judge the account's snapshot, write its results and say how they are."""
    snapshot = Snapshot.loads(snapshot_in(folder, entry), where=str(folder / str(entry.file)))
    evaluation = choice.judge(snapshot)
    document = evaluation.document()
    baseline = baseline_for(earlier, document)
    about = Background(
        policies=choice.policies.about(),
        baseline=baseline,
        inventory=inventory_for(places, snapshot),
        details=choice.details,
    )
    write_all(document, places, about)
    statuses = Counter(each.status.value for each in evaluation.results)
    new = f", {len(failing_in(document) - failing_in(baseline))} failing newly" if choice.baseline else ""
    say(f"{_called(entry)}: {_counted(statuses)}{new}")
    known = failing_in(baseline) if choice.new_only else frozenset()
    code = exit_for(evaluation, choice.fail_on, allow_unknown=choice.allow_unknown, known=known)
    return _Judged(code=code, problems=_problems(document), statuses=statuses)


def _places(output: Path, entry: AccountEntry, wanted: Sequence[Target]) -> list[Target]:
    return [Target(fmt=each.fmt, path=output / f"{entry.account_id}.{each.fmt}") for each in wanted]


def _called(entry: AccountEntry) -> str:
    return f"{entry.account_id} {entry.name or ''}".strip()


def _counted(statuses: Counter[str]) -> str:
    return ", ".join(f"{number} {status}" for status, number in sorted(statuses.items())) or "no results"


def _problems(document: Mapping[str, Any]) -> set[str]:
    """Which waivers do not hold; one that holds in any account is none of them."""
    return {
        f"waiver {each['id'] or '(without id)'} is not applied: {each['problem']}"
        for each in document["run"]["waivers"]
        if each["problem"]
    }
