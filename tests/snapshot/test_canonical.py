from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies.errors import SnapshotError
from sec02_policies.snapshot import canonical, digest, loads
from sec02_policies.snapshot.canonical import pieces

ASCII_KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ASCII_KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_is_written_is_read_back(document: object) -> None:
    assert loads(canonical(document), "x") == document


@given(JSON)
def test_canonical_form_is_that_of_the_standard_library(document: object) -> None:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert canonical(document) == text.encode("utf-8")


@given(JSON, st.integers(0, 5))
def test_the_pieces_are_the_canonical_form(document: object, levels: int) -> None:
    assert b"".join(pieces(document, levels)) == canonical(document)  # type: ignore[arg-type] # any JSON


@given(JSON)
def test_canonical_form_is_stable(document: object) -> None:
    assert canonical(loads(canonical(document), "x")) == canonical(document)


def test_canonical_form_is_sorted_compact_utf8() -> None:
    assert canonical({"b": [1, True, None], "a": "é\n"}) == '{"a":"é\\n","b":[1,true,null]}'.encode()


def test_digest_is_of_the_canonical_bytes() -> None:
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        {"é": 1},
        {1: 2},
        [{"a": [0.5]}],
        ["\ud800"],
        [b""],
        {"a": date(2026, 1, 2)},
        ({1},),
    ],
)
def test_values_outside_the_form_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"a float|an integer|a key|a value|surrogates"):
        canonical(value)  # type: ignore[arg-type] # that is the point
    with pytest.raises(ValueError, match=r"a float|an integer|a key|a value|surrogates"):
        list(pieces(value))  # type: ignore[arg-type] # as above


BROKEN = {
    "empty": (b"", "not JSON"),
    "text": (b"hello", "not JSON"),
    "cut off": (b'{"a": [1, 2', "not JSON"),
    "trailing comma": (b"[1,]", "not JSON"),
    "two documents": (b"{} {}", "not JSON"),
    "single quotes": (b"{'a': 1}", "not JSON"),
    "comment": (b"{} // no", "not JSON"),
    "raw control character": (b'["\x00"]', "not JSON"),
    "latin-1": ('["é"]'.encode("latin-1"), "not UTF-8"),
    "utf-16": ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf{}", "byte order mark"),
    "utf-16 without mark": ("{}".encode("utf-16-le"), "not JSON"),
    "duplicate key": (b'{"a": 1, "b": 2, "a": 3}', "the key 'a' comes twice"),
    "duplicate key, deep": (b'[[{"x": {"k": 1, "k": 1}}]]', "the key 'k' comes twice"),
    "duplicate by escape": (b'{"a": 1, "\\u0061": 2}', "the key 'a' comes twice"),
    "NaN": (b"[NaN]", "NaN"),
    "Infinity": (b"[-Infinity]", "Infinity"),
    "float": (b"[1.0]", "fraction or an exponent"),
    "exponent": (b"[1e3]", "fraction or an exponent"),
    "overflow": (b"[1e999]", "fraction or an exponent"),
    "big integer": (b"[9007199254740992]", "beyond 2^53-1"),
    "huge integer": (b"[" + b"9" * 5000 + b"]", "beyond 2^53-1"),
    "lone surrogate": (b'["\\ud800"]', "lone surrogate"),
    "lone surrogate key": (b'{"\\udfff": 1}', "lone surrogate"),
    "deep arrays": (b"[" * 65 + b"]" * 65, "nested deeper"),
    "deep objects": (b'{"a":' * 65 + b"1" + b"}" * 65, "nested deeper"),
    "very deep": (b"[" * 200_000, "nested deeper"),
    "very deep, closed": (b"[" * 100_000 + b"]" * 100_000, "nested deeper"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_input_is_one_line(name: str) -> None:
    data, what = BROKEN[name]
    with pytest.raises(SnapshotError) as caught:
        loads(data, "snapshot.json")
    line = str(caught.value)
    assert what in line
    assert line.startswith("snapshot.json")
    assert "\n" not in line


def test_a_broken_file_names_line_and_column() -> None:
    with pytest.raises(SnapshotError, match=r"^s\.json:2:6: not JSON"):
        loads(b'{\n"a": }', "s.json")


@pytest.mark.parametrize(
    "data", [b"[" * 64 + b"]" * 64, b'["[[[{{{"]', b'"\\ud83d\\ude00"', b"[-9007199254740991]", b" {} \n"]
)
def test_odd_but_right_input_is_read(data: bytes) -> None:
    assert loads(data, "x") == json.loads(data)


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_one_error(data: bytes) -> None:
    try:
        loads(data, "x")
    except SnapshotError as fault:
        assert str(fault).isprintable()
