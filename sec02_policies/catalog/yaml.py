"""Strict YAML with positions: what a policy author may write, and where in the file each value stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from sec02_policies.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
_STRING = "tag:yaml.org,2002:str"
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}
_SPACE_ESCAPES = "tnvfrN_LP"
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value begins, counted from 1; `node` is the parser's own, for positions inside a scalar."""

    line: int
    column: int
    node: yaml.Node


class YamlFile:
    """A parsed file: plain values, and the place of each by its path (keys and indexes from the root)."""

    def __init__(self, text: str, path: str) -> None:
        """Parse `text`; raises `PolicyError` at the line and column of the first defect."""
        self.path = path
        self.text = text
        self.places: dict[Path, Place] = {}
        self.value: Any = self._value(self._compose(), ())

    def _compose(self) -> yaml.Node:
        if len(self.text.encode("utf-8")) > MAX_BYTES:
            raise PolicyError(self.path, "", f"more than {MAX_BYTES} bytes", "a smaller file")
        try:
            node = self._composed_fast() or self._composed(yaml.SafeLoader)
        except yaml.MarkedYAMLError as fault:
            line, column = _position(fault.problem_mark or fault.context_mark)
            what = f"not YAML ({fault.problem})"
            raise PolicyError(self.path, "", what, "one YAML document", line=line, column=column) from None
        except yaml.reader.ReaderError as fault:
            before = self.text[: fault.position]
            line, column = before.count("\n") + 1, fault.position - before.rfind("\n")
            what = f"the character U+{ord(self.text[fault.position]):04X}"
            raise PolicyError(self.path, "", what, "text that can be printed", line=line, column=column) from None
        except (yaml.YAMLError, RecursionError) as fault:
            raise PolicyError(self.path, "", f"not YAML ({type(fault).__name__})", "one YAML document") from None
        if node is None:
            raise PolicyError(self.path, "", "an empty file", "one YAML document")
        return node

    def _composed_fast(self) -> yaml.Node | None:
        """The root as libyaml reads it, where PyYAML has it; None for Python's parser to say better what is wrong."""
        # They count the columns of a line with a byte order mark differently.
        if not yaml.__with_libyaml__ or self.text.startswith("\ufeff"):
            return None
        try:
            return self._composed(yaml.CSafeLoader)
        except (yaml.YAMLError, UnicodeEncodeError):
            return None

    def _composed(self, loader: type[yaml.SafeLoader | yaml.CSafeLoader]) -> yaml.Node | None:
        """The root of the only document, None for an empty one."""
        self._demand_plain(loader)
        return yaml.compose(self.text, Loader=loader)

    def _demand_plain(self, loader: type[yaml.SafeLoader | yaml.CSafeLoader]) -> None:
        """Refuse anchors, aliases, tags and deep nesting before anything is built."""
        depth = 0
        for event in yaml.parse(self.text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            odd = "an anchor or an alias" if getattr(event, "anchor", None) else None
            odd = "a tag" if getattr(event, "tag", None) else odd
            odd = f"nested deeper than {MAX_DEPTH} levels" if depth > MAX_DEPTH else odd
            if odd:
                line, column = _position(event.start_mark)
                raise PolicyError(self.path, "", odd, "the plain value written out", line=line, column=column)

    def refuse(self, path: Path, what: str, expected: str) -> NoReturn:
        """Raise `PolicyError` at the value (or at its nearest parent that is there)."""
        place = self.place(path)
        key = ".".join(str(part) for part in path)
        raise PolicyError(self.path, key, what, expected, line=place.line, column=place.column)

    def place(self, path: Path) -> Place:
        """Where the value at `path` begins, or its nearest parent."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places[path]

    def inside(self, path: Path, offset: int) -> tuple[int, int]:
        """Line and column in the file of the character at `offset` in the decoded text of the scalar at `path`.

        Works for plain, quoted and block scalars: the characters that are not spaces stand in both in the same order.
        """
        node = self.place(path).node
        if not isinstance(node, yaml.ScalarNode):
            place = self.place(path)
            return place.line, place.column
        wanted = sum(not character.isspace() for character in node.value[:offset])
        positions = list(self._visible(node))
        if not positions:
            return node.start_mark.line + 1, node.start_mark.column + 1
        index = positions[min(wanted, len(positions) - 1)]
        if wanted >= len(positions):
            index += 1
        before = self.text[:index]
        return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1

    def _visible(self, node: yaml.ScalarNode) -> Iterator[int]:
        """Indexes in the file's text of the scalar's characters that are not spaces; an escape counts once."""
        index, end = node.start_mark.index, node.end_mark.index
        if node.style in ("|", ">"):
            index = self.text.index("\n", index) + 1
        elif node.style in ("'", '"'):
            index, end = index + 1, end - 1
        while index < end:
            character, width = self.text[index], 1
            if node.style == "'" and character == "'":
                width = 2
            elif node.style == '"' and character == "\\":
                character, width = self._escaped(index + 1)
            if not character.isspace():
                yield index
            index += width

    def _escaped(self, index: int) -> tuple[str, int]:
        """The character that a double-quoted escape stands for (as far as it is a space), and the escape's length."""
        letter = self.text[index]
        digits = _HEX_ESCAPES.get(letter, 0)
        if digits:
            return chr(int(self.text[index + 1 : index + 1 + digits], 16)), 2 + digits
        return " " if letter.isspace() or letter in _SPACE_ESCAPES else letter, 2

    def _value(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401 - any YAML value
        self.places[path] = Place(node.start_mark.line + 1, node.start_mark.column + 1, node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, number)) for number, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
                self.refuse(path, "a key that is not plain text", "text")
            place = (*path, key.value)
            if key.value in found:
                self.places[place] = Place(key.start_mark.line + 1, key.start_mark.column + 1, key)
                self.refuse(place, f"the key {key.value!r} comes twice", "each key once")
            found[key.value] = self._value(value, place)
        return found

    def _scalar(self, node: yaml.Node) -> str | int | bool | None:
        text = str(node.value)
        if not isinstance(node, yaml.ScalarNode) or node.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        return int(text) if _INTEGER.fullmatch(text) else text


def _position(mark: Any) -> tuple[int, int]:  # noqa: ANN401 - PyYAML has two classes of marks, or none
    """Line and column of a mark, from 1."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
