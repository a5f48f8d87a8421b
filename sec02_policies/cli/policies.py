"""`sec02 policies`: what is in the catalogue, and all that one policy says."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.groups import GroupBy, grouped
from sec02_policies.cli.options import (
    AnySets,
    BestPractices,
    Frameworks,
    Ignore,
    Levels,
    Policies,
    Select,
    Sets,
    all_policies,
    policies_from,
    selection,
    terminal,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sec02_policies.model import Policy

_NARROW = 80
app = typer.Typer(no_args_is_help=True, help="List the policies, or show one.")


class ListFormat(StrEnum):
    """How the catalogue is printed."""

    TABLE = "table"
    JSON = "json"


class PermissionsFormat(StrEnum):
    """How the IAM policy is printed."""

    JSON = "json"
    TERRAFORM = "terraform"


@app.command("list")
def list_policies(  # noqa: PLR0913 - the options of the command
    *,
    policies: Policies = None,
    select: Select = None,
    ignore: Ignore = None,
    sets: AnySets = None,
    level: Levels = None,
    framework: Frameworks = None,
    best_practice: BestPractices = None,
    group_by: Annotated[GroupBy | None, typer.Option(help="Group the policies by this, and count.")] = None,
    fmt: Annotated[ListFormat, typer.Option("--format", "-f", help="What to print.")] = ListFormat.TABLE,
) -> None:
    """List the policies of every set: best practice, severity, id and title."""
    asked = selection(select, ignore, sets, level, framework, best_practice)
    chosen = policies_from(policies, asked, any_set=True)
    width, _ = terminal()
    if group_by is not None:
        typer.echo(grouped(tuple(chosen), group_by, as_json=fmt is ListFormat.JSON, width=width))
    elif fmt is ListFormat.JSON:
        typer.echo(json.dumps(_catalogue(chosen), indent=2, ensure_ascii=False))
    else:
        wide = max(len(policy.id) for policy in chosen)
        for policy in sorted(chosen, key=lambda each: (each.best_practice, each.severity.rank, each.id)):
            line = f"{policy.best_practice}  {policy.severity.value:8}  {policy.id:{wide}}  {policy.title}"
            typer.echo(line if len(line) <= max(width, 40) or width < _NARROW else line[: width - 3] + "...")
        typer.echo(f"{len(chosen)} policies")


def _catalogue(policies: Iterable[Policy]) -> dict[str, Any]:
    """The list as plain JSON (schemas/policy_list.schema.json)."""
    return {"schema_version": "1", "policies": [_summary(policy) for policy in policies]}


def _summary(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "title": policy.title,
        "best_practice": policy.best_practice,
        "service": policy.service,
        "severity": policy.severity.value,
        "maturity": policy.maturity,
        "control": policy.control.value,
        "identity": policy.identity.value,
        "set": policy.set,
        "resource": list(policy.resource),
        "params": {name: param.default for name, param in policy.params.items()},
        "frameworks": {name: list(ids) for name, ids in policy.frameworks.items()},
        "peers": {name: list(ids) for name, ids in policy.peers.items()},
    }


@app.command("show")
def show_policy(
    policy_id: Annotated[str, typer.Argument(metavar="ID", help="The policy's id.")],
    *,
    policies: Policies = None,
) -> None:
    """Show one policy: what it demands, why, and how to comply."""
    policy = all_policies(policies).get(policy_id)
    lines = [policy.id, policy.title, ""]
    kind = f"{policy.control.value}, {policy.set}"
    lines += [f"{policy.best_practice}, {policy.severity.value}, maturity {policy.maturity}, {kind}"]
    lines += [f"judges {' and '.join(policy.resource)}, identity: {policy.identity.value}", ""]
    lines += _block("when", policy.when)
    for name, source in policy.variables.items():
        lines += _block(f"variables.{name}", source)
    lines += _block("condition", policy.condition)
    for name, param in policy.params.items():
        lines.append(f"param {name} = {json.dumps(param.default)}")
    lines += ["", policy.rationale.strip(), "", "Remediation", policy.remediation.text.strip()]
    lines += _block("AWS CLI", policy.remediation.cli)
    lines += _block("Terraform", policy.remediation.terraform)
    for name, ids in policy.frameworks.items():
        lines.append(f"{name}: {', '.join(ids)}")
    lines += ["", *policy.references]
    typer.echo("\n".join(lines))


def _block(label: str, text: str | None) -> list[str]:
    if text is None:
        return []
    return [f"{label}:", *(f"    {line}" for line in text.strip().split("\n"))]


@app.command("permissions")
def show_permissions(  # noqa: PLR0913 - the options of the command
    *,
    policies: Policies = None,
    select: Select = None,
    ignore: Ignore = None,
    sets: Sets = None,
    level: Levels = None,
    framework: Frameworks = None,
    best_practice: BestPractices = None,
    fmt: Annotated[PermissionsFormat, typer.Option("--format", "-f", help="What to print.")] = PermissionsFormat.JSON,
    role_name: Annotated[
        str | None,
        typer.Option(help="Also allow `collect --org`: list the accounts, and assume this role in each of them."),
    ] = None,
) -> None:
    """Print the least IAM policy under which everything can be collected that the policies read."""
    from sec02_policies.collect import ORGANIZATION_APIS, Role, operations_for, policy_document, terraform
    from sec02_policies.evaluate import fields_read

    asked = selection(select, ignore, sets, level, framework, best_practice)
    operations = operations_for(fields_read(policies_from(policies, asked)))
    apis = [each.api for each in operations]
    if role_name is None:
        document = policy_document(apis)
    else:
        from sec02_policies.cli.organization import checked_role_name

        role = Role(name=checked_role_name(role_name))
        document = policy_document([*apis, *ORGANIZATION_APIS], assume=role.arn("aws", "*"))
    typer.echo(terraform(document) if fmt is PermissionsFormat.TERRAFORM else json.dumps(document, indent=2))
