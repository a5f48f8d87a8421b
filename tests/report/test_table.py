from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from sec02_policies.report import Background, Format, printable, render

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def row() -> Make:
    """Makes one row of results; a failing one unless told otherwise."""

    def make(**members: Any) -> dict[str, Any]:
        return {
            "policy_id": "iam-user-console-mfa",
            "best_practice": "SEC02-BP01",
            "severity": "high",
            "status": "fail",
            "resource_type": "iam_user",
            "resource_id": "arn:aws:iam::111122223333:user/alice",
            "resource_name": "alice",
            "resource_arn": "arn:aws:iam::111122223333:user/alice",
            "account_id": "111122223333",
            "region": "global",
            "message": "alice has a password and no MFA device",
            "evidence": {},
            "gaps": [],
            "waived_by": None,
            "fingerprint": "0" * 20,
        } | members

    return make


@pytest.fixture
def document() -> Make:
    """Makes a results document of rows."""
    from sec02_policies.evaluate import summary
    from sec02_policies.model import Result, Severity, Status

    def make(*rows: dict[str, Any]) -> dict[str, Any]:
        results = [
            Result(**{**each, "gaps": (), "severity": Severity(each["severity"]), "status": Status(each["status"])})
            for each in rows
        ]
        return {"schema_version": "1", "run": {"waivers": []}, "summary": summary(results), "results": list(rows)}

    return make


GAP = {"id": "g1", "api": "iam:ListMFADevices", "code": "AccessDenied", "kind": "denied"}

EXPECTED = """\
SEC02-BP01  Use strong sign-in mechanisms
 critical   1 iam-root-mfa-enabled
              root: The root user signs in without MFA
 high       2 iam-user-console-mfa
              alice, bob

SEC02-BP03  Store and use secrets securely
 low        1 secrets-required-tags
              app/db (waived by W-1): no owner

Not judged, because it could not be read
 iam:ListMFADevices  AccessDenied  2 results unknown

error  p  carol: policies/p.yaml: no such key

failing by  critical  high  medium  low  info  unknown  pass  n/a
SEC02-BP01         1     2       .    .     .        3     1    .
SEC02-BP03         .     .       .    1     .        .     .    1

Compliance 1/5 (20 %) of what was judged; assurance 5/8 (62 %) of what applies was judged.
"""


def test_the_table_shows_what_failed_by_best_practice_and_severity(row: Make, document: Make) -> None:
    text = render(
        document(
            row(),
            row(resource_name="bob"),
            row(
                severity="critical",
                policy_id="iam-root-mfa-enabled",
                resource_name="root",
                message="The root user signs in without MFA",
            ),
            row(status="unknown", gaps=[GAP]),
            row(status="unknown", gaps=[GAP, GAP]),
            row(status="error", policy_id="p", resource_name="carol", message="policies/p.yaml: no such key"),
            row(status="pass"),
            row(
                best_practice="SEC02-BP03",
                severity="low",
                policy_id="secrets-required-tags",
                resource_name="app/db",
                message="no owner",
                waived_by="W-1",
            ),
            row(best_practice="SEC02-BP03", status="not_applicable", resource_name=None),
        ),
        Format.TABLE,
    ).decode()
    assert text == EXPECTED


def test_details_give_each_result_its_message(row: Make, document: Make) -> None:
    text = render(
        document(row(), row(resource_name="bob", message="bob too")), Format.TABLE, Background(details=True)
    ).decode()
    assert "alice: alice has a password and no MFA device\n              bob: bob too\n" in text


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_of_the_findings_is_wider_than_the_terminal(width: int, row: Make, document: Make) -> None:
    wide = row(resource_name="a-long-name-" * 9, message="word " * 60)
    text = render(document(wide), Format.TABLE, Background(width=width)).decode()
    findings = text.split("\n\n")[0]
    assert all(len(line) <= width for line in findings.splitlines())
    assert "word" in findings


def test_colour_only_where_it_is_welcome(row: Make, document: Make) -> None:
    assert b"\x1b[" in render(document(row()), Format.TABLE, Background(color=True))
    assert b"\x1b" not in render(document(row()), Format.TABLE)


HOSTILE = ["\x1b[2J", "\x9b31m", "\u202eevil", "a\rb", "[red]x[/red]", "[link=file:///etc]x[/link]", "\x00", ":smile:"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_do_not_reach_the_terminal(name: str, row: Make, document: Make) -> None:
    text = render(document(row(resource_name=name, message=name)), Format.TABLE).decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    if name.isprintable():
        assert name in text


def test_nothing_at_all_is_a_table_too(document: Make) -> None:
    text = render(document(), Format.TABLE).decode()
    assert "Compliance 0/0 of what was judged" in text


def test_json_is_the_document_in_canonical_form(row: Make, document: Make) -> None:
    from sec02_policies.snapshot import canonical

    whole = document(row())
    assert render(whole, Format.JSON) == canonical(whole) + b"\n"


def test_printable_keeps_text_and_shows_the_rest() -> None:
    assert printable("Zoë 😀") == "Zoë 😀"
    assert printable("a\x1b[0m\u202e\n") == "a\\x1b[0m\\u202e\\n"
