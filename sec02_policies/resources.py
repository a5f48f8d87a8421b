"""Where the packaged policies, schemas and fixture snapshots are: in the wheel, or beside the package in a checkout."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Folder = Literal["policies", "schemas", "snapshots"]


@cache
def packaged(folder: Folder) -> Traversable:
    """The packaged folder; a wheel keeps it under `_data`, an editable install uses the checkout's own."""
    package = files("sec02_policies")
    inside = package.joinpath("_data", folder)
    if inside.is_dir():
        return inside
    beside = package.joinpath("..", folder)
    if beside.is_dir():
        return beside
    raise InputError(f"sec02_policies/_data/{folder}", "missing", "reinstall sec02-policies")
