"""The accounts of an organization: which there are, and a snapshot document of each.

Accounts are read side by side, each by one worker with a session of its own; a document is handed over and forgotten
before the worker reads its next account. What goes wrong with one account says nothing about the next.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from threading import Event
from time import sleep
from typing import TYPE_CHECKING, TypeVar

from sec02_policies.collect._assumed_role import ASSUME_ROLE, AssumeRoleError, Role, assume
from sec02_policies.collect._handed_on import ACCOUNTS, KIND, HandedOn, root_features
from sec02_policies.collect._organization_units import PARENTS, places
from sec02_policies.collect._outcome import Failure, Record
from sec02_policies.collect._plan import CALLER, Fields, all_fields
from sec02_policies.collect._reader import Progress, Reader
from sec02_policies.collect._regions import named_regions
from sec02_policies.collect._session import guarded
from sec02_policies.errors import CollectError, Sec02Error
from sec02_policies.model import GapKind
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from datetime import datetime

    import boto3

_ORGANIZATION = "organizations:DescribeOrganization"
# What tells which accounts there are and where they hang, besides what is read of each of them.
ORGANIZATION_APIS = (_ORGANIZATION, ACCOUNTS, PARENTS)
_SERVICE = "organizations"
_OURS = "sec02:Collect"
_ACTIVE = "ACTIVE"
# An account that AWS names without its id may be any: the list is not whole.
_NAMELESS = Failure(api=ACCOUNTS, code="NoIdentifier", kind=GapKind.TRUNCATED)

_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One account of an organization; `ou_path` has the ids of the root and the units above it, the root first."""

    id: str
    name: str | None
    state: str | None
    ou_path: tuple[str, ...] | None

    @property
    def active(self) -> bool:
        """Whether there is something to read: a suspended account answers nobody."""
        return self.state == _ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An organization as the account of the caller sees it; `members` are in the order of their ids.

    `handed_on` is what the caller hands on to the snapshots of accounts that may not ask for it.
    """

    id: str
    management_account_id: str
    caller_account_id: str
    members: tuple[Member, ...]
    handed_on: HandedOn | None = None

    def choose(self, accounts: Sequence[str] = (), units: Sequence[str] = ()) -> tuple[Member, ...]:
        """The members with these ids and those anywhere below these units; all where neither is given.

        Raises `CollectError` for an account or a unit that is not there.
        """
        known = {each.id for each in self.members}
        for wanted in accounts:
            if wanted not in known:
                about = f"one of its {len(known)} accounts"
                raise CollectError(f"--accounts {wanted}: not in organization {self.id}: {about}")
        if units and any(each.ou_path is None for each in self.members):
            raise CollectError("--ou: the units could not be read: organizations:ListParents for the caller")
        for wanted in units:
            if not any(wanted in (each.ou_path or ()) for each in self.members):
                raise CollectError(f"--ou {wanted}: no account below it: a unit or root of {self.id}")
        if not accounts and not units:
            return self.members
        return tuple(
            each for each in self.members if each.id in accounts or not set(units).isdisjoint(each.ou_path or ())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to read of each account, as `collect` takes it."""

    regions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    fields: Fields | None = None
    attestations: tuple[Record, ...] = ()
    finding_key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFailure:
    """Why there is no snapshot of an account; `defect` where the fault is in this program."""

    api: str
    code: str
    defect: bool = False


class _StoppedError(BaseException):
    """The whole run was stopped while an account was being read."""


def organization_of(
    session: boto3.Session, *, request: Request | None = None, now: Callable[[], datetime]
) -> Organization:
    """The organization of the session's account, and what of it is handed on to members that are read by the request.

    Raises `CollectError` where its accounts cannot all be listed.
    """
    request = request or Request()
    with guarded(session):
        reader = Reader(session, regions=named_regions(session, request.regions))
        reader.service = _SERVICE
        caller = _demanded(reader, CALLER)
        raw = _demanded(reader, _ORGANIZATION)["Organization"]
        at = now()
        listing = reader.pages(ACCOUNTS)
        if listing.failure is not None:
            raise _cannot_list(listing.failure)
        listed = list(listing.items())
        found = [each for each in listed if each.get("Id")]
        above = places(reader, found)
        features = root_features(reader) if "root_features" in _asked(request).get("organization", ()) else None
    members = (_member(each, above.get(each["Id"])) for each in found)
    return Organization(
        id=raw["Id"],
        management_account_id=raw["MasterAccountId"],
        caller_account_id=caller["Account"],
        members=tuple(sorted(members, key=lambda each: each.id)),
        handed_on=HandedOn(
            organization_id=raw["Id"],
            account_ids=frozenset(each["Id"] for each in found),
            principal_arn=caller.get("Arn"),
            at=at,
            failure=None if len(found) == len(listed) else _NAMELESS,
            root_features=tuple(features) if isinstance(features, list) else None,
        ),
    )


def _demanded(reader: Reader, api: str) -> Record:
    answer = reader.read(api)
    if isinstance(answer, dict):
        return answer
    if isinstance(answer, Failure):
        raise _cannot_list(answer)
    raise CollectError(f"collect --org: {api}: the account is in no organization: one that is in an organization")


def _cannot_list(failure: Failure) -> CollectError:
    who = "credentials of the management account or of a delegated administrator, with that permission"
    return CollectError(f"collect --org: {failure.api}: {failure.code}: {who}")


def _member(raw: Record, above: list[str] | Failure | None) -> Member:
    return Member(
        id=raw["Id"],
        name=raw.get("Name"),
        # Status was to be retired on 2026-09-09 in favour of State.
        state=raw.get("State") or raw.get("Status"),
        ou_path=tuple(reversed(above)) if isinstance(above, list) else None,
    )


def read_members(  # noqa: PLR0913 - each is a part of the outside world, and all but five have a default
    session: boto3.Session,
    organization: Organization,
    members: Sequence[Member],
    *,
    role: Role,
    request: Request,
    keep: Callable[[Member, Record], _Kept],
    now: Callable[[], datetime],
    on_progress: Callable[[Member, Progress], None] | None = None,
    workers: int = 4,
    sleep: Callable[[float], None] = sleep,
) -> Generator[tuple[Member, _Kept | MemberFailure], None, None]:
    """Read each member, and yield what `keep` made of its document, or why there is none, as they are done.

    The caller's own account is read with `session`, the others with `role`. `keep` and `on_progress` are called by the
    workers. Close the iterator to stop: what is being read is given up.
    """
    stop = Event()
    home = named_regions(session, request.regions)[0]

    def told(member: Member, progress: Progress) -> None:
        if stop.is_set():
            raise _StoppedError
        if on_progress is not None:
            on_progress(member, progress)

    def read(member: Member) -> _Kept | MemberFailure:
        from sec02_policies.collect import collect

        try:
            own = member.id == organization.caller_account_id
            account = session if own else assume(session, member.id, role, region=home)
            document = collect(
                account,
                regions=request.regions,
                services=request.services or None,
                fields=_fields_for(member, organization, request),
                attestations=request.attestations,
                finding_key=request.finding_key,
                handed_on=None if _may_list(member, organization) else organization.handed_on,
                now=now,
                on_progress=lambda progress: told(member, progress),
                sleep=sleep,
            )
            _demand_account(document, member)
            return keep(member, document)
        except AssumeRoleError as fault:
            return MemberFailure(api=ASSUME_ROLE, code=fault.code)
        except Sec02Error as fault:
            return MemberFailure(api=_OURS, code=type(fault).__name__)
        except Exception as fault:  # noqa: BLE001 - a defect that one account brings out must not cost the others; it is told, and sets exit code 70
            return MemberFailure(api=_OURS, code=type(fault).__name__, defect=True)

    with guarded(session), ThreadPoolExecutor(max_workers=workers, thread_name_prefix="account") as pool:
        pending = {pool.submit(read, member): member for member in members}
        try:
            for future in as_completed(pending):
                yield pending[future], future.result()
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def _demand_account(document: Record, member: Member) -> None:
    if document["scope"]["account_id"] != member.id:
        raise CollectError(f"collect: {member.id}: the session is of another account: one of this account")


def _may_list(member: Member, organization: Organization) -> bool:
    """Whether the account may list what is the organization's: the management account and the caller's may."""
    return member.id in (organization.management_account_id, organization.caller_account_id)


def _fields_for(member: Member, organization: Organization, request: Request) -> Fields | None:
    """What to ask the member for; of what the caller hands on, only that it is wanted."""
    if _may_list(member, organization):
        return request.fields
    types = schemas().types
    found = {}
    for kind, names in _asked(request).items():
        told = names if types[kind].service != _SERVICE else frozenset(filter(_told_to_all(kind), names))
        if kind == KIND and organization.handed_on is not None:
            told = frozenset({"account_id"})
        if told:
            found[kind] = told
    return found


def _asked(request: Request) -> Fields:
    """The fields that the request is for."""
    from sec02_policies.collect import SERVICES

    return request.fields or all_fields(request.services or SERVICES)


def _told_to_all(kind: str) -> Callable[[str], bool]:
    """Whether the organization tells a field of that type to each of its accounts."""
    fields = schemas().types[kind].fields
    asked = _ORGANIZATION in {each.collected_by for each in fields.values()}
    return lambda name: asked and fields[name].collected_by in (_ORGANIZATION, CALLER)
