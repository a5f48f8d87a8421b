"""Words of a command as a shell takes them: whatever a name contains, it stays one word and shows all it has."""

from __future__ import annotations

import shlex


def quoted(text: str) -> str:
    r"""The text as one word of bash; characters that are not printable are written in octal, as in $'a\033b'."""
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{''.join(_escaped(each) for each in text)}'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable():
        return character
    # Three octal digits end by themselves, where \xNN would swallow a digit that follows.
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogatepass"))
