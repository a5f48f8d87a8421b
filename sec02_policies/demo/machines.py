"""The machines of Example Corp outside AWS, which sign in with certificates: IAM Roles Anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.demo.certificates import certificate, pem, revocation_list
from sec02_policies.demo.site import Example, allow, document

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_AWS = "arn:aws:iam::aws:policy"

EXAMPLES = (
    Example(
        practice="SEC02-BP05",
        good=True,
        type="rolesanywhere_trust_anchor",
        name="plant",
        why="stolen machines are locked out by a revocation list",
    ),
    Example(
        practice="SEC02-BP05",
        good=False,
        type="rolesanywhere_trust_anchor",
        name="label-printers",
        why="a certificate that was stolen works until it ends",
    ),
    Example(
        practice="SEC02-BP02",
        good=False,
        type="rolesanywhere_profile",
        name="maintenance",
        why="gives an administrator's role as it is, to any machine that the role takes",
    ),
)


def build_machines(site: Site) -> None:
    """Let AWS tell of trust anchors, profiles and revocation lists, which moto does not know."""
    prefix = f"arn:aws:rolesanywhere:{site.aws.region}:{site.account_id}"
    dates = {"createdAt": site.ago(300), "updatedAt": site.ago(30)}
    plant = f"{prefix}:trust-anchor/7d0b3c1e-0000-4000-8000-000000000001"
    printers = f"{prefix}:trust-anchor/7d0b3c1e-0000-4000-8000-000000000002"
    anchors = [_anchor(site, plant, "plant"), _anchor(site, printers, "label-printers")]
    site.replay.answer("rolesanywhere", "ListTrustAnchors", {"trustAnchors": [each | dates for each in anchors]})
    revoked = {
        "crlId": "7d0b3c1e-0000-4000-8000-000000000003",
        "crlArn": f"{prefix}:crl/7d0b3c1e-0000-4000-8000-000000000003",
        "name": "plant",
        "enabled": True,
        "crlData": revocation_list("Plant CA", issued=site.ago(10), due=site.ago(-20)),
        "trustAnchorArn": plant,
    }
    site.replay.answer("rolesanywhere", "ListCrls", {"crls": [revoked | dates]})
    profiles = [each | dates for each in _profiles(site, prefix)]
    site.replay.answer("rolesanywhere", "ListProfiles", {"profiles": profiles})


def _anchor(site: Site, arn: str, name: str) -> dict[str, Any]:
    authority = certificate(f"{name} CA", begins=site.ago(300), ends=site.ago(-1500))
    return {
        "trustAnchorId": arn.rpartition("/")[2],
        "trustAnchorArn": arn,
        "name": name,
        "source": {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": pem(authority)}},
        "enabled": True,
    }


def _profiles(site: Site, prefix: str) -> list[dict[str, Any]]:
    session = document(allow("s3:PutObject", "arn:aws:s3:::example-corp-sensors/*"))
    shape: dict[str, dict[str, Any]] = {
        "plant": {"roleArns": ["plant-sensors"], "sessionPolicy": session},
        "label-printers": {"roleArns": ["label-printers"], "managedPolicyArns": [f"{_AWS}/ReadOnlyAccess"]},
        "maintenance": {"roleArns": ["plant-maintenance"]},
    }
    found = []
    for number, (name, members) in enumerate(shape.items(), start=1):
        own = f"7d0b3c1e-0000-4000-8000-0000000001{number:02}"
        roles = [f"arn:aws:iam::{site.account_id}:role/{role}" for role in members["roleArns"]]
        found.append(
            {
                "profileId": own,
                "profileArn": f"{prefix}:profile/{own}",
                "name": name,
                "enabled": True,
                "durationSeconds": 3600,
                **members,
                "roleArns": roles,
            }
        )
    return found
