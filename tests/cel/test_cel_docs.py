from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING

from sec02_policies import cel
from sec02_policies.cel.functions import BUILTINS
from sec02_policies.cel.syntax import MacroKind

if TYPE_CHECKING:
    from pathlib import Path


def page(root: Path) -> str:
    return (root / "docs" / "cel.md").read_text(encoding="utf-8")


def test_every_function_and_macro_is_documented(root: Path) -> None:
    words = set(re.findall(r"[A-Za-z_]+", page(root)))
    names = {name.rpartition(".")[2] for name, _ in BUILTINS} | {str(kind) for kind in MacroKind}
    assert names - words == set()


def test_every_public_name_is_documented(root: Path) -> None:
    text = page(root)
    hidden = {"Outcome", "OutcomeKind", "Step", "Trace", "Program"}
    assert [name for name in cel.__all__ if name not in text and name not in hidden] == []


def test_the_limits_are_documented_as_they_are(root: Path) -> None:
    text = page(root)
    assert [field.name for field in fields(cel.Limits) if f"{field.default:,}" not in text] == []


def test_the_example_works(root: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", page(root), re.DOTALL)[0]
    scope: dict[str, object] = {}
    exec(code, scope)  # noqa: S102 - our own page
    assert isinstance(scope["program"], cel.Program)
