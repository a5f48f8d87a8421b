"""Which texts look like secrets: what the detector says, less what only refers to a secret; the text itself is dropped.

The detector is bc-detect-secrets (docs/adr/0009), from the extra `secrets`. Its plugins are asked one by one: its
scanner may try what it finds at the service that it belongs to, and no secret leaves this machine.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._outcome import Failure, Partial, Record
from sec02_policies.model import NO_DETECTOR, GapKind
from sec02_policies.snapshot.pseudonym import keyed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LONGEST_TEXT = 1 << 20
_LONGEST_LINE = 4096
_SHORTEST = 6
_SHORTEST_WORD = 8
_KEYWORD = "secret-keyword"
_PRIVATE_KEY = "private-key"

# Plugins whose names are the same in every release of the detector. Entropy is not among them: of hashes, ids and
# image digests it cannot tell a secret, and these are most of what such texts hold.
_PLUGINS = (
    "artifactory.ArtifactoryDetector",
    "aws.AWSKeyDetector",
    "azure_storage_key.AzureStorageKeyDetector",
    "basic_auth.BasicAuthDetector",
    "cloudant.CloudantDetector",
    "discord.DiscordBotTokenDetector",
    "github_token.GitHubTokenDetector",
    "jwt.JwtTokenDetector",
    "mailchimp.MailchimpDetector",
    "npm.NpmDetector",
    "private_key.PrivateKeyDetector",
    "sendgrid.SendGridDetector",
    "slack.SlackDetector",
    "square_oauth.SquareOAuthDetector",
    "stripe.StripeDetector",
    "twilio.TwilioKeyDetector",
)

# A value that says where the secret is, or that something else fills in.
_REFERENCE = re.compile(
    r"arn:|\{\{|!\w|Fn::|/|\./|~/|alias/|s3://|(?:ssm|secretsmanager|vault|aws\.secretsmanager|sm|ref|env|file|valueFrom):"
    r"|https?://|%\w+%|.*\$\{|.*\$\(|\$|.*\{\{|<|\{|\[|\*{3}|(?i:xxx|your[-_]|redacted|null$|none$|undefined$|nil$"
    r"|true$|false$|yes$|no$|enabled?$|disabled?$|required$|optional$|string$|securestring$|noecho$)"
)
# What such a name names is not the secret: its name, its place, its length, its life.
_ABOUT = re.compile(
    r"(?:arns?|names?|ids?|ur[il]s?|paths?|files?|dirs?|params?|parameters?|keyids?|regions?|ttl|expir\w*|timeouts?|length|types?"
    r"|polic(?:y|ies)|endpoints?|issuers?|audiences?|headers?|fields?|prefix(?:es)?|suffix(?:es)?|versions?|count|limit|size|seconds"
    r"|minutes|hours|days|age|algorithms?|algo|buckets?|tables?|enabled|disabled|required|rotation|provider|store|source|mode"
    r"|location|format|scopes?|class|manager|description|hint|label|attribute|validity|lifetime|refs?|references?|host|port)$"
    r"|tokenizer|publickey|maxtoken|tokens$|nopassword|passwordless"
)
_NAME_BEFORE = re.compile(r"([\w.\-]+)[\"'\]]*\s*(?::=|[:=!]=*>?|\()\s*[\"'`@]*$")
_END_OF_KEY = "-----END"


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A part of a text that looks like a secret, and by which rule."""

    rule: str
    secret: str


class SecretFinder:
    """Finds secrets in texts, and tells of each only the rule, the place and a keyed hash of the text."""

    def __init__(self, key: bytes | None = None) -> None:
        """With the same `key`, the same secret has the same hash in every snapshot; without, in this run alone."""
        self._key = key or secrets.token_bytes(32)

    def in_values(self, values: Mapping[str, str], api: str, *, owner: str = "") -> list[Record] | Failure:
        """The secrets among values by name, such as environment variables; `owner` is what has them."""
        found = [
            self._found(f"{owner}{name}", each)
            for name, value in values.items()
            for each in _suspects_of_value(name, value)
        ]
        return _sorted(found) if _detector() or not values else _missing(api)

    def in_texts(self, texts: Iterable[tuple[str, str]], api: str) -> list[Record] | Partial | Failure:
        """The secrets in texts, each with what it is called ("" for the only one), by line."""
        texts = [(name, text) for name, text in texts if text]
        if texts and not _detector():
            return _missing(api)
        found: list[Record] = []
        whole = True
        for name, text in texts:
            whole = whole and len(text) <= _LONGEST_TEXT
            prefix = f"{name}, " if name else ""
            for number, suspect in _suspects_of_text(text[:_LONGEST_TEXT]):
                found.append(self._found(f"{prefix}line {number}", suspect))
        if whole:
            return _sorted(found)
        return Partial(items=_sorted(found), failure=Failure(api=api, code="TextTooLong", kind=GapKind.TRUNCATED))

    def _found(self, location: str, suspect: _Suspect) -> Record:
        return {"rule": suspect.rule, "location": location, "hash": keyed(self._key, "finding", suspect.secret)}


def _missing(api: str) -> Failure:
    return Failure(api=api, code=NO_DETECTOR, kind=GapKind.FAILED)


def _sorted(found: list[Record]) -> list[Record]:
    """By place and rule: a hash is another one in each run, and an order by it would be too."""
    seen: dict[tuple[str, str], Record] = {}
    for each in found:
        seen.setdefault((each["location"], each["hash"]), each)
    return sorted(seen.values(), key=lambda each: (_place(each["location"]), each["rule"]))


def _place(location: str) -> tuple[tuple[int, int | str], ...]:
    """A key under which line 9 is before line 10."""
    parts = re.split(r"([0-9]+)", location)
    return tuple((1, int(part)) if part.isascii() and part.isdigit() else (0, part) for part in parts)


# ------------------------------------------------------------ what the detector is asked


@dataclass(frozen=True, slots=True)
class _Detector:
    """The detector's plugins, by the name of their rule, and its patterns for names such as `password`."""

    plugins: tuple[tuple[str, Any], ...]
    keyword: Any
    patterns: tuple[Any, Any]


@cache
def _detector() -> _Detector | None:
    """The detector, None where the extra is not installed."""
    from importlib import import_module

    try:
        modules = [import_module(f"detect_secrets.plugins.{each.partition('.')[0]}") for each in _PLUGINS]
        keyword = import_module("detect_secrets.plugins.keyword")
    except ImportError:
        return None
    plugins = [getattr(module, each.partition(".")[2])() for module, each in zip(modules, _PLUGINS, strict=True)]
    return _Detector(
        tuple((re.sub(r"[^a-z0-9]+", "-", each.secret_type.lower()).strip("-"), each) for each in plugins),
        keyword.KeywordDetector(),
        (keyword.CONFIG_DENYLIST_REGEX_TO_GROUP, keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP),
    )


def _suspects_of_value(name: str, value: str) -> Iterator[_Suspect]:
    """What looks like a secret in a value of that name: the value itself, or a part of it."""
    detector = _detector()
    if detector is None or (_is_reference(value) and value[:1] not in ("{", "[")):
        return
    lines = value[:_LONGEST_TEXT].split("\n")
    for number, line in enumerate(lines):
        yield from _known_kinds(detector, f"{name}={line}"[:_LONGEST_LINE], "\n".join(lines[number:]))
    if len(lines) == 1 and _is_named_secret(detector, name) and _is_password(value, _SHORTEST):
        yield _Suspect(_KEYWORD, value)
        return
    for line in lines:
        yield from _named_parts(detector, line[:_LONGEST_LINE])


def _suspects_of_text(text: str) -> Iterator[tuple[int, _Suspect]]:
    """What looks like a secret in a text, with the number of its line."""
    detector = _detector()
    if detector is None:
        return
    lines = text.splitlines()
    for number, whole in enumerate(lines, start=1):
        for start in range(0, max(len(whole), 1), _LONGEST_LINE):
            line = whole[start : start + _LONGEST_LINE]
            for each in _known_kinds(detector, line, "\n".join(lines[number - 1 : number + 99])):
                yield number, each
            for each in _named_parts(detector, line):
                yield number, each


def _known_kinds(detector: _Detector, line: str, rest: str) -> Iterator[_Suspect]:
    """The secrets of known form in a line; `rest` is the text from it on, for a key of many lines."""
    for rule, plugin in detector.plugins:
        if rule == _PRIVATE_KEY:
            block = _key_block(rest) if "PRIVATE KEY" in line else ""
            yield from [_Suspect(rule, block)] if any(plugin.analyze_string(block)) else []
            continue
        for secret in plugin.analyze_string(line):
            if secret and not _is_reference(secret):
                yield _Suspect(rule, secret)


def _key_block(text: str) -> str:
    """The private key that begins in the first line, without what a file around it puts before its lines."""
    return "\n".join(each.strip() for each in text.partition(_END_OF_KEY)[0].splitlines())


def _named_parts(detector: _Detector, line: str) -> Iterator[_Suspect]:
    """The values in a line that stand behind a name such as `password`."""
    if _is_call(line):
        return
    for patterns in detector.patterns:
        for secret in detector.keyword.analyze_string(line, patterns):
            place = line.find(secret)
            named = _NAME_BEFORE.search(line[:place])
            value = secret.split()[0].rstrip(",;\\)") if secret.split() else ""
            prose = len(secret.split()) > 1 and line[:place].endswith(" ")
            if named and not prose and not _is_about(named[1]) and _is_password(value, _SHORTEST_WORD):
                yield _Suspect(_KEYWORD, value)


def _is_named_secret(detector: _Detector, name: str) -> bool:
    """Whether the detector takes a value of that name for a secret, whatever the value is."""
    said = detector.keyword.analyze_string(f"{name}=a1b2c3d4", detector.patterns[0])
    return any(said) and not _is_about(name)


def _is_about(name: str) -> bool:
    return _ABOUT.search(re.sub(r"[^a-z0-9]", "", name.lower())) is not None


def _is_reference(value: str) -> bool:
    """Whether the value only says where the secret is; a URL with a password in it says more."""
    return _REFERENCE.match(value) is not None and not re.match(r"https?://[^/\s]*:[^/\s]+@", value)


def _is_password(value: str, shortest_word: int) -> bool:
    """Whether the value may be a password: long enough, no number, and not just a short word."""
    if len(value) < _SHORTEST or _is_reference(value) or not any(each.isalpha() for each in value):
        return False
    return len(value) >= shortest_word or not value.islower() or not value.isalpha()


def _is_call(line: str) -> bool:
    """Whether a program asks something for the secret there: `password = vault.read(...)`."""
    return re.search(r"[=:]\s*[\w.]+\(.*\)|[=:]\s*[\w.]+\[.*\]\s*;?$|\bread\s+-\w*s", line) is not None
