"""What becomes of what was read: resources, sections and gaps, put together so that nothing is silently absent.

A collector hands over resources in which a `Failure` stands in place of each value that it could not read, and a
`Partial` in place of each list that broke off. The builder turns these into gaps; so it does with what the schema
demands and the resource lacks, and with values that the schema does not allow: one odd answer costs one field.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._gaps import Hole, ResourceGaps, member_path, order
from sec02_policies.collect._outcome import Failure, Partial, Record, items_read, not_requested
from sec02_policies.collect._secret_text import SecretFinder
from sec02_policies.collect._values import GLOBAL
from sec02_policies.model import GapKind
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sec02_policies.collect._handed_on import HandedOn
    from sec02_policies.snapshot import TypeInfo

# A list that is stale or unparsed as a whole has no word of its own among the statuses of a section.
_SECTION_KINDS = frozenset(GapKind) - {GapKind.REDACTED, GapKind.STALE, GapKind.UNPARSED}


def unread(kind: str, failure: Failure, known: Record) -> Record:
    """A resource of which only `known` could be read: the failure in place of every other field of its type."""
    fields = {name: failure for name in schemas().types[kind].fields if name != "account_id"}
    return {**fields, **known}


def _is_named(resource: Record) -> bool:
    return isinstance(resource.get("id"), str) and resource["id"] != ""


def _nameless(info: TypeInfo) -> Failure:
    """Why a list is not whole from which a resource without an id was left out: nothing could point to it."""
    return Failure(api=info.fields["id"].collected_by, code="NoIdentifier", kind=GapKind.TRUNCATED)


class Builder:
    """The snapshot of one account while it is being read."""

    def __init__(
        self,
        *,
        partition: str,
        account_id: str,
        finder: SecretFinder | None = None,
        handed_on: HandedOn | None = None,
    ) -> None:
        """`partition` and `account_id` of the account that is read; collectors add what others need to know.

        `finder` finds secrets in the texts that are read. `handed_on` is what somebody else has read of the
        organization.
        """
        self.partition = partition
        self.account_id = account_id
        self.finder = finder or SecretFinder()
        self.handed_on = handed_on
        self.organization_id: str | None = None
        self.member_account_ids: frozenset[str] = frozenset()
        self.enabled_regions: frozenset[str] | Failure = not_requested("account:ListRegions")
        self._types = schemas().types
        self._children = {place: each for each in self._types.values() for place in each.view_of}
        self._wanted: set[str] = set()
        self._resources: dict[str, list[Record]] = defaultdict(list)
        self._sections: dict[tuple[str, str], str] = {}
        self._read_by: dict[tuple[str, str], Record] = {}
        self._told: dict[tuple[str, str], Record] = {}
        self._holes: set[Hole] = set()
        self._wide: set[tuple[str, str, str]] = set()
        self._counts: dict[str, Record] = {}

    # ------------------------------------------------------------ what collectors call

    def add(self, collection: str, resource: Record) -> None:
        """Take a resource. `account_id` may be left out; `region` and `id` may not; children stand in their parent."""
        self._resources[collection].append(resource)

    def added(self, collection: str) -> Sequence[Record]:
        """The resources of that type that were read so far."""
        return self._resources.get(collection, ())

    def section(
        self, collection: str, region: str, api: str, failure: Failure | None = None, *, read_by: Record | None = None
    ) -> None:
        """Say that the whole collection of that region was read by `api`, or what came between.

        `read_by` is who read it and when, where that was not the session of this snapshot.
        """
        self._sections[collection, region] = failure.api if failure else api
        if read_by is not None:
            self._read_by[collection, region] = read_by
        if failure is not None:
            self._open(collection, region, None, failure)

    def told(self, collection: str, field: str, region: str, api: str, *, read_by: Record) -> None:
        """Say that `api` told the field to somebody else, who has handed it on; all of the collection have it."""
        name = f"{collection}.{field}"
        self._told[name, region] = {**self._said(collection, region, api), "name": name, "read_by": read_by}

    def missing(self, collection: str, region: str, field: str, failure: Failure) -> None:
        """Say that no resource of that collection and region has the field, but where one has it all the same."""
        self._wide.add((collection, region, field))
        self._open(collection, region, field, failure)

    def count(self, collection: str, *, listed: int, independent: int, api: str) -> None:
        """Note how many were listed and how many `api` counted; too few listed means that some are missing."""
        self.compare(collection, listed=listed, independent=independent, api=api)
        if listed < independent:
            failure = Failure(api=api, code="CountMismatch", kind=GapKind.TRUNCATED)
            self._open(collection, GLOBAL, None, failure)

    def compare(self, name: str, *, listed: int, independent: int, api: str) -> None:
        """Note two counts of the same, whatever they say."""
        self._counts[name] = {"listed": listed, "independent": independent, "source": api}

    def want_policy(self, arn: str) -> None:
        """Ask for the AWS managed policy of that ARN to be in the snapshot (IAM is read last)."""
        self._wanted.add(arn)

    @property
    def wanted_policies(self) -> frozenset[str]:
        """The ARNs of the managed policies that were asked for."""
        return frozenset(self._wanted)

    # ------------------------------------------------------------ what collect() calls

    def document(self) -> Record:
        """The parts `resources`, `sections`, `gaps` and `counts` of the snapshot, each in a fixed order; once."""
        names = sorted(name for name, found in self._resources.items() if found)
        resources = {name: self._finished(name, self._resources.pop(name)) for name in names}
        return {
            "resources": resources,
            "sections": self._section_records(),
            "gaps": self._gap_records(),
            "counts": dict(sorted(self._counts.items())),
        }

    def _finished(self, collection: str, found: list[Record]) -> list[Record]:
        """The resources with gaps in place of failures, by id; each id once, as a list may shift under its pages.

        `found` is used up on the way, so that it does not stand in memory twice.
        """
        info = self._types[collection]
        by_id: dict[str, Record] = {}
        found.reverse()
        while found:
            raw = found.pop()
            if not _is_named(raw):
                self._open(collection, raw["region"], None, _nameless(info))
            elif raw["id"] not in by_id:
                by_id[raw["id"]] = self._whole(info, raw)
        return [by_id[each] for each in sorted(by_id)]

    def _open(self, collection: str, region: str, field: str | None, failure: Failure) -> None:
        """A gap over a whole collection, or over a field of all its resources."""
        self._holes.add(Hole(collection=collection, region=region, resource_id=None, field=field, failure=failure))

    def _whole(self, info: TypeInfo, raw: Record) -> Record:
        """The resource as the schema wants it, every field that it lacks or may not have covered by a gap."""
        resource = {"account_id": self.account_id, **raw}
        gaps = ResourceGaps(self._holes, info.name, resource)
        for name, value in list(resource.items()):
            gaps.put(resource, name, name, self._with_children(info, name, value))
        # Children were judged on their own.
        embedded = [
            name for name, value in resource.items() if (info.name, name) in self._children and value is not None
        ]
        lists = {name: resource.pop(name) for name in embedded}
        self._refuse_invalid(info, resource, gaps)
        resource |= lists
        for name, about in info.fields.items():
            said = gaps.covers(name) or (info.name, resource["region"], name) in self._wide
            if name not in resource and not said:
                gaps.open(name, Failure(api=about.collected_by, code="NotInAnswer", kind=GapKind.FAILED))
        return resource

    def _with_children(self, info: TypeInfo, field: str, value: Any) -> Any:  # noqa: ANN401 - a JSON value or what stands in its place
        """The value, made whole item by item where the field embeds resources of their own."""
        child = self._children.get((info.name, field))
        if child is None or not isinstance(value, (list, Partial)):
            return value
        failure = value.failure if isinstance(value, Partial) else None
        whole: dict[str, Record] = {}
        for each in items_read(value):
            if not _is_named(each):
                failure = failure or _nameless(child)
            elif each["id"] not in whole:
                whole[each["id"]] = self._whole(child, each)
        items = list(whole.values())
        return items if failure is None else Partial(items=items, failure=failure)

    @staticmethod
    def _refuse_invalid(info: TypeInfo, resource: Record, gaps: ResourceGaps) -> None:
        """Hide each field whose value the schema does not allow: None is an absent value, anything else a new one.

        A member that the schema does not know is a defect of the collector and stays, for the loader to refuse.
        """
        validator = schemas().validator(info.reference)
        while fault := next((each for each in validator.iter_errors(resource) if member_path(each)), None):
            path = member_path(fault)
            gaps.refuse(resource, path, info.fields[path[0]].collected_by)

    # ------------------------------------------------------------ what was said about the reading

    def _section_records(self) -> list[Record]:
        own = (self._section(*place, api) for place, api in self._sections.items())
        return sorted((*own, *self._told.values()), key=lambda each: (each["name"], each["region"]))

    def _section(self, collection: str, region: str, api: str) -> Record:
        status, code = self._status(collection, region)
        said = {**self._said(collection, region, api), "status": status, "code": code}
        reader = self._read_by.get((collection, region))
        return said if reader is None else {**said, "read_by": reader}

    def _said(self, collection: str, region: str, api: str) -> Record:
        """The section of what was read whole."""
        return {
            "name": collection,
            "account_id": self.account_id,
            "region": region,
            "collections": [collection],
            "status": "complete",
            "api": api,
            "code": None,
        }

    def _status(self, collection: str, region: str) -> tuple[str, str | None]:
        """The status and the error code of a section, from the gaps over its whole collection."""
        over = [each for each in self._holes if each.resource_id is None and each.field is None]
        own = sorted((each for each in over if (each.collection, each.region) == (collection, region)), key=order)
        if not own:
            return "complete", None
        kind = own[0].failure.kind
        # A list that is stale or unparsed as a whole has no word of its own among the statuses of a section.
        return (kind if kind in _SECTION_KINDS else GapKind.FAILED), own[0].failure.code

    def _gap_records(self) -> list[Record]:
        return [
            {
                "id": f"g{number:05d}",
                "collection": hole.collection,
                "account_id": self.account_id,
                "region": hole.region,
                "resource_id": hole.resource_id,
                "field": hole.field,
                "api": hole.failure.api,
                "code": hole.failure.code,
                "kind": hole.failure.kind.value,
            }
            for number, hole in enumerate(sorted(filter(self._tells, self._holes), key=order), start=1)
        ]

    def _tells(self, hole: Hole) -> bool:
        """Whether no other gap says the same of the field in all resources; how many were asked before is chance."""
        whole = replace(hole, resource_id=None)
        return hole == whole or hole.field is None or whole not in self._holes
