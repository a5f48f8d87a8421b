"""The identity providers that roles of Example Corp trust: companies' own by SAML, pipelines by OIDC."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.demo.certificates import certificate, saml_metadata
from sec02_policies.demo.site import Example, tags

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_GITHUB = "token.actions.githubusercontent.com"

EXAMPLES = (
    Example(
        practice="SEC02-BP04",
        good=False,
        type="iam_saml_provider",
        name="adfs-legacy",
        why="the certificate of the identity provider ran out two months ago",
    ),
)


def build_federation(site: Site) -> None:
    """Create the SAML and OIDC providers."""
    iam = site.client("iam")
    for name, ends in (("okta", -700), ("adfs-legacy", 60)):
        signing = certificate(f"{name}.example.com", begins=site.ago(1000), ends=site.ago(ends))
        metadata = saml_metadata(f"https://{name}.example.com", signing)
        iam.create_saml_provider(Name=name, SAMLMetadataDocument=metadata)
    site.replay.amend("iam", "ListSAMLProviders", partial(_with_end_of_metadata, site))
    thumbprint = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
    audiences = {_GITHUB: ["sts.amazonaws.com"], "gitlab.example.com": ["sts.amazonaws.com", "https://gitlab.com"]}
    for host, client_ids in audiences.items():
        iam.create_open_id_connect_provider(
            Url=f"https://{host}", ClientIDList=client_ids, ThumbprintList=thumbprint, Tags=tags(owner="platform")
        )


def _with_end_of_metadata(site: Site, _: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    """Give SAML providers an end of their own; moto says 2032 of every one."""
    valid = {True: site.ago(60), False: site.ago(-700)}
    listed = [
        provider | {"ValidUntil": valid[provider["Arn"].endswith("/adfs-legacy")]}
        for provider in output["SAMLProviderList"]
    ]
    return {**output, "SAMLProviderList": listed}
