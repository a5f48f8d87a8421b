"""What a row of results, and the snapshot it came from, tell for the placeholders of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Row = Mapping[str, Any]
    Fill = Callable[[Row, Mapping[str, str]], Mapping[str, str | None]]


def values_of(row: Row, parents: Mapping[str, str]) -> dict[str, str]:
    """The values by placeholder, or by option and placeholder where it stands for another thing there (ARN or name).

    `parents` gives the id of the resource that a part with that id is embedded in.
    """
    fill = _FILLS.get(row["resource_type"])
    found: dict[str, str | None] = {"ACCOUNT": row["account_id"]}
    if row["region"] != "global":
        found["REGION"] = row["region"]
    if fill is not None and row["resource_id"] is not None:
        found |= fill(row, parents)
    return {name: value for name, value in found.items() if value}


def parents_of(resources: Mapping[str, Any]) -> dict[str, str]:
    """The id of the resource that embeds each part, by the part's id; `resources` is a snapshot's."""
    return {
        part["id"]: resource["id"]
        for entries in resources.values()
        for resource in entries
        for member in resource.values()
        if isinstance(member, list)
        for part in member
        if isinstance(part, dict) and isinstance(part.get("id"), str)
    }


def _name(placeholder: str) -> Fill:
    return lambda row, _: {placeholder: row["resource_name"]}


def _id(*placeholders: str) -> Fill:
    return lambda row, _: dict.fromkeys(placeholders, row["resource_id"])


def _tail(placeholder: str, mark: str) -> Fill:
    """What follows the last `mark` of the id."""
    return lambda row, _: {placeholder: row["resource_id"].rpartition(mark)[2]}


def _access_key(row: Row, _: Mapping[str, str]) -> Mapping[str, str | None]:
    owner, slash, _key = (row["resource_name"] or "").rpartition("/")
    return {"KEY": row["resource_id"], "USER": owner if slash else None}


def _principal(placeholder: str) -> Fill:
    """A user, group or role: its name, and the one policy or credential that the evidence names."""

    def fill(row: Row, _: Mapping[str, str]) -> Mapping[str, str | None]:
        return {
            placeholder: row["resource_name"],
            "ARN": row["resource_arn"],
            "KEY": _only(row, "active_keys", "old_keys"),
            "CERTIFICATE": _only(row, "certificates"),
            "CREDENTIAL": _only(row, "credentials"),
            "--policy-name POLICY": _only(row, "full", "inline"),
            "--policy-arn POLICY": _administrator_policy(row),
        }

    return fill


def _administrator_policy(row: Row) -> str | None:
    """The ARN of the one managed policy, attached to the row's resource itself, that makes it an administrator."""
    via = row["evidence"].get("admin_via")
    if not isinstance(via, list) or len(via) != 1 or not isinstance(via[0], dict):
        return None
    held = via[0].get("kind") == "managed" and via[0].get("through") is None
    return via[0].get("policy") if held else None


def _role_of_pool(row: Row) -> Mapping[str, str | None]:
    """The role that the evidence names, as ARN and by its name."""
    arn = row["evidence"].get("role")
    if not isinstance(arn, str):
        return {}
    return {"--role-arn ROLE": arn, "--role-name ROLE": arn.rpartition("/")[2]}


def _only(row: Row, *names: str) -> str | None:
    """The one value of that evidence; None where there are several, of which a person must choose."""
    for name in names:
        value = row["evidence"].get(name)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            return value[0]
    return None


def _pool_id(identifier: str) -> str | None:
    _, found, rest = identifier.partition(":userpool/")
    return rest.partition("#")[0] if found else None


def _client(row: Row, parents: Mapping[str, str]) -> Mapping[str, str | None]:
    return {"CLIENT": row["resource_id"], "POOL": _pool_id(parents.get(row["resource_id"], ""))}


def _pool(row: Row, _: Mapping[str, str]) -> Mapping[str, str | None]:
    domain = row["evidence"].get("domain")
    return {"POOL": _pool_id(row["resource_id"]), "DOMAIN": domain if isinstance(domain, str) else None}


def _part_of_pool(placeholder: str, mark: str) -> Fill:
    def fill(row: Row, _: Mapping[str, str]) -> Mapping[str, str | None]:
        _, found, name = row["resource_id"].partition(mark)
        return {"POOL": _pool_id(row["resource_id"]), placeholder: name if found else None, **_role_of_pool(row)}

    return fill


def _identity_pool(row: Row, _: Mapping[str, str]) -> Mapping[str, str | None]:
    return {"POOL": row["resource_id"], "NAME": row["resource_name"], **_role_of_pool(row)}


def _organization(row: Row, _: Mapping[str, str]) -> Mapping[str, str | None]:
    return {"TARGET": _only(row, "accounts")}


def _secret(row: Row, _: Mapping[str, str]) -> Mapping[str, str | None]:
    return {"SECRET": row["resource_id"], "VERSION": _only(row, "pending_versions")}


def _instance_of(permission_set: str) -> str | None:
    """The ARN of the instance that the ARN of a permission set names."""
    prefix, found, rest = permission_set.partition(":::permissionSet/")
    return f"{prefix}:::instance/{rest.partition('/')[0]}" if found else None


def _permission_set(row: Row, _: Mapping[str, str]) -> Mapping[str, str | None]:
    return {"PERMISSION_SET": row["resource_id"], "INSTANCE": _instance_of(row["resource_id"])}


def _assignment(row: Row, _: Mapping[str, str]) -> Mapping[str, str | None]:
    permission_set, account, principal = (*row["resource_id"].split("|"), "", "")[:3]
    return {
        "PERMISSION_SET": permission_set,
        "INSTANCE": _instance_of(permission_set),
        "TARGET": account,
        "PRINCIPAL": principal,
    }


_FILLS: dict[str, Fill] = {
    "autoscaling_launch_configuration": _name("NAME"),
    "analyzer_finding": lambda row, _: {"FINDING": row["resource_id"]},
    "cloudformation_stack": _name("STACK"),
    "codebuild_project": _name("PROJECT"),
    "cognito_identity_pool": _identity_pool,
    "cognito_user_pool": _pool,
    "cognito_user_pool_client": _client,
    "cognito_user_pool_group": _part_of_pool("GROUP", "#group/"),
    "cognito_user_pool_identity_provider": _part_of_pool("NAME", "#provider/"),
    "ec2_instance": _tail("INSTANCE", "/"),
    "ec2_launch_template": _tail("TEMPLATE", "/"),
    "ds_directory": _id("DIRECTORY"),
    "ds_trust": _id("TRUST"),
    "iam_access_key": _access_key,
    "iam_group": _principal("GROUP"),
    "iam_oidc_provider": _id("ARN", "PROVIDER"),
    "iam_policy": _id("ARN", "POLICY"),
    "iam_role": _principal("ROLE"),
    "iam_saml_provider": _id("ARN", "PROVIDER"),
    "iam_server_certificate": _name("CERTIFICATE"),
    "iam_user": _principal("USER"),
    "idc_application": _id("APPLICATION"),
    "idc_assignment": _assignment,
    "idc_group": _id("GROUP", "PRINCIPAL"),
    "idc_instance": _id("INSTANCE"),
    "idc_permission_set": _permission_set,
    "idc_trusted_token_issuer": _id("ARN"),
    "idc_user": _id("USER", "PRINCIPAL"),
    "lambda_function": _name("FUNCTION"),
    "ssm_document": _name("DOCUMENT"),
    "rolesanywhere_profile": _tail("PROFILE", "/"),
    "rolesanywhere_trust_anchor": _id("ANCHOR"),
    "organization": _organization,
    "secretsmanager_secret": _secret,
}
