"""How CEL text falls into tokens: names, numbers, strings and their escapes, operators, comments."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sec02_policies.cel.syntax import Span
from sec02_policies.errors import CompileError

if TYPE_CHECKING:
    from typing import NoReturn


class TokenKind(StrEnum):
    """What a token is; punctuation is its own text."""

    NAME = "name"
    QUOTED_NAME = "quoted name"
    INT = "int"
    UINT = "uint"
    DOUBLE = "double"
    STRING = "string"
    BYTES = "bytes"
    PUNCTUATION = "punctuation"
    END = "end of the expression"


@dataclass(frozen=True, slots=True)
class Token:
    """One token and where it stands; `end` is exclusive."""

    kind: TokenKind
    text: str
    start: int
    end: int


_TOKEN = re.compile(
    r"""
    (?P<skip>(?:[ \t\n\f\r]+|//[^\n]*)+)
  | (?P<string>[rRbB]{0,2}(?:'''|\"\"\"|'|\"))
  | (?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
  | (?P<double>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
  | (?P<int>0x[0-9a-fA-F]+|[0-9]+)(?P<u>[uU]?)
  | (?P<quoted>`[^`\n\r]*`)
  | (?P<punctuation>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]{}])
    """,
    re.VERBOSE,
)
_QUOTED_NAME = re.compile(r"[a-zA-Z0-9_./ -]+")
_NAME_CHARACTER = re.compile(r"[_a-zA-Z0-9]")
_BODY = {
    (quote, raw): re.compile(
        (r"[^Q\n\r]*(?=Q)" if raw else r"(?:[^Q\\\n\r]|\\.)*(?=Q)").replace("Q", quote)
        if len(quote) == 1
        else (r".*?(?=Q)" if raw else r"(?:[^\\]|\\.)*?(?=Q)").replace("Q", quote),
        re.DOTALL,
    )
    for quote in ("'", '"', "'''", '"""')
    for raw in (False, True)
}
_PREFIXES = frozenset({"", "r", "b", "br", "rb"})
_HINTS = {
    "=": "to compare, write ==",
    "&": "for 'and', write &&",
    "|": "for 'or', write ||",
    ";": "one expression, without ;",
    "$": "names consist of letters, digits and _",
    "@": "names consist of letters, digits and _",
    "#": "a comment starts with //",
    "~": "for a regular expression, write x.matches('pattern')",
}
_SIMPLE_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "?": "?", '"': '"', "'": "'", "`": "`",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:(?P<simple>[abfnrtv\\?\"'`])|[xX](?P<hex>[0-9a-fA-F]{2})|u(?P<u4>[0-9a-fA-F]{4})|U(?P<u8>[0-9a-fA-F]{8})"
    r"|(?P<octal>[0-3][0-7]{2})|(?P<bad>.))",
    re.DOTALL,
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LAST_CODE_POINT = 0x10FFFF


class Source:
    """A text and its lines: turns offsets into positions and raises errors at them."""

    def __init__(self, text: str) -> None:
        """Refuse text that is no Unicode."""
        self.text = text
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        surrogate = _SURROGATE.search(text)
        if surrogate:
            self.fail(surrogate.start(), "a lone surrogate is not text", "write the escape of a real character")

    def span(self, start: int, end: int) -> Span:
        """The span between two offsets."""
        line = bisect_right(self._line_starts, start)
        return Span(start, end, line, start - self._line_starts[line - 1] + 1)

    def fail(self, offset: int, message: str, hint: str = "", *, code: str = "syntax") -> NoReturn:
        """Raise a CompileError at an offset."""
        span = self.span(offset, offset)
        raise CompileError(code, message, line=span.line, column=span.column, hint=hint)


def scan(source: Source) -> list[Token]:
    """All tokens of the source, and one of kind END after them."""
    text = source.text
    tokens: list[Token] = []
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            source.fail(offset, f"unexpected character {_show(text[offset])}", _HINTS.get(text[offset], ""))
        if match["skip"] is None:
            token = _token(source, match)
            tokens.append(token)
            offset = token.end
        else:
            offset = match.end()
    tokens.append(Token(TokenKind.END, "", len(text), len(text)))
    return tokens


def _token(source: Source, match: re.Match[str]) -> Token:
    """The token that starts where the expression matched."""
    start, end, text = match.start(), match.end(), match[0]
    if match["string"] is not None:
        return _string(source, match)
    if match["name"] is not None:
        return Token(TokenKind.NAME, text, start, end)
    if match["punctuation"] is not None:
        return Token(TokenKind.PUNCTUATION, text, start, end)
    if match["quoted"] is not None:
        if not _QUOTED_NAME.fullmatch(text, 1, len(text) - 1):
            source.fail(start, "a quoted field name consists of letters, digits, and _ . - / space", "use x['...']")
        return Token(TokenKind.QUOTED_NAME, text[1:-1], start, end)
    if _NAME_CHARACTER.match(source.text, end):
        source.fail(end, f"unexpected {_show(source.text[end])} in a number")
    if match["double"] is not None:
        return Token(TokenKind.DOUBLE, text, start, end)
    return Token(TokenKind.UINT if match["u"] else TokenKind.INT, match["int"], start, end)


def _string(source: Source, match: re.Match[str]) -> Token:
    """The string or bytes literal whose prefix and opening quotes matched; the token's text is the raw literal."""
    opening = match[0]
    prefix = opening.rstrip("'\"").lower()
    quote = opening[len(prefix) :]
    if prefix not in _PREFIXES:
        source.fail(match.start(), f"no such string prefix: {opening[: len(prefix)]}", "r for raw, b for bytes")
    body = _BODY[quote, "r" in prefix].match(source.text, match.end())
    if body is None:
        hint = "" if len(quote) > 1 else "over several lines, use ''' or \"\"\""
        source.fail(match.start(), "the string does not end", hint)
    kind = TokenKind.BYTES if "b" in prefix else TokenKind.STRING
    return Token(kind, source.text[match.start() : body.end() + len(quote)], match.start(), body.end() + len(quote))


def string_value(source: Source, token: Token) -> str | bytes:
    """The value of a string or bytes literal."""
    prefix_length = len(token.text) - len(token.text.lstrip("rRbB"))
    prefix = token.text[:prefix_length].lower()
    body_start = prefix_length + (3 if token.text[prefix_length : prefix_length + 3] in ("'''", '"""') else 1)
    body = token.text[body_start : len(token.text) - (body_start - prefix_length)]
    offset = token.start + body_start
    if token.kind is TokenKind.BYTES:
        return body.encode() if "r" in prefix else _bytes(source, body, offset)
    if "r" in prefix or "\\" not in body:
        return body
    return _ESCAPE.sub(lambda match: _character(source, match, offset), body)


def _bytes(source: Source, body: str, offset: int) -> bytes:
    """The bytes of a literal: text as UTF-8, hexadecimal and octal escapes as single bytes."""
    parts: list[bytes] = []
    done = 0
    for match in _ESCAPE.finditer(body):
        parts.append(body[done : match.start()].encode())
        done = match.end()
        if match["u4"] or match["u8"]:
            source.fail(offset + match.start(), "\\u and \\U stand for characters, not bytes", "use \\x")
        code = match["hex"] or match["octal"]
        if code:
            parts.append(bytes([int(code, 16 if match["hex"] else 8)]))
        else:
            parts.append(_character(source, match, offset).encode())
    parts.append(body[done:].encode())
    return b"".join(parts)


def _character(source: Source, match: re.Match[str], offset: int) -> str:
    """The character that an escape stands for."""
    if match["simple"]:
        return _SIMPLE_ESCAPES[match["simple"]]
    if match["bad"]:
        hint = "a backslash itself is \\\\, or use a raw string r'...'"
        source.fail(offset + match.start(), f"no such escape: \\{match['bad']}", hint)
    digits = match["hex"] or match["u4"] or match["u8"]
    code = int(digits, 16) if digits else int(match["octal"], 8)
    if code > _LAST_CODE_POINT or _SURROGATE.match(chr(code)):
        source.fail(offset + match.start(), "the escape is no Unicode character")
    return chr(code)


def _show(character: str) -> str:
    """A character as a person can read it."""
    return f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"
