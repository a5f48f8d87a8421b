"""All functions that every environment has, by name and style of call."""

from __future__ import annotations

from sec02_policies.cel.functions import (
    encoders,
    lists,
    mathematics,
    network,
    optionals,
    regexes,
    standard,
    strings,
)
from sec02_policies.cel.functions.registry import Builtin

BUILTINS: dict[tuple[str, bool], Builtin] = {
    key: builtin
    for module in (standard, strings, lists, mathematics, optionals, encoders, regexes, network)
    for key, builtin in module.library.builtins.items()
}

__all__ = ["BUILTINS", "Builtin"]
