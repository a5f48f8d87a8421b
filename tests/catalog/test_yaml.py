from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies.catalog import YamlFile
from sec02_policies.errors import PolicyError


def parse(text: str) -> object:
    return YamlFile(text, "p.yaml").value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: -12", {"a": -12}),
        ("a: true", {"a": True}),
        ("a: null", {"a": None}),
        ("a:", {"a": None}),
        ("a: no", {"a": "no"}),
        ("a: yes", {"a": "yes"}),
        ("a: on", {"a": "on"}),
        ("a: True", {"a": "True"}),
        ("a: 012", {"a": "012"}),
        ("a: 1:30", {"a": "1:30"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 0x1F", {"a": "0x1F"}),
        ("a: 1.5", {"a": "1.5"}),
        ("a: .inf", {"a": ".inf"}),
        ("a: 2026-01-31", {"a": "2026-01-31"}),
        ("a: 2026-01-31T00:00:00Z", {"a": "2026-01-31T00:00:00Z"}),
        ("a: '1'", {"a": "1"}),
        ('a: "true"', {"a": "true"}),
        ("a: |\n  1\n", {"a": "1\n"}),
        ("1: a", {"1": "a"}),
        ("true: a", {"true": "a"}),
        ("[a, 2, [b]]", ["a", 2, ["b"]]),
        ("a: resource.tags.exists(t, t.key == '*')", {"a": "resource.tags.exists(t, t.key == '*')"}),
    ],
)
def test_only_plain_integers_true_false_and_null_are_not_text(text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "p.yaml:1:1: an empty file: one YAML document"),
        ("a: 1\na: 2", "p.yaml:2:1: a: the key 'a' comes twice: each key once"),
        ("a: &x 1\nb: *x", "p.yaml:1:4: an anchor or an alias: the plain value written out"),
        ("a: *x", "p.yaml:1:4: an anchor or an alias: the plain value written out"),
        ("a: !!python/object:os.system x", "p.yaml:1:4: a tag: the plain value written out"),
        ("a: !!str 1", "p.yaml:1:4: a tag: the plain value written out"),
        ("b: {<<: {a: 1}}", "p.yaml:1:4: b: a key that is not plain text: text"),
        ("? [a]\n: 1", "p.yaml:1:1: a key that is not plain text: text"),
        ("a: [1", "p.yaml:1:6: not YAML"),
        ("a: 1\n--- \nb: 2", "not YAML"),
        ("a: \x01", "p.yaml:1:4: the character U+0001: text that can be printed"),
        ("a: 'x", "not YAML"),
        ("\t- a", "not YAML"),
        ("a: " + "x" * (1 << 20), "p.yaml:1:1: more than 1048576 bytes"),
        ("[" * 5000, "p.yaml:1:33: nested deeper than 32 levels: the plain value written out"),
    ],
)
def test_what_is_refused_says_where(text: str, line: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(text)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_gives_a_value_or_one_error(text: str) -> None:
    try:
        parse(text)
    except PolicyError as fault:
        assert "\n" not in str(fault)


SCALARS = {
    "plain": "key: alpha beta MARK gamma",
    "plain over two lines": "key: alpha\n  beta MARK gamma",
    "single quoted": "key: 'it''s alpha MARK'",
    "double quoted": 'key: "tab\\t alpha MARK"',
    "double quoted, hex": 'key: "\\x41\\u0020\\U0001F600 MARK"',
    "literal block": "key: |\n  alpha\n    beta MARK\n",
    "folded block": "key: >-\n  alpha\n  beta\n\n  gamma MARK x\n",
    "folded with a comment after the sign": "key: >- # note\n  alpha\n  MARK x\n",
    "nested": "outer:\n  - key: alpha MARK",
}


@pytest.mark.parametrize("name", SCALARS)
def test_a_place_inside_a_scalar_is_found_in_the_file(name: str) -> None:
    text = SCALARS[name]
    file = YamlFile(text, "p.yaml")
    path = ("outer", 0, "key") if name == "nested" else ("key",)
    value = file.value["outer"][0]["key"] if name == "nested" else file.value["key"]
    index = text.index("MARK")
    expected = (text[:index].count("\n") + 1, index - text.rfind("\n", 0, index))
    assert file.inside(path, value.index("MARK")) == expected


def test_a_place_behind_the_last_character_is_found() -> None:
    file = YamlFile("key: ab", "p.yaml")
    assert file.inside(("key",), 2) == (1, 8)
    assert YamlFile("key: ''", "p.yaml").inside(("key",), 0) == (1, 6)
    assert YamlFile("key: [1]", "p.yaml").inside(("key",), 0) == (1, 6)
