"""Writes the fixture snapshots: `python tests/demo/fixture_snapshots.py` from the root of the project.

minimal: one healthy resource per type. strong and weak: a well kept and a badly kept account. demo: Example Corp.
partial: Example Corp, read by somebody who was not allowed to see everything. workloads: an account of which only the
services of workloads were read, each well kept and badly kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fixture_minimal import minimal
from fixture_strong import strong
from fixture_tools import NOW, Record
from fixture_weak import weak
from fixture_workloads import workloads

from sec02_policies.collect import collect
from sec02_policies.demo import company_snapshot, embedded_aws
from sec02_policies.demo.company import build_company
from sec02_policies.snapshot import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.demo.site import Site

FOLDER = Path(__file__).resolve().parents[2] / "snapshots"


def demo() -> Record:
    """Example Corp as `sec02 demo` collects it, at a fixed time."""
    return company_snapshot(now=lambda: NOW)


def partial() -> Record:
    """Example Corp with a gap of every kind; MFA devices and the credential report are denied."""
    with embedded_aws() as aws:
        spoil(build_company(aws, now=NOW))
        collected = collect(aws.session, regions=[aws.region], now=lambda: NOW)
    unsupported(collected, "cognito_identity_pool")
    hide(collected, "idc_group", "name", {"api": "sec02:Redact", "code": "Redacted", "kind": "redacted"})
    stale = {"api": "secretsmanager:ListSecrets", "code": "OlderThanReport", "kind": "stale"}
    hide(collected, "secretsmanager_secret", "last_accessed_date", stale)
    return collected


def spoil(site: Site) -> None:
    """Let a part of the calls fail, each in another way."""
    replay = site.replay
    for denied in ("ListMFADevices", "GetCredentialReport"):
        replay.refuse("iam", denied, "AccessDenied", status=403)
    replay.refuse("sso-admin", "ListTagsForResource", "AccessDeniedException", status=403)
    replay.refuse("identitystore", "ListUsers", "InternalServerException", status=500)
    replay.refuse("cognito-identity", "ListIdentityPools", "UnknownOperationException")  # see `unsupported`
    pools = site.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]
    for pool in pools:
        when = {"UserPoolId": pool["Id"]}
        replay.refuse("cognito-idp", "GetUserPoolMfaConfig", "TooManyRequestsException", when=when)
    # A page that promises another one, which then cannot be read.
    replay.amend("secretsmanager", "ListSecrets", lambda _, output: {**output, "NextToken": "more"})
    replay.refuse("secretsmanager", "ListSecrets", "ThrottlingException", when={"NextToken": "more"})
    replay.amend("iam", "GetAccountAuthorizationDetails", with_broken_policy)
    replay.install(site.aws.session)


def with_broken_policy(_: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    """Let a key stand twice in a policy, which botocore would pass over in silence."""
    twice = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}'
    for policy in output["Policies"]:
        if policy["Arn"].endswith("/key-keepers"):
            policy["PolicyVersionList"][0]["Document"] = twice
    return output


def unsupported(document: Record, kind: str) -> None:
    """Call what failed of a type unsupported, as the collector says of a region without the service."""
    for gap in document["gaps"]:
        if gap["collection"] == kind:
            gap |= {"kind": "unsupported_region", "code": "UnsupportedRegion"}
    for section in document["sections"]:
        if section["collections"] == [kind]:
            section |= {"status": "unsupported_region", "code": "UnsupportedRegion"}


def hide(document: Record, kind: str, field: str, why: Record) -> None:
    """Take a field of the first resource of a type away and say why, as later tools than the collector do."""
    resource = document["resources"][kind][0]
    del resource[field]
    gap = {
        "id": f"g{len(document['gaps']) + 1:05d}",
        "collection": kind,
        "account_id": resource["account_id"],
        "region": resource["region"],
        "resource_id": resource["id"],
        "field": field,
        **why,
    }
    document["gaps"].append(gap)


SNAPSHOTS: dict[str, Callable[[], Record]] = {
    "demo": demo,
    "minimal": minimal,
    "partial": partial,
    "strong": strong,
    "weak": weak,
    "workloads": workloads,
}


def main() -> None:
    """Write all of them."""
    for name, make in SNAPSHOTS.items():
        (FOLDER / f"{name}.json").write_bytes(canonical(make()))


if __name__ == "__main__":
    main()
