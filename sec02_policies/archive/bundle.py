"""Snapshot + policies + results -> Bundle, and the Bundle with a signature and a timestamp on it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from sec02_policies.archive import compressed, container, dsse
from sec02_policies.archive.environment import environment
from sec02_policies.archive.manifest import (
    Chain,
    Document,
    attested,
    bundle_id,
    collection,
    demand,
    file_name,
    listed,
    outcome,
    population,
    run_of,
)
from sec02_policies.archive.readme import readme
from sec02_policies.archive.statement import statement
from sec02_policies.errors import BundleError, InputError
from sec02_policies.evaluate.rows import written
from sec02_policies.evaluate.waivers import Waivers
from sec02_policies.model import Status
from sec02_policies.snapshot import canonical, schemas
from sec02_policies.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sec02_policies.catalog import PolicySet
    from sec02_policies.model import Json
    from sec02_policies.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The members of a bundle by name, and its manifest as a document."""

    manifest: Mapping[str, Any]
    members: Mapping[str, bytes] = field(repr=False)

    @property
    def id(self) -> str:
        """SHA-256 of the manifest: it names all that the bundle holds, but not the signature."""
        return bundle_id(self.members[container.MANIFEST])

    @property
    def file_name(self) -> str:
        """The name under which the bundle is kept."""
        return file_name(self.manifest, self.id)

    @property
    def statement(self) -> bytes:
        """What a signature of this bundle states."""
        return statement(self.manifest, self.members[container.MANIFEST])

    @property
    def envelope(self) -> bytes | None:
        """The signed envelope, or None."""
        return self.members.get(container.ENVELOPE)

    def content(self, name: str) -> bytes:
        """What a member holds, without its compression."""
        return compressed.decompress(self.members[name], name) if name.endswith(".gz") else self.members[name]

    def pack(self) -> bytes:
        """The bundle as a file; the same bundle gives the same bytes."""
        return container.pack(self.members)

    def signed(self, signer: dsse.Signer) -> Self:
        """The bundle with this signature in place of any other, and without a timestamp of that other."""
        envelope = dsse.seal(self.statement, signer)
        kept = {name: data for name, data in self.members.items() if name != container.TIMESTAMP}
        return replace(self, members={**kept, container.ENVELOPE: envelope})

    def timestamped(self, token: bytes) -> Self:
        """The bundle with a time-stamp response over its envelope."""
        if self.envelope is None:
            raise InputError("--timestamp-url", "a bundle without a signature", "--sign-key or --kms-key beside it")
        return replace(self, members={**self.members, container.TIMESTAMP: token})


def build(  # noqa: PLR0913 - what a bundle is made of
    snapshot: Snapshot,
    policies: PolicySet,
    results: Mapping[str, Any],
    *,
    chain: Chain | None = None,
    reports: Mapping[str, bytes] | None = None,
    waivers: Waivers | None = None,
    derived_from: Mapping[str, Any] | None = None,
) -> Bundle:
    """The bundle of one evaluation, not yet signed; raises `InputError` where the parts do not belong together.

    `results` is the results document, `waivers` are those that it was made with (see `named_waivers`), `reports` are
    renderings of it by member name (such as `report.txt`).
    The stream of the chain is the account unless given.
    """
    data = snapshot.dumps()
    _demand_belonging(hashlib.sha256(data).hexdigest(), policies, results)
    verdicts, results_sha256 = _packed(results)
    accepted = {} if waivers is None else waivers.files
    _demand_waivers(waivers, results)
    document = dict(snapshot.document)
    content = {
        container.SNAPSHOT: compressed.compress(data),
        container.RESULTS: verdicts,
        container.SCHEMAS: compressed.compress(canonical(dict(schemas().documents))),
        container.PARAMS: canonical({each["id"]: each["params"] for each in results["run"]["policies"]}),
        container.COLLECTION: canonical(collection(document)),
        container.ATTESTATIONS: canonical(attested(document)),
        **{f"policies/{each.id}.yaml": policies.files[each.id].text.encode("utf-8") for each in policies},
        **{waiver_file(number): text.encode("utf-8") for number, text in enumerate(accepted.values(), start=1)},
        **(reports or {}),
    }
    place = chain or Chain(stream=snapshot.account_id)
    manifest: Document = {
        "schema_version": "1",
        "run": run_of(results["run"], results_sha256),
        "environment": environment(),
        "population": population(document),
        "outcome": outcome(results["summary"]["statuses"], waived=_waived(results)),
        "chain": {"stream": place.stream, "sequence": place.sequence, "previous": place.previous},
        "derived_from": derived_from,
    }
    content[container.README] = readme(manifest)
    manifest["files"] = listed(content)
    return _sealed(manifest, content)


def waiver_file(number: int) -> str:
    """The name of the file of waivers with that number, from 1."""
    return f"waivers/{number:04d}.yaml"


def named_waivers(waivers: Waivers) -> Waivers:
    """The waivers under the names that their files have in a bundle: what is said of them names no folder of ours."""
    texts = enumerate(waivers.files.values(), start=1)
    return Waivers.parse({waiver_file(number): text.encode("utf-8") for number, text in texts})


def _packed(results: Mapping[str, Any]) -> tuple[bytes, str]:
    """The results document as `sec02 evaluate --format json` writes it: compressed, and the SHA-256 of it as it is."""
    digest = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        for piece in written(results["results"], lambda: {n: each for n, each in results.items() if n != "results"}):
            digest.update(piece)
            yield piece

    return compressed.compress_pieces(pieces()), digest.hexdigest()


def _sealed(manifest: Document, content: Mapping[str, bytes]) -> Bundle:
    try:
        demand("urn:sec02:schema:manifest", manifest, "manifest.schema", container.MANIFEST)
    except BundleError as fault:
        raise InputError("bundle", fault.what, "a snapshot and results of this version") from None
    plain: Json = manifest
    return Bundle(manifest=manifest, members={**content, container.MANIFEST: canonical(plain)})


def _waived(results: Mapping[str, Any]) -> int:
    return sum(row["status"] == Status.FAIL and row["waived_by"] is not None for row in results["results"])


def _demand_waivers(waivers: Waivers | None, results: Mapping[str, Any]) -> None:
    """The results must be of exactly these waivers, or a replay would give others."""
    given = Counter[str | None]()
    if waivers is not None:
        given.update(each.id for each in waivers.items)
        given.update(each.id for each in waivers.malformed)
    if given != Counter(each["id"] for each in results["run"]["waivers"]):
        raise InputError("results", "of other waivers", "the same --waivers as `sec02 evaluate` had")


def _demand_belonging(snapshot_sha256: str, policies: PolicySet, results: Mapping[str, Any]) -> None:
    run = results["run"]
    if run["tool"]["version"] != VERSION:
        raise InputError(
            "results", f"of version {run['tool']['version']}", f"results of {VERSION}, which archives them"
        )
    if run["snapshot_sha256"] != snapshot_sha256:
        raise InputError("results", "of another snapshot", "the results of this snapshot")
    judged = [(each["id"], each["sha256"]) for each in run["policies"]]
    if judged != [(each.id, each.sha256) for each in policies]:
        raise InputError(
            "results", "of other policies", "the same --policies, --select and --ignore as `sec02 evaluate` had"
        )
    if run["evaluated_at"] < run["collected_at"]:
        raise InputError("results", "evaluated before the snapshot was collected", "a clock at or after collected_at")
