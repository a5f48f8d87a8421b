"""What a collection says at its end of what it could not read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sec02_policies.cli.collected import tell
from sec02_policies.resources import packaged
from sec02_policies.snapshot import Snapshot


def test_what_was_denied_is_told_once_with_the_permission_to_grant(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(packaged("snapshots").joinpath("demo.json").read_bytes())
    own = {"account_id": document["scope"]["account_id"], "code": "AccessDenied", "kind": "denied"}
    sets = document["resources"]["idc_permission_set"]
    document["gaps"] += [
        {
            **own,
            "id": f"d{number}",
            "collection": "idc_permission_set",
            "region": each["region"],
            "resource_id": each["id"],
            "field": "inline_policy",
            "api": "sso-admin:GetInlinePolicyForPermissionSet",
        }
        for number, each in enumerate(sets)
    ]
    for each in sets:
        del each["inline_policy"]
    tell(Snapshot(document), Path("snapshot.json"))
    told = [line for line in capsys.readouterr().err.splitlines() if "GetInlinePolicy" in line]
    api, permission = "sso-admin:GetInlinePolicyForPermissionSet", "sso:GetInlinePolicyForPermissionSet"
    assert told == [f"  could not be read: {api}: AccessDenied: grant {permission}"]
