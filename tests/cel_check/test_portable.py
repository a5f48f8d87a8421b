"""The portable profile: what only the native engine reads as written is named, the rest stays silent."""

from __future__ import annotations

import pytest

from sec02_policies.cel.parse import parse
from sec02_policies.cel.portable import portable


def codes(source: str) -> list[str]:
    return [finding.code.value for finding in portable(parse(source), source)]


@pytest.mark.parametrize(
    "source",
    [
        "resource.status == 'Active'",
        "resource.m['content-type'] == 1 && resource.m['if'] == 2",
        "resource.keys.all(k, k.a) || resource.keys.exists(k, k.a) || resource.keys.exists_one(k, k.a)",
        "resource.keys.filter(k, k.a).map(k, k.b).size() == size(resource.keys)",
        "has(resource.a) && resource.a == null",
        "now - timestamp(resource.t) < duration('2160h30m')",
        "timestamp('2026-01-31T00:00:00Z') < now",
        "timestamp('2026-01-31T00:00:00+01:00').getHours('America/New_York') == 3",
        "timestamp(resource.t).getFullYear() == 2026",
        "resource.name.matches('^a[0-9]+$') && resource.name.contains('x')",
        "int(resource.name) + 1 > -3 * 2 % 5",
        "string(resource.age) + 'x'",
        "1.5 + 2.5 == -4.0",
        "double(resource.age) < 1.5",
        "type(resource.age) == int",
        "glob('a*', resource.name) && age_days(resource.t) < days(3)",
        "snapshot.get('iam_role', resource.arn).path == '/'",
        "resource.list[0] == 'a' && resource.list[resource.n] == 'b'",
        r"'a\\?b' == r'\d\X' && '\x41\u00e9\n\'' != ''",
        "'é' == \"it's\" && '''one line''' != ''",
        "[1, 'a', null].size() == 3 && {'a': 1}['a'] == 1",
        "'a' in ['a'] && 'k' in {'k': 1} ? true : false",
        "resource.split == 'x' && math_abs == 1",
    ],
)
def test_what_both_engines_read_alike_stays_silent(source: str) -> None:
    assert codes(source) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("1u < 2u", ["P300", "P300"]),
        ("b'a' == b'b'", ["P300", "P300"]),
        (r"'\?' == 'x'", ["P300"]),
        (r"'\\\X41' == 'x'", ["P300"]),
        (r"'\`' == 'x'", ["P300"]),
        ("'''a\nb''' == 'x'", ["P300"]),
        ("resource.?a == 1", ["P301"]),
        ("resource.list[?0] == 1", ["P301"]),
        ("[?resource.a] == []", ["P301"]),
        ("{?'a': resource.a} == {}", ["P301"]),
        ("optional.of(1) == optional.none()", ["P303", "P303"]),
        ("resource.keys.all(i, k, k.a)", ["P302"]),
        ("resource.keys.map(k, k.a, k.b)", ["P302"]),
        ("resource.keys.existsOne(k, k.a)", ["P302"]),
        ("resource.keys.transformList(i, k, k)", ["P302"]),
        ("resource.keys.transformMap(i, k, k)", ["P302"]),
        ("resource.keys.sortBy(k, k.a)", ["P302"]),
        ("resource.a.optMap(x, x)", ["P302"]),
        ("cel.bind(x, 1, x)", ["P302"]),
        ("math.abs(-1) == 1", ["P303"]),
        ("sets.contains([1], [1])", ["P303"]),
        ("resource.name.split(',') == []", ["P303"]),
        ("resource.name.lowerAscii() == 'x'", ["P303"]),
        ("'%s'.format(['x'])", ["P303"]),
        ("isIP('10.0.0.1')", ["P303"]),
        ("base64.encode(resource.x)", ["P303"]),
        ("resource.`content-type` == 1", ["P304"]),
        ("Message{field: 1} == 1", ["P305"]),
        ("duration('90d') > duration('1h')", ["T109"]),
        ("timestamp('2026-01-31') < now", ["T109"]),
        ("timestamp('12:00') < now", ["T109"]),
        ("timestamp(0) < now", ["P306"]),
        ("resource.age < 3.5", ["P307"]),
        ("1 == 1.0", ["P307"]),
        ("resource.age in [1] && 2.0 * resource.age > double(3)", ["P307"]),
        ("resource.list[-1] == 'a'", ["P307"]),
    ],
)
def test_what_only_the_native_engine_reads_is_named(source: str, found: list[str]) -> None:
    assert codes(source) == found


def test_a_finding_has_its_place_and_says_what_would_be_right() -> None:
    source = "resource.mfa &&\n  duration('90d') > age"
    (finding,) = portable(parse(source), source)
    assert (finding.line, finding.column) == (2, 12)
    assert finding.hint == "use hours, such as duration('2160h')"


def test_without_the_source_spellings_are_not_looked_at() -> None:
    assert portable(parse(r"'\?'")) == ()
