"""Cognito: user pools, their clients without secrets, and identity pools with their roles."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from documents import Aws, apis_in_gaps, calls_of, gaps_of, only, status_of

Record = dict[str, Any]
DAY = datetime(2025, 1, 1, tzinfo=UTC)
POOL = "us-east-1_aBcDeFgHi"
ARN = f"arn:aws:cognito-idp:us-east-1:123456789012:userpool/{POOL}"
CLIENT = "1h57kf5cpq17m0eml12example"
IDENTITY_POOL = "us-east-1:1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = "arn:aws:iam::123456789012:role/app"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/c"
EMPTY: Record = {"UserPoolId": POOL, "LogConfigurations": []}


def give_pool(aws: Aws, **described: Any) -> None:
    """One user pool without clients or providers."""
    pool = {"Id": POOL, "Name": "customers", "Arn": ARN, "CreationDate": DAY, **described}
    pool.setdefault("Policies", {"PasswordPolicy": {"MinimumLength": 12}})
    aws.give("cognito-idp:ListUserPools", {"UserPools": [{"Id": POOL, "Name": "customers", "CreationDate": DAY}]})
    aws.give("cognito-idp:DescribeUserPool", {"UserPool": pool})
    aws.give("cognito-idp:GetUserPoolMfaConfig", {"MfaConfiguration": "OFF"})
    aws.give("cognito-idp:ListIdentityProviders", {"Providers": []})
    aws.give("cognito-idp:ListUserPoolClients", {"UserPoolClients": []})
    aws.give("cognito-idp:ListGroups", {"Groups": []})
    aws.give("cognito-idp:GetLogDeliveryConfiguration", {"LogDeliveryConfiguration": EMPTY})


def give_provider(aws: Aws, name: str = "okta", kind: str = "SAML", **described: Any) -> None:
    """A pool with one identity provider."""
    give_pool(aws)
    aws.give("cognito-idp:ListIdentityProviders", {"Providers": [{"ProviderName": name, "ProviderType": kind}]})
    provider = {"UserPoolId": POOL, "ProviderName": name, "ProviderType": kind, **described}
    aws.give("cognito-idp:DescribeIdentityProvider", {"IdentityProvider": provider})


def give_client(aws: Aws, **described: Any) -> None:
    named = {"ClientId": CLIENT, "UserPoolId": POOL, "ClientName": "web"}
    give_pool(aws)
    aws.give("cognito-idp:ListUserPoolClients", {"UserPoolClients": [named]})
    aws.give("cognito-idp:DescribeUserPoolClient", {"UserPoolClient": {**named, **described}})


def give_identity_pool(aws: Aws, **described: Any) -> None:
    named = {"IdentityPoolId": IDENTITY_POOL, "IdentityPoolName": "app"}
    aws.give("cognito-identity:ListIdentityPools", {"IdentityPools": [named]})
    answer = {**named, "AllowUnauthenticatedIdentities": False, **described}
    aws.give("cognito-identity:DescribeIdentityPool", answer)
    aws.give("cognito-identity:GetIdentityPoolRoles", {"IdentityPoolId": IDENTITY_POOL})


def pool_of(aws: Aws) -> Record:
    return only(aws.collect("cognito"), "cognito_user_pool")


def client_of(aws: Aws) -> Record:
    (client,) = pool_of(aws)["clients"]
    return dict(client)


# ------------------------------------------------------------ user pools


def test_a_pool_that_says_little_has_the_defaults_of_aws(aws: Aws) -> None:
    give_pool(aws)
    assert pool_of(aws) == {
        "id": ARN,
        "name": "customers",
        "arn": ARN,
        "account_id": "123456789012",
        "region": "us-east-1",
        "tags": [],
        "user_pool_id": POOL,
        "creation_date": "2025-01-01T00:00:00Z",
        "deletion_protection": "INACTIVE",
        "user_pool_tier": None,
        "password_policy": {
            "minimum_length": 12,
            "require_uppercase": False,
            "require_lowercase": False,
            "require_numbers": False,
            "require_symbols": False,
            "password_history_size": 0,
            "temporary_password_validity_days": 7,
        },
        "allowed_first_auth_factors": ["PASSWORD"],
        "username_attributes": [],
        "alias_attributes": [],
        "attributes_verified_before_update": [],
        "recovery_mechanisms": [],
        "device_configuration": None,
        "dynamic_client_registration": None,
        "admin_create_user_only": False,
        "advanced_security_mode": "OFF",
        "custom_auth_mode": None,
        "lambda_triggers": [],
        "domain": None,
        "custom_domain": None,
        "custom_domain_security_policy": None,
        "mfa_configuration": "OFF",
        "software_token_mfa_enabled": False,
        "sms_mfa_configured": False,
        "email_mfa_configured": False,
        "passkey_user_verification": "preferred",
        "passkey_factor": "SINGLE_FACTOR",
        "log_configurations": [],
        "identity_providers": [],
        "groups": [],
        "risk_configurations": [],
        "risk_exceptions": [],
        "clients": [],
    }


@pytest.mark.parametrize(
    ("policy", "creation", "days"),
    [
        ({}, {"UnusedAccountValidityDays": 90}, 90),
        ({"TemporaryPasswordValidityDays": 0}, {"UnusedAccountValidityDays": 90}, 90),
        ({"TemporaryPasswordValidityDays": 1}, {"UnusedAccountValidityDays": 90}, 1),
        ({}, {"UnusedAccountValidityDays": 0}, 7),
    ],
)
def test_an_old_pool_has_the_life_of_temporary_passwords_among_the_settings_of_creation(
    aws: Aws, policy: Record, creation: Record, days: int
) -> None:
    give_pool(aws, Policies={"PasswordPolicy": {"MinimumLength": 12, **policy}}, AdminCreateUserConfig=creation)
    assert pool_of(aws)["password_policy"]["temporary_password_validity_days"] == days


def test_a_full_pool_shows_all_that_aws_says(aws: Aws) -> None:
    function = "arn:aws:lambda:us-east-1:123456789012:function:f"
    give_pool(
        aws,
        DeletionProtection="ACTIVE",
        UserPoolTier="PLUS",
        UserPoolTags={"team": "web", "env": "prod"},
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 14,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
                "PasswordHistorySize": 5,
                "TemporaryPasswordValidityDays": 1,
            },
            "SignInPolicy": {"AllowedFirstAuthFactors": ["WEB_AUTHN", "PASSWORD"]},
        },
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        UserPoolAddOns={
            "AdvancedSecurityMode": "OFF",
            "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "ENFORCED"},
        },
        LambdaConfig={
            "DefineAuthChallenge": function,
            "KMSKeyID": "arn:aws:kms:us-east-1:123456789012:key/k",
            "CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": function},
        },
        Domain="login",
        CustomDomain="login.example.com",
        UsernameAttributes=["phone_number", "email"],
        AliasAttributes=["preferred_username"],
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
        AccountRecoverySetting={
            "RecoveryMechanisms": [
                {"Priority": 2, "Name": "verified_phone_number"},
                {"Priority": 1, "Name": "verified_email"},
            ]
        },
        DeviceConfiguration={"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True},
        DcrConfiguration={"EnableStatus": "Enabled", "OpenDcrEnabled": True, "OpenDcrGrantTypes": ["code"]},
        EmailConfiguration={"ReplyToEmailAddress": "CANARY@example.com"},
    )
    aws.give(
        "cognito-idp:GetUserPoolMfaConfig",
        {
            "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": {"Enabled": True},
            "SmsMfaConfiguration": {"SmsConfiguration": {"SnsCallerArn": ROLE, "ExternalId": "CANARY"}},
            "EmailMfaConfiguration": {"Subject": "CANARY"},
            "WebAuthnConfiguration": {
                "UserVerification": "required",
                "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
            },
        },
    )
    domain = {"CustomDomainConfig": {"CertificateArn": CERTIFICATE, "SecurityPolicy": "TLS_V1_2_2021"}}
    aws.give("cognito-idp:DescribeUserPoolDomain", {"DomainDescription": domain})
    document = aws.collect("cognito")
    pool = only(document, "cognito_user_pool")
    assert pool["password_policy"] == {
        "minimum_length": 14,
        "require_uppercase": True,
        "require_lowercase": True,
        "require_numbers": True,
        "require_symbols": True,
        "password_history_size": 5,
        "temporary_password_validity_days": 1,
    }
    assert pool["tags"] == [{"key": "env", "value": "prod"}, {"key": "team", "value": "web"}]
    assert pool["allowed_first_auth_factors"] == ["PASSWORD", "WEB_AUTHN"]
    assert pool["lambda_triggers"] == ["CustomEmailSender", "DefineAuthChallenge"]
    assert (pool["username_attributes"], pool["alias_attributes"]) == (
        ["email", "phone_number"],
        ["preferred_username"],
    )
    assert pool["attributes_verified_before_update"] == ["email"]
    assert pool["recovery_mechanisms"] == [
        {"name": "verified_email", "priority": 1},
        {"name": "verified_phone_number", "priority": 2},
    ]
    assert pool["device_configuration"] == {
        "challenge_required_on_new_device": True,
        "device_only_remembered_on_user_prompt": True,
    }
    assert pool["dynamic_client_registration"] == {"enabled": True, "open": True, "open_grant_types": ["code"]}
    assert pool["custom_domain_security_policy"] == "TLS_V1_2_2021"
    assert pool["passkey_user_verification"] == "required"
    assert pool["passkey_factor"] == "MULTI_FACTOR_WITH_USER_VERIFICATION"
    chosen = (
        "deletion_protection",
        "user_pool_tier",
        "admin_create_user_only",
        "custom_auth_mode",
        "mfa_configuration",
    )
    assert [pool[name] for name in chosen] == ["ACTIVE", "PLUS", True, "ENFORCED", "OPTIONAL"]
    assert (pool["domain"], pool["custom_domain"]) == ("login", "login.example.com")
    assert pool["software_token_mfa_enabled"] is pool["sms_mfa_configured"] is pool["email_mfa_configured"] is True
    assert "CANARY" not in json.dumps(document)


def test_all_pages_of_pools_and_clients_are_read(aws: Aws) -> None:
    give_client(aws)
    pools: dict[str | None, Record] = {
        None: {"UserPools": [{"Id": POOL, "Name": "customers"}], "NextToken": "more"},
        "more": {"UserPools": [{"Id": "us-east-1_other", "Name": "other"}]},
    }
    aws.give("cognito-idp:ListUserPools", lambda asked: pools[asked.get("NextToken")])
    clients: dict[str | None, Record] = {
        None: {"UserPoolClients": [{"ClientId": CLIENT, "ClientName": "web"}], "NextToken": "more"},
        "more": {"UserPoolClients": [{"ClientId": "otherclient", "ClientName": "app"}]},
    }
    empty: Record = {"UserPoolClients": []}
    aws.give(
        "cognito-idp:ListUserPoolClients",
        lambda asked: clients[asked.get("NextToken")] if asked["UserPoolId"] == POOL else empty,
    )
    document = aws.collect("cognito")
    found = {each["user_pool_id"]: each for each in document["resources"]["cognito_user_pool"]}
    assert [each["id"] for each in found[POOL]["clients"]] == [CLIENT, "otherclient"]
    assert found["us-east-1_other"]["clients"] == []


def test_the_configuration_of_mfa_is_that_of_its_own_operation(aws: Aws) -> None:
    give_pool(aws, MfaConfiguration="ON")
    assert pool_of(aws)["mfa_configuration"] == "OFF"


def test_a_pool_without_a_password_policy_in_the_answer_has_a_gap_and_not_a_weak_one(aws: Aws) -> None:
    give_pool(aws, Policies={})
    document = aws.collect("cognito")
    assert gaps_of(document, "cognito_user_pool", ARN) == {
        "password_policy": ("failed", "cognito-idp:DescribeUserPool", "NotInAnswer")
    }


def test_an_authenticator_app_may_be_a_first_factor(aws: Aws) -> None:
    policies = {
        "PasswordPolicy": {"MinimumLength": 12},
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "SOFTWARE_TOKEN"]},
    }
    give_pool(aws, Policies=policies)
    assert only(aws.collect("cognito"), "cognito_user_pool")["allowed_first_auth_factors"] == [
        "PASSWORD",
        "SOFTWARE_TOKEN",
    ]


def test_a_replica_of_a_pool_is_read_once_in_the_region_that_its_id_names(aws: Aws) -> None:
    give_client(aws)
    document = aws.collect("cognito", regions=("eu-west-1", "us-east-1"))
    assert only(document, "cognito_user_pool")["region"] == "us-east-1"
    assert status_of(document, "cognito_user_pool") == {"eu-west-1": "complete", "us-east-1": "complete"}


def test_a_region_without_user_pools_is_unsupported_and_not_empty(aws: Aws) -> None:
    document = aws.collect("cognito", regions=("cn-north-1",))
    assert status_of(document, "cognito_user_pool") == {"cn-north-1": "unsupported_region"}
    assert status_of(document, "cognito_identity_pool") == {"cn-north-1": "complete"}
    assert gaps_of(document, "cognito_user_pool") == {
        None: ("unsupported_region", "cognito-idp:ListUserPools", "ServiceNotInRegion")
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, None),
        ({"OpenDcrEnabled": True}, {"enabled": True, "open": True, "open_grant_types": ["code"]}),
        (
            {"EnableStatus": "Disabled", "OpenDcrGrantTypes": []},
            {"enabled": False, "open": False, "open_grant_types": []},
        ),
    ],
)
def test_registration_of_clients_has_the_defaults_of_aws(aws: Aws, given: Record, told: Record | None) -> None:
    give_pool(aws, DcrConfiguration=given)
    assert pool_of(aws)["dynamic_client_registration"] == told


def test_a_domain_without_a_tls_policy_in_the_answer_is_a_gap_and_not_an_old_policy(aws: Aws) -> None:
    give_pool(aws, CustomDomain="login.example.com")
    aws.give("cognito-idp:DescribeUserPoolDomain", {"DomainDescription": {}})
    assert gaps_of(aws.collect("cognito"), "cognito_user_pool", ARN) == {
        "custom_domain_security_policy": ("failed", "cognito-idp:DescribeUserPoolDomain", "NotInAnswer")
    }


def test_a_pool_without_a_domain_of_its_own_is_not_asked_for_one(aws: Aws) -> None:
    give_pool(aws, Domain="login")
    assert "DescribeUserPoolDomain" not in calls_of(aws.collect("cognito"))


def test_exported_logs_name_their_destinations(aws: Aws) -> None:
    give_pool(aws)
    group, stream = "arn:aws:logs:us-east-1:123456789012:log-group:g", "arn:aws:firehose:us-east-1:123456789012:d/s"
    configurations = [
        {
            "LogLevel": "ERROR",
            "EventSource": "userNotification",
            "CloudWatchLogsConfiguration": {"LogGroupArn": group},
        },
        {
            "LogLevel": "INFO",
            "EventSource": "userAuthEvents",
            "S3Configuration": {"BucketArn": "arn:aws:s3:::logs"},
            "FirehoseConfiguration": {"StreamArn": stream},
        },
    ]
    delivery = {"UserPoolId": POOL, "LogConfigurations": configurations}
    aws.give("cognito-idp:GetLogDeliveryConfiguration", {"LogDeliveryConfiguration": delivery})
    assert pool_of(aws)["log_configurations"] == [
        {"event_source": "userAuthEvents", "log_level": "INFO", "destination_arns": [stream, "arn:aws:s3:::logs"]},
        {"event_source": "userNotification", "log_level": "ERROR", "destination_arns": [group]},
    ]


def test_all_pages_of_groups_are_read(aws: Aws) -> None:
    give_pool(aws)
    pages: dict[str | None, Record] = {
        None: {
            "Groups": [{"GroupName": "b", "RoleArn": ROLE, "Precedence": 0, "CreationDate": DAY}],
            "NextToken": "m",
        },
        "m": {"Groups": [{"GroupName": "a", "Description": "CANARY", "CreationDate": DAY}]},
    }
    aws.give("cognito-idp:ListGroups", lambda asked: pages[asked.get("NextToken")])
    document = aws.collect("cognito")
    groups = only(document, "cognito_user_pool")["groups"]
    assert [(each["name"], each["role_arn"], each["precedence"]) for each in groups] == [
        ("customers/a", None, None),
        ("customers/b", ROLE, 0),
    ]
    assert groups[1] == {
        "id": f"{ARN}#group/b",
        "name": "customers/b",
        "arn": None,
        "account_id": "123456789012",
        "region": "us-east-1",
        "tags": [],
        "user_pool_arn": ARN,
        "user_pool_id": POOL,
        "group_name": "b",
        "role_arn": ROLE,
        "precedence": 0,
        "creation_date": "2025-01-01T00:00:00Z",
    }
    assert "CANARY" not in json.dumps(document)


# ------------------------------------------------------------ identity providers


def test_a_saml_provider_shows_its_endpoints_and_what_is_signed(aws: Aws) -> None:
    details = {
        "MetadataURL": "https://CANARY:CANARY@okta.example.com/metadata?key=CANARY#CANARY",
        "SSORedirectBindingURI": "https://okta.example.com/sso",
        "MetadataFile": "<CANARY/>",
        "ActiveEncryptionCertificate": "CANARY",
        "RequestSigningAlgorithm": "rsa-sha256",
        "IDPSignout": "true",
        "IDPInit": "false",
        "EncryptedResponses": "true",
    }
    mapping = {"email_verified": "verified", "email": "mail"}
    give_provider(aws, ProviderDetails=details, AttributeMapping=mapping)
    document = aws.collect("cognito")
    assert only(document, "cognito_user_pool")["identity_providers"] == [
        {
            "id": f"{ARN}#provider/okta",
            "name": "customers/okta",
            "arn": None,
            "account_id": "123456789012",
            "region": "us-east-1",
            "tags": [],
            "user_pool_arn": ARN,
            "user_pool_id": POOL,
            "provider_name": "okta",
            "provider_type": "SAML",
            "endpoints": [
                {"name": "MetadataURL", "url": "https://okta.example.com/metadata"},
                {"name": "SSORedirectBindingURI", "url": "https://okta.example.com/sso"},
            ],
            "request_signing_algorithm": "rsa-sha256",
            "idp_signout": True,
            "idp_initiated": False,
            "encrypted_responses": True,
            "attribute_mapping": [
                {"attribute": "email", "claim": "mail"},
                {"attribute": "email_verified", "claim": "verified"},
            ],
        }
    ]
    assert "CANARY" not in json.dumps(document)


def test_an_oidc_provider_shows_its_endpoints_and_not_its_secret(aws: Aws) -> None:
    details = {
        "client_id": "CANARY",
        "client_secret": "CANARY",
        "private_key": "CANARY",
        "oidc_issuer": "https://id.example.com",
        "token_url": "http://id.example.com/token",
    }
    give_provider(aws, "login", "OIDC", ProviderDetails=details)
    document = aws.collect("cognito")
    (provider,) = only(document, "cognito_user_pool")["identity_providers"]
    assert [each["url"] for each in provider["endpoints"]] == ["https://id.example.com", "http://id.example.com/token"]
    assert (provider["request_signing_algorithm"], provider["idp_signout"]) == (None, False)
    assert "CANARY" not in json.dumps(document)


def test_an_endpoint_that_is_no_url_is_a_gap(aws: Aws) -> None:
    give_provider(aws, ProviderDetails={"MetadataURL": "https://[CANARY"})
    document = aws.collect("cognito")
    assert gaps_of(document, "cognito_user_pool_identity_provider", f"{ARN}#provider/okta") == {
        "endpoints": ("unparsed", "cognito-idp:DescribeIdentityProvider", "UnexpectedValue")
    }
    assert "CANARY" not in json.dumps(document)


def test_a_provider_that_may_not_be_described_still_has_its_name_and_type(aws: Aws) -> None:
    give_provider(aws)
    aws.refuse("cognito-idp:DescribeIdentityProvider", "NotAuthorizedException", status=400)
    document = aws.collect("cognito")
    (provider,) = only(document, "cognito_user_pool")["identity_providers"]
    assert (provider["provider_name"], provider["provider_type"]) == ("okta", "SAML")
    found = gaps_of(document, "cognito_user_pool_identity_provider", provider["id"])
    assert set(found) == {
        "endpoints",
        "request_signing_algorithm",
        "idp_signout",
        "idp_initiated",
        "encrypted_responses",
        "attribute_mapping",
    }
    assert gaps_of(document, "cognito_user_pool", ARN) == {}


# ------------------------------------------------------------ risk configurations


def give_risks(aws: Aws, **by_client: Record) -> None:
    """A pool with threat protection, and what DescribeRiskConfiguration answers for the pool and its one client."""
    give_client(aws)
    pool = {"Id": POOL, "Name": "customers", "Arn": ARN, "CreationDate": DAY}
    protection = {"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}
    policies = {"Policies": {"PasswordPolicy": {"MinimumLength": 12}}}
    aws.give("cognito-idp:DescribeUserPool", {"UserPool": {**pool, **protection, **policies}})
    aws.give(
        "cognito-idp:DescribeRiskConfiguration",
        lambda asked: {"RiskConfiguration": by_client["client" if "ClientId" in asked else "pool"]},
    )


TAKEOVER = {
    "Actions": {
        "HighAction": {"Notify": True, "EventAction": "BLOCK"},
        "LowAction": {"Notify": False, "EventAction": "NO_ACTION"},
    },
    "NotifyConfiguration": {"SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/x", "From": "CANARY@example.com"},
}


def test_the_pool_and_a_client_with_settings_of_its_own_have_a_risk_configuration_each(aws: Aws) -> None:
    compromised = {"EventFilter": ["SIGN_UP", "SIGN_IN"], "Actions": {"EventAction": "BLOCK"}}
    everything = {"Actions": {"EventAction": "NO_ACTION"}}
    give_risks(
        aws,
        pool={
            "UserPoolId": POOL,
            "CompromisedCredentialsRiskConfiguration": compromised,
            "AccountTakeoverRiskConfiguration": TAKEOVER,
        },
        client={"UserPoolId": POOL, "ClientId": CLIENT, "CompromisedCredentialsRiskConfiguration": everything},
    )
    document = aws.collect("cognito")
    assert only(document, "cognito_user_pool")["risk_configurations"] == [
        {
            "client_id": None,
            "compromised_credentials": {"events": ["SIGN_IN", "SIGN_UP"], "action": "BLOCK"},
            "account_takeover": {"low": "NO_ACTION", "medium": None, "high": "BLOCK"},
        },
        {
            "client_id": CLIENT,
            "compromised_credentials": {
                "events": ["PASSWORD_CHANGE", "SIGN_IN", "SIGN_UP"],
                "action": "NO_ACTION",
            },
            "account_takeover": None,
        },
    ]
    assert "CANARY" not in json.dumps(document)


def test_addresses_without_a_rating_are_exceptions(aws: Aws) -> None:
    skipped = {"SkippedIPRangeList": ["192.0.2.0/24", "10.0.0.0/8"], "BlockedIPRangeList": ["203.0.113.0/24"]}
    give_risks(
        aws,
        pool={"UserPoolId": POOL, "AccountTakeoverRiskConfiguration": TAKEOVER},
        client={"UserPoolId": POOL, "ClientId": CLIENT, "RiskExceptionConfiguration": skipped},
    )
    assert pool_of(aws)["risk_exceptions"] == [
        {
            "client_id": CLIENT,
            "blocked_ip_ranges": ["203.0.113.0/24"],
            "skipped_ip_ranges": ["10.0.0.0/8", "192.0.2.0/24"],
        }
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"UserPoolId": POOL, "AccountTakeoverRiskConfiguration": TAKEOVER},
        {"UserPoolId": POOL, "ClientId": CLIENT},
    ],
)
def test_a_client_that_is_answered_with_its_pool_or_an_empty_shell_has_none_of_its_own(
    aws: Aws, answer: Record
) -> None:
    give_risks(aws, pool={"UserPoolId": POOL, "AccountTakeoverRiskConfiguration": TAKEOVER}, client=answer)
    assert [each["client_id"] for each in pool_of(aws)["risk_configurations"]] == [None]


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "UserPoolAddOnNotEnabledException"])
def test_a_code_that_means_none_is_an_empty_list(aws: Aws, code: str) -> None:
    give_risks(aws)
    aws.refuse("cognito-idp:DescribeRiskConfiguration", code, status=400)
    assert pool_of(aws)["risk_configurations"] == []


def test_without_threat_protection_no_risk_configuration_is_asked_for(aws: Aws) -> None:
    give_client(aws)
    assert "DescribeRiskConfiguration" not in calls_of(aws.collect("cognito"))


def test_a_client_whose_risks_are_denied_hides_those_of_the_pool(aws: Aws) -> None:
    give_risks(aws, pool={"UserPoolId": POOL, "AccountTakeoverRiskConfiguration": TAKEOVER})
    aws.refuse("cognito-idp:DescribeRiskConfiguration", when=lambda asked: "ClientId" in asked)
    gaps = gaps_of(aws.collect("cognito"), "cognito_user_pool", ARN)
    assert set(gaps) == {"risk_configurations", "risk_exceptions"}


# ------------------------------------------------------------ app clients


def test_a_client_that_says_little_has_the_defaults_of_aws(aws: Aws) -> None:
    give_client(aws)
    assert client_of(aws) == {
        "id": CLIENT,
        "name": "customers/web",
        "arn": None,
        "account_id": "123456789012",
        "region": "us-east-1",
        "tags": [],
        "user_pool_arn": ARN,
        "user_pool_id": POOL,
        "client_name": "web",
        "has_secret": False,
        "explicit_auth_flows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        "access_token_validity_seconds": 3600,
        "id_token_validity_seconds": 3600,
        "refresh_token_validity_seconds": 2592000,
        "enable_token_revocation": False,
        "prevent_user_existence_errors": "LEGACY",
        "allowed_oauth_flows": [],
        "allowed_oauth_flows_user_pool_client": False,
        "allowed_oauth_scopes": [],
        "callback_urls": [],
        "logout_urls": [],
        "default_redirect_uri": None,
        "supported_identity_providers": [],
        "read_attributes": [],
        "write_attributes": [],
        "refresh_token_rotation": {"enabled": False, "retry_grace_period_seconds": 0},
        "secrets": [],
    }


def give_secrets(aws: Aws, *secrets: tuple[str, datetime]) -> None:
    described = [
        {"ClientSecretId": name, "ClientSecretValue": "CANARY1234567890123456789", "ClientSecretCreateDate": made}
        for name, made in secrets
    ]
    aws.give("cognito-idp:ListUserPoolClientSecrets", {"ClientSecrets": described})


def test_a_full_client_shows_all_that_aws_says_but_not_its_secret(aws: Aws) -> None:
    give_client(
        aws,
        ClientSecret="CANARY1234567890123456789",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        AccessTokenValidity=5,
        IdTokenValidity=300,
        RefreshTokenValidity=12,
        TokenValidityUnits={"AccessToken": "minutes", "IdToken": "seconds", "RefreshToken": "hours"},
        EnableTokenRevocation=True,
        PreventUserExistenceErrors="ENABLED",
        AllowedOAuthFlows=["implicit", "code"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=["https://app.example.com/b", "https://app.example.com/a"],
        LogoutURLs=["https://app.example.com/"],
        DefaultRedirectURI="https://app.example.com/a",
        SupportedIdentityProviders=["Google", "COGNITO"],
        ReadAttributes=["name", "email"],
        WriteAttributes=["name"],
        AnalyticsConfiguration={"ExternalId": "CANARY"},
        RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
    )
    give_secrets(aws, ("second", datetime(2025, 6, 1, tzinfo=UTC)), ("first", DAY))
    document = aws.collect("cognito")
    client = only(document, "cognito_user_pool")["clients"][0]
    assert {name: value for name, value in client.items() if name.endswith("_seconds")} == {
        "access_token_validity_seconds": 300,
        "id_token_validity_seconds": 300,
        "refresh_token_validity_seconds": 43200,
    }
    assert client["explicit_auth_flows"] == ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]
    assert client["allowed_oauth_flows"] == ["code", "implicit"]
    assert client["callback_urls"] == ["https://app.example.com/a", "https://app.example.com/b"]
    assert client["supported_identity_providers"] == ["COGNITO", "Google"]
    assert client["read_attributes"] == ["email", "name"]
    assert client["has_secret"] is client["enable_token_revocation"] is True
    assert client["allowed_oauth_flows_user_pool_client"] is True
    assert client["prevent_user_existence_errors"] == "ENABLED"
    assert client["refresh_token_rotation"] == {"enabled": True, "retry_grace_period_seconds": 10}
    assert client["secrets"] == [
        {"id": "first", "create_date": "2025-01-01T00:00:00Z"},
        {"id": "second", "create_date": "2025-06-01T00:00:00Z"},
    ]
    assert "CANARY" not in json.dumps(document)


@pytest.mark.parametrize(
    ("members", "seconds"),
    [
        ({"AccessTokenValidity": 2}, 7200),
        ({"AccessTokenValidity": 1, "TokenValidityUnits": {"AccessToken": "days"}}, 86400),
        ({"TokenValidityUnits": {"AccessToken": "days"}}, 3600),
    ],
)
def test_the_life_of_an_access_token_is_in_seconds_whatever_its_unit(aws: Aws, members: Record, seconds: int) -> None:
    give_client(aws, **members)
    assert client_of(aws)["access_token_validity_seconds"] == seconds


@pytest.mark.parametrize(("members", "seconds"), [({"RefreshTokenValidity": 0}, 2592000), ({}, 2592000)])
def test_a_refresh_token_without_a_life_of_its_own_has_thirty_days(aws: Aws, members: Record, seconds: int) -> None:
    give_client(aws, **members)
    assert client_of(aws)["refresh_token_validity_seconds"] == seconds


def test_a_secret_that_cognito_keeps_in_secrets_manager_is_a_secret(aws: Aws) -> None:
    give_client(aws, ClientSecretArn="arn:aws:secretsmanager:us-east-1:123456789012:secret:s-AbCdEf")
    give_secrets(aws, ("only", DAY))
    client = client_of(aws)
    assert client["has_secret"] is True
    assert client["secrets"] == [{"id": "only", "create_date": "2025-01-01T00:00:00Z"}]


def test_a_secret_of_which_no_date_is_told_is_a_gap_and_not_young(aws: Aws) -> None:
    give_client(aws, ClientSecret="CANARY1234567890123456789")
    give_secrets(aws)
    assert gaps_of(aws.collect("cognito"), "cognito_user_pool_client", CLIENT) == {
        "secrets": ("failed", "cognito-idp:ListUserPoolClientSecrets", "NotInAnswer")
    }


def test_a_client_without_a_secret_is_not_asked_for_its_age(aws: Aws) -> None:
    give_client(aws)
    assert "ListUserPoolClientSecrets" not in calls_of(aws.collect("cognito"))


def test_a_client_that_may_not_be_described_is_there_with_gaps_of_its_own(aws: Aws) -> None:
    give_client(aws)
    aws.refuse("cognito-idp:DescribeUserPoolClient", "NotAuthorizedException", status=400)
    document = aws.collect("cognito")
    client = only(document, "cognito_user_pool")["clients"][0]
    assert client == {
        "id": CLIENT,
        "name": "customers/web",
        "arn": None,
        "account_id": "123456789012",
        "region": "us-east-1",
        "tags": [],
        "user_pool_arn": ARN,
        "user_pool_id": POOL,
        "client_name": "web",
    }
    found = gaps_of(document, "cognito_user_pool_client", CLIENT)
    assert set(found.values()) == {("denied", "cognito-idp:DescribeUserPoolClient", "NotAuthorizedException")}
    assert {"has_secret", "explicit_auth_flows", "refresh_token_validity_seconds"} <= set(found)
    assert gaps_of(document, "cognito_user_pool", ARN) == {}


# ------------------------------------------------------------ identity pools


def test_an_identity_pool_without_roles_hands_out_none(aws: Aws) -> None:
    give_identity_pool(aws)
    assert only(aws.collect("cognito"), "cognito_identity_pool") == {
        "id": IDENTITY_POOL,
        "name": "app",
        "arn": None,
        "account_id": "123456789012",
        "region": "us-east-1",
        "tags": [],
        "allow_unauthenticated_identities": False,
        "allow_classic_flow": False,
        "developer_provider_name": None,
        "cognito_identity_providers": [],
        "open_id_connect_provider_arns": [],
        "saml_provider_arns": [],
        "authenticated_role_arn": None,
        "unauthenticated_role_arn": None,
        "role_mappings": [],
        "principal_tags": [],
    }


def give_tags(aws: Aws, told: Record) -> None:
    named = {"IdentityPoolId": IDENTITY_POOL, "IdentityProviderName": f"cognito-idp.us-east-1.amazonaws.com/{POOL}"}
    aws.give("cognito-identity:GetPrincipalTagAttributeMap", {**named, **told})


def give_identity_pool_of_two_clients(aws: Aws) -> None:
    provider = f"cognito-idp.us-east-1.amazonaws.com/{POOL}"
    clients = [{"ProviderName": provider, "ClientId": each} for each in (CLIENT, "otherclient")]
    give_identity_pool(aws, CognitoIdentityProviders=clients)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({}, []),
        ({"UseDefaults": False, "PrincipalTags": {}}, []),
        (
            {"UseDefaults": True},
            [{"provider": f"cognito-idp.us-east-1.amazonaws.com/{POOL}", "use_defaults": True, "tags": []}],
        ),
    ],
)
def test_tags_of_sessions_are_asked_for_once_per_user_pool(aws: Aws, told: Record, found: list[Record]) -> None:
    give_identity_pool_of_two_clients(aws)
    give_tags(aws, told)
    document = aws.collect("cognito")
    assert only(document, "cognito_identity_pool")["principal_tags"] == found
    assert calls_of(document)["GetPrincipalTagAttributeMap"] == 1


def test_a_user_pool_without_a_mapping_of_tags_has_none(aws: Aws) -> None:
    give_identity_pool_of_two_clients(aws)
    aws.refuse("cognito-identity:GetPrincipalTagAttributeMap", "ResourceNotFoundException", status=400)
    assert only(aws.collect("cognito"), "cognito_identity_pool")["principal_tags"] == []


def test_a_full_identity_pool_shows_all_that_aws_says(aws: Aws) -> None:
    saml = "arn:aws:iam::123456789012:saml-provider/okta"
    oidc = "arn:aws:iam::123456789012:oidc-provider/accounts.example.com"
    provider = f"cognito-idp.us-east-1.amazonaws.com/{POOL}"
    give_identity_pool(
        aws,
        AllowUnauthenticatedIdentities=True,
        AllowClassicFlow=True,
        DeveloperProviderName="login.example",
        CognitoIdentityProviders=[{"ProviderName": provider, "ClientId": CLIENT, "ServerSideTokenCheck": True}],
        OpenIdConnectProviderARNs=[oidc],
        SamlProviderARNs=[saml],
        SupportedLoginProviders={"graph.facebook.com": "CANARY"},
        IdentityPoolTags={"team": "web"},
    )
    give_tags(aws, {"UseDefaults": False, "PrincipalTags": {"team": "custom:team", "app": "aud"}})
    rules = [
        {"Claim": "isAdmin", "MatchType": "Equals", "Value": "true", "RoleARN": ROLE},
        {"Claim": "group", "MatchType": "StartsWith", "Value": "a", "RoleARN": ROLE},
    ]
    aws.give(
        "cognito-identity:GetIdentityPoolRoles",
        {
            "IdentityPoolId": IDENTITY_POOL,
            "Roles": {"authenticated": ROLE, "unauthenticated": f"{ROLE}-guest"},
            "RoleMappings": {
                saml: {"Type": "Token", "AmbiguousRoleResolution": "Deny"},
                f"{provider}:{CLIENT}": {"Type": "Rules", "RulesConfiguration": {"Rules": rules}},
            },
        },
    )
    document = aws.collect("cognito")
    pool = only(document, "cognito_identity_pool")
    assert pool["cognito_identity_providers"] == [
        {"client_id": CLIENT, "provider_name": provider, "server_side_token_check": True}
    ]
    assert (pool["open_id_connect_provider_arns"], pool["saml_provider_arns"]) == ([oidc], [saml])
    assert (pool["authenticated_role_arn"], pool["unauthenticated_role_arn"]) == (ROLE, f"{ROLE}-guest")
    assert pool["allow_unauthenticated_identities"] is pool["allow_classic_flow"] is True
    assert pool["developer_provider_name"] == "login.example"
    assert pool["tags"] == [{"key": "team", "value": "web"}]
    assert pool["role_mappings"] == [
        {"provider": saml, "type": "Token", "ambiguous_role_resolution": "Deny", "rules": []},
        {
            "provider": f"{provider}:{CLIENT}",
            "type": "Rules",
            "ambiguous_role_resolution": None,
            "rules": [
                {"claim": "isAdmin", "match_type": "Equals", "value": "true", "role_arn": ROLE},
                {"claim": "group", "match_type": "StartsWith", "value": "a", "role_arn": ROLE},
            ],
        },
    ]
    assert pool["principal_tags"] == [
        {
            "provider": provider,
            "use_defaults": False,
            "tags": [{"tag": "app", "claim": "aud"}, {"tag": "team", "claim": "custom:team"}],
        }
    ]
    assert "CANARY" not in json.dumps(document)


# ------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("api", "collection", "resource_id", "fields"),
    [
        ("cognito-idp:ListUserPools", "cognito_user_pool", None, {None}),
        (
            "cognito-idp:GetUserPoolMfaConfig",
            "cognito_user_pool",
            ARN,
            {
                "mfa_configuration",
                "software_token_mfa_enabled",
                "sms_mfa_configured",
                "email_mfa_configured",
                "passkey_user_verification",
                "passkey_factor",
            },
        ),
        ("cognito-idp:GetLogDeliveryConfiguration", "cognito_user_pool", ARN, {"log_configurations"}),
        ("cognito-idp:ListGroups", "cognito_user_pool", ARN, {"groups"}),
        ("cognito-idp:DescribeUserPoolDomain", "cognito_user_pool", ARN, {"custom_domain_security_policy"}),
        ("cognito-idp:ListUserPoolClientSecrets", "cognito_user_pool_client", CLIENT, {"secrets"}),
        ("cognito-idp:ListIdentityProviders", "cognito_user_pool", ARN, {"identity_providers"}),
        ("cognito-idp:ListUserPoolClients", "cognito_user_pool", ARN, {"clients"}),
        ("cognito-identity:ListIdentityPools", "cognito_identity_pool", None, {None}),
        (
            "cognito-identity:GetIdentityPoolRoles",
            "cognito_identity_pool",
            IDENTITY_POOL,
            {"authenticated_role_arn", "unauthenticated_role_arn", "role_mappings"},
        ),
        (
            "cognito-identity:GetPrincipalTagAttributeMap",
            "cognito_identity_pool",
            IDENTITY_POOL,
            {"principal_tags"},
        ),
    ],
)
def test_a_denied_operation_costs_what_only_it_tells(
    aws: Aws, api: str, collection: str, resource_id: str | None, fields: set[str | None]
) -> None:
    give_client(aws, ClientSecret="CANARY1234567890123456789")
    pool: Record = {"Id": POOL, "Name": "customers", "CustomDomain": "login.example.com"}
    pool |= {"Policies": {"PasswordPolicy": {"MinimumLength": 12}}, "CreationDate": DAY}
    aws.give("cognito-idp:DescribeUserPool", {"UserPool": pool})
    domain = {"CustomDomainConfig": {"CertificateArn": CERTIFICATE, "SecurityPolicy": "TLS_V1_2_2021"}}
    aws.give("cognito-idp:DescribeUserPoolDomain", {"DomainDescription": domain})
    give_secrets(aws, ("only", DAY))
    give_identity_pool_of_two_clients(aws)
    give_tags(aws, {})
    aws.refuse(api, "AccessDeniedException", status=400)
    document = aws.collect("cognito")
    assert gaps_of(document, collection, resource_id) == dict.fromkeys(fields, ("denied", api, "AccessDeniedException"))
    assert {each for each in apis_in_gaps(document) if each.startswith("cognito")} == {api}


def test_a_pool_that_may_not_be_described_still_shows_its_clients_and_its_mfa(aws: Aws) -> None:
    give_client(aws)
    aws.refuse("cognito-idp:DescribeUserPool", "AccessDeniedException", status=400)
    aws.give("cognito-idp:DescribeRiskConfiguration", {"RiskConfiguration": {"UserPoolId": POOL}})
    document = aws.collect("cognito")
    pool = only(document, "cognito_user_pool")
    assert (pool["id"], pool["name"], pool["mfa_configuration"]) == (ARN, "customers", "OFF")
    assert [each["id"] for each in pool["clients"]] == [CLIENT]
    denied = ("denied", "cognito-idp:DescribeUserPool", "AccessDeniedException")
    found = gaps_of(document, "cognito_user_pool", ARN)
    assert {found["password_policy"], found["advanced_security_mode"]} == set(found.values()) == {denied}


def test_an_identity_pool_that_may_not_be_described_still_shows_its_roles(aws: Aws) -> None:
    give_identity_pool(aws)
    aws.refuse("cognito-identity:DescribeIdentityPool", "NotAuthorizedException", status=400)
    document = aws.collect("cognito")
    assert only(document, "cognito_identity_pool")["role_mappings"] == []
    found = gaps_of(document, "cognito_identity_pool", IDENTITY_POOL)
    assert found["allow_unauthenticated_identities"][0] == "denied"


# ------------------------------------------------------------ moto


def test_moto_holds_secrets_that_never_leave(aws: Aws) -> None:
    client = aws.client("cognito-idp")
    pools = [client.create_user_pool(PoolName=name)["UserPool"]["Id"] for name in ("p00", "p01")]
    made = client.create_user_pool_client(UserPoolId=pools[0], ClientName="web", GenerateSecret=True)
    secret = made["UserPoolClient"]["ClientSecret"]
    client.create_identity_provider(
        UserPoolId=pools[0],
        ProviderName="okta",
        ProviderType="OIDC",
        ProviderDetails={"client_id": "c", "client_secret": "CANARY", "authorize_scopes": "openid"},
    )
    client.create_group(UserPoolId=pools[0], GroupName="editors", RoleArn=ROLE, Precedence=1)
    client.set_user_pool_mfa_config(
        UserPoolId=pools[0], SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="ON"
    )
    aws.client("cognito-identity").create_identity_pool(IdentityPoolName="app", AllowUnauthenticatedIdentities=True)
    document = aws.collect("cognito")
    found = {each["name"]: each for each in document["resources"]["cognito_user_pool"]}
    assert len(found) == 2
    assert found["p00"]["clients"][0]["has_secret"] is True
    assert [each["provider_type"] for each in found["p00"]["identity_providers"]] == ["OIDC"]
    assert [each["group_name"] for each in found["p00"]["groups"]] == ["editors"]
    assert (found["p00"]["mfa_configuration"], found["p00"]["software_token_mfa_enabled"]) == ("ON", True)
    assert found["p01"]["password_policy"]["minimum_length"] == 8
    assert only(document, "cognito_identity_pool")["allow_unauthenticated_identities"] is True
    text = json.dumps(document)
    assert "CANARY" not in text
    assert secret not in text
