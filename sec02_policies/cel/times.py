"""How times are written: RFC 3339 and CEL durations to nanoseconds and back, and the parts of a date in a time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sec02_policies.errors import EvaluationError

SECOND = 1_000_000_000
_DAY_SECONDS = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
TIMESTAMP_MIN = -62_135_596_800 * SECOND
TIMESTAMP_MAX = 253_402_300_800 * SECOND - 1
DURATION_MIN = -(2**63)
DURATION_MAX = 2**63 - 1

_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_UNITS = {
    "h": 3600 * SECOND,
    "m": 60 * SECOND,
    "s": SECOND,
    "ms": 1_000_000,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ns": 1,
}
_DURATION_PART = re.compile(r"([0-9]{1,20})?(?:\.([0-9]{0,30}))?(ns|us|µs|μs|ms|s|m|h)")
_OFFSET = re.compile(r"([+-]?)([0-9]{1,2}):([0-9]{2})")
_LAST_MINUTE = 59
_LAST_HOUR = 23


@lru_cache(maxsize=65_536)
def parse_timestamp(text: str) -> int:
    """Nanoseconds since 1970 of strict RFC 3339 text."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise EvaluationError("bad_timestamp", "the text is no RFC 3339 timestamp, such as 2026-01-31T00:00:00Z")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    offset = 60 * int(match[9] or 0) + int(match[10] or 0)
    clock = max(hour - _LAST_HOUR, minute - _LAST_MINUTE, second - _LAST_MINUTE)
    zone = max(int(match[9] or 0) - _LAST_HOUR, int(match[10] or 0) - _LAST_MINUTE)
    try:
        days = date(year, month, day).toordinal() - _EPOCH_ORDINAL
    except ValueError:
        raise EvaluationError("bad_timestamp", "the timestamp has no such day") from None
    if clock > 0 or zone > 0:
        raise EvaluationError("bad_timestamp", "the timestamp has no such time of the day")
    seconds = days * _DAY_SECONDS + hour * 3600 + minute * 60 + second
    seconds -= -60 * offset if match[8] == "-" else 60 * offset
    return checked_timestamp(seconds * SECOND + int((match[7] or "").ljust(9, "0")))


def checked_timestamp(nanoseconds: int) -> int:
    """The argument, if it lies in the years 1 to 9999."""
    if TIMESTAMP_MIN <= nanoseconds <= TIMESTAMP_MAX:
        return nanoseconds
    raise EvaluationError("range", "the timestamp lies outside the years 0001 to 9999")


def checked_duration(nanoseconds: int) -> int:
    """The argument, if it fits 64 bits."""
    if DURATION_MIN <= nanoseconds <= DURATION_MAX:
        return nanoseconds
    raise EvaluationError("range", "the duration is longer than 292 years")


@lru_cache(maxsize=1_024)
def parse_duration(text: str) -> int:
    """Nanoseconds of text such as `1h30m`, `-2.5s` or `100ms`."""
    position = 1 if text[:1] in ("-", "+") else 0
    if text[position:] == "0":
        return 0
    total, end = 0, position
    while end < len(text) or end == position:
        match = _DURATION_PART.match(text, end)
        if match is None or not (match[1] or match[2]):
            hint = "a number with h, m, s, ms, us or ns, such as 2160h (there is no unit for days)"
            raise EvaluationError("bad_duration", f"the text is no duration: {hint}")
        unit = _UNITS[match[3]]
        fraction = match[2] or ""
        total += int(match[1] or 0) * unit + int(fraction or 0) * unit // 10 ** len(fraction)
        end = match.end()
    return checked_duration(-total if text[0] == "-" else total)


def format_timestamp(nanoseconds: int) -> str:
    """RFC 3339 text in UTC, with as many digits below the second as are needed."""
    seconds, rest = divmod(nanoseconds, SECOND)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}{_fraction(rest)}Z"


def format_duration(nanoseconds: int) -> str:
    """Decimal seconds with an `s`."""
    seconds, rest = divmod(abs(nanoseconds), SECOND)
    return f"{'-' if nanoseconds < 0 else ''}{seconds}{_fraction(rest)}s"


def _fraction(nanoseconds: int) -> str:
    return f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""


def local_time(nanoseconds: int, zone: str | None) -> datetime:
    """The moment's date and time (whole seconds) in a zone: `+hh:mm` or an IANA name, UTC where it is empty."""
    try:
        tz = _zone(zone) if zone else UTC
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=nanoseconds // SECOND)).astimezone(tz)
    except OverflowError:
        raise EvaluationError("range", "the timestamp lies outside the years 0001 to 9999 in that zone") from None


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    match = _OFFSET.fullmatch(name)
    if match and int(match[2]) <= _LAST_HOUR and int(match[3]) <= _LAST_MINUTE:
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-offset if match[1] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise EvaluationError(
            "bad_timezone", "no such time zone: an IANA name such as Europe/Zurich, or +hh:mm"
        ) from None
