"""Judging the archived snapshot by the archived policies again: the same bytes, or the reason why not."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sec02_policies.archive import container
from sec02_policies.archive.environment import differences
from sec02_policies.archive.manifest import attested, collection, outcome, population, read_json, run_of
from sec02_policies.archive.verify import Finding, Level, State
from sec02_policies.catalog import PolicySet
from sec02_policies.errors import BundleError, InputError, Sec02Error
from sec02_policies.evaluate import Course, evaluate
from sec02_policies.evaluate.rows import row
from sec02_policies.evaluate.waivers import Waivers
from sec02_policies.snapshot import Snapshot, canonical, loads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sec02_policies.archive.bundle import Bundle

_SHOWN = 20


def replay(bundle: Bundle) -> Finding:
    """Whether this machine gets the archived results from what else is in the bundle.

    Other bytes are a refusal where this machine has the archived versions and code, and inconclusive where it has not.
    """
    others = differences(bundle.manifest["environment"])
    try:
        details = list(_mismatches(bundle))
    except BundleError as fault:
        return _finding(others, fault.code, fault.what, ())
    except Sec02Error as fault:
        return _finding(others, "replay.input", f"the archive cannot be evaluated ({fault})", ())
    if details:
        return _finding(others, "replay.mismatch", "the same snapshot and policies give other results", details)
    words = f", here with {'; '.join(others)}" if others else ""
    return Finding(
        level=Level.REPRODUCED, state=State.PROVED, code="reproduced", what=f"the same results, byte for byte{words}"
    )


def _finding(others: Sequence[str], code: str, what: str, details: Sequence[str]) -> Finding:
    if not others:
        return Finding(level=Level.REPRODUCED, state=State.REFUSED, code=code, what=what, details=tuple(details))
    advice = f"this machine has {'; '.join(others)} (see --replay-env)"
    return Finding(
        level=Level.REPRODUCED, state=State.INCONCLUSIVE, code=code, what=f"{what}; {advice}", details=tuple(details)
    )


def _mismatches(bundle: Bundle) -> Iterator[str]:
    """What differs from the archive, one line each; nothing where all is reproduced."""
    snapshot = Snapshot.loads(bundle.content(container.SNAPSHOT), where=container.SNAPSHOT)
    course, digest = _course(bundle, snapshot), hashlib.sha256()
    for piece in course.written():
        digest.update(piece)
    if digest.hexdigest() != bundle.manifest["run"]["results_sha256"]:
        yield from _differences(_rows(bundle.content(container.RESULTS)), _rows_again(bundle, snapshot))
    elif run_of(course.run(), digest.hexdigest()) != bundle.manifest["run"]:
        yield "the manifest's run is not that of the results"
    document = dict(snapshot.document)
    if canonical(collection(document)) != bundle.members[container.COLLECTION]:
        yield "collection.json is not what the snapshot says of its collection"
    if population(document) != bundle.manifest["population"]:
        yield "the manifest's population is not that of the snapshot"
    if canonical(attested(document)) != bundle.members[container.ATTESTATIONS]:
        yield "attestations.json is not what the snapshot says was attested"
    summary = course.summary
    if outcome(summary.document()["statuses"], waived=summary.waived) != bundle.manifest["outcome"]:
        yield "the manifest's outcome is not that of the results"


def policies_of(bundle: Bundle) -> PolicySet:
    """The archived policies with the archived parameters; raises `Sec02Error` where they are none."""
    files = {name: data for name, data in bundle.members.items() if name.startswith("policies/")}
    params = read_json(bundle.members[container.PARAMS], container.PARAMS, "params.json")
    if not all(isinstance(each, dict) for each in params.values()):
        raise BundleError("params.json", "params.json does not map policies to their parameters")
    return PolicySet.parse(files).with_params(params, where=container.PARAMS)


def judged(bundle: Bundle, snapshot: Snapshot, policies: PolicySet) -> dict[str, Any]:
    """The results document of an evaluation with the bundle's clock and engine, without waivers."""
    run = bundle.manifest["run"]
    return evaluate(snapshot, policies, now=_moment(run["evaluated_at"]), engine=run["engine"]).document()


def _course(bundle: Bundle, snapshot: Snapshot) -> Course:
    """A new evaluation, under the name of the tool that made the archived one."""
    run = bundle.manifest["run"]
    files = {name: data for name, data in bundle.members.items() if name.startswith("waivers/")}
    return Course(
        snapshot,
        policies_of(bundle),
        now=_moment(run["evaluated_at"]),
        engine=run["engine"],
        waivers=Waivers.parse(files) if files else None,
        tool=run["tool"],
    )


def _rows_again(bundle: Bundle, snapshot: Snapshot) -> list[Mapping[str, Any]]:
    """The rows of a new evaluation, all of them at once: only where they are not the archived ones."""
    return [row(each) for results in _course(bundle, snapshot).results() for each in results]


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError("manifest.json", "evaluated_at is no day of the calendar", "a time") from None


def _rows(archived: bytes) -> list[Mapping[str, Any]]:
    """The rows of the archived results, whatever else is wrong with them."""
    try:
        document = loads(archived, container.RESULTS)
        rows: list[Mapping[str, Any]] = document["results"]  # type: ignore[call-overload,index,assignment]  # or refused below
        return [{"fingerprint": each["fingerprint"], "status": each["status"], **each} for each in rows]
    except (InputError, TypeError, KeyError):
        raise BundleError("results.json", "the archived results are no results document") from None


def _differences(archived: Sequence[Mapping[str, Any]], replayed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    before = {each["fingerprint"]: each for each in archived}
    after = {each["fingerprint"]: each for each in replayed}
    lines = [
        f"{_subject(each)}: archived {_status(before, key)}, replayed {_status(after, key)}"
        for key, each in sorted({**before, **after}.items(), key=lambda item: _subject(item[1]))
        if before.get(key) != after.get(key)
    ]
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield f"and {len(lines) - _SHOWN} more"
    if not lines:
        yield "the results differ outside their rows: in the run, the summary or their form"


def _subject(row: Mapping[str, Any]) -> str:
    return f"{row.get('policy_id')} {row.get('resource_name') or row.get('account_id')}"


def _status(rows: Mapping[str, Mapping[str, Any]], key: str) -> str:
    return str(rows[key]["status"]) if key in rows else "nothing"
