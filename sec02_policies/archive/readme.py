"""The README.txt of a bundle: what it proves to an auditor, how to check it, and what it cannot prove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT = """\
EVIDENCE OF AN EVALUATION OF AWS WELL-ARCHITECTED SEC02
=======================================================

What was judged
  account        {account} ({partition})
  organization   {organization}
  collected at   {collected_at}
  collected by   {principal}
  regions        {regions}
  services       {services}
  requests       {requests} for {operations} operations: {by_status}
  items          {items}
{counts}{gaps}
By what
  sec02-policies {version}, engine {engine}, {policies} policies, clock {evaluated_at}

With which outcome
  {result}: {statuses}
  waived: {waived}

The place in its chain
  stream {stream}, number {sequence}, after {previous}
{derived}
What is in it
  manifest.json          the list of all files with size and SHA-256; its own SHA-256 is the bundle's id
  attestation.dsse.json  the signature: an in-toto statement about manifest.json (where the bundle is signed)
  timestamp.tsr          an RFC 3161 answer over attestation.dsse.json (where it is timestamped)
  snapshot.json.gz       what AWS answered, normalized
  collection.json        every API call with pages, items and status; independent counts; gaps
  attestations.json      what people said that no API tells: who, when, and where the evidence is
  policies/, params.json the rules as they were used, and the values of their parameters
  waivers/               what somebody accepted, with owner, reason and end (where there were any)
  schemas.json.gz        what each field means and which API call fills it
  results.json.gz        the verdict of each policy on each resource, with the values that decided it
  report.*               the results for reading; results.json.gz is what counts

How to check it
  sec02 verify BUNDLE --trusted-key KEY.pub --replay
  Get KEY.pub from the signer by another way than this bundle. Without our tool: docs/verify-by-hand.md of the project
  needs only unzip, sha256sum, openssl and jq.

What it proves
  intact       no byte has changed since the manifest was written
  signed       the holder of the key stands for exactly these files
  chained      no bundle before this one was removed or exchanged
  timestamped  the signature existed at the time that the authority names
  reproduced   these policies, on this snapshot, give exactly these results

What it cannot prove
  - That AWS answered truthfully, or that the collector was given the whole account to see. Compare the scope above, the
    independent counts and the gaps in collection.json with what you know of the account.
  - When it was collected. The times above are of the collector's clock; a timestamp is of another's, and tells only
    that the signature is not younger.
  - That the holder of the key is honest: with the key, a whole consistent history can be written anew.
  - That this is the newest bundle. A tail that was removed shows only against an id that you noted earlier
    (--expect-head), a store that cannot delete (S3 Object Lock in compliance mode) or a timestamp.
  - Anything that could not be read. It is listed as a gap, and the results that need it are `unknown`.
"""


def readme(manifest: Mapping[str, Any]) -> bytes:
    """The text for an auditor, made of what the manifest says."""
    run, people, chain = manifest["run"], manifest["population"], manifest["chain"]
    scope, calls, end = people["scope"], people["calls"], manifest["outcome"]
    return _TEXT.format(
        account=run["account_id"],
        partition=_plain(run["partition"]),
        organization=_plain(run["organization_id"] or "none"),
        collected_at=run["collected_at"],
        principal=_plain(people["collector"]["principal_arn"] or "not known"),
        regions=_plain(", ".join(scope["regions"])) or "none",
        services=_plain(", ".join(scope["services"])) or "all",
        requests=calls["requests"],
        operations=calls["operations"],
        by_status=_numbers(calls["by_status"]),
        items=calls["items"],
        counts=_counts(people["counts"]),
        gaps=_gaps(people["gaps"]),
        version=run["tool"]["version"],
        engine=run["engine"],
        policies=len(run["policies"]),
        evaluated_at=run["evaluated_at"],
        result=end["result"],
        statuses=_numbers(end["statuses"]),
        waived=end["waived"],
        stream=chain["stream"],
        sequence=chain["sequence"],
        previous=chain["previous"] or "none: it is the first",
        derived=_derived(manifest["derived_from"]),
    ).encode("ascii")


def _plain(text: str) -> str:
    """The text in printable ASCII on one line: names come from the account."""
    return ascii(text)[1:-1]


def _numbers(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {_plain(name)}" for name, count in counts.items()) or "none"


def _counts(counts: Mapping[str, Any]) -> str:
    return "".join(
        f"  counted        {_plain(kind)}: {each['listed']} listed, {each['independent']} by {_plain(each['source'])}\n"
        for kind, each in sorted(counts.items())
    )


def _gaps(gaps: list[dict[str, Any]]) -> str:
    if not gaps:
        return "  gaps           none\n"
    lines = [f"    {each['count']} x {_plain(each['api'])}: {_plain(each['code'] or each['kind'])}\n" for each in gaps]
    return "  not read:\n" + "".join(lines)


def _derived(origin: Mapping[str, Any] | None) -> str:
    if origin is None:
        return ""
    return (
        "\nWhat was redacted\n"
        f"  {origin['redacted']}, from the bundle {origin['bundle_id']}.\n"
        "  Names are replaced by keyed pseudonyms; the statuses are those of the original.\n"
    )
