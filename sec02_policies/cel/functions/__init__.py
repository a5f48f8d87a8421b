"""All functions that every environment has, by name and style of call."""

from __future__ import annotations

from sec02_policies.cel.functions import standard
from sec02_policies.cel.functions.registry import Builtin

BUILTINS: dict[tuple[str, bool], Builtin] = {**standard.library.builtins}

__all__ = ["BUILTINS", "Builtin"]
