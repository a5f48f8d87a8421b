from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from sec02_policies import cel
from sec02_policies.cel.types import DYN
from sec02_policies.errors import EvaluationError

ENVIRONMENT = cel.Environment({"r": DYN})


def run(source: str, r: Any = None) -> Any:
    program = cel.compile(source, ENVIRONMENT, check=False)
    value = program.evaluate({"r": r})
    assert repr(value) == repr(program.interpret({"r": r}))
    return value


TRUE = r"""
'hello'.charAt(4) == 'o' && 'hello'.charAt(5) == ''
'hello mellow'.indexOf('ello', 2) == 7 && 'hello'.indexOf('', 5) == 5
'hello mellow'.lastIndexOf('ello', 6) == 1 && ''.lastIndexOf('a') == -1
[1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1.0) == 2 && [1].indexOf('1') == -1
'aaa'.replace('', '-', 2) == '-a-aa' && 'aaa'.replace('a', 'b', 0) == 'aaa' && 'aaa'.replace('a', 'b', -5) == 'bbb'
'a,b,c'.split(',', 2) == ['a', 'b,c'] && 'a,b'.split(',', 0) == [] && 'abc'.split('', 2) == ['a', 'bc']
''.split(',') == [''] && 'abc'.split('') == ['a', 'b', 'c'] && 'abc'.split('', 9) == ['a', 'b', 'c']
'İI'.lowerAscii() == 'İi' && 'ßa'.upperAscii() == 'ßA'
'abc'.reverse() == 'cba' && [1, 2].reverse() == [2, 1]
strings.quote('a"\n') == '"a\\"\\n"'
'%s %d %x %b %o %.1f %e %%'.format(['a', 7, 255, 5, 8, 2.55, 1000.0]) == 'a 7 ff 101 10 2.5 1.000000e+03 %'
'%d %d'.format([1u, 2.5]) == '1 2.500000' && '%X'.format(['é']) == 'C3A9' && '%x'.format([-30]) == '-1e'
'%s'.format([{'b': [1.0, null], 'a': type(1)}]) == '{a: int, b: [1, null]}'
'%s %s'.format([1e100, duration('1500ms')]) == '1e+100 1.5s'
string(1000000.0) == '1e+06' && string(-0.0) == '-0' && string(0.0001) == '0.0001' && string(1.5e-7) == '1.5e-07'
double('1e3') == 1000.0 && double('-Infinity') < 0.0 && int('-7') == -7 && uint('7') == 7u
int(timestamp('1969-12-31T23:59:59.5Z')) == -1 && int(-7.9) == -7
string(timestamp('2024-01-31T23:59:59.120Z')) == '2024-01-31T23:59:59.12Z'
timestamp('2024-01-31T23:30:00-01:00') == timestamp('2024-02-01T00:30:00Z')
timestamp('2024-03-01T00:00:00Z').getDayOfYear() == 60 && timestamp('2024-03-03T00:00:00Z').getDayOfWeek() == 0
timestamp('2024-06-01T23:30:00Z').getDate('Europe/Zurich') == 2 && timestamp(0).getHours('-03:30') == 20
duration('-90s').getMinutes() == -1 && duration('1.5s').getMilliseconds() == 500 && duration('25h').getHours() == 25
duration('1h30m') == duration('90m') && duration('-1h2m') == duration('-3720s') && duration('0') == duration('0s')
string(duration('100us')) == '0.0001s'
math.greatest(1, 2.5, 2u) == 2.5 && math.least([3, 1u, 2.0]) == 1 && math.greatest(5) == 5
math.round(2.5) == 3.0 && math.round(-2.5) == -3.0 && math.round(0.49999999999999994) == 0.0
math.ceil(-1.5) == -1.0 && math.floor(-1.5) == -2.0 && math.trunc(-1.5) == -1.0
math.sign(-3) == -1 && math.sign(2u) == 1u && math.sign(-0.5) == -1.0 && math.abs(-3) == 3
math.isNaN(math.sqrt(-1.0)) && math.sqrt(4) == 2.0 && math.isInf(1.0 / 0.0) && math.isFinite(1.0)
math.bitShiftRight(-1, 1) == 9223372036854775807 && math.bitShiftLeft(1, 64) == 0
math.bitNot(0u) == 18446744073709551615u && math.bitNot(-1) == 0
math.bitAnd(6, 3) == 2 && math.bitOr(6u, 1u) == 7u && math.bitXor(6, 3) == 5
[1, [2, [3]]].flatten() == [1, 2, [3]] && [1, [2, [3]]].flatten(2) == [1, 2, 3] && [[1]].flatten(0) == [[1]]
[1, 1.0, 2u, 'a', 'a', [1], [1]].distinct() == [1, 2, 'a', [1]] && ['b', 'a', 'b'].distinct() == ['b', 'a']
[3, 1, 2].sort() == [1, 2, 3] && lists.range(3) == [0, 1, 2] && lists.range(-1) == []
[{'n': 2}, {'n': 1}].sortBy(x, x.n) == [{'n': 1}, {'n': 2}]
[1, 2, 3, 4].slice(1, 3) == [2, 3] && [].first().orValue(7) == 7 && [1, 2].last().value() == 2
[1, 2].sum() == 3 && [].sum() == 0 && [duration('1s'), duration('2s')].sum() == duration('3s')
[3, 1, 2].min() == 1 && ['b', 'a'].max() == 'b' && [1, 1, 2].isSorted() && ![2, 1].isSorted()
sets.contains([1, 2.0, 3u], [1.0, 3]) && !sets.contains([], [1]) && sets.contains([1], [])
sets.equivalent([1, 2], [2u, 1.0, 1]) && !sets.equivalent([1], [1, 2])
sets.intersects([[1], [2]], [[2u]]) && !sets.intersects([1], [])
base64.decode('aGk') == b'hi' && base64.encode(b'hi') == 'aGk='
regex.replace('a1b22', '[0-9]+', '<\\0>') == 'a<1>b<22>' && regex.replace('aaa', 'a', 'b', 2) == 'bba'
regex.replace('john doe', '(\\w+) (\\w+)', '\\2 \\\\ \\1') == 'doe \\ john'
regex.extract('key=val', 'key=(\\w+)').value() == 'val' && !regex.extract('x', 'y').hasValue()
regex.extractAll('a1b2', '[a-z]([0-9])') == ['1', '2'] && 'a1b2'.findAll('[0-9]', 1) == ['1'] && 'ab'.find('z') == ''
string(ip('2001:DB8::1')) == '2001:db8::1' && ip('::ffff:1.2.3.4') == ip('1.2.3.4') && ip('1.2.3.4').family() == 4
isIP('1.2.3.4') && !isIP('1.2.3.256') && !isIP('fe80::1%eth0') && !ip.isCanonical('2001:DB8::1')
ip('10.0.0.1').isGlobalUnicast() && ip('::1').isLoopback() && ip('::').isUnspecified()
ip('fe80::1').isLinkLocalUnicast() && ip('ff02::1').isLinkLocalMulticast() && !ip('fe80::1').isGlobalUnicast()
cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && isCIDR('::/0')
cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('10.1.2.3/8') != cidr('10.0.0.0/8') && !isCIDR('1.2.3.4/33')
!isCIDR('10.0.0.0/08') && !isCIDR('10.0.0.0') && type(cidr('::/0')) == net.CIDR && type(ip('::')) == net.IP
optional.of(1).optMap(x, x + 1).value() == 2 && !optional.none().optMap(x, x).hasValue()
optional.of(1).optFlatMap(x, optional.none()).orValue(5) == 5 && optional.of(2).orValue(1 / 0) == 2
[optional.of(1), optional.none()].unwrapOpt() == [1] && optional.unwrap([optional.of(null)]) == [null]
!optional.ofNonZeroValue('').hasValue() && optional.ofNonZeroValue([0]).hasValue()
type(optional.none()) == optional_type && optional.of(1) != optional.none()
{'a': {'b': 1}}.?a.?b.value() == 1 && !{'a': {}}.?a.?b.hasValue() && [1][?5].orValue(0) == 0
{?'k': optional.none(), ?'l': optional.of(1)} == {'l': 1} && [?optional.none(), 1] == [1]
[1, 2].transformList(i, v, i > 0, v * 10) == [20] && {'a': 1}.transformMap(k, v, v + 1) == {'a': 2}
{'a': 'x'}.transformMapEntry(k, v, {v: k}) == {'x': 'a'} && [5].transformMapEntry(i, v, {v: i}) == {5: 0}
{true: 1, 1: 2}[true] == 1 && {true: 1, 1: 2}[1u] == 2 && {1: 'a'}[1.0] == 'a' && !(true in {1: 1}) && 1.0 in {1: 1}
cel.bind(x, 1 / 0, true) && cel.bind(x, 2, x * x) == 4
type(1) == int && type(type(1)) == type && type([]) == list && type({}) == map && type(null) == null_type
timestamp('2024-01-01T00:00:00Z') - duration('24h') < timestamp('2024-01-01T00:00:00Z')
'x' != 1 && 1 != true && null != false && [1] != ['1'] && {} != [] && b'a' != 'a' && 1 == 1.0 && 1u == 1
"""


@pytest.mark.parametrize("source", [line for line in TRUE.split("\n") if line])
def test_holds(source: str) -> None:
    assert run(source) is True


FAILS = r"""
no_such_overload 'a' + 1
no_such_overload 1 + 1.0
no_such_overload size(null)
no_such_overload 'a' in 'abc'
no_such_overload 'abc'.all(c, true)
no_such_overload [1][true]
no_such_overload 1 && true
no_such_overload true && 'a'
no_such_overload !1
no_such_overload null < null
no_such_overload 'abc'.split(1)
no_such_overload ['a', 1].join()
no_such_overload math.greatest('a')
no_such_overload math.bitAnd(1, 1u)
no_such_overload [1, 'a'].sort()
no_such_overload duration('1s').getHours('UTC')
no_such_overload [?1]
no_such_overload optional.none().or(1)
no_such_key {'a': 1}.b
no_such_key {1: 1}[true]
no_such_key {1: 1}[1.5]
bad_key {1.5: 1}
duplicate_key {1: 1, 1u: 2}
index_out_of_range [1][1]
index_out_of_range [1][-1]
index_out_of_range 'abc'.substring(2, 1)
index_out_of_range 'abc'.charAt(4)
index_out_of_range 'abc'.indexOf('a', -1)
index_out_of_range [1].slice(0, 2)
index_out_of_range [].min()
divide_by_zero 1 / 0
divide_by_zero 1 % 0
overflow 9223372036854775807 + 1
overflow -(-9223372036854775808)
overflow 0u - 1u
range int(9.3e18)
range uint(-1.0)
range timestamp(253402300800)
range duration('9223372036s') + duration('1s')
range timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')
range math.bitShiftLeft(1, -1)
bad_conversion int('1_000')
bad_conversion int('')
bad_conversion bool('yes')
bad_conversion string(b'\xff')
bad_timestamp timestamp('2024-01-01')
bad_timestamp timestamp('2024-01-01T00:00:00')
bad_timestamp timestamp('2024-02-30T00:00:00Z')
bad_timestamp timestamp('2024-01-01T24:00:00Z')
bad_timestamp timestamp('12:00')
bad_duration duration('90d')
bad_duration duration('')
bad_timezone timestamp(0).getHours('Mars/Olympus')
bad_timezone timestamp(0).getHours('../../etc/passwd')
bad_pattern 'a'.matches('(?=a)')
bad_pattern regex.replace('a', 'a', '\\1')
bad_pattern regex.extract('ab', '(a)(b)')
bad_base64 base64.decode('a$b=')
bad_ip ip('1.2.3')
bad_cidr cidr('10.0.0.0/33')
format '%d'.format(['1'])
format '%s'.format([])
format '%y'.format([1])
optional_none optional.none().value()
"""


@pytest.mark.parametrize("line", [line for line in FAILS.split("\n") if line])
def test_fails(line: str) -> None:
    code, _, source = line.partition(" ")
    with pytest.raises(EvaluationError) as caught:
        run(source)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[1, 2u, 1.5, true, null, 'a', b'hi']", [1, 2, "1.5", True, None, "a", "aGk="]),
        (
            "{'t': timestamp(0), 'd': duration('123s'), 'y': type(1)}",
            {"t": "1970-01-01T00:00:00Z", "d": "123s", "y": "int"},
        ),
        ("{true: 1, 2: 'b', 3u: 'c'}", {"true": 1, "2": "b", "3": "c"}),
        ("[optional.of(1), optional.none(), ip('::1'), 1.0 / 0.0]", [1, None, "::1", "Infinity"]),
    ],
)
def test_values_have_a_json_form(source: str, expected: object) -> None:
    assert cel.to_json(run(source)) == expected


def test_bool_and_int_are_never_mixed_up() -> None:
    document = {"t": True, "one": 1, "zero": 0, "f": False, "mixed": [1, True]}
    assert (
        run("r.t == 1 || r.one == true || r.f == 0 || r.zero == false || r.mixed[0] == r.mixed[1]", document) is False
    )
    assert run("r.t != 1 && !(true in [1]) && !(1 in [true]) && r.mixed.distinct().size() == 2", document) is True


def test_importing_cel_loads_neither_cel_python_nor_re2() -> None:
    code = "import sys, sec02_policies.cel; print({'celpy', 'lark', 're2', 'yaml', 'boto3'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert done.stdout == "set()\n"
