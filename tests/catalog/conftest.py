from __future__ import annotations

import pytest

POLICY = """\
id: iam-user-named
title: Users have a name
best_practice: SEC02-BP06
severity: low
maturity: 1
control: detective
identity: human
set: core
params:
  least: {type: integer, minimum: 1, default: 3}
resource: iam_user
condition: size(resource.name) >= params.least
rationale: A name says who it is.
remediation: {text: Give it a name.}
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users.html"]
"""


@pytest.fixture
def policy_text() -> str:
    """A small, valid policy file named iam-user-named.yaml."""
    return POLICY
