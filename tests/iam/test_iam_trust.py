"""Trust policies and secrets' resource policies, judged by the pages that each test names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_worlds import ACCOUNT, IAM, OTHER, WITH_MFA, WITHOUT_MFA, document, hide, role

from sec02_policies import iam
from sec02_policies.model import Unknown

ANY = "*"
OWN = {"AWS": f"{IAM}:root"}
THEIRS = {"AWS": f"arn:aws:iam::{OTHER}:root"}
GITHUB = "token.actions.githubusercontent.com"
ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:x-AbCdEf"


def entry(
    principal: object, action: object = "sts:AssumeRole", effect: str = "Allow", **rest: object
) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": action, **rest}


def trust(*statements: dict[str, Any]) -> dict[str, Any]:
    return iam.trust(role(trust=statements))


def places(number: int = 0) -> dict[str, Any]:
    return {"statement": number, "sid": None}


def test_a_trust_policy_of_nothing_trusts_nobody() -> None:
    assert trust() == {
        "public": False,
        "public_via": [],
        "accounts": [],
        "external_accounts": [],
        "external": [],
        "unnamed": [],
        "external_accounts_without_external_id": [],
        "external_ids": [],
        "org_ids": [],
        "human_entry": False,
        "human_entries": [],
        "requires_mfa": False,
        "federated": [],
        "oidc": [],
        "saml": [],
        "cognito": [],
        "services": [],
        "rolesanywhere": [],
        "orphans": [],
        "tag_session": [],
        "source_identity": False,
        "requires_source_identity": False,
    }


def test_a_document_is_judged_with_the_account_that_is_given() -> None:
    found = iam.trust(document(entry(OWN), entry(THEIRS)), ACCOUNT)
    assert (found["accounts"], found["external_accounts"]) == ([ACCOUNT, OTHER], [OTHER])


def test_a_hidden_trust_policy_is_unknown() -> None:
    with pytest.raises(Unknown):
        iam.trust(hide(role(), "trust_policy"))
    half_read = {**role(), "trust_policy": hide(document(entry(ANY)), "statements")}
    with pytest.raises(Unknown):
        iam.trust(half_read)


@pytest.mark.parametrize("principal", [ANY, {"AWS": ANY}, {"AWS": [f"{IAM}:root", ANY]}, {"Federated": ANY}])
@pytest.mark.parametrize(
    "action", ["sts:AssumeRole", "STS:assumerole", "sts:*", "*", ["sts:TagSession", "sts:Assume*"]]
)
def test_anybody_is_public(principal: object, action: object) -> None:
    """reference_policies_elements_principal: `*` is everyone, in every spelling."""
    found = trust(entry(principal, action))
    assert (found["public"], found["public_via"]) == (True, [places()])


def test_not_principal_with_allow_is_public() -> None:
    """reference_policies_elements_notprincipal: NotPrincipal with Allow lets everybody else in."""
    assert trust({"Effect": "Allow", "NotPrincipal": OWN, "Action": "sts:AssumeRole"})["public"]


@pytest.mark.parametrize(
    "condition",
    [
        ORGANIZATION,
        {"StringEquals": {"AWS:principalORGid": "o-a1b2c3d4e5"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-1/*"}},
        {"StringEquals": {"aws:PrincipalAccount": [OTHER, ACCOUNT]}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/deploy-*"}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{ACCOUNT}:*"}},
        {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}},
        {"StringEquals": {"sts:ExternalId": "7f3d"}},
        {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"StringLike": {"aws:userId": "AROAEXAMPLEID:*"}},
        {"StringEquals": {"aws:PrincipalServiceName": "cloudtrail.amazonaws.com"}},
    ],
)
def test_a_closed_condition_keeps_the_public_out(condition: dict[str, Any]) -> None:
    """access-analyzer-concepts: conditions on these keys do not count as public."""
    assert not trust(entry(ANY, Condition=condition))["public"]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringLike": {"aws:PrincipalOrgID": "*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}},
        {"StringLike": {"aws:PrincipalArn": "*"}},
        {"StringEquals": {"aws:PrincipalAccount": [OTHER, "${aws:PrincipalAccount}"]}},
        {"StringLike": {"aws:PrincipalAccount": "*"}},
        {"StringEquals": {"aws:PrincipalAccount": []}},
        {"StringLike": {"sts:ExternalId": "*"}},
        {"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "0.0.0.0/0"]}},
        {"IpAddress": {"aws:SourceIp": "::/0"}},
        {"StringEquals": {"aws:PrincipalTag/team": "ops"}},
        {"StringEquals": {"sts:RoleSessionName": "ops"}},
        {"StringEquals": {"aws:username": "ops"}},
        {"Null": {"aws:PrincipalOrgID": "false"}},
        {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
        WITH_MFA,
    ],
)
def test_an_open_condition_leaves_the_public_in(condition: dict[str, Any]) -> None:
    assert trust(entry(ANY, Condition=condition))["public"]


@pytest.mark.parametrize(
    "cut",
    [
        entry(ANY, effect="Deny"),
        entry(ANY, "sts:*", "Deny"),
        entry(ANY, "*", "Deny", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        entry(
            ANY,
            effect="Deny",
            Condition={
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        ),
        {"Effect": "Deny", "NotPrincipal": OWN, "Action": "sts:AssumeRole"},
    ],
)
def test_a_deny_that_covers_the_public_takes_it_away(cut: dict[str, Any]) -> None:
    assert not trust(entry(ANY), cut)["public"]
    assert not trust(cut, entry(ANY))["public"]


@pytest.mark.parametrize(
    "cut",
    [
        entry(OWN, effect="Deny"),
        entry(ANY, "sts:TagSession", "Deny"),
        entry(ANY, effect="Deny", Condition={"StringEquals": {"aws:PrincipalAccount": OTHER}}),
        entry(
            ANY,
            effect="Deny",
            Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1", "aws:PrincipalAccount": OTHER}},
        ),
        entry(ANY, effect="Deny", Condition=WITHOUT_MFA),
        # A Deny against confused deputies: only services' calls (confused-deputy).
        entry(
            ANY,
            effect="Deny",
            Condition={
                "StringNotEqualsIfExists": {"aws:SourceAccount": ACCOUNT},
                "Bool": {"aws:PrincipalIsAWSService": "true"},
            },
        ),
        {"Effect": "Deny", "NotPrincipal": OWN, "Action": "sts:AssumeRole", "Condition": WITHOUT_MFA},
    ],
)
def test_a_deny_that_does_not_cover_the_public_leaves_it(cut: dict[str, Any]) -> None:
    assert trust(entry(ANY), cut)["public"]


def test_anybody_is_unnamed_unless_a_condition_names_the_accounts() -> None:
    def unnamed(**values: str) -> list[dict[str, Any]]:
        condition = {f"aws:{key}": value for key, value in values.items()}
        found: list[dict[str, Any]] = trust(entry(ANY, Condition={"StringLike": condition}))["unnamed"]
        return found

    assert trust(entry(OWN))["unnamed"] == []
    assert unnamed(PrincipalAccount=OTHER) == []
    assert unnamed(PrincipalArn=f"arn:aws:iam::{OTHER}:role/*") == []
    assert unnamed(PrincipalAccount=OTHER, PrincipalArn="arn:aws:iam::*:role/deploy") == []
    assert unnamed(PrincipalArn="arn:aws:iam::*:role/deploy") == [{"org_ids": [], **places()}]
    assert unnamed(PrincipalOrgID="o-exampleorgid") == [{"org_ids": ["o-exampleorgid"], **places()}]


def test_accounts_are_found_in_every_kind_of_principal() -> None:
    found = trust(
        entry({"AWS": [ACCOUNT, f"arn:aws:iam::{OTHER}:role/r", "arn:aws:iam::444455556666:user/u"]}),
        entry(
            {"AWS": "arn:aws:sts::777788889999:assumed-role/r/s"},
            Condition={"StringEquals": {"sts:ExternalId": "s3cr"}},
        ),
        entry(ANY, Condition={"StringEquals": {"aws:PrincipalAccount": "123412341234"}}),
    )
    assert found["accounts"] == [ACCOUNT, "123412341234", "444455556666", "777788889999", OTHER]
    assert found["external_accounts"] == ["123412341234", "444455556666", "777788889999", OTHER]
    assert found["external_accounts_without_external_id"] == ["123412341234", "444455556666", OTHER]
    assert found["external_ids"] == ["s3cr"]
    assert found["external"][2] == {
        "account_id": "777788889999",
        "kind": "session",
        "value": "arn:aws:sts::777788889999:assumed-role/r/s",
        "external_id": True,
        "mfa": False,
        "org_ids": [],
        **places(1),
    }


def test_accounts_that_cannot_assume_are_not_trusted() -> None:
    assert trust(entry(THEIRS, "sts:TagSession"))["accounts"] == []
    assert trust(entry(THEIRS), entry(THEIRS, effect="Deny"))["accounts"] == []
    other_role = {"AWS": f"arn:aws:iam::{OTHER}:role/r"}
    assert trust(entry(other_role), {"Effect": "Deny", "NotPrincipal": OWN, "Action": "*"})["accounts"] == []
    assert trust(entry(other_role), {"Effect": "Deny", "NotPrincipal": THEIRS, "Action": "*"})["accounts"] == [OTHER]


@pytest.mark.parametrize(
    ("condition", "demanded"),
    [
        ({"StringEquals": {"sts:ExternalId": "7f3d"}}, True),
        ({"StringLike": {"sts:externalid": "acme-*"}}, True),
        ({"StringLike": {"sts:ExternalId": "*"}}, False),
        ({"StringLike": {"sts:ExternalId": ["acme", "*"]}}, False),
        ({"StringEqualsIfExists": {"sts:ExternalId": "7f3d"}}, False),
        ({"StringNotEquals": {"sts:ExternalId": "7f3d"}}, False),
        ({"Null": {"sts:ExternalId": "false"}}, False),
        ({}, False),
    ],
)
def test_a_third_party_must_send_the_external_id(condition: dict[str, Any], *, demanded: bool) -> None:
    """id_roles_common-scenarios_third-party: the confused deputy across accounts."""
    found = trust(entry(THEIRS, Condition=condition))["external_accounts_without_external_id"]
    assert found == ([] if demanded else [OTHER])


def test_an_organization_narrows_foreign_accounts() -> None:
    found = trust(entry(THEIRS, Condition=ORGANIZATION))
    assert (found["org_ids"], found["external"][0]["org_ids"]) == (["o-a1b2c3d4e5"], ["o-a1b2c3d4e5"])


@pytest.mark.parametrize(
    ("condition", "demanded"),
    [
        (WITH_MFA, True),
        ({"Bool": {"AWS:MULTIFACTORAUTHPRESENT": True}}, True),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}, True),
        ({"Null": {"aws:MultiFactorAuthAge": "false"}}, True),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": ["true", "false"]}}, False),
        ({"NumericGreaterThan": {"aws:MultiFactorAuthAge": "1"}}, False),
        ({"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}, False),
        ({"Null": {"aws:MultiFactorAuthPresent": "false"}}, False),
        ({}, False),
    ],
)
def test_people_must_use_mfa(condition: dict[str, Any], *, demanded: bool) -> None:
    """id_credentials_mfa_configure-api-require: the key is absent for access keys, so IfExists lets them in."""
    found = trust(entry(OWN, Condition=condition))
    assert (found["human_entry"], found["requires_mfa"]) == (True, demanded)


def test_every_way_in_for_people_must_demand_mfa() -> None:
    found = trust(entry(OWN, Condition=WITH_MFA), entry({"AWS": f"{IAM}:user/bob"}))
    assert not found["requires_mfa"]
    assert [(each["kind"], each["mfa"]) for each in found["human_entries"]] == [("account", True), ("user", False)]


def test_a_deny_without_mfa_demands_it() -> None:
    assert trust(entry(OWN), entry(ANY, effect="Deny", Condition=WITHOUT_MFA))["requires_mfa"]
    too_weak = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
    assert not trust(entry(OWN), entry(ANY, effect="Deny", Condition=too_weak))["requires_mfa"]
    too_old = {"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}
    assert trust(entry(OWN), entry(ANY, effect="Deny", Condition=too_old))["requires_mfa"]
    no_age = {"Null": {"aws:MultiFactorAuthAge": "true"}}
    assert trust(entry(OWN), entry(ANY, effect="Deny", Condition=no_age))["requires_mfa"]


def test_roles_and_services_are_no_people() -> None:
    found = trust(entry({"AWS": f"{IAM}:role/r", "Service": "ec2.amazonaws.com"}))
    assert (found["human_entry"], found["requires_mfa"]) == (False, False)


@pytest.mark.parametrize(
    ("condition", "bound"),
    [
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ({"ArnLike": {"AWS:sourcearn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}}, True),
        ({"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}, True),
        ({"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-a1b2c3d4e5/*"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*"}}, False),
        ({"StringLike": {"aws:SourceAccount": "*"}}, False),
        ({"StringNotEquals": {"aws:SourceAccount": OTHER}}, False),
        ({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}, False),
        ({}, False),
    ],
)
def test_a_service_is_bound_by_its_source(condition: dict[str, Any], *, bound: bool) -> None:
    """confused-deputy: aws:SourceArn, aws:SourceAccount, aws:SourceOrgID or aws:SourceOrgPaths."""
    (found,) = trust(entry({"Service": "cloudtrail.amazonaws.com"}, Condition=condition))["services"]
    assert (found["name"], found["bound"]) == ("cloudtrail.amazonaws.com", bound)


def test_a_service_shows_the_values_that_bind_it() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}
    assert trust(entry({"Service": ["a.amazonaws.com"]}, "sts:AssumeRole", Sid="s", Condition=condition))[
        "services"
    ] == [
        {
            "name": "a.amazonaws.com",
            "bound": True,
            "source_account": [ACCOUNT],
            "source_arn": ["arn:aws:sns:*:*:*"],
            "source_org": [],
            "statement": 0,
            "sid": "s",
        }
    ]


def test_a_deny_of_foreign_sources_binds_a_service_unless_it_leaves_services_out() -> None:
    foreign = {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}
    service = entry({"Service": "a.amazonaws.com"})
    assert trust(service, entry(ANY, effect="Deny", Condition=foreign))["services"][0]["bound"]
    sparing = {**foreign, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
    assert not trust(service, entry(ANY, effect="Deny", Condition=sparing))["services"][0]["bound"]
    meant = {**foreign, "Bool": {"aws:PrincipalIsAWSService": "true"}}
    assert trust(service, entry(ANY, effect="Deny", Condition=meant))["services"][0]["bound"]
    absent = {**foreign, "Null": {"aws:PrincipalIsAWSService": "true"}}
    assert not trust(service, entry(ANY, effect="Deny", Condition=absent))["services"][0]["bound"]


WEB = "sts:AssumeRoleWithWebIdentity"


def oidc(condition: dict[str, Any], issuer: str = GITHUB) -> dict[str, Any]:
    (found,) = trust(entry({"Federated": f"{IAM}:oidc-provider/{issuer}"}, WEB, Condition=condition))["oidc"]
    return found


def test_oidc_trust_shows_audience_subject_and_claims() -> None:
    """id_roles_create_for-idp_oidc: the trust policy of GitHub's OIDC provider."""
    condition = {
        "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:Repository_Owner": "org"},
        "StringLike": {f"{GITHUB.upper()}:sub": "repo:org/repo:ref:refs/heads/*"},
    }
    assert oidc(condition) == {
        "issuer": GITHUB,
        "provider_arn": f"{IAM}:oidc-provider/{GITHUB}",
        "aud": ["sts.amazonaws.com"],
        "sub": [
            {
                "operator": "stringlike",
                "pattern": "repo:org/repo:ref:refs/heads/*",
                "exact": False,
                "owner_fixed": True,
                "repo_fixed": True,
                "ref_fixed": False,
            }
        ],
        "claims": [{"claim": "repository_owner", "operator": "stringequals", "values": ["org"]}],
        **places(),
    }


@pytest.mark.parametrize(
    "operator",
    ["StringLikeIfExists", "ForAllValues:StringLike", "StringNotLike", "ForAllValues:StringNotEquals"],
)
def test_oidc_conditions_that_do_not_bind_pin_nothing(operator: str) -> None:
    """reference_policies_condition-single-vs-multi-valued-context-keys: ForAllValues holds without the key."""
    found = oidc({operator: {f"{GITHUB}:sub": "repo:org/*", f"{GITHUB}:aud": "sts.amazonaws.com"}})
    assert (found["sub"], found["aud"]) == ([], [])


@pytest.mark.parametrize(
    ("operator", "pattern", "fixed"),
    [
        ("StringLike", "repo:org/repo:ref:refs/heads/main", (True, True, True)),
        ("StringEquals", "repo:org/*", (True, True, True)),
        ("StringLike", "repo:org/repo:*", (True, True, False)),
        ("StringLike", "repo:org/repo:environment:prod*", (True, True, False)),
        ("StringLike", "repo:org/repo*", (True, False, False)),
        ("StringLike", "repo:org/*", (True, False, False)),
        ("StringLike", "repo:org/*:ref:refs/heads/main", (True, False, False)),
        ("StringLike", "repo:org*", (False, False, False)),
        ("StringLike", "repo:or?/repo:*", (False, False, False)),
        ("StringLike", "repo:*", (False, False, False)),
        ("StringLike", "*", (False, False, False)),
        ("StringLike", "project_path:group/sub/project:ref_type:branch:ref:*", (True, True, False)),
    ],
)
def test_subject_patterns_fix_owner_repository_and_ref(
    operator: str, pattern: str, fixed: tuple[bool, bool, bool]
) -> None:
    (found,) = oidc({operator: {f"{GITHUB}:sub": pattern}})["sub"]
    assert (found["owner_fixed"], found["repo_fixed"], found["ref_fixed"]) == fixed


def test_issuers_with_a_path_and_built_in_issuers() -> None:
    eks = "oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF"
    found = oidc({"StringEquals": {f"{eks}:sub": "system:serviceaccount:ns:app", f"{GITHUB}:sub": "x"}}, eks)
    assert found["issuer"] == eks.lower()
    assert [each["pattern"] for each in found["sub"]] == ["system:serviceaccount:ns:app"]
    google = entry(
        {"Federated": "accounts.google.com"}, WEB, Condition={"StringEquals": {"accounts.google.com:oaud": "a"}}
    )
    (built_in,) = trust(google)["oidc"]
    assert (built_in["provider_arn"], built_in["aud"]) == (None, ["a"])


def test_saml_trust() -> None:
    """id_roles_create_for-idp_saml."""
    provider = f"{IAM}:saml-provider/Okta"
    condition = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    found = trust(entry({"Federated": provider}, "sts:AssumeRoleWithSAML", Condition=condition))
    assert found["saml"] == [{"provider_arn": provider, "aud": ["https://signin.aws.amazon.com/saml"], **places()}]
    assert found["federated"] == [provider]
    assert trust(entry({"Federated": provider}, "sts:AssumeRoleWithSAML"))["saml"][0]["aud"] == []


def test_cognito_trust() -> None:
    """https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html."""
    issuer = "cognito-identity.amazonaws.com"
    condition = {
        "StringEquals": {f"{issuer}:aud": "eu-west-1:pool"},
        "ForAnyValue:StringLike": {f"{issuer}:amr": "authenticated"},
    }
    assert trust(entry({"Federated": issuer}, WEB, Condition=condition))["cognito"] == [
        {"issuer": issuer, "aud": ["eu-west-1:pool"], "amr": ["authenticated"], **places()}
    ]


def test_roles_anywhere_trust() -> None:
    """https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html."""
    anchor = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:trust-anchor/1"
    condition = {
        "StringEquals": {"aws:PrincipalTag/x509Subject/CN": "app"},
        "StringLike": {"aws:PrincipalTag/x509Subject/OU": "*"},
        "ArnEquals": {"aws:SourceArn": [anchor]},
    }
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    found = trust(entry({"Service": "rolesanywhere.amazonaws.com"}, actions, Condition=condition))
    assert found["rolesanywhere"] == [
        {"anchor_arns": [anchor], "x509_keys": ["aws:principaltag/x509subject/cn"], **places()}
    ]
    assert found["source_identity"]


def test_deleted_principals_are_orphans() -> None:
    found = trust(entry({"AWS": ["AROAIOSFODNN7EXAMPLE", f"{IAM}:root", "AIDAIOSFODNN7EXAMPLE"]}))
    assert found["orphans"] == ["AIDAIOSFODNN7EXAMPLE", "AROAIOSFODNN7EXAMPLE"]


@pytest.mark.parametrize(
    ("condition", "limited", "keys"),
    [
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]}}, True, ["cost", "team"]),
        ({"ForAllValues:StringLike": {"aws:TagKeys": ["*"]}}, False, ["*"]),
        ({"StringLike": {"aws:RequestTag/Team": "a"}}, False, ["team"]),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}}, False, []),
        ({"Null": {"aws:TagKeys": "false"}}, False, []),
        ({}, False, []),
    ],
)
def test_session_tags_are_limited_by_their_keys(condition: dict[str, Any], keys: list[str], *, limited: bool) -> None:
    """id_session-tags: ForAllValues on aws:TagKeys says which keys a caller may set."""
    (found,) = trust(entry(OWN, ["sts:AssumeRole", "sts:TagSession"], Condition=condition))["tag_session"]
    assert (found["limited"], found["keys"]) == (limited, keys)


def test_source_identity_may_be_demanded() -> None:
    """id_credentials_temp_control-access_monitor: sts:SourceIdentity."""
    demanding = entry(
        OWN, ["sts:AssumeRole", "sts:SetSourceIdentity"], Condition={"Null": {"sts:SourceIdentity": "false"}}
    )
    assert trust(demanding)["requires_source_identity"]
    assert not trust(demanding, entry(THEIRS))["requires_source_identity"]
    named = entry(OWN, Condition={"StringLike": {"sts:SourceIdentity": "${aws:username}"}})
    assert trust(named)["requires_source_identity"]
    assert not trust(named)["source_identity"]


def test_facts_are_plain_json() -> None:
    found = trust(
        entry(ANY), entry({"Service": "a.amazonaws.com"}), entry({"Federated": f"{IAM}:oidc-provider/a.b"}, WEB)
    )
    assert json.loads(json.dumps(found)) == found


def secret(*statements: dict[str, Any]) -> dict[str, Any]:
    return iam.secret_policy(document(*statements), ACCOUNT)


READ = "secretsmanager:GetSecretValue"


def test_a_secret_without_a_policy_lets_nobody_else_in() -> None:
    found = iam.secret_policy(None, ACCOUNT)
    assert (found["public"], found["external_accounts"], found["deny_by_default"]) == (False, [], False)


def test_public_and_external_secrets() -> None:
    assert secret(entry(ANY, READ, Resource="*"))["public"]
    assert not secret(entry(ANY, READ, Resource="*", Condition=ORGANIZATION))["public"]
    found = secret(entry(THEIRS, "secretsmanager:*", Resource=SECRET))
    assert (found["public"], found["external_accounts"]) == (False, [OTHER])


def test_a_deny_on_the_secret_counts_where_it_covers() -> None:
    public = entry(ANY, READ, Resource="*")
    assert not secret(public, entry(ANY, "secretsmanager:Get*", "Deny", Resource="*"))["public"]
    assert secret(public, entry(ANY, "secretsmanager:Get*", "Deny", Resource=SECRET))["public"]
    assert secret(entry(ANY, "secretsmanager:*", Resource="*"), entry(ANY, READ, "Deny", Resource="*"))["public"]
    assert secret(public, {"Effect": "Deny", "Principal": ANY, "NotAction": READ, "Resource": "*"})["public"]
    assert not secret(public, {"Effect": "Deny", "Principal": ANY, "NotAction": "s3:*", "Resource": "*"})["public"]


BUT_ONE = {"StringNotEquals": {"aws:PrincipalArn": f"{IAM}:role/r"}}
SERVICE = "aws:PrincipalIsAWSService"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            entry(
                ANY, READ, "Deny", Resource="*", Condition={"StringNotEquals": {"aws:PrincipalArn": f"{IAM}:role/r"}}
            ),
            True,
        ),
        (
            entry(ANY, "*", "Deny", Resource="*", Condition={"ArnNotLike": {"aws:PrincipalArn": [f"{IAM}:role/r*"]}}),
            True,
        ),
        (entry(ANY, READ, "Deny", Resource="*", Condition={"StringNotLike": {"aws:userId": "AROAX:*"}}), True),
        ({"Effect": "Deny", "NotPrincipal": OWN, "Action": READ, "Resource": "*"}, True),
        (entry(ANY, READ, "Deny", Resource="*", Condition={**BUT_ONE, "BoolIfExists": {SERVICE: "false"}}), True),
        (entry(ANY, READ, "Deny", Resource="*", Condition={**BUT_ONE, "Bool": {SERVICE: "true"}}), False),
        (entry(ANY, READ, "Deny", Resource="*", Condition={"StringNotLike": {"aws:PrincipalArn": "*"}}), False),
        (entry(ANY, READ, "Deny", Resource="*", Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}), False),
        (entry(OWN, READ, "Deny", Resource="*", Condition={"StringNotEquals": {"aws:PrincipalArn": "a"}}), False),
        (entry(ANY, "secretsmanager:Put*", "Deny", Resource="*"), False),
        (entry(OWN, READ, Resource="*"), False),
        ({"Effect": "Deny", "NotPrincipal": OWN, "Action": READ, "NotResource": "a"}, False),
    ],
)
def test_deny_by_default_leaves_out_named_principals(statement: dict[str, Any], *, expected: bool) -> None:
    found = secret(statement)
    assert (found["deny_by_default"], len(found["deny_by_default_via"])) == (expected, int(expected))


PRINCIPALS: list[object] = [ANY, OWN, THEIRS, {"AWS": f"{IAM}:user/u"}, {"Service": "a.amazonaws.com"}]
CONDITIONS: list[dict[str, Any]] = [
    {},
    WITH_MFA,
    WITHOUT_MFA,
    ORGANIZATION,
    {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
    {"StringNotEquals": {"aws:PrincipalAccount": OTHER}},
    {"StringEquals": {"sts:ExternalId": "x"}},
]


def trust_statements(effect: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda principal, action, condition, element: {
            "Effect": effect,
            element: principal,
            "Action": action,
            "Condition": condition,
        },
        st.sampled_from(PRINCIPALS),
        st.sampled_from(["sts:AssumeRole", "STS:ASSUMEROLE", "sts:*", "sts:TagSession"]),
        st.sampled_from(CONDITIONS),
        st.sampled_from(["Principal", "Principal", "NotPrincipal"]),
    )


trusts = st.lists(st.sampled_from(["Allow", "Deny"]).flatmap(trust_statements), max_size=4)


@dataclass(frozen=True)
class Openness:
    public: bool
    anybody: bool
    accounts: set[str]
    without_external_id: set[str]

    def within(self, other: Openness) -> bool:
        # What a Deny leaves of everybody are named accounts: they were in before.
        named = self.accounts <= other.accounts and self.without_external_id <= other.without_external_id
        return self.public <= other.public and self.anybody <= other.anybody and (other.anybody or named)


def openness(statements: list[dict[str, Any]]) -> Openness:
    found = trust(*statements)
    return Openness(
        public=found["public"],
        anybody=any(each["kind"] == "any" for each in found["human_entries"]),
        accounts=set(found["accounts"]),
        without_external_id=set(found["external_accounts_without_external_id"]),
    )


@settings(max_examples=100, deadline=None)
@given(trusts, trust_statements("Deny"))
def test_adding_a_deny_trusts_nobody_more(statements: list[dict[str, Any]], extra: dict[str, Any]) -> None:
    assert openness([*statements, extra]).within(openness(statements))


@settings(max_examples=100, deadline=None)
@given(trusts, trust_statements("Allow"))
def test_adding_an_allow_trusts_nobody_less(statements: list[dict[str, Any]], extra: dict[str, Any]) -> None:
    assert openness(statements).within(openness([*statements, extra]))


@settings(max_examples=100, deadline=None)
@given(trusts.flatmap(lambda written: st.tuples(st.just(written), st.permutations(written))))
def test_the_order_of_trust_statements_does_not_matter(
    pair: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    assert openness(pair[0]) == openness(pair[1])
