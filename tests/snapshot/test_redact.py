"""A redacted snapshot says nothing of names, and is judged as the snapshot that it was made from."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.cli.redaction import asked_for
from sec02_policies.errors import InputError
from sec02_policies.iam import parse_document
from sec02_policies.resources import packaged
from sec02_policies.snapshot import canonical
from sec02_policies.snapshot.pseudonym import Pseudonyms
from sec02_policies.snapshot.redact import Profile, redact
from sec02_policies.testing import build_document, example

Document = dict[str, Any]
KEY = b"a key for nothing but tests"
FIXTURES = ["minimal", "strong", "weak", "partial", "demo"]
WORD = re.compile(r"[^\s:/|#*?\[\]{}()\"'<>;&$,]+")
# Values of AWS that the fixtures use as names too.
PROTOCOLS = {"SSL_2_0", "SSL_3_0", "TLS_1_0", "TLS_1_1", "RC4_40_128", "RC4_56_128", "RC4_64_128", "RC4_128_128"}
VALUES = {"customer", "orphan", "verified_email", "verified_phone_number", *PROTOCOLS}


@lru_cache
def fixture(name: str) -> Document:
    document: Document = json.loads(packaged("snapshots").joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return document


@lru_cache
def policies() -> PolicySet:
    return PolicySet.packaged()


def statuses(document: Document) -> Counter[tuple[str, str, str]]:
    results = evaluate(Snapshot(document), policies()).results
    return Counter((each.policy_id, each.resource_type, each.status.value) for each in results)


def world(*statements: Document, **resources: list[Document]) -> Document:
    """An account whose role `app` has these statements inline, beside other resources."""
    document = parse_document(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    inline = example("iam_inline_policy", {"owner_type": "iam_role", "document": document})
    roles = [example("iam_role", {"inline_policies": [inline]}), *resources.pop("iam_role", [])]
    return build_document({"iam_account": [example("iam_account")], "iam_role": roles, **resources})


def statement_of(document: Document) -> Document:
    policy = next(each for role in document["resources"]["iam_role"] for each in role["inline_policies"])
    found: Document = policy["document"]["statements"][0]
    return found


# ---------------------------------------------------------------- laws over the fixtures


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("name", FIXTURES)
def test_every_policy_gives_the_same_verdicts(name: str, profile: Profile) -> None:
    document = fixture(name)
    assert statuses(redact(document, KEY, profile=profile, keep=set(asked_for()))) == statuses(document)


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("name", FIXTURES)
def test_no_name_survives(name: str, profile: Profile) -> None:
    document = fixture(name)
    managed = {word for text in texts(document["resources"], managed=True) for word in WORD.findall(text)}
    names = {word for text in names_of(document["resources"]) for word in WORD.findall(text) if len(word) >= 4}
    left = {
        word for text in texts(redact(document, KEY, profile=profile), managed=False) for word in WORD.findall(text)
    }
    own = Pseudonyms(KEY, accounts=profile is Profile.ALL)
    assert {word for word in names & left if own.text(word) != word} <= managed | VALUES


def names_of(resources: Document) -> Iterator[str]:
    """Names, the last parts of ARNs, the values of tags."""
    for name, text in members(resources):
        if name in ("name", "alias", "user_name", "client_name", "policy_name", "permission_set_name", "sid", "tag"):
            yield text
        elif text.startswith("arn:") and text.split(":")[4:5] != ["aws"]:
            yield text.split(":", 5)[5].rpartition("/")[2]


def members(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from members(each, name)
    elif isinstance(value, dict) and not is_managed(value):
        tagged = value.keys() == {"key", "value"}
        for key, member in value.items():
            yield from members(member, "tag" if tagged and key == "value" else key)
    elif isinstance(value, str):
        yield name, value


def texts(value: Any, *, managed: bool) -> Iterator[str]:
    """Every text, those of what AWS manages, or those of the rest but for its actions."""
    if isinstance(value, str):
        if not managed:
            yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts(each, managed=managed)
    elif isinstance(value, dict):
        if is_managed(value):
            if managed:
                yield from (text for _, text in members({**value, "arn": None}))
                yield value["arn"]
            return
        for key, member in value.items():
            if key not in ("actions", "not_actions"):
                yield from texts(member, managed=managed)


def is_managed(record: Document) -> bool:
    return str(record.get("arn")).split(":")[4:5] == ["aws"]


@pytest.mark.parametrize("name", FIXTURES)
def test_the_text_of_no_document_survives_and_a_gap_says_so(name: str) -> None:
    redacted = redact(fixture(name), KEY, profile=Profile.NAMES)
    texts_left = [text for key, text in members(redacted["resources"]) if key == "text"]
    assert texts_left == []
    gaps = [each for each in Snapshot(redacted).gaps if each.kind == "redacted" and str(each.field).endswith(".text")]
    assert gaps or name == "minimal"
    assert {(each.api, each.code) for each in gaps} <= {("sec02:Redact", "Redacted")}


def test_the_same_key_gives_the_same_pseudonyms_in_two_snapshots() -> None:
    whole, partial = (redact(fixture(name), KEY, profile=Profile.ALL) for name in ("demo", "partial"))
    users = [{each["id"] for each in document["resources"]["iam_user"]} for document in (whole, partial)]
    assert users[0] == users[1]
    other = redact(fixture("demo"), b"quite another key for tests", profile=Profile.ALL)
    assert users[0].isdisjoint(each["id"] for each in other["resources"]["iam_user"])


def test_the_same_snapshot_and_key_give_the_same_bytes() -> None:
    assert canonical(redact(fixture("demo"), KEY, profile=Profile.ALL)) == canonical(
        redact(fixture("demo"), KEY, profile=Profile.ALL)
    )


# ---------------------------------------------------------------- pseudonyms


@given(text=st.text(max_size=60))
def test_lower_case_and_pseudonym_do_in_either_order(text: str) -> None:
    pseudonyms = Pseudonyms(KEY, accounts=True)
    text = "".join(each for each in text if each.isascii())
    if not re.search("AKIA|ASIA|A[A-Z]{3}[A-Z0-9]{12}|AWSReserved", text):
        assert pseudonyms.text(text).lower() == pseudonyms.text(text.lower()).lower()


@given(words=st.lists(st.text("abcXYZ019-_.@+=", min_size=1, max_size=12), min_size=1, max_size=5))
def test_a_path_is_the_pseudonyms_of_its_parts(words: list[str]) -> None:
    pseudonyms = Pseudonyms(KEY, accounts=True)
    assert pseudonyms.text("/".join(words)) == "/".join(pseudonyms.text(each) for each in words)


@given(one=st.text("abAB-", min_size=1, max_size=6), other=st.text("abAB-", min_size=1, max_size=6))
def test_two_words_are_the_same_exactly_if_their_pseudonyms_are(one: str, other: str) -> None:
    pseudonyms = Pseudonyms(KEY, accounts=True)
    assert (pseudonyms.text(one) == pseudonyms.text(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arn:aws:iam::aws:policy/job-function/Billing", r"arn:aws:iam::aws:policy/job-function/Billing"),
        ("arn:aws:iam::111122223333:role/app", r"arn:aws:iam::\d{12}:role/[a-z2-7]{16}"),
        ("arn:aws:iam::*:role/${aws:username}/*", r"arn:aws:iam::\*:role/\$\{aws:username\}/\*"),
        ("${aws:PrincipalTag/team, 'ops'}", r"\$\{aws:PrincipalTag/team, '[a-z2-7]{16}'\}"),
        ("lambda.amazonaws.com", r"lambda\.amazonaws\.com"),
        ("bucket.of.acme.amazonaws.com", r"[a-z2-7]{16}\.amazonaws\.com"),
        ("repo:Acme/shop:ref:refs/heads/*", r"repo:[A-Za-z2-7]{16}/[a-z2-7]{16}:ref:refs/heads/\*"),
        ("o-exampleorgid", r"o-[a-z2-7]{16}"),
        ("AKIAIOSFODNN7EXAMPLE", r"AKIA[A-Za-z2-7]{16}"),
        ("2026-01-31T00:00:00Z", r"2026-01-31T00:00:00Z"),
        ("444455556666", r"\d{12}"),
        ("10.1.0.0/16", r"10\.1\.0\.0/16"),
        ("2001:DB8::/32", r"2001:DB8::/32"),
        ("ab:cd", r"[a-z2-7]{16}:[a-z2-7]{16}"),
    ],
)
def test_what_tells_the_kind_of_a_text_stays(text: str, expected: str) -> None:
    assert re.fullmatch(expected, Pseudonyms(KEY, accounts=True).text(text))


def test_account_ids_stay_unless_all_is_asked_for() -> None:
    document = fixture("strong")
    account = document["scope"]["account_id"]
    assert redact(document, KEY, profile=Profile.NAMES)["scope"]["account_id"] == account
    assert account.encode() not in canonical(redact(document, KEY, profile=Profile.ALL))


# ---------------------------------------------------------------- statements


def test_a_wildcard_goes_on_matching_what_it_matched() -> None:
    statement = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/batch-*"}
    batch = example("iam_role", {"name": "batch-nightly"})
    redacted = redact(world(statement, iam_role=[batch]), KEY, profile=Profile.NAMES)
    ids = {each["id"] for each in redacted["resources"]["iam_role"]}
    pattern, *added = statement_of(redacted)["resources"]
    assert pattern.endswith("*")
    assert "batch" not in pattern
    assert len(added) == 1
    assert set(added) < ids


def test_a_wide_pattern_goes_on_covering_a_narrow_one() -> None:
    wide = {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::logs-*"}
    narrow = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::logs-of-shop-*"}
    redacted = redact(world(wide, narrow), KEY, profile=Profile.NAMES)
    policy = next(each for role in redacted["resources"]["iam_role"] for each in role["inline_policies"])
    denied, allowed = policy["document"]["statements"]
    assert set(allowed["resources"]) <= set(denied["resources"])


def test_a_pattern_of_aws_goes_on_matching_what_it_matched() -> None:
    document = parse_document(
        json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam::*:role/MyApp*"}]})
    )
    arn = "arn:aws:iam::aws:policy/AppAccess"
    managed = example("iam_policy", {"id": arn, "arn": arn, "name": "AppAccess", "document": document})
    role = example("iam_role", {"name": "MyAppRole"})
    redacted = redact(world(iam_policy=[managed], iam_role=[role]), KEY, profile=Profile.NAMES)
    kept = redacted["resources"]["iam_policy"][0]
    assert kept["document"]["text"] == document["text"]
    assert kept["document"]["statements"][0]["resources"][0] == "arn:aws:iam::*:role/MyApp*"
    assert kept["document"]["statements"][0]["resources"][1] in {
        each["id"] for each in redacted["resources"]["iam_role"]
    }


def test_values_that_are_no_names_stay() -> None:
    conditions = {
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
        "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
        "Bool": {"aws:SecureTransport": "true"},
        "StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:PrincipalTag/team": "blue"},
    }
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": conditions}
    found = statement_of(redact(world(statement), KEY, profile=Profile.ALL))["conditions"]
    values = {each["key"]: each["values"] for each in found}
    assert values.pop("aws:principaltag/team") not in (["blue"], [])
    assert values == {
        "aws:multifactorauthage": ["3600"],
        "aws:sourceip": ["10.0.0.0/8"],
        "aws:securetransport": ["true"],
        "aws:requestedregion": ["eu-west-1"],
    }


def test_the_keys_of_an_issuer_follow_its_pseudonym() -> None:
    condition = {"StringEquals": {"Idp.Corp.example/Realm:aud": "shop"}}
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    document = world(statement, iam_oidc_provider=[example("iam_oidc_provider", {"url": "Idp.Corp.example/Realm"})])
    redacted = redact(document, KEY, profile=Profile.NAMES)
    url = redacted["resources"]["iam_oidc_provider"][0]["url"]
    assert statement_of(redacted)["conditions"][0]["key"] == f"{url.lower()}:aud"


# ---------------------------------------------------------------- the rest


def test_tags_that_are_asked_for_stay() -> None:
    tags = [{"key": "purpose", "value": "break-glass"}, {"key": "team", "value": "break-glass-crew"}]
    document = build_document(
        {"iam_account": [example("iam_account")], "iam_user": [example("iam_user", {"tags": tags})]}
    )
    redacted = redact(document, KEY, profile=Profile.NAMES, keep=["purpose=break-glass"])
    purpose, team = redacted["resources"]["iam_user"][0]["tags"]
    assert purpose == tags[0]
    assert team["key"] == "team"
    assert re.fullmatch("[a-z2-7]{16}", team["value"])


def test_people_and_places_in_attestations_go_and_what_they_say_stays() -> None:
    document = fixture("strong")
    said = redact(document, KEY, profile=Profile.NAMES)["attestations"]
    assert [each["value"] for each in said] == [each["value"] for each in document["attestations"]]
    assert all("security" not in each["by"] and "1234" not in each["evidence_ref"] for each in said)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InputError, match="redaction key: 15 bytes: at least 16 random bytes"):
        redact(fixture("minimal"), b"fifteen bytes..", profile=Profile.NAMES)


def test_a_redacted_snapshot_is_not_redacted_again() -> None:
    once = redact(fixture("minimal"), KEY, profile=Profile.NAMES)
    with pytest.raises(InputError, match="snapshot: redacted already"):
        redact(once, KEY, profile=Profile.ALL)


def test_it_says_what_was_redacted_and_from_what() -> None:
    document = fixture("minimal")
    said = redact(document, KEY, profile=Profile.ALL)["redaction"]
    assert said["profile"] == "all"
    assert said["derived_from"] == Snapshot(document).sha256
    assert re.fullmatch("[a-z2-7]{16}", said["key_id"])
