"""The remediation of the shipped policies: commands that AWS has, snippets that parse, and what may break is said."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import botocore.session
import pytest
import yaml
from botocore import xform_name
from botocore.model import ServiceModel

from sec02_policies.catalog import PolicySet
from sec02_policies.model import Policy, Severity
from sec02_policies.remediation import Phase
from sec02_policies.remediation.template import LITERAL_OPTIONS, PLACEHOLDERS, commands

GLOBAL = {"--region", "--query", "--output"}
LABELS = {"AWSPENDING"}  # of Secrets Manager, which takes any text
FIELDS = ("before", "cli", "after", "rollback")
NOT_IN_CLOUDFORMATION = {
    "ds-radius-mfa-enabled": "no type has RADIUS settings",
    "iam-service-credentials-expire": "no type has service-specific credentials",
    "idc-trusted-token-issuers-approved": "no type has trusted token issuers",
    "lambda-env-no-secrets": "its type is the whole function, with its code",
    "org-delegated-admins-known": "no type has delegated administrators",
    "org-root-credentials-managed": "no type has central root access",
}
"""Policies of high severity with Terraform and without CloudFormation, and why."""


@cache
def shipped() -> tuple[Policy, ...]:
    return tuple(PolicySet.packaged())


def serious(*severities: Severity) -> list[Policy]:
    """The policies of those severities."""
    chosen = severities or (Severity.CRITICAL, Severity.HIGH)
    return [each for each in shipped() if each.severity in chosen]


@cache
def service(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


def lines() -> Iterator[tuple[str, str]]:
    """(policy and field, line) of each command of the AWS CLI."""
    for policy in shipped():
        for name in FIELDS:
            for line in (getattr(policy.remediation, name) or "").splitlines():
                if not line.startswith("sec02 "):
                    yield f"{policy.id} {name}", line


def wrong(line: str) -> str | None:
    """What AWS does not have of the command; None where it has all of it."""
    words = shlex.split(line)
    if words[0] != "aws":
        return f"not the AWS CLI: {words[0]}"
    operations = {xform_name(each, "-"): each for each in service(words[1]).operation_names}
    if words[2] not in operations:
        return f"no operation {words[2]}"
    shape = service(words[1]).operation_model(operations[words[2]]).input_shape
    members = {xform_name(name, "-"): member for name, member in (shape.members if shape else {}).items()}
    given = {each[2:] for each in words[3:] if each.startswith("--") and each not in GLOBAL}
    negated = {each[3:] for each in given if each.startswith("no-") and each not in members}
    unknown = {each for each in given if each not in members and each.removeprefix("no-") not in negated}
    unknown |= {each for each in negated if each not in members or members[each].type_name != "boolean"}
    required = {xform_name(each, "-") for each in (shape.required_members if shape else ())}
    missing = required - given - negated
    return f"unknown {sorted(unknown)}, missing {sorted(missing)}" if unknown or missing else None


def test_every_command_names_an_operation_and_members_that_aws_has() -> None:
    assert {where: wrong(line) for where, line in lines() if wrong(line)} == {}


def test_no_command_needs_a_shell() -> None:
    assert [where for where, line in lines() if re.search(r"[;|<>&`]|\$\(", re.sub(r"'[^']*'", "", line))] == []


def test_every_word_in_capitals_is_a_placeholder_or_a_value_of_aws() -> None:
    """What is neither would be sent to AWS as it stands."""
    found = {}
    for where, line in lines():
        words = shlex.split(line)
        literal = {after for before, after in pairwise(words) if before in LITERAL_OPTIONS}
        for word in words[3:]:
            if word in literal or re.search(r"[{=]|://", word):
                continue
            known = PLACEHOLDERS | enumerated(words[1]) | LABELS
            if re.fullmatch(r"[A-Z]+(_[A-Z]+)*", word) and word not in known:
                found[where] = word
    assert found == {}


@cache
def enumerated(name: str) -> frozenset[str]:
    """Every value that any shape of the service enumerates."""
    model = service(name)
    shapes = (model.shape_for(each) for each in model.shape_names)
    return frozenset(value for shape in shapes for value in (getattr(shape, "enum", None) or ()))


def test_commands_are_all_understood_by_a_plan() -> None:
    for _, line in lines():
        assert len(commands(line, {}, region="global", step="x")) == 1


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.HIGH])
def test_what_matters_most_has_its_place_in_a_plan(severity: Severity) -> None:
    assert [
        each.id
        for each in serious(severity)
        if each.remediation.phase is None and (each.remediation.cli or "").startswith("aws")
    ] == []


def test_what_restricts_or_removes_says_what_it_may_break() -> None:
    breaking = (Phase.RESTRICT, Phase.REMOVE)
    assert [
        each.id for each in serious() if each.remediation.phase in breaking and each.remediation.warning is None
    ] == []


def test_what_restricts_can_be_undone() -> None:
    assert [
        each.id
        for each in serious()
        if each.remediation.phase == Phase.RESTRICT
        and not (each.remediation.rollback or each.remediation.before or "").strip()
    ] == []


def test_terraform_of_high_severity_has_cloudformation_beside_it() -> None:
    lacking = {each.id for each in serious() if each.remediation.terraform and not each.remediation.cloudformation}
    assert lacking == lacking & NOT_IN_CLOUDFORMATION.keys()


def test_cloudformation_parses_and_is_called_by_its_policy() -> None:
    for policy in shipped():
        if policy.remediation.cloudformation is None:
            continue
        resources: dict[str, Any] = yaml.safe_load(policy.remediation.cloudformation)
        assert list(resources) == ["".join(each.capitalize() for each in policy.id.split("-"))]
        for resource in resources.values():
            assert set(resource) <= {"Type", "Properties", "DeletionPolicy"}
            assert re.fullmatch(r"AWS::[A-Za-z0-9]+::[A-Za-z0-9]+", resource["Type"])


def test_terraform_parses() -> None:
    hcl2 = pytest.importorskip("hcl2")
    for policy in shipped():
        if policy.remediation.terraform is not None:
            assert hcl2.loads(f"{policy.remediation.terraform.rstrip()}\n"), policy.id
