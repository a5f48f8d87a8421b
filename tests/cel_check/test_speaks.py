"""What could never be right is found, with its code, its place and what would be right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sec02_policies.cel import Environment, compile  # noqa: A004 - the word of the language
from sec02_policies.cel.check import CheckResult
from sec02_policies.cel.types import BOOL, INT, STRING, Type, nullable
from sec02_policies.errors import CompileError

Checker = Callable[..., CheckResult]
Codes = Callable[..., list[str]]

FOUND = {
    "T100": [
        "resource.mfaa",
        "resource['mfaa']",
        "has(resource.mfaa)",
        "resource.keys.all(k, k.actve)",
        "resource.keys.status == 'Active'",
        "resource.name.first == 'x'",
        "resource.age.days == 3",
        "resource.login.att == 'x'",
        "params.limits > 3",
        "variables.actve",
        "resource.policy != null && resource.policy.statement == []",
        "snapshot.get('iam_role', 'x').pth == '/'",
        "cel.bind(u, resource, u.nme == 'x')",
        "resource.keys.filter(k, k.uses != null).all(k, k.usess > 3)",
        "resource.?mfaa.hasValue()",
    ],
    "T101": [
        "resource.age + 'x'",
        "resource.age < 'x'",
        "resource.name < 3",
        "resource.mfa + 1",
        "-resource.name",
        "!resource.age",
        "resource.age == '3'",
        "resource.age == 3.0",
        "resource.name != 3",
        "resource.keys == {}",
        "resource.tags == []",
        "resource.name == null",
        "resource.keys != null",
        "3 in params.names",
        "'x' in resource.name",
        "3 in resource.tags",
        "resource.keys['x']",
        "resource.tags[3]",
        "resource[3]",
        "resource.age[0]",
        "resource.name && true",
        "true || resource.age",
        "resource.name ? 1 : 2",
        "resource.mfa ? 1 : 'x'",
        "resource.age.startsWith('x')",
        "resource.name.startsWith(3)",
        "size(resource.age)",
        "glob('x', 3)",
        "days('3')",
        "now - days('3')",
        "now < 3",
        "now - resource.create_date < duration('24h')",
        "now - timestamp(resource.create_date) < 90",
        "duration('1h') + 1",
        "resource.age.all(x, true)",
        "resource.name.exists(c, c == 'x')",
        "resource.keys.all(k, k.id)",
        "resource.keys.filter(k, 1)",
        "resource.keys.map(k, k.id, k.id)",
        "resource.tags.sortBy(k, k)",
        "resource.name.optMap(x, x)",
        "resource.?note.optFlatMap(n, n)",
        "[1].transformMapEntry(i, v, v)",
        "[?resource.name]",
        "{1.5: 'x'}",
        "snapshot.get('iam_role', 3)",
        "resource.get('iam_role', 'x')",
        "resource.create_date.getFullYear()",
        "resource.create_date - resource.create_date",
        "null + 1",
        "null < 1",
    ],
    "T103": [
        "usr",
        "usr.name",
        "resource.keys.all(k, j.id == 'x')",
        "status == 'Active'",
        "resource.keys.all(k, true) && k.id",
    ],
    "T104": [
        "sizes(resource.name)",
        "resource.name.startWith('x')",
        "size(1, 2, 3)",
        "glob('x')",
        "startsWith(resource.name, 'x')",
        "resource.name.glob('x')",
        "math.abss(1)",
        "resource.keys.all(k)",
        "resource.keys.any(k, true)",
        "snapshot.fetch('iam_role', 'x')",
    ],
    "T105": [
        "resource.arn.startsWith('x')",
        "size(resource.arn)",
        "resource.arn + 'x'",
        "resource.arn < 'x'",
        "resource.enabled && true",
        "!resource.enabled",
        "resource.enabled ? 1 : 2",
        "resource.policy.version == null",
        "has(resource.policy.version)",
        "resource.policy != null && resource.policy.version.startsWith('x')",
        "resource.keys.all(k, k.uses > 3)",
        "resource.keys.exists(k, timestamp(k.last_used_date) < now)",
        "resource.arn != null || resource.arn.startsWith('x')",
        "resource.arn == null && resource.arn.startsWith('x')",
        "resource.arn.startsWith('x') && resource.arn != null",
        "resource.arn == null ? resource.arn.startsWith('x') : true",
        "resource.arn != resource.name && resource.arn.startsWith('x')",
        "resource.arn != 'x' && resource.arn.startsWith('x')",
        "resource.arn in ['x', null] && resource.arn.startsWith('x')",
        "(resource.arn != null || resource.mfa) && resource.arn.startsWith('x')",
        "(resource.mfa ? resource.arn != null : true) && resource.arn.startsWith('x')",
        "resource.keys.exists(k, k.uses != null) && resource.keys.all(k, k.uses > 3)",
        "resource.keys.all(k, k.uses != null && resource.keys.all(k, k.uses > 3))",
        "resource.keys[0].uses != null && resource.keys[1].uses > 3",
        "resource.keys.map(k, k.uses)[0] > 3",
        "resource.enabled == false || resource.enabled",
        "resource.enabled != true || resource.arn.size() > 3",
        "tag(resource.tags, 'a') != null && tag(resource.tags, 'b').startsWith('x')",
        "variables.last > 3",
        "cel.bind(a, resource.arn, a.startsWith('x'))",
        "(resource.mfa ? resource.arn : 'x').startsWith('x')",
        "resource.policy.statements.all(s, s != '')",
        "resource.keys.map(k, k.uses == null, k.uses)[0] > 3",
        "resource.keys.filter(k, has(k.owner) && k.owner != null).all(k, k.owner.team.size() > 3)",
        "resource.keys.filter(k, has(k.owner)).all(k, k.owner.team == 'x')",
        "cel.bind(ok, resource.arn != null, ok || resource.mfa) && resource.arn.startsWith('x')",
    ],
    "T106": [
        "resource.note == 'x'",
        "resource['note'] == 'x'",
        "has(resource.note) || resource.note == 'x'",
        "!has(resource.note) && resource.note == 'x'",
        "resource.note == 'x' && has(resource.note)",
        "has(resource.login) && resource.login.region == 'x'",
        "resource.keys.all(k, k.label == 'x')",
        "resource.keys.all(k, has(k.label)) && resource.keys.all(k, k.label == 'x')",
        "has(resource.note) ? true : resource.note == 'x'",
        "(has(resource.note) || resource.mfa) && resource.note == 'x'",
        "has(resource.login.region)",
    ],
    "T107": [
        "resource.keys[0].status == 'Actve'",
        "'active' == resource.keys[0].status",
        "resource.keys.all(k, k.status != 'Disabled')",
        "resource.keys[0].status in ['Active', 'Inctive']",
        "params.mode == 'strickt'",
        "'robot' in resource.kinds",
        "resource.kinds.exists(k, k == 'robot')",
        "snapshot.get('iam_rol', 'x') == null || true",
        "variables.active.exists(k, k.status == 'Actve')",
        "(resource.mfa ? resource.keys[0].status : resource.keys[1].status) == 'Actve'",
        "resource.policy != null && resource.policy.version == '2012'",
    ],
    "T108": [
        "resource.create_date < '2026-01-01T00:00:00Z'",
        "resource.create_date == '2026-01-01T00:00:00Z'",
        "resource.create_date > now",
        "resource.keys.all(k, k.last_used_date == null || k.last_used_date < '2026')",
        "resource.keys.exists(k, k.last_used_date == '2026')",
    ],
}


@pytest.mark.parametrize(("code", "source"), [(code, source) for code, sources in FOUND.items() for source in sources])
def test_what_could_never_be_right_is_found(code: str, source: str, codes: Codes) -> None:
    assert code in codes(source)


@pytest.mark.parametrize(
    ("source", "place", "message", "hint"),
    [
        ("resource.mfa &&\n  resource.mfaa", (2, 12), "iam_user has no field 'mfaa'", "did you mean mfa?"),
        (
            "resource.keys.all(k, k.qqq == 'x')",
            (1, 24),
            "iam_user.keys.item has no field 'qqq'",
            "it has create_date, id, label, last_used_date, owner, status, uses",
        ),
        (
            "resource.keys.status",
            (1, 15),
            "list(iam_user.keys.item) has no field 'status'",
            "its elements have: use a macro, such as .all(x, x.status ...)",
        ),
        ("resuorce.mfa", (1, 1), "unknown variable 'resuorce'", "did you mean resource?"),
        ("status == 'x'", (1, 1), "unknown variable 'status'", ""),
        ("mfa && true", (1, 1), "unknown variable 'mfa'", "did you mean resource.mfa?"),
        ("resource.name.startWith('x')", (1, 15), "unknown function 'startWith'", "did you mean startsWith?"),
        (
            "startsWith('a', 'b')",
            (1, 1),
            "unknown function 'startsWith'",
            "it is called on a value: x.startsWith(...)",
        ),
        ("resource.name.glob('x')", (1, 15), "unknown function 'glob'", "write glob(resource.name, ...)"),
        ("math.abss(1)", (1, 6), "unknown function 'math.abss'", "did you mean math.abs?"),
        (
            "resource.keys.all(k)",
            (1, 15),
            "unknown function 'all'",
            "all() is a macro: it takes a variable and an expression, such as list.all(x, ...)",
        ),
        ("glob('x')", (1, 1), "glob() takes 2 arguments, not 1", ""),
        ("resource.age + 'x'", (1, 14), "'+' does not work on int and string", "expected int"),
        ("resource.age == '3'", (1, 14), "'==' compares int and string", "they are never equal"),
        (
            "resource.score == 3",
            (1, 16),
            "'==' compares double and int",
            "convert one of them, such as double(x)",
        ),
        ("resource.name == null", (1, 15), "string is never null: this is always false", ""),
        (
            "now - resource.create_date",
            (1, 5),
            "'-' does not work on timestamp and string",
            "write timestamp(resource.create_date)",
        ),
        (
            "now - now < 90",
            (1, 11),
            "'<' does not work on duration and int",
            "expected duration, such as duration('24h')",
        ),
        (
            "resource.create_date < now",
            (1, 1),
            "resource.create_date is a time as text and is compared as text",
            "write timestamp(resource.create_date)",
        ),
        (
            "resource.create_date.getFullYear()",
            (1, 22),
            "string has no getFullYear()",
            "write timestamp(resource.create_date)",
        ),
        (
            "size(resource.arn) > 3",
            (1, 6),
            "resource.arn may be null here",
            "guard it: resource.arn != null && ...",
        ),
        (
            "resource.note == 'x'",
            (1, 1),
            "resource.note may be absent",
            "guard it: has(resource.note) && ...",
        ),
        (
            "resource.keys[0].status == 'Actve'",
            (1, 28),
            "'Actve' is not a value that this can have",
            "did you mean Active?",
        ),
        (
            "resource.keys[0].status == 'zzz'",
            (1, 28),
            "'zzz' is not a value that this can have",
            "expected one of 'Active', 'Inactive'",
        ),
        ("resource.keys[params.limit].uses > 3", (1, 1), "resource.keys[...].uses may be null here", ""),
        ("resource['note'] == 'x'", (1, 1), "resource['note'] may be absent", "guard it: 'note' in resource && ..."),
        ("resource.keys.all(k, k.id)", (1, 22), "the condition of all() must be bool, this is string", ""),
        ("resource.mfa || resource.age", (1, 17), "an operand of '||' must be bool, this is int", ""),
        (
            "resource.mfa ? 1 : 'x'",
            (1, 20),
            "one branch is int, the other string",
            "wrap one in dyn(...) if that is meant",
        ),
    ],
)
def test_a_finding_says_where_what_and_what_would_be_right(
    source: str, place: tuple[int, int], message: str, hint: str, result: Checker
) -> None:
    (finding,) = result(source).findings
    assert ((finding.line, finding.column), finding.message, finding.hint) == (place, message, hint)


def test_one_mistake_is_told_once(codes: Codes) -> None:
    assert codes("resource.mfaa.first.second + 3 == 4") == ["T100"]
    assert codes("usr.keys.all(k, k.status == 3)") == ["T103"]
    assert codes("sizes(resource.name) + 3 < 4") == ["T104"]
    assert codes("resource.keys.any(k, k.status)") == ["T104"]


def test_all_mistakes_are_told_in_the_order_of_the_source(codes: Codes) -> None:
    assert codes("resource.mfaa && usr && resource.age == '3'") == ["T100", "T103", "T101"]


@pytest.mark.parametrize(
    ("source", "expected", "found"),
    [
        ("resource.mfa", BOOL, []),
        ("anything", BOOL, []),
        ("resource.age", BOOL, ["T102"]),
        ("resource.name", BOOL, ["T102"]),
        ("null", BOOL, ["T102"]),
        ("resource.enabled", BOOL, ["T105"]),
        ("resource.enabled == true", BOOL, []),
        ("resource.arn", STRING, ["T105"]),
        ("resource.arn", nullable(STRING), []),
        ("resource.create_date", STRING, []),
        ("'key ' + resource.name", STRING, []),
        ("resource.age", INT, []),
    ],
)
def test_the_whole_has_the_type_that_its_place_wants(
    source: str, expected: Type, found: list[str], codes: Codes
) -> None:
    assert codes(source, expected=expected) == found


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("resource.age + 1", "int"),
        ("resource.arn", "string or null"),
        ("resource.mfa ? resource.arn : 'x'", "string or null"),
        ("resource.keys.filter(k, true)", "list(iam_user.keys.item)"),
        ("resource.keys.map(k, k.uses)", "list(int or null)"),
        ("{'a': 1}", "map(string, int)"),
        ("now - now", "duration"),
        ("now - duration('1h')", "timestamp"),
        ("resource.?note", "optional(string)"),
        ("resource.?note.orValue('')", "string"),
        ("resource.tags.map(k, k)", "list(string)"),
        ("[1, 'x']", "list(dyn)"),
        ("[]", "list(dyn)"),
        ("math.greatest(1.5, 2.5)", "double"),
        ("math.greatest(1, 2.5)", "dyn"),
        ("snapshot.get('iam_role', 'x').name", "string"),
        ("anything.x.y", "dyn"),
        ("anything + 1", "int"),
        ("anything + anything", "dyn"),
        ("anything == 1", "bool"),
        ("type(1)", "type"),
        ("params.names.first()", "optional(string)"),
        ("cel.bind(x, resource.age, [x])", "list(int)"),
        ("resource.keys.transformMap(i, k, k.id)", "map(int, string)"),
        ("resource.create_date", "string (a time as text)"),
    ],
)
def test_the_type_of_the_whole_is_known(source: str, shown: str, result: Checker) -> None:
    checked = result(source)
    assert (checked.findings, str(checked.result_type)) == ((), shown)


def test_compile_refuses_what_the_checker_finds(world: Environment) -> None:
    with pytest.raises(CompileError) as caught:
        compile("resource.mfa &&\n resource.mfaa", world)
    assert (caught.value.code, caught.value.line, caught.value.column) == ("T100", 2, 11)
    assert str(caught.value) == "2:11: iam_user has no field 'mfaa' (did you mean mfa?)"


def test_compile_without_the_checker_takes_what_may_be_wrong(world: Environment) -> None:
    assert compile("resource.note == 'x'", world, check=False).source == "resource.note == 'x'"
