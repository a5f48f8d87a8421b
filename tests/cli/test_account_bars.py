"""The bars of a collection of an organization: one for each account that is being read, and one for all."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import pytest
from rich.console import Console
from rich.progress import Progress as Bars

from sec02_policies.cli.account_bars import AccountBars, account_bars
from sec02_policies.collect import Member, Progress

APPS = Member(id="111111111111", name="apps", state="ACTIVE", ou_path=())
DATA = Member(id="222222222222", name=None, state="ACTIVE", ou_path=())


def call(service: str, calls: int) -> Progress:
    return Progress(service=service, api=f"{service}:Get", region="global", calls=calls)


def shown(progress: Bars) -> dict[str, tuple[float, float | None]]:
    return {each.description: (each.completed, each.total) for each in progress.tasks}


def test_an_account_has_a_bar_of_its_services_while_it_is_read() -> None:
    progress = Bars(console=Console(file=io.StringIO()))
    bars = AccountBars(progress, accounts=2, services=3)
    bars.step(APPS, call("sts", 1))
    bars.step(APPS, call("account", 2))
    bars.step(APPS, call("iam", 3))
    bars.step(APPS, call("iam", 4))
    bars.step(DATA, call("sts", 1))
    assert shown(progress) == {"accounts": (0, 2), "111111111111 apps": (1, 3), "222222222222 ": (0, 3)}
    bars.done(APPS)
    assert shown(progress) == {"accounts": (1, 2), "222222222222 ": (0, 3)}


def test_an_account_that_failed_before_its_first_call_counts_too() -> None:
    progress = Bars(console=Console(file=io.StringIO()))
    bars = AccountBars(progress, accounts=2, services=3)
    bars.done(DATA)
    assert shown(progress) == {"accounts": (1, 2)}


def test_without_a_terminal_there_are_no_bars() -> None:
    with account_bars(accounts=1, services=1) as bars:
        bars.step(APPS, call("iam", 1))
        bars.done(APPS)
        assert not bars.visible


def test_how_many_failed_stands_beside_the_bar_of_all() -> None:
    progress = Bars(console=Console(file=io.StringIO()))
    bars = AccountBars(progress, accounts=3, services=3)
    bars.done(APPS)
    assert progress.tasks[0].fields["detail"] == ""
    bars.done(DATA, failed=True)
    assert progress.tasks[0].fields["detail"] == "1 failed"


class Terminal(io.StringIO):
    """A screen that takes what is drawn."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing of terminals but TERM."""
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return monkeypatch


@pytest.mark.parametrize(("columns", "last_call"), [("120", True), ("80", True), ("40", False)])
def test_how_far_it_is_can_be_read_at_any_width(
    columns: str, environment: pytest.MonkeyPatch, *, last_call: bool
) -> None:
    environment.setenv("COLUMNS", columns)
    with redirect_stderr(Terminal()) as screen, account_bars(accounts=150, services=9) as bars:
        bars.step(APPS, call("iam", 3))
        bars.done(DATA)
        bars.step(APPS, call("iam", 4))
    drawn = screen.getvalue()
    assert "1/150" in drawn
    assert "111111111111 apps" in drawn
    assert ("4 calls, iam:Get" in drawn) is last_call


def test_a_terminal_that_cannot_move_its_cursor_has_lines_in_place_of_bars(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TERM", "dumb")
    with redirect_stderr(Terminal()) as screen, account_bars(accounts=1, services=1) as bars:
        bars.step(APPS, call("iam", 1))
        assert not bars.visible
    assert not screen.getvalue()
