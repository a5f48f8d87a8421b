from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sec02_policies.collect import load_attestations
from sec02_policies.errors import PolicyError

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE = "- {key: idc.mfa_mode, value: ALWAYS_ON, by: jane, at: 2026-11-01T09:00:00Z, evidence_ref: ticket 7}\n"


def load(text: str) -> list[dict[str, str]]:
    return load_attestations(text.encode(), "attest.yaml", now=NOW)


def test_attestations_are_in_the_order_of_keys_and_times() -> None:
    earlier = ONE.replace("2026-11-01", "2026-10-01")
    other = ONE.replace("idc.mfa_mode", "idc.mfa_types")
    found = load(f"attestations:\n{other}{ONE}{earlier}")
    assert [(each["key"], each["at"][:10]) for each in found] == [
        ("idc.mfa_mode", "2026-10-01"),
        ("idc.mfa_mode", "2026-11-01"),
        ("idc.mfa_types", "2026-11-01"),
    ]
    assert found[1] == {
        "key": "idc.mfa_mode",
        "value": "ALWAYS_ON",
        "by": "jane",
        "at": "2026-11-01T09:00:00Z",
        "evidence_ref": "ticket 7",
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("attestations: []", "attest.yaml:1:15: attestations: breaks minItems"),
        (f"attestations:\n{ONE}more: 1", "attest.yaml:3:7: more: unknown member 'more'"),
        (f"attestations:\n{ONE}{ONE}", "attest.yaml:3:3: attestations.1: a second attestation of idc.mfa_mode"),
        (f"attestations:\n{ONE.replace('2026-11-01', '2026-12-01')}", "attestations.0.at: a time in the future"),
        (f"attestations:\n{ONE.replace(', by: jane', '')}", "attestations.0: no member 'by'"),
        (f"attestations:\n{ONE.replace('jane', '')}", "attestations.0.by: null: string"),
        (f"attestations:\n{ONE.replace('T09:00:00Z', '')}", "attestations.0.at: breaks pattern"),
        (f"attestations:\n{ONE.replace('idc.mfa_mode', 'IDC MFA')}", "attestations.0.key: breaks pattern"),
    ],
)
def test_a_defect_is_named_with_line_and_column(text: str, line: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load(text)
    assert line in str(caught.value)
