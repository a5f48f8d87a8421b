"""`sec02 diff FOLDER FOLDER`: what changed between two results of an organization, account by account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sec02_policies.cli.files import read
from sec02_policies.cli.results_files import account_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDifference:
    """The differences of the accounts that both folders have, and the accounts that only one has."""

    accounts: tuple[dict[str, Any], ...]
    only_before: tuple[str, ...]
    only_after: tuple[dict[str, Any], ...]
    """Of each account, its results against none: all that fails is new."""

    def document(self) -> dict[str, Any]:
        """As schemas/organization_diff.schema.json describes it."""
        return {
            "schema_version": "1",
            "accounts": list(self.accounts),
            "only_before": list(self.only_before),
            "only_after": [each["account_id"] for each in self.only_after],
        }

    def text(self) -> bytes:
        """The same for a person: the accounts in which something changed, and how many others there are."""
        from sec02_policies.report.difference import render_difference

        parts = [render_difference(each).decode() for each in self.accounts if _changed(each)]
        return "\n".join([*parts, "".join(f"{line}\n" for line in self._lines())]).encode()

    def _lines(self) -> Iterator[str]:
        same = sum(not _changed(each) for each in self.accounts)
        yield f"{len(self.accounts)} accounts in both, {same} without a change"
        for each in self.only_before:
            yield f"Account {each}: only in the earlier results: no verdict of it is left"
        for found in self.only_after:
            yield f"Account {found['account_id']}: only in the later results: {found['counts']['new']} fail"


def compare_folders(before: Path, after: Path) -> FolderDifference:
    """What changed between the results in two folders; raises `InputError` where a folder has an account twice."""
    from sec02_policies.evaluate import compare

    old, new = account_files(before), account_files(after)
    return FolderDifference(
        accounts=tuple(compare(_results(old[each]), _results(new[each])) for each in sorted(old.keys() & new.keys())),
        only_before=tuple(sorted(old.keys() - new.keys())),
        only_after=tuple(_all_new(_results(new[each])) for each in sorted(new.keys() - old.keys())),
    )


def _results(path: Path) -> dict[str, Any]:
    from sec02_policies.evaluate import read_results

    return read_results(read(path, "results"), str(path))


def _all_new(document: dict[str, Any]) -> dict[str, Any]:
    from sec02_policies.evaluate import compare

    return compare({**document, "results": []}, document)


def _changed(difference: dict[str, Any]) -> bool:
    rows = any(difference[each] for each in ("new", "fixed", "lost", "changed"))
    return rows or any(difference["policies"].values())
