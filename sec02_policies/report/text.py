"""What may reach a terminal, a log or a parser: text without control, escape or direction characters."""

from __future__ import annotations

import json
from typing import Any


def printable(text: str) -> str:
    r"""The text with every character that is not printable shown as its escape, such as \\x1b or \\u202e."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def shortened(text: str, limit: int) -> str:
    """The text, cut so that it has at most `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def ascii_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """The value as one line of JSON in ASCII, keys sorted: the same text everywhere, and harmless on a terminal."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
