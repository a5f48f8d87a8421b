"""What can go wrong on purpose: every deliberate exception, its facts as attributes, its sentence in `__str__`."""

from __future__ import annotations


class Sec02Error(Exception):
    """Base of every deliberate error; `str(error)` is one line, `where: what: what would be right`."""

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions are pickled as a call with `args`, which are not the arguments of all of these.
        return _revived, (type(self), self.args, vars(self))


def _revived(kind: type[Sec02Error], args: tuple[object, ...], facts: dict[str, object]) -> Sec02Error:
    error = kind.__new__(kind, *args)
    vars(error).update(facts)
    return error


class InputError(Sec02Error):
    """A file, an argument or a document that we were given cannot be used (exit code 5)."""

    def __init__(self, where: str, what: str, expected: str) -> None:
        """`where` is a file or a place in it, `what` was found there, `expected` would be right."""
        super().__init__(where, what, expected)
        self.where = where
        self.what = what
        self.expected = expected

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.expected}"


class SnapshotError(InputError):
    """A snapshot that breaks its schema, its canonical form or the rule of completeness."""


class PolicyError(InputError):
    """A policy or a suite that cannot be loaded; knows the file, the line and the column."""

    def __init__(  # noqa: PLR0913 - a position has three parts
        self, path: str, key: str, what: str, expected: str, *, line: int = 1, column: int = 1
    ) -> None:
        """`key` is the YAML key at fault; `line` and `column` count from 1, in the YAML file."""
        super().__init__(f"{path}:{line}:{column}", f"{key}: {what}" if key else what, expected)
        self.path = path
        self.key = key
        self.line = line
        self.column = column


class CollectError(Sec02Error):
    """A collection could not even start: no credentials, no such profile, an unknown region."""


class CelError(Sec02Error):
    """Base of what the CEL engine raises; never holds a value of the document that it judged."""

    def __init__(self, code: str, message: str) -> None:
        """`code` is stable (such as `no_such_key`); `message` names kinds, keys and limits, never values."""
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class CompileError(CelError):
    """CEL source that cannot be compiled; `line` and `column` count from 1 within the source."""

    def __init__(self, code: str, message: str, *, line: int = 1, column: int = 1, hint: str = "") -> None:
        """`hint` says what would be right, where we know."""
        super().__init__(code, message)
        self.line = line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.line}:{self.column}: {self.message}{hint}"


class EvaluationError(CelError):
    """A CEL evaluation that has no value, such as a missing key or an overflow; `&&` and `||` may absorb it."""


class LimitError(CelError):
    """A limit of the language was exceeded (steps, size, depth); no operator absorbs it."""


class BundleError(Sec02Error):
    """An evidence bundle that is refused (exit code 6)."""

    def __init__(self, code: str, what: str) -> None:
        """`code` is stable (such as `zip.truncated`), `what` says what was found, without a value of the snapshot."""
        super().__init__(code, what)
        self.code = code
        self.what = what

    def __str__(self) -> str:
        return f"{self.what} [{self.code}]"
