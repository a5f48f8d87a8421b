"""Attestations: what no API tells, as people state it in a YAML file; merged into the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.catalog import read_yaml
from sec02_policies.collect._values import timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from sec02_policies.catalog import YamlFile
    from sec02_policies.collect._outcome import Record

_SCHEMA = "urn:sec02:schema:attestations"


def load_attestations(data: bytes, path: str, *, now: datetime) -> list[Record]:
    """The attestations in `data`, in the order of their keys and times; raises `PolicyError` at the first defect."""
    file = read_yaml(data, path, _SCHEMA)
    found: list[Record] = file.value["attestations"]
    _demand_past(found, file, str(timestamp(now)))
    _demand_distinct(found, file)
    return sorted(found, key=lambda each: (each["key"], each["at"]))


def _demand_past(found: list[Record], file: YamlFile, now: str) -> None:
    for number, each in enumerate(found):
        if each["at"] > now:
            file.refuse(("attestations", number, "at"), "a time in the future", f"when it was seen, at most {now}")


def _demand_distinct(found: list[Record], file: YamlFile) -> None:
    seen: set[tuple[str, str]] = set()
    for number, each in enumerate(found):
        said = each["key"], each["at"]
        if said in seen:
            what = f"a second attestation of {each['key']} at that time"
            file.refuse(("attestations", number), what, "one for each key and time; the newest counts")
        seen.add(said)
