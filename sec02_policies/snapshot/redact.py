"""Snapshot document -> the same with pseudonyms for names, so that it may be shown to others and still be judged.

What AWS itself named stays: services, actions, condition keys, states, the policies that AWS manages. Every other word
becomes a keyed pseudonym, everywhere the same, inside statements too. The exact texts of policy documents go, and a gap
of kind `redacted` says so; their statements stay, so that the verdicts do.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sec02_policies.errors import InputError
from sec02_policies.snapshot.canonical import digest
from sec02_policies.snapshot.pseudonym import Pseudonyms
from sec02_policies.snapshot.schema import schemas

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sec02_policies.snapshot.schema import Schema

Record = dict[str, Any]

_API, _CODE = "sec02:Redact", "Redacted"
# Members whose text is a word of AWS: a state, a kind, a region, a service, an action.
_PUBLIC_MEMBER = re.compile(
    r"(?:.+_)?(?:regions?|status|state|kind|type|mode|tier|method|services?|service_name|resolution|schedule)"
    r"|partition|version|version_id|default_version_id|effect|operator|set|actions|not_actions|stages"
    r"|explicit_auth_flows|allowed_oauth_flows|lambda_triggers|enabled_policy_types|root_features"
)
_MANAGED_MEMBERS = ("id", "name", "arn", "path", "policy_id")
# The values of these operators are no names. https://docs.aws.amazon.com/IAM/latest/UserGuide/
# reference_policies_elements_condition_operators.html
_PLAIN_OPERATOR = re.compile(r"numeric.+|date.+|bool|null|ipaddress|notipaddress")
_PLAIN_KEYS = frozenset({"aws:principaltype", "aws:requestedregion", "aws:tagkeys"})
_PATTERN_LISTS = ("resources", "not_resources")
_WILD = re.compile(r"[*?]")
_LAST = "\U0010ffff"


class Profile(StrEnum):
    """What is replaced: names, or account ids too."""

    NAMES = "names"
    ALL = "all"


def redact(document: Mapping[str, Any], key: bytes, *, profile: Profile, keep: Collection[str] = ()) -> Record:
    """The snapshot document with pseudonyms of that key; raises `InputError` for a short key or a redacted snapshot.

    `keep` are words that stay, and tags in the form key=value whose value stays: what policies ask for by its name.
    """
    if "redaction" in document:
        raise InputError("snapshot", "redacted already", "the snapshot that it was made from")
    public = {*keep, *_managed_words(document["resources"])}
    pseudonyms = Pseudonyms(key, accounts=profile is Profile.ALL, public=public)
    whole = _Redaction(pseudonyms, keep=frozenset(keep), known=_known_texts(document["resources"])).document(document)
    whole["redaction"] = {
        "profile": profile.value,
        "key_id": pseudonyms.key_id,
        "derived_from": digest(dict(document)),
    }
    return whole


_EXTERNAL_ID = "sts:externalid"
_ACCOUNT_NUMBER = re.compile(r"[0-9]{4}-?[0-9]{4}-?[0-9]{4}")
_FOLDED_WORD = re.compile(r"[a-z0-9]{2,}")


class _Redaction:
    """One pass over a snapshot; `known` are the texts that a wildcard may match, in order, and whether they stay."""

    def __init__(self, pseudonyms: Pseudonyms, *, keep: frozenset[str], known: list[tuple[str, bool]]) -> None:
        self._pseudonyms = pseudonyms
        self._text = pseudonyms.text
        self._keep = keep
        self._known = known
        self._losses: dict[tuple[str, str], tuple[str, ...]] = {}

    def document(self, document: Mapping[str, Any]) -> Record:
        gaps: list[Record] = []
        resources = {}
        for kind, items in document["resources"].items():
            gaps += [gap for item in items for gap in self._text_gaps(kind, item)]
            resources[kind] = sorted((self._record(kind, item) for item in items), key=lambda each: str(each["id"]))
        gaps.sort(key=lambda each: (each["collection"], each["resource_id"], each["field"]))
        numbered = [{"id": f"r{number:05d}", **gap} for number, gap in enumerate(gaps, start=1)]
        return {
            **document,
            "scope": self._member("scope", document["scope"]),
            "collector": self._member("collector", document["collector"]),
            "resources": resources,
            "attestations": [self._attestation(each) for each in document["attestations"]],
            "sections": [self._about(each) for each in document["sections"]],
            "gaps": [*(self._about(each) for each in document["gaps"]), *numbered],
        }

    def _about(self, said: Record) -> Record:
        """A section or a gap: it names nothing but an account, a resource, and who read it."""
        named = {name: said[name] for name in ("account_id", "resource_id") if said.get(name) is not None}
        reader = {"read_by": self._member("collector", said["read_by"])} if "read_by" in said else {}
        return {**said, **{name: self._text(value) for name, value in named.items()}, **reader}

    def _attestation(self, said: Record) -> Record:
        return {**said, "by": self._text(said["by"]), "evidence_ref": self._text(said["evidence_ref"])}

    # ------------------------------------------------------------ any value

    def _member(self, place: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """The value of a member; `place` is the type that holds it, and the path to it, joined by dots."""
        if isinstance(value, str):
            return value if _is_public(place, value) else self._text(value)
        if isinstance(value, list):
            return [self._member(place, each) for each in value]
        return self._record(_children().get(place, place), value) if isinstance(value, dict) else value

    def _record(self, place: str, record: Record) -> Record:
        if record.keys() == {"key", "value"}:
            return self._tag(record)
        if "operator" in record and "values" in record:
            return self._condition(record)
        managed = _is_managed(record)
        kept = {name: record[name] for name in _MANAGED_MEMBERS if name in record} if managed else {}
        changed: Record = {
            name: self._policy_document(f"{place}.{name}", value, managed=managed)
            if _is_document(value)
            else self._folded(value)
            if name == "folded_name"
            else self._member(f"{place}.{name}", value)
            for name, value in record.items()
            if name not in kept
        }
        for name in _PATTERN_LISTS:
            if name in changed and "actions" in record:
                changed[name] = self._patterns(record[name], changed[name])
        return {**changed, **kept}

    def _tag(self, tag: Record) -> Record:
        kept = f"{tag['key']}={tag['value']}" in self._keep
        return tag if kept else {**tag, "value": self._text(tag["value"])}

    # ------------------------------------------------------------ policy documents

    def _policy_document(self, place: str, document: Record, *, managed: bool) -> Record:
        if managed:
            statements = [self._managed_statement(each) for each in document.get("statements", ())]
            return {**document, **({"statements": statements} if "statements" in document else {})}
        return self._record(place, {name: value for name, value in document.items() if name != "text"})

    def _managed_statement(self, statement: Record) -> Record:
        """A statement of AWS's own stays as it is, and matches what it matched."""
        matched = {name: self._patterns(statement[name], statement[name]) for name in _PATTERN_LISTS}
        return {**statement, **matched}

    def _condition(self, condition: Record) -> Record:
        key = self._pseudonyms.condition_key(condition["key"])
        if _PLAIN_OPERATOR.fullmatch(condition["operator"]) or key in _PLAIN_KEYS:
            return {**condition, "key": key}
        changed = [self._external_id(each) if key == _EXTERNAL_ID else self._text(each) for each in condition["values"]]
        return {**condition, "key": key, "values": self._patterns(condition["values"], changed)}

    def _external_id(self, value: str) -> str:
        """A pseudonym as long as the external id, or an account number for one: no weak one looks strong."""
        if _ACCOUNT_NUMBER.fullmatch(value):
            number = self._text(value.replace("-", ""))
            return "-".join((number[:4], number[4:8], number[8:])) if "-" in value else number
        return self._text(value)[: len(value)]

    def _folded(self, name: str) -> str:
        """A name without separators, of which the words stay that policies look for in it."""
        words = sorted((each for each in self._keep if _FOLDED_WORD.fullmatch(each)), key=len, reverse=True)
        kept = re.compile(f"({'|'.join(words) or '(?!)'})")
        # The digit ends a pseudonym: by chance it could end as one of the words does.
        parts = (
            part if number % 2 else f"{self._text(part).lower()}0"
            for number, part in enumerate(kept.split(name))
            if part
        )
        return re.sub("[^a-z0-9]", "", "".join(parts))

    def _patterns(self, written: list[str], changed: list[str]) -> list[str]:
        """The changed patterns, and what the written ones match in this snapshot where the changed ones do not."""
        added = (text for old, new in zip(written, changed, strict=True) for text in self._lost(old, new))
        return list(dict.fromkeys([*changed, *added])) if any(map(_WILD.search, written)) else changed

    def _lost(self, old: str, new: str) -> tuple[str, ...]:
        """What the known texts become that the old pattern matches, but for what the new one matches by itself."""
        if (old, new) not in self._losses:
            self._losses[old, new] = tuple(text for text in self._matched(old) if not _matches(new, text))
        return self._losses[old, new]

    def _matched(self, pattern: str) -> Iterator[str]:
        """What the known texts become that a pattern with wildcards matches."""
        wild = _WILD.search(pattern)
        if wild is None or "${" in pattern:
            return
        start = pattern[: wild.start()]
        first, last = (bisect_left(self._known, each, key=itemgetter(0)) for each in (start, f"{start}{_LAST}"))
        # Nearly all are passed over by the longest piece between wildcards, at a fraction of the cost of a match.
        piece = max(_WILD.split(pattern), key=len)
        for text, stays in [each for each in self._known[first:last] if piece in each[0]]:
            if _matches(pattern, text):
                yield text if stays else self._text(text)

    def _text_gaps(self, kind: str, record: Record) -> Iterator[Record]:
        """A gap for each document whose text goes, of the resource and of those embedded in it."""
        if not _is_managed(record):
            for path in _document_paths(record):
                yield {
                    "collection": kind,
                    "account_id": self._text(record["account_id"]),
                    "region": record["region"],
                    "resource_id": self._text(record["id"]),
                    "field": f"{path}.text",
                    "api": _API,
                    "code": _CODE,
                    "kind": "redacted",
                }
        for member, child in _embedded(kind):
            for each in record.get(member) or ():
                yield from self._text_gaps(child, each)


# ---------------------------------------------------------------- what is where


def _is_public(place: str, text: str) -> bool:
    """Whether the text of the member at that place is a word of AWS."""
    said = _spoken_by_aws().get(place, frozenset())
    return said is None or text in said or _PUBLIC_MEMBER.fullmatch(place.rpartition(".")[2]) is not None


def _is_document(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("text"), str)


def _is_managed(record: Record) -> bool:
    """Whether the record is about something that AWS manages and everybody knows, such as ReadOnlyAccess."""
    arn = record.get("arn")
    return isinstance(arn, str) and arn.split(":")[4:5] == ["aws"]


def _document_paths(record: Record, prefix: str = "") -> Iterator[str]:
    """The paths of the policy documents in a record, not in its lists: what stands there is a type of its own."""
    for name, value in record.items():
        if _is_document(value):
            yield f"{prefix}{name}"
        elif isinstance(value, dict):
            yield from _document_paths(value, f"{prefix}{name}.")


@lru_cache(maxsize=256)
def _embedded(kind: str) -> tuple[tuple[str, str], ...]:
    """The members of the type that hold resources of other types, with those types."""
    places = (each.rpartition(".") for each in _children())
    return tuple((member, _children()[f"{parent}.{member}"]) for parent, _, member in places if parent == kind)


@lru_cache(maxsize=1)
def _children() -> Mapping[str, str]:
    """The type of the resources that stand in others, by their place."""
    return {f"{parent}.{member}": info.name for info in schemas().types.values() for parent, member in info.view_of}


def _known_texts(resources: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """What a wildcard may match, and whether it stays: ids, ARNs, and the patterns that another one may cover."""
    found: set[tuple[str, bool]] = set()
    for resource in (each for items in resources.values() for each in items):
        stays = _is_managed(resource)
        found |= {(text, stays) for text in _texts_of(resource, ("id", "arn", *_PATTERN_LISTS)) if text != "*"}
    return sorted(found)


def _managed_words(resources: Mapping[str, Any]) -> set[str]:
    """The words in the ARNs of what AWS manages; users like to name their own after them."""
    arns = (each.split(":", 5) for each in _texts_of(resources, ("arn",)))
    return {word for parts in arns if parts[4:5] == ["aws"] for word in parts[5].split("/")}


def _texts_of(value: Any, names: Collection[str]) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """The texts of the members of these names, wherever they are."""
    if isinstance(value, list):
        for each in value:
            yield from _texts_of(each, names)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name in names:
                yield from (each for each in (member if isinstance(member, list) else [member]) if _is_text(each))
            if isinstance(member, (dict, list)):
                yield from _texts_of(member, names)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _matches(pattern: str, text: str) -> bool:
    """Whether the pattern surely matches all that the text, which may be a pattern too, stands for."""
    return pattern == text or _expression(pattern).fullmatch(text) is not None


@lru_cache(maxsize=1 << 14)
def _expression(pattern: str) -> re.Pattern[str]:
    # The leftmost place of each piece decides: atomic groups keep a hostile pattern from taking for ever.
    pieces = re.split(r"\*+", pattern)
    first, *rest = ("".join("[^*]" if each == "?" else re.escape(each) for each in piece) for piece in pieces)
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle if piece) + ".*" + last, re.DOTALL)


@lru_cache(maxsize=1)
def _spoken_by_aws() -> Mapping[str, frozenset[str] | None]:
    """The words that the schemas list as values, by their place; None where every text is one of AWS (`x-public`)."""
    found: dict[str, frozenset[str] | None] = {}
    for info in schemas().types.values():
        for place, words in _listed(schemas().resolve(info.reference), info.name):
            before = found.get(place, frozenset())
            found[place] = None if words is None or before is None else before | words
    return found


def _listed(schema: Schema, place: str) -> Iterator[tuple[str, frozenset[str] | None]]:
    if "$ref" in schema:
        if place not in _children():
            yield from _listed(schemas().resolve(schema["$ref"]), place)
        return
    if schema.get("x-public", False):
        yield place, None
    yield place, frozenset(each for each in schema.get("enum", ()) if isinstance(each, str))
    for name, member in schema.get("properties", {}).items():
        yield from _listed(member, f"{place}.{name}")
    for inner in (*schema.get("oneOf", ()), schema.get("items")):
        if isinstance(inner, dict):
            yield from _listed(inner, place)
