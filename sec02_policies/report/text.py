"""What may reach a terminal or a log: text without control, escape or direction characters."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""The text with every character that is not printable shown as its escape, such as \\x1b or \\u202e."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
