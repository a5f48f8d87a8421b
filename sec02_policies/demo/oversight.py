"""Who looks after the account of Example Corp: its contacts, its regions and the analyzers of access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.demo.site import Example

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_REGIONS = {
    "af-south-1": "DISABLED",
    "eu-central-1": "ENABLED_BY_DEFAULT",
    "eu-south-1": "DISABLED",
    "eu-west-1": "ENABLED_BY_DEFAULT",
}
# Ids of findings, by the days since they were found and the role that they are about.
_FINDINGS = {
    "0f1d1d60-0000-4000-8000-000000000001": (120, "public-reports"),
    "0f1d1d60-0000-4000-8000-000000000002": (2, "vendor-monitoring"),
}

EXAMPLES = (
    Example(
        practice="SEC02-BP05",
        good=False,
        type="analyzer_finding",
        name="external-access/0f1d1d60-0000-4000-8000-000000000001",
        why="says for 120 days that a role is open to everybody, and nobody has looked",
    ),
    Example(
        practice="SEC02-BP05",
        good=True,
        type="analyzer_region",
        name="eu-west-1",
        why="an analyzer reports what outsiders can reach",
    ),
)


def build_oversight(site: Site) -> None:
    """Register the contacts, and let AWS tell of regions, analyzers and findings, which moto does not know."""
    account = site.client("account")
    for kind in ("SECURITY", "BILLING"):
        account.put_alternate_contact(
            AlternateContactType=kind,
            Name="canary-contact",
            Title="canary-title",
            EmailAddress="canary-one-for-all@example.invalid",
            PhoneNumber="+1 555 0100",
        )
    regions = [{"RegionName": name, "RegionOptStatus": status} for name, status in _REGIONS.items()]
    site.replay.answer("account", "ListRegions", {"Regions": regions})
    _analyzers(site)


def _analyzers(site: Site) -> None:
    external = _analyzer(site, "external-access", "ACCOUNT")
    unused = _analyzer(site, "unused-access", "ACCOUNT_UNUSED_ACCESS")
    site.replay.answer("accessanalyzer", "ListAnalyzers", {"analyzers": [external, unused]})
    configured = {**unused, "configuration": {"unusedAccess": {"unusedAccessAge": 60}}}
    site.replay.answer("accessanalyzer", "GetAnalyzer", {"analyzer": configured})
    site.replay.answer("accessanalyzer", "ListArchiveRules", {"archiveRules": []})
    findings = [_finding(site, own, days, role) for own, (days, role) in _FINDINGS.items()]
    site.replay.answer("accessanalyzer", "ListFindingsV2", {"findings": []})
    site.replay.answer(
        "accessanalyzer", "ListFindingsV2", {"findings": findings}, when={"analyzerArn": external["arn"]}
    )


def _analyzer(site: Site, name: str, kind: str) -> dict[str, Any]:
    return {
        "arn": f"arn:aws:access-analyzer:{site.aws.region}:{site.account_id}:analyzer/{name}",
        "name": name,
        "type": kind,
        "createdAt": site.ago(400),
        "lastResourceAnalyzedAt": site.ago(1),
        "status": "ACTIVE",
    }


def _finding(site: Site, own: str, days: float, role: str) -> dict[str, Any]:
    return {
        "id": own,
        "createdAt": site.ago(days),
        "updatedAt": site.ago(days),
        "analyzedAt": site.ago(1),
        "resource": f"arn:aws:iam::{site.account_id}:role/{role}",
        "resourceType": "AWS::IAM::Role",
        "resourceOwnerAccount": site.account_id,
        "status": "ACTIVE",
        "findingType": "ExternalAccess",
    }
