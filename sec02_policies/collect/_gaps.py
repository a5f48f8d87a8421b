"""Where a resource has holes: each value that was not read, found and noted under the path that a gap can name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._outcome import Failure, Partial, Record
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A gap before it has its number."""

    collection: str
    region: str
    resource_id: str | None
    field: str | None
    failure: Failure


def order(hole: Hole) -> tuple[str, ...]:
    """The key by which gaps are sorted and numbered."""
    failure = hole.failure
    place = (hole.collection, hole.region, hole.resource_id or "", hole.field or "")
    return (*place, failure.api, failure.code, failure.kind)


class ResourceGaps:
    """The gaps of one resource, opened wherever one of its values was not read."""

    def __init__(self, holes: set[Hole], kind: str, resource: Record) -> None:
        """`holes` takes what is found; `kind` is the type of the resource."""
        self._holes = holes
        self._kind = kind
        self._id = resource["id"]
        self._region = resource["region"]
        self._paths: set[str] = set()

    def open(self, path: str, failure: Failure) -> None:
        """Say that the member at `path` was not read; one gap for all of a type where nobody asked for the field."""
        self._paths.add(path)
        shared = (failure.kind is GapKind.NOT_REQUESTED or not failure.asked) and "." not in path
        resource_id = None if shared else self._id
        self._holes.add(
            Hole(collection=self._kind, region=self._region, resource_id=resource_id, field=path, failure=failure)
        )

    def covers(self, path: str) -> bool:
        """Whether a gap of this resource says why the member is absent."""
        return path in self._paths

    def put(self, holder: Record, name: str, path: str, value: Any) -> None:  # noqa: ANN401 - a JSON value or what stands in its place
        """Set the member to the value without what stands in place of unread values, each of which becomes a gap."""
        holder.pop(name, None)
        if isinstance(value, Partial):
            self.put(holder, name, path, value.items)
            self.open(path, value.failure.truncated())
        elif isinstance(value, dict):
            holder[name] = inner = dict(value)
            for each, member in value.items():
                self.put(inner, each, f"{path}.{each}", member)
        else:
            failure = _first_failure(value)
            if failure is None:
                holder[name] = value
            else:
                self.open(path, failure)

    def refuse(self, holder: Record, path: list[str], api: str) -> None:
        """Remove the member at `path`, which the schema does not allow."""
        *outer, name = path
        for each in outer:
            holder = holder[each]
        absent = holder.pop(name) is None
        code, kind = ("NotInAnswer", GapKind.FAILED) if absent else ("UnexpectedValue", GapKind.UNPARSED)
        self.open(".".join(path), Failure(api=api, code=code, kind=kind))


def _first_failure(value: Any) -> Failure | None:  # noqa: ANN401 - a JSON value or what stands in its place
    """The first failure in the value: gaps cannot name an item of a list, so one hides the whole list."""
    if isinstance(value, Failure):
        return value
    if isinstance(value, Partial):
        return value.failure
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for each in members if (found := _first_failure(each)) is not None), None)


def member_path(fault: ValidationError) -> list[str]:
    """The path of the deepest member at fault that a gap can name; empty for a fault of the resource itself."""
    while fault.context:
        fault = max(fault.context, key=lambda each: len(each.absolute_path))
    path: list[str] = []
    for part in fault.absolute_path:
        if not isinstance(part, str):
            break
        path.append(part)
    return path
