"""The operations of IAM Roles Anywhere, and of the private certificate authority behind an anchor."""

from __future__ import annotations

from sec02_policies.collect._operations.operation import LOWER, Operation, operation

OPERATIONS: tuple[Operation, ...] = (
    operation("rolesanywhere", "ListTrustAnchors", "region", "trustAnchors", paging=LOWER),
    operation("rolesanywhere", "ListProfiles", "region", "profiles", paging=LOWER),
    operation("rolesanywhere", "ListCrls", "region", "crls", paging=LOWER),
    operation(
        "acm-pca",
        "DescribeCertificateAuthority",
        "trust anchor of AWS Private CA",
        "CertificateAuthority",
        after="rolesanywhere:ListTrustAnchors",
    ),
)
