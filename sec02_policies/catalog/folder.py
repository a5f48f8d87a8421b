"""What a folder of policies or waivers holds: its files in the order of names; none is silently left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable


def yaml_files(folder: Traversable | Path, shown: str, above: tuple[Path, ...] = ()) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every .yaml file in a folder and below; hidden ones are left out.

    Raises `InputError` for what cannot be read, and for .yml: a policy that never judges would read as one that passes.
    """
    inside = (*above, folder.resolve()) if isinstance(folder, Path) else ()
    for entry in _entries(folder, shown):
        path = f"{shown}/{entry.name}"
        if entry.is_dir():
            # A link to a folder that we are in leads to nothing new.
            if not (isinstance(entry, Path) and entry.resolve() in inside):
                yield from yaml_files(entry, path, inside)
        elif entry.name.endswith(".yml"):
            raise InputError(path, "a name that ends in .yml", "one that ends in .yaml")
        elif entry.name.endswith(".yaml"):
            if not entry.is_file():
                raise InputError(path, "not a file", "a file that can be read")
            yield path, content(entry, path)


def _entries(folder: Traversable | Path, shown: str) -> list[Traversable | Path]:
    try:
        return sorted((each for each in folder.iterdir() if not each.name.startswith(".")), key=lambda each: each.name)
    except OSError as fault:
        raise InputError(shown, fault.strerror or "cannot be read", "a folder that can be read") from None


def content(file: Traversable | Path, shown: str) -> bytes:
    """The bytes of a file; raises `InputError` where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as fault:
        raise InputError(shown, fault.strerror or "cannot be read", "a file that can be read") from None
