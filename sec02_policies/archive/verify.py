"""Bytes in, findings out: how far a bundle can be trusted, level by level."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sec02_policies.archive import container, dsse
from sec02_policies.archive.read import read
from sec02_policies.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sec02_policies.archive.bundle import Bundle


class Level(StrEnum):
    """What can be proved about a bundle, each on top of the first."""

    INTACT = "intact"
    SIGNED = "signed"
    CHAINED = "chained"
    TIMESTAMPED = "timestamped"
    REPRODUCED = "reproduced"


class State(StrEnum):
    """What came of a level: shown, not looked at (or nothing to look at), undecided, or shown to be false."""

    PROVED = "proved"
    NOT_CHECKED = "not_checked"
    INCONCLUSIVE = "inconclusive"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about one level; `code` is stable, `what` is for people, `details` are lines below it."""

    level: Level
    state: State
    code: str
    what: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All findings about one bundle; id and manifest are None where it could not be read."""

    name: str
    bundle_id: str | None = None
    manifest: Mapping[str, Any] | None = field(default=None, repr=False)
    findings: tuple[Finding, ...] = ()

    def state(self, level: Level) -> State:
        """The worst that was found about a level; not checked where nothing was."""
        order = list(State)
        states = [each.state for each in self.findings if each.level is level]
        return max(states, key=order.index) if states else State.NOT_CHECKED

    @property
    def refused(self) -> bool:
        """Whether anything was shown to be false."""
        return any(each.state is State.REFUSED for each in self.findings)

    def including(self, *findings: Finding) -> Verification:
        """The verification with more findings."""
        return replace(self, findings=(*self.findings, *findings))


def verify(
    data: bytes, *, name: str = "bundle", trusted: Sequence[dsse.Verifier] = (), tsa_roots: Sequence[bytes] = ()
) -> Verification:
    """What the bundle by itself shows: intact, signed, timestamped. Trust comes from the arguments, never from it.

    With trusted keys, a bundle that none of them signed is refused; with TSA roots (PEM), one that none stamped.
    """
    try:
        bundle = read(data)
    except BundleError as fault:
        return Verification(name=name, findings=(_refused(Level.INTACT, fault),))
    intact = Finding(
        level=Level.INTACT, state=State.PROVED, code="intact", what=f"{len(bundle.members)} files are as listed"
    )
    return Verification(
        name=name,
        bundle_id=bundle.id,
        manifest=bundle.manifest,
        findings=(intact, _signature(bundle, trusted), _timestamp(bundle, tsa_roots)),
    )


def _refused(level: Level, fault: BundleError) -> Finding:
    return Finding(level=level, state=State.REFUSED, code=fault.code, what=fault.what)


def _signature(bundle: Bundle, trusted: Sequence[dsse.Verifier]) -> Finding:
    envelope = bundle.envelope
    if envelope is None:
        state = State.REFUSED if trusted else State.NOT_CHECKED
        return Finding(level=Level.SIGNED, state=state, code="signature.missing", what="no signature")
    if not trusted:
        claimed = ", ".join(each[:16] for each in dsse.signed_by(envelope))
        what = f"a signature, said to be of key {claimed}, that nobody checked: no trusted key was given"
        return Finding(level=Level.SIGNED, state=State.NOT_CHECKED, code="signature.unchecked", what=what)
    try:
        _, key = dsse.open_envelope(envelope, trusted)
    except BundleError as fault:
        return _refused(Level.SIGNED, fault)
    if dsse.signed_by(envelope) != (key.keyid,):
        what = "the envelope names another key than the one that signed"
        return Finding(level=Level.SIGNED, state=State.REFUSED, code="signature.keyid", what=what)
    return Finding(level=Level.SIGNED, state=State.PROVED, code="signed", what=f"by trusted key {key.keyid[:16]}")


def _timestamp(bundle: Bundle, roots: Sequence[bytes]) -> Finding:
    token = bundle.members.get(container.TIMESTAMP)
    if token is None or bundle.envelope is None:
        state = State.REFUSED if roots else State.NOT_CHECKED
        return Finding(level=Level.TIMESTAMPED, state=state, code="timestamp.missing", what="no timestamp")
    if not roots:
        what = "a timestamp that nobody checked: no root of its authority was given"
        return Finding(level=Level.TIMESTAMPED, state=State.NOT_CHECKED, code="timestamp.unchecked", what=what)
    from sec02_policies.archive.timestamp import stamped_at

    try:
        moment = stamped_at(token, bundle.envelope, roots)
    except BundleError as fault:
        return _refused(Level.TIMESTAMPED, fault)
    if moment < bundle.manifest["run"]["collected_at"]:
        what = f"stamped at {moment}, before the snapshot was collected"
        return Finding(level=Level.TIMESTAMPED, state=State.REFUSED, code="timestamp.early", what=what)
    return Finding(level=Level.TIMESTAMPED, state=State.PROVED, code="timestamped", what=f"at {moment}")
