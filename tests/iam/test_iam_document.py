"""The grammar of policy documents, every legal spelling and every broken one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies.iam import DocumentError, action_covers, covers, glob, parse_document


def statement(**elements: object) -> dict[str, Any]:
    document = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **elements}}
    return parse_document(json.dumps(document))["statements"][0]


def principals(written: object) -> list[tuple[str, str, str | None]]:
    found = statement(Principal=written)["principals"]
    return [(each["kind"], each["value"], each["account_id"]) for each in found]


def refused(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        parse_document(text)
    return str(caught.value)


def test_a_document_keeps_its_text_and_has_every_list() -> None:
    text = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "S3:GetObject", "Resource": "*"}}'
    assert parse_document(text) == {
        "text": text,
        "version": "2012-10-17",
        "statements": [
            {
                "index": 0,
                "sid": None,
                "effect": "Allow",
                "principals": [],
                "not_principals": [],
                "actions": ["s3:getobject"],
                "not_actions": [],
                "resources": ["*"],
                "not_resources": [],
                "conditions": [],
            }
        ],
    }


def test_a_missing_version_is_null() -> None:
    assert parse_document('{"Statement": []}') == {"text": '{"Statement": []}', "version": None, "statements": []}


def test_statements_keep_their_order_and_number() -> None:
    text = json.dumps(
        {
            "Id": "x",
            "Statement": [
                {"Sid": "b", "Effect": "Deny", "NotAction": ["IAM:*"], "NotResource": ["arn:aws:s3:::B"]},
                {"Sid": "a", "Effect": "Allow", "Action": [], "Resource": []},
            ],
        }
    )
    first, second = parse_document(text)["statements"]
    assert (first["index"], first["sid"], first["not_actions"], first["not_resources"]) == (
        0,
        "b",
        ["iam:*"],
        ["arn:aws:s3:::B"],
    )
    assert (second["index"], second["sid"], second["actions"]) == (1, "a", [])


def test_element_names_may_have_any_letter_case() -> None:
    text = '{"version": "2012-10-17", "STATEMENT": [{"effect": "Deny", "NOTACTION": "a:B", "resource": "*"}]}'
    assert parse_document(text)["statements"][0]["not_actions"] == ["a:b"]


@pytest.mark.parametrize(
    ("written", "operator", "qualifier", "if_exists"),
    [
        ("StringEquals", "stringequals", None, False),
        ("stringLIKE", "stringlike", None, False),
        ("BoolIfExists", "bool", None, True),
        ("ForAllValues:StringEquals", "stringequals", "forallvalues", False),
        ("foranyvalue:StringNotLikeIfExists", "stringnotlike", "foranyvalue", True),
        ("Null", "null", None, False),
    ],
)
def test_operators_are_taken_apart(written: str, operator: str, qualifier: str | None, *, if_exists: bool) -> None:
    condition = {"operator": operator, "set": qualifier, "if_exists": if_exists, "key": "aws:x", "values": ["v"]}
    assert statement(Condition={written: {"AWS:X": "v"}})["conditions"] == [condition]


def test_condition_values_that_are_no_strings_become_their_text() -> None:
    condition = {"NumericLessThan": {"a:b": [1, 2.50, "x"]}, "Bool": {"c:d": True}, "Null": {"e:f": False}}
    assert [each["values"] for each in statement(Condition=condition)["conditions"]] == [
        ["1", "2.5", "x"],
        ["true"],
        ["false"],
    ]


def test_condition_keys_in_two_letter_cases_are_two_conditions() -> None:
    found = statement(Condition={"StringEquals": {"aws:a": "1", "AWS:A": "2"}})["conditions"]
    assert [(each["key"], each["values"]) for each in found] == [("aws:a", ["1"]), ("aws:a", ["2"])]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("*", ("any", "*", None)),
        ({"AWS": "*"}, ("any", "*", None)),
        ({"AWS": "123456789012"}, ("account", "123456789012", "123456789012")),
        ({"AWS": 123456789012}, ("account", "123456789012", "123456789012")),
        (
            {"AWS": "arn:aws-cn:iam::123456789012:root"},
            ("account", "arn:aws-cn:iam::123456789012:root", "123456789012"),
        ),
        ({"aws": "arn:aws:iam::123456789012:user/a/b"}, ("user", "arn:aws:iam::123456789012:user/a/b", "123456789012")),
        (
            {"AWS": "arn:aws-us-gov:iam::123456789012:role/r"},
            ("role", "arn:aws-us-gov:iam::123456789012:role/r", "123456789012"),
        ),
        (
            {"AWS": "arn:aws:sts::123456789012:assumed-role/r/s"},
            ("session", "arn:aws:sts::123456789012:assumed-role/r/s", "123456789012"),
        ),
        (
            {"AWS": "arn:aws:sts::123456789012:federated-user/f"},
            ("session", "arn:aws:sts::123456789012:federated-user/f", "123456789012"),
        ),
        ({"AWS": "AIDAIOSFODNN7EXAMPLE"}, ("orphan", "AIDAIOSFODNN7EXAMPLE", None)),
        ({"AWS": "AROAIOSFODNN7EXAMPLE"}, ("orphan", "AROAIOSFODNN7EXAMPLE", None)),
        ({"AWS": "arn:aws:iam::*:root"}, ("other", "arn:aws:iam::*:root", None)),
        ({"Service": "ec2.amazonaws.com"}, ("service", "ec2.amazonaws.com", None)),
        ({"Federated": "*"}, ("any", "*", None)),
        (
            {"Federated": "arn:aws:iam::123456789012:saml-provider/Okta"},
            ("saml", "arn:aws:iam::123456789012:saml-provider/Okta", "123456789012"),
        ),
        (
            {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"},
            ("oidc", "arn:aws:iam::123456789012:oidc-provider/gitlab.com", "123456789012"),
        ),
        ({"Federated": "accounts.google.com"}, ("oidc", "accounts.google.com", None)),
        ({"Federated": "cognito-identity.amazonaws.com"}, ("cognito", "cognito-identity.amazonaws.com", None)),
        (
            {"Federated": "cognito-identity-us-gov.amazonaws.com"},
            ("cognito", "cognito-identity-us-gov.amazonaws.com", None),
        ),
        (
            {"Federated": "cognito-identity.cn-north-1.amazonaws.com.cn"},
            ("cognito", "cognito-identity.cn-north-1.amazonaws.com.cn", None),
        ),
        ({"CanonicalUser": "79a59d"}, ("canonical", "79a59d", None)),
    ],
)
def test_principals_are_told_apart(written: object, expected: tuple[str, str, str | None]) -> None:
    assert principals(written) == [expected]


def test_principals_in_lists_and_of_several_kinds() -> None:
    found = principals({"AWS": ["123456789012", "*"], "Service": ["a.amazonaws.com", "b.amazonaws.com"]})
    assert [kind for kind, _, _ in found] == ["account", "any", "service", "service"]


def test_not_principal_is_kept_apart() -> None:
    found = statement(NotPrincipal={"AWS": "123456789012"})
    assert (found["principals"], found["not_principals"][0]["kind"]) == ([], "account")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "null",
        '"text"',
        "{",
        "{}",
        "[" * 100_000,
        '{"Statement": NaN}',
        '{"Statement": [], "Statement": []}',
        '{"Statement": [], "statement": []}',
        '{"Statement": [], "Extra": 1}',
        '{"Version": "2013-01-01", "Statement": []}',
        '{"Version": [], "Statement": []}',
        '{"Statement": ["x"]}',
        '{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}',
        '{"Statement": {"Action": "*", "Resource": "*"}}',
        '{"Statement": {"Effect": ["Allow"], "Action": "*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "NotResource": "a"}}',
        '{"Statement": {"Effect": "Allow", "Action": 5, "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": ["a", null], "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "NotAction": [], "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "NotResource": []}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": {"a": 1}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Sid": 1}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Extra": 1}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Principal": "123456789012"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Principal": ["*"]}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Principal": {"Aws": "*", "AWS": "*"}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Principal": {"Group": "x"}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Principal": {"AWS": [null]}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "NotPrincipal": {}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": []}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": "x"}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Boole": {"a": "x"}}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"NullIfExists": {"a": "x"}}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"ForAll:Bool": {"a": "x"}}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {":Bool": {"a": "x"}}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a": null}}}}',
        '{"Statement": {"Effect": "Allow", "Action": "\\ud800", "Resource": "*"}}',
    ],
)
def test_what_breaks_the_grammar_is_refused(text: str) -> None:
    assert refused(text).startswith("policy document: ")


def test_the_error_holds_the_place_and_no_content() -> None:
    text = (
        '{"Statement": [{"Effect": "Allow", "Action": "s3:X", "Resource": "*"}, {"Effect": "hunter2", "Action": "a"}]}'
    )
    assert refused(text) == (
        "policy document: Statement[1].Effect: neither Allow nor Deny: Allow or Deny, in this letter case"
    )


@given(st.text(alphabet='{}[]":,StatementEffectAllowActionResource*\\ ', max_size=60))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        found = parse_document(text)
    except DocumentError:
        return
    assert found["text"] == text


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("*", "", True),
        ("*", "a\nb", True),
        ("", "", True),
        ("", "a", False),
        ("a", "a", True),
        ("a", "A", False),
        ("a*", "abc", True),
        ("a*", "ba", False),
        ("*c", "abc", True),
        ("a*c", "ac", True),
        ("ab*ba", "aba", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("?*", "", False),
        ("a*b*c", "aXbYbZc", True),
        ("a*b*c", "acb", False),
        ("a.c", "abc", False),
        ("a${*}", "a*", True),
        ("a${*}", "ab", False),
        ("a${?}*", "a?b", True),
        ("a${$}", "a$", True),
        ("user/${aws:username}", "user/bob", False),
    ],
)
def test_glob_is_the_wildcard_of_iam(pattern: str, value: str, *, expected: bool) -> None:
    assert glob(pattern, value) is expected


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=10))
def test_glob_agrees_with_a_plain_regular_expression(pattern: str, value: str) -> None:
    plain = "".join({"*": ".*", "?": "."}.get(each, each) for each in pattern)
    assert glob(pattern, value) is (re.fullmatch(plain, value) is not None)


@given(st.text(alphabet="ab*?", max_size=6), st.text(alphabet="ab*?", max_size=6), st.text(alphabet="ab", max_size=8))
def test_what_a_pattern_covers_it_matches(wide: str, narrow: str, value: str) -> None:
    if covers(wide, narrow) and glob(narrow, value):
        assert glob(wide, value)


@given(st.text(alphabet="ab:*", max_size=10))
def test_a_pattern_covers_itself(pattern: str) -> None:
    assert covers(pattern, pattern)


def test_a_pattern_of_many_stars_is_decided_at_once() -> None:
    assert not glob("*a" * 60 + "b", "a" * 4000)


def test_letter_case_of_actions_does_not_matter() -> None:
    assert action_covers(["S3:get*"], "s3:GetObject")
    assert not action_covers(["s3:put*"], "s3:GetObject")
    assert not action_covers([], "s3:GetObject")
