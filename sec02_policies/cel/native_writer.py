"""The mechanics of writing a Python function: lines and their indentation, fresh names, constants, local variables."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sec02_policies.cel.native_kinds import BOXED, Code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sec02_policies.cel.syntax import Node


class Writer:
    """The text of one function while it grows; every name in it is made here."""

    def __init__(self) -> None:
        """Start with an empty body, inside of a function and a `try`."""
        self.namespace: dict[str, Any] = {}
        self.prologue: list[str] = []
        self.lines: list[str] = []
        self.indent = 2
        self.locals: dict[str, Code] = {}
        self._count = 0

    def fresh(self, letter: str) -> str:
        """Make a name that is not in use."""
        self._count += 1
        return f"{letter}{self._count}"

    def line(self, text: str) -> None:
        """Add a statement at the current indentation."""
        self.lines.append("    " * self.indent + text)

    def constant_name(self, value: object) -> str:
        """Make a name for a value that the function gets with its namespace."""
        name = self.fresh("k")
        self.namespace[name] = value
        return name

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One more level of indentation."""
        self.indent += 1
        try:
            yield
        finally:
            self.indent -= 1

    def captured(self, emit: Callable[[Node], Code], node: Node) -> tuple[list[str], Code]:
        """The statements that an expression needs, indented once more, and its code."""
        outer, self.lines = self.lines, []
        with self.deeper():
            code = emit(node)
        lines, self.lines = self.lines, outer
        return lines, code

    def named(self, code: Code) -> tuple[str, str]:
        """Text that gives a value and binds it to a name, and the name."""
        if code.text.isidentifier():
            return code.text, code.text
        name = self.fresh("t")
        return f"({name} := {code.text})", name

    def simple(self, code: Code) -> str:
        """A name for the value; a statement binds it where there is none yet."""
        if code.text.isidentifier():
            return code.text
        name = self.fresh("t")
        self.line(f"{name} = {code.text}")
        return name

    @contextmanager
    def binding(self, names: Mapping[str, Code]) -> Iterator[None]:
        """Local variables while their scope lasts."""
        outer = self.locals
        self.locals = {**outer, **names}
        try:
            yield
        finally:
            self.locals = outer


def box(code: Code) -> Code:
    """The code of the CEL value, where a time may be bare nanoseconds."""
    return Code(f"{BOXED[code.kind]}({code.text})") if code.kind in BOXED else code
