"""The bars of a collection of an organization: one for each account that is being read, and one for all."""

from __future__ import annotations

import io

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
