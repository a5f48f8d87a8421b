"""Bundle -> a bundle that may be shown: pseudonyms for names, the same statuses, and a link to the original's id."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sec02_policies.archive import container
from sec02_policies.archive.bundle import Bundle, build
from sec02_policies.archive.replay import judged, policies_of
from sec02_policies.errors import InputError
from sec02_policies.snapshot import Snapshot, loads
from sec02_policies.snapshot.redact import Profile
from sec02_policies.snapshot.redact import redact as redacted_document

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from sec02_policies.archive.manifest import Chain
    from sec02_policies.catalog import PolicySet

Results = dict[str, Any]


def redact(  # noqa: PLR0913 - what a redaction is made of
    bundle: Bundle,
    key: bytes,
    *,
    profile: Profile,
    chain: Chain,
    keep: Collection[str] = (),
    reports: Callable[[Results, PolicySet, Snapshot], Mapping[str, bytes]] | None = None,
) -> Bundle:
    """The redacted bundle, not yet signed: it can be replayed, and its manifest names the bundle that it is from.

    Words that the policies ask for by name stay, as do those in `keep`. Waivers are left out: they name people.
    Raises `InputError` where a policy would give other statuses, because it asks for a name that is gone.
    """
    document = loads(bundle.content(container.SNAPSHOT), container.SNAPSHOT)
    if not isinstance(document, dict):
        raise InputError(container.SNAPSHOT, "no JSON object", "a snapshot")
    policies = policies_of(bundle)
    kept = {*keep, *_asked_for(policies)}
    snapshot = Snapshot(redacted_document(document, key, profile=profile, keep=kept), where="redacted snapshot")
    results = judged(bundle, snapshot, policies)
    _demand_same(bundle, results)
    return build(
        snapshot,
        policies,
        results,
        chain=chain,
        reports=reports(results, policies, snapshot) if reports is not None else None,
        derived_from={"bundle_id": bundle.id, "redacted": profile.value},
    )


def _asked_for(policies: PolicySet) -> Iterator[str]:
    """The words in the policies' parameters, such as the tag purpose=break-glass."""
    for policy in policies:
        for value in policies.params_of(policy).values():
            yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))


def _demand_same(bundle: Bundle, results: Results) -> None:
    """Each policy must give each status as often as it did."""
    archived = loads(bundle.content(container.RESULTS), container.RESULTS)
    before = _statuses(archived) if isinstance(archived, dict) else Counter()
    changed = sorted({policy for policy, _ in (before - _statuses(results)) + (_statuses(results) - before)})
    if changed:
        raise InputError(
            "redaction", f"other statuses of {', '.join(changed)}", "--keep with the words that these policies ask for"
        )


def _statuses(results: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((row["policy_id"], row["status"]) for row in results["results"])
