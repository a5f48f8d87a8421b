"""What AWS answers never gets into a log, whatever level the log has; warnings of AWS's libraries still do."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from documents import Aws, moment

from sec02_policies.collect import Request, Role, organization_of, read_members
from sec02_policies.collect._session import guarded

CANARY = "canary-of-an-answer"


class Kept(logging.Handler):
    """Keeps all that any logger says."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(f"{record.name} {record.getMessage()} {record.exc_info}")


@pytest.fixture
def log() -> Iterator[Kept]:
    """Handlers on the root and on botocore's own logger, everything at DEBUG."""
    kept = Kept()
    loggers = [logging.getLogger(each) for each in (None, "botocore", "botocore.parsers", "urllib3")]
    before = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.DEBUG)
        each.addHandler(kept)
    yield kept
    for each, level in zip(loggers, before, strict=True):
        each.setLevel(level)
        each.removeHandler(kept)


def user_with_a_canary(aws: Aws) -> None:
    aws.client("iam").create_user(UserName="bob", Tags=[{"Key": "purpose", "Value": CANARY}])


def test_without_the_guard_botocore_logs_what_aws_answers(aws: Aws, log: Kept) -> None:
    user_with_a_canary(aws)
    aws.client("iam").get_account_authorization_details()
    assert any(CANARY in each for each in log.said)


def test_a_collection_logs_nothing_that_aws_answers(aws: Aws, log: Kept) -> None:
    user_with_a_canary(aws)
    log.said.clear()
    document = aws.collect("iam")
    assert CANARY in str(document)
    assert [each for each in log.said if each.startswith(("botocore", "boto3", "urllib3"))] == []


def test_the_keys_of_an_assumed_role_are_not_logged(aws: Aws, log: Kept) -> None:
    organizations = aws.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    made = organizations.create_account(AccountName="apps", Email="a@example.invalid")["CreateAccountStatus"]
    log.said.clear()
    organization = organization_of(aws.session, now=moment)
    members = organization.choose([made["AccountId"]])
    found = list(
        read_members(
            aws.session,
            organization,
            members,
            role=Role(name="OrganizationAccountAccessRole"),
            request=Request(services=("organizations",)),
            keep=lambda _, document: document["scope"]["account_id"],
            now=moment,
        )
    )
    assert found == [(members[0], made["AccountId"])]
    assert [each for each in log.said if each.startswith(("botocore", "boto3", "urllib3"))] == []


def test_warnings_are_still_logged(aws: Aws, log: Kept) -> None:
    with guarded(aws.session):
        logging.getLogger("botocore.credentials").warning("watch out")
    assert any("watch out" in each for each in log.said)


def test_once_the_last_collection_is_done_the_libraries_may_speak_again(aws: Aws, log: Kept) -> None:
    with guarded(aws.session):
        with guarded(aws.session):
            pass
        logging.getLogger("botocore.parsers").debug("too early")
    logging.getLogger("botocore.parsers").debug("in time")
    assert not any("too early" in each for each in log.said)
    assert any("in time" in each for each in log.said)


def test_no_logger_of_the_libraries_escapes_that_is_made_later(aws: Aws) -> None:
    with guarded(aws.session):
        before = {each for each in logging.root.manager.loggerDict if each.partition(".")[0] in ("botocore", "urllib3")}
        for service in ("iam", "sts", "cognito-idp", "secretsmanager", "accessanalyzer"):
            aws.client(service)
        aws.client("iam").get_account_summary()
        after = {each for each in logging.root.manager.loggerDict if each.partition(".")[0] in ("botocore", "urllib3")}
    assert after == before
