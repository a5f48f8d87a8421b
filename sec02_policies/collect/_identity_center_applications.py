"""What signs in through Identity Center besides people in the portal: applications, and token issuers outside AWS."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._identity_center_tags import resource_tags
from sec02_policies.collect._values import timestamp

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._outcome import Failure, Record
    from sec02_policies.collect._reader import Reader

APPLICATIONS = "sso-admin:ListApplications"
ISSUERS = "sso-admin:ListTrustedTokenIssuers"
_ASSIGNMENT = "sso-admin:GetApplicationAssignmentConfiguration"
_GRANTS = "sso-admin:ListApplicationGrants"
_ISSUER = "sso-admin:DescribeTrustedTokenIssuer"


def collect(reader: Reader, builder: Builder, region: str, instance_arn: str) -> None:
    """Read the applications and the trusted token issuers of an instance."""
    applications = reader.pages(APPLICATIONS, region, InstanceArn=instance_arn)
    builder.section("idc_application", region, APPLICATIONS, applications.failure)
    for resource in reader.each(partial(_application, reader, region, instance_arn), applications.items()):
        builder.add("idc_application", resource)
    issuers = reader.pages(ISSUERS, region, InstanceArn=instance_arn)
    builder.section("idc_trusted_token_issuer", region, ISSUERS, issuers.failure)
    for resource in reader.each(partial(_issuer, reader, region, instance_arn), issuers.items()):
        builder.add("idc_trusted_token_issuer", resource)


def _application(reader: Reader, region: str, instance_arn: str, raw: Record) -> Record:
    arn = raw.get("ApplicationArn")
    known = {
        "id": arn,
        "name": raw.get("Name") or _last_part(arn),
        "arn": arn,
        "region": region,
        "instance_arn": raw.get("InstanceArn") or instance_arn,
        "application_account_id": raw.get("ApplicationAccount"),
        "application_provider_arn": raw.get("ApplicationProviderArn"),
        "status": raw.get("Status"),
        "created_date": timestamp(raw.get("CreatedDate")),
    }
    if not arn:
        return known
    assignment = reader.read(_ASSIGNMENT, region, ApplicationArn=arn)
    grants = reader.pages(_GRANTS, region, ApplicationArn=arn)
    return {
        **known,
        "tags": resource_tags(reader, region, instance_arn, arn),
        "assignment_required": assignment["AssignmentRequired"] if isinstance(assignment, dict) else assignment,
        "grants": grants.value(_grant, by=lambda each: str(each["type"])),
    }


def _grant(raw: Record) -> Record:
    code = (raw.get("Grant") or {}).get("AuthorizationCode") or {}
    return {"type": raw.get("GrantType"), "redirect_uris": sorted(code.get("RedirectUris") or ())}


def _issuer(reader: Reader, region: str, instance_arn: str, raw: Record) -> Record:
    arn = raw.get("TrustedTokenIssuerArn")
    known = {
        "id": arn,
        "name": raw.get("Name") or _last_part(arn),
        "arn": arn,
        "region": region,
        "instance_arn": instance_arn,
    }
    if not arn:
        return known
    described = _settings(reader.read(_ISSUER, region, TrustedTokenIssuerArn=arn))
    return {**known, "tags": resource_tags(reader, region, instance_arn, arn), **described}


def _settings(answer: Record | Failure | None) -> Record:
    names = {
        "issuer_url": "IssuerUrl",
        "claim_attribute_path": "ClaimAttributePath",
        "identity_store_attribute_path": "IdentityStoreAttributePath",
    }
    if not isinstance(answer, dict):
        return dict.fromkeys(names, answer)
    oidc = (answer.get("TrustedTokenIssuerConfiguration") or {}).get("OidcJwtConfiguration") or {}
    return {name: oidc.get(member) for name, member in names.items()}


def _last_part(arn: str | None) -> str | None:
    return None if arn is None else arn.rpartition("/")[2]
