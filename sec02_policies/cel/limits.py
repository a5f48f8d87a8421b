"""The limits that belong to the language: how large a source may be and how much an evaluation may do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one expression may cost; the same everywhere, because nothing here is measured by a clock.

    `source`: code points of the text. `nodes`: parts of the syntax tree. `depth`: brackets within brackets.
    `steps`: iterations of macros in one evaluation. `size`: characters or elements of any one value that is built.
    """

    source: int = 100_000
    nodes: int = 20_000
    depth: int = 96
    steps: int = 1_000_000
    size: int = 10_000_000
