"""The standard streams: a reader that left changes no exit code, a full disk is one line, a closed stream is none.

Standard output carries what was asked for; all that is said besides goes to standard error through `say`.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from typing_extensions import Buffer


class _Outlet(io.RawIOBase):
    """Bytes to a file descriptor; once it has failed, the rest is dropped."""

    def __init__(self, descriptor: int, name: str | None) -> None:
        """Without a name, no failure is told: for where we would tell it."""
        super().__init__()
        self._descriptor = descriptor
        self._name = name
        self._done = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: Buffer, /) -> int:
        """Write what the descriptor takes; raises `InputError` where it fails for another reason than nobody reading.

        `sec02 evaluate ... | head` ends as without head: a gate must not hang on how much of the table was read.
        """
        size = memoryview(data).nbytes
        if self._done:
            return size
        try:
            return os.write(self._descriptor, data)
        except OSError as fault:
            self._done = True
            if self._name is None or isinstance(fault, BrokenPipeError):
                return size
            what = fault.strerror or "cannot be written"
            raise InputError(self._name, what, "a place that takes all of it") from None


def say(line: str) -> None:
    """Print one line on standard error."""
    from sec02_policies.report import printable

    print(printable(line), file=sys.stderr)  # noqa: T201 - cli is the place that prints


def prepare() -> None:
    """Put outlets behind standard output and error; where they were closed before we began, nothing is written."""
    sys.stdout = _outlet(sys.stdout, "standard output")
    sys.stderr = _outlet(sys.stderr, None)


def _outlet(stream: TextIO | None, name: str | None) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    with suppress(OSError):
        raw = _Outlet(stream.fileno(), name)
        by_line = raw.isatty() or name is None
        return io.TextIOWrapper(
            io.BufferedWriter(raw), encoding=stream.encoding, errors="backslashreplace", line_buffering=by_line
        )
    return stream
