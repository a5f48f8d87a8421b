"""How often a rotation schedule of Secrets Manager fires: `rate()` and `cron()` to the longest interval in whole days.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

_RATE = re.compile(r"rate\( *([0-9]{1,6}) +(hour|hours|day|days) *\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
_STEP = re.compile(r"(\*|[A-Z0-9]{1,4}(?:-[A-Z0-9]{1,4})?)(?:/([0-9]{1,4}))?")
_NTH = re.compile(r"([A-Z0-9]{1,4})#([1-5])")
_MONTHS = dict(
    zip(("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), range(1, 13), strict=True)
)
_WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_HOURS_A_DAY = 24
_SATURDAY = 7
# 28 years hold every pairing of weekdays and leap years; from here to the last day no century year disturbs them.
_FIRST = date(2024, 1, 1)
_DAYS = 28 * 365 + 7

_Day = Callable[[date], bool]


@lru_cache(maxsize=1024)
def longest_interval_days(expression: str) -> int | None:
    """The most whole days, rounded up, between two firings of the schedule; None where we cannot tell."""
    written = expression.strip()
    if match := _RATE.fullmatch(written):
        return _rate_days(int(match[1]), match[2])
    if match := _CRON.fullmatch(written):
        return _cron_days(match[1].upper().split())
    return None


def _rate_days(value: int, unit: str) -> int | None:
    if value < 1:
        return None
    return -(-value // _HOURS_A_DAY) if unit.startswith("hour") else value


def _cron_days(fields: list[str]) -> int | None:
    """The longest interval of `Minutes Hours Day-of-month Month Day-of-week Year`."""
    if len(fields) != 6 or fields[0] != "0" or fields[5] != "*":  # noqa: PLR2004 - the six fields of the format
        return None
    hours = _numbers(fields[1], 0, _HOURS_A_DAY - 1, {})
    months = _numbers(fields[3], 1, 12, _MONTHS)
    days = _days(fields[2], fields[4])
    if not hours or not months or days is None:
        return None
    firing = [day for day in _calendar() if day.month in months and days(day)]
    if len(firing) < 2:  # noqa: PLR2004 - an interval has two ends
        return None
    across_nights = _HOURS_A_DAY + min(hours) - max(hours)
    longest = max((later - earlier).days for earlier, later in pairwise(firing))
    return -(-((longest - 1) * _HOURS_A_DAY + across_nights) // _HOURS_A_DAY)


def _calendar() -> Iterator[date]:
    return (_FIRST + timedelta(days=number) for number in range(_DAYS))


def _days(of_month: str, of_week: str) -> _Day | None:
    """Which days the two fields choose; one of them has to leave the choice to the other."""
    if of_week in ("?", "*"):
        return _days_of_month("*" if of_month == "?" else of_month)
    return _days_of_week(of_week) if of_month in ("?", "*") else None


def _days_of_month(written: str) -> _Day | None:
    if written == "L":
        return lambda day: day.day == calendar.monthrange(day.year, day.month)[1]
    numbers = _numbers(written, 1, 31, {})
    return None if numbers is None else lambda day: day.day in numbers


def _days_of_week(written: str) -> _Day | None:
    if match := _NTH.fullmatch(written):
        weekday, nth = _number(match[1], 1, 7, _WEEKDAYS), int(match[2])
        return None if weekday is None else lambda day: _weekday(day) == weekday and (day.day + 6) // 7 == nth
    if 1 < len(written) <= len("FRIL") and written.endswith("L"):
        last = _number(written[:-1], 1, 7, _WEEKDAYS)
        return None if last is None else lambda day: _weekday(day) == last and _in_last_week(day)
    if written == "L":
        return lambda day: _weekday(day) == _SATURDAY
    numbers = _numbers(written, 1, 7, _WEEKDAYS)
    return None if numbers is None else lambda day: _weekday(day) in numbers


def _weekday(day: date) -> int:
    """1 for Sunday to 7 for Saturday, as cron counts them."""
    return day.isoweekday() % 7 + 1


def _in_last_week(day: date) -> bool:
    return (day + timedelta(days=7)).month != day.month


def _numbers(written: str, low: int, high: int, names: dict[str, int]) -> frozenset[int] | None:
    """The numbers that a field of `,`, `-`, `*` and `/` stands for; None where it breaks the format."""
    found: set[int] = set()
    for part in written.split(","):
        match = _STEP.fullmatch(part)
        if match is None:
            return None
        first, _, last = match[1].partition("-")
        start = low if first == "*" else _number(first, low, high, names)
        end = _number(last, low, high, names) if last else start
        step = int(match[2] or 1)
        if start is None or end is None or step < 1 or end < start:
            return None
        # `4/12` means every twelfth from the fourth on, to the end of the field.
        stop = high if first == "*" or (match[2] and not last) else end
        found.update(range(start, stop + 1, step))
    return frozenset(found)


def _number(written: str, low: int, high: int, names: dict[str, int]) -> int | None:
    number = names.get(written) or (int(written) if written.isdecimal() and written.isascii() else None)
    return number if number is not None and low <= number <= high else None
