from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sec02_policies import PolicySet, Snapshot
from sec02_policies.evaluate import Evaluation, evaluate
from sec02_policies.testing import build_document, example

Document = dict[str, Any]


@pytest.fixture
def policy() -> Callable[..., PolicySet]:
    """Makes a set of one policy, `test-policy`, from what differs from a plain one."""

    def make(**members: str) -> PolicySet:
        lines = {
            "id": "test-policy",
            "title": "Things are right",
            "best_practice": "SEC02-BP01",
            "severity": "high",
            "maturity": "1",
            "control": "detective",
            "identity": "human",
            "set": "core",
            "resource": "iam_user",
            "condition": "true",
            "rationale": "Because.",
            "remediation": "{text: Mend it.}",
            "references": "['https://docs.aws.amazon.com/']",
        }
        cel = ("when", "condition", "message")
        text = "\n".join(
            f"{key}: {json.dumps(value) if key in cel else value}" for key, value in (lines | members).items()
        )
        return PolicySet.parse({"test-policy.yaml": text.encode()})

    return make


@pytest.fixture
def world() -> Callable[..., Document]:
    """Makes the document of an account that holds these resources and no gap."""

    def make(**resources: list[Document]) -> Document:
        return build_document({"iam_account": [example("iam_account")], **resources})

    return make


@pytest.fixture
def gap() -> Callable[..., Document]:
    """Makes a gap: AccessDenied of iam:ListMFADevices unless told otherwise."""

    def make(collection: str, resource_id: str | None = None, field: str | None = None, **more: str) -> Document:
        return {
            "id": "g00001",
            "collection": collection,
            "account_id": "111122223333",
            "region": "global",
            "resource_id": resource_id,
            "field": field,
            "api": "iam:ListMFADevices",
            "code": "AccessDenied",
            "kind": "denied",
            **more,
        }

    return make


@pytest.fixture
def judge(policy: Callable[..., PolicySet], world: Callable[..., Document]) -> Callable[..., Evaluation]:
    """Evaluates one policy, given by what differs, over alice."""

    def run(**members: str) -> Evaluation:
        return evaluate(Snapshot(world(iam_user=[example("iam_user")])), policy(**members))

    return run
