from __future__ import annotations

import pytest

from sec02_policies.cel.parse import parse
from sec02_policies.cel.syntax import Call, Has, Logical, Macro, MacroKind, Select, walk
from sec02_policies.errors import CompileError


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a ==", "1:5: unexpected end of the expression: expected an expression"),
        ("(1", "1:3: unexpected end of the expression: expected ')' to close the bracket"),
        ("a = b", "1:3: unexpected character '=' (to compare, write ==)"),
        ("a and b", "1:3: unexpected 'and': expected an operator or the end (write &&)"),
        ("a & b", "1:3: unexpected character '&' (for 'and', write &&)"),
        ("1 +\n  * 2", "2:3: unexpected '*': expected an expression"),
        ("'é' + 'x' == =", "1:14: unexpected character '=' (to compare, write ==)"),
        ('"abc', "1:1: the string does not end (over several lines, use ''' or \"\"\")"),
        ("'a\nb'", "1:1: the string does not end (over several lines, use ''' or \"\"\")"),
        (r"'\q'", r"1:2: no such escape: \q (a backslash itself is \\, or use a raw string r'...')"),
        (r"'\ud800'", "1:2: the escape is no Unicode character"),
        ("if", "1:1: 'if' is a reserved word (choose another name)"),
        ("1a", "1:2: unexpected 'a' in a number"),
        ("9223372036854775808", "1:1: the number does not fit a 64-bit int"),
        ("18446744073709551616u", "1:1: the number does not fit a 64-bit uint"),
        ("1e999", "1:1: the number does not fit a double"),
        ("x.all(1, true)", "1:7: a macro's variable is a simple name (such as list.all(x, x > 0))"),
        ("x.all(i, i, true)", "1:10: both variables have the same name (choose two names)"),
        ("has(x)", "1:1: has() takes one field selection (has(x.field))"),
        ("a ? b", "1:6: unexpected end of the expression: expected ':' of the condition ?:"),
        ("[1, 2", "1:6: unexpected end of the expression: expected ']' or ',' after an element"),
        ("{1: 2", "1:6: unexpected end of the expression: expected '}' or ',' after an entry"),
        ("a.", "1:3: unexpected end of the expression: expected the name of a field or function after '.'"),
        ("a.`b c*`", "1:3: a quoted field name consists of letters, digits, and _ . - / space (use x['...'])"),
        ("ur'x'", "1:3: unexpected ''x'': expected an operator or the end"),
        ("rr'x'", "1:1: no such string prefix: rr (r for raw, b for bytes)"),
        ("\0", "1:1: unexpected character U+0000"),
        ("'\ud800'", "1:2: a lone surrogate is not text (write the escape of a real character)"),
        ("!-1", "1:2: unexpected '-' after '!' (use brackets)"),
        ("", "1:1: unexpected end of the expression: expected an expression"),
    ],
)
def test_a_fault_is_named_at_its_place(source: str, message: str) -> None:
    with pytest.raises(CompileError) as caught:
        parse(source)
    assert str(caught.value) == message


def test_every_node_covers_its_own_text() -> None:
    source = "a.b == 1 &&\n  has(c.d) || x.all(v, v.f(2) in [1, -2])"
    texts = {source[node.span.start : node.span.end] for node in walk(parse(source))}
    assert {"a.b == 1", "a.b", "a", "1", "has(c.d)", "c", "x.all(v, v.f(2) in [1, -2])", "v.f(2)", "-2"} <= texts


def test_line_and_column_count_from_one_in_code_points() -> None:
    tree = parse("'🐱' +\n  '\\U0001f431' + x.y")
    select = next(node for node in walk(tree) if isinstance(node, Select))
    assert (select.span.line, select.span.column) == (2, 18)
    assert (select.field_span.line, select.field_span.column) == (2, 20)


def test_chains_of_one_logical_operator_are_one_node() -> None:
    tree = parse("a && b && c || d")
    assert isinstance(tree, Logical)
    assert [type(operand).__name__ for operand in tree.operands] == ["Logical", "Ident"]
    assert len(tree.operands[0].children()) == 3


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("x.all(v, true)", MacroKind.ALL),
        ("x.existsOne(i, v, true)", MacroKind.EXISTS_ONE),
        ("x.map(v, true, v)", MacroKind.MAP),
        ("x.sortBy(v, v.a)", MacroKind.SORT_BY),
        ("x.transformMapEntry(k, v, {v: k})", MacroKind.TRANSFORM_MAP_ENTRY),
        ("x.optMap(v, v)", MacroKind.OPT_MAP),
    ],
)
def test_macros_are_nodes_of_their_own(source: str, kind: MacroKind) -> None:
    tree = parse(source)
    assert isinstance(tree, Macro)
    assert tree.kind is kind


def test_what_only_looks_like_a_macro_is_a_call() -> None:
    assert isinstance(parse("x.all()"), Call)
    assert isinstance(parse("all(x, y)"), Call)
    assert isinstance(parse("x.has(y.z)"), Call)
    assert isinstance(parse("has(x.y)"), Has)


def test_without_macros_all_are_calls() -> None:
    assert isinstance(parse("x.all(v, true)", macros=False), Call)
    assert isinstance(parse("has(x.y)", macros=False), Call)
