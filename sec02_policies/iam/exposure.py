"""Whom a trust or resource policy exposes its resource to: the public, other accounts, services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.iam.entrants import Entrant, closed, is_account, positive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WITH_ACCOUNT = frozenset({"account", "user", "role", "session"})
_LESS_THAN = frozenset({"numericlessthan", "numericlessthanequals", "numericequals"})
_SOURCE_KEYS = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})


def exposure(found: Sequence[Entrant], own: str) -> dict[str, Any]:
    """Return whether the public and which accounts get in, `own` being the account of the resource."""
    public = [each for each in found if each.principal["kind"] == "any" and not any(map(closed, each.conditions))]
    ways = [(account, each) for each in found for account in _accounts(each)]
    external = [_external(account, each) for account, each in ways if account != own]
    return {
        "public": bool(public),
        "public_via": _unique([each.place for each in public]),
        "accounts": sorted({account for account, _ in ways}),
        "external_accounts": sorted({each["account_id"] for each in external}),
        "external": external,
        "unnamed": [{"org_ids": _organizations(each), **each.place} for each in found if _is_unnamed(each)],
        "external_accounts_without_external_id": sorted(
            {each["account_id"] for each in external if not each["external_id"]}
        ),
        "external_ids": sorted({value for each in found for value in each.values("sts:externalid")}),
        "org_ids": sorted({value for each in found for value in _organizations(each)}),
    }


def _accounts(entrant: Entrant) -> Iterator[str]:
    """Yield the accounts that an entrant stands for; anybody is narrowed by the conditions on its account or ARN."""
    principal = entrant.principal
    if principal["kind"] in _WITH_ACCOUNT:
        yield principal["account_id"]
    elif principal["kind"] == "any":
        yield from filter(is_account, dict.fromkeys(_named_accounts(entrant)))


def _named_accounts(entrant: Entrant) -> Iterator[str]:
    yield from entrant.values("aws:principalaccount")
    yield from _accounts_of_arns(entrant)


def _accounts_of_arns(entrant: Entrant) -> list[str]:
    return [(value.split(":") + [""] * 5)[4] for value in entrant.values("aws:principalarn")]


def _is_unnamed(entrant: Entrant) -> bool:
    """Return whether the entrant is anybody, of accounts that no condition names one by one."""
    lists = (entrant.values("aws:principalaccount"), _accounts_of_arns(entrant))
    return entrant.principal["kind"] == "any" and not any(each and all(map(is_account, each)) for each in lists)


def _external(account: str, entrant: Entrant) -> dict[str, Any]:
    external_ids = entrant.values("sts:externalid")
    return {
        "account_id": account,
        "kind": entrant.principal["kind"],
        "value": entrant.principal["value"],
        "external_id": bool(external_ids) and all(value.strip("*?") for value in external_ids),
        "mfa": demands_mfa(entrant),
        "org_ids": _organizations(entrant),
        **entrant.place,
    }


def _organizations(entrant: Entrant) -> list[str]:
    """Return the organizations to which conditions bind the caller; a list of values that lets others in binds none."""
    listed = [
        [value.partition("/")[0] for value in each["values"]]
        for each in entrant.conditions
        if each["key"] in ("aws:principalorgid", "aws:principalorgpaths") and positive(each)
    ]
    return sorted({each for values in listed if all(value.startswith("o-") for value in values) for each in values})


def service(entrant: Entrant) -> dict[str, Any]:
    """Return a service that gets in, and the source to which its calls are bound."""
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    sources = {
        "source_account": entrant.values("aws:sourceaccount"),
        "source_arn": entrant.values("aws:sourcearn"),
        "source_org": [*entrant.values("aws:sourceorgid"), *entrant.values("aws:sourceorgpaths")],
    }
    bound = any(each["key"] in _SOURCE_KEYS and closed(each) for each in entrant.conditions)
    return {"name": entrant.principal["value"], "bound": bound, **sources, **entrant.place}


def demands_mfa(entrant: Entrant) -> bool:
    """Return whether the entrant must have used MFA."""
    return any(_is_mfa(each) for each in entrant.conditions)


def _is_mfa(condition: Mapping[str, Any]) -> bool:
    """Return whether only calls with MFA meet the condition; `...IfExists` also lets calls without the key pass.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
    """
    if condition["if_exists"] or condition["set"] == "forallvalues":
        return False
    values = [value.lower() for value in condition["values"]]
    if condition["key"] == "aws:multifactorauthpresent":
        return condition["operator"] in ("bool", "stringequals", "stringequalsignorecase") and values == ["true"]
    if condition["key"] == "aws:multifactorauthage":
        return condition["operator"] in _LESS_THAN or (condition["operator"] == "null" and values == ["false"])
    return False


def _unique(places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [place for number, place in enumerate(places) if place not in places[:number]]
