from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sec02_policies.snapshot import canonical
from sec02_policies.testing import build_document, example


@pytest.fixture
def snapshot_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a snapshot of an account that holds these resources and gaps."""

    def write(*gaps: dict[str, Any], **resources: list[dict[str, Any]]) -> Path:
        document = build_document({"iam_account": [example("iam_account")], **resources})
        document["gaps"] += gaps
        path = tmp_path / "snapshot.json"
        path.write_bytes(canonical(document))
        return path

    return write


@pytest.fixture
def policy_folder(tmp_path: Path) -> Path:
    """A folder of one policy of a user's own, with its suite."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "own-user-mfa.yaml").write_text(
        """\
id: own-user-mfa
title: Users have MFA
best_practice: SEC02-BP01
severity: high
maturity: 1
control: detective
identity: human
set: core
params:
  least: {type: integer, default: 1}
resource: iam_user
when: resource.password_enabled
condition: size(resource.mfa_devices) >= params.least
message: resource.name + ' has no MFA'
rationale: A password alone is soon known to others.
remediation: {text: Add a device., cli: aws iam enable-mfa-device, terraform: 'resource "x" "y" {}'}
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html"]
"""
    )
    (folder / "own-user-mfa.test.yaml").write_text(
        """\
policy: own-user-mfa
cases:
  - {name: with a device, expect: pass}
  - name: without one
    resource: {mfa_devices: []}
    expect: {status: fail, message: alice has no MFA}
"""
    )
    return folder
