"""A bar for each account that is being read, and one for all, on standard error while it is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import Progress, TaskID

    from sec02_policies import collect

_NAME = 24
# Below it, there is no room for a bar and the last call.
_WIDE = 72
# It is asked who the caller is before any service is read.
_WHO = "sts"


class AccountBars:
    """The bars of a run; without a terminal there are none. Safe in any thread."""

    def __init__(self, progress: Progress | None, *, accounts: int, services: int) -> None:
        """`accounts` are to be read, each of which has so many `services`."""
        self._progress = progress
        self._services = services
        self._lock = Lock()
        self._tasks: dict[str, TaskID] = {}
        self._seen: dict[str, set[str]] = {}
        self._failed = 0
        self._all = None if progress is None else progress.add_task("accounts", total=accounts, detail="")

    @property
    def visible(self) -> bool:
        """Whether anybody sees them."""
        return self._progress is not None

    def step(self, member: collect.Member, progress: collect.Progress) -> None:
        """One call was made for the member."""
        if self._progress is None:
            return
        with self._lock:
            seen = self._seen.setdefault(member.id, set())
            if progress.service != _WHO:
                seen.add(progress.service)
            if member.id not in self._tasks:
                called = f"{member.id} {member.name or ''}"[:_NAME]
                self._tasks[member.id] = self._progress.add_task(called, total=self._services, detail="")
            done = min(max(len(seen) - 1, 0), self._services)
            detail = f"{progress.calls} call{'' if progress.calls == 1 else 's'}, {progress.api}"
            self._progress.update(self._tasks[member.id], completed=done, detail=detail)

    def done(self, member: collect.Member, *, failed: bool = False) -> None:
        """The member is read, or given up."""
        if self._progress is None or self._all is None:
            return
        with self._lock:
            task = self._tasks.pop(member.id, None)
            if task is not None:
                self._progress.remove_task(task)
            self._failed += failed
            detail = f"{self._failed} failed" if self._failed else ""
            self._progress.update(self._all, advance=1, detail=detail)


@contextmanager
def account_bars(*, accounts: int, services: int) -> Iterator[AccountBars]:
    """The bars while the block lasts."""
    if not sys.stderr.isatty():
        yield AccountBars(None, accounts=accounts, services=services)
        return
    from rich.console import Console

    console = Console(stderr=True, markup=False, highlight=False)
    if console.is_dumb_terminal:
        # Nothing can be drawn over there: bars would stay unseen until the end.
        yield AccountBars(None, accounts=accounts, services=services)
        return
    with _bars(console) as progress:
        yield AccountBars(progress, accounts=accounts, services=services)


def _bars(console: Console) -> Progress:
    """The columns of the bars; of a narrow terminal, names and numbers alone: rich would take the numbers first."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn
    from rich.table import Column

    whole = Column(no_wrap=True)
    columns: list[ProgressColumn] = [TextColumn("{task.description}", markup=False, table_column=whole)]
    if console.width >= _WIDE:
        detail = TextColumn(
            "{task.fields[detail]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")
        )
        columns += [BarColumn(bar_width=16), MofNCompleteColumn(), detail]
    else:
        columns += [MofNCompleteColumn(table_column=whole)]
    return Progress(*columns, console=console, transient=True)
