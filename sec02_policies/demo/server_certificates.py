"""The server certificates that Example Corp keeps in IAM: one in use, one forgotten."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.demo.certificates import certificate, pem, private_key_pem
from sec02_policies.demo.site import Example

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

# The days that each has left.
_CERTIFICATES = {"www-example-com": 250, "old-shop-example-com": -40}

EXAMPLES = (
    Example(
        practice="SEC02-BP05",
        good=False,
        type="iam_server_certificate",
        name="old-shop-example-com",
        why="expired and never removed",
    ),
)


def build_server_certificates(site: Site) -> None:
    """Upload the certificates, each with dates of its own."""
    iam = site.client("iam")
    for name, left in _CERTIFICATES.items():
        body = pem(certificate(name.replace("-", "."), begins=site.ago(400), ends=site.ago(-left)))
        iam.upload_server_certificate(ServerCertificateName=name, CertificateBody=body, PrivateKey=private_key_pem())
    site.replay.amend("iam", "ListServerCertificates", partial(_with_dates, site))


def _with_dates(site: Site, _: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    """Give server certificates dates of their own; moto says 2010 and 2012 of every one."""
    listed = [
        each | {"UploadDate": site.ago(390), "Expiration": site.ago(-_CERTIFICATES[each["ServerCertificateName"]])}
        for each in output["ServerCertificateMetadataList"]
    ]
    return {**output, "ServerCertificateMetadataList": listed}
