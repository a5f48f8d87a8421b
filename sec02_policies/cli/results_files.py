"""Results as users name them: files, or the folders of them that `sec02 evaluate FOLDER` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.cli.files import read
from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def results_files(paths: Iterable[Path]) -> list[Path]:
    """The files that are named, and in place of a folder the JSON files in it."""
    return list(dict.fromkeys(each for path in paths for each in _in(path)))


def read_each(paths: Iterable[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The results in those files and folders, each with its file, one at a time."""
    from sec02_policies.evaluate import read_results

    for path in results_files(paths):
        yield path, read_results(read(path, "results"), str(path))


def account_files(folder: Path) -> dict[str, Path]:
    """The files of results in the folder by account; raises `InputError` where two are of one."""
    found: dict[str, Path] = {}
    for path, document in read_each([folder]):
        account = document["run"]["account_id"]
        if account in found:
            raise InputError(str(path), f"a second file of account {account}", "one for each account")
        found[account] = path
    return found


def _in(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.json"))
    if not found:
        raise InputError(str(path), "no JSON file in it", "a folder that `sec02 evaluate FOLDER` wrote")
    return found
