"""`sec02 collect --org`: a snapshot of each account of an organization, in a folder with an index."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from sec02_policies.cli.account_bars import account_bars
from sec02_policies.cli.collected import GapOption, causes, checked, exit_for_gaps
from sec02_policies.cli.exits import Exit
from sec02_policies.cli.snapshot_folder import SnapshotFolder, demand_usable, held
from sec02_policies.cli.streams import say
from sec02_policies.snapshot import digest, schemas
from sec02_policies.snapshot.index import AccountEntry, AccountError, AccountStatus, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from sec02_policies.cli.redaction import Redaction
    from sec02_policies.collect import Member, MemberFailure, Request

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html and API_OrganizationalUnit.html of Organizations.
_ROLE_NAME = re.compile(r"(?!arn:)/?(?:[!-.0-~]+/)*[\w+=,.@-]{1,64}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{12}")
_MISSING = (AccountStatus.FAILED, AccountStatus.PENDING)
_UNIT = re.compile(r"ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgChoice:
    """What the options of `--org` ask for: which accounts, with which role, how many side by side."""

    accounts: tuple[str, ...]
    units: tuple[str, ...]
    role_name: str
    external_id: str | None
    resume: bool
    workers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What stays in memory of an account that was read."""

    entry: AccountEntry
    causes: tuple[tuple[str, str], ...]


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What the run has met: in how many accounts an operation did not answer, and accounts lost by a defect of ours."""

    causes: Counter[tuple[str, str]] = field(default_factory=Counter)
    defects: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the folder may say of accounts, where the snapshots in it may be redacted."""

    redaction: Redaction | None

    def text(self, text: str) -> str:
        return text if self.redaction is None else self.redaction.pseudonyms.text(text)

    def entry(self, member: Member) -> AccountEntry:
        return AccountEntry(
            account_id=self.text(member.id),
            name=None if member.name is None else self.text(member.name),
            ou_path=None if member.ou_path is None else tuple(map(self.text, member.ou_path)),
            state=member.state,
            status=AccountStatus.PENDING if member.active else AccountStatus.SKIPPED,
        )

    def settings(self, choice: OrgChoice, request: Request) -> Settings:
        fields = request.fields
        redaction = self.redaction
        return Settings(
            role_name=self.text(choice.role_name),
            regions=request.regions,
            services=request.services,
            fields_sha256=None if fields is None else digest({kind: sorted(fields[kind]) for kind in fields}),
            redaction=None if redaction is None else (redaction.profile.value, redaction.pseudonyms.key_id),
        )


def org_choice(  # noqa: PLR0913 - the options of --org
    *,
    org: bool,
    accounts: Sequence[str] | None,
    units: Sequence[str] | None,
    role_name: str | None,
    external_id: str | None,
    resume: bool,
    workers: int | None,
) -> OrgChoice | None:
    """What the options ask for, if they are well formed; None for one account alone."""
    if not org:
        if accounts or units or role_name or external_id or resume or workers:
            raise typer.BadParameter(
                "--accounts, --ou, --role-name, --external-id, --resume and --workers are for --org: give it too."
            )
        return None
    role = checked_role_name(role_name)
    if external_id is not None and not _EXTERNAL_ID.fullmatch(external_id):
        raise typer.BadParameter("2 to 1224 letters, digits and +=,.@:/-", param_hint="--external-id")
    named = tuple(each.strip() for text in accounts or () for each in text.split(","))
    for each in named:
        if not _ACCOUNT.fullmatch(each):
            raise typer.BadParameter(f"{each!r} is no account id of 12 digits.", param_hint="--accounts")
    for each in units or ():
        if not _UNIT.fullmatch(each):
            raise typer.BadParameter(f"{each!r} is no id of a unit, such as ou-ab12-cd34ef56.", param_hint="--ou")
    return OrgChoice(
        accounts=named,
        units=tuple(units or ()),
        role_name=role,
        external_id=external_id,
        resume=resume,
        workers=workers or 4,
    )


def checked_role_name(role_name: str | None) -> str:
    """The name; raises a usage error for what cannot be the name of a role."""
    if role_name is None or not _ROLE_NAME.fullmatch(role_name):
        raise typer.BadParameter(
            "the name of the role to assume in each account, not its ARN.", param_hint="--role-name"
        )
    return role_name


def collect_organization(  # noqa: PLR0913 - the parts of the command
    choice: OrgChoice,
    output: Path,
    *,
    profile: str | None,
    request: Request,
    redaction: Redaction | None,
    fail_on_gap: Sequence[GapOption],
) -> Exit:
    """Read the chosen accounts of the caller's organization into the folder, and return the exit code."""
    from sec02_policies import collect

    demand_usable(output, resume=choice.resume)
    session = collect.open_session(profile=profile, region=request.regions[0] if request.regions else None)
    organization = collect.organization_of(session, request=request, now=lambda: datetime.now(UTC))
    members = organization.choose(choice.accounts, choice.units)
    shown = _Shown(redaction=redaction)
    tally = _Tally()
    with held(output):
        folder = SnapshotFolder.begun(
            output,
            organization_id=shown.text(organization.id),
            settings=shown.settings(choice, request),
            entries=[shown.entry(each) for each in members],
        )
        waiting = folder.pending()
        reading = tuple(each for each in members if shown.text(each.id) in waiting)

        def keep(member: Member, document: Mapping[str, Any]) -> _Kept:
            snapshot = checked(document, redaction)
            entry = folder.write_snapshot(shown.text(member.id), snapshot)
            return _Kept(entry=entry, causes=tuple(causes(snapshot)))

        with account_bars(accounts=len(reading), services=_services(request)) as bars:
            outcomes = collect.read_members(
                session,
                organization,
                reading,
                role=collect.Role(name=choice.role_name, external_id=choice.external_id),
                request=request,
                keep=keep,
                now=lambda: datetime.now(UTC),
                on_progress=bars.step,
                workers=choice.workers,
            )
            with closing(outcomes):
                for member, outcome in outcomes:
                    _note(folder, shown.text(member.id), outcome, tally)
                    bars.done(member, failed=not isinstance(outcome, _Kept))
                    if not bars.visible:
                        say(f"{member.id} {member.name or ''}: {_told(outcome)}")
    _tell(folder, tally)
    return _exit(folder, tally, fail_on_gap)


def _services(request: Request) -> int:
    """How many services are read in an account."""
    from sec02_policies.collect import SERVICES

    if request.fields is None:
        return len(request.services or SERVICES)
    return len({schemas().types[kind].service for kind in request.fields})


def _note(folder: SnapshotFolder, account_id: str, outcome: _Kept | MemberFailure, tally: _Tally) -> None:
    """Write the outcome into the index, and count it."""
    if isinstance(outcome, _Kept):
        folder.note(outcome.entry)
        tally.causes.update(outcome.causes)
        return
    tally.defects += outcome.defect
    folder.note_failure(account_id, AccountError(api=outcome.api, code=outcome.code))


def _told(outcome: _Kept | MemberFailure) -> str:
    return outcome.entry.status if isinstance(outcome, _Kept) else f"failed: {outcome.api}: {outcome.code}"


def _tell(folder: SnapshotFolder, tally: _Tally) -> None:
    """Say on standard error which accounts were read, which were not, and what could not be read in them."""
    index = folder.index
    counted = ", ".join(f"{number} {status}" for status, number in index.counts().items())
    say(f"{folder.path}: organization {index.organization_id}, {len(index.accounts)} accounts: {counted}")
    for (api, code), number in sorted(tally.causes.items(), key=lambda each: (-each[1], each[0])):
        say(f"  could not be read in {number} account{'s' if number > 1 else ''}: {api}: {code}")
    for entry in index.with_status(AccountStatus.SKIPPED):
        say(f"  skipped: {entry.account_id} {entry.name or ''}: {entry.state}")
    for entry in index.with_status(AccountStatus.FAILED):
        why = f"{entry.error.api}: {entry.error.code}" if entry.error else ""
        say(f"  failed: {entry.account_id} {entry.name or ''}: {why}")
    if index.with_status(*_MISSING):
        say("  to read what is missing: the same command with --resume")


def _exit(folder: SnapshotFolder, tally: _Tally, kinds: Sequence[GapOption]) -> Exit:
    """Exit code 3 where an account is missing, as where an answer is; 70 where that is a defect of ours."""
    gaps = exit_for_gaps(folder.index.gaps(), kinds)
    if tally.defects:
        say("sec02: internal error in an account: set SEC02_DEBUG=1 and read it alone for details")
        return Exit.INTERNAL
    return Exit.UNKNOWN if folder.index.with_status(*_MISSING) else gaps
