"""Where a parser stands in the tokens of a source: what comes next, and what was expected in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cel.scan import Source, Token, TokenKind, scan

if TYPE_CHECKING:
    from typing import NoReturn

    from sec02_policies.cel.limits import Limits
    from sec02_policies.cel.syntax import Span

# What people write who know another language, and what CEL has for it.
_WORDS = {"and": "&&", "or": "||", "not": "!", "True": "true", "False": "false", "None": "null", "is": "=="}


class Cursor:
    """A place in the tokens of one source."""

    def __init__(self, text: str, limits: Limits) -> None:
        """Start at the first token."""
        self.source = Source(text)
        self.tokens = scan(self.source)
        self.position = 0
        self.limits = limits
        self.nodes = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.position]

    def at(self, *texts: str) -> bool:
        """Whether the next token is one of these punctuation marks."""
        token = self.tokens[self.position]
        return token.kind is TokenKind.PUNCTUATION and token.text in texts

    def take(self) -> Token:
        """Consume the next token; the end stays."""
        token = self.tokens[self.position]
        if token.kind is not TokenKind.END:
            self.position += 1
        return token

    def accept(self, text: str) -> bool:
        """Consume the punctuation mark if it is next."""
        if self.at(text):
            self.position += 1
            return True
        return False

    def expect(self, text: str, after: str) -> Token:
        """Consume the punctuation mark, which must be next; `after` says what it belongs to."""
        if not self.at(text):
            self.unexpected(f"expected '{text}' {after}")
        return self.take()

    def unexpected(self, wanted: str) -> NoReturn:
        """Raise: the next token is not what is wanted here."""
        token = self.token
        found = "end of the expression" if token.kind is TokenKind.END else f"'{short(token.text)}'"
        word = _WORDS.get(token.text)
        hint = f"write {word}" if word else ""
        self.source.fail(token.start, f"unexpected {found}: {wanted}", hint)

    def span_from(self, start: int) -> Span:
        """The span from an offset to the end of the last token taken; counts a node."""
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            self.source.fail(
                start, f"the expression has more than {self.limits.nodes} parts", "split it", code="node_count"
            )
        return self.source.span(start, self.tokens[self.position - 1].end)


def short(text: str) -> str:
    """Text of a token for a message, cut where it is long."""
    longest = 40
    return text if len(text) <= longest else text[:longest] + "..."
