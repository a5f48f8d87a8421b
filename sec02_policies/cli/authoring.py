"""`sec02 policies new` and `types`: what an author needs before the first line of CEL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sec02_policies.cli.files import write
from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sec02_policies.cel.types import Type
    from sec02_policies.snapshot import TypeInfo

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_POLICY = """\
id: {id}
title: Whatever is in use has an owner
best_practice: SEC02-BP06 # SEC02-BP01 to SEC02-BP06
severity: medium          # critical, high, medium, low, info
maturity: 2               # 1 to 4, as docs/policies.md has them
control: detective        # preventive, detective, responsive
identity: both            # human, machine, both
set: core
params:
  tag_key: {{type: string, default: owner}}
resource: {type} # whose fields are these, and what is inside of them shows `sec02 policies types {type}`
{fields}
condition: tag(resource.tags, params.tag_key) != null # true: compliant
message: resource.name + ' has no tag ' + params.tag_key
rationale: Why it matters, in two sentences.
remediation: {{text: What to do about it.}}
references: ["https://docs.aws.amazon.com/"]
"""
_SUITE = """\
policy: {id}
cases: # each lays its members over a complete, healthy {type}
  - name: with an owner
    resource: {{tags: [{{key: owner, value: platform}}]}}
    expect: pass
  - name: without one
    resource: {{tags: []}}
    expect: {{status: fail, message: has no tag owner}}
  - name: another key
    resource: {{tags: [{{key: owner, value: platform}}]}}
    params: {{tag_key: team}}
    expect: fail
"""


def new_policy(
    policy_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, such as own-user-has-owner.")],
    *,
    kind: Annotated[str, typer.Option("--type", help="The type that it judges; see `sec02 policies types`.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder for the two files.")] = Path(),
) -> None:
    """Write a policy and its suite to start from: both hold as they are, and the type's fields are listed."""
    from sec02_policies.snapshot import schemas

    if not _ID.fullmatch(policy_id):
        raise InputError(policy_id, "not an id", "words of a-z and 0-9 joined by -, such as own-user-has-owner")
    info = schemas().type(kind, "--type")
    fields = "\n".join(f"# resource.{line}" for line in _fields(info, deep=False))
    texts = {
        output / f"{policy_id}.yaml": _POLICY.format(id=policy_id, type=kind, fields=fields),
        output / f"{policy_id}.test.yaml": _SUITE.format(id=policy_id, type=kind),
    }
    for path in texts:
        if path.exists():
            raise InputError(str(path), "is there already", "another id, or another folder")
    for path, text in texts.items():
        write(path, text.encode())
    typer.echo(f"{output / policy_id}.yaml and .test.yaml: edit them, then `sec02 check` and `sec02 test`")


def show_types(
    kind: Annotated[str | None, typer.Argument(metavar="[TYPE]", help="Show the fields of this one.")] = None,
) -> None:
    """List the types of resources that a policy can judge, or the fields of one with their types."""
    from sec02_policies.snapshot import schemas

    if kind is not None:
        info = schemas().type(kind, "TYPE")
        typer.echo("\n".join([f"{kind}: {info.description}", *_fields(info, deep=True)]))
        return
    types = schemas().types
    wide = max(map(len, types))
    for name in sorted(types):
        typer.echo(f"{name:{wide}}  {types[name].description}")


def _fields(info: TypeInfo, *, deep: bool) -> list[str]:
    """A line for each field: its name, its type in CEL, and what the schema says of it; `deep`: what is inside too."""
    from sec02_policies.cel.types import ObjectType
    from sec02_policies.evaluate.functions import resource_type

    judged = resource_type(info.name)
    lines: list[tuple[str, str, str]] = []
    for name, member in judged.fields.items() if isinstance(judged, ObjectType) else ():
        lines.append((name, str(member.type), info.fields[name].schema.get("description", "")))
        if deep:
            lines += ((path, text, "") for path, text in _inside(member.type, name))
    wide = max(len(path) for path, _, _ in lines)
    return [f"{path:{wide}}  {text}  {said}".rstrip() for path, text, said in lines]


def _inside(type_: Type, path: str) -> Iterator[tuple[str, str]]:
    """The members of an object or of a list's elements, by path; a type of resource is shown by its own name."""
    from sec02_policies.cel.types import ListType, ObjectType, without_null
    from sec02_policies.snapshot import schemas

    inside = without_null(type_)
    if isinstance(inside, ListType):
        inside, path = without_null(inside.element), f"{path}[]"
    if isinstance(inside, ObjectType) and str(inside) not in schemas().types:
        for name, member in inside.fields.items():
            yield f"{path}.{name}", str(member.type)
            yield from _inside(member.type, f"{path}.{name}")
