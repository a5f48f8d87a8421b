"""`--redact`: which names are replaced by pseudonyms, under which key, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sec02_policies.cli.files import read
from sec02_policies.cli.options import all_policies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sec02_policies.snapshot.pseudonym import Pseudonyms


class Redacted(StrEnum):
    """What is replaced by pseudonyms."""

    NAMES = "names"
    ALL = "all"


Redact = Annotated[
    Redacted | None,
    typer.Option(help="Write pseudonyms for names; all: for account ids too. The same key gives the same ones."),
]
RedactKey = Annotated[
    Path | None, typer.Option("--redact-key", metavar="FILE", help="The key of --redact: at least 16 random bytes.")
]
RedactKeep = Annotated[
    list[str] | None,
    typer.Option("--redact-keep", help="A word, or a tag key=value, that --redact leaves. Repeatable."),
]


@dataclass(frozen=True, kw_only=True)
class Redaction:
    """How a snapshot is redacted; `keep` are the words that stay."""

    profile: Redacted
    key: bytes
    keep: frozenset[str]

    def document(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The snapshot document with pseudonyms."""
        from sec02_policies.snapshot.redact import Profile, redact

        return redact(document, self.key, profile=Profile(self.profile.value), keep=self.keep)

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """The pseudonyms of the key, for what is not in a snapshot."""
        from sec02_policies.snapshot.pseudonym import Pseudonyms

        return Pseudonyms(self.key, accounts=self.profile is Redacted.ALL, public=self.keep)


def redaction_from(profile: Redacted | None, key: Path | None, keep: Sequence[str] | None) -> Redaction | None:
    """What the options ask for; None where nothing is redacted."""
    if profile is None:
        if key is not None or keep:
            raise typer.BadParameter("--redact-key and --redact-keep are for --redact: give it too.")
        return None
    if key is None:
        raise typer.BadParameter(
            "without a key nothing can be compared: give --redact-key FILE.", param_hint="--redact"
        )
    kept = frozenset({*(keep or ()), *asked_for()})
    found = Redaction(profile=profile, key=read(key, "a key").rstrip(b"\r\n"), keep=kept)
    _ = found.pseudonyms  # refuses a key that is too short, before anything is read
    return found


def asked_for() -> Iterator[str]:
    """The words that the packaged policies ask for by name, such as the tag purpose=break-glass: they stay."""
    for policy in all_policies(None):
        for param in policy.params.values():
            value = param.default
            yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))
