"""Example Corp, the small company of the demo: who and what is in it, good and bad, for each of the six best practices.

The company is built through AWS's API, with boto3, on an embedded AWS. Where moto lacks an operation or gets it wrong,
a replay answers in its place: the root user (credential report, summary, virtual devices), service-specific
credentials, user boundaries, the ends of certificates and metadata, last access and rotation of secrets, the services
that users and roles asked last, risk configurations, roles and classic flow of identity pools, boundaries, tags and
provisioning of permission sets, attributes for access control, applications and token issuers, the identity provider's
ids of users and groups, central root access, the dates of secrets' versions, the regions, and all of Directory Service,
IAM Roles Anywhere and IAM Access Analyzer. `EXAMPLES` says of each telling thing which best practice it keeps or
breaks, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.demo import (
    applications,
    customers,
    directories,
    federation,
    grants,
    identity_pools,
    machines,
    organization,
    oversight,
    people,
    roles,
    root_user,
    server_certificates,
    usage,
    vault,
    workforce,
)
from sec02_policies.demo.moto_state import MotoState
from sec02_policies.demo.site import Example, Site

if TYPE_CHECKING:
    from datetime import datetime

    from sec02_policies.demo.server import EmbeddedAws

EXAMPLES: tuple[Example, ...] = (
    *people.EXAMPLES,
    *root_user.EXAMPLES,
    *grants.EXAMPLES,
    *federation.EXAMPLES,
    *roles.EXAMPLES,
    *server_certificates.EXAMPLES,
    *vault.EXAMPLES,
    *customers.EXAMPLES,
    *identity_pools.EXAMPLES,
    *organization.EXAMPLES,
    *workforce.EXAMPLES,
    *applications.EXAMPLES,
    *directories.EXAMPLES,
    *machines.EXAMPLES,
    *oversight.EXAMPLES,
    *usage.EXAMPLES,
)

_FOUNDED = 900


def build_company(aws: EmbeddedAws, *, now: datetime) -> Site:
    """Build Example Corp as it stands at `now`; from then on the session's answers are those of the company."""
    state = MotoState(account_id=aws.account_id, region=aws.region, now=now)
    site = Site(aws=aws, state=state)
    organization.build_organization(site)
    grants.build_grants(site)
    people.build_people(site)
    root_user.build_root_user(site)
    federation.build_federation(site)
    roles.build_roles(site)
    server_certificates.build_server_certificates(site)
    vault.build_vault(site)
    customers.build_customers(site)
    workforce.build_workforce(site)
    directories.build_directories(site)
    machines.build_machines(site)
    oversight.build_oversight(site)
    state.date_everything(_FOUNDED)
    for change in site.dates:
        change()
    usage.build_usage(site)
    caller = {
        "UserId": "AROAEXAMPLECOLLECTOR0:demo",
        "Account": aws.account_id,
        "Arn": f"arn:aws:sts::{aws.account_id}:assumed-role/sec02-collector/demo",
    }
    site.replay.answer("sts", "GetCallerIdentity", caller)
    site.replay.install(aws.session)
    return site
