"""The commands of a policy with the values of one resource in them; a value that is unfit for its place is missing."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from sec02_policies.remediation.plan import Command, Document, Missing, Part, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLACEHOLDERS = frozenset(
    {
        "ACCOUNT",
        "ACL",
        "ADDRESS",
        "ANALYZER",
        "ANCHOR",
        "APPLICATION",
        "ARN",
        "AUDIENCE",
        "CERTIFICATE",
        "CLIENT",
        "CODE",
        "CREDENTIAL",
        "DIRECTORY",
        "DOCUMENT",
        "DOMAIN",
        "FAMILY",
        "FINDING",
        "FUNCTION",
        "GROUP",
        "ID",
        "INSTANCE",
        "JOB",
        "KEY",
        "LOG_GROUP",
        "NAME",
        "NUMBER",
        "PERMISSION_SET",
        "POLICY",
        "POOL",
        "PRINCIPAL",
        "PROFILE",
        "PROJECT",
        "PROVIDER",
        "REGION",
        "REPLACEMENT",
        "REVISION",
        "ROLE",
        "ROOT",
        "RULE",
        "SECRET",
        "SERIAL",
        "SERVICE",
        "SNAPSHOT",
        "STACK",
        "STORE",
        "TARGET",
        "TEAM",
        "TEMPLATE",
        "TEXT",
        "TITLE",
        "TOPIC",
        "TRAIL",
        "TRUST",
        "URL",
        "USER",
        "VALUE",
        "VERSION",
    }
)
"""The words in capitals that stand for a value; others are values of AWS."""

LITERAL_OPTIONS = frozenset({"--type", "--principal-type", "--target-type", "--certificate-authority-type"})
"""Options whose values AWS writes in capitals too."""

GLOBAL_SERVICES = frozenset({"account", "iam", "organizations", "sts"})
"""Services that answer in one place, whatever region the resource is in."""

_HOLE = re.compile(r"(?<![A-Za-z0-9_])(?<!Type=)(?:" + "|".join(sorted(PLACEHOLDERS)) + r")(?![A-Za-z0-9_])")
_EXAMPLE = re.compile(r"example\.com|111122223333|444455556666|198\.51\.100\.|/aws/directoryservice/")
_WITHIN = re.compile(r"[A-Za-z0-9_.:/@+-]*")
_LOADED = ("file://", "fileb://", "http://", "https://")
"""Prefixes at which the AWS CLI reads a file or an address in place of the value."""


def commands(template: str | None, values: Mapping[str, str], *, region: str, step: str) -> tuple[Command, ...]:
    """The commands of a template, one for each line; lines that are no command of the AWS CLI are left out.

    `step` begins the names of documents, so that two resources never share one. A regional command gets its region.
    """
    lines = (template or "").splitlines()
    return tuple(_command(words, values, region, step) for words in map(shlex.split, lines) if words[:1] == ["aws"])


def _command(words: list[str], values: Mapping[str, str], region: str, step: str) -> Command:
    found: list[Word] = []
    before = ""
    for word in words:
        found.append((word,) if before in LITERAL_OPTIONS else _word(word, before, values, step))
        before = word
    if region != "global" and "--region" not in words and words[1] not in GLOBAL_SERVICES:
        found += [("--region",), (region,)]
    return Command(words=tuple(found))


def _word(word: str, option: str, values: Mapping[str, str], step: str) -> Word:
    for scheme in ("file://", "fileb://"):
        if word.startswith(scheme):
            return (Document(scheme=scheme, name=f"{step}-{word.removeprefix(scheme)}"),)
    if _EXAMPLE.search(word):
        return (Missing(name="VALUE", example=word),)
    return tuple(_parts(word, option, values))


def _parts(word: str, option: str, values: Mapping[str, str]) -> Iterator[Part]:
    """The word's text, and at each placeholder its value, or that it is missing; the option's own value goes first."""
    end = 0
    for hole in _HOLE.finditer(word):
        if hole.start() > end:
            yield word[end : hole.start()]
        end = hole.end()
        value = values.get(f"{option} {hole[0]}", values.get(hole[0]))
        whole = hole.span() == (0, len(word))
        yield Missing(name=hole[0]) if value is None or not _fits(value, whole=whole) else value
    if end < len(word):
        yield word[end:]


def _fits(value: str, *, whole: bool) -> bool:
    """Whether the AWS CLI would take the value as it is: no option, no file, and within a list nothing that ends it."""
    if not value or "\0" in value or value.startswith("-") or value.startswith(_LOADED):
        return False
    return whole or _WITHIN.fullmatch(value) is not None
