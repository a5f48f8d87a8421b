"""Reading what a user names, and writing so that nothing is lost: whole or not at all, for the owner's eyes only."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable


def read(path: Path, what: str) -> bytes:
    """The bytes of a file, or of standard input for `-`; raises `InputError` when there are none to read."""
    if str(path) == "-":
        if sys.stdin is None:
            raise InputError("standard input", "it is closed", what)
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as fault:
        raise InputError(str(path), fault.strerror or "cannot be read", what) from None


def write(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write the file atomically with mode 0600, whole or not at all; a symbolic link is replaced, not followed.

    A device, a pipe or a socket such as /dev/null and /dev/stdout is written to: root could replace it by a file.
    """
    if _is_special(path):
        _write_into(path, data)
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as fault:
        raise InputError(str(path), fault.strerror or "cannot be written", "a folder that can be written") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as fault:
        raise InputError(str(path), fault.strerror or "cannot be written", "a file that can be written") from None
    finally:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()


def _is_special(path: Path) -> bool:
    """Whether it is there and neither a file nor a folder; links into /proc, as /dev/stdout is, stand for a stream."""
    try:
        mode = path.stat().st_mode
        to_stream = path.is_symlink() and str(path.readlink()).startswith("/proc/")
    except OSError:
        return False
    return to_stream or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _write_into(path: Path, data: bytes | Iterable[bytes]) -> None:
    try:
        with path.open("wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
    except BrokenPipeError:
        return  # its reader left: as on standard output
    except OSError as fault:
        raise InputError(str(path), fault.strerror or "cannot be written", "a file that can be written") from None


def emit(data: bytes, output: Path | None) -> None:
    """Write to the file, or to standard output where there is none."""
    if output is not None:
        write(output, data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
