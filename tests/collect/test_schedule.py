"""Rotation schedules of Secrets Manager: how many days may pass between two rotations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies.collect._schedule import longest_interval_days


@pytest.mark.parametrize(
    ("expression", "days"),
    [
        ("rate(4 hours)", 1),
        ("rate(24 hours)", 1),
        ("rate(25 hours)", 2),
        ("rate(1 day)", 1),
        ("rate(10 days)", 10),
        ("rate(999 days)", 999),
        ("cron(0 8 * * ? *)", 1),
        ("cron(0 4/12 * * ? *)", 1),
        ("cron(0 */8 * * ? *)", 1),
        ("cron(0 0-6/2 * * ? *)", 1),
        ("cron(0 8 1 * ? *)", 31),
        ("cron(0 8 1,15 * ? *)", 17),
        ("cron(0 0,12 1 * ? *)", 31),
        ("cron(0 8 1/7 * ? *)", 7),
        ("cron(0 16 L * ? *)", 31),
        ("cron(0 16 31 * ? *)", 61),
        ("cron(0 0 ? * SUN#1 *)", 35),
        ("cron(0 0 ? * 2#5 *)", 119),
        ("cron(0 0 ? * 6L *)", 35),
        ("cron(0 0 ? * FRIL *)", 35),
        ("cron(0 0 ? * L *)", 7),
        ("cron(0 18 ? * MON-FRI *)", 3),
        ("cron(0 18 ? * 2,4 *)", 5),
        ("cron(0 8 1 JAN,APR,JUL,OCT ? *)", 92),
        ("cron(0 8 1 1/3 ? *)", 92),
        ("cron(0 8 1 JAN ? *)", 366),
        ("cron(0 0 29 2 ? *)", 1461),
        ("cron(0 8 ? * * *)", 1),
    ],
)
def test_the_longest_interval_is_rounded_up_to_whole_days(expression: str, days: int) -> None:
    assert longest_interval_days(expression) == days


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "rate(0 days)",
        "rate(10 weeks)",
        "rate(ten days)",
        "rate(-1 days)",
        "cron(0 8 1 * ?)",
        "cron(5 8 1 * ? *)",
        "cron(0 8 1 * ? 2027)",
        "cron(0 24 * * ? *)",
        "cron(0 8 0 * ? *)",
        "cron(0 8 32 * ? *)",
        "cron(0 8 1 13 ? *)",
        "cron(0 8 1 MAI ? *)",
        "cron(0 8 ? * 8 *)",
        "cron(0 8 ? * SUN#6 *)",
        "cron(0 8 ? * 0#1 *)",
        "cron(0 8 ? * XYZL *)",
        "cron(0 8 1 * MON *)",
        "cron(0 8 10-1 * ? *)",
        "cron(0 8/0 * * ? *)",
        "cron(0 8 30 2 ? *)",
        "cron(0 8 1W * ? *)",
        "cron(0 8 1, * ? *)",
        "every monday",
    ],
)
def test_a_schedule_that_we_cannot_read_has_no_interval(expression: str) -> None:
    assert longest_interval_days(expression) is None


@given(days=st.integers(min_value=1, max_value=999))
def test_a_rate_in_days_is_its_interval(days: int) -> None:
    assert longest_interval_days(f"rate({days} days)") == days


@given(day=st.integers(min_value=1, max_value=28), hour=st.integers(min_value=0, max_value=23))
def test_a_monthly_schedule_is_never_more_than_31_days(day: int, hour: int) -> None:
    assert longest_interval_days(f"cron(0 {hour} {day} * ? *)") == 31


@given(text=st.text(alphabet="cronat() 0123456789*?/,-L#SUNMOJAE", max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = longest_interval_days(text)
    assert found is None or found >= 1
