"""How an account's results went: new and fixed, how long failing results fail, and what was judged differently."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from sec02_policies.errors import InputError
from sec02_policies.posture import Tally, trend
from sec02_policies.report.rollup import render_rollup
from sec02_policies.report.trend import render_trend

Make = Callable[..., Any]
ACCOUNT = "111122223333"
HOSTILE = ["<img src=x onerror=alert(1)>", "\x1b[31m", "\u202ex", "a|b", "=cmd()", "a\nb", '"q', "{{ 7 * 7 }}"]


@pytest.fixture
def document(row: Make) -> Make:
    """Makes what a trend needs of a results document: at a day of January, with a status for each fingerprint."""

    def make(
        day: int, *, account: str = ACCOUNT, policies: tuple[str, ...] = ("p",), **statuses: str
    ) -> dict[str, Any]:
        time = f"2026-01-{day:02}T09:00:00Z"
        rows = [
            row(fingerprint=each, status=status, policy_id="p", resource_id=each) for each, status in statuses.items()
        ]
        run = {
            "account_id": account,
            "collected_at": time,
            "evaluated_at": time,
            "snapshot_sha256": "0" * 64,
            "policies": [{"id": each, "sha256": "", "params": {}} for each in policies],
        }
        return {"run": run, "results": rows}

    return make


def test_new_fixed_and_lost_are_those_of_the_moment_before(document: Make) -> None:
    points = trend([document(1, a="fail", b="pass", c="pass"), document(3, a="pass", b="fail", c="unknown")])
    assert [(each.new, each.fixed, each.lost) for each in points] == [(None, None, None), (1, 1, 1)]


def test_the_order_of_the_files_does_not_matter(document: Make) -> None:
    first, second = document(1, a="fail"), document(9, a="fail")
    assert trend([second, first]) == trend([first, second])


def test_age_counts_from_the_first_time_and_a_fix_begins_it_anew(document: Make) -> None:
    points = trend(
        [
            document(1, a="fail"),
            document(5, a="fail", b="fail"),
            document(9, a="pass", b="fail"),
            document(11, a="fail"),
        ]
    )
    assert [(each.age_days, each.mean_age) for each in points] == [(0, 0), (4, 2), (4, 4), (0, 0)]


def test_not_being_able_to_look_does_not_make_a_failure_younger(document: Make) -> None:
    points = trend([document(1, a="fail"), document(5, a="unknown"), document(9, a="fail")])
    assert points[-1].age_days == 8


def test_other_policies_are_said(document: Make) -> None:
    points = trend([document(1, a="fail"), document(2, policies=("p", "q"), a="fail")])
    assert points[1].policies["added"] == ["q"]
    table = render_trend({ACCOUNT: points}, "table").decode()
    assert "  policies also judged: q" in table


def test_two_accounts_are_not_one_trend(document: Make) -> None:
    with pytest.raises(InputError, match="two accounts"):
        trend([document(1), document(2, account="444455556666")])


def test_the_table_fits_eighty_columns(document: Make) -> None:
    points = trend([document(1, a="fail", b="pass"), document(31, a="fail", b="unknown")])
    table = render_trend({ACCOUNT: points}, "table").decode()
    assert table == (
        "Account 111122223333\n"
        "judged at          new fixed lost failing  mean age  compliance  assurance\n"
        "2026-01-01 09:00     -     -    -       1    0 days        50 %      100 %\n"
        "2026-01-31 09:00     0     0    1       1   30 days         0 %       50 %\n"
        "\n"
        "Mean age: days since failing results were first seen failing in these files; of the first, 0.\n"
    )


def test_the_json_has_parts_and_wholes(document: Make) -> None:
    found = json.loads(render_trend({ACCOUNT: trend([document(1, a="fail")])}, "json"))
    assert found["accounts"][0]["points"][0]["compliance"] == {"judged": 1, "met": 0}


def test_the_page_loads_nothing_and_runs_nothing_from_a_name(document: Make) -> None:
    for name in HOSTILE:
        points = trend([document(1, account=name, a="fail"), document(2, account=name, a="pass")])
        page = render_trend({name: points}, "html").decode()
        assert "default-src 'none'" in page
        assert not re.search(r"(?:src|href)=", page.replace("&lt;img src=x", ""))
        assert "<img" not in page
        assert "49" not in page.partition("<h2")[2].partition("</h2>")[0]
        assert all(each.isprintable() or each == "\n" for each in page)


@pytest.mark.parametrize("fmt", ["table", "json", "csv", "markdown"])
def test_no_key_of_a_rollup_speaks_to_a_terminal_or_a_spreadsheet(fmt: str) -> None:
    plain = render_rollup([("key", Tally(passed=1))], "owner", fmt).decode()
    for name in HOSTILE:
        text = render_rollup([(name[:12], Tally(passed=1))], "owner", fmt).decode()
        assert all(each.isprintable() or each in "\r\n" for each in text)
        assert text.count("\n") == plain.count("\n")
        if fmt == "csv":
            assert '"=' not in text
        if fmt == "markdown":
            assert text.replace("\\|", "").count("|") == plain.count("|")


def test_a_rollup_is_a_table_of_eighty_columns() -> None:
    groups = (("SEC02-BP01", Tally(passed=3, failed=1, unknown=1)), ("x" * 90, Tally(not_applicable=2)))
    table = render_rollup(groups, "best-practice", "table").decode()
    assert table == (
        "best-practice             pass   fail waived unread    n/a   complies    assured\n"
        "SEC02-BP01                   3      1      0      1      0       75 %       80 %\n" + "x" * 77 + "...\n"
        "                             0      0      0      0      2          -          -\n"
    )


def test_a_rollup_as_json_has_its_parts_and_wholes() -> None:
    found = json.loads(render_rollup([("a", Tally(passed=3, failed=1, errors=1))], "ou", "json"))
    assert found["groups"][0]["assurance"] == {"applicable": 5, "judged": 4}
